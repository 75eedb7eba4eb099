//! Why a command could not do what it was asked to.

use std::collections::BTreeMap;
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

    /// What people are told, with what was not done because of it: "nothing was assigned".
    pub fn told(&self, undone: &str) -> String {
        match self {
            Self::Refused(_) if !undone.is_empty() => format!("{self}; {undone}"),
            _ => self.to_string(),
        }
    }

    /// The one line for standard output.
    pub fn summary_line(&self) -> String {
        let problems: Vec<serde_json::Value> = match self {
            Self::Refused(problems) => problems.iter().map(problem_json).collect(),
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

fn problem_json(problem: &Problem) -> serde_json::Value {
    json!({
        "code": problem.code.id, "place": problem.place.to_string(),
        "message": problem.message, "hint": problem.hint,
    })
}

/// How many problems people are shown in all; the rest is counted.
const SHOWN: usize = 100;

/// How many problems with one code in one column of a file are shown, and how many of them where there are more. The line
/// of JSON has them all.
const SHOWN_ALIKE: usize = 5;
const SHOWN_OF_MORE: usize = 3;

fn problems_text(problems: &[Problem]) -> String {
    let mut alike: BTreeMap<(&str, &str, &str), (usize, usize)> = BTreeMap::new();
    for problem in problems {
        alike.entry(kind_of(problem)).or_default().0 += 1;
    }
    let mut lines: Vec<String> = Vec::new();
    let (mut shown, mut told) = (0, 0);
    for problem in problems {
        let Some((count, seen)) = alike.get_mut(&kind_of(problem)) else { continue };
        *seen += 1;
        if *count > SHOWN_ALIKE && *seen > SHOWN_OF_MORE {
            continue;
        }
        if shown == SHOWN {
            break;
        }
        lines.push(problem.to_string());
        (shown, told) = (shown + 1, told + 1);
        if *count > SHOWN_ALIKE && *seen == SHOWN_OF_MORE {
            let more = *count - *seen;
            told += more;
            let column = &problem.place.field;
            lines.push(format!("… and {more} more like it: {} {} {column}", problem.place.file, problem.code.id));
        }
    }
    if told < problems.len() {
        lines.push(format!("… and {} more", problems.len() - told));
    }
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    lines.push(if errors == 1 { "1 problem".to_owned() } else { format!("{errors} problems") });
    lines.join("\n")
}

/// Problems that one cause may well have: one code in one column of a file.
fn kind_of(problem: &Problem) -> (&str, &str, &str) {
    (problem.code.id, &problem.place.file, &problem.place.field)
}

#[cfg(test)]
mod tests {
    use domain::place::At;
    use domain::{Code, Place};

    use super::*;

    fn problem(field: &str, line: u32) -> Problem {
        let place = Place { file: "trades.csv".into(), at: At::Line(line), field: field.into() };
        Problem::error(Code { id: "L003", title: "" }, place, "wrong", "mend it")
    }

    #[test]
    fn one_mistake_in_every_row_is_shown_a_few_times_and_counted() {
        let prices = (2..=102).map(|line| problem("price", line));
        let failure = Failure::Refused(prices.chain([problem("quantity", 7)]).collect());
        let shown = |line| format!("trades.csv:{line} price: L003: wrong\nhint: mend it\n");
        assert_eq!(
            failure.to_string(),
            format!(
                "{}{}{}… and 98 more like it: trades.csv L003 price\ntrades.csv:7 quantity: L003: wrong\nhint: mend it\n\
                 102 problems",
                shown(2),
                shown(3),
                shown(4)
            )
        );
        let line: serde_json::Value = serde_json::from_str(&failure.summary_line()).unwrap();
        assert_eq!((line["problems"].as_array().unwrap().len(), &line["counts"]["problems"]), (102, &102.into()));
    }

    #[test]
    fn a_few_alike_are_all_shown() {
        let text = Failure::Refused((2..=6).map(|line| problem("price", line)).collect()).to_string();
        assert_eq!((text.matches("wrong").count(), text.lines().last()), (5, Some("5 problems")));
    }

    #[test]
    fn what_is_shown_in_all_is_bounded_and_the_rest_counted() {
        let every = (0..150).map(|n| problem(&format!("column {n}"), 2));
        let text = Failure::Refused(every.collect()).to_string();
        assert_eq!(text.matches("wrong").count(), 100);
        assert!(text.ends_with("\n… and 50 more\n150 problems"), "{text}");
    }
}
