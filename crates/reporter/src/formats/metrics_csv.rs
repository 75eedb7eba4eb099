//! `metrics.csv`: every metric before and after, for a spreadsheet.
//! UTF-8 without byte order mark, commas, one line a metric in the order of `result.json`. A cell is empty where
//! `result.json` has null; numbers have a point and no group separators; texts never run as formulas (an
//! apostrophe stands before one that could).

use domain::amount::NotADecimal;
use domain::{AccountId, Amount, Breach, MetricName};

use super::result_json::{Exact, metrics};
use super::{Format, Rendered};
use crate::spreadsheet::{csv_bytes, csv_rows, text};
use crate::{Report, ReporterError};

/// The file.
pub const FORMAT: Format = Format { file: "metrics.csv", about: "every metric before and after", write };

/// The columns, as in `result.json`.
pub const COLUMNS: [&str; 8] = ["account", "metric", "initial", "final", "min", "max", "headroom", "breach"];

/// A metric, as the file says it; every number in the metric's own unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricRow {
    /// The account.
    pub account: AccountId,
    /// The metric.
    pub metric: MetricName,
    /// The value at the opening.
    pub initial: Option<Amount>,
    /// The value with every trade booked.
    pub last: Option<Amount>,
    /// The lower limit.
    pub min: Option<Amount>,
    /// The upper limit.
    pub max: Option<Amount>,
    /// The distance to the nearer end of the limit, below 0 where it is broken.
    pub headroom: Option<Amount>,
    /// What the assignment did to the limit.
    pub breach: Breach,
}

/// Reads such a file.
///
/// # Errors
/// What is wrong first, with its line.
pub fn read(text: &str) -> Result<Vec<MetricRow>, ReporterError> {
    csv_rows(FORMAT.file, text, &COLUMNS, |cells| {
        let number = |cell: usize| if cells[cell].is_empty() { Ok(None) } else { cells[cell].parse().map(Some) };
        let breach = Breach::TABLE.into_iter().find(|(word, _)| *word == &cells[7]);
        Ok(MetricRow {
            account: AccountId::new(text::read(&cells[0])),
            metric: MetricName::new(text::read(&cells[1])),
            initial: number(2)?,
            last: number(3)?,
            min: number(4)?,
            max: number(5)?,
            headroom: number(6)?,
            breach: breach.ok_or_else(|| NotADecimal(cells[7].to_owned()))?.1,
        })
    })
}

fn write(report: &Report<'_>, _: &[Rendered]) -> Result<Vec<u8>, ReporterError> {
    let number = |number: Option<Exact>| number.map_or_else(String::new, |number| number.0.to_string());
    let rows = metrics(report).into_iter().map(|metric| {
        [
            text::written(metric.account.as_str()),
            text::written(metric.metric.as_str()),
            number(metric.initial),
            number(metric.last),
            number(metric.min),
            number(metric.max),
            number(metric.headroom),
            metric.breach.to_string(),
        ]
    });
    csv_bytes(FORMAT.file, COLUMNS, rows)
}
