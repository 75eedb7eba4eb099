//! `pb-assign audit`: the ledger checked, listed, shown and copied, by anyone, at any time. Nothing of it is written to.

mod entry_text;

use std::path::Path;

use jiff::civil::Date;
use monitor::audit::Audit;
use monitor::export::{self, Exported, Span};
use monitor::{Chained, Entry, Event, Finding, Ledger, Line, Locked, MonitorError, RunEntry, State, Trust, audit};
use serde_json::{Value, json};

use crate::arguments::{AuditArguments, AuditCommand};
use crate::exit::Exit;
use crate::{Failure, kept, published, record, telemetry, wanted};

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
    let mut checked = audit(state, record, expected.as_deref(), files);
    if let Some(what) = published::beyond(state, &record.ledger, None) {
        checked.add_beyond(what);
    }
    if !checked.findings.is_empty() {
        return Err(does_not_hold(state, &checked));
    }
    let read = if files { format!(", and {} what was kept", files_are(checked.files)) } else { String::new() };
    let left_over: Vec<String> = checked.left_over.iter().map(|what| format!("\nnote: {what}.")).collect();
    let head = &checked.head;
    telemetry::tell(&format!("Verified: {}{read}.\nHead: {head}{}", together(checked.entries), left_over.concat()));
    let line = json!({
        "status": "verified", "exit": 0, "entries": checked.entries, "head": checked.head, "files": checked.files,
        "notes": checked.left_over,
    });
    Ok((Exit::Done, line.to_string()))
}

/// What is wrong: with the ledger, or only with what is kept beside it, of which a backup has the same.
fn does_not_hold(state: &State, checked: &Audit) -> Failure {
    let mut discrepancies: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    discrepancies.extend(checked.left_over.iter().map(|what| format!("note: {what}")));
    let ledger = state.ledger_path().display().to_string();
    let is_of_files = |finding: &Finding| matches!(finding, Finding::File { .. });
    let what = if checked.findings.iter().all(is_of_files) {
        discrepancies.push(
            "hint: archives never change: take the one that is named from any backup; where the system refuses to read it, \
             it is not lost, and the right to read it is what is missing"
                .to_owned(),
        );
        format!("every entry of {ledger} holds; what is kept beside it")
    } else {
        ledger
    };
    Failure::DoesNotHold { what, discrepancies, internal: false }
}

fn together(entries: u64) -> String {
    if entries == 1 { "1 entry holds".to_owned() } else { format!("{entries} entries hang together") }
}

fn files_are(files: u64) -> String {
    if files == 1 { "1 kept file is".to_owned() } else { format!("{files} kept files are") }
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
    require_order(from, to)?;
    let text = |date: Option<Date>, end: &str| date.map_or_else(|| end.to_owned(), |date| date.to_string());
    let span = Span { from: text(from, ""), to: text(to, "9999-12-31") };
    let lines = record.ledger.every_line();
    let damage = Damage::of(&lines);
    // One that cannot be read may be of any day.
    let wanted = lines.iter().filter(|line| line.says.as_ref().is_none_or(|chained| span.has(chained)));
    let (mut rows, mut entries) = (Vec::new(), Vec::new());
    for line in wanted {
        rows.push(marked_row(line, damage.is_some()));
        entries.push(entry_json(line));
    }
    let mark = if damage.is_some() { "  " } else { "" };
    let header = format!("{mark}{:>6}  {:<20}  {:<10}  {:<12}  {}", "entry", "time, UTC", "as of", "actor", "what");
    telemetry::tell(&[vec![header], rows].concat().join("\n"));
    Ok(match damage {
        None => (Exit::Done, json!({ "exit": 0, "head": record.ledger.head(), "entries": entries }).to_string()),
        Some(damage) => damage.told(json!({ "entries": entries })),
    })
}

/// An entry that does not hold, in a ledger that is shown all the same.
struct Damage {
    seq: u64,
    what: String,
}

impl Damage {
    fn of(lines: &[Line]) -> Option<Self> {
        lines.iter().find_map(|line| match &line.trust {
            Trust::Broken(what) => Some(Self { seq: line.place, what: what.clone() }),
            Trust::Holds | Trust::Behind => None,
        })
    }

    /// Says it, and adds it to the line of the answer.
    fn told(self, mut answer: Value) -> (Exit, String) {
        let Self { seq, what } = self;
        let message = format!(
            "the ledger does not hold: entry {seq}: {what}. Those before it hold. What it says (!), and what stands behind it (?), \
             cannot be trusted"
        );
        telemetry::tell(&format!("\n{message}; docs/operations.md says what to do."));
        for (key, value) in [
            ("status", json!("failed")),
            ("reason", json!(Exit::Failed.word())),
            ("exit", json!(Exit::Failed as u8)),
            ("counts", json!({ "problems": 1 })),
            ("problems", json!([{ "message": message }])),
        ] {
            answer[key] = value;
        }
        (Exit::Failed, answer.to_string())
    }
}

/// A line of the ledger; where not all of them hold, with a mark for those that do not count.
fn marked_row(line: &Line, is_damaged: bool) -> String {
    let mark = match line.trust {
        Trust::Holds if is_damaged => "  ",
        Trust::Holds => "",
        Trust::Broken(_) => "! ",
        Trust::Behind => "? ",
    };
    match &line.says {
        // Its place, whatever number it says that it has.
        Some(chained) => format!("{mark}{}", row(line.place, chained)),
        None => format!("{mark}{:>6}  cannot be read", line.place),
    }
}

