//! Every metric before and after with its limit, an account at a time; and the limits of a conflict.

use comfy_table::Color;
use domain::limit::Bound;
use domain::{Amount, Breach, Limit};
use metric_engine::{Form, MetricValue, Standing};

use super::Style;
use super::figures::{Unit, compact, figure, places, whole_percent};
use super::grid::{Entry, Grid};
use super::text::clean;
use crate::Report;

/// Cells of a bar that shows how much of a limit is used.
const BAR_CELLS: usize = 10;

/// The size from which a row's figures are shortened when space is short.
const COMPACT_FROM: i64 = 10_000;

/// How much detail the tables show; the first that fits the width is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Detail {
    whole_figures: bool,
    bar: bool,
}

const DETAILS: [Detail; 3] = [
    Detail { whole_figures: true, bar: true },
    Detail { whole_figures: true, bar: false },
    Detail { whole_figures: false, bar: false },
];

/// A table for each account in the order of the report, and what has to be said about the figures.
pub(super) fn by_account(report: &Report<'_>, style: Style) -> (Vec<String>, Option<&'static str>) {
    let headers = ["metric", "before", "after", "min", "max", "headroom", "use", "breach"];
    let laid_out = DETAILS.map(|detail| {
        let rows = |account: usize| {
            let here = report.standings.iter().filter(move |standing| standing.account == account);
            here.map(|standing| row(report, standing, detail)).collect()
        };
        let tables = (0..report.book.accounts.len()).map(rows).collect();
        (detail, Grid::new(&headers, &["use", "breach"], tables))
    });
    let chosen = laid_out.iter().find(|(_, grid)| grid.fits(style.width)).unwrap_or(&laid_out[DETAILS.len() - 1]);
    let legend = (!chosen.0.whole_figures).then_some("k thousand, m million, bn billion, four digits each");
    (chosen.1.render(style), legend)
}

/// The limits that cannot hold together.
pub(super) fn conflict(report: &Report<'_>, style: Style) -> Option<String> {
    let limits = &report.diagnostics.conflict;
    let rows: Vec<Vec<Entry>> = limits
        .iter()
        .map(|limit| {
            let numbers = [Some(&limit.limit), limit.reached.as_ref(), limit.shortfall.as_ref()];
            let places = places(Unit::Ratio, numbers.into_iter().flatten());
            let number = |number: Option<&Amount>| number.map_or_else(String::new, |number| figure(number, places));
            let text = |text: Option<&String>| text.map_or_else(String::new, |text| clean(text));
            let reached = match &limit.undefined_by {
                Some((by, value)) => format!("undefined: {} is {}", clean(by.as_str()), figure(value, 0)),
                None => number(numbers[1]),
            };
            vec![
                format!("{} {}", clean(limit.account.as_str()), clean(limit.metric.as_str())).into(),
                limit.bound.to_string().into(),
                number(numbers[0]).into(),
                reached.into(),
                number(numbers[2]).into(),
                text(limit.owner.as_ref()).into(),
                text(limit.source.as_ref()).into(),
            ]
        })
        .collect();
    let headers = ["limit", "bound", "value", "reached", "short by", "owner", "source"];
    (!rows.is_empty()).then(|| Grid::new(&headers, &["bound", "owner", "source"], vec![rows]).render(style).concat())
}

fn row(report: &Report<'_>, standing: &Standing, detail: Detail) -> Vec<Entry> {
    let metric = &report.book.accounts[standing.account].metrics[standing.metric];
    let unit = match metric.form {
        Form::Additive(_) => Unit::Sum,
        Form::Quotient { .. } => Unit::Ratio,
    };
    let (initial, last) = (standing.initial.published(), standing.last.as_ref().map(MetricValue::published));
    let (min, max) = (metric.limit.min.map(Amount::from), metric.limit.max.map(Amount::from));
    let headroom = standing.headroom.as_ref();
    let shown = [initial.as_ref(), last.as_ref().and_then(Option::as_ref), min.as_ref(), max.as_ref(), headroom];
    let places = places(unit, shown.into_iter().flatten());
    let large = shown.into_iter().flatten().any(|number| number.abs() >= Amount::from(COMPACT_FROM));
    let compacted = large && !detail.whole_figures;
    let number = |number: &Amount| if compacted { compact(number) } else { figure(number, places) };
    let value = |value: Option<&Amount>| value.map_or_else(|| "undefined".to_owned(), number);
    let maybe = |value: Option<&Amount>| value.map_or_else(String::new, number);
    let now = standing.last.as_ref().unwrap_or(&standing.initial);
    vec![
        clean(metric.name.as_str()).into(),
        value(initial.as_ref()).into(),
        last.as_ref().map_or_else(String::new, |last| value(last.as_ref())).into(),
        maybe(min.as_ref()).into(),
        maybe(max.as_ref()).into(),
        maybe(headroom).into(),
        usage(now, &metric.limit).map_or_else(String::new, |used| usage_text(&used, detail)).into(),
        breach(standing.breach),
    ]
}

/// How much of its limit a metric uses, in percent: 100 at the limit, more when it is broken. Of two ends the one
/// that is used more. Nothing where a share means nothing: no limit, a limit of 0, no value.
fn usage(value: &MetricValue, limit: &Limit) -> Option<Amount> {
    let (value, unit) = match value {
        MetricValue::Amount(value) => (value.clone(), Amount::from(1)),
        MetricValue::Ratio { denominator, .. } if !denominator.is_positive() => return None,
        MetricValue::Ratio { numerator, denominator } => (numerator.clone(), denominator.clone()),
    };
    let of_end = |side: Bound| {
        let end = &Amount::from(limit.bound(side)?) * &unit;
        // A cap is used up by what is there, on its own side of zero; a floor by what must be there.
        let is_cap = end.is_positive() == (side == Bound::Max);
        let same_side = value.signum() == end.signum();
        match (end.is_zero(), is_cap) {
            (true, _) => None,
            (false, true) if !same_side => Some(Amount::zero()),
            (false, true) => Some(whole_percent(&value.abs(), &end.abs())),
            (false, false) => same_side.then(|| whole_percent(&end.abs(), &value.abs())),
        }
    };
    [Bound::Min, Bound::Max].into_iter().filter_map(of_end).max()
}

fn usage_text(used: &Amount, detail: Detail) -> String {
    let percent = if *used > Amount::from(999) { ">999 %".to_owned() } else { format!("{used} %") };
    if !detail.bar {
        return format!("{percent:>6}");
    }
    let full =
        (1..=BAR_CELLS).filter(|cell| *used >= Amount::from(i64::try_from(cell * 100 / BAR_CELLS).unwrap_or(100)));
    let full = full.count();
    format!("{}{} {percent:>6}", "█".repeat(full), "░".repeat(BAR_CELLS - full))
}

fn breach(breach: Breach) -> Entry {
    let colour = match breach {
        Breach::None => return Entry::default(),
        Breach::Cured => Color::Green,
        Breach::Inherited => Color::Yellow,
        Breach::Caused => Color::Red,
    };
    Entry { text: breach.to_string(), colour: Some(colour) }
}
