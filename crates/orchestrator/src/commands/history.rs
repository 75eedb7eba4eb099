//! `pb-assign history`: runs and metrics over time, and the history made anew from the ledger.

use std::path::Path;
use std::time::Duration;

use domain::Amount;
use domain::problem::nearest;
use monitor::history::{Dump, HistoryRun, Point, Series};
use monitor::{History, Locked};
use serde_json::json;

use crate::arguments::{HistoryArguments, HistoryCommand};
use crate::exit::Exit;
use crate::{Failure, chart, record, telemetry, wanted};

/// Does what was asked of the history.
///
/// # Errors
/// A ledger that is not there or does not hold, and a history that cannot be read or written.
pub fn run(arguments: &HistoryArguments) -> Result<(Exit, String), Failure> {
    match &arguments.command {
        Some(HistoryCommand::Rebuild) => rebuild(&arguments.state, arguments.wait),
        None => show(arguments),
    }
}

/// The history of a record, told all of its ledger, and the record for as long as the history is read.
pub(super) fn told(folder: &Path, patience: Duration) -> Result<(Locked, History), Failure> {
    let (state, record) = record::read(folder, patience)?;
    // What follows from a ledger that does not hold is no answer.
    wanted::entries(&record.ledger)?;
    if let Some(history) = History::read(&record)? {
        return Ok((record, history));
    }
    drop(record);
    let record = state.lock(patience, &record::who())?;
    let mut history = History::open(&state)?;
    record::tell_lost(&history.catch_up(&record)?);
    Ok((record, history))
}

/// Refuses an account or a metric that no run has had: nothing about it would look like good news.
pub(super) fn require_known(what: &str, given: Option<&str>, known: &[String]) -> Result<(), Failure> {
    let Some(given) = given.filter(|given| !known.iter().any(|known| known == given)) else { return Ok(()) };
    let all = known.join(", ");
    let hint = match nearest(given, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean \"{near}\"? the history has {all}"),
        None if known.is_empty() => format!("the history has no {what} yet: no run has had an answer"),
        None => format!("the history has {all}"),
    };
    Err(Failure::Request { message: format!("no run has had the {what} \"{given}\""), hint })
}

fn rebuild(folder: &Path, patience: Duration) -> Result<(Exit, String), Failure> {
    let (state, record) = record::read(folder, patience)?;
    drop(record);
    let record = state.lock(patience, &record::who())?;
    // One that cannot be read any more is not the same.
    let before = History::read(&record).ok().flatten().and_then(|history| history.dump(Dump::Whole).ok());
    let (history, told) = History::rebuild(&record)?;
    record::tell_lost(&told);
    let content = match before {
        None => "new",
        Some(before) if before == history.dump(Dump::Whole)? => "same",
        Some(_) => "changed",
    };
    let said = match content {
        "new" => "There was none that had all of the ledger.",
        "same" => "Its content is the same as before.",
        _ => "Its content is not what it was before: until now it did not follow from the ledger.",
    };
    let entries = if told.to == 1 { "1 entry".to_owned() } else { format!("{} entries", told.to) };
    telemetry::tell(&format!("Rebuilt {} from {entries}. {said}", history.path().display()));
    let line = json!({
        "status": "rebuilt", "exit": 0, "history": history.path().display().to_string(), "entries": told.to,
        "head": record.ledger.head(), "content": content, "lost": told.lost.len(),
    });
    Ok((Exit::Done, line.to_string()))
}

fn show(arguments: &HistoryArguments) -> Result<(Exit, String), Failure> {
    let HistoryArguments { account, metric, .. } = arguments;
    let (record, history) = told(&arguments.state, arguments.wait)?;
    require_known("account", account.as_deref(), &history.accounts()?)?;
    require_known("metric", metric.as_deref(), &history.metrics()?)?;
    let since = arguments.since.map(|date| date.to_string());
    let runs = history.runs(since.as_deref())?;
    let series = history.series(since.as_deref(), account.as_deref(), metric.as_deref())?;
    let mut text = runs_text(&runs);
    text.extend(objective_text(&runs));
    text.extend(series_text(&series));
    if let (Some(_), [only]) = (metric, series.as_slice()) {
        text.extend(days_text(&only.days));
    }
    telemetry::tell(&text.join("\n"));
    let mut line = json!({ "exit": 0, "head": record.ledger.head(), "runs": runs });
    // A year of every metric is more than somebody who asks for nothing in particular wants to have in a line.
    if account.is_some() || metric.is_some() {
        line["metrics"] = json!(series);
    }
    Ok((Exit::Done, line.to_string()))
}

