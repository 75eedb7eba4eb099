//! What every metric is under an assignment, and what the positions become.
//! Only positions that a trade has moved are summed anew: `M = M0 + Σₛ [f(Pₛ) - f(P0ₛ)]`.

use std::collections::BTreeMap;

use domain::{AccountId, Amount, Assignment, TradeId};

use crate::{AccountBook, Additive, Book, Form, MetricValue};

/// The account of each trade as an index, in the order of [`Book::trades`].
pub type Placement = [usize];

impl Book {
    /// A placement by names.
    pub fn assignment(&self, placement: &Placement) -> Assignment {
        let named = |(trade, account): (&crate::TradeLine, &usize)| -> (TradeId, AccountId) {
            (trade.id.clone(), self.accounts[*account].id.clone())
        };
        Assignment { account_of: self.trades.iter().zip(placement).map(named).collect() }
    }

    /// Every metric before the day's trades: `[account][metric]`.
    pub fn opening_values(&self) -> Vec<Vec<MetricValue>> {
        self.accounts.iter().map(|account| account.values(&BTreeMap::new())).collect()
    }

    /// Every metric with each trade booked at its account: `[account][metric]`.
    pub fn values(&self, placement: &Placement) -> Vec<Vec<MetricValue>> {
        let mut moved: Vec<BTreeMap<usize, Amount>> = vec![BTreeMap::new(); self.accounts.len()];
        for (trade, account) in self.trades.iter().zip(placement) {
            for leg in &trade.legs {
                *moved[*account].entry(leg.security).or_default() += &leg.value_base;
            }
        }
        self.accounts.iter().zip(&moved).map(|(account, moved)| account.values(moved)).collect()
    }
}

impl AccountBook {
    /// Every metric when each position of `moved` has changed by its value.
    fn values(&self, moved: &BTreeMap<usize, Amount>) -> Vec<MetricValue> {
        (0..self.metrics.len()).map(|metric| self.value(metric, moved)).collect()
    }

    /// One metric when each position of `moved` has changed by its value.
    pub(crate) fn value(&self, metric: usize, moved: &BTreeMap<usize, Amount>) -> MetricValue {
        let additive = |metric: usize| match &self.metrics[metric].form {
            Form::Additive(additive) => &additive.opening + &additive.change(&self.opening, moved),
            Form::Quotient { .. } => unreachable!("compiling has made sure that a ratio is of additive metrics"),
        };
        match self.metrics[metric].form {
            Form::Additive(_) => MetricValue::Amount(additive(metric)),
            Form::Quotient { of, to } => MetricValue::Ratio { numerator: additive(of), denominator: additive(to) },
        }
    }
}

impl Additive {
    /// `Σₛ f(Pₛ)` over all positions of an account.
    pub(crate) fn value_of(&self, positions: &[Amount]) -> Amount {
        let known = positions.iter().zip(&self.rates);
        known.filter_map(|(position, rates)| Some(rates.as_ref()?.apply(position))).sum()
    }

    /// `Σₛ [f(P0ₛ + Δₛ) - f(P0ₛ)]` over the positions that have moved.
    pub(crate) fn change(&self, opening: &[Amount], moved: &BTreeMap<usize, Amount>) -> Amount {
        let part = |(security, change): (&usize, &Amount)| {
            let (rates, before) = (self.rates_of(*security), &opening[*security]);
            rates.apply(&(before + change)) - rates.apply(before)
        };
        moved.iter().map(part).sum()
    }
}
