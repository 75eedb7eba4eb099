//! A record made up run by run, as the program would write it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use domain::Amount;
use monitor::entry::SCHEMA;
use monitor::history::Told;
use monitor::state::ToKeep;
use monitor::{Entry, Event, History, Locked, ObjectiveEntry, ProblemEntry, Rerun, RunEntry, State, sha256};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A record in a folder of its own.
pub(crate) struct Record {
    folder: TempDir,
}

/// A run as a test states it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) as_of: Option<&'a str>,
    /// Status and reason.
    pub(crate) ending: (&'a str, &'a str),
    pub(crate) objective: Option<&'a str>,
    pub(crate) gap: Option<&'a str>,
    /// `account metric initial final min max`, with `-` for what is not there.
    pub(crate) metrics: &'a [&'a str],
    /// `trade account value`.
    pub(crate) bookings: &'a [&'a str],
}

impl<'a> Run<'a> {
    /// A run of a date that is proven best.
    pub(crate) fn of(as_of: &'a str, metrics: &'a [&'a str]) -> Self {
        Self {
            as_of: Some(as_of),
            ending: ("optimal", "proven"),
            objective: Some("-1"),
            gap: Some("0"),
            metrics,
            bookings: &[],
        }
    }

    fn has_plan(&self) -> bool {
        self.ending.0 != "failed"
    }
}

impl Record {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn state(&self) -> State {
        State::at(self.path())
    }

    pub(crate) fn lock(&self) -> Locked {
        self.state().lock(Duration::ZERO, "a test").expect("nobody else has it")
    }

    /// Publishes a run.
    pub(crate) fn publish(&self, run: &Run<'_>) {
        let (result, csv) = (result_json(run).to_string(), assignments_csv(run));
        let mut locked = self.lock();
        let files = [("result.json", &result), ("assignments.csv", &csv)];
        let kept = locked.keep(&files.map(|(path, text)| ToKeep { path, bytes: text.as_bytes() })).expect("kept");
        let objective = run.objective.map(|value| ObjectiveEntry {
            value: value.to_owned(),
            bound: None,
            gap: run.gap.map(str::to_owned),
            certified_gap: None,
        });
        let entry = RunEntry {
            run_id: Some(sha256([result.as_bytes()])[..16].to_owned()),
            out: Some("out".to_owned()),
            outputs: kept,
            objective,
            counts: BTreeMap::from([("trades".to_owned(), run.bookings.len() as u64)]),
            exit: if run.has_plan() { 0 } else { 4 },
            ..ended(run.as_of, run.ending)
        };
        append(&mut locked, Event::Run(Box::new(entry)));
    }

    /// Refuses a run for these problems, by code.
    pub(crate) fn refuse(&self, as_of: &str, codes: &[&str]) {
        let problem = |code: &&str| ProblemEntry {
            code: Some((*code).to_owned()),
            place: Some("trades.csv:2".to_owned()),
            message: "it cannot be read".to_owned(),
        };
        let entry = RunEntry {
            exit: 3,
            problems: codes.iter().map(problem).collect(),
            problem_count: codes.len() as u64,
            ..ended(Some(as_of), ("failed", "input_data"))
        };
        append(&mut self.lock(), Event::Run(Box::new(entry)));
    }

    /// Asks again for the run of an entry.
    pub(crate) fn rerun(&self, of: u64) {
        let rerun = Rerun { run_id: "a1".to_owned(), as_of: Some("2026-10-29".to_owned()), of };
        append(&mut self.lock(), Event::Rerun(rerun));
    }

    /// The history, told everything.
    pub(crate) fn history(&self) -> History {
        self.told().0
    }

    pub(crate) fn told(&self) -> (History, Told) {
        let locked = self.lock();
        let mut history = History::open(&self.state()).expect("a history");
        let told = history.catch_up(&locked).expect("a ledger that holds");
        (history, told)
    }
}

/// The rows that a question has for an answer, with `|` between columns and `-` for null.
pub(crate) fn rows(history: &History, question: &str) -> Vec<String> {
    use rusqlite::types::ValueRef;
    let mut asked = history.connection().prepare(question).expect("a question in SQL");
    let columns = asked.column_count();
    let cell = |value: ValueRef<'_>| match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    };
    let row = |row: &rusqlite::Row<'_>| {
        let cells: rusqlite::Result<Vec<String>> = (0..columns).map(|index| Ok(cell(row.get_ref(index)?))).collect();
        Ok(cells?.join("|"))
    };
    asked.query_map([], row).expect("an answer").map(|row| row.expect("a row")).collect()
}

fn ended(as_of: Option<&str>, (status, reason): (&str, &str)) -> RunEntry {
    RunEntry {
        as_of: as_of.map(str::to_owned),
        status: status.to_owned(),
        reason: reason.to_owned(),
        engine: "0.1.0".to_owned(),
        ..RunEntry::default()
    }
}

fn append(locked: &mut Locked, event: Event) {
    let text = |text: &str| text.to_owned();
    // The time of an entry is its own.
    let time = format!("2026-12-01T18:00:{:02}Z", locked.ledger.next_seq());
    let entry =
        Entry { schema: text(SCHEMA), time, actor: text("ops"), host: text("desk-1"), set_aside: Vec::new(), event };
    locked.append(&entry).expect("an entry");
}

fn result_json(run: &Run<'_>) -> Value {
    let booking = |line: &&str| {
        let cells: Vec<&str> = line.split(' ').collect();
        json!({ "trade_id": cells[0], "account": cells[1] })
    };
    json!({
        "schema": "pb-assign/result/1", "as_of": run.as_of,
        "assignments": run.bookings.iter().map(booking).collect::<Vec<_>>(),
        "metrics": run.metrics.iter().map(|line| metric_json(line, run.has_plan())).collect::<Vec<_>>(),
        "of_a_later_version": true,
    })
}

fn metric_json(line: &str, has_plan: bool) -> Value {
    let cells: Vec<Option<&str>> = line.split_whitespace().map(|cell| (cell != "-").then_some(cell)).collect();
    let [account, metric, initial, last, min, max] = cells[..] else { panic!("six cells: {line}") };
    let amount = |text: Option<&str>| text.map(|text| text.parse::<Amount>().expect("a number"));
    let room = |value: Option<&str>| {
        let value = amount(value)?;
        let (below, above) = (amount(min).map(|min| &value - &min), amount(max).map(|max| &max - &value));
        below.into_iter().chain(above).min()
    };
    let is_limited = min.is_some() || max.is_some();
    let is_broken = |value| is_limited && room(value).is_none_or(|room| room.is_negative());
    let closing = if has_plan { last } else { initial };
    let breach = match (is_broken(initial), is_broken(closing)) {
        (false, false) => "none",
        (true, true) => "inherited",
        (true, false) => "cured",
        (false, true) => "caused",
    };
    json!({
        "account": account, "metric": metric, "initial": initial, "final": last.filter(|_| has_plan), "min": min, "max": max,
        "headroom": room(closing).map(|room| room.to_string()), "breach": breach,
    })
}

fn assignments_csv(run: &Run<'_>) -> String {
    let row = |line: &&str| {
        let cells: Vec<&str> = line.split(' ').collect();
        format!("{},{},\"a, b\",{}\n", cells[0], cells[1], cells[2])
    };
    let rows: String = run.bookings.iter().map(row).collect();
    format!("trade_id,account,security,value_base\n{rows}")
}
