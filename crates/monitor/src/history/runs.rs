//! The runs of a history, each with whether it is its day's current one.

use rusqlite::Row;
use serde::Serialize;

use super::History;
use crate::error::MonitorError;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryRun {
    /// The number of its entry.
    pub seq: u64,
    /// When it was recorded, in UTC.
    pub time: String,
    /// The date that it is about.
    pub as_of: Option<String>,
    /// What it goes by; nothing where it was refused.
    pub run_id: Option<String>,
    /// `optimal`, `feasible` or `failed`.
    pub status: String,
    /// Why.
    pub reason: String,
    /// What the process ended with.
    pub exit: u8,
    /// What the assignment is worth, exact; larger is better.
    pub objective: Option<String>,
    /// The claimed gap, a fraction.
    pub gap: Option<String>,
    /// The gap that the certificate shows, a fraction.
    pub certified_gap: Option<String>,
    /// How many trades there were.
    pub trades: Option<u64>,
    /// How many limits are broken after it.
    pub broken: Option<u64>,
    /// Whether it is the last one published for its date.
    pub current: bool,
}

const RUNS: &str = "
SELECT seq, time, as_of, run_id, status, reason, exit, objective, gap, certified_gap, trades, broken,
  seq IN (SELECT seq FROM days) AS current
FROM runs WHERE ?1 IS NULL OR as_of >= ?1 ORDER BY as_of IS NULL, as_of, seq";

impl History {
    /// The runs about this date and later ones, in the order of dates and then of entries; without a date all, those about
    /// none last.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn runs(&self, since: Option<&str>) -> Result<Vec<HistoryRun>, MonitorError> {
        self.asked(|connection| connection.prepare(RUNS)?.query_map([since], run)?.collect())
    }

    /// The newest date with a current run.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn newest_day(&self) -> Result<Option<String>, MonitorError> {
        self.asked(|connection| connection.query_row("SELECT MAX(as_of) FROM days", [], |row| row.get(0)))
    }
}

fn run(row: &Row<'_>) -> rusqlite::Result<HistoryRun> {
    Ok(HistoryRun {
        seq: row.get("seq")?,
        time: row.get("time")?,
        as_of: row.get("as_of")?,
        run_id: row.get("run_id")?,
        status: row.get("status")?,
        reason: row.get("reason")?,
        exit: row.get("exit")?,
        objective: row.get("objective")?,
        gap: row.get("gap")?,
        certified_gap: row.get("certified_gap")?,
        trades: row.get("trades")?,
        broken: row.get("broken")?,
        current: row.get("current")?,
    })
}
