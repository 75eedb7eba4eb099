//! Which metrics are optimised: those with a priority, but for those with a limit where the desk leaves them out.

use metric_engine::Metric;

/// Whether a metric counts in the objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// It does.
    Yes,
    /// It has a priority, and a limit that keeps it out.
    NotWithItsLimit,
    /// It has no priority.
    No,
}

/// Whether it does.
pub(crate) fn counts(metric: &Metric, include_limited: bool) -> Counts {
    if metric.worth.is_zero() {
        Counts::No
    } else if metric.limit.is_empty() || include_limited {
        Counts::Yes
    } else {
        Counts::NotWithItsLimit
    }
}
