//! One row of the measurements: a solver on an instance; kept as CSV, so that one solver can be measured anew without
//! the others.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::attempt::Attempt;
use super::check::Checker;
use super::message::Status;
use crate::error::{Outcome, XtaskError};

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) instance: String,
    pub(super) class: String,
    pub(super) solver: String,
    /// Of model, time limit and gap: rows of another are not compared.
    pub(super) digest: String,
    pub(super) version: String,
    pub(super) status: Status,
    /// Exact, of the best plan that keeps every limit exactly.
    pub(super) objective: Option<String>,
    /// What the solver says that no plan exceeds.
    pub(super) bound: Option<f64>,
    /// Relative, proven by a certificate.
    pub(super) certified_gap: Option<f64>,
    /// The first plan that keeps every limit exactly.
    pub(super) first_plan_s: Option<f64>,
    /// Until the proof, where there is one and the plan keeps every limit.
    pub(super) proof_s: Option<f64>,
    /// Until the end.
    pub(super) seconds: f64,
    /// Plans reported, and how many of those looked at break a limit.
    pub(super) plans: usize,
    pub(super) broken: usize,
    /// In the objective's unit: the sum over trades of dearest minus cheapest account.
    pub(super) spread: f64,
    /// The relative gap that was to count as proof.
    pub(super) gap: f64,
    /// From the best known plan, in spreads; stated when the table is written.
    pub(super) primal_gap: Option<f64>,
    pub(super) note: String,
}

impl Row {
    /// The objective as a float.
    pub(super) fn value(&self) -> Option<f64> {
        self.objective.as_ref().and_then(|text| text.parse().ok())
    }

    /// Whether the solver proved its plan best within the gap, with a plan that keeps every limit.
    pub(super) fn is_proven(&self) -> bool {
        self.proof_s.is_some()
    }
}

/// The best of an attempt's plans that keeps every limit, and the first; the last plan is the best by the solver's own
/// account, so that plans are looked at from both ends, up to the first that is kept.
pub(super) struct Judged {
    pub(super) objective: Option<String>,
    pub(super) first_plan_s: Option<f64>,
    pub(super) broken: usize,
    /// Whether the last plan keeps every limit.
    pub(super) is_last_kept: bool,
}

/// Judges an attempt's plans.
pub(super) fn judge(attempt: &Attempt, checker: &mut Checker<'_>) -> Outcome<Judged> {
    judge_by(attempt, |plan| checker.objective(plan))
}

fn judge_by(
    attempt: &Attempt,
    mut objective_of: impl FnMut(&super::model::Plan) -> Outcome<Option<String>>,
) -> Outcome<Judged> {
    let mut judged = Judged { objective: None, first_plan_s: None, broken: 0, is_last_kept: false };
    let mut first = attempt.plans.len();
    for (index, (seconds, plan)) in attempt.plans.iter().enumerate() {
        if let Some(plan) = plan
            && let Some(objective) = objective_of(plan)?
        {
            (first, judged.first_plan_s, judged.objective) = (index, Some(*seconds), Some(objective));
            judged.is_last_kept = index + 1 == attempt.plans.len();
            break;
        }
        judged.broken += 1;
    }
    for (index, (_, plan)) in attempt.plans.iter().enumerate().skip(first + 1).rev() {
        if let Some(plan) = plan
            && let Some(objective) = objective_of(plan)?
        {
            judged.objective = Some(objective);
            judged.is_last_kept = index + 1 == attempt.plans.len();
            break;
        }
        judged.broken += 1;
    }
    judged.first_plan_s = attempt.first_plan_s.filter(|_| judged.objective.is_some()).or(judged.first_plan_s);
    Ok(judged)
}

/// Reads the rows of an earlier run; none where there is no file of this form.
pub(super) fn read(path: &Path) -> Vec<Row> {
    let Ok(mut reader) = csv::Reader::from_path(path) else { return Vec::new() };
    reader.deserialize().collect::<Result<_, _>>().unwrap_or_default()
}

/// Writes rows.
pub(super) fn write(path: &Path, rows: &[Row]) -> Outcome {
    let failed = |error: csv::Error| XtaskError::Write { path: path.to_owned(), source: error.into() };
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    for row in rows {
        writer.serialize(row).map_err(failed)?;
    }
    writer.flush().map_err(XtaskError::write(path))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::model::Plan;
    use super::*;

    /// A row of a made-up measurement: proven where there is a time.
    pub(in super::super) fn row(instance: &str, solver: &str, objective: Option<f64>, proof_s: Option<f64>) -> Row {
        Row {
            instance: instance.to_owned(),
            class: instance.split('-').next().unwrap_or_default().to_owned(),
            solver: solver.to_owned(),
            digest: "00".to_owned(),
            version: "1.0".to_owned(),
            status: if proof_s.is_some() { Status::Optimal } else { Status::Feasible },
            objective: objective.map(|value| value.to_string()),
            bound: objective,
            certified_gap: None,
            first_plan_s: objective.map(|_| 0.5),
            proof_s,
            seconds: proof_s.unwrap_or(10.0),
            plans: 1,
            broken: 0,
            spread: 1_000.0,
            gap: 0.0001,
            primal_gap: None,
            note: "a, \"note\"".to_owned(),
        }
    }

    #[test]
    fn rows_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peers.csv");
        let rows = [row("band-1", "ours", Some(-5.5), Some(1.0)), row("band-1", "highs", None, None)];
        write(&path, &rows).unwrap();
        assert_eq!(read(&path), rows);
        std::fs::write(&path, "instance,solver\nx,y\n").unwrap();
        assert_eq!(read(&path), []);
    }

    #[test]
    fn the_first_and_the_best_plan_are_those_that_keep_every_limit() {
        let plan = |name: &str| -> Plan { [("T1".to_owned(), name.to_owned())].into() };
        let seen = |names: &[&str]| Attempt {
            plans: names.iter().enumerate().map(|(index, name)| (index as f64, Some(plan(name)))).collect(),
            ..Attempt::default()
        };
        let judged = |names: &[&str]| {
            let good = |plan: &Plan| Ok(Some(plan["T1"].clone()).filter(|name| name != "bad"));
            let judged = judge_by(&seen(names), good).unwrap();
            (judged.objective, judged.first_plan_s, judged.broken, judged.is_last_kept)
        };
        assert_eq!(judged(&["bad", "1", "2", "3", "bad"]), (Some("3".to_owned()), Some(1.0), 2, false));
        assert_eq!(judged(&["1", "bad", "2"]), (Some("2".to_owned()), Some(0.0), 0, true));
        assert_eq!(judged(&["bad"]), (None, None, 1, false));
        assert_eq!(judged(&["1"]), (Some("1".to_owned()), Some(0.0), 0, true));
        assert_eq!(judged(&[]), (None, None, 0, false));
    }
}
