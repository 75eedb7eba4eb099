//! The history follows from the ledger and the kept files, whenever it is told and in whatever order runs came.

use std::fs;
use std::process::Command;

use monitor::history::{Dump, Told};
use monitor::{History, MonitorError};

use crate::questions::record;
use crate::record::{Record, Run, rows};

const METRICS: [&str; 2] = ["PB1 leverage 5 6.5 - 6", "PB2 margin 100.25 99.75 10 -"];

fn days(numbers: impl IntoIterator<Item = u32>) -> Record {
    let record = Record::new();
    for number in numbers {
        record.publish(&Run { bookings: &["T1 PB1 12.5"], ..Run::of(&format!("2026-11-{number:02}"), &METRICS) });
    }
    record
}

fn dump(history: &History, kind: Dump) -> String {
    history.dump(kind).expect("a dump")
}

#[test]
fn what_is_told_piece_by_piece_is_what_is_told_at_once() {
    let (record, at_once) = (record(), crate::questions::record());
    let copy = Record::new();
    let text = fs::read_to_string(record.state().ledger_path()).expect("a ledger");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::create_dir(copy.path().join("kept")).expect("a folder");
    for count in 1..=lines.len() {
        let archive = |record: &Record| record.state().archive().path(count as u64);
        if archive(&record).is_file() {
            fs::copy(archive(&record), archive(&copy)).expect("a copy");
        }
        fs::write(copy.state().ledger_path(), lines[..count].concat()).expect("a ledger");
        let (_, told) = copy.told();
        assert_eq!(told, Told { from: count as u64 - 1, to: count as u64, lost: Vec::new() });
    }
    assert_eq!(dump(&copy.history(), Dump::Whole), dump(&at_once.history(), Dump::Whole));
    assert_eq!(copy.told().1, Told { from: 10, to: 10, lost: Vec::new() }, "nothing is new");
}

#[test]
fn a_rebuild_has_the_same_content() {
    let record = record();
    let before = dump(&record.history(), Dump::Whole);
    assert!(before.contains("metrics seq=7 account=\"PB1\" metric=\"financing_cost\" initial=\"10\""), "{before}");
    let (history, told) = History::rebuild(&record.lock()).expect("a rebuild");
    assert_eq!(told, Told { from: 0, to: 10, lost: Vec::new() });
    assert_eq!(dump(&history, Dump::Whole), before);
}

#[test]
fn days_published_in_any_order_are_the_same_history() {
    let in_order = dump(&days(1..=20).history(), Dump::WithoutOrder);
    // 7 and 20 have no common divisor: every day once.
    let shuffled = days((0..20).map(|turn| 1 + turn * 7 % 20));
    assert_eq!(dump(&shuffled.history(), Dump::WithoutOrder), in_order);
    assert_ne!(dump(&shuffled.history(), Dump::Whole), dump(&days(1..=20).history(), Dump::Whole));
    assert_ne!(dump(&days(1..=19).history(), Dump::WithoutOrder), in_order);
}

#[test]
fn a_days_current_run_is_the_last_one_published_for_it() {
    let record = days([1]);
    record.publish(&Run { objective: Some("-2"), ..Run::of("2026-11-01", &METRICS) });
    record.refuse("2026-11-01", &["L003"]);
    record.publish(&Run { as_of: None, objective: Some("-3"), ..Run::of("", &METRICS) });
    let history = record.history();
    assert_eq!(rows(&history, "SELECT seq, objective FROM days"), ["2|-2"]);
    assert_eq!(rows(&history, "SELECT COUNT(*) FROM runs"), ["4"]);
    let runs = history.runs(None).expect("runs");
    let listed: Vec<(u64, bool)> = runs.iter().map(|run| (run.seq, run.current)).collect();
    assert_eq!(listed, [(1, false), (2, true), (3, false), (4, false)]);
    assert_eq!(history.runs(Some("2026-11-02")).expect("runs"), []);
}

#[test]
fn a_failed_run_replaces_the_one_before_and_ends_where_it_opened() {
    let record = days([1]);
    let failed =
        Run { ending: ("failed", "infeasible"), objective: None, gap: None, ..Run::of("2026-11-01", &METRICS) };
    record.publish(&failed);
    let history = record.history();
    assert_eq!(rows(&history, "SELECT seq, status FROM days"), ["2|failed"]);
    assert_eq!(
        rows(&history, "SELECT account, initial, final, closing FROM metrics WHERE seq = 2"),
        ["PB1|5|-|5", "PB2|100.25|-|100.25"]
    );
    assert_eq!(rows(&history, "SELECT COUNT(*) FROM assignments WHERE seq = 2"), ["0"]);
}

#[test]
fn a_history_of_another_ledger_is_told_anew() {
    let (record, other) = (days([1, 2]), days([4, 5, 6]));
    drop(record.history());
    fs::copy(other.state().ledger_path(), record.state().ledger_path()).expect("a ledger");
    for seq in [1, 2, 3] {
        fs::copy(other.state().archive().path(seq), record.state().archive().path(seq)).expect("an archive");
    }
    let (history, told) = record.told();
    assert_eq!((told.from, told.to), (0, 3));
    assert_eq!(dump(&history, Dump::WithoutOrder), dump(&other.history(), Dump::WithoutOrder));
}

