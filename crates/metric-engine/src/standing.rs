//! How every metric stands: before, after, and against its limit. What a result publishes of it.

use domain::{Amount, Bound, Breach};

use crate::evaluate::Placement;
use crate::{Book, MetricValue};

/// A metric before and after the day's trades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The account, as an index into [`Book::accounts`].
    pub account: usize,
    /// The metric, as an index into the account's metrics.
    pub metric: usize,
    /// Its value at the opening.
    pub initial: MetricValue,
    /// Its value with every trade booked; nothing when there is no assignment.
    pub last: Option<MetricValue>,
    /// The distance of the last value to the nearer end of its limit.
    pub headroom: Option<Amount>,
    /// What the assignment did to its limit; without one, whether the opening broke it.
    pub breach: Breach,
}

impl Book {
    /// Every metric of every account, in the order of the configuration.
    pub fn standings(&self, placement: Option<&Placement>) -> Vec<Standing> {
        let initial = self.opening_values();
        let last = placement.map(|placement| self.values(placement));
        let mut standings = Vec::new();
        for (account, values) in initial.into_iter().enumerate() {
            for (metric, initial) in values.into_iter().enumerate() {
                let limit = &self.accounts[account].metrics[metric].limit;
                let last = last.as_ref().map(|last| last[account][metric].clone());
                let now = last.as_ref().unwrap_or(&initial);
                let end = |end| Breach::between(initial.breaks_bound(limit, end), now.breaks_bound(limit, end));
                let (headroom, breach) = (now.headroom(limit), Breach::worst([end(Bound::Min), end(Bound::Max)]));
                standings.push(Standing { account, metric, initial, last, headroom, breach });
            }
        }
        standings
    }
}
