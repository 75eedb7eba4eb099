//! What rows rule out by themselves, closed with a price on that row alone.

use std::sync::Arc;

use super::Prover;
use crate::kernel::Kernel;
use crate::lagrangian::{Prices, View};
use crate::propagate::rulings;

/// A price is at least this much above what is just enough, so that rounding cannot spoil it.
const AMPLE: f64 = 1.001;

/// Prices that numbers are sure to hold with whatever they are multiplied by.
const USUAL: std::ops::Range<f64> = 1e-100..1e100;

/// A price of a row alone that is more than enough: a power of two, so that one list of prices does for many branches.
/// What is no usual price stays as it is.
pub(super) fn ample(enough: f64) -> f64 {
    let least = AMPLE * enough;
    if !USUAL.contains(&least) {
        return enough;
    }
    let below = f64::from_bits(least.to_bits() & f64::INFINITY.to_bits());
    if below < least { 2.0 * below } else { below }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ample_price_is_the_next_power_of_two() {
        let prices = [0.9, 1.0, 3.0, 1024.0 / AMPLE, 1e-12].map(ample);
        assert_eq!(prices, [1.0, 2.0, 4.0, 1024.0, 2_f64.powi(-39)]);
        // What is none stays what it is.
        for none in [0.0, -1.0, 1e300, f64::INFINITY, f64::MIN_POSITIVE] {
            assert_eq!(ample(none), none);
        }
        assert!(ample(f64::NAN).is_nan());
    }
}
