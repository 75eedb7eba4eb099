//! What to branch on: the choice whose two branches raise the bound most, by what branching on it has done before.
//!
//! Candidates come from movers that are torn between accounts, those first that mean most to priced rows. A candidate that
//! was branched on too seldom is tried: both branches are bounded by a few pricings (strong branching, after
//! Achterberg, Koch, Martin 2005).

use std::sync::Arc;

use super::Prover;
use crate::kernel::Kernel;
use crate::lagrangian::{Prices, TRIAL, View};

/// Candidates that are looked at.
const CANDIDATES: usize = 1;
/// Trials after which what a choice did before is relied on.
const RELIABLE: u16 = 2;
/// What a branch counts at least, so that one strong branch does not count for nothing beside a weak one.
const LEAST_GAIN: f64 = 1e-6;

/// What making and closing each choice has raised the bound by, in the mean.
pub(super) struct Gains {
    inside: Vec<Mean>,
    outside: Vec<Mean>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    value: f32,
    count: u16,
}

impl Gains {
    pub(super) fn new(choices: usize) -> Self {
        Self { inside: vec![Mean::default(); choices], outside: vec![Mean::default(); choices] }
    }

    fn is_reliable(&self, choice: usize) -> bool {
        self.inside[choice].count.min(self.outside[choice].count) >= RELIABLE
    }

    fn score(&self, choice: usize) -> f64 {
        let gain = |mean: &Mean| f64::from(mean.value).max(LEAST_GAIN);
        gain(&self.inside[choice]) * gain(&self.outside[choice])
    }
}

impl Mean {
    fn add(&mut self, gain: f64) {
        self.count = self.count.saturating_add(1);
        self.value += (gain as f32 - self.value) / f32::from(self.count);
    }
}

impl Prover<'_, '_> {
    /// The choice to branch on; nothing where every mover is decided.
    pub(super) fn pick(
        &mut self,
        kernel: &Arc<Kernel<'_>>,
        view: &View<'_>,
        (lately, bound): (&[f32], f64),
        prices: &Prices,
    ) -> Option<usize> {
        let mut candidates = self.torn(view, lately, prices);
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(CANDIDATES);
        let mut pick: Option<(f64, usize)> = None;
        for (_, choice) in candidates {
            if !self.gains.is_reliable(choice) && !self.is_stopped {
                let limit = self.limit();
                for is_made in [true, false] {
                    let gain = self.trial(kernel, choice, is_made, prices) - bound;
                    let gain = gain.clamp(0.0, (limit - bound).max(0.0));
                    let of = if is_made { &mut self.gains.inside } else { &mut self.gains.outside };
                    of[choice].add(gain);
                }
            }
            let score = self.gains.score(choice);
            if pick.is_none_or(|(best, _)| score > best) {
                pick = Some((score, choice));
            }
        }
        pick.map(|(_, choice)| choice)
    }

    /// A first bound of a branch.
    fn trial(&mut self, kernel: &Arc<Kernel<'_>>, choice: usize, is_made: bool, prices: &Prices) -> f64 {
        let mark = self.remaining.mark();
        if is_made {
            self.make(choice);
        } else {
            self.remaining.close(kernel, choice);
        }
        let value = match View::new(kernel, &self.remaining) {
            Some(view) => self.improve(&view, prices.clone(), TRIAL).priced.value,
            None => f64::INFINITY,
        };
        self.remaining.undo(kernel, mark);
        value
    }

    /// For each mover that is torn between two accounts the one it favours, with what that means to rows with a
    /// price.
    fn torn(&self, view: &View<'_>, lately: &[f32], prices: &Prices) -> Vec<(f64, usize)> {
        let mut candidates = Vec::with_capacity(view.open.len());
        for index in 0..view.open.len() {
            let open = view.of(index).filter(|place| self.remaining.has(view.choices[*place]));
            let (mut first, mut second) = ((-1.0_f32, usize::MAX), (-1.0_f32, usize::MAX));
            for place in open {
                let often = lately[place];
                if often > first.0 {
                    second = first;
                    first = (often, view.choices[place]);
                } else if often > second.0 {
                    second = (often, view.choices[place]);
                }
            }
            if second.1 == usize::MAX {
                continue;
            }
            let weight = self.weight(first.1, prices) + self.weight(second.1, prices) + 1e-6;
            candidates.push(((f64::from(1.0 - first.0).min(0.5) + 0.05) * weight, first.1));
        }
        candidates
    }

    /// What a choice moves in rows that have a price.
    fn weight(&self, choice: usize, prices: &Prices) -> f64 {
        let rows = self.kernel.block(self.kernel.account[choice]).chain(self.kernel.shared());
        let (own, shared) = self.kernel.coefficients(choice);
        let sided = |(position, value): &(usize, f64)| (self.kernel.positions[*position].cost * value).abs();
        rows.zip(own.iter().chain(shared)).map(|(row, c)| (prices.rows[row] * c).abs()).sum::<f64>()
            + self.kernel.touches(choice).iter().map(sided).sum::<f64>()
    }
}
