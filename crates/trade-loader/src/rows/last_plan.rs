//! An earlier plan: which trade it has at which account, one row for each trade. The `assignments.csv` of a run is one;
//! its other columns say what the trade is and are left aside.

use domain::{AccountId, PlannedBooking, TradeId};

use super::{Seen, load};
use crate::columns::{Layout, required};
use crate::error::LoadError;
use crate::row::RowReader;
use crate::text::quoted;
use crate::{Conventions, Loaded, Source};

const LAYOUT: Layout = Layout {
    noun: "bookings of the last plan",
    key: "plan",
    columns: &[required("trade_id"), required("account")],
    identity: &["trade_id", "account"],
    keeps_others: false,
};

/// Loads the bookings of an earlier plan.
///
/// # Errors
/// When nothing of the file could be read.
pub fn load_last_plan(source: &Source, conventions: &Conventions) -> Result<Loaded<PlannedBooking>, LoadError> {
    let mut trades = Seen::new();
    load(source, conventions, &LAYOUT, |row| booking(row, &mut trades))
}

fn booking(row: &mut RowReader<'_>, trades: &mut Seen<TradeId>) -> Option<PlannedBooking> {
    let trade = name(row, "trade_id").map(TradeId::new);
    let account = name(row, "account").map(AccountId::new);
    if let Some(trade) = &trade {
        let what = || format!("the trade {}", quoted(trade.as_str()));
        trades.check(
            row,
            trade.clone(),
            "trade_id",
            what,
            "a trade is booked whole at one account: delete one of the two",
        );
    }
    Some(PlannedBooking { place: row.place(), trade: trade?, account: account? })
}

/// A name, without the apostrophe that our own files put before one that a spreadsheet could run.
fn name<'a>(row: &mut RowReader<'a>, column: &'static str) -> Option<&'a str> {
    let guarded = row.written(column).strip_prefix('\'').filter(|text| text.starts_with(['+', '-', '@']));
    guarded.or_else(|| row.name(column))
}
