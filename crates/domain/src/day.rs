//! What one run is about: the day's trades and what the accounts looked like before them.

use crate::{AccountId, Decimal, MetricName, Place, Position, SecurityId, SideRates, Trade, TradeId};

/// Everything that was read for one day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Day {
    /// The trades to be booked.
    pub trades: Vec<Trade>,
    /// What the accounts hold before them.
    pub positions: Vec<Position>,
    /// Metric values that somebody else computed; each wins over what positions would give.
    pub current_metrics: Vec<CurrentMetric>,
    /// Coefficients by security; each wins over the coefficient of its type.
    pub coefficients: Vec<CoefficientRow>,
    /// Where an earlier plan has which trade, this day's or others; each trade at most once.
    pub last_plan: Vec<PlannedBooking>,
}

/// The value of a metric before the day's trades, as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentMetric {
    /// Where it was read.
    pub place: Place,
    /// The account.
    pub account: AccountId,
    /// The metric.
    pub metric: MetricName,
    /// `M0`, in the metric's own unit.
    pub value: Decimal,
}

/// The coefficient of a metric for one security.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoefficientRow {
    /// Where it was read.
    pub place: Place,
    /// The account, or `None` for every account (written `*`); a row for the account wins.
    pub account: Option<AccountId>,
    /// The metric.
    pub metric: MetricName,
    /// The security.
    pub security: SecurityId,
    /// The rates; a plain coefficient `w` is `w, -w`.
    pub rates: SideRates,
}

/// A booking of an earlier plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedBooking {
    /// Where it was read.
    pub place: Place,
    /// The trade.
    pub trade: TradeId,
    /// The account that the plan has it at.
    pub account: AccountId,
}
