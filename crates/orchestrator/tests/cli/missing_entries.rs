//! Ledgers that lack entries at their end: what else knows of them is told, and nothing is written over.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::desk::{Desk, Ran};
use crate::folder::everything;

const RUN: &[&str] = &["run", "--config", "desk.yaml"];

/// A desk with two runs in its ledger, each with an archive.
fn desk() -> Desk {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    desk.replace("trades.csv", "10000000", "11000000");
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    desk
}

fn cut(desk: &Desk, lines: usize) {
    let text = desk.read("state/ledger.jsonl");
    desk.write("state/ledger.jsonl", text.split_inclusive('\n').take(lines).collect::<String>());
}

fn verify(desk: &Desk) -> Ran {
    desk.pb_assign(&["audit", "verify"])
}

fn is_refused(desk: &Desk, evidence: &str) {
    let before = everything(&desk.path().join("state/kept"));
    let (ledger, history) = (desk.read("state/ledger.jsonl"), fs::read(desk.path().join("state/history.db")).ok());
    let ran = desk.pb_assign(RUN);
    assert_eq!((ran.exit, &ran.line()["reason"]), (4, &json!("failed")), "{}", ran.stderr);
    for said in [evidence, "entries are missing", "put the whole ledger back", "The run could not be recorded.\n"] {
        assert!(ran.stderr.contains(said), "no {said}: {}", ran.stderr);
    }
    assert!(everything(&desk.path().join("state/kept")) == before);
    assert_eq!(desk.read("state/ledger.jsonl"), ledger);
    assert!(fs::read(desk.path().join("state/history.db")).ok() == history);
}

#[test]
fn a_ledger_that_the_history_is_ahead_of_gets_no_entry() {
    let desk = desk();
    cut(&desk, 1);
    is_refused(&desk, "history.db was told entry 2");
    let verified = verify(&desk);
    assert_eq!(verified.exit, 4);
    assert!(verified.stderr.contains("history.db was told entry 2"), "{}", verified.stderr);
    assert_eq!(desk.pb_assign(&["history"]).exit, 4);
}

#[test]
fn archives_that_no_entry_names_are_named_and_are_never_written_over() {
    let desk = desk();
    fs::remove_file(desk.path().join("state/history.db")).expect("a history");
    let whole = desk.read("state/ledger.jsonl");
    cut(&desk, 0);
    is_refused(&desk, "000002.zip was kept for entry 2");
    assert!(verify(&desk).stderr.contains("000002.zip was kept for entry 2"));
    desk.write("state/ledger.jsonl", &whole);
    fs::copy(desk.path().join("state/kept/000002.zip"), desk.path().join("state/kept/000000.zip")).expect("a copy");
    let verified = verify(&desk);
    assert_eq!(verified.exit, 4);
    assert!(verified.stderr.contains("kept/000000.zip: no entry names it"), "{}", verified.stderr);
}

#[test]
fn the_published_answer_of_an_entry_that_was_cut_off_tells_it_from_what_a_crash_left() {
    let desk = desk();
    fs::remove_file(desk.path().join("state/history.db")).expect("a history");
    cut(&desk, 1);
    is_refused(&desk, "run.json is of entry 2");
    // A crash before the entry leaves the archive and no answer. It stays, and is in nobody's way.
    let left = fs::read(desk.path().join("state/kept/000002.zip")).expect("an archive");
    fs::remove_dir_all(desk.path().join("out")).expect("an answer");
    is_noted(&desk, "000002.zip");
    let ran = desk.pb_assign(RUN);
    assert_eq!((ran.exit, &ran.line()["ledger"]["seq"]), (0, &json!(2)), "{}", ran.stderr);
    assert!(fs::read(desk.path().join("state/kept/000002.not-recorded-1.zip")).expect("it is kept") == left);
    // The run says so, its entry does, and whoever checks the record hears of it.
    assert!(ran.stderr.contains("It is kept/000002.not-recorded-1.zip now, and entry 2 says so"), "{}", ran.stderr);
    let entry = desk.pb_assign(&["audit", "show", "2"]).line()["entry"].clone();
    assert_eq!(entry["set_aside"], json!(["000002.not-recorded-1.zip"]));
    is_noted(&desk, "000002.not-recorded-1.zip");
}

/// The record holds, and this archive is named as one of no entry.
fn is_noted(desk: &Desk, archive: &str) {
    let verified = verify(desk);
    assert_eq!(verified.exit, 0, "{}", verified.stderr);
    let notes = verified.line()["notes"].as_array().expect("notes").clone();
    assert_eq!(notes.len(), 1, "{notes:?}");
    let note = notes[0].as_str().expect("a text");
    assert!(note.starts_with(&format!("kept/{archive}: no entry names it")), "{note}");
    assert!(verified.stderr.contains(&format!("note: {note}")), "{}", verified.stderr);
}

