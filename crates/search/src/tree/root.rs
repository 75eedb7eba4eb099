//! The root of the proof: its bound is improved by cuts for as long as that pays, before the tree grows from it.

use std::sync::Arc;

use super::{Prover, Start};
use crate::average::Average;
use crate::cuts::separate;
use crate::kernel::{Cut, Kernel};
use crate::lagrangian::{Prices, View};
use crate::relaxation::{self, Relaxed};
use crate::remaining::Remaining;
use crate::subgradient::{AFTER_CUTS, Improved};

/// Rounds of cuts.
const MOST_ROUNDS: usize = 10;
/// What rounds have to close of the distance to the best placement to be worth another; so many may close less.
const LEAST_PROGRESS: f64 = 0.02;
const PATIENCE: usize = 2;
/// The relaxation of more coefficients takes so long that a search is better off without.
const MOST_RELAXED: usize = 30_000;
/// What the relaxation takes for each entry of its matrix in each iteration, in choices priced.
const PRICED_AN_ENTRY: u64 = 7;
/// A cut whose price is below this, in scaled units, takes no part in the bound.
const IDLE: f64 = 1e-6;

impl Prover<'_, '_> {
    /// Keeps the best bound of the root, and tells the partner what its prices favour.
    pub(super) fn see_root(&mut self, view: &View<'_>, improved: &Improved) {
        if improved.priced.value > self.tree.root_bound {
            self.tree.root_bound = improved.priced.value;
            self.tree.root = improved.prices.clone();
            self.tree.root_shares = view.shares(&improved.prices);
            self.suggest(view, improved);
        }
    }

    /// What the tree does once it has proved to be hard: it takes the prices of the relaxation where they are better, and
    /// starts anew where the relaxation can have cuts of its own.
    pub(super) fn relax_root(&mut self) {
        self.is_hard = true;
        let kernel = Arc::clone(&self.kernel);
        let all = Remaining::all(&kernel);
        let Some(view) = View::new(&kernel, &all) else { return };
        if self.is_best_relaxed(&view) {
            (self.starts_anew, self.is_stopped, self.root_gap) = (true, true, None);
        } else if is_small(&kernel)
            && let Some(relaxed) = self.relax(&view, &all)
        {
            self.see_root(&view, &relaxed);
        }
    }

    /// Whether the relaxation has the best prices of the root, and they are worth the time.
    fn is_best_relaxed(&self, view: &View<'_>) -> bool {
        self.is_hard && view.is_linear() && is_small(&self.kernel)
    }

    /// The prices of the relaxation with what they come to; nothing where it could not be solved.
    fn relax(&mut self, view: &View<'_>, remaining: &Remaining) -> Option<Improved> {
        let Relaxed { mut prices, average, work } = relaxation::solve(view, remaining)?;
        let priced = view.price(&prices);
        prices.clamp(&priced.worth);
        self.meet(work * PRICED_AN_ENTRY);
        Some(Improved { prices, priced, average })
    }

    /// The root's prices, by the relaxation where that has better ones.
    pub(super) fn with_relaxation(&mut self, view: &View<'_>, improved: Improved) -> Improved {
        if !self.is_best_relaxed(view) || self.is_stopped {
            return improved;
        }
        let remaining = self.remaining.clone();
        let relaxed = self.relax(view, &remaining);
        relaxed.filter(|relaxed| relaxed.priced.value > improved.priced.value).unwrap_or(improved)
    }

