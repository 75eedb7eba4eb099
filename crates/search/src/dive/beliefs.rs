//! How likely each choice is among all placements that keep every row: expectation propagation.
//!
//! The sum of a row over many trades is nearly normal. A row tells each trade what keeping it asks of the trade; a trade
//! tells the rows what it adds on average and how uncertain that is, given what it was told. What either says about one
//! choice is a normal factor (a site); all sites of an account together give a joint normal distribution of its rows, so that
//! rows which move together are not counted twice: what is left of it without a site is that site's cavity. Updates are damped, and go on until all trades are placed. What
//! short positions do is taken as a line for each choice, through what it changes on average. Where cost counts,
//! a placement is the less likely the more it costs.
//!
//! Source: Minka, Expectation propagation for approximate Bayesian inference (UAI 2001); Opper, Winther, Expectation
//! consistent approximate inference (JMLR 2005).

use super::inverse::invert;
use super::normal::{between, mean_short};
use crate::kernel::Kernel;

/// Rows of an account are padded to a multiple of this, so that they are worked on side by side.
const LANES: usize = 4;
/// A new site counts so much, the one before the rest.
const DAMPING: f64 = 0.4;
/// The precision of a choice's site is at least that.
const LEAST_OF_CHOICE: f64 = 0.05;
/// The precision of a row's site at first, and at least, in units of what the trades leave open, which is at least
/// something.
const FIRST_OF_ROW: f64 = 1e-4;
const LEAST_OF_ROW: f64 = 1e-6;
const LEAST_OPEN: f64 = 1e-9;
/// A row that no trade is left for varies by that, in scaled units.
const LEAST_VARIANCE: f64 = 1e-14;
/// The cavity keeps at least this share of the precision of a row, and of a choice.
const REST_OF_ROW: f64 = 1e-3;
const REST_OF_CHOICE: f64 = 1e-3;
/// A chance closer than this to 0 or 1 leaves as much uncertain as if it were that.
const LEAST_CHANCE: f64 = 1e-4;

/// A normal factor `exp(shift·x - precision·x²/2)`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Site {
    precision: f64,
    shift: f64,
}

impl Site {
    /// Goes a part of the way to another one.
    fn approach(&mut self, other: Self) {
        self.precision += DAMPING * (other.precision - self.precision);
        self.shift += DAMPING * (other.shift - self.shift);
    }
}

/// All sites: those of rows, and those of choices, whose `x` is 1 where the choice is taken and 0 elsewhere; and the chances
/// that they come to.
#[derive(Debug, Clone)]
pub(super) struct Sites {
    rows: Vec<Site>,
    choices: Vec<Site>,
    chances: Vec<f64>,
}

/// Who moves a position.
struct Seats {
    position: usize,
    is_in_rows: bool,
    choices: Vec<(usize, f64)>,
}

/// Beliefs about the choices of all trades.
pub(super) struct Beliefs<'a> {
    kernel: &'a Kernel<'a>,
    width: usize,
    /// By choice, what it adds to each row of its account: whatever is short, and with what that changes on average.
    coefficients: Vec<f64>,
    effects: Vec<f64>,
    /// By choice, what it costs, with what is short on average.
    costs: Vec<f64>,
    /// Positions that count in rows or cost something, the choices that move them and by how much.
    seats: Vec<Seats>,
    /// How much a scaled unit of cost speaks against a choice: nothing where any plan will do.
    pub(super) greed: f64,
    pub(super) sites: Sites,
    /// By choice, what it hears from its rows.
    heard: Vec<Site>,
}

/// What the trades of an account come to in its rows by their own sites, and what the rows make of that.
struct Joint {
    size: usize,
    means: Vec<f64>,
    /// The covariance, then the precision of what rows and trades disagree by.
    matrix: Vec<f64>,
    /// How far apart they are, in units of that precision.
    pull: Vec<f64>,
    /// What is left of the variance of each row, as a part of what its own site leaves.
    left: Vec<f64>,
}

impl<'a> Beliefs<'a> {
    pub(super) fn new(kernel: &'a Kernel<'a>) -> Self {
        let choices = kernel.account.len();
        let most = (0..kernel.accounts()).map(|account| kernel.block(account).len()).max().unwrap_or(0);
        let width = most.next_multiple_of(LANES);
        let mut coefficients = vec![0.0; choices * width];
        let mut seats: Vec<Seats> = (0..kernel.positions.len()).map(|position| Seats::new(kernel, position)).collect();
        for choice in 0..choices {
            let own = kernel.coefficients(choice).0;
            coefficients[choice * width..][..own.len()].copy_from_slice(own);
            kernel.touches(choice).iter().for_each(|(position, value)| seats[*position].choices.push((choice, *value)));
        }
        let chance = |choice: usize| 1.0 / kernel.choices(kernel.mover[choice]).len() as f64;
        let chances: Vec<f64> = (0..choices).map(chance).collect();
        let site = |chance: &f64| Site { precision: 1.0 / (chance * (1.0 - chance)), shift: 1.0 / (1.0 - chance) };
        let sites = Sites {
            rows: vec![Site { precision: FIRST_OF_ROW, shift: 0.0 }; kernel.rows.len()],
            choices: chances.iter().map(site).collect(),
            chances,
        };
        Self {
            kernel,
            width,
            effects: coefficients.clone(),
            coefficients,
            costs: kernel.cost.clone(),
            seats: seats.into_iter().filter(|seats| seats.counts(kernel) && !seats.choices.is_empty()).collect(),
            greed: 0.0,
            sites,
            heard: vec![Site::default(); choices],
        }
    }

