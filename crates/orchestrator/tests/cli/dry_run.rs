//! A dry run writes nothing at all: nothing is different afterwards, and no system call could have made a difference.

use crate::desk::{Desk, command};
use crate::folder::everything;
use crate::tracer::{Watched, watch};

const DRY_RUN: &[&str] = &["run", "--config", "desk.yaml", "--dry-run"];

/// What may be opened for writing: where what nobody wants to read goes. Pipes, sockets and terminals are no files.
const ALLOWED: &str = "openat /dev/null";

fn with_everything_that_a_run_writes(desk: &Desk) {
    let text = desk.read("desk.yaml");
    let alerts = "alerts:\n  channels: [{ name: log, service: file, path: told/alerts.jsonl }]\n";
    desk.write("desk.yaml", format!("{text}\n{alerts}monitoring: {{ prometheus: told/pb.prom }}\n"));
    desk.replace("desk.yaml", "gross:          {}", "gross:          { max: 1, on_breach: report_only }");
}

fn asking(desk: &Desk, backends: &str) {
    desk.replace("desk.yaml", "timeout: 10s", &format!("timeout: 10s\n  backends: {backends}"));
}

/// Changes nothing, by what is there and by what was called by it and the solvers that it starts.
fn writes_nothing(desk: &Desk, exit: i32, solvers: usize) {
    let before = everything(desk.path());
    let watched = watch(&command(desk.path(), DRY_RUN), None);
    assert_eq!(watched.exit, Some(exit), "{}", watched.stderr);
    assert!(watched.programs > solvers, "the solvers were not watched");
    assert!(watched.stdout.contains("\"dry_run\":true") || exit == 3, "{}", watched.stdout);
    let changes: Vec<&String> = watched.changes.iter().filter(|change| *change != ALLOWED).collect();
    assert!(changes.is_empty(), "{changes:#?}");
    assert!(everything(desk.path()) == before, "something was written");
}

#[test]
fn the_watch_sees_what_a_run_writes() {
    let desk = Desk::starter();
    with_everything_that_a_run_writes(&desk);
    let run = &command(desk.path(), &["run", "--config", "desk.yaml"]);
    let watched = watch(run, None);
    assert_eq!(watched.exit, Some(0), "{}", watched.stderr);
    desk.replace("trades.csv", "10000000", "11000000");
    let next = watch(run, None);
    assert_eq!(next.exit, Some(0), "{}", next.stderr);
    let has = |watched: &Watched, call: &str, file: &str| {
        watched.changes.iter().any(|change| change.starts_with(&format!("{call} ")) && change.ends_with(file))
    };
    // A history that is there is told by the database, and one that is new put into its place.
    for (call, file) in [("pwrite64", "/history.db-wal"), ("fsync", "/history.db-wal"), ("mmap", "/history.db-shm")] {
        assert!(has(&next, call, file), "no {call} of {file} in {:#?}", next.changes);
    }
    for (call, file) in [
        ("openat", "/lock"),
        ("write", "/ledger.jsonl"),
        ("fdatasync", "/ledger.jsonl"),
        ("rename", "/kept/.000001.zip.tmp"),
        ("write", "/result.json"),
        ("fsync", "/result.json"),
        ("fsync", "/.history.db.tmp"),
        ("rename", "/.history.db.tmp"),
        ("write", "/alerts.jsonl"),
        ("rename", "/.pb.prom.tmp"),
    ] {
        assert!(has(&watched, call, file), "no {call} of {file} in {:#?}", watched.changes);
    }
}

#[test]
fn a_dry_run_calls_nothing_that_could_write() {
    let fresh = Desk::starter();
    with_everything_that_a_run_writes(&fresh);
    writes_nothing(&fresh, 0, 0);
    let published = Desk::starter();
    with_everything_that_a_run_writes(&published);
    assert_eq!(published.pb_assign(&["run", "--config", "desk.yaml"]).exit, 0);
    writes_nothing(&published, 0, 0);
    published.replace("trades.csv", "10000000", "11000000");
    writes_nothing(&published, 0, 0);
    published.replace("trades.csv", "11000000", "many");
    writes_nothing(&published, 3, 0);
    let infeasible = Desk::starter();
    infeasible.replace("desk.yaml", "equity:         { min: 5000000 }", "equity:         { min: 999999999 }");
    writes_nothing(&infeasible, 4, 0);
}

#[test]
fn the_solvers_of_a_dry_run_call_nothing_either() {
    for backends in ["[highs]", "[microlp]"] {
        let desk = Desk::starter();
        with_everything_that_a_run_writes(&desk);
        asking(&desk, backends);
        writes_nothing(&desk, 0, 1);
    }
}
