//! What can go wrong with the record.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A failure to read or write the record; texts read after "failed to".
#[derive(Debug, Error)]
pub enum MonitorError {
    /// The system refused.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was tried: "read", "write", …
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Somebody else had the record for all the time that there was to wait.
    #[error("get hold of {}: another run has it since {holder}", path.display())]
    Busy {
        /// The folder of the record.
        path: PathBuf,
        /// Who has it, as they say.
        holder: String,
    },
    /// Somebody else was sending alerts for all the time that there was to wait.
    #[error("get hold of {}: somebody else is sending; try again", path.display())]
    Sending {
        /// The outbox.
        path: PathBuf,
    },
    /// The record is not what it was when it was written: nothing may be added to it.
    #[error("trust {}: {what}", path.display())]
    Broken {
        /// The ledger.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// What was to be made is there already.
    #[error("write {}: it is there already; name another, or move it away", path.display())]
    Exists {
        /// What was to be made.
        path: PathBuf,
    },
    /// The database of the history refused. What it holds follows from the ledger, so that it can be made anew.
    #[error("use {}: {source}; `pb-assign history rebuild` makes it anew", path.display())]
    History {
        /// The database.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
}

impl MonitorError {
    /// Whether another try may succeed although nothing is mended: the system was short of something, or somebody else was
    /// first.
    pub fn is_of_the_moment(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, OutOfMemory, SystemIoFailure};
        match self {
            Self::Busy { .. } | Self::Sending { .. } => true,
            Self::History { source, .. } => matches!(
                source.sqlite_error_code(),
                Some(DatabaseBusy | DatabaseLocked | DiskFull | OutOfMemory | SystemIoFailure)
            ),
            _ => false,
        }
    }

    /// Whether a kept file is gone or is not what it was: no other try gives it.
    pub fn is_lost(&self) -> bool {
        use ErrorKind::{InvalidData, InvalidInput, NotFound, UnexpectedEof, Unsupported};
        match self {
            // A changed byte may ask for a way of compression that nobody has.
            Self::Io { source, .. } => {
                matches!(source.kind(), NotFound | InvalidData | InvalidInput | UnexpectedEof | Unsupported)
            }
            Self::Broken { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
