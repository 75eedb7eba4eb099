//! What the placements that pricings favour come to on average: near the solution of the relaxation, which says where
//! prices have to go (`volume.rs`), what cuts would cut off and which movers are torn.

use crate::kernel::{Kernel, add};
use crate::lagrangian::{Priced, View};
use crate::remaining::Remaining;

/// An average of placements.
#[derive(Debug, Clone)]
pub(crate) struct Average {
    /// The share of each of the kernel's choices; those of a mover come to 1.
    pub(crate) shares: Vec<f32>,
    /// The left side of each row.
    pub(crate) rows: Vec<f64>,
    /// By position, how the bound follows the slope.
    pub(crate) slopes: Vec<f64>,
}

impl Average {
    /// Of one placement: what a pricing favours.
    pub(crate) fn of(view: &View<'_>, remaining: &Remaining, priced: &Priced) -> Self {
        let mut shares = vec![0.0; view.kernel.account.len()];
        view.placement(remaining, priced).into_iter().for_each(|choice| shares[choice] = 1.0);
        Self { shares, rows: priced.rows.clone(), slopes: priced.slopes.clone() }
    }

    /// Lets what a pricing of the view favours count for `weight`, and all before for the rest.
    pub(crate) fn add(&mut self, view: &View<'_>, priced: &Priced, weight: f64) {
        let (gains, keeps) = (weight as f32, 1.0 - weight as f32);
        view.choices.iter().for_each(|choice| self.shares[*choice] *= keeps);
        priced.cheapest.iter().for_each(|place| self.shares[view.choices[*place]] += gains);
        self.rows.iter_mut().zip(&priced.rows).for_each(|(mean, now)| *mean += weight * (now - *mean));
        self.slopes.iter_mut().zip(&priced.slopes).for_each(|(mean, now)| *mean += weight * (now - *mean));
    }

    /// The average as it would be in a narrower branch: what is closed there goes to what its mover has left. Short
    /// sizes are taken as they were.
    pub(crate) fn enter(&self, kernel: &Kernel<'_>, remaining: &Remaining) -> Self {
        let mut entered = self.clone();
        for mover in 0..kernel.movers.len() {
            let open = || kernel.choices(mover).filter(|choice| remaining.has(*choice));
            let whole: f32 = open().map(|choice| self.shares[choice]).sum();
            if (whole - 1.0).abs() < 1e-6 {
                continue;
            }
            for choice in kernel.choices(mover) {
                let share = match remaining.has(choice) {
                    false => 0.0,
                    true if whole > 1e-3 => self.shares[choice] / whole,
                    true => 1.0 / open().count() as f32,
                };
                entered.shares[choice] = share;
                let more = f64::from(share - self.shares[choice]);
                let (own, shared) = kernel.coefficients(choice);
                add(&mut entered.rows[kernel.block(kernel.account[choice])], own, more);
                add(&mut entered.rows[kernel.shared()], shared, more);
            }
        }
        entered
    }
}
