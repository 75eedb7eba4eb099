//! The row that each account keeps: its weights in whole numbers.
//!
//! A row `Σ a·x <= b` in decimals becomes whole numbers `Σ w·x <= r` by its last decimal and what all of them have in
//! common. Where `w < 0` the knapsack has the complement `1 - x` with the weight `-w`, and room for it. A knapsack with
//! too much room for a table counts in steps of several: each weight is rounded down, which lets more in and never less.

use constraint_manager::{Origin, Relation, Row};
use domain::Amount;

use crate::kernel::Kernel;

/// The kept rows of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptRows {
    /// By account; nothing where it keeps none.
    pub(crate) rows: Vec<Option<Kept>>,
    /// The weight of each choice in the row of its account.
    pub(crate) weights: Vec<i64>,
}

/// The row that an account keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The row of the kernel, and which of its ends.
    pub(crate) row: usize,
    pub(crate) is_high: bool,
    /// The problem's row.
    pub(crate) end: usize,
    /// What fits, with room for every complement.
    pub(crate) room: i64,
    /// How much one place in a table is.
    pub(crate) step: i64,
    /// What a weight of 1 is in the problem's row.
    pub(crate) unit: Amount,
}

/// The most places of a table.
const MOST_PLACES: i64 = 4_096;
/// Weights are below this, so that sums of them are far from the largest number.
const MOST_WEIGHT: i128 = 1 << 40;

impl KeptRows {
    /// In each account the row with the most weight at these prices of rows; nothing where no account has one.
    pub(crate) fn of(kernel: &Kernel<'_>, prices: &[f64]) -> Option<Self> {
        let mut kept = Self { rows: Vec::new(), weights: vec![0; kernel.account.len()] };
        for account in 0..kernel.accounts() {
            let mut rows: Vec<usize> = kernel.block(account).collect();
            rows.retain(|row| prices[*row] != 0.0);
            rows.sort_by(|a, b| prices[*b].abs().total_cmp(&prices[*a].abs()).then(a.cmp(b)));
            let row = rows.into_iter().find_map(|row| kept.keep(kernel, row, prices[row] > 0.0));
            kept.rows.push(row);
        }
        kept.rows.iter().any(Option::is_some).then_some(kept)
    }

    /// The problem's rows that are kept, each with what a step is.
    pub(crate) fn stated(&self) -> Vec<(usize, Amount)> {
        self.rows.iter().flatten().map(|kept| (kept.end, &kept.unit * &Amount::from(kept.step))).collect()
    }

    fn keep(&mut self, kernel: &Kernel<'_>, row: usize, is_high: bool) -> Option<Kept> {
        let end = if is_high { kernel.rows[row].at_most } else { kernel.rows[row].at_least }?;
        let stated = &kernel.problem.rows[end];
        // The floor of a level is of no account, even where all that counts is in one.
        if matches!(stated.origin, Origin::Floor { .. }) || stated.shorts().next().is_some() {
            return None;
        }
        let (weights, room, unit) = whole(stated)?;
        let choice = |booking: constraint_manager::Counted<'_>| {
            let mover = kernel.movers.binary_search(&booking.trade).ok()?;
            kernel.choices(mover).find(|choice| kernel.account[*choice] == booking.account)
        };
        let choices: Vec<usize> = stated.bookings().map(choice).collect::<Option<_>>()?;
        choices.iter().zip(&weights).for_each(|(choice, weight)| self.weights[*choice] += weight);
        let complements: i64 = choices.iter().map(|choice| self.weights[*choice].min(0)).sum();
        let room = room - complements;
        let step = if room > MOST_PLACES { room / (MOST_PLACES / 2) + 1 } else { 1 };
        Some(Kept { row, is_high, end, room, step, unit })
    }
}

/// A row as `Σ w·x <= r` in whole numbers, `w` by booking, with what 1 of them is; nothing where they are too large.
fn whole(row: &Row) -> Option<(Vec<i64>, i64, Amount)> {
    let sign = |amount: Amount| if row.relation == Relation::AtMost { amount } else { -amount };
    let bound = sign(&row.bound - &row.constant());
    let amounts: Vec<Amount> = row.bookings().map(|booking| sign(booking.amount.clone())).collect();
    let decimals = amounts.iter().map(Amount::decimals).max()?;
    let weights: Vec<i128> = amounts.iter().map(|amount| amount.in_units(decimals)).collect::<Option<_>>()?;
    let common = weights.iter().fold(0, |common, weight| divisor(common, weight.unsigned_abs()));
    if common == 0 {
        return None;
    }
    let common = i128::try_from(common).ok()?;
    // What is beyond the last decimal of the weights makes no difference to whole numbers of them.
    let nearest = bound.rounded(decimals);
    let room = nearest.in_units(decimals)? - i128::from(nearest > bound);
    let small = |number: i128| i64::try_from(number).ok().filter(|_| number.abs() < MOST_WEIGHT);
    let weights = weights.iter().map(|weight| small(weight / common)).collect::<Option<_>>()?;
    Some((weights, small(room.div_euclid(common))?, Amount::from_parts(common, decimals)))
}

/// The greatest common divisor.
fn divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisors_are_common_and_greatest() {
        assert_eq!([divisor(0, 12), divisor(12, 18), divisor(7, 5), divisor(5, 0)], [12, 6, 1, 5]);
    }
}
