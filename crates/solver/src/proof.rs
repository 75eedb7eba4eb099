//! What shows, without trust in any solver, how good a plan could be or that there is none: a search tree with shadow
//! prices at its leaves, by the indices of the problem. [`domain::certificate`] says what the numbers mean.
//!
//! A price is worth `price · room` with the room of its row; `D >= step` counts as `D >= 0`. A leaf of aim
//! [`Aim::Best`] bounds every plan of its node; one of aim [`Aim::NoPlan`] shows that the node has none, where the
//! priced sum without the objective is below 0.

use constraint_manager::AssignmentProblem;
use domain::Amount;
use domain::certificate::Aim;

use crate::outcome::Outcome;
use crate::redundancy::is_hopeless;

/// A search tree with prices at its leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// The prices that leaves refer to by index.
    pub price_lists: Vec<PriceList>,
    /// The tree, depth first: a branch, the whole of its first child, the whole of its second.
    pub tree: Vec<Node>,
}

/// Prices of rows and slopes of positions; a row that is not listed has the price 0, a position that is not listed
/// the slope that the verifier takes by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceList {
    /// `λ >= 0` by row, as an index into the problem's rows; each row once.
    pub rows: Vec<(usize, Amount)>,
    /// `d` by net position, as an index into the problem's positions; each position once.
    pub slopes: Vec<(usize, Amount)>,
}

/// A node of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// First child: the trade is booked at the account; second: elsewhere. The account is one of two or more that
    /// the trade may still go to.
    Branch {
        /// The trade, as an index.
        trade: usize,
        /// The account, as an index.
        account: usize,
    },
    /// An end of the search.
    Leaf {
        /// The list of prices, as an index.
        prices: usize,
        /// What the prices show.
        aim: Aim,
    },
}

/// What can be shown without a search: the objective's own best, trade by trade; where there is no plan, one row that
/// no choice can keep.
pub fn without_search(problem: &AssignmentProblem, outcome: &Outcome) -> Option<Proof> {
    let leaf = |rows: Vec<(usize, Amount)>, aim| Proof {
        price_lists: vec![PriceList { rows, slopes: Vec::new() }],
        tree: vec![Node::Leaf { prices: 0, aim }],
    };
    if outcome.plan().is_some() {
        return problem.objective.is_some().then(|| leaf(Vec::new(), Aim::Best));
    }
    let hopeless = problem.rows.iter().position(|row| is_hopeless(problem, row))?;
    Some(leaf(vec![(hopeless, Amount::from(1))], Aim::NoPlan))
}
