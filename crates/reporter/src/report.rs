//! Everything that there is to say about a run, as plain data that the binary fills in.

use std::collections::BTreeMap;
use std::fmt;

use domain::limit::Bound;
use domain::{AccountId, Amount, Breach, Certificates, Currency, Day, MetricName, TradeId};
use metric_engine::{Book, Standing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The outcome of a run.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// What was computed with.
    pub book: &'a Book,
    /// What was read: sides, quantities and prices of the trades.
    pub day: &'a Day,
    /// The currency of every value.
    pub base_currency: &'a Currency,
    /// The date that the run is about, `2026-11-20`, where one was given.
    pub as_of: Option<String>,
    /// What the run goes by; follows from its inputs, so that the same run has the same.
    pub run_id: String,
    /// How the run ended; its status follows.
    pub reason: Reason,
    /// What the assignment is worth; nothing without an assignment or without an objective.
    pub objective: Option<ObjectiveReport>,
    /// How far the assignment is from the last plan; nothing where the desk has none to stay close to, and without an
    /// assignment.
    pub changes: Option<ChangesReport>,
    /// What the certified numbers are recomputed from.
    pub certificates: Certificates,
    /// The account of each of the book's trades, as indices; nothing where there is no assignment.
    pub placement: Option<Vec<usize>>,
    /// Every metric before and after, in the order of the configuration.
    pub standings: Vec<Standing>,
    /// What else a person should know.
    pub diagnostics: Diagnostics,
    /// What was read, in the order of the configuration, with the SHA-256 of the decoded rows, sorted: the same
    /// whatever the order of the rows and the format of the file.
    pub inputs: Vec<InputDigest>,
    /// What computed it.
    pub engine: Engine,
    /// What differs from run to run.
    pub run: RunInfo,
}

impl Report<'_> {
    /// What the ending is worth.
    pub fn status(&self) -> Status {
        self.reason.status()
    }

    /// How many limits the metrics break now: after the trades, or at the opening without an assignment.
    pub fn broken_limits(&self) -> usize {
        let broken = |standing: &&Standing| matches!(standing.breach, Breach::Inherited | Breach::Caused);
        self.standings.iter().filter(broken).count()
    }
}

/// What a run's ending is worth to its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There is an assignment, proven best or within the gap that was asked for.
    Optimal,
    /// There is an assignment that keeps every limit; how far it is from the best is not proven as asked.
    Feasible,
    /// There is no assignment.
    Failed,
}

/// Why a run ended as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No assignment is better.
    Proven,
    /// No assignment is better by more than the gap that was asked for.
    WithinGap,
    /// The best that was found before the time ran out.
    TimeLimit,
    /// Found only after leaving the objective out.
    ObjectiveDropped,
    /// The desk asked for nothing besides its limits.
    NoObjective,
    /// Proven: no assignment keeps the limits.
    Infeasible,
    /// The time ran out without an assignment, and none was proven impossible.
    Unknown,
    /// The solver gave no usable answer.
    SolverError,
}

