//! The documented fallback: when the full problem gave no plan, look for any plan that keeps the rows.

use std::time::Duration;

use constraint_manager::AssignmentProblem;

use crate::backend::Control;
use crate::build_model::Purpose;
use crate::settings::Settings;
use crate::solve_model::{Attempt, Progress, solve_model};

/// Solves the problem without its objective within `time`.
pub fn fallback_feasibility(
    problem: &AssignmentProblem,
    settings: &Settings,
    time: Duration,
    watch: &mut dyn FnMut(Progress) -> Control,
) -> Attempt {
    solve_model(problem, Purpose::Feasibility, settings, time, None, watch)
}
