//! What is allowed and seldom meant.

use std::collections::BTreeMap;

use domain::{CoefficientRow, Day, Desk, MetricDefinition, Problem, SecurityId, SecurityTypeName, Setting, SideRates};

use crate::codes::LINEAR_ROW;
use crate::coefficients::rates;

/// Rows with one coefficient for a security whose type has one for each side: a short position then counts below
/// zero and takes away from the others, where a margin or an exposure should add up.
pub fn cautions(desk: &Desk, day: &Day) -> Vec<Problem> {
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
