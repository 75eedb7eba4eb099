//! Which way the size of a short position is pulled.
//!
//! `n = max(-P, 0)` is convex in the decisions. Where everything that uses `n` would rather have it small,
//! the two inequalities `n >= -P`, `n >= 0` are exact as they stand: a solution with a larger `n` stays one
//! when `n` shrinks to its true size. Where something would rather have it large, `n` needs a binary to
//! hold it down.

use constraint_manager::{AssignmentProblem, Relation};
use domain::Amount;

/// What the rows and the objective would do to one `n` if it were free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pressure {
    /// Something is easier or better with a smaller `n`: it must be held up, `n >= -P`.
    pub down: bool,
    /// Something is easier or better with a larger `n`: it must be held down, with a binary.
    pub up: bool,
}

/// The pressure on every net position of the problem, from these rows of it and, if `with_objective`, its objective.
pub fn pressures(problem: &AssignmentProblem, rows: &[usize], with_objective: bool) -> Vec<Pressure> {
    let mut pressures = vec![Pressure::default(); problem.positions.len()];
    let mut press = |position: usize, larger_is_welcome: bool| {
        let pressure = &mut pressures[position];
        if larger_is_welcome {
            pressure.up = true;
        } else {
            pressure.down = true;
        }
    };
    for row in rows.iter().map(|row| &problem.rows[*row]) {
        for (position, factor) in row.shorts() {
            press(*position, factor.is_positive() == (row.relation == Relation::AtLeast));
        }
    }
    for (position, worth) in objective_worths(problem).filter(|_| with_objective) {
        press(position, worth.is_positive());
    }
    pressures
}

/// What one unit of each `n` is worth in the objective, all metrics together, so that opposite wishes of
/// two metrics cancel before they ask for a binary.
fn objective_worths(problem: &AssignmentProblem) -> impl Iterator<Item = (usize, Amount)> {
    let mut worths = vec![Amount::zero(); problem.positions.len()];
    for term in problem.objective.iter().flat_map(|objective| &objective.terms) {
        for (position, factor) in &term.expression.shorts {
            worths[*position] += &(&term.worth * factor);
        }
    }
    worths.into_iter().enumerate().filter(|(_, worth)| !worth.is_zero())
}
