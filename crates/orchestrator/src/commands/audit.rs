//! `pb-assign audit`: the ledger checked, listed and shown, by anyone, at any time. Nothing of it is written to.

use std::path::Path;

use jiff::civil::Date;
use monitor::{Chained, Event, Locked, MonitorError, RunEntry, State, audit};
use serde_json::json;

use crate::arguments::{AuditArguments, AuditCommand};
use crate::exit::Exit;
use crate::{Failure, record, telemetry};

/// Does what was asked of the ledger.
///
/// # Errors
/// A ledger that is not there or cannot be read, everything in it that does not hold, and an entry that is not there.
pub fn run(arguments: &AuditArguments) -> Result<(Exit, String), Failure> {
    let (state, record) = record::read(&arguments.state, arguments.wait)?;
    match &arguments.command {
        AuditCommand::Verify { expect_head, entries_only } => {
            verify(&state, &record, expect_head.as_deref(), !entries_only)
        }
        AuditCommand::List { from, to } => list(&record, *from, *to),
        AuditCommand::Show { run, extract } => show(&state, &record, run, extract.as_deref()),
    }
}

fn verify(state: &State, record: &Locked, expected: Option<&str>, files: bool) -> Result<(Exit, String), Failure> {
    let checked = audit(state, record, expected, files);
    if !checked.findings.is_empty() {
        return Err(Failure::DoesNotHold {
            what: state.ledger_path().display().to_string(),
            discrepancies: checked.findings.iter().map(ToString::to_string).collect(),
            internal: false,
        });
    }
    let read = if files { format!(", and {} kept files are what they were", checked.files) } else { String::new() };
    telemetry::tell(&format!("Verified: {} entries hang together{read}.\nHead: {}", checked.entries, checked.head));
    let line = json!({
        "status": "verified", "exit": 0, "entries": checked.entries, "head": checked.head, "files": checked.files,
    });
    Ok((Exit::Done, line.to_string()))
}

fn list(record: &Locked, from: Option<Date>, to: Option<Date>) -> Result<(Exit, String), Failure> {
    let (mut lines, mut entries) = (Vec::new(), Vec::new());
    for chained in entries_of(record)? {
        let date = as_of(&chained).and_then(|date| date.parse::<Date>().ok());
        let is_asked_for = |from: Option<Date>, to: Option<Date>| match date {
            Some(date) => from.is_none_or(|from| from <= date) && to.is_none_or(|to| date <= to),
            None => from.is_none() && to.is_none(),
        };
        if is_asked_for(from, to) {
            lines.push(row(&chained));
            entries.push(json!({
                "seq": chained.seq, "hash": chained.hash, "time": chained.entry.time, "as_of": as_of(&chained),
                "event": summary(&chained.entry.event),
            }));
        }
    }
    let header = format!("{:>6}  {:<20}  {:<10}  {:<12}  {}", "entry", "time", "as of", "actor", "what");
    telemetry::tell(&[vec![header], lines].concat().join("\n"));
    Ok((Exit::Done, json!({ "exit": 0, "head": record.ledger.head(), "entries": entries }).to_string()))
}

fn row(chained: &Chained) -> String {
    let Chained { seq, entry, .. } = chained;
    let time = entry.time.split('.').next().unwrap_or_default().trim_end_matches('Z').replace('T', " ");
    let as_of = as_of(chained).unwrap_or("");
    format!("{seq:>6}  {time:<20}  {as_of:<10}  {:<12}  {}", entry.actor, summary(&entry.event))
}

/// An entry in a few words.
fn summary(event: &Event) -> String {
    match event {
        Event::Run(run) => {
            let RunEntry { status, reason, exit, run_id, .. } = run.as_ref();
            let id = run_id.as_ref().map_or(String::new(), |id| format!(", run {id}"));
            format!("{status}, {reason}, exit {exit}{id}")
        }
        Event::Rerun(rerun) => format!("the run of entry {} again, nothing changed", rerun.of),
        Event::Healed(healed) => format!("{} bytes of a torn line taken off", healed.bytes),
    }
}

fn as_of(chained: &Chained) -> Option<&str> {
    match &chained.entry.event {
        Event::Run(run) => run.as_of.as_deref(),
        Event::Rerun(rerun) => rerun.as_of.as_deref(),
        Event::Healed(_) => None,
    }
}

fn show(state: &State, record: &Locked, wanted: &str, extract: Option<&Path>) -> Result<(Exit, String), Failure> {
    let is_it = |chained: &Chained| {
        let run_id = chained.entry.run().and_then(|run| run.run_id.as_deref());
        chained.seq.to_string() == wanted || run_id == Some(wanted)
    };
    let missing = || MonitorError::Missing { what: format!("entry or run {wanted}"), path: state.ledger_path() };
    let found = entries_of(record)?.into_iter().rfind(is_it).ok_or_else(missing)?;
    telemetry::tell(&row(&found));
    if let (Some(folder), Some(run)) = (extract, found.entry.run()) {
        let written = write_files(state, run, folder)?;
        telemetry::tell(&format!("Wrote {written} files to {}.", folder.display()));
    }
    let line = json!({ "exit": 0, "seq": found.seq, "hash": found.hash, "entry": found.entry });
    Ok((Exit::Done, line.to_string()))
}

/// Writes every file that a run read and published, as it was, under `inputs` and `outputs` of a new folder.
fn write_files(state: &State, run: &RunEntry, folder: &Path) -> Result<usize, Failure> {
    let refused = |action, path: &Path| {
        let path = path.display().to_string();
        move |source| Failure::Io { action, path, source }
    };
    std::fs::create_dir(folder).map_err(refused("create", folder))?;
    let groups = [("config", run.config.as_slice()), ("inputs", &run.inputs), ("outputs", &run.outputs)];
    let mut written = 0;
    for (group, files) in groups {
        for file in files {
            // Only its name: a path of another machine leads nowhere here.
            let name = Path::new(&file.path).file_name().unwrap_or_default();
            let path = folder.join(group).join(name);
            std::fs::create_dir_all(folder.join(group)).map_err(refused("create", &path))?;
            let bytes = state.archive().read(file.kept_in, &file.sha256)?;
            std::fs::write(&path, bytes).map_err(refused("write", &path))?;
            written += 1;
        }
    }
    Ok(written)
}

/// Every entry, all of them checked.
fn entries_of(record: &Locked) -> Result<Vec<Chained>, Failure> {
    let entries: Result<Vec<Chained>, (u64, String)> = record.ledger.entries().collect();
    entries.map_err(|(seq, what)| Failure::DoesNotHold {
        what: "the ledger".to_owned(),
        discrepancies: vec![format!("entry {seq}: {what}")],
        internal: false,
    })
}
