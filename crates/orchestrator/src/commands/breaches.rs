//! `pb-assign breaches`: every limit that was broken, from the day that it was first seen to the day that it ended.

use domain::Amount;
use monitor::history::{BreachDay, BreachSpan, Ending};
use serde_json::json;

use super::history::{figure, limit, require_known, told};
use crate::arguments::BreachesArguments;
use crate::exit::Exit;
use crate::{Failure, chart, telemetry};

/// Lists breaches.
///
/// # Errors
/// As [`super::history::run`].
pub fn run(arguments: &BreachesArguments) -> Result<(Exit, String), Failure> {
    let (record, history) = told(&arguments.state, arguments.wait)?;
    require_known("account", arguments.account.as_deref(), &history.accounts()?)?;
    let since = arguments.since.map(|date| date.to_string());
    let spans = history.breaches(since.as_deref(), arguments.account.as_deref(), arguments.open)?;
    let newest = history.newest_day()?;
    let open = spans.iter().filter(|span| span.state == Ending::Open).count();
    let day =
        newest.as_deref().map_or_else(|| "no day was run yet".to_owned(), |day| format!("the newest day is {day}"));
    let breaches = if spans.len() == 1 { "1 breach".to_owned() } else { format!("{} breaches", spans.len()) };
    let summary = format!("{breaches}, {open} of them open; {day}");
    telemetry::tell(&text(&spans).into_iter().chain([summary]).collect::<Vec<_>>().join("\n"));
    let line = json!({
        "exit": 0, "head": record.ledger.head(), "newest_day": newest, "open": open, "breaches": spans,
    });
    Ok((Exit::Done, line.to_string()))
}

fn text(spans: &[BreachSpan]) -> Vec<String> {
    let rows: Vec<[String; 7]> = spans.iter().map(row).collect();
    let header = ["account", "metric", "first seen", "days", "worst", "beyond by", "now"].map(str::to_owned);
    let all: Vec<&[String; 7]> = std::iter::once(&header).chain(&rows).collect();
    let width = |column: usize| all.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let charts = std::iter::once("beyond by, day by day".to_owned()).chain(spans.iter().map(days));
    let line = |(row, chart): (&[String; 7], String)| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect::<Vec<_>>();
        format!("{}  {chart}", cells.join("  ")).trim_end().to_owned()
    };
    if spans.is_empty() { Vec::new() } else { all.into_iter().zip(charts).map(line).collect() }
}

fn row(span: &BreachSpan) -> [String; 7] {
    let BreachDay { as_of, value, min, max, beyond, .. } = &span.worst;
    let worst = match value {
        Some(value) => figure(value),
        None => "undefined".to_owned(),
    };
    let beyond = beyond.as_ref().map_or(String::new(), reporter::alone);
    let now = match (&span.ended, span.days.last()) {
        (Some(ended), _) => format!("{} {ended}", span.state.word()),
        (None, last) => format!("{}, {}", span.state.word(), last.map_or("", |last| &last.breach)),
    };
    [
        span.account.clone(),
        span.metric.clone(),
        span.first_seen.clone(),
        span.age_days.to_string(),
        format!("{worst} ({}) on {as_of}", limit(min.as_deref(), max.as_deref())),
        beyond,
        now,
    ]
}

/// How far beyond the limit, day by day; blank where it is undefined.
fn days(span: &BreachSpan) -> String {
    chart::of(span.days.iter().map(|day| day.beyond.as_ref()), Some(&Amount::zero()))
}
