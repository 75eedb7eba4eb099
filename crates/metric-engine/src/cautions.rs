//! What is allowed and seldom meant.

use std::collections::{BTreeMap, BTreeSet};

use domain::problem::nearest;
use domain::{
    AccountId, CoefficientRow, Day, Desk, MetricDefinition, PlannedBooking, Problem, SecurityId, SecurityTypeName,
    Setting, SideRates, TradeId,
};

use crate::codes::{GONE_ACCOUNT, LINEAR_ROW, OTHER_PLAN};
use crate::coefficients::rates;

/// Everything that desk and day allow and that somebody should look at.
pub fn cautions(desk: &Desk, day: &Day) -> Vec<Problem> {
    let of_coefficients = linear_rows(desk, day);
    of_coefficients.into_iter().chain(of_last_plan(desk, day)).collect()
}

/// Accounts that the last plan books trades of the day at and the configuration does not have, each once, and a plan
/// that is about other trades altogether.
fn of_last_plan(desk: &Desk, day: &Day) -> Vec<Problem> {
    let trades: BTreeSet<&TradeId> = day.trades.iter().map(|trade| &trade.id).collect();
    let of_the_day: Vec<&PlannedBooking> = day.last_plan.iter().filter(|row| trades.contains(&row.trade)).collect();
    if let (Some(first), true, false) = (day.last_plan.first(), of_the_day.is_empty(), trades.is_empty()) {
        let message = "no trade of the last plan is among the day's, so that there is nothing to stay close to";
        let hint = "is this the right file, and does its trade_id hold the same identifiers?";
        return vec![Problem::warning(OTHER_PLAN, first.place.with_field("trade_id"), message, hint)];
    }
    let known: Vec<&str> = desk.accounts.iter().map(|account| account.id.as_str()).collect();
    let mut gone: BTreeMap<&AccountId, Vec<&PlannedBooking>> = BTreeMap::new();
    for row in of_the_day.into_iter().filter(|row| !known.contains(&row.account.as_str())) {
        gone.entry(&row.account).or_default().push(row);
    }
    let caution = |(account, rows): (&AccountId, Vec<&PlannedBooking>)| {
        let trades = if rows.len() == 1 {
            "1 trade of the day that was there counts".to_owned()
        } else {
            format!("{} trades of the day that were there count", rows.len())
        };
        let message =
            format!("the last plan has trades at \"{account}\", which is not configured; {trades} as changed");
        let hint = match nearest(account.as_str(), known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"? the configuration has {}", known.join(", ")),
            None => format!("the configuration has {}", known.join(", ")),
        };
        Problem::warning(GONE_ACCOUNT, rows[0].place.with_field("account"), message, hint)
    };
    gone.into_iter().map(caution).collect()
}

/// Rows with one coefficient for a security whose type has one for each side: a short position then counts below
/// zero and takes away from the others, where a margin or an exposure should add up.
fn linear_rows(desk: &Desk, day: &Day) -> Vec<Problem> {
    let traded = day.trades.iter().map(|trade| (&trade.security, &trade.security_type));
    let held = day.positions.iter().map(|position| (&position.security, &position.security_type));
    let types: BTreeMap<&SecurityId, &SecurityTypeName> = traded.chain(held).collect();
    let caution = |row: &CoefficientRow| {
        let label = types.get(&row.security)?;
        let plain = row.rates.is_linear() && !row.rates.long.is_zero();
        let here = desk.accounts.iter().filter(|account| row.account.as_ref().is_none_or(|id| *id == account.id));
        let mut metrics = here.flat_map(|account| &account.metrics).filter(|metric| metric.name == row.metric);
        let sided = metrics.any(|metric| of_type(metric, label).is_some_and(|rates| !rates.is_linear()));
        (plain && sided).then(|| linear_row(row, label))
    };
    day.coefficients.iter().filter_map(caution).collect()
}

fn of_type(metric: &MetricDefinition, label: &SecurityTypeName) -> Option<SideRates> {
    let coefficients = metric.settings.iter().find(|(key, _)| key == "coefficients").map(|(_, setting)| setting)?;
    coefficients.get(label.as_str()).and_then(|setting: &Setting| rates(setting))
}

fn linear_row(row: &CoefficientRow, label: &SecurityTypeName) -> Problem {
    let (metric, security, rate) = (&row.metric, &row.security, row.rates.long);
    Problem::warning(
        LINEAR_ROW,
        row.place.with_field("coefficient"),
        format!("{metric} of {security} counts a short position as {}, though {label} has a rate for each side", -rate),
        "write the row with long and short if a short position should add up",
    )
}
