//! A case as the product reads it.

use crate::case::{Case, CaseForm, SECURITIES, TYPES};
use crate::{Add, With, account, by_type, day, desk, number, ratio};
use domain::{Amount, Day, Desk};

/// Hundredths as a decimal.
pub fn hundredths(value: i128) -> String {
    Amount::from_parts(value, 2).to_string()
}

/// The case as the product reads it.
pub fn product(case: &Case) -> (Desk, Day) {
    let mut day = day();
    let accounts = case.accounts.iter().enumerate().map(|(index, here)| {
        let id = format!("A{index}");
        let metrics = here.metrics.iter().enumerate().map(|(index, metric)| {
            let name = format!("m{index}");
            let mut definition = match &metric.form {
                CaseForm::Rates(rates) => {
                    let types = TYPES.iter().copied().chain(["cash"]);
                    let row = |(label, (long, short)): (&str, &(i128, i128))| {
                        format!("{label} {} {}", hundredths(*long), hundredths(*short))
                    };
                    let rows: Vec<String> = types.zip(rates).map(row).collect();
                    by_type(&name, &rows.iter().map(String::as_str).collect::<Vec<_>>())
                }
                CaseForm::Ratio(of, to) => ratio(&name, &format!("m{of}"), &format!("m{to}")),
            };
            definition =
                definition.on_breach(metric.on_breach).priority(&Amount::from_parts(metric.priority, 1).to_string());
            definition.limit.min = metric.min.map(|min| number(&hundredths(min)));
            definition.limit.max = metric.max.map(|max| number(&hundredths(max)));
            definition
        });
        account(&id, metrics.collect())
    });
    let accounts = accounts.collect();
    for (index, here) in case.accounts.iter().enumerate() {
        for (security, value) in here.opening.iter().enumerate().filter(|(_, value)| **value != 0) {
            let (id, label) = if security == SECURITIES { ("USD", "cash") } else { (TYPES[security], TYPES[security]) };
            day = day.position(&format!("A{index} {value} {id} {label}"));
        }
    }
    for (index, (value, security)) in case.trades.iter().enumerate() {
        let side = if *value > 0 { "buy" } else { "sell" };
        let label = TYPES[*security];
        let pin = case.pins[index].map_or(String::new(), |pin| format!(" A{pin}"));
        day = day.trade(&format!("T{index} {side} {} {label} {label}{pin}", value.abs()));
    }
    (desk(accounts), day)
}
