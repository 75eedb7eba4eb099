//! A copy of the record for somebody else, of the runs about a span of days: to be read and checked without this program.
//!
//! ```text
//! README.txt                       what this is, which entries, the hashes before and behind them, how to check
//! ledger.jsonl                     the entries as they stand in the ledger, one a line, none left out between two
//! span.json                        the first and last of the days that were asked for
//! runs.csv                         the entries about the span, a row each
//! files.csv                        every file of their runs: its path here, its path then, its digest
//! runs/000012/entry.json           the entry, for people
//!            /config, /inputs, /outputs   the files of the run by their own names
//! verify_chain.py                  checks all of it against ledger.jsonl, in Python
//! SHA256SUMS                       for `sha256sum -c`
//! ```
//!
//! The same record and span give the same bytes. A file that is lost is named, and the others are there.

mod sink;
mod tables;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::chain::Chained;
use crate::entry::RunEntry;
use crate::error::MonitorError;
use crate::ledger::Ledger;
use crate::state::State;
use sink::Sink;

/// The days that are asked for, `2026-11-20`, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// How many entries are about the span.
    pub about: u64,
    /// How many of them are runs.
    pub runs: u64,
    /// The numbers of the first and last line of the ledger that is there; nothing where none is.
    pub entries: Option<(u64, u64)>,
    /// The hash of the line before the first.
    pub before: Option<String>,
    /// The hash of the last line that is there.
    pub last: Option<String>,
    /// The head of the whole ledger.
    pub head: String,
    /// How many files of runs are there.
    pub files: u64,
    /// Files that are lost or are not what they were, in words.
    pub lost: Vec<String>,
}

/// The script that checks an export against its lines of the ledger: whatever it says of runs and files, the script finds out
/// anew, so that the paths of [`RunEntry::laid_out`] and the cells of the tables stand there a second time.
const SCRIPT: &str = include_str!("export/verify_chain.py");

impl Span {
    /// Whether an entry is about one of the days: by the date that it is about, or without one by the day on which it
    /// was written.
    pub fn has(&self, chained: &Chained) -> bool {
        let day = chained.entry.as_of().or_else(|| chained.entry.time.get(..10)).unwrap_or_default();
        self.from.as_str() <= day && day <= self.to.as_str()
    }
}

/// Writes what the record has about a span to a new folder, or to a new archive where the name ends with `.zip`; whole or
/// not at all.
///
/// # Errors
/// A ledger that does not hold, something that is there already, and what the system refuses.
pub fn export(state: &State, ledger: &Ledger, span: &Span, output: &Path) -> Result<Exported, MonitorError> {
    let entries: Result<Vec<Chained>, (u64, String)> = ledger.entries().collect();
    let broken = |(seq, what)| MonitorError::Broken { path: state.ledger_path(), what: format!("entry {seq}: {what}") };
    let entries = entries.map_err(broken)?;
    let about: Vec<&Chained> = entries.iter().filter(|chained| span.has(chained)).collect();
    let ends = about.first().zip(about.last()).map(|(first, last)| (first.seq, last.seq));
    let hash_of = |seq: u64| match seq.checked_sub(1) {
        Some(index) => entries.get(usize::try_from(index).unwrap_or(usize::MAX)).map(|entry| entry.hash.clone()),
        None => Some(crate::GENESIS.to_owned()),
    };
    let mut exported = Exported {
        about: about.len() as u64,
        runs: about.iter().filter(|chained| chained.entry.run().is_some()).count() as u64,
        entries: ends,
        before: ends.and_then(|(first, _)| hash_of(first - 1)),
        last: ends.and_then(|(_, last)| hash_of(last)),
        head: ledger.head().to_owned(),
        files: 0,
        lost: Vec::new(),
    };
    let mut sink = Sink::create(output)?;
    let mut files = tables::Files::default();
    let lines = ends.map_or_else(Vec::new, |(first, last)| ledger.text(first..=last));
    let numbered = (ends.map_or(1, |(first, _)| first)..).zip(lines.split_inclusive(|byte| *byte == b'\n'));
    let lines_by_seq: BTreeMap<u64, &[u8]> = numbered.collect();
    for chained in &about {
        if let Some(run) = chained.entry.run() {
            sink.put(&format!("{}/entry.json", folder_of(chained.seq)), &for_people(lines_by_seq[&chained.seq]))?;
            put_files(state, chained, run, &mut sink, &mut files, &mut exported)?;
        }
    }
    sink.put("ledger.jsonl", &lines)?;
    sink.put("span.json", format!("{}\n", json!({ "from": span.from, "to": span.to })).as_bytes())?;
    sink.put("runs.csv", &tables::runs(&about))?;
    sink.put("files.csv", &files.bytes())?;
    sink.put("verify_chain.py", SCRIPT.as_bytes())?;
    sink.put("README.txt", readme(span, &exported).as_bytes())?;
    sink.finish()?;
    Ok(exported)
}

/// The folder of an entry in an export.
fn folder_of(seq: u64) -> String {
    format!("runs/{seq:06}")
}

