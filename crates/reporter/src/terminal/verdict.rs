//! The verdict in a sentence, and what the assignment is worth.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use domain::{Amount, Breach};

use super::figures::{Unit, count, figure, percent_up, places};
use super::text::clean;
use crate::{ConflictLimit, Diagnostics, Evidence, Reason, Report};

/// How many conflicting limits the sentence names; the table below it has them all.
const NAMED_LIMITS: usize = 3;

/// How it ended, for a person who reads one sentence.
pub(super) fn sentence(report: &Report<'_>) -> String {
    match report.reason {
        Reason::Infeasible => infeasible(&report.diagnostics),
        Reason::Unknown => {
            "Failed: no assignment was found in the time given, and none was proven impossible.".to_owned()
        }
        Reason::SolverError => match &report.diagnostics.message {
            Some(message) => format!("Failed: the solver gave no usable answer: {}", clean(message)),
            None => "Failed: the solver gave no usable answer.".to_owned(),
        },
        reason => format!("{}: {}; {}.", ending(reason, report), booked(report), limits(report)),
    }
}

/// What the assignment is worth and what none can exceed.
pub(super) fn objective(report: &Report<'_>) -> Option<String> {
    let objective = report.objective.as_ref()?;
    let numbers = [Some(&objective.value), objective.bound.as_ref()];
    // A bound that differs from the value must not read the same.
    let places = places(Unit::Sum, numbers.into_iter().flatten()).max(2).min(decimals(&numbers));
    let value = figure(&objective.value, places);
    Some(match (&objective.bound, &objective.gap) {
        (Some(bound), _) if *bound == objective.value => match &objective.certified_gap {
            None => format!("Objective {value}, and no assignment exceeds it."),
            Some(gap) if gap.is_zero() => format!("Objective {value}, and no assignment exceeds it (certified)."),
            Some(gap) => {
                format!("Objective {value}, and no assignment exceeds it (certified gap {}).", percent_up(gap))
            }
        },
        (Some(bound), gap) => {
            let claimed = gap.as_ref().map(|gap| format!("gap {}", percent_up(gap)));
            let certified = objective.certified_gap.as_ref().map(|certified| match objective.gap.as_ref() {
                Some(gap) if gap == certified => "certified".to_owned(),
                _ => format!("certified gap {}", percent_up(certified)),
            });
            let gaps: Vec<String> = claimed.into_iter().chain(certified).collect();
            let gaps = if gaps.is_empty() { String::new() } else { format!(" ({})", gaps.join(", ")) };
            format!("Objective {value}; no assignment exceeds {}{gaps}.", figure(bound, places))
        }
        (None, _) => format!("Objective {value}."),
    })
}

fn decimals(numbers: &[Option<&Amount>]) -> i64 {
    numbers.iter().flatten().map(|number| number.decimals()).max().unwrap_or(0)
}

fn ending(reason: Reason, report: &Report<'_>) -> String {
    let gap = report.objective.as_ref().and_then(|objective| objective.gap.as_ref()).map(percent_up);
    match (reason, gap) {
        (Reason::Proven, _) => "Optimal, proven".to_owned(),
        (Reason::WithinGap, Some(gap)) => format!("Optimal, proven within {gap}"),
        (Reason::WithinGap, None) => "Optimal, proven within the gap asked for".to_owned(),
        (Reason::TimeLimit, Some(gap)) => {
            format!("Feasible, the best found in the time given and at most {gap} from the best possible")
        }
        (Reason::TimeLimit, None) => "Feasible, the best found in the time given".to_owned(),
        (Reason::ObjectiveDropped, _) => "Feasible, found only by leaving the objective out".to_owned(),
        (Reason::NoObjective, _) => "Feasible, and nothing besides the limits was asked for".to_owned(),
        (Reason::Infeasible | Reason::Unknown | Reason::SolverError, _) => "Failed".to_owned(),
    }
}

fn booked(report: &Report<'_>) -> String {
    let placement = report.placement.as_deref().unwrap_or_default();
    let accounts: BTreeSet<&usize> = placement.iter().collect();
    if placement.is_empty() {
        return "no trades to book".to_owned();
    }
    format!("{} booked at {}", count(placement.len(), "trade"), count(accounts.len(), "account"))
}

fn limits(report: &Report<'_>) -> String {
    let limited = report
        .standings
        .iter()
        .filter(|standing| !report.book.accounts[standing.account].metrics[standing.metric].limit.is_empty());
    if limited.count() == 0 {
        return "no limit is set".to_owned();
    }
    let how_many = |breach: Breach| report.standings.iter().filter(|standing| standing.breach == breach).count();
    let is = |number: usize| if number == 1 { "is" } else { "are" };
    let (caused, inherited, cured) = (how_many(Breach::Caused), how_many(Breach::Inherited), how_many(Breach::Cured));
    let mut parts = Vec::new();
    if caused > 0 {
        parts.push(format!("{} {} newly broken, as report_only allows", count(caused, "limit"), is(caused)));
    }
    if inherited > 0 {
        parts.push(format!("{} broken before {} still broken", count(inherited, "limit"), is(inherited)));
    }
    if parts.is_empty() {
        parts.push("every limit holds".to_owned());
    }
    if cured > 0 {
        parts.push(format!("{} broken before {} cured", count(cured, "limit"), is(cured)));
    }
    parts.join(", ")
}

