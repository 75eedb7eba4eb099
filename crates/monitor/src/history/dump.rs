//! The content of a history as text that does not depend on how the database keeps it: two histories are the same where
//! their dumps are.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::History;
use crate::error::MonitorError;

/// What a dump holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dump {
    /// Everything: what a history and its rebuild have in common.
    Whole,
    /// Everything but the order of the entries and when they were written: what the same runs have in common, in
    /// whatever order they came.
    WithoutOrder,
}

/// Columns that say in which order entries came, and when.
const OF_ORDER: [&str; 4] = ["seq", "hash", "time", "run_seq"];

/// What belongs to a run.
const PARTS: [&str; 6] = ["metrics", "limits", "breaches", "assignments", "fallbacks", "problems"];

/// The views whose rows are about a day.
const DAYS: [&str; 4] = ["days", "day_limits", "breach_days", "breach_spans"];

impl History {
    /// The content.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn dump(&self, kind: Dump) -> Result<String, MonitorError> {
        let mut blocks = self.asked(|connection| blocks(connection, kind))?;
        if kind == Dump::WithoutOrder {
            blocks.sort();
        }
        Ok(blocks.concat())
    }
}

fn blocks(connection: &Connection, kind: Dump) -> rusqlite::Result<Vec<String>> {
    let mut blocks = Vec::new();
    if kind == Dump::Whole {
        blocks.extend(lines(connection, "ledger", "", None, kind)?);
    }
    let mut runs = connection.prepare("SELECT seq FROM runs ORDER BY seq")?;
    for seq in runs.query_map([], |row| row.get::<_, i64>(0))? {
        let seq = Some(seq?);
        let mut block = lines(connection, "runs", "WHERE seq = ?", seq, kind)?;
        for part in PARTS {
            block.extend(lines(connection, part, "WHERE seq = ?", seq, kind)?);
        }
        blocks.push(block.concat());
    }
    blocks.extend(lines(connection, "reruns", "ORDER BY seq", None, kind)?);
    for view in DAYS {
        blocks.extend(lines(connection, view, "", None, kind)?);
    }
    Ok(blocks)
}

/// A line for each row, those of a part of a run in the order of their text.
fn lines(
    connection: &Connection,
    table: &str,
    which: &str,
    seq: Option<i64>,
    kind: Dump,
) -> rusqlite::Result<Vec<String>> {
    let mut rows = connection.prepare_cached(&format!("SELECT * FROM {table} {which}"))?;
    let columns: Vec<String> = rows.column_names().map(str::to_owned).collect();
    let line = |row: &Row<'_>| {
        let mut line = table.to_owned();
        for (index, column) in columns.iter().enumerate() {
            if kind == Dump::Whole || !OF_ORDER.contains(&column.as_str()) {
                line += &format!(" {column}={}", shown(row.get_ref(index)?));
            }
        }
        Ok(line + "\n")
    };
    let lines: rusqlite::Result<Vec<String>> = rows.query_map(rusqlite::params_from_iter(seq), line)?.collect();
    let mut lines = lines?;
    if !which.starts_with("ORDER") {
        lines.sort();
    }
    Ok(lines)
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("~{number}"),
        ValueRef::Text(text) | ValueRef::Blob(text) => format!("{:?}", String::from_utf8_lossy(text)),
    }
}
