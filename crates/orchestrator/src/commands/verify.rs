//! `pb-assign verify DIR`: a published answer checked against its inputs, by anyone, later.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::{Amount, Certificates};
use metric_engine::TradeLine;
use reporter::formats::result_json::{Exact, LevelEntry, ObjectiveEntry};
use reporter::formats::run_json::RecordedFile;
use reporter::formats::{assignments_csv, certificate_json, metrics_csv, result_json, run_json};
use reporter::{
    CertificateDocument, Diagnostics, InputDigest, Reason, Report, ResultDocument, RunInfo, RunRecord, Status,
};
use serde_json::json;
use solver::solve_model::gap_rel;

use super::run::{files_read, run_id};
use super::{Prepared, engine, prepare, settings};
use crate::arguments::VerifyArguments;
use crate::config::Given;
use crate::exit::Exit;
use crate::stage::Stages;
use crate::{Failure, claim, telemetry};

/// Recomputes everything that the folder says.
///
/// # Errors
/// A folder that is not a published answer, inputs that cannot be read, or everything that does not hold.
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
    let prepared = prepare(&config, &given, &mut Stages::new())?;
    let mut found = changed_inputs(&document, &prepared);
    found.extend(unsupported(&document, &prepared));
    let claim = claim::of(&document);
    let checked = verifier::verify(&prepared.config.desk, &prepared.read.day, &prepared.book, &claim);
    found.extend(checked.iter().map(ToString::to_string));
    found.extend(unsupported_certificate(&arguments.dir, &document, &prepared)?);
    found.extend(disagreeing_files(&arguments.dir, &document, &prepared)?);
    if !found.is_empty() {
        let what = format!("the answer in {}", arguments.dir.display());
        let others = other_files(&arguments.dir, &config, &prepared);
        if !others.is_empty() {
            found.splice(0..0, others);
            found.push(way_out(&document.run_id));
        }
        return Err(Failure::DoesNotHold { what, discrepancies: found, internal: false });
    }
    let (trades, metrics) = (document.assignments.len(), document.metrics.len());
    telemetry::tell(&if document.status.has_assignment() {
        format!(
            "Verified: {trades} bookings and {metrics} metrics follow from the inputs, and every limit holds that must."
        )
    } else {
        format!("Verified: the run found no assignment, and its {metrics} opening metrics follow from the inputs.")
    });
    let line = json!({
        "status": "verified", "exit": 0, "run_id": document.run_id, "run_status": document.status,
        "counts": { "assigned": trades, "metrics": metrics },
    });
    Ok((Exit::Done, line.to_string()))
}

/// Files that are not, byte by byte, those that run.json says the run read; nothing where it cannot be asked.
fn other_files(dir: &Path, config: &Path, prepared: &Prepared) -> Vec<String> {
    let record = read(dir, run_json::FORMAT.file).ok().and_then(|text| RunRecord::read(&text).ok());
    record.map_or_else(Vec::new, |record| differing_files(&record.read, &files_read(prepared, config)))
}

fn way_out(run_id: &str) -> String {
    format!(
        "hint: the rest may follow from files that are others than the run read. Give it those with --config, --trades and \
         --positions, or repeat the run from what the ledger keeps: pb-assign replay {run_id} --state DIR; `audit show {run_id} \
         --extract DIR` gives its files"
    )
}

/// How the configuration and the input files differ, byte by byte, from those that were recorded.
pub(crate) fn differing_files(recorded: &[RecordedFile], now: &[InputDigest]) -> Vec<String> {
    let mut found: Vec<String> = recorded
        .iter()
        .zip(now)
        .filter(|(recorded, now)| recorded.sha256 != now.sha256)
        .map(|(recorded, now)| {
            format!(
                "{} has SHA-256 {}, and the run read {} with {}",
                now.path, now.sha256, recorded.path, recorded.sha256
            )
        })
        .collect();
    let count = recorded.len().min(now.len());
    found.extend(recorded[count..].iter().map(|file| format!("{} was read and is not read now", file.path)));
    found.extend(now[count..].iter().map(|file| format!("{} was not read and is read now", file.path)));
    found
}

