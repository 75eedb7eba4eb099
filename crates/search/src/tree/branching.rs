//! What to branch on: the mover that is most torn between two accounts, weighted by what it means to rows with a price.

use super::{Prover, Start};
use crate::lagrangian::{Prices, View};

/// What a mover counts that is hardly torn, beside one that is so evenly: large ones are worth deciding anyway.
const UNTORN: f64 = 0.2;

impl Prover<'_, '_> {
    /// The choice to branch on, the one that its mover favours; nothing where every mover is decided.
    pub(super) fn torn(&self, view: &View<'_>, start: &Start) -> Option<usize> {
        let Start { prices, average: Some(average) } = start else { return None };
        let mut pick: Option<(f64, usize)> = None;
        for index in 0..view.open.len() {
            let open = view.of(index).filter(|place| self.remaining.has(view.choices[*place]));
            let (mut first, mut second) = ((-1.0_f32, usize::MAX), (-1.0_f32, usize::MAX));
            for place in open {
                let often = average.shares[view.choices[place]];
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
            let score = (f64::from(1.0 - first.0).min(0.5) + UNTORN) * weight;
            if pick.is_none_or(|(best, _)| score > best) {
                pick = Some((score, first.1));
            }
        }
        pick.map(|(_, choice)| choice)
    }

    /// What a choice moves in rows that have a price.
    fn weight(&self, choice: usize, prices: &Prices) -> f64 {
        let rows = self.kernel.block(self.kernel.account[choice]).chain(self.kernel.shared());
        let (own, shared) = self.kernel.coefficients(choice);
        rows.zip(own.iter().chain(shared)).map(|(row, c)| (prices.rows[row] * c).abs()).sum()
    }
}
