//! Rates that turn an amount in a currency into the base currency.

use std::collections::BTreeMap;

use crate::{Currency, Decimal};

/// Units of base currency for one unit of each currency. The base currency itself counts as 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FxRates {
    /// The currency every value and metric is stated in.
    pub base: Currency,
    /// Base per unit: with base USD, `EUR: 1.0842` says that one euro is 1.0842 dollars.
    pub base_per_unit: BTreeMap<Currency, Decimal>,
}

impl FxRates {
    /// The rate of `currency`, or nothing when none was stated: a missing rate is never taken as 1.
    pub fn rate(&self, currency: &Currency) -> Option<Decimal> {
        if *currency == self.base {
            return Some(Decimal::ONE);
        }
        self.base_per_unit.get(currency).copied()
    }
}
