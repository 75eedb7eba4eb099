//! What cannot work whatever is solved, by name.

use domain::problem::nearest;
use domain::{ObjectiveSettings, Problem, SecurityTypeName};
use metric_engine::{AccountBook, Book, Form, Metric, TradeLine};

use crate::codes::{MIN_ABOVE_MAX, NOBODY_ACCEPTS, PIN_REFUSED, PRIORITY_ON_RATIO};
use crate::order;

/// Everything that cannot work whatever is solved, by name, in one pass. A draft of a book will do.
pub fn contradictions(book: &Book, objective: &ObjectiveSettings) -> Vec<Problem> {
    find(book, &allowed(book), objective)
}

/// Where each trade may go.
pub(crate) fn allowed(book: &Book) -> Vec<Vec<usize>> {
    let accounts = |trade| (0..book.accounts.len()).filter(|account| book.allows(trade, *account)).collect();
    (0..book.trades.len()).map(accounts).collect()
}

/// The same, with what is allowed.
pub(crate) fn find(book: &Book, allowed: &[Vec<usize>], objective: &ObjectiveSettings) -> Vec<Problem> {
    let metrics = book.accounts.iter().flat_map(|account| account.metrics.iter().map(move |metric| (account, metric)));
    let of_metrics =
        metrics.flat_map(|(account, metric)| [min_above_max(account, metric), ratio_priority(account, metric)]);
    let homeless = book.trades.iter().zip(allowed).filter(|(_, accounts)| accounts.is_empty());
    let of_trades = homeless.map(|(trade, _)| Some(nowhere_to_go(book, trade)));
    of_metrics.chain(of_trades).flatten().chain(order::contradictions(book, objective)).collect()
}

fn min_above_max(account: &AccountBook, metric: &Metric) -> Option<Problem> {
    let (min, max) = (metric.limit.min?, metric.limit.max?);
    (min > max).then(|| {
        let message = format!("account {}, metric {}: min {min} is above max {max}", account.id, metric.name);
        Problem::error(MIN_ABOVE_MAX, metric.place.clone(), message, "swap the two, or remove one")
    })
}

fn ratio_priority(account: &AccountBook, metric: &Metric) -> Option<Problem> {
    (matches!(metric.form, Form::Quotient { .. }) && !metric.worth.is_zero()).then(|| {
        let message = format!("account {}, metric {}: a ratio cannot have a priority", account.id, metric.name);
        let hint = "give the priority to a metric with coefficients, and the ratio a limit";
        Problem::error(PRIORITY_ON_RATIO, metric.place.clone(), message, hint)
    })
}

fn nowhere_to_go(book: &Book, trade: &TradeLine) -> Problem {
    let label = &book.securities[trade.security].security_type;
    let takers: Vec<&str> = book
        .accounts
        .iter()
        .filter(|account| account.accepts[trade.security])
        .map(|account| account.id.as_str())
        .collect();
    let near = near_type(book, label);
    match &trade.pin {
        Some(pin) => Problem::error(
            PIN_REFUSED,
            trade.place.with_field("account"),
            format!("trade {} is pinned to {pin}, which does not accept {label}", trade.id),
            match takers.as_slice() {
                [] => {
                    near.unwrap_or_default()
                        + &format!("no account accepts {label}: add it to an account's accepts.security_types")
                }
                takers => format!("these accounts accept {label}: {}", takers.join(", ")),
            },
        ),
        None => nobody_accepts(trade, label, near),
    }
}

/// A type of the day that some account accepts and that `label` may be a misspelling of.
fn near_type(book: &Book, label: &SecurityTypeName) -> Option<String> {
    let taken = |index: &usize| book.accounts.iter().any(|account| account.accepts[*index]);
    let taken = (0..book.securities.len()).filter(taken).map(|index| book.securities[index].security_type.as_str());
    let near = nearest(label.as_str(), taken)?;
    Some(format!("is \"{label}\" meant to be \"{near}\"? otherwise "))
}

fn nobody_accepts(trade: &TradeLine, label: &SecurityTypeName, near: Option<String>) -> Problem {
    Problem::error(
        NOBODY_ACCEPTS,
        trade.place.with_field("security_type"),
        format!("no account accepts trade {} of type {label}", trade.id),
        near.unwrap_or_default() + &format!("add {label} to an account's accepts.security_types"),
    )
}
