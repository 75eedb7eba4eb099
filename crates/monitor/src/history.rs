//! What happened over time, to be asked in SQL: runs, metrics, limits, breaches and assignments, by day.
//!
//! The history follows from the ledger and the kept files alone. [`History::catch_up`] tells it what came since it was last
//! told, all or nothing; [`History::rebuild`] tells it everything anew, with the same content. A history of another ledger
//! is taken for no history. docs/history.md has its tables and views.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction};

use crate::error::MonitorError;
use crate::state::{Locked, State};

use fill::Failed;
use opened::PATIENCE;
use place::{beside, opened_to_read, place};
use schema::Version;

mod answer;
mod breaches;
mod dump;
mod fill;
mod image;
mod opened;
pub(crate) mod place;
mod runs;
mod schema;
mod series;

pub use breaches::{BreachDay, BreachSpan, Ending};
pub use dump::Dump;
pub(crate) use opened::Opened;
pub use runs::HistoryRun;
pub use series::{Point, Series};

/// The history of the runs of a record.
#[derive(Debug)]
pub struct History {
    connection: Connection,
    path: PathBuf,
}

/// What was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The number of the last entry that was told before.
    pub from: u64,
    /// The number of the last entry that is told now.
    pub to: u64,
    /// Runs whose kept files are gone or changed, with what is the matter: their row has nothing beside it.
    pub lost: Vec<(u64, String)>,
}

impl History {
    /// The history of a record to be told more; made where there is none.
    ///
    /// # Errors
    /// What the system or the database refuses, and a history that a later version of the program made.
    pub fn open(state: &State) -> Result<Self, MonitorError> {
        let history = Self::of_run(state)?;
        let tidy = history.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        tidy.map_err(refused(&history.path))?;
        Ok(history)
    }

    /// The same; its log is left beside it.
    fn of_run(state: &State) -> Result<Self, MonitorError> {
        let path = state.history_path();
        if !path.exists() {
            image::make(&path, |_| Ok(()))?;
        }
        let opened = state.opened_history().map_or_else(|| Opened::at(&path), Ok);
        let mut history = Self { connection: opened.map_err(refused(&path))?.connection, path };
        match schema::version(&history.connection).map_err(refused(&history.path))? {
            Version::Current => {}
            Version::Older => history.within(|transaction| Ok(schema::migrate(transaction)?))?,
            Version::Newer => return Err(newer(&history.path)),
        }
        Ok(history)
    }

