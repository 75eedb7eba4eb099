//! `pb-assign verify DIR`: a published answer checked against its inputs, by anyone, later.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::{Amount, Certificates};
use metric_engine::TradeLine;
use reporter::formats::result_json::{Exact, LevelEntry, ObjectiveEntry};
use reporter::formats::run_json::RecordedFile;
use reporter::formats::{assignments_csv, certificate_json, metrics_csv, result_json, run_json};
use reporter::{CertificateDocument, InputDigest, Reason, Report, ResultDocument, RunInfo, RunRecord, Status};
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
/// A folder that is no published answer, and a configuration that is not there. What does not hold, and what cannot be checked,
/// is part of the answer.
pub fn run(arguments: &VerifyArguments) -> Result<(Exit, String), Failure> {
    let dir = arguments.dir.as_path();
    if let Some(incomplete) = incomplete(dir, arguments.config.is_some()) {
        return Ok(incomplete.told(None));
    }
    let document = ResultDocument::read(&read(dir, result_json::FORMAT.file)?)?;
    let config = match &arguments.config {
        Some(config) => config.clone(),
        None => recorded_config(dir)?,
    };
    if let Some(unverified) = check(arguments, &document, &config)? {
        return Ok(unverified.told(Some(&config)));
    }
    let (trades, metrics) = (document.assignments.len(), document.metrics.len());
    let verified = if document.status.has_assignment() {
        format!(
            "Verified: {trades} bookings and {metrics} metrics follow from the inputs, and every limit holds that must."
        )
    } else {
        format!("Verified: the run found no assignment, and its {metrics} opening metrics follow from the inputs.")
    };
    telemetry::tell(&format!("{verified}\n{}", configuration(&config)));
    let line = json!({
        "status": "verified", "exit": 0, "run_id": document.run_id, "run_status": document.status,
        "config": config.display().to_string(), "counts": { "assigned": trades, "metrics": metrics },
    });
    Ok((Exit::Done, line.to_string()))
}

/// Which one was read: in a copied desk it is the one that the run had, where that still lies in its old place.
fn configuration(config: &Path) -> String {
    format!("The configuration is {}.", config.display())
}

/// Why an answer is not verified.
struct Unverified {
    /// A word for programs.
    reason: &'static str,
    headline: String,
    lines: Vec<String>,
}

impl Unverified {
    /// Says it, with the configuration where one was read.
    fn told(self, config: Option<&Path>) -> (Exit, String) {
        let message = format!("{}\n{}", self.headline, self.lines.join("\n"));
        let read = config.map_or_else(String::new, |config| format!("\n{}", configuration(config)));
        telemetry::tell(&format!("{message}{read}"));
        let line = json!({
            "status": "failed", "reason": self.reason, "exit": Exit::Failed as u8,
            "config": config.map(|config| config.display().to_string()),
            "counts": { "problems": 1 }, "problems": [{ "message": message }],
        });
        (Exit::Failed, line.to_string())
    }
}

/// An answer of which files are gone; a folder that has none of them is no answer. `run.json` is there for the configuration
/// that it names.
fn incomplete(dir: &Path, has_config: bool) -> Option<Unverified> {
    let needed = [result_json::FORMAT, assignments_csv::FORMAT, metrics_csv::FORMAT, run_json::FORMAT];
    let is_there = |file: &str| dir.join(file).exists();
    let gone: Vec<&str> = needed.iter().map(|format| format.file).filter(|file| !is_there(file)).collect();
    let is_enough = gone.iter().all(|file| has_config && *file == run_json::FORMAT.file);
    if is_enough || !reporter::FORMATS.iter().any(|format| is_there(format.file)) {
        return None;
    }
    let are = if gone.len() == 1 { "is" } else { "are" };
    Some(Unverified {
        reason: "incomplete",
        headline: format!("the answer in {} is incomplete: {} {are} not there", dir.display(), gone.join(", ")),
        lines: vec![
            "hint: run the day again, which publishes it anew; `pb-assign audit show RUN --state DIR --extract DIR` gives the \
             files as they were, RUN being the date or the run_id"
                .to_owned(),
        ],
    })
}

