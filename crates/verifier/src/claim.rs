//! What a result says, as plain data: the numbers that were published, not the ones that were meant.

use domain::{AccountId, Amount, Breach, MetricName, TradeId};

/// An answer and its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    /// Whether the status says that there is an assignment.
    pub has_plan: bool,
    /// The bookings as they are listed; none where there is no assignment, or no trade.
    pub assignments: Vec<(TradeId, AccountId)>,
    /// The metrics as they are listed.
    pub metrics: Vec<ClaimedMetric>,
    /// The value of the objective; larger is better.
    pub objective: Option<Amount>,
    /// What no assignment can exceed, in the unit of the objective.
    pub bound: Option<Amount>,
    /// What no assignment can exceed by the certificate.
    pub certified_bound: Option<Amount>,
    /// Whether the certificate is said to show that no assignment keeps the limits.
    pub certified_infeasible: bool,
}

/// One published metric. Every number is in the metric's own unit; ratios are rounded half to even at
/// [`metric_engine::value::RATIO_DECIMALS`] decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMetric {
    /// The account.
    pub account: AccountId,
    /// The metric.
    pub metric: MetricName,
    /// Its value at the opening; nothing where it is undefined.
    pub initial: Option<Amount>,
    /// Its value with every trade booked; nothing where it is undefined or there is no assignment.
    pub last: Option<Amount>,
    /// Its lower limit.
    pub min: Option<Amount>,
    /// Its upper limit.
    pub max: Option<Amount>,
    /// The distance of the last value, or of the opening one without an assignment, to the nearer end of
    /// the limit; negative where it is broken.
    pub headroom: Option<Amount>,
    /// What the assignment did to the limit; without one, whether the opening breaks it.
    pub breach: Breach,
}
