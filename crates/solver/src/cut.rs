//! What a placement that breaks a row teaches: a solver's tolerance let it through, exact arithmetic does not.
//!
//! In a row `Σ c·x[i,a] <= b` broken by a placement, every placement that has the same bookings with `c > 0` and
//! none of the missing ones with `c < 0` is at least as large on the left: broken too. So at least one
//! hurting booking must go, or one helping booking must come. The cut is exact and removes no good placement.
//! A trade in a position that the row prices by side may hurt or help depending on the others; for those both
//! changes count as a way out, which keeps the cut valid.

use std::collections::BTreeMap;

use constraint_manager::{AssignmentProblem, Relation};

/// `Σ_{i,a in booked} (1 - x[i,a]) + Σ_{i,a in not_booked} x[i,a] >= 1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The row that was broken.
    pub row: usize,
    /// Bookings of the placement whose removal could mend the row: trade and account.
    pub booked: Vec<(usize, usize)>,
    /// Bookings that are not in the placement and whose arrival could mend the row: trade and account.
    pub not_booked: Vec<(usize, usize)>,
}

impl Cut {
    /// The cut that `placement`, which breaks row `row`, teaches.
    pub fn from_broken_row(problem: &AssignmentProblem, row: usize, placement: &[usize]) -> Self {
        let broken = &problem.rows[row];
        let mut could_mend: BTreeMap<(usize, usize), Ways> = BTreeMap::new();
        for booking in broken.bookings() {
            let raises = booking.amount.is_positive();
            let hurts = raises == (broken.relation == Relation::AtMost);
            let ways = could_mend.entry((booking.trade, booking.account)).or_default();
            ways.by_leaving |= hurts;
            ways.by_coming |= !hurts;
        }
        for (position, _) in broken.shorts() {
            let net = &problem.positions[*position];
            for (trade, _) in &net.bookings {
                could_mend.insert((*trade, net.account), Ways { by_leaving: true, by_coming: true });
            }
        }
        let (mut booked, mut not_booked) = (Vec::new(), Vec::new());
        for ((trade, account), ways) in could_mend {
            let is_booked = placement[trade] == account;
            if is_booked && ways.by_leaving {
                booked.push((trade, account));
            } else if !is_booked && ways.by_coming {
                not_booked.push((trade, account));
            }
        }
        Self { row, booked, not_booked }
    }
}

#[derive(Default)]
struct Ways {
    by_leaving: bool,
    by_coming: bool,
}
