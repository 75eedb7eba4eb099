//! The second relaxation: every account keeps one row, and movers are priced in its place.
//!
//! With prices on all rows, `lagrangian` bounds no better than the linear relaxation, but for clusters and cuts. Where one
//! row of an account matters, its capacity say, keeping it and relaxing that each mover goes to one account gives the bound
//! of a knapsack for each account, which is often far better (Fisher, Jaikumar, Van Wassenhove 1986 for generalized
//! assignment). `kept` chooses the rows, `table` fills a knapsack, `relaxed` has the bound, `improve` the prices, `prover`
//! the tree.

mod improve;
mod kept;
mod prover;
mod relaxed;
mod table;

pub(crate) use kept::KeptRows;
pub(crate) use prover::take_over;

#[cfg(test)]
mod tests;