pub(crate) fn read(dir: &Path, file: &str) -> Result<String, Failure> {
    let path = dir.join(file);
    std::fs::read_to_string(&path).map_err(|source| Failure::Io {
        action: "read",
        path: path.display().to_string(),
        source,
    })
}

pub(crate) fn recorded_config(dir: &Path) -> Result<PathBuf, Failure> {
    let run = read(dir, run_json::FORMAT.file)?;
    let recorded: Option<PathBuf> =
        serde_json::from_str::<serde_json::Value>(&run).ok().and_then(|run| Some(run["config"].as_str()?.into()));
    let hint = "name it: --config FILE".to_owned();
    let file = dir.join(run_json::FORMAT.file);
    match recorded {
        None => Err(Failure::Request {
            message: format!("{} does not say which configuration it was", file.display()),
            hint,
        }),
        Some(config) if !config.is_file() => Err(Failure::Request {
            message: format!("{}, which {} names, is not there any more", config.display(), file.display()),
            hint,
        }),
        Some(config) => Ok(config),
    }
}

/// What the document says of itself that does not follow from its own numbers and inputs.
fn unsupported(document: &ResultDocument, prepared: &Prepared) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(objective) = &document.objective {
        let ObjectiveEntry { value, bound, gap, certified_bound, certified_gap, levels } = objective;
        let gap_of = |bound: &Exact| gap_rel(&value.0, &bound.0);
        let text = |gap: Option<&Amount>| gap.map_or("none".to_owned(), ToString::to_string);
        for (name, bound, stated) in [("gap", bound, gap), ("certified gap", certified_bound, certified_gap)] {
            let (stated, right) = (stated.as_ref().map(|gap| &gap.0), bound.as_ref().map(gap_of));
            if stated != right.as_ref() {
                let (stated, right) = (text(stated), text(right.as_ref()));
                found.push(format!("the {name} is stated as {stated} and is {right} by value and bound"));
            }
        }
        match bound.as_ref().map(gap_of) {
            Some(gap) if document.reason == Reason::Proven && !gap.is_zero() => {
                found.push(format!("the reason is {} and the gap is {gap}", document.reason));
            }
            None if document.status == Status::Optimal && levels.len() < 2 => {
                found.push(format!("the status is {} and there is no bound", document.status));
            }
            _ => {}
        }
        found.extend(levels.iter().flat_map(|level| unsupported_level(level, document.reason)));
    }
    if (document.reason == Reason::Infeasible) != document.diagnostics.infeasibility.is_some() {
        found.push(format!("the reason is {}, which infeasibility does not fit", document.reason));
    }
    let id = run_id(prepared);
    if document.engine.version == env!("CARGO_PKG_VERSION") && document.run_id != id {
        found.push(format!(
            "the run is called {} and would be called {id} with this configuration and these files",
            document.run_id
        ));
    }
    found
}

/// What a level says of itself that does not follow from its own numbers. Its gap is that of the best value found, of
/// which something may have been given up.
fn unsupported_level(level: &LevelEntry, whole: Reason) -> Vec<String> {
    let name = level.metric.as_ref().map_or("the rest".to_owned(), ToString::to_string);
    let best = &level.value.0 + &level.given_up.0;
    let gap_of = |bound: &Option<Exact>| bound.as_ref().map(|bound| gap_rel(&best, &bound.0));
    let text = |gap: Option<&Amount>| gap.map_or("none".to_owned(), ToString::to_string);
    let mut found = Vec::new();
    let gap = gap_of(&level.bound);
    for (what, stated, gap) in
        [("gap", &level.gap, &gap), ("certified gap", &level.certified_gap, &gap_of(&level.certified_bound))]
    {
        if stated.as_ref().map(|gap| &gap.0) != gap.as_ref() {
            let (stated, gap) = (text(stated.as_ref().map(|gap| &gap.0)), text(gap.as_ref()));
            found.push(format!(
                "the {what} of level {name} is stated as {stated} and is {gap} by value, given_up and bound"
            ));
        }
    }
    let proven = gap.as_ref().is_some_and(Amount::is_zero);
    if (level.reason == Reason::Proven && !proven) || (level.reason == Reason::WithinGap && gap.is_none()) {
        found.push(format!("the reason of level {name} is {} and its gap is {}", level.reason, text(gap.as_ref())));
    }
    if (whole == Reason::Proven && level.reason != Reason::Proven)
        || (whole == Reason::WithinGap && !matches!(level.reason, Reason::Proven | Reason::WithinGap))
    {
        found.push(format!("the reason is {whole}, and that of level {name} is {}", level.reason));
    }
    found
}

