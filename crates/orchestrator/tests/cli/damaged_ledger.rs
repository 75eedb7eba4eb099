//! Ledgers in which an entry was changed: what is left can be seen, and is marked.

use std::fs;

use serde_json::{Value, json};

use crate::desk::{Desk, Ran};

/// A desk with four runs, the second of which was changed in the ledger.
fn desk() -> Desk {
    let desk = Desk::starter();
    for day in ["16", "17", "18", "19"] {
        let ran = desk.pb_assign(&["run", "--config", "desk.yaml", "--as-of", &format!("2026-11-{day}")]);
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
    }
    let text = desk.read("state/ledger.jsonl");
    let changed = text.split_inclusive('\n').enumerate().map(|(index, line)| match index {
        1 => line.replacen("\"reason\":\"proven\"", "\"reason\":\"within_gap\"", 1),
        _ => line.to_owned(),
    });
    desk.write("state/ledger.jsonl", changed.collect::<String>());
    desk
}

fn audit(desk: &Desk, arguments: &[&str]) -> Ran {
    let ran = desk.pb_assign(&[&["audit"], arguments].concat());
    assert_eq!(
        (ran.exit, &ran.line()["exit"], &ran.line()["reason"]),
        (4, &json!(4), &json!("failed")),
        "{}",
        ran.stderr
    );
    let said = "the ledger does not hold: entry 2: its hash is not that of its content";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(ran.line()["problems"][0]["message"].as_str().is_some_and(|message| message.starts_with(said)));
    ran
}

#[test]
fn the_list_has_every_entry_and_marks_those_that_do_not_count() {
    let desk = desk();
    let ran = audit(&desk, &["list"]);
    let trust = |ran: &Ran| -> Vec<Value> {
        ran.line()["entries"].as_array().expect("entries").iter().map(|entry| entry["trust"].clone()).collect()
    };
    assert_eq!(trust(&ran), [Value::Null, json!("broken"), json!("behind"), json!("behind")]);
    let marks: Vec<&str> = ran.stderr.lines().skip(1).take(4).map(|line| &line[..9]).collect();
    assert_eq!(marks, ["       1 ", "!      2 ", "?      3 ", "?      4 "]);
    assert!(ran.stderr.contains("optimal, within_gap"), "{}", ran.stderr);
    assert_eq!(trust(&audit(&desk, &["list", "--from", "2026-11-18"])), [json!("behind"), json!("behind")]);
}

#[test]
fn each_entry_can_be_shown_with_its_files() {
    let desk = desk();
    for (wanted, seq, trust) in [
        ("1", 1, Value::Null),
        ("2", 2, json!("broken")),
        ("2026-11-18", 3, json!("behind")),
        ("latest", 4, json!("behind")),
    ] {
        let ran = audit(&desk, &["show", wanted, "--extract", &format!("files-{seq}")]);
        assert_eq!((&ran.line()["seq"], &ran.line()["trust"]), (&json!(seq), &trust), "{wanted}");
        assert!(desk.path().join(format!("files-{seq}/outputs/result.json")).is_file(), "{wanted}");
    }
}

#[test]
fn a_line_that_cannot_be_read_stands_in_its_place() {
    let desk = desk();
    let text = desk.read("state/ledger.jsonl").replacen("{\"actor\"", "{actor", 2).replacen("{actor", "{\"actor\"", 1);
    desk.write("state/ledger.jsonl", text);
    let said = |arguments: &[&str]| desk.pb_assign(&[&["audit"], arguments].concat());
    let listed = said(&["list", "--from", "2026-11-19"]);
    assert_eq!(listed.exit, 4);
    assert!(listed.stderr.contains("\n!      2  cannot be read\n"), "{}", listed.stderr);
    assert_eq!(listed.line()["entries"][0], json!({ "seq": 2, "trust": "broken" }));
    let shown = said(&["show", "2"]);
    assert_eq!((shown.exit, &shown.line()["seq"]), (4, &json!(2)), "{}", shown.stderr);
}

#[test]
fn a_ledger_that_holds_is_shown_as_ever() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(&["run", "--config", "desk.yaml"]).exit, 0);
    let listed = desk.pb_assign(&["audit", "list"]);
    assert_eq!(
        (listed.exit, &listed.line()["status"], &listed.line()["entries"][0]["trust"]),
        (0, &Value::Null, &Value::Null)
    );
    assert!(listed.stderr.starts_with(" entry  time, UTC  "), "{}", listed.stderr);
    let shown = desk.pb_assign(&["audit", "show", "latest"]);
    let result = fs::read(desk.path().join("out/latest/result.json")).expect("an answer");
    let digest = monitor::sha256([result.as_slice()]);
    for said in
        ["  objective  -3518.86669578, bound -3518.86669578, gap 0", &format!("  output     {digest}  result.json")]
    {
        assert!(shown.stderr.contains(said), "no {said}: {}", shown.stderr);
    }
}