impl Status {
    /// Every status with the word that results use.
    pub const TABLE: [(&'static str, Self); 3] =
        [("optimal", Self::Optimal), ("feasible", Self::Feasible), ("failed", Self::Failed)];

    /// Whether there is an assignment.
    pub fn has_assignment(self) -> bool {
        self != Self::Failed
    }
}

impl Reason {
    /// Every reason with the word that results use, and the status that it makes.
    pub const TABLE: [(&'static str, Self, Status); 8] = [
        ("proven", Self::Proven, Status::Optimal),
        ("within_gap", Self::WithinGap, Status::Optimal),
        ("time_limit", Self::TimeLimit, Status::Feasible),
        ("objective_dropped", Self::ObjectiveDropped, Status::Feasible),
        ("no_objective", Self::NoObjective, Status::Feasible),
        ("infeasible", Self::Infeasible, Status::Failed),
        ("unknown", Self::Unknown, Status::Failed),
        ("solver_error", Self::SolverError, Status::Failed),
    ];

    /// What the ending is worth.
    pub fn status(self) -> Status {
        self.entry().2
    }

    fn entry(self) -> &'static (&'static str, Self, Status) {
        Self::TABLE.iter().find(|(_, reason, _)| *reason == self).expect("every reason is in the table")
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::TABLE.iter().find(|(_, status)| status == self).map_or("", |(word, _)| word);
        f.pad(word)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.entry().0)
    }
}

/// What an assignment is worth; larger is better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectiveReport {
    /// `Σ OP·W·M` of the assignment, less what changes from the last plan cost.
    pub value: Amount,
    /// What no assignment can exceed, where a bound is known; nothing where the objective has several levels, of which
    /// each has a bound of its own.
    pub bound: Option<Amount>,
    /// The distance between the two as a fraction of the larger of them in size, rounded up by whoever computed it.
    pub gap: Option<Amount>,
    /// What no assignment can exceed as the certificate shows it; at or above `bound`.
    pub certified_bound: Option<Amount>,
    /// The distance of the value to that, as `gap` has it to `bound`.
    pub certified_gap: Option<Amount>,
    /// The levels of an objective with strict priorities, in their order; empty for one without.
    pub levels: Vec<LevelReport>,
}

/// A level of the objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelReport {
    /// Its metric, at every account; nothing for the last level, which has all that is not in the order.
    pub metric: Option<MetricName>,
    /// Its part of the objective in this assignment.
    pub value: Amount,
    /// What no assignment that keeps the levels before it can exceed, where a bound is known.
    pub bound: Option<Amount>,
    /// The distance of its best value that was found to the bound, as a fraction of the larger of them in size.
    pub gap: Option<Amount>,
    /// How far its value is below the best that was found, for the sake of the levels after it.
    pub given_up: Amount,
    /// What no assignment that keeps the levels before it can exceed as its certificate shows it; at or above `bound`.
    pub certified_bound: Option<Amount>,
    /// The distance of its best value that was found to that, as `gap` has it to `bound`.
    pub certified_gap: Option<Amount>,
    /// How well its best value is proven: proven, within_gap or time_limit.
    pub reason: Reason,
}

/// How far an assignment is from the last plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesReport {
    /// How many of the day's trades the last plan has.
    pub planned: usize,
    /// Those that are elsewhere now, ordered by trade.
    pub trades: Vec<Change>,
    /// What they take off the objective.
    pub cost: Amount,
    /// The most that there may be.
    pub max_changes: Option<u32>,
}

/// A trade that is not where the last plan has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The trade.
    pub trade: TradeId,
    /// The account that the last plan has it at.
    pub from: AccountId,
    /// The account that it is booked at.
    pub to: AccountId,
}

/// What a person should know besides the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics {
    /// What was decided on the way: a priority on a limited metric that is left out, say.
    pub notes: Vec<Note>,
    /// What somebody should look at.
    pub warnings: Vec<Note>,
    /// The limits that the nearest assignment found breaks, where none keeps them all.
    pub conflict: Vec<ConflictLimit>,
    /// The limit on changes from the last plan, where that assignment breaks it.
    pub conflict_changes: Option<ConflictChanges>,
    /// What stands behind the statement that no assignment keeps the limits; nothing where it is not made.
    pub infeasibility: Option<Evidence>,
    /// What the solver said when it failed.
    pub message: Option<String>,
}

/// What stands behind a statement about all assignments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The certificate: anyone can recompute it.
    Certified,
    /// The solver's word.
    Claimed,
}

/// A remark with its stable code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The code.
    pub code: String,
    /// The remark, one sentence.
    pub message: String,
}

/// A limit that the nearest assignment found breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictLimit {
    /// The account.
    pub account: AccountId,
    /// The metric.
    pub metric: MetricName,
    /// Which end of the limit.
    pub bound: Bound,
    /// The value of that end, in the metric's own unit.
    pub limit: Amount,
    /// Where the metric ends in the assignment that breaks the limits least, where one was found and it is defined there.
    pub reached: Option<Amount>,
    /// What a ratio is divided by and what that is there, where it is not above 0.
    pub undefined_by: Option<(MetricName, Amount)>,
    /// How far beyond the limit that is, above 0.
    pub shortfall: Option<Amount>,
    /// Where the limit is agreed.
    pub source: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// More changes from the last plan than there may be, in the nearest assignment found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConflictChanges {
    /// The most that there may be.
    pub max_changes: u32,
    /// How many that assignment has, where one was found.
    pub reached: Option<usize>,
}

