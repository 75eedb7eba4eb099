//! Whether every limit that has to hold holds, each end for itself and exactly.

use domain::{Desk, OnBreach};

use crate::Discrepancy;
use crate::numbers::Values;
use crate::value::ends;

/// Adds every limit that is broken and had to hold.
///
/// `must_cure`: the end holds afterwards. `must_not_worsen`: the same where it held at the opening,
/// otherwise the metric ends no further outside than it opened; a ratio that had a value keeps one, and of
/// one that had none the denominator does not fall. `report_only`: nothing has to hold.
pub(crate) fn check(desk: &Desk, opening: &Values, after: &Values, found: &mut Vec<Discrepancy>) {
    for ((account, opening), after) in desk.accounts.iter().zip(opening).zip(after) {
        for ((metric, opened), reached) in account.metrics.iter().zip(opening).zip(after) {
            for (bound, limit) in ends(&metric.limit) {
                let was_broken = !opened.keeps(bound, &limit);
                let (account, name) = (account.id.clone(), metric.name.clone());
                match metric.limit.on_breach {
                    OnBreach::ReportOnly => {}
                    OnBreach::MustNotWorsen if was_broken => {
                        if !reached.no_worse_than(opened, bound) {
                            let (opened, reached) = (opened.text_value(), reached.text_value());
                            found.push(Discrepancy::Worsened { account, metric: name, bound, limit, opened, reached });
                        }
                    }
                    OnBreach::MustNotWorsen | OnBreach::MustCure => {
                        if !reached.keeps(bound, &limit) {
                            let reached = reached.text_value();
                            found.push(Discrepancy::LimitBroken { account, metric: name, bound, limit, reached });
                        }
                    }
                }
            }
        }
    }
}
