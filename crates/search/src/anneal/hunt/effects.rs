//! A placement, and what each trade would do to each account: what going there adds to its rows, or what leaving takes.
//!
//! A change of place adds an effect to the account that is left and another to the one that is entered, whichever way it
//! goes. Two trades that change places, or go together, add two effects to each of two accounts: one sum to try, with
//! neither sides nor directions to tell apart. What short positions do is part of the effects, which are kept up to date
//! with the placement, so that trying it costs nothing; only two trades of one position do not just add up.

use crate::kernel::{Kernel, Row};

/// Rows of an account are padded to a multiple of this, so that they are worked on side by side.
const LANES: usize = 8;
/// The effect of going where a trade may not go.
const FORBIDDEN: f32 = 1e6;
/// In place of a mover where there is none.
pub(super) const NOBODY: usize = usize::MAX;

/// A position that a seat moves.
#[derive(Debug, Clone, Copy)]
struct Touch {
    position: usize,
    value: f32,
    /// What the seat's change adds to what is short.
    short: f32,
}

/// Sums are deviations from the middle of each row, and rows are weighted by what their excess costs. A seat is a trade at
/// an account, by account and trade; one more stands for no trade.
pub(super) struct Effects {
    movers: usize,
    accounts: usize,
    width: usize,
    /// The account of each mover.
    pub(super) at: Vec<usize>,
    /// By seat, one effect for each row.
    effects: Vec<f32>,
    coefficients: Vec<f32>,
    touches: Vec<Vec<Touch>>,
    /// By account.
    deviations: Vec<f32>,
    middles: Vec<f64>,
    halves: Vec<f32>,
    excess: Vec<f32>,
    stress: Vec<f64>,
    /// By position: its value, what a unit of short adds to each row of its account, and the seats that move it.
    values: Vec<f32>,
    factors: Vec<f32>,
    seats: Vec<Vec<usize>>,
}

/// One or two trades that leave one account and enter another; a mover may be nobody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) movers: [usize; 2],
    pub(super) accounts: [usize; 2],
    /// Whether both trades move the same position somewhere.
    pub(super) is_tied: bool,
}

impl Effects {
    pub(super) fn new(kernel: &Kernel<'_>, placement: &[usize], stress: &[f64]) -> Self {
        let (movers, accounts) = (kernel.movers.len(), kernel.accounts());
        let most = (0..accounts).map(|account| kernel.block(account).len()).max().unwrap_or(0);
        let mut touches = vec![Vec::new(); accounts * movers];
        let mut seats = vec![Vec::new(); kernel.positions.len()];
        for choice in 0..kernel.account.len() {
            let seat = kernel.account[choice] * movers + kernel.mover[choice];
            for (position, value) in kernel.touches_in_rows(choice) {
                touches[seat].push(Touch { position, value: value as f32, short: 0.0 });
                seats[position].push(seat);
            }
        }
        let mut effects = Self {
            movers,
            accounts,
            width: most.next_multiple_of(LANES),
            at: placement.iter().map(|choice| kernel.account[*choice]).collect(),
            effects: Vec::new(),
            coefficients: Vec::new(),
            touches,
            deviations: Vec::new(),
            middles: Vec::new(),
            halves: Vec::new(),
            excess: vec![0.0; accounts],
            stress: Vec::new(),
            values: Vec::new(),
            factors: Vec::new(),
            seats,
        };
        effects.weigh(kernel, stress);
        effects
    }