    /// By choice, how likely it is; 1 or 0 for trades that are placed.
    pub(super) fn chances(&self) -> &[f64] {
        &self.sites.chances
    }

    /// A trade takes a choice.
    pub(super) fn fix(&mut self, choice: usize) {
        for other in self.kernel.choices(self.kernel.mover[choice]) {
            self.sites.chances[other] = if other == choice { 1.0 } else { 0.0 };
        }
    }

    /// Updates what is believed about the trades that are not placed; returns how many choices that were.
    pub(super) fn update(&mut self, free: &[usize]) -> u64 {
        let means = self.means();
        let mut by_account = vec![Vec::new(); self.kernel.accounts()];
        for choice in free.iter().flat_map(|mover| self.kernel.choices(*mover)) {
            by_account[self.kernel.account[choice]].push(choice);
        }
        for (account, choices) in by_account.iter().enumerate() {
            let rows = self.kernel.block(account);
            if !rows.is_empty() && !choices.is_empty() {
                let mut joint = self.joint(&means[rows.clone()], choices);
                joint.close(&mut self.sites.rows[rows]);
                self.tell_choices(&joint, choices);
                self.tell_rows(account, &joint);
            }
        }
        free.iter().for_each(|mover| self.settle(*mover));
        by_account.iter().map(|choices| choices.len() as u64).sum()
    }

    /// The mean of each row, and the effects of choices around it: what a choice adds to what is short depends on the others
    /// of the position.
    fn means(&mut self) -> Vec<f64> {
        let (kernel, width) = (self.kernel, self.width);
        let mut means = vec![0.0; kernel.rows.len()];
        for (choice, chance) in self.sites.chances.iter().enumerate().filter(|(_, chance)| **chance != 0.0) {
            let coefficients = &self.coefficients[choice * width..];
            let rows = kernel.block(kernel.account[choice]);
            rows.zip(coefficients).for_each(|(row, c)| means[row] += chance * c);
        }
        if !self.seats.is_empty() {
            self.effects.copy_from_slice(&self.coefficients);
            self.costs.copy_from_slice(&kernel.cost);
        }
        for seats in self.seats.iter().filter(|seats| seats.is_in_rows || self.greed > 0.0) {
            let position = &kernel.positions[seats.position];
            let (mut mean, mut variance) = (position.base, 0.0);
            let spread = |choice: usize, value: f64| {
                let chance = self.sites.chances[choice];
                (chance * value, value * value * chance * (1.0 - chance))
            };
            for (choice, value) in &seats.choices {
                let (more, wider) = spread(*choice, *value);
                (mean, variance) = (mean + more, variance + wider);
            }
            for (choice, value) in &seats.choices {
                let (more, wider) = spread(*choice, *value);
                let (others, deviation) = (mean - more, (variance - wider).max(0.0).sqrt());
                let short = mean_short(others + value, deviation) - mean_short(others, deviation);
                if short != 0.0 {
                    self.costs[*choice] += short * position.cost;
                    let effects = self.effects[choice * width..].iter_mut().zip(&position.factors);
                    effects.for_each(|(effect, factor)| *effect += short * factor);
                }
            }
            let short = mean_short(mean, variance.sqrt());
            let rows = kernel.block(position.account).zip(&position.factors);
            rows.for_each(|(row, factor)| means[row] += short * factor);
        }
        means
    }

    fn effects(&self, choice: usize, size: usize) -> &[f64] {
        &self.effects[choice * self.width..][..size]
    }

    /// What the choices of an account come to by their own sites alone.
    fn joint(&self, means: &[f64], choices: &[usize]) -> Joint {
        let size = means.len();
        let mut joint = Joint {
            size,
            means: means.to_vec(),
            matrix: vec![0.0; size * size],
            pull: vec![0.0; size],
            left: vec![0.0; size],
        };
        for choice in choices {
            let site = self.sites.choices[*choice];
            let variance = 1.0 / site.precision;
            let off = site.shift * variance - self.sites.chances[*choice];
            let effects = self.effects(*choice, size);
            for (row, effect) in effects.iter().enumerate() {
                joint.means[row] += effect * off;
                let weighted = effect * variance;
                let line = &mut joint.matrix[row * size..][..=row];
                line.iter_mut().zip(effects).for_each(|(entry, other)| *entry += weighted * other);
            }
        }
        joint
    }

