//! `result.json`: the outcome for programs, with a published schema.
//! Decimals are strings, absent numbers null, and nothing in it comes from a clock: the same run gives the same bytes.

pub(crate) mod text;

use domain::{AccountId, Amount, Bound, Breach, Decimal, MetricName, TradeId};
use metric_engine::{MetricValue, Standing, TradeLine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Format, Rendered, json_bytes};
use crate::{
    Change, ChangesReport, ConflictLimit, Evidence, InputDigest, LevelReport, Note, Reason, Report, ReporterError,
    Status,
};
pub use text::{Exact, SchemaTag};

/// The file.
pub const FORMAT: Format = Format { file: "result.json", about: "the outcome, for programs", write };

/// The tag of this form of the document; a form that readers of this one could misread has another.
pub const SCHEMA: &str = "pb-assign/result/1";

/// What a run found: which trade is booked where, and what that makes of every metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "pb-assign result")]
pub struct ResultDocument {
    /// The form of this document.
    pub schema: SchemaTag,
    /// The date that the run is about, where one was given.
    #[serde(deserialize_with = "Option::deserialize")]
    pub as_of: Option<String>,
    /// What the run goes by; the same inputs give the same.
    pub run_id: String,
    /// What the ending is worth: optimal and feasible have an assignment, failed has none.
    pub status: Status,
    /// Why the run ended so.
    pub reason: Reason,
    /// What the assignment is worth; null without an assignment or without an objective.
    #[serde(deserialize_with = "Option::deserialize")]
    pub objective: Option<ObjectiveEntry>,
    /// How far the assignment is from the last plan; absent where the desk has none to stay close to, and without an
    /// assignment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<ChangesEntry>,
    /// Every trade with the one account it is booked at, ordered by trade; empty when the run failed.
    pub assignments: Vec<AssignmentEntry>,
    /// Every metric of every account, in the order of the configuration.
    pub metrics: Vec<MetricEntry>,
    /// What else a person should know.
    pub diagnostics: DiagnosticsEntry,
    /// The files that were read.
    pub inputs: Vec<InputEntry>,
    /// What computed the answer.
    pub engine: EngineEntry,
}

/// What an assignment is worth; larger is better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Objective")]
pub struct ObjectiveEntry {
    /// The sum of priority times weight times metric over the metrics that count, less what changes from the last plan
    /// cost; exact. With levels it is the sum of their values.
    pub value: Exact,
    /// What no assignment can exceed, in the unit of the value; null where no bound is known, and where there is more than
    /// one level: an assignment that loses at an earlier level may then exceed any value, and each level has its own bound.
    #[serde(deserialize_with = "Option::deserialize")]
    pub bound: Option<Exact>,
    /// The distance between the two as a fraction of the larger of them in size, rounded up; null where no bound is known.
    #[serde(deserialize_with = "Option::deserialize")]
    pub gap: Option<Exact>,
    /// What no assignment can exceed as recomputed from certificate.json in exact arithmetic; bound is at most this,
    /// and rests on the solver's word where it is less. Null where nothing is certified.
    #[serde(deserialize_with = "Option::deserialize")]
    pub certified_bound: Option<Exact>,
    /// The distance of the value to the certified bound, as gap is to bound; null where nothing is certified.
    #[serde(deserialize_with = "Option::deserialize")]
    pub certified_gap: Option<Exact>,
    /// The levels of an objective with strict priorities, in their order; absent for one without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelEntry>,
}

/// A level of an objective with strict priorities; larger is better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Level")]
pub struct LevelEntry {
    /// Its metric, at every account; null for the last level, which has all that counts and is not in the order.
    #[serde(with = "text::some_metric_name")]
    #[schemars(with = "Option<String>")]
    pub metric: Option<MetricName>,
    /// Its part of the objective, exact.
    pub value: Exact,
    /// What no assignment that keeps the levels before it can exceed; null where no bound is known.
    #[serde(deserialize_with = "Option::deserialize")]
    pub bound: Option<Exact>,
    /// The distance between the bound and the best value that was found (value plus given_up), as a fraction of the larger
    /// of them in size, rounded up; null where no bound is known.
    #[serde(deserialize_with = "Option::deserialize")]
    pub gap: Option<Exact>,
    /// What no assignment that keeps the levels before it can exceed as recomputed from certificate.json in exact
    /// arithmetic; bound is at most this. Null where nothing is certified.
    #[serde(default)]
    pub certified_bound: Option<Exact>,
    /// The distance between the certified bound and the best value that was found, as gap is to bound; null where nothing
    /// is certified.
    #[serde(default)]
    pub certified_gap: Option<Exact>,
    /// How far the value is below the best that was found, for the sake of the levels after it; 0 or above.
    pub given_up: Exact,
    /// How well the best value is proven: proven, within_gap (as close as solver.gap asks) or time_limit.
    pub reason: Reason,
}