fn runs_text(runs: &[HistoryRun]) -> Vec<String> {
    let header = format!(
        "  {:>6}  {:<10}  {:<8}  {:<17}  {:>18}  {:>9}  {:>6}  {:>6}",
        "entry", "as of", "status", "reason", "objective", "gap", "trades", "broken"
    );
    let objectives = column(runs.iter().map(|run| run.objective.as_ref()));
    let row = |(run, objective): (&HistoryRun, String)| {
        let count = |count: Option<u64>| {
            count
                .map_or(String::new(), |count| reporter::alone(&Amount::from(i64::try_from(count).unwrap_or(i64::MAX))))
        };
        let gap = amount(run.gap.as_ref()).map_or_else(String::new, |gap| reporter::percent(&gap));
        format!(
            "{} {:>6}  {:<10}  {:<8}  {:<17}  {objective:>18}  {gap:>9}  {:>6}  {:>6}",
            if run.current { '*' } else { ' ' },
            run.seq,
            run.as_of.as_deref().unwrap_or(""),
            run.status,
            run.reason,
            count(run.trades),
            count(run.broken),
        )
        .trim_end()
        .to_owned()
    };
    let legend = "* the current run of its date: the last one published for it".to_owned();
    std::iter::once(header).chain(runs.iter().zip(objectives).map(row)).chain([legend]).collect()
}

fn objective_text(runs: &[HistoryRun]) -> Vec<String> {
    let days: Vec<Option<Amount>> =
        runs.iter().filter(|run| run.current).map(|run| amount(run.objective.as_ref())).collect();
    if days.iter().all(Option::is_none) {
        return Vec::new();
    }
    vec![String::new(), format!("objective  {}", chart::of(days.iter().map(Option::as_ref), None))]
}

fn series_text(series: &[Series]) -> Vec<String> {
    let wide = |text: fn(&Series) -> &String| series.iter().map(|one| text(one).chars().count()).max().unwrap_or(0);
    let (accounts, metrics) = (wide(|one| &one.account).max(7), wide(|one| &one.metric).max(6));
    let row = |one: &Series| {
        let values: Vec<Option<Amount>> = one.days.iter().map(|day| amount(closing(day))).collect();
        let newest = one.days.last();
        let value = column(one.days.iter().map(closing)).pop().unwrap_or_default();
        let limit = newest.map_or(String::new(), |day| limit(day.min.as_deref(), day.max.as_deref()));
        format!(
            "{:<accounts$}  {:<metrics$}  {:>18}  {:<24}  {}",
            one.account,
            one.metric,
            value,
            limit,
            chart::of(values.iter().map(Option::as_ref), None)
        )
    };
    if series.is_empty() {
        return Vec::new();
    }
    let header = format!(
        "{:<accounts$}  {:<metrics$}  {:>18}  {:<24}  by day, at most {} of them",
        "account",
        "metric",
        "newest",
        "limit",
        chart::COLUMNS
    );
    [String::new(), header].into_iter().chain(series.iter().map(row)).collect()
}

fn days_text(days: &[Point]) -> Vec<String> {
    let header =
        format!("{:<10}  {:>18}  {:>18}  {:>18}  {:<9}  limit", "as of", "opening", "final", "headroom", "breach");
    let of = |number: fn(&Point) -> Option<&String>| column(days.iter().map(number));
    let (opening, last) = (of(|day| day.initial.as_ref()), of(|day| day.last.as_ref()));
    let headroom = of(|day| day.headroom.as_ref());
    let row = |(index, day): (usize, &Point)| {
        let breach = if day.breach == "none" { "" } else { &day.breach };
        let [opening, last, headroom] = [&opening, &last, &headroom].map(|column| &column[index]);
        let limit = limit(day.min.as_deref(), day.max.as_deref());
        format!("{:<10}  {opening:>18}  {last:>18}  {headroom:>18}  {breach:<9}  {limit}", day.as_of)
            .trim_end()
            .to_owned()
    };
    [String::new(), header].into_iter().chain(days.iter().enumerate().map(row)).collect()
}

/// Where a metric stands in the end of a day: where it opened when the run failed.
fn closing(day: &Point) -> Option<&String> {
    day.last.as_ref().or(day.initial.as_ref())
}

/// A limit in words: `min -60,000, max 60,000`.
pub(super) fn limit(min: Option<&str>, max: Option<&str>) -> String {
    let end = |word: &str, end: Option<&str>| end.map(|end| format!("{word} {}", figure(end)));
    [end("min", min), end("max", max)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A number for people, where it stands alone. The line of JSON has all digits.
pub(super) fn figure(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |amount| reporter::alone(&amount))
}

/// Numbers for people, below each other.
fn column<'a>(texts: impl Iterator<Item = Option<&'a String>>) -> Vec<String> {
    let numbers: Vec<Option<Amount>> = texts.map(amount).collect();
    reporter::column(&numbers.iter().map(Option::as_ref).collect::<Vec<_>>())
}

fn amount(text: Option<&String>) -> Option<Amount> {
    text.and_then(|text| text.parse().ok())
}
