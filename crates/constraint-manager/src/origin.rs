//! Where a row or a term comes from, in the desk's own words.

use domain::limit::Bound;
use domain::{AccountId, Decimal, MetricName, Place};

/// What asks for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The limit of a metric at an account.
    Limit(LimitOrigin),
    /// A level of the objective: what it reached must not be lost to those after it.
    Floor {
        /// The level, from 0.
        level: usize,
        /// Its metric.
        metric: Option<MetricName>,
    },
    /// The limit on changes from the last plan.
    Changes {
        /// Where it is stated.
        place: Place,
        /// The most that there may be.
        max_changes: u32,
    },
}

/// The limit behind a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitOrigin {
    /// Where the metric is defined.
    pub place: Place,
    /// The account.
    pub account: AccountId,
    /// The metric.
    pub metric: MetricName,
    /// Which end of its limit.
    pub bound: Bound,
    /// The value of that end, as configured.
    pub limit: Decimal,
    /// Where the limit is agreed.
    pub source: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What the row asks for on behalf of the limit.
    pub why: Why,
}

/// What a row asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The limit itself.
    Limit,
    /// The limit was broken at the opening and must not end worse than that.
    NotWorse,
    /// A ratio with a limit must be defined: its denominator ends above zero.
    Defined,
}

impl Origin {
    /// The limit of a metric that the row keeps, if it keeps one.
    pub fn limit(&self) -> Option<&LimitOrigin> {
        match self {
            Self::Limit(limit) => Some(limit),
            Self::Floor { .. } | Self::Changes { .. } => None,
        }
    }
}