    /// Adds cuts that the average of the root breaks, and improves its prices with them. Cuts that came to nothing are
    /// dropped.
    pub(super) fn cut_off(&mut self, mut improved: Improved) -> Improved {
        let mut failures = 0;
        for _ in 0..MOST_ROUNDS {
            let (limit, before) = (self.limit(), improved.priced.value);
            if self.is_stopped || before >= limit || failures > PATIENCE {
                break;
            }
            let Some(start) = self.with_new_cuts(&improved) else { break };
            let kernel = Arc::clone(&self.kernel);
            let Some(view) = View::new(&kernel, &self.remaining) else { break };
            let is_relaxed = self.is_best_relaxed(&view);
            let relaxed = if is_relaxed { self.relax(&view, &self.remaining.clone()) } else { None };
            // A relaxation that could not be solved is no reason to go on with prices that know nothing of the new cuts.
            improved = relaxed.unwrap_or_else(|| self.improve(&view, start, AFTER_CUTS));
            self.see_root(&view, &improved);
            let progress = (improved.priced.value - before) / (limit - before).max(1e-9);
            failures = if progress < LEAST_PROGRESS { failures + 1 } else { 0 };
        }
        improved
    }

    /// Goes on with new cuts besides those that have a price; nothing where there are no new ones.
    fn with_new_cuts(&mut self, improved: &Improved) -> Option<Start> {
        let kernel = Arc::clone(&self.kernel);
        let (rows, prices) = kernel.parted(&improved.prices.rows);
        let (_, of_best) = kernel.parted(&self.tree.root.rows);
        let written: Vec<Vec<f64>> = self.tree.lists.iter().map(|list| kernel.parted(&list.rows).1).collect();
        let is_written = |cut: usize| written.iter().any(|prices| prices[cut] > 0.0);
        let kept: Vec<usize> = (0..kernel.cuts.len())
            .filter(|cut| prices[*cut] > IDLE || of_best[*cut] > IDLE || is_written(*cut))
            .collect();
        let mut cuts: Vec<Cut> = kept.iter().map(|cut| kernel.cuts[*cut].clone()).collect();
        for cut in separate(&kernel, &improved.average.shares) {
            if !cuts.contains(&cut) {
                cuts.push(cut);
            }
        }
        if cuts.len() == kept.len() {
            return None;
        }
        self.grow(cuts, &kept);
        let carried: Vec<f64> = kept.iter().map(|cut| prices[*cut]).collect();
        let prices = Prices {
            rows: self.kernel.joined(&rows, &carried),
            slopes: improved.prices.slopes.clone(),
            ..Prices::none(&kernel)
        };
        let average = carried_over(&improved.average, &kernel, &self.kernel);
        Some(Start { prices, average: Some(average) })
    }

    /// Goes on with a kernel that has these cuts; the first of them are `kept`, by their numbers so far. Others have no
    /// price in any list.
    fn grow(&mut self, cuts: Vec<Cut>, kept: &[usize]) {
        let grown = self.kernel.with_cuts(cuts);
        let lists = self.tree.lists.iter_mut().map(|list| &mut list.rows);
        for rows in lists.chain([&mut self.tree.root.rows]) {
            let (own, prices) = self.kernel.parted(rows);
            let prices: Vec<f64> = kept.iter().map(|cut| prices[*cut]).collect();
            *rows = grown.joined(&own, &prices);
        }
        self.kernel = Arc::new(grown);
        self.tree.kernel = Arc::clone(&self.kernel);
    }
}

fn is_small(kernel: &Kernel<'_>) -> bool {
    kernel.coefficients.len() <= MOST_RELAXED
}

/// An average with the sums of the cuts that a kernel has now.
fn carried_over(average: &Average, before: &Kernel<'_>, now: &Kernel<'_>) -> Average {
    let (rows, _) = before.parted(&average.rows);
    let mut cuts = vec![0.0; now.cuts.len()];
    for (row, cut) in now.rows.iter().filter_map(|row| Some((row, row.cut?))) {
        let weights = now.cuts[cut].weights.iter();
        let sum: f64 = weights.map(|(choice, weight)| f64::from(*weight) * f64::from(average.shares[*choice])).sum();
        cuts[cut] = sum / row.scale;
    }
    Average { rows: now.joined(&rows, &cuts), ..average.clone() }
}
