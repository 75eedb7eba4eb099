//! What the desk wants besides its limits: weights, an order of metrics, and how closely to stay to the last plan.

use std::collections::BTreeSet;

use domain::problem::nearest;
use domain::shape::decimal;
use domain::{Code, Decimal, GiveUp, Keep, MetricName, ObjectiveSettings, OrderedMetric, Problem, Setting};

use super::codes::{GIVE_UP_TWICE, KEEPS_NOTHING, ORDER_TWICE, ORDER_UNKNOWN, OUT_OF_RANGE, UNKNOWN_METRIC};
use super::read::{at, decimal_at, flag_at, refuse, text_at};
use super::tree::spot;

/// The objective of a configuration.
pub(super) fn objective(tree: &Setting, problems: &mut Vec<Problem>) -> ObjectiveSettings {
    let shared = at(tree, &["metrics"]).map_or(&[][..], Setting::entries);
    let accounts = at(tree, &["accounts"]).map_or(&[][..], Setting::items);
    let own = accounts.iter().filter_map(|account| at(account, &["metrics"])).flat_map(Setting::entries);
    let known: Vec<&str> = shared.iter().chain(own).map(|(name, _)| name.as_str()).collect();
    let mut settings = ObjectiveSettings {
        include_limited: flag_at(tree, &["objective", "include_limited"]).unwrap_or(false),
        order: order(tree, &known, problems),
        keep: at(tree, &["objective", "keep"]).map(|setting| keep(setting, problems)),
        ..ObjectiveSettings::default()
    };
    for (name, setting) in at(tree, &["objective", "weights"]).map_or(&[][..], Setting::entries) {
        check_metric(UNKNOWN_METRIC, name, setting, &known, problems);
        if let Some(weight) = decimal_at(setting, &[]) {
            settings.weights.insert(MetricName::new(name), weight);
        }
    }
    settings
}

fn check_metric(code: Code, name: &str, setting: &Setting, known: &[&str], problems: &mut Vec<Problem>) {
    if !known.contains(&name) {
        let hint = match nearest(name, known.iter().copied()) {
            Some(known) => format!("did you mean \"{known}\"?"),
            None if known.is_empty() => "name a metric that an account has".to_owned(),
            None => format!(
                "the metrics are {}",
                known.iter().copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
            ),
        };
        problems.push(refuse(code, setting, format!("there is no metric \"{name}\""), hint));
    }
}

fn order(tree: &Setting, known: &[&str], problems: &mut Vec<Problem>) -> Vec<OrderedMetric> {
    let mut order: Vec<OrderedMetric> = Vec::new();
    for setting in at(tree, &["objective", "order"]).map_or(&[][..], Setting::items) {
        // A name, or a mapping with it.
        let Some(name) = setting.text().map(str::trim).or_else(|| text_at(setting, &["metric"])) else { continue };
        check_metric(ORDER_UNKNOWN, name, setting, known, problems);
        if let Some(first) = order.iter().find(|ordered| ordered.metric.as_str() == name) {
            let message = format!("{name} is twice in the order, first at {}", spot(&first.place));
            problems.push(refuse(ORDER_TWICE, setting, message, "keep the rank that is meant"));
            continue;
        }
        let give_up = give_up(setting, name, problems);
        order.push(OrderedMetric { place: setting.place.clone(), metric: MetricName::new(name), give_up });
    }
    order
}

fn give_up(setting: &Setting, name: &str, problems: &mut Vec<Problem>) -> GiveUp {
    let stated = |key: &str| at(setting, &[key]).and_then(|value| Some((value, value.text().and_then(decimal)?)));
    match (stated("give_up"), stated("give_up_fraction")) {
        (Some(_), Some((fraction, _))) => {
            let message = format!("both an amount and a fraction of {name} may be given up");
            problems.push(refuse(GIVE_UP_TWICE, fraction, message, "keep one of the two"));
            GiveUp::default()
        }
        (Some((written, amount)), None) => {
            if amount < Decimal::ZERO {
                let message = format!("{amount} to give up of {name} is below 0");
                let hint = "write how far below its best value the metric's part of the objective may end, 0 or above";
                problems.push(refuse(OUT_OF_RANGE, written, message, hint));
            }
            GiveUp::Amount(amount)
        }
        (None, Some((written, fraction))) => {
            if fraction < Decimal::ZERO || fraction >= Decimal::ONE {
                let message = format!("a fraction of {fraction} to give up of {name} is not from 0 to below 1");
                problems.push(refuse(OUT_OF_RANGE, written, message, "write 0.001 for 0.1 %"));
            }
            GiveUp::Fraction(fraction)
        }
        (None, None) => GiveUp::default(),
    }
}

fn keep(setting: &Setting, problems: &mut Vec<Problem>) -> Keep {
    let cost = decimal_at(setting, &["cost_per_change"]);
    if let Some((written, cost)) = at(setting, &["cost_per_change"]).zip(cost).filter(|(_, cost)| *cost < Decimal::ZERO)
    {
        let message = format!("a cost per change of {cost} is below 0");
        let hint = "write what a change has to be worth to be made, 0 or above";
        problems.push(refuse(OUT_OF_RANGE, written, message, hint));
    }
    let most = decimal_at(setting, &["max_changes"]);
    let whole = |most: Decimal| if most.fract().is_zero() { u32::try_from(most).ok() } else { None };
    if let Some((written, most)) = at(setting, &["max_changes"]).zip(most).filter(|(_, most)| whole(*most).is_none()) {
        let message = format!("{most} is not a number of changes");
        problems.push(refuse(OUT_OF_RANGE, written, message, "write a whole number, 0 or above"));
    }
    if at(setting, &["cost_per_change"]).is_none() && at(setting, &["max_changes"]).is_none() {
        let message = "neither a cost nor a limit of changes keeps the plan close to the last one".to_owned();
        let hint = "add `cost_per_change` or `max_changes`; `cost_per_change: 0` only counts the changes";
        problems.push(refuse(KEEPS_NOTHING, setting, message, hint));
    }
    Keep { place: setting.place.clone(), cost_per_change: cost.unwrap_or_default(), max_changes: most.and_then(whole) }
}