#[test]
fn a_kept_file_that_is_gone_leaves_the_run_and_says_so() {
    let record = days([1]);
    record.publish(&Run::of("2026-11-02", &["PB1 leverage 1 2 - 6"]));
    fs::remove_file(record.state().archive().path(2)).expect("an archive");
    let (history, told) = record.told();
    assert!(matches!(&told.lost[..], [(2, what)] if what.contains("000002.zip")), "{told:?}");
    assert_eq!(rows(&history, "SELECT seq, as_of FROM days"), ["1|2026-11-01"]);
    assert_eq!(rows(&history, "SELECT seq, lost IS NULL FROM runs"), ["1|1", "2|0"]);
    assert_eq!(rows(&history, "SELECT COUNT(*) FROM metrics WHERE seq = 2"), ["0"]);
}

#[test]
fn a_ledger_that_does_not_hold_tells_nothing() {
    let record = days([1, 2]);
    drop(record.history());
    record.publish(&Run::of("2026-11-03", &METRICS));
    record.publish(&Run::of("2026-11-04", &METRICS));
    let before = dump(&record.history(), Dump::Whole);
    let text = fs::read_to_string(record.state().ledger_path()).expect("a ledger");
    fs::write(record.state().ledger_path(), text.replacen("2026-11-03", "2026-12-03", 1)).expect("a ledger");
    assert!(matches!(History::rebuild(&record.lock()), Err(MonitorError::Broken { .. })));
    let history = History::open(&record.state()).expect("a history");
    assert_eq!(dump(&history, Dump::Whole), before);
}

#[test]
fn questions_are_asked_of_a_history_that_has_everything_or_of_none() {
    let record = days([1]);
    let read = || History::read(&record.lock()).expect("no fault");
    assert!(read().is_none(), "none was made yet");
    let before = dump(&record.history(), Dump::Whole);
    assert_eq!(dump(&read().expect("a history"), Dump::Whole), before);
    record.publish(&Run::of("2026-11-02", &METRICS));
    assert!(read().is_none(), "an entry is missing");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_makes_way_for_a_rebuild() {
    let record = days([1, 2]);
    let before = dump(&record.history(), Dump::Whole);
    let path = record.state().history_path();
    for bytes in
        [&b"not a database at all, and long enough to be read as one"[..], &fs::read(&path).expect("a file")[..5000]]
    {
        fs::write(&path, bytes).expect("a file");
        let refused = record.state();
        let opened = History::open(&refused).and_then(|mut history| history.catch_up(&record.lock()));
        assert!(matches!(&opened, Err(MonitorError::History { .. })), "{opened:?}");
        let (history, _) = History::rebuild(&record.lock()).expect("a rebuild");
        assert_eq!(dump(&history, Dump::Whole), before);
    }
}

#[test]
fn an_older_form_is_brought_up_and_a_newer_one_is_refused() {
    let record = days([1]);
    let before = dump(&record.history(), Dump::Whole);
    let path = record.state().history_path();
    let change = |sql: &str| rusqlite::Connection::open(&path).expect("a database").execute_batch(sql).expect("SQL");
    // The form of the first step, without the views of the second.
    change(
        "DROP VIEW breach_spans; DROP VIEW breach_days; DROP VIEW day_limits; DROP VIEW days; PRAGMA user_version = 1",
    );
    assert!(History::read(&record.lock()).expect("no fault").is_none());
    assert_eq!(dump(&record.history(), Dump::Whole), before);
    change("PRAGMA user_version = 99");
    assert!(matches!(History::open(&record.state()), Err(MonitorError::Broken { .. })));
    assert!(matches!(History::read(&record.lock()), Err(MonitorError::Broken { .. })));
}

#[test]
fn the_database_is_written_with_a_log_and_fully_synchronised() {
    let record = days([1]);
    let history = record.history();
    assert_eq!(rows(&history, "PRAGMA journal_mode"), ["wal"]);
    assert_eq!(rows(&history, "PRAGMA synchronous"), ["2"]);
    assert_eq!(rows(&history, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(rows(&history, "PRAGMA foreign_key_check"), [""; 0]);
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_written_to_can_be_asked() {
    let record = days([1]);
    let before = dump(&record.history(), Dump::Whole);
    let set = |mode: &str| Command::new("chmod").args([mode, "-R"]).arg(record.path()).status().expect("chmod runs");
    set("a-w");
    let read = record.state().read(std::time::Duration::ZERO);
    let asked = read.and_then(|locked| Ok(History::read(&locked)?.map(|history| history.dump(Dump::Whole))));
    set("u+w");
    assert_eq!(asked.expect("no fault").expect("a history").expect("a dump"), before);
}
