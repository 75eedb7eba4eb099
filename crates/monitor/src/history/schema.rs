//! The form of the history and how an older one becomes the current one: `user_version` counts the steps that were taken.

use rusqlite::{Connection, Transaction};

/// The steps in order. A step is never changed once it was released: what changes is another step.
const STEPS: &[&str] = &[include_str!("tables.sql"), include_str!("views.sql")];

/// The tables whose rows follow from the ledger, those that refer to others first.
pub(super) const TABLES: &[&str] =
    &["metrics", "limits", "breaches", "assignments", "fallbacks", "problems", "reruns", "runs"];

/// How a database fits this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// It has this form.
    Current,
    /// It has the form of an earlier version, or none yet.
    Older,
    /// A later version of the program made it.
    Newer,
}

/// How this one fits.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<Version> {
    let steps = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    Ok(match taken(connection)?.cmp(&steps) {
        std::cmp::Ordering::Less => Version::Older,
        std::cmp::Ordering::Equal => Version::Current,
        std::cmp::Ordering::Greater => Version::Newer,
    })
}

/// Takes the steps that were not taken.
pub(super) fn migrate(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let taken = taken(transaction)?;
    for (number, step) in (1_i64..).zip(STEPS).filter(|(number, _)| *number > taken) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    Ok(())
}

fn taken(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}
