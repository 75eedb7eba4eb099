//! What booking one trade at an account does to a metric there, all other trades left out.

use std::collections::BTreeMap;

use domain::Amount;

use crate::{Book, MetricValue};

/// A metric before and after one booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The metric at the opening.
    pub before: MetricValue,
    /// The metric with the one trade booked.
    pub after: MetricValue,
}

impl Book {
    /// What booking `trade` at `account` does to its metric `metric`, from the opening positions. In a
    /// long/short metric the effects of two trades in one security need not add up: they net.
    pub fn effect(&self, trade: usize, account: usize, metric: usize) -> Effect {
        let here = &self.accounts[account];
        let legs = self.trades[trade].legs.iter();
        let moved: BTreeMap<usize, Amount> = legs.map(|leg| (leg.security, leg.value_base.clone())).collect();
        Effect { before: here.value(metric, &BTreeMap::new()), after: here.value(metric, &moved) }
    }
}
