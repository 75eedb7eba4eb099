//! A problem in, an outcome out.
//!
//! [`build_model()`] states an assignment problem as a mixed-integer program with exact coefficients;
//! [`solve_model()`] hands it to a backend as floats, [`fallback_feasibility()`] does so without the objective,
//! and [`extract_solution()`] turns a point back into a placement. [`solve()`] puts them in order, and
//! [`solve_by_levels()`] does so for each level of an objective with strict priorities. Every
//! placement that leaves this crate keeps every row of the problem exactly: it has been checked in
//! decimals, whatever the backend's tolerances are.
//!
//! This crate does not know what a row means to the business. Start with [`mod@solve`] and [`outcome`].

pub mod course;
pub mod outcome;
pub mod proof;
pub mod settings;

pub mod solve;

pub mod levels;

pub mod polish;

pub mod build_model;
pub mod model;
pub mod pressure;
pub mod redundancy;
pub mod scale;

pub mod backend;
pub mod backends;
pub mod child;
pub mod extract_solution;
pub mod fallback_feasibility;
pub mod in_turn;
pub mod solve_model;

pub mod conflict;
pub mod cut;
pub mod refinement;

pub mod model_file;
pub mod names;

mod beside;
mod digits;
mod highs_watch;
mod others;
mod searched;
mod tally;

pub use backend::Backend;
pub use build_model::{Purpose, build_model};
pub use course::Course;
pub use extract_solution::extract_solution;
pub use fallback_feasibility::fallback_feasibility;
pub use in_turn::Backends;
pub use levels::{LevelOutcome, SolvedByLevels, solve_by_levels};
pub use model::Model;
pub use outcome::{Outcome, Plan, Solved};
pub use proof::Proof;
pub use refinement::Refinement;
pub use settings::Settings;
pub use solve::solve;
pub use solve_model::solve_model;