    /// Weighs the rows anew.
    pub(super) fn weigh(&mut self, kernel: &Kernel<'_>, stress: &[f64]) {
        let (movers, width) = (self.movers, self.width);
        self.stress = stress.to_vec();
        // How far a row's sum can get from where it is with nothing booked.
        let mut reach = vec![0.0; kernel.rows.len()];
        self.coefficients = vec![FORBIDDEN; self.accounts * movers * width];
        for choice in 0..kernel.account.len() {
            let weighted = &mut self.coefficients[(kernel.account[choice] * movers + kernel.mover[choice]) * width..];
            weighted[..width].fill(0.0);
            let rows = kernel.block(kernel.account[choice]);
            for ((weighted, c), row) in weighted.iter_mut().zip(kernel.coefficients(choice).0).zip(rows) {
                *weighted = (c * stress[row]) as f32;
                reach[row] += c.abs();
            }
        }
        self.factors = vec![0.0; kernel.positions.len() * width];
        for (index, position) in kernel.positions.iter().enumerate() {
            let booked = self.seats[index].iter().flat_map(|seat| &self.touches[*seat]);
            let booked = booked.filter(|touch| touch.position == index).map(|touch| f64::from(touch.value.abs()));
            let most = position.base.abs() + booked.sum::<f64>();
            let weighted = &mut self.factors[index * width..][..width];
            let rows = kernel.block(position.account);
            for ((weighted, factor), row) in weighted.iter_mut().zip(&position.factors).zip(rows) {
                *weighted = (factor * stress[row]) as f32;
                reach[row] += factor.abs() * most;
            }
        }
        self.middles = vec![0.0; self.accounts * width];
        self.halves = vec![f32::MAX; self.accounts * width];
        for account in 0..self.accounts {
            for (place, row) in (account * width..).zip(kernel.block(account)) {
                let (low, high) = ends(&kernel.rows[row], reach[row]);
                self.middles[place] = (low + high) / 2.0 * stress[row];
                self.halves[place] = ((high - low) / 2.0 * stress[row]) as f32;
            }
        }
        self.effects = vec![0.0; (self.accounts * movers + 1) * width];
        self.sum_up(kernel);
    }

    /// Takes all sums anew: small errors of many steps are gone.
    pub(super) fn sum_up(&mut self, kernel: &Kernel<'_>) {
        let placement = self.placement(kernel);
        let sums = kernel.sums(&placement).rows;
        self.deviations = vec![0.0; self.accounts * self.width];
        for account in 0..self.accounts {
            for (place, row) in (account * self.width..).zip(kernel.block(account)) {
                self.deviations[place] = (sums[row] * self.stress[row] - self.middles[place]) as f32;
            }
        }
        let mut values: Vec<f64> = kernel.positions.iter().map(|position| position.base).collect();
        for (position, value) in placement.iter().flat_map(|choice| kernel.touches(*choice)) {
            values[*position] += value;
        }
        self.values = values.into_iter().map(|value| value as f32).collect();
        (0..self.accounts * self.movers).for_each(|seat| self.renew(seat));
        self.excess = (0..self.accounts).map(|account| self.excess_after(account, [NOBODY; 2])).collect();
    }

    /// The choice of each mover.
    pub(super) fn placement(&self, kernel: &Kernel<'_>) -> Vec<usize> {
        let is_here = |mover: usize| move |choice: &usize| kernel.account[*choice] == self.at[mover];
        let choice = |mover| kernel.choices(mover).find(is_here(mover)).expect("a trade is where it may be");
        (0..self.movers).map(choice).collect()
    }

    /// Makes a change if it raises the excess by no more than `dare`; returns the excess of all rows then.
    #[inline(always)]
    pub(super) fn attempt(&mut self, change: Change, dare: f32) -> Option<f32> {
        let [from, to] = change.accounts;
        let most = self.excess[from] + self.excess[to] + dare;
        let after = if change.is_tied {
            [self.excess_of_tied(from, change.movers), self.excess_of_tied(to, change.movers)]
        } else {
            let left = self.excess_after(from, change.movers);
            if left > most {
                return None;
            }
            [left, self.excess_after(to, change.movers)]
        };
        if after[0] + after[1] > most {
            return None;
        }
        for mover in change.movers.into_iter().filter(|mover| *mover != NOBODY) {
            let (here, there) = if self.at[mover] == from { (from, to) } else { (to, from) };
            self.turn(here, mover, -1.0);
            self.turn(there, mover, 1.0);
            self.at[mover] = there;
        }
        (self.excess[from], self.excess[to]) = (after[0], after[1]);
        Some(self.excess.iter().sum())
    }

    #[inline(always)]
    fn effect(&self, account: usize, mover: usize) -> &[f32] {
        let seat = if mover == NOBODY { self.accounts * self.movers } else { account * self.movers + mover };
        &self.effects[seat * self.width..][..self.width]
    }

    /// The excess of an account after two trades changed places there, which move no position both.
    #[inline(always)]
    fn excess_after(&self, account: usize, movers: [usize; 2]) -> f32 {
        let (deviations, halves) = self.rows(account);
        let [one, two] = movers.map(|mover| self.effect(account, mover));
        let mut part = [0.0_f32; LANES];
        for (((deviation, half), one), two) in
            lanes(deviations).iter().zip(lanes(halves)).zip(lanes(one)).zip(lanes(two))
        {
            // In steps of their own, so that each is done on all lanes at once.
            let after: [f32; LANES] = std::array::from_fn(|lane| deviation[lane] + (one[lane] + two[lane]));
            let over: [f32; LANES] = std::array::from_fn(|lane| after[lane].abs() - half[lane]);
            (0..LANES).for_each(|lane| part[lane] += positive(over[lane]));
        }
        let four: [f32; 4] = std::array::from_fn(|lane| part[lane] + part[lane + 4]);
        (four[0] + four[1]) + (four[2] + four[3])
    }

