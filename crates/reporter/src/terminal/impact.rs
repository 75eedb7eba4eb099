//! What is other than in the run that was published last, for a person.

use domain::Amount;
use metric_engine::Form;

use super::figures::{Unit, count, figure, places};
use super::grid::{Entry, Grid};
use super::text::{clean, wrapped};
use super::{Style, bold};
use crate::Report;
use crate::impact::{Against, Impact, MetricValues, Trades, Values};

/// How many trades the table names; the summary line has them all.
const MOST_TRADES: usize = 20;

/// The comparison, with a line end.
pub(super) fn view(impact: &Impact, report: &Report<'_>, style: Style) -> String {
    let mut view = match &impact.against {
        Some(against) => compared(against, report, style),
        None => wrapped(
            "",
            "Nothing to compare with: no assignment was published here for this day or before.",
            style.width,
        ),
    };
    for remark in &impact.remarks {
        view.push_str(&wrapped("note: ", &clean(remark), style.width));
    }
    view
}

fn compared(against: &Against, report: &Report<'_>, style: Style) -> String {
    let mut view = format!("{}\n", bold(&title(against), style));
    view.push_str(&wrapped("", &sentence(against), style.width));
    for limit in &against.limits {
        let text = |values: Option<&Amount>| values.map_or_else(|| "none".to_owned(), ToString::to_string);
        let [was, is] = [&limit.values.was, &limit.values.is].map(|value| text(value.as_ref().map(|value| &value.0)));
        let name = format!("{} {}", clean(limit.account.as_str()), clean(limit.metric.as_str()));
        view.push_str(&format!("The limit of {name}, {}, was {was} and is {is}.\n", limit.bound));
    }
    let trades = against.trades.as_ref().and_then(|trades| trades_table(trades, against.same_day, style));
    let metrics = metrics_table(&against.metrics, report, style);
    for table in trades.into_iter().chain(metrics) {
        view.push_str(&format!("\n{table}\n"));
    }
    view
}

fn title(against: &Against) -> String {
    let entry = against.entry.map_or_else(|| "what is published".to_owned(), |entry| format!("run {entry}"));
    let day = against.as_of.as_ref().map_or_else(String::new, |day| format!(" of {}", clean(day)));
    let time = against.recorded_at.as_ref().and_then(|time| Some((time.get(..10)?, time.get(11..16)?)));
    let time = time.map_or_else(String::new, |(day, time)| format!(", recorded {} {} UTC", clean(day), clean(time)));
    format!("Against {entry}{day}{time}")
}

fn sentence(against: &Against) -> String {
    let objective = against.objective.is.as_ref().map(|_| format!("Objective {}.", changed(&against.objective)));
    let trades = against.trades.as_ref().map(|trades| {
        let Trades { same, moved, new, gone } = trades;
        let same = usize::try_from(*same).unwrap_or(usize::MAX);
        if !against.same_day && same == 0 && moved.is_empty() {
            return format!("{} then, {} now, none of them the same.", count(gone.len(), "trade"), new.len());
        }
        let [moved, new, gone] = [moved.len(), new.len(), gone.len()];
        format!("{} at the same account, {moved} moved, {new} new, {gone} gone.", count(same, "trade"))
    });
    let same = against.same_run.then(|| "The same configuration and files.".to_owned());
    same.into_iter().chain(objective).chain(trades).collect::<Vec<_>>().join(" ")
}

/// `-18,690.00, was -18,695.50 (+5.50)`, or `-18,690.00 as before`.
fn changed(values: &Values) -> String {
    let numbers = [&values.was, &values.is, &values.difference].map(|value| value.as_ref().map(|value| &value.0));
    let places = places(Unit::Sum, numbers.into_iter().flatten()).max(2).min(decimals(&numbers));
    let text = |number: Option<&Amount>| number.map_or_else(|| "none".to_owned(), |number| figure(number, places));
    if values.is_same() {
        return format!("{} as before", text(numbers[1]));
    }
    let difference = numbers[2].map_or_else(String::new, |by| format!(" ({})", signed(by, places)));
    format!("{}, was {}{difference}", text(numbers[1]), text(numbers[0]))
}

fn decimals(numbers: &[Option<&Amount>]) -> i64 {
    numbers.iter().flatten().map(|number| number.decimals()).max().unwrap_or(0)
}

fn signed(number: &Amount, places: i64) -> String {
    let sign = if number.is_positive() { "+" } else { "" };
    format!("{sign}{}", figure(number, places))
}

/// Trades that are elsewhere; of the same day also those that are new or gone.
fn trades_table(trades: &Trades, same_day: bool, style: Style) -> Option<String> {
    let cells =
        |trade: &domain::TradeId, was: Option<&domain::AccountId>, is: Option<&domain::AccountId>| -> Vec<Entry> {
            let account =
                |account: Option<&domain::AccountId>| account.map_or_else(|| "-".to_owned(), |id| clean(id.as_str()));
            vec![clean(trade.as_str()).into(), account(was).into(), account(is).into()]
        };
    let moved = trades.moved.iter().map(|trade| cells(&trade.trade_id, Some(&trade.from), Some(&trade.to)));
    let new = trades.new.iter().map(|trade| cells(&trade.trade_id, None, Some(&trade.account)));
    let gone = trades.gone.iter().map(|trade| cells(&trade.trade_id, Some(&trade.account), None));
    let of_the_day = new.chain(gone).filter(|_| same_day);
    let mut rows: Vec<Vec<Entry>> = moved.chain(of_the_day).collect();
    let more = rows.len().saturating_sub(MOST_TRADES);
    rows.truncate(MOST_TRADES);
    if rows.is_empty() {
        return None;
    }
    let table = Grid::new(&["trade", "was", "is"], &["was", "is"], vec![rows]).render(style).concat();
    Some(if more == 0 {
        table
    } else {
        format!("{table}\n… and {} more", figure(&Amount::from(i64::try_from(more).unwrap_or(i64::MAX)), 0))
    })
}

/// Metrics that end elsewhere than they did.
fn metrics_table(metrics: &[MetricValues], report: &Report<'_>, style: Style) -> Option<String> {
    let row = |metric: &MetricValues| -> Vec<Entry> {
        let values = [&metric.values.was, &metric.values.is, &metric.values.difference];
        let numbers = values.map(|value| value.as_ref().map(|value| &value.0));
        let places = places(unit(metric, report), numbers.into_iter().flatten());
        let number =
            |number: Option<&Amount>| number.map_or_else(|| "none".to_owned(), |number| figure(number, places));
        vec![
            format!("{} {}", clean(metric.account.as_str()), clean(metric.metric.as_str())).into(),
            number(numbers[0]).into(),
            number(numbers[1]).into(),
            numbers[2].map_or_else(String::new, |by| signed(by, places)).into(),
        ]
    };
    let rows: Vec<Vec<Entry>> = metrics.iter().filter(|metric| !metric.values.is_same()).map(row).collect();
    (!rows.is_empty())
        .then(|| Grid::new(&["metric after", "was", "is", "change"], &[], vec![rows]).render(style).concat())
}

fn unit(metric: &MetricValues, report: &Report<'_>) -> Unit {
    let account = report.book.accounts.iter().find(|account| account.id == metric.account);
    let found = account.and_then(|account| account.metrics.iter().find(|known| known.name == metric.metric));
    match found.map(|found| &found.form) {
        Some(Form::Quotient { .. }) => Unit::Ratio,
        _ => Unit::Sum,
    }
}
