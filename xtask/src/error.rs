//! Why a command of xtask could not do its work. Texts read after "failed to" and end with the remedy.

use std::io;
use std::path::{Path, PathBuf};

/// Everything that can stop a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XtaskError {
    #[error("find the workspace above {}\nhint: run `cargo xtask` inside the project", from.display())]
    NoWorkspace { from: PathBuf },
    #[error("read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("start {program}: {source}\nhint: {hint}")]
    Start { program: String, source: io::Error, hint: &'static str },
    #[error("run `{command}`: it ended with {status}")]
    Ended { command: String, status: String },
    #[error("find a C++ compiler, which HiGHS is built with\nhint: {hint}")]
    NoCompiler { hint: &'static str },
    #[error("get {missing} for building HiGHS: {reason}\nhint: {hint}")]
    NoNativeTools { missing: String, reason: String, hint: &'static str },
    #[error("find the program pb-assign among what `{command}` built\nhint: crates/orchestrator builds it")]
    NoProduct { command: String },
    #[error("get what is expected from {failed} scenarios, each named above with what differs")]
    ScenariosDiffer { failed: usize },
    #[error("reach what is published: {wrong} results contradict it, {missed} goals are not met; see the table above")]
    OptimaMissed { wrong: usize, missed: usize },
    #[error("agree with the peers: {found} contradictions above\nhint: each is a fault of one of the two; find it")]
    Contradictions { found: usize },
    #[error("pass tidy: {found} findings, each above with its remedy")]
    Untidy { found: usize },
    /// A check that needs it says so instead of passing.
    #[error("find {what}: this is not checked here")]
    NotHere { what: String },
    #[error("{what}\nhint: {hint}")]
    Refused { what: String, hint: String },
}

/// What a command or one step of it comes to.
pub(crate) type Outcome<T = ()> = Result<T, XtaskError>;

impl XtaskError {
    /// The product did not start.
    pub(crate) fn start_of_product(source: io::Error) -> Self {
        Self::Start { program: "pb-assign".to_owned(), source, hint: "run `cargo build --release` and try again" }
    }

    /// A file that could not be read.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Read { path, source }
    }

    /// A file or folder that could not be written.
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Write { path, source }
    }
}
