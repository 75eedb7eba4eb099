//! A new history, made in memory and put into its place whole. A database that grows on disk waits for it a dozen times.

use std::path::Path;

use rusqlite::Connection;

use super::{History, refused, remove, schema};
use crate::atomic::write_atomically;
use crate::error::MonitorError;

/// Where a database says with which kind of journal it is read and written: bytes 18 and 19 of the file, by the SQLite file
/// format.
const JOURNAL: std::ops::Range<usize> = 18..20;

/// A write-ahead log. In memory there is none.
const LOG: u8 = 2;

/// Makes a history with what `tell` tells it, where there is none.
///
/// # Errors
/// What `tell` fails with, and what the system or the database refuses; nothing is there then.
pub(super) fn make<T>(
    path: &Path,
    tell: impl FnOnce(&mut History) -> Result<T, MonitorError>,
) -> Result<T, MonitorError> {
    let connection = Connection::open_in_memory().map_err(refused(path))?;
    let mut history = History { connection, path: path.to_owned() };
    history.within(|transaction| Ok(schema::migrate(transaction)?))?;
    let told = tell(&mut history)?;
    let mut image = history.connection.serialize("main").map_err(refused(path))?.to_vec();
    image[JOURNAL].fill(LOG);
    // What is left of the log of another would be taken for the log of this one.
    remove(path)?;
    write_atomically(path, &image).map_err(MonitorError::io("write", path))?;
    Ok(told)
}
