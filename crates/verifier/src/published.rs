//! Whether every published number is the one that the inputs give.

use std::collections::BTreeMap;

use domain::{AccountId, Amount, Breach, Desk, MetricDefinition, MetricName};

use crate::numbers::Values;
use crate::value::{Value, breach};
use crate::{Claim, ClaimedMetric, Discrepancy, Number};

/// Adds every number of the claim that is another one in truth. `after` is nothing when there is no
/// assignment; headroom and breach are then those of the opening.
pub(crate) fn check(
    desk: &Desk,
    opening: &Values,
    after: Option<&Values>,
    claim: &Claim,
    found: &mut Vec<Discrepancy>,
) {
    let mut listed: BTreeMap<(&AccountId, &MetricName), Vec<&ClaimedMetric>> = BTreeMap::new();
    for metric in &claim.metrics {
        listed.entry((&metric.account, &metric.metric)).or_default().push(metric);
    }
    for (index, account) in desk.accounts.iter().enumerate() {
        for (metric, definition) in account.metrics.iter().enumerate() {
            let (account, name) = (&account.id, &definition.name);
            let Some(claims) = listed.remove(&(account, name)) else {
                found.push(Discrepancy::MetricMissing { account: account.clone(), metric: name.clone() });
                continue;
            };
            if claims.len() > 1 {
                let (account, metric) = (account.clone(), name.clone());
                found.push(Discrepancy::MetricRepeated { account, metric, times: claims.len() });
            }
            let last = after.map(|after| &after[index][metric]);
            for claimed in claims {
                check_metric(definition, &opening[index][metric], last, claimed, found);
            }
        }
    }
    let unknown = listed.into_keys();
    found.extend(
        unknown
            .map(|(account, metric)| Discrepancy::MetricUnknown { account: account.clone(), metric: metric.clone() }),
    );
}

fn check_metric(
    definition: &MetricDefinition,
    opened: &Value,
    last: Option<&Value>,
    claimed: &ClaimedMetric,
    found: &mut Vec<Discrepancy>,
) {
    let limit = &definition.limit;
    let now = last.unwrap_or(opened);
    let numbers = [
        (Number::Initial, &claimed.initial, opened.text_value()),
        (Number::Final, &claimed.last, last.and_then(Value::text_value)),
        (Number::Min, &claimed.min, limit.min.map(Amount::from)),
        (Number::Max, &claimed.max, limit.max.map(Amount::from)),
        (Number::Headroom, &claimed.headroom, now.headroom(limit)),
    ];
    let (account, metric) = (&claimed.account, &claimed.metric);
    for (number, published, recomputed) in numbers {
        if *published != recomputed {
            let (account, metric, published) = (account.clone(), metric.clone(), published.clone());
            found.push(Discrepancy::NumberDiffers { account, metric, number, published, recomputed });
        }
    }
    let recomputed: Breach = breach(opened, now, limit);
    if claimed.breach != recomputed {
        let (account, metric, published) = (account.clone(), metric.clone(), claimed.breach);
        found.push(Discrepancy::BreachDiffers { account, metric, published, recomputed });
    }
}

/// Adds an objective that is another one, and a bound that is none. `recomputed` is nothing where nothing counts; an
/// objective of nothing and one of 0 then say the same.
pub(crate) fn check_objective(
    recomputed: Option<&Amount>,
    has_plan: bool,
    claim: &Claim,
    found: &mut Vec<Discrepancy>,
) {
    let published = claim.objective.clone();
    let empty_sum = has_plan && recomputed.is_none() && published.as_ref().is_some_and(Amount::is_zero);
    if published.as_ref() != recomputed && !empty_sum {
        found.push(Discrepancy::ObjectiveDiffers { published, recomputed: recomputed.cloned() });
    }
    check_bounds(claim, recomputed, found);
}

fn check_bounds(claim: &Claim, reached: Option<&Amount>, found: &mut Vec<Discrepancy>) {
    if let Some(reached) = reached {
        let broken = claim.bound.iter().chain(&claim.certified_bound).filter(|bound| *bound < reached).min();
        found.extend(broken.map(|bound| Discrepancy::BoundExceeded { bound: bound.clone(), reached: reached.clone() }));
    }
    if let Some(certified) = &claim.certified_bound
        && claim.bound.as_ref().is_none_or(|bound| bound > certified)
    {
        let bound = claim.bound.clone();
        found.push(Discrepancy::BoundAboveCertified { bound, certified: certified.clone() });
    }
    if claim.has_plan && claim.certified_infeasible {
        found.push(Discrepancy::PlanAgainstCertificate);
    }
}
