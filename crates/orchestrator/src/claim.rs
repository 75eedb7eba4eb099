//! What a result document says, as the verifier takes it.

use reporter::formats::result_json::{ChangeEntry, ChangesEntry, LevelEntry};
use reporter::{Evidence, ResultDocument};
use verifier::{Claim, ClaimedChanges, ClaimedLevel, ClaimedMetric};

/// The claim of a document.
pub(crate) fn of(document: &ResultDocument) -> Claim {
    let objective = document.objective.as_ref();
    Claim {
        has_plan: document.status.has_assignment(),
        assignments: document.assignments.iter().map(|entry| (entry.trade_id.clone(), entry.account.clone())).collect(),
        metrics: document
            .metrics
            .iter()
            .map(|entry| ClaimedMetric {
                account: entry.account.clone(),
                metric: entry.metric.clone(),
                initial: entry.initial.clone().map(|exact| exact.0),
                last: entry.last.clone().map(|exact| exact.0),
                min: entry.min.clone().map(|exact| exact.0),
                max: entry.max.clone().map(|exact| exact.0),
                headroom: entry.headroom.clone().map(|exact| exact.0),
                breach: entry.breach,
            })
            .collect(),
        objective: objective.map(|objective| objective.value.0.clone()),
        bound: objective.and_then(|objective| objective.bound.clone()).map(|exact| exact.0),
        levels: objective.iter().flat_map(|objective| &objective.levels).map(level).collect(),
        changes: document.changes.as_ref().map(changes),
        certified_bound: objective.and_then(|objective| objective.certified_bound.clone()).map(|exact| exact.0),
        certified_infeasible: document.diagnostics.infeasibility == Some(Evidence::Certified),
    }
}

fn level(level: &LevelEntry) -> ClaimedLevel {
    ClaimedLevel {
        metric: level.metric.clone(),
        value: level.value.0.clone(),
        bound: level.bound.clone().map(|exact| exact.0),
        given_up: level.given_up.0.clone(),
        certified_bound: level.certified_bound.clone().map(|exact| exact.0),
    }
}

fn changes(changes: &ChangesEntry) -> ClaimedChanges {
    let change = |entry: &ChangeEntry| (entry.trade_id.clone(), entry.from.clone(), entry.to.clone());
    ClaimedChanges {
        planned: changes.planned,
        changed: changes.changed,
        cost: changes.cost.0.clone(),
        max_changes: changes.max_changes,
        trades: changes.trades.iter().map(change).collect(),
    }
}
