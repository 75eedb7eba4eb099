//! A placement with its sums kept up to date, in floats: what moving one trade would do, in a few operations.
//!
//! For our own search only. What it finds is checked exactly before anybody relies on it.

use constraint_manager::{AssignmentProblem, Relation};

use crate::redundancy::is_redundant;
use crate::scale::to_float;

/// What a move changes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Change {
    /// Of the sum of broken rows, each in units of its largest term.
    pub(crate) broken: f64,
    /// Of the objective.
    pub(crate) objective: f64,
}

impl Change {
    /// This change, then another.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { broken: self.broken + other.broken, objective: self.objective + other.objective }
    }
}

/// The sums of a placement that is being built or changed.
pub(crate) struct Tally {
    /// `[trade][account]`: what booking it there adds; nothing where it may not go.
    effects: Vec<Vec<Option<Effect>>>,
    rows: Vec<RowSum>,
    positions: Vec<PositionSum>,
    /// Where each trade is; nothing while it is nowhere.
    pub(crate) placement: Vec<Option<usize>>,
}

#[derive(Default, Clone)]
struct Effect {
    rows: Vec<(usize, f64)>,
    positions: Vec<(usize, f64)>,
    worth: f64,
}

struct RowSum {
    /// Bound less left side for `<=`, the reverse for `>=`: below zero when broken.
    room: f64,
    scale: f64,
}

struct PositionSum {
    value: f64,
    /// What one unit of short adds to rows, in room.
    rows: Vec<(usize, f64)>,
    worth: f64,
}

impl Tally {
    /// The tally of a problem with every trade that has a choice still nowhere.
    pub(crate) fn new(problem: &AssignmentProblem) -> Self {
        let mut tally = Self::of_objective(problem);
        tally.add_rows(problem);
        tally
    }

    /// The tally of the objective alone, without rows.
    pub(crate) fn of_objective(problem: &AssignmentProblem) -> Self {
        let accounts = problem.accounts.len();
        let allowed = |trade: &constraint_manager::TradeChoice| {
            let mut effects = vec![None; accounts];
            trade.accounts.iter().for_each(|account| effects[*account] = Some(Effect::default()));
            effects
        };
        let mut tally = Self {
            effects: problem.trades.iter().map(allowed).collect(),
            rows: Vec::new(),
            positions: Vec::new(),
            placement: problem.trades.iter().map(|trade| (!trade.is_free()).then(|| trade.accounts[0])).collect(),
        };
        for position in &problem.positions {
            let index = tally.positions.len();
            for (trade, value) in &position.bookings {
                tally.effect(*trade, position.account).positions.push((index, to_float(value)));
            }
            tally.positions.push(PositionSum { value: to_float(&position.base), rows: Vec::new(), worth: 0.0 });
        }
        tally.add_objective(problem);
        tally
    }

    fn effect(&mut self, trade: usize, account: usize) -> &mut Effect {
        self.effects[trade][account].as_mut().expect("a term is about a trade that may be booked at the account")
    }

    fn add_rows(&mut self, problem: &AssignmentProblem) {
        for row in problem.rows.iter().filter(|row| !is_redundant(problem, row)) {
            let index = self.rows.len();
            let sign = if row.relation == Relation::AtMost { 1.0 } else { -1.0 };
            let mut scale = 0.0_f64;
            for booking in row.bookings() {
                let coefficient = to_float(booking.amount);
                scale = scale.max(coefficient.abs());
                self.effect(booking.trade, booking.account).rows.push((index, -sign * coefficient));
            }
            let mut room = sign * to_float(&(&row.bound - &row.constant()));
            for (position, factor) in row.shorts() {
                let factor = -sign * to_float(factor);
                let position = &mut self.positions[*position];
                position.rows.push((index, factor));
                room += factor * (-position.value).max(0.0);
            }
            self.rows.push(RowSum { room, scale: if scale > 0.0 { scale } else { 1.0 } });
        }
    }

    fn add_objective(&mut self, problem: &AssignmentProblem) {
        for term in problem.objective.iter().flat_map(|objective| &objective.terms) {
            for (trade, coefficient) in &term.expression.bookings {
                self.effect(*trade, term.account_index).worth += to_float(&(&term.worth * coefficient));
            }
            for (position, factor) in &term.expression.shorts {
                self.positions[*position].worth += to_float(&(&term.worth * factor));
            }
        }
    }

