//! What rows rule out by themselves, closed with a price on that row alone.

use std::sync::Arc;

use super::Prover;
use crate::kernel::Kernel;
use crate::lagrangian::{Prices, View};
use crate::propagate::rulings;

/// A price is at least this much above what is just enough, so that rounding cannot spoil it.
const AMPLE: f64 = 1.001;

/// A price of a row alone that is more than enough: a power of two, so that one list of prices does for many branches.
pub(super) fn ample(enough: f64) -> f64 {
    let mut price = 1.0;
    while price < AMPLE * enough {
        price *= 2.0;
    }
    while price / 2.0 >= AMPLE * enough {
        price /= 2.0;
    }
    price
}

impl<'p> Prover<'_, 'p> {
    /// Closes what rows rule out, until there is no more of it; returns the view of what is left, or nothing where the
    /// branch is closed or the search stopped.
    pub(super) fn rule_out<'k>(&mut self, kernel: &'k Arc<Kernel<'p>>) -> Option<View<'k>> {
        loop {
            if self.is_stopped {
                return None;
            }
            let view = View::new(kernel, &self.remaining)?;
            if view.open.is_empty() {
                self.leaf(&view);
                return None;
            }
            if !self.rules_out_any(kernel, &view)? {
                return Some(view);
            }
        }
    }

    /// Closes what one row rules out; nothing where that is everything.
    fn rules_out_any(&mut self, kernel: &Kernel<'_>, view: &View<'_>) -> Option<bool> {
        let rulings = rulings(kernel, view);
        if rulings.is_empty() {
            return Some(false);
        }
        let limit = self.limit();
        // Short sizes count from nothing, as they do for the rulings.
        let mut prices = Prices { slopes: vec![0.0; kernel.positions.len()], ..Prices::none(kernel) };
        let without = view.price(&prices).value;
        for ruling in rulings {
            // What everything costs at least without any row, and so much more as to reach the limit.
            let price = ample((1.0 + (limit - without).max(0.0)) / ruling.excess);
            prices.rows[ruling.row] = if ruling.is_high { price } else { -price };
            let priced = view.price(&prices);
            if priced.value >= limit {
                self.close(view, &prices);
                return None;
            }
            if self.narrow(view, &priced, &prices, limit) > 0 {
                return Some(true);
            }
            prices.rows[ruling.row] = 0.0;
        }
        Some(false)
    }
}