/// A file that was read, and what was in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputDigest {
    /// Its path as the configuration names it.
    pub path: String,
    /// A SHA-256 in lower-case hexadecimal; of what, the field that holds this says.
    pub sha256: String,
}

/// What computed the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// Our version.
    pub version: String,
    /// The solver with its version, `HiGHS 1.15.0`.
    pub solver: String,
}

/// What differs from run to run; it goes into `run.json` alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunInfo {
    /// When the run started, as the binary writes it.
    pub started_at: String,
    /// Where it ran.
    pub host: String,
    /// The configuration it was given.
    pub config: String,
    /// Its command line, program included.
    pub arguments: Vec<String>,
    /// The folder it publishes to.
    pub out: Option<String>,
    /// Every file that was read, the configuration first, with the SHA-256 of its bytes.
    pub read: Vec<InputDigest>,
    /// How long each stage took, in the order of the stages.
    pub stages: Vec<StageTime>,
    /// Counts of work by name: nodes, rows, columns, moves.
    pub work: BTreeMap<String, u64>,
    /// Every search of our own, in order.
    pub searches: Vec<SearchRecord>,
    /// Every call of another solver, in order.
    pub others: Vec<OtherRecord>,
    /// Whether the searches give the answer again, with their cuts and what others said to them, and nobody else is asked.
    pub repeatable: bool,
    /// The entry of the ledger that covers the answer, once it is known.
    pub ledger: Option<LedgerHead>,
}

/// An entry of the ledger, which is its head when the answer is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerHead {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub head: String,
}

/// What a search of our own did, by count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchRecord {
    /// Rounds done.
    pub rounds: u64,
    /// Moves tried.
    pub moves: u64,
    /// Branches looked at.
    pub nodes: u64,
    /// What ended it: finished, infeasible, clock, effort or failed.
    pub stop: String,
    /// Where clock or effort cut it: the numbers of those looks at them that said stop.
    pub cuts: Vec<u64>,
    /// The plans of other solvers that it went on from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<ToldRecord>,
    /// What other solvers said last, where that made another answer of what the search had come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_word: Option<LastWordRecord>,
}

/// A plan of another solver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldRecord {
    /// The round of the search after which it was told.
    pub round: u64,
    /// The account of each trade, in the order of the trades.
    pub plan: Vec<String>,
}

/// The last word of other solvers. Plans have the account of each trade, in the order of the trades.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastWordRecord {
    /// A plan, and what they say that no plan can exceed.
    Plan {
        /// The plan.
        plan: Vec<String>,
        /// An exact decimal.
        bound: Option<String>,
    },
    /// A plan without the objective.
    ObjectiveDropped {
        /// The plan.
        plan: Vec<String>,
    },
    /// There is no plan.
    Infeasible {
        /// The placement that comes nearest to keeping all limits, where one was found.
        nearest: Option<Vec<String>>,
    },
}

/// A call of another solver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherRecord {
    /// Who was asked.
    pub backend: String,
    /// What was asked: full, feasibility or elastic.
    pub purpose: String,
    /// How it ended: what it says itself.
    pub stop: String,
}

/// How long a stage took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageTime {
    /// The stage.
    pub stage: String,
    /// Its time in microseconds.
    pub elapsed_us: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_tables_and_in_files_are_the_same() {
        for (word, status) in Status::TABLE {
            assert_eq!(serde_json::to_value(status).unwrap(), word);
            assert_eq!(status.to_string(), word);
        }
        for (word, reason, status) in Reason::TABLE {
            assert_eq!(serde_json::to_value(reason).unwrap(), word);
            assert_eq!((reason.to_string().as_str(), reason.status()), (word, status));
        }
    }
}
