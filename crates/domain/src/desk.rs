//! The desk: what stays the same from day to day.

use std::collections::BTreeMap;

use crate::{Account, Amount, Decimal, FxRates, MetricName, Place, Valuation};

/// A desk's accounts and conventions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Base currency and rates.
    pub fx: FxRates,
    /// How its files state prices and accrued interest.
    pub valuation: Valuation,
    /// Whether a trade moves the cash position of the account it is booked at.
    pub settle_trades: bool,
    /// The accounts, in the order of the configuration; ids are unique.
    pub accounts: Vec<Account>,
    /// What the desk wants besides keeping its limits.
    pub objective: ObjectiveSettings,
}

/// How priorities add up: maximise `Σ OP[a,m] · W[m] · M[a,m]`, by levels where the desk has an order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectiveSettings {
    /// `W`: the weight of each metric; 1 where none is stated.
    pub weights: BTreeMap<MetricName, Decimal>,
    /// Whether a metric with a limit also counts in the objective when it has a priority.
    pub include_limited: bool,
    /// The metrics that come first, strictly one after the other; those that are not here count together after them.
    pub order: Vec<OrderedMetric>,
    /// What a change from the last plan costs and how many there may be; nothing where there is no last plan.
    pub keep: Option<Keep>,
}

/// A metric with a rank of its own in the objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedMetric {
    /// Where it is stated.
    pub place: Place,
    /// The metric, at every account where it counts.
    pub metric: MetricName,
    /// How much of its best value may go to the metrics behind it.
    pub give_up: GiveUp,
}

/// How far a level may end below its best value for the sake of those behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiveUp {
    /// So much of the level's sum `Σ OP·W·M`; 0 or above.
    Amount(Decimal),
    /// This fraction of the size of the level's best sum, opening values included; from 0 to below 1.
    Fraction(Decimal),
}

/// What the desk says about changes from its last plan. A trade of the day that the last plan has at one account and
/// that ends at another is a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// Where it is stated.
    pub place: Place,
    /// What each change takes off the objective, in its unit; 0 or above.
    pub cost_per_change: Decimal,
    /// How many changes there may be; no limit where it is absent.
    pub max_changes: Option<u32>,
}

impl Default for GiveUp {
    /// Nothing.
    fn default() -> Self {
        Self::Amount(Decimal::ZERO)
    }
}

impl GiveUp {
    /// How far below `best` the level may end: `amount`, or `fraction · |best|`.
    pub fn allowed(self, best: &Amount) -> Amount {
        match self {
            Self::Amount(amount) => Amount::from(amount),
            Self::Fraction(fraction) => &Amount::from(fraction) * &best.abs(),
        }
    }

    /// Whether nothing may be given up.
    pub fn is_nothing(self) -> bool {
        match self {
            Self::Amount(share) | Self::Fraction(share) => share.is_zero(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_of_the_size_of_the_best_value() {
        let fraction = GiveUp::Fraction("0.001".parse().unwrap());
        assert_eq!(fraction.allowed(&Amount::from(-20_000)).to_string(), "20"); // 20,000 × 0.001
        let amount = GiveUp::Amount("100".parse().unwrap());
        assert_eq!(amount.allowed(&Amount::from(-20_000)).to_string(), "100");
    }
}