#[test]
fn a_published_day_tells_that_its_entry_was_cut_off_whatever_day_is_run() {
    let desk = Desk::starter();
    let run = |day: &str| desk.pb_assign(&["run", "--config", "desk.yaml", "--as-of", day]);
    for day in ["2026-11-18", "2026-11-19", "2026-11-20"] {
        assert_eq!(run(day).exit, 0);
    }
    fs::remove_file(desk.path().join("state/history.db")).expect("a history");
    cut(&desk, 2);
    let found = "out/2026-11-20/run.json is of entry 3, and so is an archive in kept";
    let verified = verify(&desk);
    assert!(verified.exit == 4 && verified.stderr.contains(found), "{}", verified.stderr);
    let ran = run("2026-11-23");
    assert!(ran.exit == 4 && ran.stderr.contains(found), "{}", ran.stderr);
    // What a crash left beside a target was never published.
    let out = desk.path().join("out");
    fs::rename(out.join("2026-11-20"), out.join(".2026-11-20.pb-assign-new")).expect("it moves");
    assert_eq!(run("2026-11-23").exit, 0);
}

#[test]
fn a_last_line_that_was_whole_is_not_said_to_be_taken_off() {
    let torn = |desk: &Desk| {
        let text = desk.read("state/ledger.jsonl");
        desk.write("state/ledger.jsonl", &text[..text.len() - 100]);
        verify(desk)
    };
    let desk = desk();
    let verified = torn(&desk);
    assert_eq!(verified.exit, 4);
    assert!(verified.stderr.contains("the last line is not whole any more"), "{}", verified.stderr);
    assert!(!verified.stderr.contains("the next run takes off"), "{}", verified.stderr);
    assert_eq!(desk.pb_assign(RUN).exit, 4);
    // Where its answer is all that knows of it.
    fs::remove_file(desk.path().join("state/history.db")).expect("a history");
    assert!(verify(&desk).stderr.contains("the last line is not whole any more"));
    assert_eq!(desk.pb_assign(RUN).exit, 4);
    // And where nothing does.
    fs::remove_dir_all(desk.path().join("out")).expect("an answer");
    assert!(verify(&desk).stderr.contains("which the next run takes off and says so"));
    assert_eq!(desk.pb_assign(RUN).exit, 0);
}

#[test]
fn a_ledger_that_is_gone_is_missed_by_all_that_read_it() {
    let desk = desk();
    fs::remove_file(desk.path().join("state/ledger.jsonl")).expect("a ledger");
    let missed = |arguments: &[&str]| {
        let ran = desk.pb_assign(arguments);
        assert_eq!((ran.exit, &ran.line()["reason"]), (4, &json!("failed")), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("entries are missing"), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("put the whole ledger back"), "{arguments:?}: {}", ran.stderr);
    };
    missed(RUN);
    for command in [
        &["audit", "verify"][..],
        &["audit", "list"],
        &["history"],
        &["history", "rebuild"],
        &["breaches"],
        &["alerts"],
    ] {
        missed(command);
    }
    // Where nothing is kept of any, there never was one.
    let nothing = Desk::starter().pb_assign(&["audit", "verify"]);
    assert!(nothing.exit == 2 && nothing.stderr.contains("failed to find a ledger"), "{}", nothing.stderr);
}

#[test]
fn who_moves_what_is_named_away_goes_on() {
    let desk = desk();
    cut(&desk, 0);
    is_refused(&desk, "history.db was told entry 2");
    fs::create_dir(desk.path().join("aside")).expect("a folder");
    for file in ["history.db", "kept/000002.zip", "kept/000001.zip"] {
        let to = desk.path().join("aside").join(Path::new(file).file_name().expect("a name"));
        fs::rename(desk.path().join("state").join(file), to).expect("it moves");
    }
    assert_eq!(desk.pb_assign(RUN).line()["ledger"]["seq"], 1);
    assert_eq!(verify(&desk).exit, 0);
}

#[test]
fn a_last_line_that_lacks_its_end_alone_is_an_entry() {
    let desk = desk();
    let whole = desk.read("state/ledger.jsonl");
    desk.write("state/ledger.jsonl", whole.trim_end());
    let verified = verify(&desk);
    assert_eq!((verified.exit, &verified.line()["entries"]), (0, &json!(2)), "{}", verified.stderr);
    let ran = desk.pb_assign(RUN);
    assert_eq!((&ran.line()["rerun"], &ran.line()["ledger"]["seq"]), (&json!(true), &json!(3)));
    assert!(desk.read("state/ledger.jsonl").starts_with(&whole));
    assert_eq!(verify(&desk).exit, 0);
}

#[test]
fn a_head_is_expected_whole_in_any_case() {
    let desk = desk();
    let head = verify(&desk).line()["head"].as_str().expect("a head").to_owned();
    let expecting = |head: &str| desk.pb_assign(&["audit", "verify", "--expect-head", head]);
    assert_eq!(expecting(&format!(" {}\n", head.to_uppercase())).exit, 0);
    for wrong in ["", &head[..8], &head.replace(&head[..1], "x")] {
        let ran = expecting(wrong);
        assert!(ran.exit == 2 && ran.stderr.contains("64 hexadecimal digits"), "{wrong}: {}", ran.stderr);
    }
    assert_eq!(expecting(&"1".repeat(64)).exit, 4);
}
