//! `pb-assign verify DIR`: a published answer checked against its inputs, by anyone, later.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reporter::formats::{assignments_csv, metrics_csv, result_json, run_json};
use reporter::{InputDigest, ResultDocument};
use serde_json::json;

use super::{Prepared, prepare};
use crate::cli::VerifyArguments;
use crate::config::Given;
use crate::exit::Exit;
use crate::stage::Stages;
use crate::{Failure, claim};

/// Recomputes everything that the folder says.
///
/// # Errors
/// A folder that is not a published answer, inputs that cannot be read, or everything that does not hold.
#[expect(clippy::print_stderr, reason = "the verdict is for a person; standard output is for programs")]
pub fn run(arguments: &VerifyArguments) -> Result<(Exit, String), Failure> {
    let text = read(&arguments.dir, result_json::FORMAT.file)?;
    let document = ResultDocument::read(&text)?;
    let config = match &arguments.config {
        Some(config) => config.clone(),
        None => recorded_config(&arguments.dir)?,
    };
    let given = Given {
        as_of: document.as_of.as_deref().and_then(|date| date.parse().ok()),
        trades: arguments.trades.clone(),
        positions: arguments.positions.clone(),
        out: None,
    };
    let prepared = prepare(&config, &given, &mut Stages::default())?;
    let mut found = changed_inputs(&document, &prepared);
    let claim = claim::of(&document);
    let checked = verifier::verify(&prepared.config.desk, &prepared.read.day, &prepared.book, &claim);
    found.extend(checked.iter().map(ToString::to_string));
    found.extend(disagreeing_files(&arguments.dir, &document)?);
    if !found.is_empty() {
        let what = format!("the answer in {}", arguments.dir.display());
        return Err(Failure::DoesNotHold { what, discrepancies: found, internal: false });
    }
    let (trades, metrics) = (document.assignments.len(), document.metrics.len());
    eprintln!(
        "Verified: {trades} bookings and {metrics} metrics follow from the inputs, and every limit holds that must."
    );
    let line = json!({
        "status": "verified", "exit": 0, "run_id": document.run_id,
        "counts": { "assigned": trades, "metrics": metrics },
    });
    Ok((Exit::Done, line.to_string()))
}

fn read(dir: &Path, file: &str) -> Result<String, Failure> {
    let path = dir.join(file);
    std::fs::read_to_string(&path).map_err(|source| Failure::Io {
        action: "read",
        path: path.display().to_string(),
        source,
    })
}

fn recorded_config(dir: &Path) -> Result<PathBuf, Failure> {
    let run = read(dir, run_json::FORMAT.file)?;
    let recorded =
        serde_json::from_str::<serde_json::Value>(&run).ok().and_then(|run| Some(run["config"].as_str()?.into()));
    recorded.ok_or_else(|| Failure::Request {
        message: format!("{} does not say which configuration it was", dir.join(run_json::FORMAT.file).display()),
        hint: "name it: --config FILE".to_owned(),
    })
}

/// Files whose content is not what the answer was computed from.
fn changed_inputs(document: &ResultDocument, prepared: &Prepared) -> Vec<String> {
    let now: BTreeMap<&str, &InputDigest> =
        prepared.read.digests.iter().map(|input| (input.path.as_str(), input)).collect();
    let changed = document.inputs.iter().filter_map(|input| match now.get(input.path.as_str()) {
        None => Some(format!("{} was read for the answer and is not read now", input.path)),
        Some(digest) if digest.sha256 != input.sha256 => {
            Some(format!("{} has changed since: its rows have another SHA-256", input.path))
        }
        Some(_) => None,
    });
    changed.collect()
}

/// Where the spreadsheet files say something else than `result.json`.
fn disagreeing_files(dir: &Path, document: &ResultDocument) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let booked: Vec<(domain::TradeId, domain::AccountId)> =
        assignments_csv::read(&read(dir, assignments_csv::FORMAT.file)?)?
            .into_iter()
            .map(|row| (row.trade_id, row.account))
            .collect();
    let said = document.assignments.iter().map(|entry| (entry.trade_id.clone(), entry.account.clone()));
    if !said.eq(booked) {
        found.push(format!("{} and {} book differently", assignments_csv::FORMAT.file, result_json::FORMAT.file));
    }
    let rows = metrics_csv::read(&read(dir, metrics_csv::FORMAT.file)?)?;
    let agree = rows.len() == document.metrics.len()
        && rows.iter().zip(&document.metrics).all(|(row, entry)| {
            let text = |exact: &Option<result_json::Exact>| exact.as_ref().map(|exact| exact.0.clone());
            (row.account.as_str(), row.metric.as_str()) == (entry.account.as_str(), entry.metric.as_str())
                && row.initial == text(&entry.initial)
                && row.last == text(&entry.last)
        });
    if !agree {
        found.push(format!("{} and {} state different metrics", metrics_csv::FORMAT.file, result_json::FORMAT.file));
    }
    Ok(found)
}
