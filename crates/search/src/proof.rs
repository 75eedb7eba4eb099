//! What shows, without trust in any search, how good a plan could be or that there is none: a search tree with shadow
//! prices that close its branches, by the indices of the problem. [`domain::certificate`] says what the numbers mean.
//!
//! A price is worth `price · room` with the room of its row; `D >= step` counts as `D >= 0`. A leaf of aim
//! [`Aim::Best`] bounds every plan of its node; one of aim [`Aim::NoPlan`] shows that the node has none, where the
//! priced sum without the objective is below 0.

use domain::Amount;
use domain::certificate::Aim;

/// A search tree with prices at its leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// What follows from rows because trades go whole; price lists refer to them by index.
    pub cuts: Vec<Cut>,
    /// The prices that leaves refer to by index.
    pub price_lists: Vec<PriceList>,
    /// The tree, depth first: a branch, the whole of its first child, the whole of its second; closed choices, then what
    /// is left.
    pub tree: Vec<Node>,
}

/// Prices of rows and shares of positions; a row that is not listed has the price 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceList {
    /// `λ >= 0` by row, as an index into the problem's rows; each row once, ascending.
    pub rows: Vec<(usize, Amount)>,
    /// How much of a position's slope is that of its short side, from 0 to 1, by index into the problem's positions:
    /// the slope is `(1 - share)·up - share·down`, where one more unit long is worth `up` and one more unit short
    /// `down`. A position that is not listed is counted exactly, with the trades that move it, where they are few.
    pub shares: Vec<(usize, Amount)>,
    /// `μ >= 0` by cut, as an index into [`Proof::cuts`]; each cut once, ascending. It is worth `μ · (most - Σ weight·x)`.
    pub cuts: Vec<(usize, Amount)>,
    /// What a trade has to be worth to be taken, where accounts choose in place of trades; by index into the problem's
    /// trades. A trade that is not listed has the price 0.
    pub trades: Vec<(usize, Amount)>,
    /// The row that an account keeps then, at most one for each, with what its weights and its room are counted in,
    /// rounded down.
    pub kept: Vec<(usize, Amount)>,
}

/// Bookings at one account of which a row does not allow more than `most` by weight: `Σ weight·x <= most` for every
/// placement that keeps the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The row, as an index into the problem's rows; it is one of a limit, and about one account.
    pub row: usize,
    /// The weight of each trade at that account, as indices, ascending; none of them 0.
    pub weights: Vec<(usize, i32)>,
    /// What the weights come to at most.
    pub most: i32,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// First child: the trade is booked at the account; second: elsewhere. The account is one of two or more that
    /// the trade may still go to.
    Branch {
        /// The trade, as an index.
        trade: usize,
        /// The account, as an index.
        account: usize,
    },
    /// Choices that the prices close, each by what they show once it is forced: trades and accounts, as indices. The node
    /// goes on without them.
    Close {
        /// Open choices, of trades that keep another.
        choices: Vec<(usize, usize)>,
        /// The list of prices, as an index.
        prices: usize,
        /// What the prices show.
        aim: Aim,
    },
    /// An end of the search.
    Leaf {
        /// The list of prices, as an index.
        prices: usize,
        /// What the prices show.
        aim: Aim,
    },
}
