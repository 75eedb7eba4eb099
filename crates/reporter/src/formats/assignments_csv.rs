//! `assignments.csv`: which trade is booked where, for a spreadsheet or an order management system.
//! UTF-8 without byte order mark, commas, one line a trade in the order of `result.json`; only the header when the
//! run failed. Numbers have a point and no group separators; texts never run as formulas (an apostrophe
//! stands before one that could).

use std::collections::BTreeMap;

use domain::{AccountId, Amount, Trade, TradeId};

use super::{Format, Rendered};
use crate::spreadsheet::{csv_bytes, csv_rows, text};
use crate::{Report, ReporterError};

/// The file.
pub const FORMAT: Format = Format { file: "assignments.csv", about: "which trade is booked where", write };

/// The columns: the answer first, then what the trade is. `value_base` is in base currency, buys +, sells -.
pub const COLUMNS: [&str; 9] =
    ["trade_id", "account", "side", "security", "security_type", "quantity", "price", "currency", "value_base"];

/// The answer for one trade, as the file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentRow {
    /// The trade.
    pub trade_id: TradeId,
    /// The account that it is booked at.
    pub account: AccountId,
    /// Its value in base currency: buys +, sells -.
    pub value_base: Amount,
}

/// Reads such a file.
///
/// # Errors
/// What is wrong first, with its line.
pub fn read(text: &str) -> Result<Vec<AssignmentRow>, ReporterError> {
    csv_rows(FORMAT.file, text, &COLUMNS, |cells| {
        Ok(AssignmentRow {
            trade_id: TradeId::new(text::read(&cells[0])),
            account: AccountId::new(text::read(&cells[1])),
            value_base: cells[8].parse()?,
        })
    })
}

fn write(report: &Report<'_>, _: &[Rendered]) -> Result<Vec<u8>, ReporterError> {
    let trades: BTreeMap<&TradeId, &Trade> = report.day.trades.iter().map(|trade| (&trade.id, trade)).collect();
    let placement = report.placement.as_deref().unwrap_or_default();
    let rows = report.book.trades.iter().zip(placement).map(|(line, account)| {
        let trade = trades.get(&line.id).expect("every trade of the book is a trade of the day");
        let currency = trade.currency.as_ref().unwrap_or(report.base_currency);
        [
            text::written(line.id.as_str()),
            text::written(report.book.accounts[*account].id.as_str()),
            trade.side.to_string(),
            text::written(trade.security.as_str()),
            text::written(trade.security_type.as_str()),
            Amount::from(trade.quantity).to_string(),
            Amount::from(trade.price).to_string(),
            text::written(currency.as_str()),
            line.value_base.to_string(),
        ]
    });
    csv_bytes(FORMAT.file, COLUMNS, rows)
}
