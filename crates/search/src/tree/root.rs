//! The root of the proof: its bound is improved by cuts for as long as that pays, before the tree grows from it.

use std::sync::Arc;

use super::Prover;
use crate::cuts::separate;
use crate::kernel::Cut;
use crate::lagrangian::{AFTER_CUTS, Improved, Prices, View};

/// Rounds of cuts.
const MOST_ROUNDS: usize = 10;
/// What rounds have to close of the distance to the best placement to be worth another; so many may close less.
const LEAST_PROGRESS: f64 = 0.02;
const PATIENCE: usize = 2;
/// A cut whose price is below this, in scaled units, takes no part in the bound.
const IDLE: f64 = 1e-6;

impl Prover<'_, '_> {
    /// Adds cuts that the fractions of the root break, and improves its prices with them. Cuts that came to nothing are
    /// dropped.
    pub(super) fn cut_off(&mut self, mut improved: Improved) -> Improved {
        let mut failures = 0;
        for _ in 0..MOST_ROUNDS {
            let limit = self.limit();
            if self.is_stopped || improved.priced.value >= limit || failures > PATIENCE {
                break;
            }
            let kernel = Arc::clone(&self.kernel);
            let Some(view) = View::new(&kernel, &self.remaining) else { break };
            let fractions = self.fractions(&view.choices, &improved.lately);
            let (rows, prices) = kernel.parted(&improved.prices.rows);
            let (_, of_best) = kernel.parted(&self.tree.root.rows);
            let kept: Vec<usize> =
                (0..kernel.cuts.len()).filter(|cut| prices[*cut] > IDLE || of_best[*cut] > IDLE).collect();
            let mut cuts: Vec<Cut> = kept.iter().map(|cut| kernel.cuts[*cut].clone()).collect();
            for cut in separate(&kernel, &improved.prices.rows, &fractions) {
                if !cuts.contains(&cut) {
                    cuts.push(cut);
                }
            }
            if cuts.len() == kept.len() {
                break;
            }
            let kernel_before = Arc::clone(&kernel);
            let before = improved.priced.value;
            self.grow(cuts, &kept);
            let prices: Vec<f64> = kept.iter().map(|cut| prices[*cut]).collect();
            let prices = Prices { rows: self.kernel.joined(&rows, &prices), shares: improved.prices.shares.clone() };
            let kernel = Arc::clone(&self.kernel);
            let Some(view) = View::new(&kernel, &self.remaining) else { break };
            let (base_sums, _) = kernel_before.parted(&improved.sums);
            let cut_sums: Vec<f64> = kernel.cuts.iter().enumerate().map(|(_, cut)| cut.weights.iter().map(|(j, w)| f64::from(*w) * f64::from(fractions[*j])).sum::<f64>()).collect();
            let scales: Vec<f64> = { let mut v = vec![1.0; kernel.cuts.len()]; for r in &kernel.rows { if let Some(c) = r.cut { v[c] = r.scale; } } v };
            let cut_sums: Vec<f64> = cut_sums.iter().zip(&scales).map(|(s, c)| s / c).collect();
            let sums = kernel.joined(&base_sums, &cut_sums);
            improved = self.improve_from(&view, prices, Some((improved.lately.clone(), sums)), AFTER_CUTS);
            self.see_root(&view, &improved);
            let progress = (improved.priced.value - before) / (limit - before).max(1e-9);
            failures = if progress < LEAST_PROGRESS { failures + 1 } else { 0 };
        }
        improved
    }

    /// Goes on with a kernel that has these cuts; the first of them are `kept`, by their numbers so far. Others have no
    /// price in any list.
    fn grow(&mut self, cuts: Vec<Cut>, kept: &[usize]) {
        let grown = self.kernel.with_cuts(cuts);
        for list in self.tree.lists.iter_mut().chain([&mut self.tree.root]) {
            let (rows, prices) = self.kernel.parted(&list.rows);
            let prices: Vec<f64> = kept.iter().map(|cut| prices[*cut]).collect();
            list.rows = grown.joined(&rows, &prices);
        }
        self.kernel = Arc::new(grown);
        self.tree.kernel = Arc::clone(&self.kernel);
    }

    /// What share of each mover goes to each of the kernel's choices.
    pub(super) fn fractions(&self, choices: &[usize], lately: &[f32]) -> Vec<f32> {
        let mut fractions: Vec<f32> =
            (0..self.kernel.account.len()).map(|choice| f32::from(u8::from(self.remaining.has(choice)))).collect();
        choices.iter().zip(lately).for_each(|(choice, often)| fractions[*choice] = *often);
        fractions
    }
}