/// How far an assignment is from the last plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Changes")]
pub struct ChangesEntry {
    /// How many of the day's trades the last plan has.
    pub planned: u64,
    /// How many of them are booked at another account now.
    pub changed: u64,
    /// What that takes off the objective.
    pub cost: Exact,
    /// How many changes there may be; null where there is no limit.
    #[serde(deserialize_with = "Option::deserialize")]
    pub max_changes: Option<u32>,
    /// The trades that are booked at another account now, ordered by trade.
    pub trades: Vec<ChangeEntry>,
}

/// A trade that is not where the last plan has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Change")]
pub struct ChangeEntry {
    /// The trade.
    #[serde(with = "text::trade_id")]
    #[schemars(with = "String")]
    pub trade_id: TradeId,
    /// The account that the last plan has it at.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    pub from: AccountId,
    /// The account that it is booked at.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    pub to: AccountId,
}

/// A trade and its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Assignment")]
pub struct AssignmentEntry {
    /// The desk's identifier of the trade.
    #[serde(with = "text::trade_id")]
    #[schemars(with = "String")]
    pub trade_id: TradeId,
    /// The account that the whole trade is booked at.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    pub account: AccountId,
}

/// A metric before and after the day's trades, in the metric's own unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Metric")]
pub struct MetricEntry {
    /// The account.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    pub account: AccountId,
    /// The metric.
    #[serde(with = "text::metric_name")]
    #[schemars(with = "String")]
    pub metric: MetricName,
    /// The value at the opening; null where it is undefined. Exact, but ratios, which have 12 decimals.
    #[serde(deserialize_with = "Option::deserialize")]
    pub initial: Option<Exact>,
    /// The value with every trade booked; null where it is undefined, and when the run failed.
    #[serde(rename = "final", deserialize_with = "Option::deserialize")]
    pub last: Option<Exact>,
    /// The lower limit; null where there is none.
    #[serde(deserialize_with = "Option::deserialize")]
    pub min: Option<Exact>,
    /// The upper limit; null where there is none.
    #[serde(deserialize_with = "Option::deserialize")]
    pub max: Option<Exact>,
    /// The distance of the final value, or of the initial one when the run failed, to the nearer end of the limit;
    /// below 0 where it is broken; null without a limit or a value.
    #[serde(deserialize_with = "Option::deserialize")]
    pub headroom: Option<Exact>,
    /// What the assignment did to the limit: none (kept, or no limit), inherited (broken before and after), cured
    /// (broken before, kept after), caused (kept before, broken after, which only report_only allows).
    #[serde(with = "text::breach")]
    #[schemars(schema_with = "text::breach::schema")]
    pub breach: Breach,
}

/// What a person should know besides the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Diagnostics")]
pub struct DiagnosticsEntry {
    /// What was decided on the way.
    pub notes: Vec<NoteEntry>,
    /// What somebody should look at.
    pub warnings: Vec<NoteEntry>,
    /// Limits that the nearest assignment found breaks, where none keeps them all; empty unless the reason is infeasible.
    pub conflict: Vec<ConflictEntry>,
    /// The limit on changes from the last plan, where that assignment breaks it; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict_changes: Option<ConflictChangesEntry>,
    /// What stands behind the statement that no assignment keeps the limits: certified (certificate.json shows it) or
    /// claimed (the solver says so); null unless the reason is infeasible.
    #[serde(deserialize_with = "Option::deserialize")]
    pub infeasibility: Option<Evidence>,
    /// What the solver said when it failed.
    #[serde(deserialize_with = "Option::deserialize")]
    pub message: Option<String>,
}

/// A remark with its stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Note")]
pub struct NoteEntry {
    /// The code.
    pub code: String,
    /// The remark.
    pub message: String,
}

