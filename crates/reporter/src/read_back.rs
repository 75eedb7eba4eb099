//! From what a published `result.json` says back to the parts of a report.

use crate::formats::result_json::{ConflictEntry, Exact, LevelEntry, NoteEntry, ResultDocument};
use crate::{ConflictChanges, ConflictLimit, Diagnostics, LevelReport, Note, ObjectiveReport};

impl ResultDocument {
    /// What the assignment is worth.
    pub fn objective_report(&self) -> Option<ObjectiveReport> {
        let objective = self.objective.as_ref()?;
        Some(ObjectiveReport {
            value: objective.value.0.clone(),
            bound: amount(&objective.bound),
            gap: amount(&objective.gap),
            certified_bound: amount(&objective.certified_bound),
            certified_gap: amount(&objective.certified_gap),
            levels: objective.levels.iter().map(level).collect(),
        })
    }

    /// What a person should know besides the numbers.
    pub fn diagnostics_report(&self) -> Diagnostics {
        let said = &self.diagnostics;
        Diagnostics {
            notes: notes(&said.notes),
            warnings: notes(&said.warnings),
            conflict: said.conflict.iter().map(conflict).collect(),
            conflict_changes: said.conflict_changes.as_ref().map(|changes| ConflictChanges {
                max_changes: changes.max_changes,
                reached: changes.reached.and_then(|reached| usize::try_from(reached).ok()),
            }),
            infeasibility: said.infeasibility,
            message: said.message.clone(),
        }
    }
}

fn amount(exact: &Option<Exact>) -> Option<domain::Amount> {
    exact.as_ref().map(|exact| exact.0.clone())
}

fn level(level: &LevelEntry) -> LevelReport {
    LevelReport {
        metric: level.metric.clone(),
        value: level.value.0.clone(),
        bound: amount(&level.bound),
        gap: amount(&level.gap),
        given_up: level.given_up.0.clone(),
        certified_bound: amount(&level.certified_bound),
        certified_gap: amount(&level.certified_gap),
        reason: level.reason,
    }
}

fn notes(notes: &[NoteEntry]) -> Vec<Note> {
    notes.iter().map(|note| Note { code: note.code.clone(), message: note.message.clone() }).collect()
}

fn conflict(limit: &ConflictEntry) -> ConflictLimit {
    ConflictLimit {
        account: limit.account.clone(),
        metric: limit.metric.clone(),
        bound: limit.bound,
        limit: limit.limit.0.clone(),
        reached: amount(&limit.reached),
        shortfall: amount(&limit.shortfall),
        source: limit.source.clone(),
        owner: limit.owner.clone(),
        // Not in the file, which has the metrics.
        undefined_by: None,
    }
}
