//! How far a history was told.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::Opened;

/// The database of a history for questions, of which nothing is written.
pub(crate) fn opened_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    // Nobody writes while somebody holds the record. Said to the database, it leaves nothing beside the file, and can be
    // asked where nothing can be written. What a crash left in the log has to be read with it, though.
    let has_more = std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let options = if has_more { "" } else { "?immutable=1" };
    let escaped = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Connection::open_with_flags(format!("file:{escaped}{options}"), flags)
}

/// The last entry that a history was told; nothing where it does not say.
pub(crate) fn told(opened: &Opened) -> Option<(u64, String)> {
    place(&opened.connection).ok()
}

/// The last entry that was told: its number and its hash.
pub(crate) fn place(connection: &Connection) -> rusqlite::Result<(u64, String)> {
    connection.query_row("SELECT seq, head FROM ledger", [], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// What the database writes beside the file.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