    /// The same where both trades may move one position.
    fn excess_of_tied(&self, account: usize, movers: [usize; 2]) -> f32 {
        let (deviations, halves) = self.rows(account);
        let [one, two] = movers.map(|mover| self.effect(account, mover));
        let mut after: Vec<f32> =
            deviations.iter().zip(one).zip(two).map(|((sum, one), two)| sum + (one + two)).collect();
        let [mine, others] = movers.map(|mover| &self.touches[account * self.movers + mover]);
        let times = movers.map(|mover| self.times(account, mover));
        for (one, two) in mine.iter().flat_map(|one| others.iter().map(move |two| (one, two))) {
            if one.position != two.position {
                continue;
            }
            let value = self.values[one.position];
            let both = positive(-(value + times[0] * one.value + times[1] * two.value)) - positive(-value);
            let more = both - one.short - two.short;
            let factors = &self.factors[one.position * self.width..][..self.width];
            after.iter_mut().zip(factors).for_each(|(after, factor)| *after += more * factor);
        }
        after.iter().zip(halves).map(|(after, half)| positive(after.abs() - half)).sum()
    }

    fn rows(&self, account: usize) -> (&[f32], &[f32]) {
        let place = account * self.width;
        (&self.deviations[place..][..self.width], &self.halves[place..][..self.width])
    }

    /// Whether a trade's change of place adds to what an account holds, or takes from it.
    fn times(&self, account: usize, mover: usize) -> f32 {
        if self.at[mover] == account { -1.0 } else { 1.0 }
    }

    /// Adds an effect to the sums: what undoes it is its opposite. Others of the same position may have another effect then.
    fn turn(&mut self, account: usize, mover: usize, times: f32) {
        let (seat, width) = (account * self.movers + mover, self.width);
        let sums = &mut self.deviations[account * width..][..width];
        for (sum, effect) in sums.iter_mut().zip(&mut self.effects[seat * width..][..width]) {
            *sum += *effect;
            *effect = -*effect;
        }
        for number in 0..self.touches[seat].len() {
            let touch = &mut self.touches[seat][number];
            touch.short = -touch.short;
            let position = touch.position;
            self.values[position] += times * touch.value;
            for place in 0..self.seats[position].len() {
                let other = self.seats[position][place];
                if other != seat {
                    self.renew_if_changed(other);
                }
            }
        }
    }

    fn renew_if_changed(&mut self, seat: usize) {
        let times = self.times(seat / self.movers, seat % self.movers);
        if self.touches[seat].iter().any(|touch| short(self.values[touch.position], times * touch.value) != touch.short)
        {
            self.renew(seat);
        }
    }

    /// Takes an effect anew.
    fn renew(&mut self, seat: usize) {
        let times = self.times(seat / self.movers, seat % self.movers);
        let width = self.width;
        let effect = &mut self.effects[seat * width..][..width];
        effect.iter_mut().zip(&self.coefficients[seat * width..][..width]).for_each(|(effect, c)| *effect = times * c);
        for touch in &mut self.touches[seat] {
            touch.short = short(self.values[touch.position], times * touch.value);
            if touch.short != 0.0 {
                let factors = &self.factors[touch.position * width..][..width];
                effect.iter_mut().zip(factors).for_each(|(effect, factor)| *effect += touch.short * factor);
            }
        }
    }
}

/// What is short more once a position has moved.
fn short(value: f32, moved: f32) -> f32 {
    positive(-(value + moved)) - positive(-value)
}

/// Rows, so many at a time.
#[inline(always)]
fn lanes(rows: &[f32]) -> &[[f32; LANES]] {
    rows.as_chunks().0
}

#[inline(always)]
fn positive(value: f32) -> f32 {
    if value > 0.0 { value } else { 0.0 }
}

/// The ends of a row; where there is none, one that its sum cannot get to from the other.
fn ends(row: &Row, reach: f64) -> (f64, f64) {
    let far = reach + row.low.abs().min(row.high.abs());
    let low = if row.low.is_finite() { row.low } else { row.high - 2.0 * far };
    (low, if row.high.is_finite() { row.high } else { row.low + 2.0 * far })
}

#[cfg(test)]
mod tests;
