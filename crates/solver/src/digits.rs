//! A row stated in digits, so that a solver with a tolerance cannot be mistaken about it.
//!
//! On the row's own grid everything is whole: `Σ wᵢ·xᵢ <= B`. With `w = K·q + r`, `B = K·Q + R`, `0 <= r, R < K` it holds
//! exactly where there is a whole carry `t >= 0` with
//!
//! ```text
//! Σ rᵢ·xᵢ - K·t <= R      and      Σ qᵢ·xᵢ + t <= Q
//! ```
//!
//! and the second row is taken apart in the same way until its numbers are small. In each row one unit is more than
//! a tolerance, and the right side is moved to the middle between the last number that fits and the first that does not.

use constraint_manager::{Relation, Row};
use domain::Amount;

/// `K`: with a largest coefficient of this size one unit is ten tolerances.
const BASE: i128 = 1_000_000;

/// One of the rows, over the terms of the original row and the carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DigitRow {
    /// Whole coefficients by position among the original row's bookings.
    pub(crate) terms: Vec<(usize, i128)>,
    /// Whether the carry of the row before adds 1.
    pub(crate) carry_in: bool,
    /// Whether a carry leaves, taking [`DigitRow::BASE`] off.
    pub(crate) carry_out: bool,
    /// The last whole number that fits.
    pub(crate) bound: i128,
}

impl DigitRow {
    /// What a carry that leaves takes off.
    pub(crate) const BASE: i128 = BASE;
}

/// Whether everything in a row is whole on a grid: no short sizes, and no more digits than whole numbers hold.
pub(crate) fn can_be_stated_in_digits(row: &Row) -> bool {
    row.shorts().next().is_none() && whole(row).is_some()
}

/// The row as digit rows, the smallest digits first; nothing where it has too many digits. Short sizes are
/// not part of it: [`can_be_stated_in_digits`] asks first.
pub(crate) fn digit_rows(row: &Row) -> Option<Vec<DigitRow>> {
    let (mut weights, mut bound) = whole(row)?;
    let mut rows = Vec::new();
    let mut carry_in = false;
    while weights.iter().any(|(_, weight)| weight.abs() > BASE) {
        let part = |of: fn(i128, i128) -> i128| weights.iter().map(move |(term, weight)| (*term, of(*weight, BASE)));
        let terms: Vec<(usize, i128)> = part(i128::rem_euclid).filter(|(_, weight)| *weight != 0).collect();
        let next: Vec<(usize, i128)> = part(i128::div_euclid).filter(|(_, weight)| *weight != 0).collect();
        rows.push(DigitRow { terms, carry_in, carry_out: true, bound: bound.rem_euclid(BASE) });
        (weights, bound, carry_in) = (next, bound.div_euclid(BASE), true);
    }
    rows.push(DigitRow { terms: weights, carry_in, carry_out: false, bound });
    Some(rows)
}

/// `wᵢ` by position among the row's bookings, and `B`, for the row as `<=`.
fn whole(row: &Row) -> Option<(Vec<(usize, i128)>, i128)> {
    let bound = &row.bound - &row.constant();
    let amounts = || row.bookings().map(|booking| booking.amount);
    let decimals = amounts().chain([&bound]).map(Amount::decimals).max()?;
    let sign = if row.relation == Relation::AtMost { 1 } else { -1 };
    let on_grid = |amount: &Amount| amount.in_units(decimals).and_then(|whole| whole.checked_mul(sign));
    let weights = amounts().enumerate().map(|(term, amount)| Some((term, on_grid(amount)?))).collect::<Option<_>>()?;
    Some((weights, on_grid(&bound)?))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use constraint_manager::{Expression, Origin, Part};
    use proptest::prelude::*;

    use super::*;

    fn row(weights: &[i64], bound: i64, relation: Relation) -> Row {
        let bookings =
            weights.iter().enumerate().map(|(index, weight)| (index, Amount::from_parts(i128::from(*weight), 2)));
        let expression = Expression { constant: Amount::zero(), bookings: bookings.collect(), shorts: Vec::new() };
        Row {
            origin: Origin::Floor { level: 0, metric: None },
            parts: vec![Part { account: 0, expression: Arc::new(expression) }],
            relation,
            bound: Amount::from_parts(i128::from(bound), 2),
        }
    }

    /// Whether carries exist with which every digit row holds: the smallest carry is the best one.
    fn holds(rows: &[DigitRow], chosen: &[bool]) -> bool {
        let mut carry = 0;
        rows.iter().all(|row| {
            let booked = row.terms.iter().filter(|(term, _)| chosen[*term]).map(|(_, weight)| weight).sum::<i128>();
            let left = booked + if row.carry_in { carry } else { 0 };
            carry = if row.carry_out { ((left - row.bound + BASE - 1).div_euclid(BASE)).max(0) } else { 0 };
            left - carry * BASE <= row.bound
        })
    }

    proptest! {
        #[test]
        fn digit_rows_hold_exactly_where_the_row_does(
            weights in prop::collection::vec(-3_000_000_000_000_i64..3_000_000_000_000, 1..7),
            near in 0_usize..64,
            off in -2_i64..3,
            at_most in any::<bool>(),
        ) {
            let sum = |set: usize| weights.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, w)| w).sum::<i64>();
            // A bound at most two units from what some choice reaches.
            let bound = sum(near % (1 << weights.len())) + off;
            let relation = if at_most { Relation::AtMost } else { Relation::AtLeast };
            let rows = digit_rows(&row(&weights, bound, relation)).unwrap();
            for set in 0..1 << weights.len() {
                let chosen: Vec<bool> = (0..weights.len()).map(|i| set >> i & 1 == 1).collect();
                let expected = if at_most { sum(set) <= bound } else { sum(set) >= bound };
                prop_assert_eq!(holds(&rows, &chosen), expected);
            }
            prop_assert!(rows.iter().flat_map(|row| &row.terms).all(|(_, weight)| weight.abs() <= BASE));
        }
    }
}
