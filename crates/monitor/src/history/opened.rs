//! The database of a history, opened to be told: once in a run, which compares it with the ledger first and tells it last.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// How long to wait for somebody else who writes to the database: nobody should.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How many pages are left in the log before they are put into the database: as many as are read in no time by who opens it
/// next, and ten small days' or more.
const LOG_PAGES: u32 = 100;

/// An open database, and which file it is.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(super) connection: Connection,
    file: Option<(u64, u64)>,
}

impl Opened {
    /// The database at a path. Its log is left where it is when it is closed, until it has grown.
    pub(crate) fn at(path: &Path) -> rusqlite::Result<Self> {
        let file = file_at(path);
        let connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        // Readers go on while it is told, and what was told lasts.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(Self { connection, file })
    }

    /// Whether it is still the one at this path: somebody may have put another there.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        self.file.is_some() && self.file == file_at(path)
    }
}

#[cfg(unix)]
fn file_at(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let data = std::fs::metadata(path).ok()?;
    Some((data.dev(), data.ino()))
}

#[cfg(not(unix))]
fn file_at(_: &Path) -> Option<(u64, u64)> {
    None
}
