//! The desk: what stays the same from day to day.

use std::collections::BTreeMap;

use crate::{Account, Decimal, FxRates, MetricName, Valuation};

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

/// How priorities add up: maximise `Σ OP[a,m] · W[m] · M[a,m]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectiveSettings {
    /// `W`: the weight of each metric; 1 where none is stated.
    pub weights: BTreeMap<MetricName, Decimal>,
    /// Whether a metric with a limit also counts in the objective when it has a priority.
    pub include_limited: bool,
}
