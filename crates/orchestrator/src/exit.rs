//! What the process ends with. Part of the contract: schedulers decide by it.

use domain::Problem;
use reporter::Status;

/// The number of the signal that Ctrl-C sends, on every system.
const SIGINT: i32 = 2;

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// There is an assignment, or what was asked for was done.
    Done = 0,
    /// The command line or the configuration is wrong.
    Configuration = 2,
    /// The input data was refused.
    InputData = 3,
    /// There is no assignment, or a published answer or the ledger does not hold.
    Failed = 4,
    /// A fault of ours.
    Internal = 70,
    /// The machine was short of something: try again.
    TryAgain = 75,
    /// Ctrl-C ended it. As shells count: 128 and the number of the signal.
    Interrupted = 130,
    /// SIGTERM ended it.
    Terminated = 143,
}

impl Exit {
    /// Every code with the word that the summary line uses and what it means.
    pub const TABLE: [(Self, &'static str, &'static str); 8] = [
        (Self::Done, "done", "there is an assignment, or what was asked for was done"),
        (Self::Configuration, "configuration", "the command line or the configuration is wrong"),
        (Self::InputData, "input_data", "the input data was refused; nothing was assigned"),
        (
            Self::Failed,
            "failed",
            "no assignment keeps the limits or none was found; or a published answer or the ledger does not hold",
        ),
        (Self::Internal, "internal_error", "a fault of the program; nothing was published"),
        (Self::TryAgain, "try_again", "the machine was short of something, such as disk: run it again later"),
        (Self::Interrupted, "interrupted", "Ctrl-C (SIGINT) ended the run; nothing was published"),
        (Self::Terminated, "interrupted", "SIGTERM ended the run; nothing was published"),
    ];

    /// The code that a status ends with.
    pub fn of_status(status: Status) -> Self {
        if status.has_assignment() { Self::Done } else { Self::Failed }
    }

    /// The code that a run ends with that this signal has ended.
    pub fn of_signal(signal: i32) -> Self {
        if signal == SIGINT { Self::Interrupted } else { Self::Terminated }
    }

    /// The code that these problems end with: the configuration's fault where one of them is.
    pub fn of_problems(problems: &[Problem]) -> Self {
        let of_configuration = |problem: &Problem| {
            let code = problem.code.id;
            // Metrics of no kind, ratios of nothing, min above max, priorities on ratios and what cannot be ordered
            // stand in the configuration alone; everything else takes a file to show.
            code.starts_with('C') || ["M005", "M006", "P001", "P004", "P005", "P006", "P007"].contains(&code)
        };
        if problems.iter().any(|problem| problem.is_error() && of_configuration(problem)) {
            Self::Configuration
        } else {
            Self::InputData
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::TABLE.iter().find(|(exit, ..)| *exit == self).map_or("", |(_, word, _)| word)
    }
}
