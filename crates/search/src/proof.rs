//! What shows, without trust in any search, how good a plan could be or that there is none: by the indices of the
//! problem. A price is worth `price · room` with the room of its row.

use domain::Amount;

/// Steps of a search tree with their prices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// What is shown.
    pub aim: Aim,
    /// The prices that steps refer to by index.
    pub price_lists: Vec<PriceList>,
    /// The tree, depth first.
    pub steps: Vec<Step>,
}

/// What a proof shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Aim {
    /// The first step's bound, whatever it is.
    #[default]
    Bound,
    /// No plan is worth more than this.
    AtMost(Amount),
    /// No plan keeps every row: prices show it without the objective.
    NoPlan,
}

/// Prices of rows and shares of positions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceList {
    /// `λ >= 0` by row, as an index into the problem's rows; each row once, ascending; a row that is not listed has
    /// the price 0.
    pub rows: Vec<(usize, Amount)>,
    /// The share of the short side in a position's slope, from 0 to 1, by index into the problem's positions; a
    /// position that is not listed has the share 0.
    pub shares: Vec<(usize, Amount)>,
}

/// A step of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Priced with a list: the branch is closed if its bound is no more than is to be shown; otherwise every choice
    /// whose forced bound is no more than that is closed, and the branch goes on with the next step.
    Price(usize),
    /// Two branches: the trade is booked at the account; elsewhere.
    Branch {
        /// The trade, as an index.
        trade: usize,
        /// The account, as an index.
        account: usize,
    },
}