/// Everything that does not hold, unless the files to check it against are others than the run read.
fn check(arguments: &VerifyArguments, document: &ResultDocument, config: &Path) -> Result<Option<Unverified>, Failure> {
    let dir = arguments.dir.as_path();
    let given = Given {
        as_of: document.as_of.as_deref().and_then(|date| date.parse().ok()),
        trades: arguments.trades.clone(),
        positions: arguments.positions.clone(),
        out: None,
    };
    let prepared = match prepare(config, &given, &mut Stages::new()) {
        Err(Failure::Refused(problems)) => {
            let problems = problems.iter().filter(|problem| problem.is_error()).map(ToString::to_string).collect();
            return Ok(Some(unchecked(dir, &document.run_id, problems)));
        }
        prepared => prepared?,
    };
    let mut found = changed_inputs(document, &prepared);
    found.extend(unsupported(document));
    let claim = claim::of(document);
    let checked = verifier::verify(&prepared.config.desk, &prepared.read.day, &prepared.book, &claim);
    found.extend(checked.iter().map(ToString::to_string));
    found.extend(unsupported_certificate(dir, document, &prepared)?);
    found.extend(disagreeing_files(dir, document, &prepared)?);
    let misnamed = misnamed(document, &prepared);
    if found.is_empty() && misnamed.is_none() {
        return Ok(None);
    }
    let mut lines = other_files(dir, config, &prepared);
    if lines.is_empty() {
        found.extend(misnamed);
        let headline = format!("the answer in {} does not hold:", dir.display());
        return Ok(Some(Unverified { reason: Exit::Failed.word(), headline, lines: found }));
    }
    if found.is_empty() {
        lines.push("Every number of the answer follows from the files that are there now all the same.".to_owned());
    } else {
        lines.push("From the files that are there now, this does not follow:".to_owned());
        lines.extend(found);
    }
    Ok(Some(unchecked(dir, &document.run_id, lines)))
}

/// That the files to check an answer against are not those that its run read, with the way out first.
fn unchecked(dir: &Path, run_id: &str, lines: Vec<String>) -> Unverified {
    let way_out = format!(
        "hint: `pb-assign audit show {run_id} --state DIR --extract was` gives the files as the run read them: put them back, or \
         name them with --config, --trades and --positions, and verify again. `pb-assign replay {run_id} --state DIR` repeats \
         the run from them"
    );
    Unverified {
        reason: "other_inputs",
        headline: format!(
            "the answer in {} cannot be checked: the configuration or a file is not there as the run read it",
            dir.display()
        ),
        lines: std::iter::once(way_out).chain(lines).collect(),
    }
}

/// Files that are not, byte by byte, those that run.json says the run read; nothing where it cannot be asked.
fn other_files(dir: &Path, config: &Path, prepared: &Prepared) -> Vec<String> {
    let record = read(dir, run_json::FORMAT.file).ok().and_then(|text| RunRecord::read(&text).ok());
    record.map_or_else(Vec::new, |record| differing_files(&record.read, &files_read(prepared, config)))
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
fn unsupported(document: &ResultDocument) -> Vec<String> {
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
    found
}

/// That the run is not called as it would be with the configuration and the files that are there.
fn misnamed(document: &ResultDocument, prepared: &Prepared) -> Option<String> {
    let id = run_id(prepared);
    (document.engine.version == env!("CARGO_PKG_VERSION") && document.run_id != id).then(|| {
        format!(
            "the run is called {} and would be called {id} with this configuration and these files",
            document.run_id
        )
    })
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

/// What the document says, as a report: its bookings, worth and remarks; metrics follow from the inputs. Nothing
/// where a trade is booked nowhere or at no account, which is said already.
pub(super) fn report<'a>(document: &ResultDocument, prepared: &'a Prepared) -> Option<Report<'a>> {
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
        objective: document.objective_report(),
        changes: None,
        certificates: Certificates::default(),
        standings: book.standings(placement.as_deref()),
        placement,
        diagnostics: document.diagnostics_report(),
        inputs: Vec::new(),
        engine: engine(&settings(config), false),
        run: RunInfo::default(),
    })
}
