//! What a result says, as plain data: the numbers that were published, not the ones that were meant.

use std::fmt;

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
    /// The levels of the objective as they are listed; none where the desk has no order.
    pub levels: Vec<ClaimedLevel>,
    /// The changes from the last plan; nothing where the desk has none to stay close to.
    pub changes: Option<ClaimedChanges>,
    /// What no assignment can exceed by the certificate.
    pub certified_bound: Option<Amount>,
    /// Whether the certificate is said to show that no assignment keeps the limits.
    pub certified_infeasible: bool,
}

/// A published level of the objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLevel {
    /// Its metric; nothing for the last level, of all that is not in the order.
    pub metric: Option<MetricName>,
    /// Its part of the objective.
    pub value: Amount,
    /// What no assignment that keeps the levels before it can exceed.
    pub bound: Option<Amount>,
    /// How far the value is below the best that was found.
    pub given_up: Amount,
    /// What no assignment that keeps the levels before it can exceed by the certificate.
    pub certified_bound: Option<Amount>,
}

impl ClaimedLevel {
    /// What the level is called.
    pub(crate) fn name(&self) -> String {
        level_name(self.metric.as_ref())
    }

    /// The best value that was found.
    pub(crate) fn best(&self) -> Amount {
        &self.value + &self.given_up
    }
}

/// What a level is called: by its metric, or the rest.
pub(crate) fn level_name(metric: Option<&MetricName>) -> String {
    metric.map_or_else(|| "the rest".to_owned(), ToString::to_string)
}

/// The published changes from the last plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedChanges {
    /// How many of the day's trades the last plan has.
    pub planned: u64,
    /// How many of them are booked elsewhere now.
    pub changed: u64,
    /// What that takes off the objective.
    pub cost: Amount,
    /// The most that there may be.
    pub max_changes: Option<u32>,
    /// Each of them as it is listed: the trade, where the last plan has it, where it is booked.
    pub trades: Vec<(TradeId, AccountId, AccountId)>,
}

impl fmt::Display for ClaimedChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} trades at a cost of {}", self.changed, self.planned, self.cost)?;
        if let Some(most) = self.max_changes {
            write!(f, " (at most {most})")?;
        }
        for (number, (trade, from, to)) in self.trades.iter().enumerate() {
            write!(f, "{} {trade} from {from} to {to}", if number == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
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
