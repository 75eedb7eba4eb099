//! `pb-assign audit`: the ledger checked, listed, shown and copied, by anyone, at any time. Nothing of it is written to.

use std::path::Path;

use jiff::civil::Date;
use monitor::export::{self, Exported, Span};
use monitor::{Chained, Event, Ledger, Locked, RunEntry, State, audit};
use serde_json::json;

use crate::arguments::{AuditArguments, AuditCommand};
use crate::exit::Exit;
use crate::{Failure, record, telemetry, wanted};

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
        AuditCommand::Show { run, extract } => show(&state, &record.ledger, run, extract.as_deref()),
        AuditCommand::Export { from, to, output } => {
            // Without the lock: kept files never change, and a run should not have to wait for copies of them.
            export(&state, &record.release(), (*from, *to), output)
        }
    }
}

fn verify(state: &State, record: &Locked, expected: Option<&str>, files: bool) -> Result<(Exit, String), Failure> {
    let expected = expected.map(digest_of).transpose()?;
    let checked = audit(state, record, expected.as_deref(), files);
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

/// A head as somebody kept it: blanks around it and capitals do not make another.
fn digest_of(head: &str) -> Result<String, Failure> {
    let digest = head.trim().to_ascii_lowercase();
    if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(digest);
    }
    Err(Failure::Request {
        message: format!("--expect-head {head:?} is not the head of a ledger: it has 64 hexadecimal digits"),
        hint: "take ledger.head of a summary line or of run.json, whole".to_owned(),
    })
}

fn list(record: &Locked, from: Option<Date>, to: Option<Date>) -> Result<(Exit, String), Failure> {
    let (mut lines, mut entries) = (Vec::new(), Vec::new());
    for chained in wanted::entries(&record.ledger)? {
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

fn show(state: &State, ledger: &Ledger, wanted: &str, extract: Option<&Path>) -> Result<(Exit, String), Failure> {
    let found = wanted::find(state, ledger, wanted)?;
    telemetry::tell(&row(&found));
    if let (Some(folder), Some(run)) = (extract, found.entry.run()) {
        let written = write_files(state, run, folder)?;
        telemetry::tell(&format!("Wrote {written} files to {}.", folder.display()));
    }
    let line = json!({ "exit": 0, "seq": found.seq, "hash": found.hash, "entry": found.entry });
    Ok((Exit::Done, line.to_string()))
}

/// Writes every file that a run read and published, as it was, under `config`, `inputs` and `outputs` of a new folder.
fn write_files(state: &State, run: &RunEntry, folder: &Path) -> Result<usize, Failure> {
    let refused = |action, path: &Path| {
        let path = path.display().to_string();
        move |source| Failure::Io { action, path, source }
    };
    std::fs::create_dir(folder).map_err(refused("create", folder))?;
    let files = run.laid_out();
    for (path, file) in &files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(refused("create", parent))?;
        let bytes = state.archive().read(file.kept_in, &file.sha256)?;
        std::fs::write(&path, bytes).map_err(refused("write", &path))?;
    }
    Ok(files.len())
}

fn export(state: &State, ledger: &Ledger, (from, to): (Date, Date), output: &Path) -> Result<(Exit, String), Failure> {
    if to < from {
        return Err(Failure::Request {
            message: format!("--from {from} is after --to {to}"),
            hint: "state the earlier date with --from; both days are included".to_owned(),
        });
    }
    let span = Span { from: from.to_string(), to: to.to_string() };
    let exported = export::export(state, ledger, &span, output)?;
    let Exported { about, runs, entries, before, last, head, files, lost } = &exported;
    let place = output.display();
    telemetry::tell(&match entries {
        Some((first, end)) => format!(
            "Wrote what the ledger has about {from} to {to} to {place}: entries of these days: {about}, runs: {runs}, files: \
             {files}; lines of the ledger: {first} to {end}. README.txt says how to check them."
        ),
        None => format!("No entry is about {from} to {to}: {place} says so, and holds nothing else."),
    });
    if !lost.is_empty() {
        telemetry::tell(&format!("Not in it, since they are lost:\n{}", lost.join("\n")));
    }
    let exit = if lost.is_empty() { Exit::Done } else { Exit::Failed };
    let line = json!({
        "status": if lost.is_empty() { "exported" } else { "failed" }, "reason": exit.word(), "exit": exit as u8,
        "output": place.to_string(), "entries": about, "runs": runs, "files": files, "lost": lost,
        "lines": entries.map(|(first, last)| [first, last]), "before": before, "last": last, "head": head,
    });
    Ok((exit, line.to_string()))
}