/// A limit that the nearest assignment found breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ConflictLimit")]
pub struct ConflictEntry {
    /// The account.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    pub account: AccountId,
    /// The metric.
    #[serde(with = "text::metric_name")]
    #[schemars(with = "String")]
    pub metric: MetricName,
    /// Which end of the limit.
    #[serde(with = "text::bound")]
    #[schemars(schema_with = "text::bound::schema")]
    pub bound: Bound,
    /// The value of that end, in the metric's own unit.
    pub limit: Exact,
    /// Where the metric ends in the assignment that breaks the limits least; null where none was found.
    #[serde(deserialize_with = "Option::deserialize")]
    pub reached: Option<Exact>,
    /// How far beyond the limit that is, above 0; null where no such assignment was found.
    #[serde(deserialize_with = "Option::deserialize")]
    pub shortfall: Option<Exact>,
    /// Where the limit is agreed.
    #[serde(deserialize_with = "Option::deserialize")]
    pub source: Option<String>,
    /// Who answers for it.
    #[serde(deserialize_with = "Option::deserialize")]
    pub owner: Option<String>,
}

/// More changes from the last plan than there may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ConflictChanges")]
pub struct ConflictChangesEntry {
    /// The most that there may be.
    pub max_changes: u32,
    /// How many the assignment has that breaks the limits least; null where none was found.
    #[serde(deserialize_with = "Option::deserialize")]
    pub reached: Option<u64>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Input")]
pub struct InputEntry {
    /// Its path as the configuration names it.
    pub path: String,
    /// The SHA-256 of its rows as decoded and sorted, in lower-case hexadecimal, so that the order of rows does not
    /// matter. run.json has that of the bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// What computed the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Engine")]
pub struct EngineEntry {
    /// The version of pb-assign.
    pub version: String,
    /// The solver with its version.
    pub solver: String,
}

impl ObjectiveEntry {
    /// How far the answer may be from the best: the gap, and of several levels the largest of theirs, since the answer is as
    /// good as its weakest level. Nothing where one of them is not known.
    pub fn largest_gap(&self) -> Option<&Exact> {
        self.largest(&self.gap, |level| level.gap.as_ref())
    }

    /// The same of what is certified.
    pub fn largest_certified_gap(&self) -> Option<&Exact> {
        self.largest(&self.certified_gap, |level| level.certified_gap.as_ref())
    }

    fn largest<'a>(
        &'a self,
        whole: &'a Option<Exact>,
        of: fn(&'a LevelEntry) -> Option<&'a Exact>,
    ) -> Option<&'a Exact> {
        let levels = || self.levels.iter().map(of).collect::<Option<Vec<&Exact>>>();
        whole.as_ref().or_else(|| levels()?.into_iter().max_by(|a, b| a.0.cmp(&b.0)))
    }
}

impl ResultDocument {
    /// The document of a report.
    pub fn of(report: &Report<'_>) -> Self {
        Self {
            schema: SchemaTag,
            as_of: report.as_of.clone(),
            run_id: report.run_id.clone(),
            status: report.status(),
            reason: report.reason,
            objective: objective(report),
            changes: report.changes.as_ref().map(changes),
            assignments: assignments(report),
            metrics: metrics(report),
            diagnostics: diagnostics(report),
            inputs: inputs(report),
            engine: EngineEntry { version: report.engine.version.clone(), solver: report.engine.solver.clone() },
        }
    }

