//! Limits, priorities, pins and acceptance in; one solver-neutral problem out.
//!
//! Every row and every objective term of an [`AssignmentProblem`] knows what it came from: the account, the metric and
//! the limit, or the wish of the desk as a whole, so that whoever reads an answer, or the lack of one, can speak the desk's language.
//! All numbers are exact.
//!
//! This crate does not know which solver runs, or that there are floats. Start with [`problem`]; [`build()`]
//! makes one from a book.
#![deny(clippy::float_arithmetic)]

pub mod expression;
pub mod objective;
pub mod origin;
pub mod problem;
pub mod row;

pub mod keep;
pub mod order;

pub mod build;
pub mod digest;

mod codes;
mod contradictions;
mod counts;
mod limits;
mod positions;

pub use build::{Wishes, build, build_with};
pub use codes::{CODES, NOTES};
pub use contradictions::contradictions;
pub use expression::Expression;
pub use keep::{Kept, Planned};
pub use objective::{Objective, ObjectiveTerm};
pub use order::Level;
pub use origin::{LimitOrigin, Origin, Why};
pub use positions::NetPosition;
pub use problem::{AssignmentProblem, Note, TradeChoice};
pub use row::{Counted, Part, Relation, Row};
