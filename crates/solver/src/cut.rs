//! What a placement that breaks a row teaches: a solver's tolerance let it through, exact arithmetic does not.
//!
//! In a row `Σ cᵢ·xᵢ <= b` broken by a placement, every placement that has the same bookings with `cᵢ > 0` and
//! none of the missing ones with `cᵢ < 0` is at least as large on the left: broken too. So at least one
//! hurting booking must go, or one helping booking must come. The cut is exact and removes no good placement.
//! A trade in a position that the row prices by side may hurt or help depending on the others; for those both
//! changes count as a way out, which keeps the cut valid.

use std::collections::BTreeMap;

use constraint_manager::{AssignmentProblem, Relation};

/// `Σ_{i in booked} (1 - x[i,a]) + Σ_{i in not_booked} x[i,a] >= 1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The row that was broken.
    pub row: usize,
    /// Its account.
    pub account: usize,
    /// Trades booked here whose removal could mend the row.
    pub booked: Vec<usize>,
    /// Trades not booked here whose arrival could mend the row.
    pub not_booked: Vec<usize>,
}

impl Cut {
    /// The cut that `placement`, which breaks row `row`, teaches.
    pub fn from_broken_row(problem: &AssignmentProblem, row: usize, placement: &[usize]) -> Self {
        let broken = &problem.rows[row];
        let mut could_mend: BTreeMap<usize, Ways> = BTreeMap::new();
        for (trade, coefficient) in &broken.expression.bookings {
            let raises = coefficient.is_positive();
            let hurts = raises == (broken.relation == Relation::AtMost);
            let ways = could_mend.entry(*trade).or_default();
            ways.by_leaving |= hurts;
            ways.by_coming |= !hurts;
        }
        for (position, _) in &broken.expression.shorts {
            for (trade, _) in &problem.positions[*position].bookings {
                could_mend.insert(*trade, Ways { by_leaving: true, by_coming: true });
            }
        }
        let here = |trade: &usize| placement[*trade] == broken.account;
        let (mut booked, mut not_booked) = (Vec::new(), Vec::new());
        for (trade, ways) in &could_mend {
            if here(trade) && ways.by_leaving {
                booked.push(*trade);
            } else if !here(trade) && ways.by_coming {
                not_booked.push(*trade);
            }
        }
        Self { row, account: broken.account, booked, not_booked }
    }
}

#[derive(Default)]
struct Ways {
    by_leaving: bool,
    by_coming: bool,
}