    /// What the rows ask of each choice, without what it said itself.
    fn tell_choices(&mut self, joint: &Joint, choices: &[usize]) {
        let size = joint.size;
        let mut product = vec![0.0; size];
        for choice in choices {
            let effects = self.effects(*choice, size);
            product.fill(0.0);
            for (row, effect) in effects.iter().enumerate() {
                let line = &joint.matrix[row * size..][..size];
                product.iter_mut().zip(line).for_each(|(sum, entry)| *sum += effect * entry);
            }
            let tension: f64 = product.iter().zip(effects).map(|(sum, effect)| sum * effect).sum();
            let pull: f64 = joint.pull.iter().zip(effects).map(|(pull, effect)| pull * effect).sum();
            let site = self.sites.choices[*choice];
            let rest = (1.0 - tension / site.precision).max(REST_OF_CHOICE);
            let shift = (pull + site.shift / site.precision * tension) / rest;
            self.heard[*choice] = Site { precision: tension / rest, shift };
        }
    }

    /// The sites of an account's rows anew: that each lies between its ends.
    fn tell_rows(&mut self, account: usize, joint: &Joint) {
        for (place, row) in self.kernel.block(account).enumerate() {
            let site = &mut self.sites.rows[row];
            let variance = (joint.left[place] / site.precision).max(LEAST_VARIANCE);
            let mean = (site.shift - joint.pull[place]) / site.precision;
            let precision = (1.0 / variance - site.precision).max(REST_OF_ROW / variance);
            let center = (mean / variance - site.shift) / precision;
            // Ends that no sum can keep both lie the other way round.
            let ends = &self.kernel.rows[row];
            let (low, high) = (ends.low.min(ends.high), ends.high.max(ends.low));
            let (mean, cut) = between(center, 1.0 / precision, low, high);
            let own = (1.0 / cut - precision).max(LEAST_OF_ROW / variance);
            site.approach(Site { precision: own, shift: mean * (own + precision) - center * precision });
        }
    }

    /// The chances of a trade's choices from what it heard, and its sites anew.
    fn settle(&mut self, mover: usize) {
        let choices = self.kernel.choices(mover);
        let worth = |choice: usize| {
            self.heard[choice].shift - self.heard[choice].precision / 2.0 - self.greed * self.costs[choice]
        };
        let most = choices.clone().map(worth).fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = choices.clone().map(|choice| libm::exp(worth(choice) - most)).collect();
        let sum: f64 = weights.iter().sum();
        for (choice, weight) in choices.zip(weights) {
            let chance = weight / sum;
            self.sites.chances[choice] = chance;
            let chance = chance.clamp(LEAST_CHANCE, 1.0 - LEAST_CHANCE);
            let (variance, heard) = (chance * (1.0 - chance), self.heard[choice]);
            self.sites.choices[choice].approach(Site {
                precision: (1.0 / variance - heard.precision).max(LEAST_OF_CHOICE),
                shift: chance / variance - heard.shift,
            });
        }
    }
}

impl Seats {
    fn new(kernel: &Kernel<'_>, position: usize) -> Self {
        let is_in_rows = kernel.positions[position].factors.iter().any(|factor| *factor != 0.0);
        Self { position, is_in_rows, choices: Vec::new() }
    }

    fn counts(&self, kernel: &Kernel<'_>) -> bool {
        self.is_in_rows || kernel.positions[self.position].cost != 0.0
    }
}

impl Joint {
    /// Brings in the sites of the rows: `K = (Λ⁻¹ + S)⁻¹` of the covariance `S` and the precisions `Λ` of the rows, by way of
    /// `I + Λ^½·S·Λ^½`, whose inverse stays exact however small either is.
    fn close(&mut self, rows: &mut [Site]) {
        let size = self.size;
        for (row, site) in rows.iter_mut().enumerate() {
            let open = self.matrix[row * size + row].max(LEAST_OPEN);
            let more = (LEAST_OF_ROW / open - site.precision).max(0.0);
            // Around the mean that there is: the row is to pull nowhere by that.
            *site = Site { precision: site.precision + more, shift: site.shift + more * self.means[row] };
        }
        let roots: Vec<f64> = rows.iter().map(|site| site.precision.sqrt()).collect();
        for row in 0..size {
            for column in 0..=row {
                self.matrix[row * size + column] *= roots[row] * roots[column];
            }
            self.matrix[row * size + row] += 1.0;
        }
        invert(&mut self.matrix, size);
        let apart = rows.iter().zip(&self.means).zip(&roots);
        let apart: Vec<f64> = apart.map(|((site, mean), root)| root * (site.shift / site.precision - mean)).collect();
        for row in 0..size {
            self.left[row] = 1.0 - self.matrix[row * size + row];
            let line = &mut self.matrix[row * size..][..size];
            self.pull[row] = roots[row] * line.iter().zip(&apart).map(|(entry, apart)| entry * apart).sum::<f64>();
            line.iter_mut().zip(&roots).for_each(|(entry, root)| *entry *= roots[row] * root);
        }
    }
}

#[cfg(test)]
mod tests;
