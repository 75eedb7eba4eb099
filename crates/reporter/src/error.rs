//! What can go wrong between a report and its files.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A failure to write, publish or read an outcome; texts read after "failed to".
#[derive(Debug, Error)]
pub enum ReporterError {
    /// A document could not be made from the report.
    #[error("write {file}: {message}")]
    Render {
        /// The file.
        file: &'static str,
        /// What the writer says.
        message: String,
    },
    /// A published file does not say what such a file says.
    #[error("read {file}: {message}")]
    Read {
        /// The file, or what it is.
        file: &'static str,
        /// What is wrong, with its place in the file.
        message: String,
    },
    /// The path for the outcome cannot be a folder of its own.
    #[error("publish to {}: {problem}; {remedy}", out.display())]
    Target {
        /// The folder asked for.
        out: PathBuf,
        /// What is in the way.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The system refused; what was published before is as it was.
    #[error("publish to {}: {action} {}: {source}; {remedy}", out.display(), path.display())]
    Publish {
        /// The folder asked for.
        out: PathBuf,
        /// What was tried: "create", "write", …
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
        /// What to do about it.
        remedy: &'static str,
    },
}

impl ReporterError {
    /// Whether the same run may succeed later without anybody changing it: no space, no handles.
    pub fn is_temporary(&self) -> bool {
        let Self::Publish { source, .. } = self else { return false };
        is_temporary(source)
    }
}

/// Whether what the system refused may go well later without anybody changing it: no space, no handles.
pub fn is_temporary(source: &io::Error) -> bool {
    matches!(
        source.kind(),
        io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::ResourceBusy
            | io::ErrorKind::OutOfMemory
            | io::ErrorKind::Interrupted
            | io::ErrorKind::WouldBlock
    )
}
