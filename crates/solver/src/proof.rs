//! What can be shown without a search.

use constraint_manager::AssignmentProblem;
use domain::Amount;
use domain::certificate::Aim;
pub use search::proof::{Node, PriceList, Proof};

use crate::outcome::Outcome;
use crate::redundancy::is_hopeless;

/// What can be shown without a search: the objective's own best, trade by trade; where there is no plan, one row that
/// no choice can keep.
pub fn without_search(problem: &AssignmentProblem, outcome: &Outcome) -> Option<Proof> {
    let leaf = |rows: Vec<(usize, Amount)>, aim| Proof {
        price_lists: vec![PriceList { rows, ..PriceList::default() }],
        tree: vec![Node::Leaf { prices: 0, aim }],
    };
    if outcome.plan().is_some() {
        return problem.objective.is_some().then(|| leaf(Vec::new(), Aim::Best));
    }
    let hopeless = problem.rows.iter().position(|row| is_hopeless(problem, row))?;
    Some(leaf(vec![(hopeless, Amount::from(1))], Aim::NoPlan))
}
