//! The outcome of a run as files, as a view for the terminal and as one line of JSON.
//!
//! A [`Report`] holds everything there is to say; [`formats`] turns it into files, [`stage`] puts them into a
//! folder whole or not at all, [`terminal()`] shows it to a person, [`summary_line`] tells a program where to look.
//! [`mod@impact`] sets an answer next to the one that was published last.
//! The same report gives the same bytes.
//!
//! This crate never decides anything about the answer: every published number comes with the report, and
//! is rounded only where a person reads it. It never reads a clock, and it does not know the solver.
//!
//! Start with [`mod@report`], then [`formats`].
#![deny(clippy::float_arithmetic)]

pub mod report;

pub mod formats;
pub mod impact;
pub mod schema;
pub mod summary;
pub mod terminal;

pub mod publish;

mod error;
mod read_back;
mod spreadsheet;

pub use error::{ReporterError, is_temporary};
pub use formats::assignments_csv::AssignmentRow;
pub use formats::certificate_json::CertificateDocument;
pub use formats::metrics_csv::MetricRow;
pub use formats::result_json::ResultDocument;
pub use formats::run_json::RunRecord;
pub use formats::{FORMATS, Rendered, render, render_run};
pub use impact::{Impact, Published};
pub use publish::{Patience, Staged, check_target, finish, stage};
pub use report::{
    Change, ChangesReport, ConflictChanges, ConflictLimit, Diagnostics, Engine, Evidence, InputDigest, LastWordRecord,
    LedgerHead, LevelReport, Note, ObjectiveReport, OtherRecord, Reason, Report, RunInfo, SearchRecord, StageTime,
    Status, ToldRecord,
};
pub use schema::{certificate_schema, impact_schema, result_schema};
pub use summary::summary_line;
pub use terminal::{Style, alone, column, percent, sentence, terminal, terminal_impact, worst_limit};
