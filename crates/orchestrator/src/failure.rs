//! Why a command could not do what it was asked to.

use std::io::ErrorKind;

use domain::Problem;
use monitor::MonitorError;
use reporter::{ReporterError, is_temporary};
use serde_json::json;

use crate::exit::Exit;

/// A failure, with what a person needs to mend it.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration or the files are refused.
    #[error("{}", problems_text(.0))]
    Refused(Vec<Problem>),
    /// An answer that does not follow from its inputs: ours before it was published, or a published one.
    #[error("{what} does not hold:\n{}", discrepancies.join("\n"))]
    DoesNotHold {
        /// Whose answer.
        what: String,
        /// What is wrong with it.
        discrepancies: Vec<String>,
        /// Whether it is our own, unpublished one.
        internal: bool,
    },
    /// The outcome could not be written or read.
    #[error("failed to {0}")]
    Report(#[from] ReporterError),
    /// The record could not be read or added to.
    #[error("failed to {0}")]
    Record(#[from] MonitorError),
    /// A signal ended the run.
    #[error("the run was told to end, and ended; nothing was published")]
    Interrupted(Exit),
    /// A fault of ours.
    #[error(
        "this is a fault of pb-assign; nothing was published. Please report the lines above with the input that led here"
    )]
    Panic,
    /// A request that cannot be met, with its remedy.
    #[error("{message}\nhint: {hint}")]
    Request {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// The system refused to read or write.
    #[error("failed to {action} {path}: {source}\nhint: {}", io_hint(action, source))]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

fn io_hint(action: &str, source: &std::io::Error) -> String {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room there, and do it again".to_owned(),
        _ => format!("check the path, and who may {action} there"),
    }
}

impl Failure {
    /// What the process ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Refused(problems) => Exit::of_problems(problems),
            Self::DoesNotHold { internal: true, .. } => Exit::Internal,
            Self::DoesNotHold { internal: false, .. } => Exit::Failed,
            Self::Interrupted(exit) => *exit,
            Self::Panic => Exit::Internal,
            Self::Report(error) if error.is_temporary() => Exit::TryAgain,
            Self::Report(ReporterError::Render { .. }) => Exit::Internal,
            Self::Io { source, .. } | Self::Record(MonitorError::Io { source, .. }) if is_temporary(source) => {
                Exit::TryAgain
            }
            Self::Record(error) if error.is_of_the_moment() => Exit::TryAgain,
            // Somebody has to look at it: neither another try nor another configuration mends a record.
            Self::Record(MonitorError::Broken { .. } | MonitorError::History { .. }) => Exit::Failed,
            Self::Record(_) => Exit::Configuration,
            Self::Report(_) | Self::Request { .. } | Self::Io { .. } => Exit::Configuration,
        }
    }

    /// The one line for standard output.
    pub fn summary_line(&self) -> String {
        let problems: Vec<serde_json::Value> = match self {
            Self::Refused(problems) => problems.iter().take(SHOWN_PROBLEMS).map(problem_json).collect(),
            _ => vec![json!({ "message": self.to_string() })],
        };
        let count = if let Self::Refused(problems) = self { problems.len() } else { 1 };
        let exit = self.exit();
        json!({
            "status": "failed", "reason": exit.word(), "exit": exit as u8,
            "counts": { "problems": count }, "problems": problems,
        })
        .to_string()
    }
}

/// How many problems are shown; the rest is counted.
const SHOWN_PROBLEMS: usize = 100;

fn problem_json(problem: &Problem) -> serde_json::Value {
    json!({
        "code": problem.code.id, "place": problem.place.to_string(),
        "message": problem.message, "hint": problem.hint,
    })
}

fn problems_text(problems: &[Problem]) -> String {
    let shown: Vec<String> = problems.iter().take(SHOWN_PROBLEMS).map(ToString::to_string).collect();
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let more = problems.len().saturating_sub(SHOWN_PROBLEMS);
    let rest = if more > 0 { format!("\n… and {more} more") } else { String::new() };
    let noun = if errors == 1 { "problem" } else { "problems" };
    format!("{}{rest}\n{errors} {noun}; nothing was assigned", shown.join("\n"))
}
