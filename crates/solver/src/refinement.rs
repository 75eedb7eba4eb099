//! Which rows of a model need more than floats, from the start and as answers teach.
//!
//! HiGHS rounds coefficients that are nearly whole multiples of each other, and with them the choices that come within
//! a millionth of a limit, on either side. Where a limit counts few bookings one such choice can be worth a lot, and where
//! a proof is asked for it would be false: those rows are stated in digits from the start, where HiGHS makes no mistake.
//! Elsewhere digits cost more time than they are worth, and a row gets them once an answer has broken it.

use std::collections::BTreeSet;

use constraint_manager::AssignmentProblem;

use crate::cut::Cut;
use crate::digits::can_be_stated_in_digits;

/// Rows to be stated so that no tolerance can blur them, and placements that are ruled out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refinement {
    /// Rows stated in digits, as indices into the problem's rows.
    pub in_digits: BTreeSet<usize>,
    /// Exact cuts, for rows that cannot be.
    pub cuts: Vec<Cut>,
}

/// Bookings up to which a row is stated in digits whatever the gap.
const FEW_BOOKINGS: usize = 64;

impl Refinement {
    /// What is known before the first answer; `to_the_end` says that a gap of 0 is asked for.
    pub fn at_first(problem: &AssignmentProblem, to_the_end: bool) -> Self {
        let in_digits = |row: &usize| {
            let row = &problem.rows[*row];
            (to_the_end || row.bookings().count() <= FEW_BOOKINGS) && can_be_stated_in_digits(row)
        };
        Self { in_digits: (0..problem.rows.len()).filter(in_digits).collect(), cuts: Vec::new() }
    }

    /// States every row in digits that can be; whether that adds any. A claim that there is no plan is believed only
    /// of such a model.
    pub fn state_all_in_digits(&mut self, problem: &AssignmentProblem) -> bool {
        let before = self.in_digits.len();
        let more = (0..problem.rows.len()).filter(|row| can_be_stated_in_digits(&problem.rows[*row]));
        self.in_digits.extend(more);
        self.in_digits.len() > before
    }

    /// Learns from a placement that a solver took for good and that breaks `row`.
    pub fn learn(&mut self, problem: &AssignmentProblem, row: usize, placement: &[usize]) {
        if can_be_stated_in_digits(&problem.rows[row]) && self.in_digits.insert(row) {
            return;
        }
        self.cuts.push(Cut::from_broken_row(problem, row, placement));
    }
}