fn infeasible(diagnostics: &Diagnostics) -> String {
    let named = |limit: &ConflictLimit| {
        format!("{} {} {} {}", clean(limit.account.as_str()), clean(limit.metric.as_str()), limit.bound, limit.limit)
    };
    let changes = diagnostics.conflict_changes.map(|changes| match changes.reached {
        Some(reached) => format!("the limit of {} with {reached}", changes_from_last(changes.max_changes)),
        None => format!("the limit of {}", changes_from_last(changes.max_changes)),
    });
    let is_certified = diagnostics.infeasibility == Some(Evidence::Certified);
    let evidence = if is_certified { " (certified)" } else { "" };
    let limits = &diagnostics.conflict;
    let mut broken: Vec<String> = match limits.len() {
        0..=NAMED_LIMITS => limits.iter().map(named).collect(),
        many => vec![format!("the {} below", count(many, "limit"))],
    };
    broken.extend(changes);
    match broken.as_slice() {
        [] => format!("Failed: no assignment keeps every limit{evidence}."),
        broken => {
            let broken = broken.join(", ");
            format!("Failed: no assignment keeps every limit{evidence}; the nearest that was found breaks {broken}.")
        }
    }
}

/// The limit that the nearest assignment found breaks by the largest share of it, and how many others it breaks:
/// `PB1 margin max 6,000,000, short by 1,143,167, and 2 more`.
pub(super) fn worst_limit(diagnostics: &Diagnostics) -> Option<String> {
    let limits = &diagnostics.conflict;
    // Of equals the first. A share of 0 is larger than any other.
    let Some(worst) = limits.iter().rev().max_by(|a, b| by_share(a, b)) else {
        return diagnostics.conflict_changes.map(|changes| changes_from_last(changes.max_changes));
    };
    let ConflictLimit { account, metric, bound, limit, shortfall, .. } = worst;
    let places = places(Unit::Ratio, [Some(limit), shortfall.as_ref()].into_iter().flatten());
    let short = shortfall.as_ref().map_or_else(String::new, |short| format!(", short by {}", figure(short, places)));
    let others = limits.len() - 1 + usize::from(diagnostics.conflict_changes.is_some());
    let more = if others == 0 { String::new() } else { format!(", and {others} more") };
    let (account, metric) = (clean(account.as_str()), clean(metric.as_str()));
    Some(format!("{account} {metric} {bound} {}{short}{more}", figure(limit, places)))
}

fn by_share(a: &ConflictLimit, b: &ConflictLimit) -> Ordering {
    match (&a.shortfall, &b.shortfall) {
        // a / A against b / B, without dividing.
        (Some(short_a), Some(short_b)) => (short_a * &b.limit.abs()).cmp(&(short_b * &a.limit.abs())),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn changes_from_last(number: u32) -> String {
    format!("{} from the last plan", count(number as usize, "change"))
}

#[cfg(test)]
mod tests {
    use domain::limit::Bound;
    use domain::{AccountId, MetricName};

    use super::*;

    fn limit(metric: &str, limit: &str, shortfall: Option<&str>) -> ConflictLimit {
        ConflictLimit {
            account: AccountId::new("PB1"),
            metric: MetricName::new(metric),
            bound: Bound::Max,
            limit: limit.parse().unwrap(),
            reached: None,
            shortfall: shortfall.map(|short| short.parse().unwrap()),
            source: None,
            owner: None,
            undefined_by: None,
        }
    }

    fn worst(conflict: Vec<ConflictLimit>) -> Option<String> {
        worst_limit(&Diagnostics { conflict, ..Diagnostics::default() })
    }

    #[test]
    fn the_worst_limit_is_broken_by_the_largest_share_of_it() {
        let margin = || limit("margin", "6000000", Some("1143167.4")); // 19 %
        let leverage = || limit("leverage", "5", Some("1.5")); // 30 %
        assert_eq!(worst(vec![margin()]).unwrap(), "PB1 margin max 6,000,000, short by 1,143,167");
        assert_eq!(worst(vec![margin(), leverage()]).unwrap(), "PB1 leverage max 5.0, short by 1.5, and 1 more");
        // Of nothing, anything is the larger share.
        let none = limit("dv01", "0", Some("0.01"));
        assert_eq!(worst(vec![none, leverage()]).unwrap(), "PB1 dv01 max 0.00, short by 0.01, and 1 more");
        // By how much is not always known.
        assert_eq!(worst(vec![limit("dv01", "7", None)]).unwrap(), "PB1 dv01 max 7");
        assert_eq!(
            worst(vec![limit("dv01", "7", None), leverage()]).unwrap(),
            "PB1 leverage max 5.0, short by 1.5, and 1 more"
        );
        assert_eq!(worst(Vec::new()), None);
    }
}
