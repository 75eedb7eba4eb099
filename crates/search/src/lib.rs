//! Our own search for the best placement: plans by local search, bounds by prices, proofs by depth-first search.
//!
//! It works on the problem as scaled floats and believes none of them in the end: a plan counts when it keeps every row
//! in exact decimals, and a proof is written down with its prices, so that others can check it exactly. Work is counted;
//! the clock only says when to stop counting, so that a run can be repeated.
//!
//! This crate calls no mixed-integer solver, only an interior point method for one linear relaxation, and does not know
//! what a row means to the business. Start with [`mod@search`].

pub mod float;
pub mod proof;
pub mod search;

mod anneal;
mod average;
mod clusters;
mod cuts;
mod dive;
mod hint;
mod kernel;
mod knapsack;
mod lagrangian;
mod propagate;
mod random;
mod relaxation;
mod remaining;
mod subgradient;
mod threads;
mod tree;
mod volume;

pub use proof::Proof;
pub use search::{Budget, Ending, Found, Goal, Word, search};
