//! A metric of an account, as the desk defines it.

use crate::{Amount, Decimal, Limit, MetricName, Place, Setting};

/// A metric's definition at one account. How it is computed stands in `settings`, under the keys of
/// exactly one kind of metric; the kinds are the metric engine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricDefinition {
    /// Where it is defined.
    pub place: Place,
    /// Its name, unique within the account.
    pub name: MetricName,
    /// The keys that belong to its kind: `coefficients`, `ratio`, …
    pub settings: Vec<(String, Setting)>,
    /// Its hard limit, maybe empty.
    pub limit: Limit,
    /// `OP`: how much one unit of it is worth to the desk; negative for a cost, 0 for no interest.
    pub priority: Decimal,
}

/// What one unit of position value adds to a metric, on either side of zero:
/// `f(P) = long·max(P,0) + short·max(-P,0)`, in metric units per unit of base currency.
/// Gross exposure is `1, 1`; a plain linear coefficient `w` is `w, -w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SideRates {
    /// `w+`, for the part above zero.
    pub long: Decimal,
    /// `w-`, for the size of the part below zero.
    pub short: Decimal,
}

impl SideRates {
    /// The rates of a metric linear in the position.
    pub fn linear(coefficient: Decimal) -> Self {
        Self { long: coefficient, short: -coefficient }
    }

    /// Whether a short counts as a negative long, so that only the net position matters.
    pub fn is_linear(self) -> bool {
        self.long == -self.short
    }

    /// `f(P)` for a position worth `value_base`.
    pub fn apply(self, value_base: &Amount) -> Amount {
        if value_base.is_negative() {
            -(value_base * &Amount::from(self.short))
        } else {
            value_base * &Amount::from(self.long)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_has_its_own_rate() {
        let rates = SideRates { long: "0.02".parse().unwrap(), short: "0.05".parse().unwrap() };
        assert_eq!(rates.apply(&Amount::from(1000)).to_string(), "20"); // 1000 × 0.02
        assert_eq!(rates.apply(&Amount::from(-1000)).to_string(), "50"); // 1000 × 0.05
        let linear = SideRates::linear("0.02".parse().unwrap());
        assert!(linear.is_linear());
        assert_eq!(linear.apply(&Amount::from(-1000)).to_string(), "-20"); // -1000 × 0.02
    }
}
