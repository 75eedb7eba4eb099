//! What the trades that are placed come to in each row, and how far the others can still move it.

use crate::kernel::{Kernel, NOISE};

/// Sums are the kernel's, scaled. A trade that is not placed counts with what it adds at least and at most, which is
/// nothing at the accounts where it does not go: what these reaches allow may still be impossible for all together.
#[derive(Debug, Clone)]
pub(super) struct Tally<'a> {
    kernel: &'a Kernel<'a>,
    /// By choice, one after the other: what it adds to each row of its account at least and at most, whatever positions
    /// come to.
    spans: Vec<(f64, f64)>,
    first_span: Vec<usize>,
    /// By position.
    values: Vec<f64>,
    rows: Vec<Count>,
    /// Both with nothing placed.
    empty: (Vec<f64>, Vec<Count>),
    /// By row and mover, whether it counts there.
    counts: Vec<bool>,
}

/// A row as it stands.
#[derive(Debug, Clone, Copy)]
struct Count {
    low: f64,
    high: f64,
    sum: f64,
    /// What those add that are not placed, at least and at most, and how many of them count.
    least: f64,
    most: f64,
    free: usize,
}

impl Count {
    /// Whether those that are not placed can leave it between its ends.
    fn can_be_kept(&self) -> bool {
        self.sum + self.least <= self.high + NOISE && self.sum + self.most >= self.low - NOISE
    }

    /// Whether they can also break it.
    fn can_be_broken(&self) -> bool {
        self.sum + self.most > self.high + NOISE || self.sum + self.least < self.low - NOISE
    }
}

impl<'a> Tally<'a> {
    /// With nothing placed.
    pub(super) fn new(kernel: &'a Kernel<'a>) -> Self {
        let (mut spans, mut first_span) = (Vec::new(), Vec::new());
        for choice in 0..kernel.account.len() {
            first_span.push(spans.len());
            spans.extend(kernel.coefficients(choice).0.iter().map(|c| (*c, *c)));
            for (position, value) in kernel.touches_in_rows(choice) {
                // A unit more of the position is between nothing and one unit less of short.
                let factors = &kernel.positions[position].factors;
                for (span, factor) in spans[first_span[choice]..].iter_mut().zip(factors) {
                    let most = -value * factor;
                    *span = (span.0 + most.min(0.0), span.1 + most.max(0.0));
                }
            }
        }
        let row =
            |row: &crate::kernel::Row| Count { low: row.low, high: row.high, sum: 0.0, least: 0.0, most: 0.0, free: 0 };
        let values: Vec<f64> = kernel.positions.iter().map(|position| position.base).collect();
        let counts = vec![false; kernel.rows.len() * kernel.movers.len()];
        let rows = kernel.rows.iter().map(row).collect();
        let empty = (Vec::new(), Vec::new());
        let mut tally = Self { kernel, spans, first_span, values, rows, empty, counts };
        for position in &kernel.positions {
            let short = (-position.base).max(0.0);
            let factors = kernel.block(position.account).zip(&position.factors);
            factors.for_each(|(row, factor)| tally.rows[row].sum += short * factor);
        }
        (0..kernel.movers.len()).for_each(|mover| tally.put_back(mover));
        for choice in 0..kernel.account.len() {
            let mover = kernel.mover[choice];
            for row in kernel.block(kernel.account[choice]) {
                let (least, most) = tally.span(choice, row);
                tally.counts[row * kernel.movers.len() + mover] = least != 0.0 || most != 0.0;
            }
        }
        tally.empty = (tally.values.clone(), tally.rows.clone());
        tally
    }

    /// Takes everything away.
    pub(super) fn clear(&mut self) {
        self.values.clone_from(&self.empty.0);
        self.rows.clone_from(&self.empty.1);
    }

    /// Whether a trade can move a row.
    pub(super) fn counts(&self, row: usize, mover: usize) -> bool {
        self.counts[row * self.kernel.movers.len() + mover]
    }

    /// The row that can be broken with the fewest trades left, where there are at most `few`.
    pub(super) fn tightest(&self, few: usize) -> Option<usize> {
        let is_tight = |row: &usize| (1..=few).contains(&self.rows[*row].free) && self.rows[*row].can_be_broken();
        (0..self.rows.len()).filter(is_tight).min_by_key(|row| self.rows[*row].free)
    }

    /// A trade does not count as free any more: it is about to be placed.
    pub(super) fn lift(&mut self, mover: usize) {
        self.reach(mover, -1.0, |free| free - 1);
    }

    /// It counts as free again.
    pub(super) fn put_back(&mut self, mover: usize) {
        self.reach(mover, 1.0, |free| free + 1);
    }

    fn reach(&mut self, mover: usize, times: f64, free: impl Fn(usize) -> usize) {
        for choice in self.kernel.choices(mover) {
            for row in self.kernel.block(self.kernel.account[choice]) {
                let (least, most) = self.span(choice, row);
                let count = &mut self.rows[row];
                if least != 0.0 || most != 0.0 {
                    count.least += times * least.min(0.0);
                    count.most += times * most.max(0.0);
                    count.free = free(count.free);
                }
            }
        }
    }

    fn span(&self, choice: usize, row: usize) -> (f64, f64) {
        self.spans[self.first_span[choice] + row - self.kernel.block(self.kernel.account[choice]).start]
    }

    /// Places a trade that was lifted.
    pub(super) fn add(&mut self, choice: usize) {
        self.count_in(choice, 1.0);
        self.kernel.touches_in_rows(choice).for_each(|(position, value)| self.values[position] += value);
    }

    /// Takes it away again.
    pub(super) fn remove(&mut self, choice: usize) {
        self.kernel.touches_in_rows(choice).for_each(|(position, value)| self.values[position] -= value);
        self.count_in(choice, -1.0);
    }

    fn count_in(&mut self, choice: usize, times: f64) {
        let rows = self.kernel.block(self.kernel.account[choice]);
        for (count, c) in self.rows[rows.clone()].iter_mut().zip(self.kernel.coefficients(choice).0) {
            count.sum += times * c;
        }
        for (position, value) in self.kernel.touches_in_rows(choice) {
            let before = self.values[position];
            let more = (-(before + value)).max(0.0) - (-before).max(0.0);
            if more != 0.0 {
                let factors = &self.kernel.positions[position].factors;
                let counts = self.rows[rows.clone()].iter_mut().zip(factors);
                counts.for_each(|(count, factor)| count.sum += times * more * factor);
            }
        }
    }

    /// Whether every row of the accounts that a trade can go to can still be kept.
    pub(super) fn can_be_kept(&self, mover: usize) -> bool {
        let accounts = self.kernel.choices(mover).map(|choice| self.kernel.account[choice]);
        accounts.into_iter().all(|account| self.rows[self.kernel.block(account)].iter().all(Count::can_be_kept))
    }
}

#[cfg(test)]
mod tests;
