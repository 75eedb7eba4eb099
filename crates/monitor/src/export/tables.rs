//! The tables of an export, for spreadsheets.

use super::folder_of;
use crate::chain::Chained;
use crate::entry::{Event, Kept, RunEntry};

const RUN_COLUMNS: [&str; 26] = [
    "entry",
    "event",
    "as_of",
    "recorded_at",
    "actor",
    "host",
    "run_id",
    "status",
    "reason",
    "exit",
    "engine",
    "solver",
    "objective",
    "bound",
    "gap",
    "certified_gap",
    "trades",
    "accounts",
    "assigned",
    "breaches",
    "warnings",
    "fallbacks",
    "problems",
    "repeats_entry",
    "folder",
    "hash",
];

/// The entries, a row each.
pub(super) fn runs(entries: &[&Chained]) -> Vec<u8> {
    table(&RUN_COLUMNS, entries.iter().map(|chained| row(chained)))
}

/// A table of files.
#[derive(Debug, Default)]
pub(super) struct Files {
    rows: Vec<[String; 5]>,
}

impl Files {
    /// Adds a file of an entry, that is `state` in the export at `path`.
    pub(super) fn add(&mut self, seq: u64, path: &str, kept: &Kept, state: &str) {
        self.rows.push([seq.to_string(), path.to_owned(), text(&kept.path), kept.sha256.clone(), state.to_owned()]);
    }

    /// The table.
    pub(super) fn bytes(self) -> Vec<u8> {
        table(&["entry", "file", "path_then", "sha256", "state"], self.rows.into_iter())
    }
}

fn row(chained: &Chained) -> [String; 26] {
    let Chained { seq, hash, entry } = chained;
    let none = RunEntry::default();
    let (event, run, run_id, of) = match &entry.event {
        Event::Run(run) => ("run", run.as_ref(), run.run_id.as_deref(), None),
        Event::Rerun(rerun) => ("rerun", &none, Some(rerun.run_id.as_str()), Some(rerun.of)),
        Event::Healed(_) => ("healed", &none, None, None),
        Event::AlertsEnded(_) => ("alerts_ended", &none, None, None),
    };
    let is_run = event == "run";
    let objective = run.objective.as_ref();
    let count = |name: &str| run.counts.get(name).map_or_else(String::new, u64::to_string);
    let number = |number: Option<&String>| number.cloned().unwrap_or_default();
    let when_run = |cell: String| if is_run { cell } else { String::new() };
    [
        seq.to_string(),
        event.to_owned(),
        entry.as_of().unwrap_or_default().to_owned(),
        entry.time.clone(),
        text(&entry.actor),
        text(&entry.host),
        run_id.unwrap_or_default().to_owned(),
        text(&run.status),
        text(&run.reason),
        when_run(run.exit.to_string()),
        text(&run.engine),
        text(&run.solver),
        number(objective.map(|objective| &objective.value)),
        number(objective.and_then(|objective| objective.bound.as_ref())),
        number(objective.and_then(|objective| objective.gap.as_ref())),
        number(objective.and_then(|objective| objective.certified_gap.as_ref())),
        count("trades"),
        count("accounts"),
        count("assigned"),
        count("breaches"),
        count("warnings"),
        text(&run.fallbacks.join("; ")),
        when_run(run.problem_count.to_string()),
        of.map_or_else(String::new, |of| of.to_string()),
        when_run(folder_of(*seq)),
        hash.clone(),
    ]
}

/// A text that a spreadsheet shows and never runs.
fn text(text: &str) -> String {
    let begins_a_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if begins_a_formula { format!("'{text}") } else { text.to_owned() }
}

fn table<const N: usize>(columns: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).expect("memory takes every row");
    for row in rows {
        writer.write_record(row).expect("memory takes every row of as many cells");
    }
    writer.into_inner().expect("memory takes every row")
}
