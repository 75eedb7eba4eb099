//! `pb-assign replay --run DIR`: the run again, its searches cut where they were cut, and the answers compared.
//!
//! A search looks at the clock at counted points. `run.json` has which of these looks said stop, so that the same work is
//! done again on any machine under any load. Another solver's work is not counted by us: where it had a part in the
//! answer it is asked again with the whole time limit, and the line on standard output says so.

use std::path::Path;

use reporter::formats::run_json::RecordedFile;
use reporter::formats::{certificate_json, result_json, run_json};
use reporter::{InputDigest, ResultDocument, RunRecord};
use serde_json::{Value, json};
use solver::{Backends, Settings};

use super::run::{files_read, report, solve};
use super::verify::{read, recorded_config};
use super::{Prepared, prepare, settings};
use crate::arguments::ReplayArguments;
use crate::certificate;
use crate::config::Given;
use crate::exit::Exit;
use crate::stage::Stages;
use crate::{Failure, telemetry};

/// What is compared, byte by byte.
const COMPARED: [reporter::formats::Format; 2] = [result_json::FORMAT, certificate_json::FORMAT];

/// The most differences of a file that are shown; the rest is counted.
const MOST_SHOWN: usize = 20;

/// Repeats the run. Nothing is written.
///
/// # Errors
/// A folder that is not a published answer, other files than the run had, or every difference between the answers.
pub fn run(arguments: &ReplayArguments) -> Result<(Exit, String), Failure> {
    let dir = &arguments.run;
    let record = RunRecord::read(&read(dir, run_json::FORMAT.file)?)?;
    let document = ResultDocument::read(&read(dir, result_json::FORMAT.file)?)?;
    let config = match &arguments.config {
        Some(config) => config.clone(),
        None => recorded_config(dir)?,
    };
    let as_of = document.as_of.as_deref().and_then(|date| date.parse().ok());
    let given = Given {
        as_of: arguments.as_of.or(as_of),
        trades: arguments.trades.clone(),
        positions: arguments.positions.clone(),
        out: None,
    };
    let mut stages = Stages::new();
    let prepared = prepare(&config, &given, &mut stages)?;
    require_same_files(&record.read, &files_read(&prepared, &config))?;
    let again = stages.run("solve", || repeat(&prepared, &record))?;
    let found = compare(dir, &again)?;
    let help = helpers(&record);
    if !found.is_empty() {
        return Err(Failure::DoesNotHold { what: not_repeated(dir, &help), discrepancies: found, internal: false });
    }
    telemetry::tell(&said(&record, &help));
    let files: Vec<&str> = COMPARED.iter().map(|format| format.file).collect();
    let line = json!({
        "replay": "same", "exit": 0, "run_id": record.run_id, "repeatable": record.repeatable, "compared": files,
        "searches": record.searches.len(), "asked_again": help,
    });
    Ok((Exit::Done, line.to_string()))
}

/// The configuration and every input file, byte by byte what they were.
fn require_same_files(recorded: &[RecordedFile], now: &[InputDigest]) -> Result<(), Failure> {
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
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::Request {
        message: format!("the run cannot be repeated with other files:\n{}", found.join("\n")),
        hint: "name the files as they were: --config FILE, --as-of DATE, --trades FILE, --positions FILE".to_owned(),
    })
}

/// The files of the answer, made again.
fn repeat(prepared: &Prepared, record: &RunRecord) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let configured = settings(&prepared.config);
    let cuts = Some(record.searches.iter().map(|search| search.cuts.clone()).collect());
    let mut repeating = Settings { cuts, ..configured.clone() };
    if record.repeatable {
        // What others said changed nothing.
        repeating.backends = Backends::new(Vec::new());
    }
    let solved = solve(prepared, &repeating);
    let ending = certificate::ending(prepared, &solved);
    let report = report(prepared, &solved, ending, &configured);
    let render = |format: reporter::formats::Format| Ok((format.file, (format.write)(&report, &[])?));
    COMPARED.into_iter().map(render).collect()
}

/// Everything that is not as it was.
fn compare(dir: &Path, again: &[(&'static str, Vec<u8>)]) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for (file, again) in again {
        let recorded = read(dir, file)?;
        if recorded.as_bytes() == again.as_slice() {
            continue;
        }
        let again = String::from_utf8_lossy(again);
        let documents = serde_json::from_str::<Value>(&recorded).ok().zip(serde_json::from_str::<Value>(&again).ok());
        let mut differences = Vec::new();
        if let Some((recorded, again)) = documents {
            differ("", &recorded, &again, &mut differences);
        }
        if differences.is_empty() {
            found.push(format!("{file}: the values are the same, and the bytes are not"));
        }
        let more = differences.len().saturating_sub(MOST_SHOWN);
        found.extend(differences.into_iter().take(MOST_SHOWN).map(|difference| format!("{file}: {difference}")));
        if more > 0 {
            found.push(format!("{file}: … and {more} more differences"));
        }
    }
    Ok(found)
}

/// Each place where two documents differ, with both values.
fn differ(path: &str, recorded: &Value, again: &Value, found: &mut Vec<String>) {
    match (recorded, again) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                differ(&format!("{path}.{key}"), value, b.get(key).unwrap_or(&Value::Null), found);
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                differ(&format!("{path}.{key}"), &Value::Null, value, found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                let path = path.trim_start_matches('.');
                found.push(format!("{path} had {} entries and has {}", a.len(), b.len()));
            }
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                differ(&format!("{path}[{index}]"), a, b, found);
            }
        }
        (a, b) if a != b => found.push(format!("{} was {a} and is {b}", path.trim_start_matches('.'))),
        _ => {}
    }
}

/// The other solvers that had a part in the answer, each once.
fn helpers(record: &RunRecord) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for other in record.others.iter().filter(|_| !record.repeatable) {
        if !names.contains(&other.backend.as_str()) {
            names.push(&other.backend);
        }
    }
    names
}

fn not_repeated(dir: &Path, help: &[&str]) -> String {
    let what = format!("that the run in {} gives the same answer again", dir.display());
    if help.is_empty() {
        return what;
    }
    format!("{what} ({} had a part in it, whose work the counts do not repeat)", help.join(", "))
}

fn said(record: &RunRecord, help: &[&str]) -> String {
    let count = record.searches.len();
    let searches = if count == 1 { "1 search".to_owned() } else { format!("{count} searches") };
    let files = COMPARED.map(|format| format.file).join(" and ");
    let same = format!("Repeated: {searches} cut where the run cut them; {files} are the same to the byte.");
    if help.is_empty() {
        return same;
    }
    let names = help.join(", ");
    format!("{same}\nThe counts do not repeat the work of {names}: it was asked again, and said the same this time.")
}
