//! Every metric before and after the day's trades, from the definition alone.
//! `M = M0 + Σₛ [f(Pₛ) - f(P0ₛ)]` over all securities, `Pₛ = P0ₛ + Σ` of what the trades booked at the account
//! move in `s`; `M0` as given, or else `Σₛ f(P0ₛ)`. A ratio is its two sums, not yet divided.

use domain::{Amount, Day, Desk};
use metric_engine::{AccountBook, Additive, Book, Form};

use crate::Discrepancy;
use crate::value::{Value, contribution};

/// `[account][metric]`.
pub(crate) type Values = Vec<Vec<Value>>;

/// The metrics at the opening, and whether the book opens them there too.
pub(crate) fn opening(desk: &Desk, day: &Day, book: &Book, found: &mut Vec<Discrepancy>) -> Values {
    let mut values = Vec::with_capacity(book.accounts.len());
    for (account, here) in desk.accounts.iter().zip(&book.accounts) {
        let sums = here.metrics.iter().zip(&account.metrics).map(|(metric, definition)| {
            let Form::Additive(additive) = &metric.form else { return Amount::zero() };
            let given =
                day.current_metrics.iter().find(|row| row.account == account.id && row.metric == definition.name);
            let opens = match given {
                Some(row) => Amount::from(row.value),
                None => sum(additive, &here.opening),
            };
            if opens != additive.opening {
                let what = format!("the opening value of metric {} at {}", definition.name, account.id);
                let (used, given) = (additive.opening.to_string(), opens.to_string());
                found.push(Discrepancy::InputDiffers { what, used, given });
            }
            opens
        });
        let sums: Vec<Amount> = sums.collect();
        values.push(with_ratios(here, &sums));
    }
    values
}

/// The metrics with every trade booked at its account.
pub(crate) fn after(book: &Book, opening: &Values, placement: &[usize], found: &mut Vec<Discrepancy>) -> Values {
    let mut positions: Vec<Vec<Amount>> = book.accounts.iter().map(|account| account.opening.clone()).collect();
    for (line, account) in book.trades.iter().zip(placement) {
        for leg in &line.legs {
            positions[*account][leg.security] += &leg.value_base;
        }
    }
    let mut values = Vec::with_capacity(book.accounts.len());
    for ((here, positions), opening) in book.accounts.iter().zip(&positions).zip(opening) {
        let sums = here.metrics.iter().zip(opening).map(|(metric, opens)| {
            let (Form::Additive(additive), Value::Sum(opens)) = (&metric.form, opens) else { return Amount::zero() };
            for (security, _) in uncovered(additive, positions).chain(uncovered(additive, &here.opening)) {
                let (account, metric) = (here.id.clone(), metric.name.clone());
                let security = book.securities[security].id.clone();
                let missing = Discrepancy::CoefficientMissing { account, metric, security };
                if !found.contains(&missing) {
                    found.push(missing);
                }
            }
            opens + &(sum(additive, positions) - sum(additive, &here.opening))
        });
        let sums: Vec<Amount> = sums.collect();
        values.push(with_ratios(here, &sums));
    }
    values
}

/// `Σₛ f(Pₛ)`.
fn sum(additive: &Additive, positions: &[Amount]) -> Amount {
    let parts = additive.rates.iter().zip(positions);
    parts.filter_map(|(rates, position)| Some(contribution((*rates)?, position))).sum()
}

/// The positions that the metric has no coefficient for.
fn uncovered<'a>(additive: &'a Additive, positions: &'a [Amount]) -> impl Iterator<Item = (usize, &'a Amount)> {
    positions.iter().enumerate().filter(|(security, position)| {
        !position.is_zero() && additive.rates.get(*security).copied().flatten().is_none()
    })
}

fn with_ratios(here: &AccountBook, sums: &[Amount]) -> Vec<Value> {
    let value = |(index, metric): (usize, &metric_engine::Metric)| match metric.form {
        Form::Additive(_) => Value::Sum(sums[index].clone()),
        Form::Quotient { of, to } => Value::Quotient(sums[of].clone(), sums[to].clone()),
    };
    here.metrics.iter().enumerate().map(value).collect()
}