/// What the document calls certified and the certificate beside it does not show. A folder without one certifies
/// nothing.
fn unsupported_certificate(dir: &Path, document: &ResultDocument, prepared: &Prepared) -> Result<Vec<String>, Failure> {
    let file = certificate_json::FORMAT.file;
    let mut found = Vec::new();
    let certificates = if dir.join(file).exists() {
        let certificate = CertificateDocument::read(&read(dir, file)?)?;
        if certificate.run_id != document.run_id {
            found.push(format!("{file} belongs to the run {}, and this is {}", certificate.run_id, document.run_id));
        }
        certificate.into_certificates()
    } else {
        Certificates::default()
    };
    let Prepared { config, read, book, .. } = prepared;
    let claim = claim::of(document);
    let shown = verifier::verify_certificates(&config.desk, &read.day, book, &claim, &certificates);
    found.extend(shown.iter().map(|discrepancy| format!("{file}: {discrepancy}")));
    Ok(found)
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

/// The first line of each spreadsheet file that does not follow from the inputs and the bookings.
fn disagreeing_files(dir: &Path, document: &ResultDocument, prepared: &Prepared) -> Result<Vec<String>, Failure> {
    let Some(report) = report(document, prepared) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for format in [assignments_csv::FORMAT, metrics_csv::FORMAT] {
        let bytes = (format.write)(&report, &[])?;
        let (expected, text) = (String::from_utf8_lossy(&bytes), read(dir, format.file)?);
        let mut lines = expected.lines().zip(text.lines());
        if let Some(at) = lines.position(|(expected, line)| expected != line) {
            let [expected, line] = [&*expected, &text].map(|text| text.lines().nth(at).unwrap_or_default());
            found.push(format!("{}:{} says {line}, and {expected} is right", format.file, at + 1));
        } else if expected.lines().count() != text.lines().count() {
            let [expected, lines] = [&*expected, &text].map(|text| text.lines().count());
            found.push(format!("{} has {lines} lines, and {expected} are right", format.file));
        }
    }
    Ok(found)
}

/// What the spreadsheet files are written from: the bookings of the document, the rest from the inputs. Nothing
/// where a trade is booked nowhere or at no account, which is said already.
fn report<'a>(document: &ResultDocument, prepared: &'a Prepared) -> Option<Report<'a>> {
    let Prepared { config, read, book, .. } = prepared;
    let booked: BTreeMap<_, _> = document.assignments.iter().map(|entry| (&entry.trade_id, &entry.account)).collect();
    let place = |trade: &TradeLine| {
        let account = booked.get(&trade.id)?;
        book.accounts.iter().position(|known| known.id == **account)
    };
    let placement = match document.status.has_assignment() {
        true => Some(book.trades.iter().map(place).collect::<Option<Vec<usize>>>()?),
        false => None,
    };
    Some(Report {
        book,
        day: &read.day,
        base_currency: &config.desk.fx.base,
        as_of: document.as_of.clone(),
        run_id: document.run_id.clone(),
        reason: document.reason,
        objective: None,
        changes: None,
        certificates: Certificates::default(),
        standings: book.standings(placement.as_deref()),
        placement,
        diagnostics: Diagnostics::default(),
        inputs: Vec::new(),
        engine: engine(&settings(config), false),
        run: RunInfo::default(),
    })
}