    /// The accounts that a trade may go to.
    pub(crate) fn accounts(&self, trade: usize) -> impl Iterator<Item = usize> + '_ {
        self.effects[trade].iter().enumerate().filter(|(_, effect)| effect.is_some()).map(|(account, _)| account)
    }

    /// The most that booking a trade somewhere can move the objective.
    pub(crate) fn stake(&self, trade: usize) -> f64 {
        let stakes =
            self.accounts(trade).map(|account| self.worth(trade, account)).map(|(worth, sided)| worth.abs() + sided);
        stakes.fold(0.0, f64::max)
    }

    /// What booking a trade at an account adds to the objective, short sizes apart, and what it changes it by at most
    /// through those.
    pub(crate) fn worth(&self, trade: usize, account: usize) -> (f64, f64) {
        let Some(effect) = &self.effects[trade][account] else { return (0.0, 0.0) };
        let sided = effect.positions.iter().map(|(position, value)| (self.positions[*position].worth * value).abs());
        (effect.worth, sided.sum())
    }

    /// What booking a trade (`direction` 1) or taking it back (-1) at an account would change.
    pub(crate) fn change(&self, trade: usize, account: usize, direction: f64) -> Change {
        let Some(effect) = &self.effects[trade][account] else {
            return Change { broken: f64::INFINITY, objective: 0.0 };
        };
        let mut change = Change { broken: 0.0, objective: direction * effect.worth };
        let mut moved: Vec<(usize, f64)> = effect.rows.iter().map(|(row, c)| (*row, direction * c)).collect();
        for (position, value) in &effect.positions {
            let position = &self.positions[*position];
            let short = (-(position.value + direction * value)).max(0.0) - (-position.value).max(0.0);
            change.objective += position.worth * short;
            moved.extend(position.rows.iter().map(|(row, factor)| (*row, factor * short)));
        }
        moved.sort_unstable_by_key(|(row, _)| *row);
        let mut next = 0;
        while next < moved.len() {
            let row = moved[next].0;
            let mut room = 0.0;
            while next < moved.len() && moved[next].0 == row {
                room += moved[next].1;
                next += 1;
            }
            let sum = &self.rows[row];
            change.broken += ((-(sum.room + room)).max(0.0) - (-sum.room).max(0.0)) / sum.scale;
        }
        change
    }

    /// Books a trade (`direction` 1) or takes it back (-1).
    pub(crate) fn apply(&mut self, trade: usize, account: usize, direction: f64) {
        let effect = self.effects[trade][account].clone().unwrap_or_default();
        for (row, coefficient) in &effect.rows {
            self.rows[*row].room += direction * coefficient;
        }
        for (index, value) in &effect.positions {
            let position = &mut self.positions[*index];
            let before = (-position.value).max(0.0);
            position.value += direction * value;
            let short = (-position.value).max(0.0) - before;
            for (row, factor) in &position.rows {
                self.rows[*row].room += factor * short;
            }
        }
        self.placement[trade] = (direction > 0.0).then_some(account);
    }
}

#[cfg(test)]
mod tests {
    use domain::Amount;
    use proptest::prelude::*;
    use test_desks::{Add, With, account, by_type, day, desk};

    use super::Tally;
    use crate::scale::to_float;

    proptest! {
        #[test]
        fn a_change_is_what_exact_arithmetic_says(
            sizes in prop::collection::vec(-50_i64..50, 3..8),
            placement in prop::collection::vec(0_usize..2, 8),
            moved in 0_usize..3,
        ) {
            let pb = |id: &str| {
                let card = by_type("cost", &["government 0.5", "cash -0.1 0.3"]).priority("-1");
                account(id, vec![by_type("gross", &["government 1 1"]).max("20"), card])
            };
            let trades = sizes.iter().enumerate().fold(day().position("PB1 7 A government"), |day, (index, size)| {
                let side = if *size < 0 { "sell" } else { "buy" };
                day.trade(&format!("T{index} {side} {} {} government", size.abs().max(1), if index % 2 == 0 { "A" } else { "B" }))
            });
            let book = metric_engine::compile(&desk(vec![pb("PB1"), pb("PB2")]), &trades).unwrap();
            let problem = constraint_manager::build(&book, false).unwrap();
            let before: Vec<usize> = placement[..sizes.len()].to_vec();
            let mut after = before.clone();
            after[moved] = 1 - before[moved];

            let mut tally = Tally::new(&problem);
            for (trade, account) in before.iter().enumerate() {
                tally.apply(trade, *account, 1.0);
            }
            let leave = tally.change(moved, before[moved], -1.0);
            let change = leave.and(tally.change(moved, after[moved], 1.0));
            let exact = |placement: &[usize]| problem.objective_value(placement).unwrap();
            prop_assert!((change.objective - to_float(&(exact(&after) - exact(&before)))).abs() < 1e-9);
            // Each row counts in units of its largest coefficient; redundant rows are never broken and add nothing.
            let scale = |row: usize| {
                let sizes = problem.rows[row].bookings().map(|booking| to_float(&booking.amount.abs()));
                Some(sizes.fold(0.0, f64::max)).filter(|largest| *largest > 0.0).unwrap_or(1.0)
            };
            let part = |(row, room): (usize, Amount)| -to_float(&room) / scale(row);
            let broken = |placement: &[usize]| problem.broken_rows(placement).into_iter().map(part).sum::<f64>();
            prop_assert!((change.broken - (broken(&after) - broken(&before))).abs() < 1e-9);
        }
    }
}