    /// Reads a document of this form. Keys that it does not have, and numbers that are not plain decimals in
    /// quotes, are refused, and so is a status that the reason does not make.
    ///
    /// # Errors
    /// What is wrong first, with line and column.
    pub fn read(text: &str) -> Result<Self, ReporterError> {
        let refused = |message: String| ReporterError::Read { file: FORMAT.file, message };
        // A later form may have other keys: its tag says more than the first key that is unknown here.
        #[derive(Deserialize)]
        struct Tagged {
            schema: String,
        }
        let tagged: Tagged = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
        if tagged.schema != SCHEMA {
            return Err(refused(format!("its schema is \"{}\", and this version reads \"{SCHEMA}\"", tagged.schema)));
        }
        let document: Self = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
        let (status, reason) = (document.status, document.reason);
        if reason.status() != status {
            return Err(refused(format!(
                "its status is {status}, and its reason {reason} makes it {}",
                reason.status()
            )));
        }
        Ok(document)
    }
}

fn write(report: &Report<'_>, _: &[Rendered]) -> Result<Vec<u8>, ReporterError> {
    json_bytes(FORMAT.file, &ResultDocument::of(report))
}

pub(crate) fn objective(report: &Report<'_>) -> Option<ObjectiveEntry> {
    report.objective.as_ref().map(|objective| ObjectiveEntry {
        value: Exact(objective.value.clone()),
        bound: objective.bound.clone().map(Exact),
        gap: objective.gap.clone().map(Exact),
        levels: objective.levels.iter().map(level).collect(),
        certified_bound: objective.certified_bound.clone().map(Exact),
        certified_gap: objective.certified_gap.clone().map(Exact),
    })
}

fn level(level: &LevelReport) -> LevelEntry {
    LevelEntry {
        metric: level.metric.clone(),
        value: Exact(level.value.clone()),
        bound: level.bound.clone().map(Exact),
        gap: level.gap.clone().map(Exact),
        certified_bound: level.certified_bound.clone().map(Exact),
        certified_gap: level.certified_gap.clone().map(Exact),
        given_up: Exact(level.given_up.clone()),
        reason: level.reason,
    }
}

fn changes(changes: &ChangesReport) -> ChangesEntry {
    let entry = |change: &Change| ChangeEntry {
        trade_id: change.trade.clone(),
        from: change.from.clone(),
        to: change.to.clone(),
    };
    ChangesEntry {
        planned: changes.planned as u64,
        changed: changes.trades.len() as u64,
        cost: Exact(changes.cost.clone()),
        max_changes: changes.max_changes,
        trades: changes.trades.iter().map(entry).collect(),
    }
}

fn assignments(report: &Report<'_>) -> Vec<AssignmentEntry> {
    let placement = report.placement.as_deref().unwrap_or_default();
    let entry = |(trade, account): (&TradeLine, &usize)| AssignmentEntry {
        trade_id: trade.id.clone(),
        account: report.book.accounts[*account].id.clone(),
    };
    report.book.trades.iter().zip(placement).map(entry).collect()
}

pub(super) fn metrics(report: &Report<'_>) -> Vec<MetricEntry> {
    let entry = |standing: &Standing| {
        let account = &report.book.accounts[standing.account];
        let metric = &account.metrics[standing.metric];
        let bound = |bound: Option<Decimal>| bound.map(|bound| Exact(Amount::from(bound)));
        MetricEntry {
            account: account.id.clone(),
            metric: metric.name.clone(),
            initial: standing.initial.published().map(Exact),
            last: standing.last.as_ref().and_then(MetricValue::published).map(Exact),
            min: bound(metric.limit.min),
            max: bound(metric.limit.max),
            headroom: standing.headroom.clone().map(Exact),
            breach: standing.breach,
        }
    };
    report.standings.iter().map(entry).collect()
}

fn diagnostics(report: &Report<'_>) -> DiagnosticsEntry {
    let notes = |notes: &[Note]| {
        let entry = |note: &Note| NoteEntry { code: note.code.clone(), message: note.message.clone() };
        notes.iter().map(entry).collect()
    };
    let conflict = |limit: &ConflictLimit| ConflictEntry {
        account: limit.account.clone(),
        metric: limit.metric.clone(),
        bound: limit.bound,
        limit: Exact(limit.limit.clone()),
        reached: limit.reached.clone().map(Exact),
        shortfall: limit.shortfall.clone().map(Exact),
        source: limit.source.clone(),
        owner: limit.owner.clone(),
    };
    DiagnosticsEntry {
        notes: notes(&report.diagnostics.notes),
        warnings: notes(&report.diagnostics.warnings),
        conflict: report.diagnostics.conflict.iter().map(conflict).collect(),
        conflict_changes: report.diagnostics.conflict_changes.map(|changes| ConflictChangesEntry {
            max_changes: changes.max_changes,
            reached: changes.reached.map(|reached| reached as u64),
        }),
        infeasibility: report.diagnostics.infeasibility,
        message: report.diagnostics.message.clone(),
    }
}

fn inputs(report: &Report<'_>) -> Vec<InputEntry> {
    let entry = |input: &InputDigest| InputEntry { path: input.path.clone(), sha256: input.sha256.clone() };
    report.inputs.iter().map(entry).collect()
}
