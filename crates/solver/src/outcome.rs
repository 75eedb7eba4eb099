//! How a solve ended, and what it has to show for it.

use domain::Amount;

use crate::Proof;
use crate::course::Course;

/// The ending. Each carries what it has: a plan, a bound on what any plan could reach, a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No plan can be better: the bound meets the plan, or there is only one plan.
    Proven(Plan),
    /// No plan can be better by more than the gap that was asked for.
    WithinGap(Plan),
    /// Time ran out; this is the best plan found.
    TimeLimit(Plan),
    /// Time ran out without a plan for the full problem; this one was found without the objective.
    ObjectiveDropped(Plan),
    /// Nothing was to be optimised; this plan keeps every row.
    NoObjective(Plan),
    /// No plan keeps all rows.
    Infeasible {
        /// The rows that give way in the placement that exceeds rows least.
        rows: Vec<Excess>,
        /// That placement; nothing when time ran out before one was found.
        nearest: Option<Vec<usize>>,
    },
    /// Time ran out without a plan and without a proof that there is none.
    Unknown,
    /// The backend failed.
    Failed(String),
}

/// A placement that keeps every row of the problem exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The account of each trade, as indices.
    pub placement: Vec<usize>,
    /// The objective, exact; nothing when nothing was to be optimised.
    pub value: Option<Amount>,
    /// What no plan can exceed, as the backend claims it; at least `value`.
    pub bound: Option<Amount>,
    /// `(bound - value) / max(|bound|, |value|)`, rounded up; nothing without a bound.
    pub gap_rel: Option<Amount>,
}

/// A row that had to give way for the others to hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    /// The row, as an index into the problem's rows.
    pub row: usize,
    /// The left side in the nearest plan that was found.
    pub reached: Amount,
    /// How far that is beyond the bound; above zero.
    pub excess: Amount,
}

/// An outcome with the work that went into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solved {
    /// How it ended.
    pub outcome: Outcome,
    /// Every call of a backend, in order.
    pub work: Vec<Work>,
    /// What anyone can recompute a bound from, or that there is no plan. Nobody has checked it yet.
    pub proof: Option<Proof>,
    /// Whether the outcome is that of our own search alone: others were not asked, or what they said changed nothing.
    pub is_alone: bool,
    /// Whether the [courses](Work::course) of the searches give the outcome again, and nobody else has to be asked.
    pub is_repeatable: bool,
}

/// One call of a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What was asked: `full`, `feasibility`, `elastic`; `search` for our own search.
    pub purpose: &'static str,
    /// Who was asked.
    pub backend: String,
    /// How it says it stopped; our own search: `finished`, `infeasible`, `clock`, `effort` or
    /// `failed`.
    pub stop: &'static str,
    /// What it said, where it failed.
    pub failure: Option<String>,
    /// Rows of the model.
    pub rows: usize,
    /// Columns of the model.
    pub columns: usize,
    /// Branch and bound nodes, as the backend counts them.
    pub nodes: i64,
    /// Rounds of our own search; 0 for others.
    pub rounds: u64,
    /// Moves that it tried.
    pub moves: u64,
    /// What came to our own search from outside: the same course gives the same plan again. Nothing for others.
    pub course: Course,
    /// Wall-clock milliseconds until it had its first plan.
    pub first_plan_ms: Option<u64>,
    /// Wall-clock milliseconds.
    pub elapsed_ms: u64,
}

impl Outcome {
    /// The plan, if there is one.
    pub fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Proven(plan)
            | Self::WithinGap(plan)
            | Self::TimeLimit(plan)
            | Self::ObjectiveDropped(plan)
            | Self::NoObjective(plan) => Some(plan),
            Self::Infeasible { .. } | Self::Unknown | Self::Failed(_) => None,
        }
    }
}