    /// The history of a record for questions, of which nothing is written; nothing where there is none that is told all of
    /// this ledger.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(record: &Locked) -> Result<Option<Self>, MonitorError> {
        let path = record.state().history_path();
        if !path.is_file() {
            return Ok(None);
        }
        let opened = opened_to_read(&path).and_then(|connection| {
            connection.busy_timeout(PATIENCE)?;
            Ok((schema::version(&connection)?, connection))
        });
        let (version, connection) = opened.map_err(refused(&path))?;
        match version {
            Version::Newer => Err(newer(&path)),
            Version::Older => Ok(None),
            Version::Current => {
                let history = Self { connection, path };
                let (_, head) = place(&history.connection).map_err(refused(&history.path))?;
                Ok((head == record.ledger.head()).then_some(history))
            }
        }
    }

    /// Tells the history of a record what a run added to it, as [`Self::catch_up`] does; made where there is none. The log is
    /// left beside the database, so that the disk is waited for once.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Self::catch_up`].
    pub fn tell(record: &Locked) -> Result<Told, MonitorError> {
        let path = record.state().history_path();
        if !path.exists() {
            return image::make(&path, |history| history.catch_up(record));
        }
        Self::of_run(record.state())?.catch_up(record)
    }

    /// Tells the history every entry that it was not told, in one transaction; everything where it is that of another
    /// ledger.
    ///
    /// # Errors
    /// What the system or the database refuses, and entries that do not hold; nothing is told then.
    pub fn catch_up(&mut self, record: &Locked) -> Result<Told, MonitorError> {
        let is_following = {
            let (seq, head) = place(&self.connection).map_err(refused(&self.path))?;
            record.ledger.has(seq, &head)
        };
        self.within(|transaction| {
            if !is_following {
                clear(transaction)?;
            }
            tell(transaction, record)
        })
    }

    /// Tells the history of a record everything anew, in one transaction: readers see the old one or the new one. A file that
    /// is no database, or not one any more, makes way.
    ///
    /// # Errors
    /// As [`Self::catch_up`].
    pub fn rebuild(record: &Locked) -> Result<(Self, Told), MonitorError> {
        let state = record.state();
        let mut history = match Self::open(state) {
            Err(MonitorError::History { source, .. }) if is_damage(&source) => {
                remove(&state.history_path())?;
                Self::open(state)?
            }
            opened => opened?,
        };
        let anew = |history: &mut Self| {
            history.within(|transaction| {
                clear(transaction)?;
                tell(transaction, record)
            })
        };
        let told = match anew(&mut history) {
            Err(MonitorError::History { source, .. }) if is_damage(&source) => {
                drop(history);
                remove(&state.history_path())?;
                history = Self::open(state)?;
                anew(&mut history)?
            }
            told => told?,
        };
        Ok((history, told))
    }

    /// The database, for questions of one's own.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn within<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Failed>) -> Result<T, MonitorError> {
        let path = self.path.clone();
        let transaction = self.connection.transaction().map_err(refused(&path))?;
        let result = work(&transaction).map_err(|failed| match failed {
            Failed::Database(source) => refused(&path)(source),
            Failed::Record(error) => error,
        })?;
        transaction.commit().map_err(refused(&path))?;
        Ok(result)
    }

    fn asked<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, MonitorError> {
        ask(&self.connection).map_err(refused(&self.path))
    }
}

fn clear(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    for table in schema::TABLES {
        transaction.execute(&format!("DELETE FROM {table}"), [])?;
    }
    transaction.execute("UPDATE ledger SET seq = 0, head = ?", [crate::GENESIS])?;
    Ok(())
}

fn tell(transaction: &Transaction<'_>, record: &Locked) -> Result<Told, Failed> {
    let (from, start) = place(transaction)?;
    let (mut to, mut head, mut lost) = (from, start.clone(), Vec::new());
    for entry in record.ledger.entries_behind(from, &start) {
        let entry = entry.map_err(|(seq, what)| {
            let path = record.state().ledger_path();
            Failed::Record(MonitorError::Broken { path, what: format!("entry {seq}: {what}") })
        })?;
        lost.extend(fill::entry(transaction, record.state(), &entry)?.map(|what| (entry.seq, what)));
        (to, head) = (entry.seq, entry.hash);
    }
    transaction.execute("UPDATE ledger SET seq = ?, head = ?", rusqlite::params![to, head])?;
    Ok(Told { from, to, lost })
}

/// Takes the file away with what the database wrote beside it.
fn remove(path: &Path) -> Result<(), MonitorError> {
    // The journals first: of a database that is new they must not become the journals.
    for suffix in ["-wal", "-shm", ""] {
        let file = beside(path, suffix);
        match std::fs::remove_file(&file) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(MonitorError::io("remove", &file)(source));
            }
            _ => {}
        }
    }
    Ok(())
}

fn refused(path: &Path) -> impl FnOnce(rusqlite::Error) -> MonitorError {
    move |source| MonitorError::History { path: path.to_owned(), source }
}

fn newer(path: &Path) -> MonitorError {
    let what = "a later version of the program made it; use that one, or take the file away and rebuild".to_owned();
    MonitorError::Broken { path: path.to_owned(), what }
}

/// Whether the file itself is the matter: no database, or tables that are not ours.
fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, Unknown};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase | Unknown))
}