fn entry_json(line: &Line) -> Value {
    let mut value = match &line.says {
        Some(chained) => json!({
            "seq": chained.seq, "hash": chained.hash, "time": chained.entry.time, "as_of": chained.entry.as_of(),
            "event": summary(&chained.entry),
        }),
        None => json!({ "seq": line.place }),
    };
    match line.trust {
        Trust::Holds => {}
        Trust::Broken(_) => value["trust"] = "broken".into(),
        Trust::Behind => value["trust"] = "behind".into(),
    }
    value
}

fn require_order(from: Option<Date>, to: Option<Date>) -> Result<(), Failure> {
    match (from, to) {
        (Some(from), Some(to)) if to < from => Err(Failure::Request {
            message: format!("--from {from} is after --to {to}"),
            hint: "state the earlier date with --from; both days are included".to_owned(),
        }),
        _ => Ok(()),
    }
}

fn row(seq: u64, chained: &Chained) -> String {
    let entry = &chained.entry;
    let as_of = entry.as_of().unwrap_or("");
    // Whoever names himself writes no lines of this table, and no commands for the terminal.
    let actor = entry.actor.replace(char::is_control, " ");
    format!("{seq:>6}  {:<20}  {as_of:<10}  {actor:<12}  {}", plain_time(&entry.time), summary(entry))
}

/// A time without its fractions of a second.
fn plain_time(time: &str) -> String {
    time.split('.').next().unwrap_or_default().trim_end_matches('Z').replace('T', " ")
}

/// An entry in a few words.
fn summary(entry: &Entry) -> String {
    let what = match &entry.event {
        Event::Run(run) => {
            let RunEntry { status, reason, exit, run_id, .. } = run.as_ref();
            let id = run_id.as_ref().map_or(String::new(), |id| format!(", run {id}"));
            format!("{status}, {reason}, exit {exit}{id}")
        }
        Event::Rerun(rerun) => format!("the run of entry {} again, nothing changed", rerun.of),
        Event::Healed(healed) => format!("{} bytes of a torn line taken off", healed.bytes),
        Event::AlertsEnded(ended) => format!("alerts of the desk {} ended", ended.desk),
    };
    let aside: Vec<String> = entry.set_aside.iter().map(|name| format!("; set aside: kept/{name}")).collect();
    what + &aside.concat()
}

fn show(state: &State, ledger: &Ledger, wanted: &str, extract: Option<&Path>) -> Result<(Exit, String), Failure> {
    let lines = ledger.every_line();
    let damage = Damage::of(&lines);
    let line = wanted::line(state, &lines, wanted)?;
    telemetry::tell(&marked_row(line, damage.is_some()));
    let Some(found) = &line.says else {
        // What cannot be read is marked by its row.
        return Ok(damage.expect("a line that holds can be read").told(json!({ "seq": line.place })));
    };
    telemetry::tell(&entry_text::of(found));
    let mut answer = json!({ "exit": 0, "seq": found.seq, "hash": found.hash, "entry": found.entry });
    if let Some(folder) = extract {
        let from = wanted::line(state, &lines, &wanted::with_files(found).to_string())?;
        answer["extracted"] = extract_files(state, from, folder)?;
    }
    match damage {
        None => Ok((Exit::Done, answer.to_string())),
        Some(damage) => {
            answer["trust"] = entry_json(line)["trust"].clone();
            Ok(damage.told(answer))
        }
    }
}

fn extract_files(state: &State, from: &Line, folder: &Path) -> Result<Value, Failure> {
    let seq = from.place;
    let run = from.says.as_ref().and_then(|from| from.entry.run()).ok_or_else(|| Failure::Request {
        message: format!("entry {seq} is about the ledger itself: it has no files"),
        hint: "`pb-assign audit list` shows which entries are runs".to_owned(),
    })?;
    let written = write_files(state, seq, run, folder)?;
    let files = if written == 1 { "1 file".to_owned() } else { format!("{written} files") };
    telemetry::tell(&format!("Wrote {files} of entry {seq} to {}.", folder.display()));
    Ok(json!({ "folder": folder.display().to_string(), "entry": seq, "files": written }))
}

/// Writes every file that a run read and published, as it was, under `config`, `inputs` and `outputs` of a new folder; all of
/// them or none.
fn write_files(state: &State, seq: u64, run: &RunEntry, folder: &Path) -> Result<usize, Failure> {
    if folder.symlink_metadata().is_ok() {
        return Err(MonitorError::Exists { path: folder.to_owned() }.into());
    }
    let files = kept::read(state, seq, run)?;
    let refused = |action, path: &Path| {
        let path = path.display().to_string();
        move |source| Failure::Io { action, path, source }
    };
    std::fs::create_dir(folder).map_err(refused("create", folder))?;
    for (path, bytes) in &files {
        let path = folder.join(path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, bytes));
        if let Err(source) = written {
            drop(std::fs::remove_dir_all(folder));
            return Err(refused("write", &path)(source));
        }
    }
    Ok(files.len())
}

fn export(state: &State, ledger: &Ledger, (from, to): (Date, Date), output: &Path) -> Result<(Exit, String), Failure> {
    require_order(Some(from), Some(to))?;
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
