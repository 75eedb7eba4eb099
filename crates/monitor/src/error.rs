//! What can go wrong with the record.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::holder;

/// A failure to read or write the record; texts read after "failed to".
#[derive(Debug, Error)]
pub enum MonitorError {
    /// The system refused.
    #[error("{action} {}: {source}{}", path.display(), remedy(source))]
    Io {
        /// What was tried: "read", "write", …
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Somebody else had the record for all the time that there was to wait.
    #[error(
        "get hold of {}: {}; wait longer with --wait, or see who has it: fuser {}",
        path.display(), holder::said(holder), path.join("lock").display()
    )]
    Busy {
        /// The folder of the record.
        path: PathBuf,
        /// Who noted last that they have it: a run. Readers do not.
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

/// What to do about what the system refused, where that is plain.
fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "; make room there, and run it again",
        _ => "",
    }
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

    /// A ledger that ends with the entry `seq`, and lacks the entries that `found` speaks of.
    pub fn cut(ledger: &Path, seq: u64, found: &str) -> Self {
        let what = format!(
            "it ends with entry {seq}, and entries are missing behind it: {found}; put the whole ledger back in its place, \
             or move what is named here out of the folder to go on without them"
        );
        Self::Broken { path: ledger.to_owned(), what }
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_what_to_do_about_it() {
        let refused =
            |kind: ErrorKind| MonitorError::io("write", Path::new("state/ledger.jsonl"))(kind.into()).to_string();
        let full = refused(ErrorKind::StorageFull);
        assert_eq!(full, "write state/ledger.jsonl: no storage space; make room there, and run it again");
        assert!(!refused(ErrorKind::PermissionDenied).contains("room"));
    }
}