/// The entry of a line as text that people read: what another version wrote into it is there too.
fn for_people(line: &[u8]) -> Vec<u8> {
    let mut entry: Value = serde_json::from_slice(line).expect("a line that was checked is JSON");
    for of_the_line in ["seq", "previous", "hash"] {
        entry.as_object_mut().expect("an entry is an object").remove(of_the_line);
    }
    format!("{entry:#}\n").into_bytes()
}

fn put_files(
    state: &State,
    chained: &Chained,
    run: &RunEntry,
    sink: &mut Sink,
    files: &mut tables::Files,
    exported: &mut Exported,
) -> Result<(), MonitorError> {
    let folder = folder_of(chained.seq);
    for (path, kept) in run.laid_out() {
        let path = format!("{folder}/{path}");
        match state.archive().read(kept.kept_in, &kept.sha256) {
            Ok(bytes) => {
                sink.put(&path, &bytes)?;
                files.add(chained.seq, &path, kept, "here");
                exported.files += 1;
            }
            Err(error) if error.is_lost() => {
                files.add(chained.seq, &path, kept, "lost");
                exported.lost.push(format!("entry {}, {}: failed to {error}", chained.seq, kept.path));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn readme(span: &Span, exported: &Exported) -> String {
    let Exported { about, runs, entries, before, last, head, files, lost } = exported;
    let Span { from, to } = span;
    let mut text = format!("Runs of pb-assign about the days {from} to {to}\n\n");
    let _ = match (entries, before, last) {
        (Some((first, end)), Some(before), Some(last)) => write!(
            text,
            "Entries about these days: {about}, of which {runs} are runs, with {files} files.\n\
             ledger.jsonl has the entries {first} to {end}. An entry between two of these days is there as a line, so that no\n\
             link of the chain is missing, whatever day it is about.\n\n\
             hash before the first line  {before}\n\
             hash of the last line       {last}\n\
             head of the whole ledger    {head}\n"
        ),
        _ => write!(
            text,
            "No entry is about one of these days: ledger.jsonl is empty.\n\nhead of the whole ledger    {head}\n"
        ),
    };
    if !lost.is_empty() {
        let _ = write!(text, "\nLOST: these files could not be read where they were kept, and are not here.\n");
        for line in lost {
            let _ = writeln!(text, "  {}", line.replace(char::is_control, " "));
        }
    }
    text.push_str(MANUAL);
    text
}

/// The part of the text that is the same in every export.
const MANUAL: &str = r#"
What is here
------------
ledger.jsonl     the entries of the ledger, one a line, byte by byte as they were written
span.json        the first and last of these days
runs.csv         the entries about these days, a row each (CSV, UTF-8; numbers are exact decimals)
files.csv        every file of their runs: its path here and then, its SHA-256, and whether it is here or lost
runs/NNNNNN      the run of entry NNNNNN: entry.json (the entry, for people), config, inputs, outputs
verify_chain.py  the check of all this, in Python without libraries
SHA256SUMS       the SHA-256 of every file here besides itself

A day is the as-of date of a run; a run without one counts by the day (UTC) on which it was recorded. "rerun" entries say
that the run of another entry was asked for again and changed nothing; "healed" ones that a torn last line was taken off;
"alerts_ended" ones that somebody ended the alerts of a desk that is no more.
A cell of a table that would begin a formula in a spreadsheet has an apostrophe before it.
outputs/run.json is from before the member "ledger" was written into it: the hash of an entry covers the digest of the file,
so the file that is covered cannot have the hash.

How to check it
---------------
1. That it arrived whole:    sha256sum -c SHA256SUMS
   That is all that this shows: whoever changes a file can write its digest anew.
2. That it is what the ledger says:    python3 verify_chain.py
   The script believes ledger.jsonl alone. A line is a JSON object in the canonical form of RFC 8785. Its member "hash" is
   the SHA-256, in hexadecimal digits, of the text of its member "previous" followed by the canonical form of the object
   without "hash". "previous" is the hash of the line before it; before the first entry of a ledger it is 64 zeros.
   Each file of each run about these days must be at its place with the SHA-256 that its own entry has ("config", "inputs",
   "outputs"); runs.csv, files.csv and each entry.json must follow from the lines; nothing else may lie here.
   It prints the days, the hash before the first line and that of the last. The days come from span.json, which no hash
   covers: they must be those that you asked for. This README is not looked at: take the hashes from what is printed.
   A script that comes with evidence is as good as who sends it: whoever wants to be sure takes it from the source of
   pb-assign (crates/monitor/src/export/verify_chain.py) or from another export, and runs that in this folder.
3. That no line was left out or written anew: compare with a hash that was kept elsewhere. Every run prints the hash of its
   own entry ("ledger": {"seq", "head"} on its last line, and in run.json of what it published):
                 python3 verify_chain.py HASH
   One from these entries must be found here. The hash before the first line is, where the days follow, the last one of the
   export of the days before; the head of the whole ledger ties this export to `pb-assign audit verify --expect-head` on the
   ledger itself.
"#;
