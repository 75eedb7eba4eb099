//! The same run again: how things stand, and whether what was published is still there.

use serde_json::{Value, json};

use crate::desk::{Desk, Ran};

fn run(desk: &Desk) -> Ran {
    desk.pb_assign(&["run", "--config", "desk.yaml"])
}

/// The starter desk with limits that no assignment keeps, and somebody who is told.
fn infeasible() -> Desk {
    let desk = Desk::starter();
    desk.replace("desk.yaml", "margin:         { max: 9000000 }", "margin:         { max: 1000 }");
    let text = desk.read("desk.yaml");
    desk.write(
        "desk.yaml",
        format!("{text}\nalerts: {{ channels: [{{ name: log, service: file, path: log.jsonl }}] }}\n"),
    );
    desk
}

#[test]
fn a_rerun_says_first_how_the_run_had_ended() {
    for (desk, exit) in [(infeasible(), 4), (Desk::starter(), 0)] {
        let first = run(&desk);
        let again = run(&desk);
        assert_eq!((first.exit, again.exit, &again.line()["rerun"]), (exit, exit, &json!(true)));
        let outcome = first.stderr.lines().next().expect("an outcome");
        assert_eq!(again.stderr.lines().next().map(|line| line.starts_with(outcome)), Some(true), "{}", again.stderr);
        assert!(again.stderr.contains("The same run is in the ledger as entry 1"), "{}", again.stderr);
        assert_eq!(again.line()["objective"], first.line()["objective"]);
    }
}

#[test]
fn a_folder_that_is_not_as_published_is_told_and_replaced() {
    let desk = Desk::starter();
    assert_eq!(run(&desk).exit, 0);
    let published = desk.read("out/latest/assignments.csv");
    desk.replace("out/latest/assignments.csv", "T1,PB", "T1,XB");
    std::fs::remove_file(desk.path().join("out/latest/metrics.csv")).expect("a file to remove");
    let ran = run(&desk);
    assert_eq!((ran.exit, &ran.line()["rerun"]), (0, &Value::Null), "{}", ran.stderr);
    let said = "out/latest is not as entry 1 published it: assignments.csv, metrics.csv. The run is done anew";
    assert_eq!(ran.stderr.matches(said).count(), 1, "{}", ran.stderr);
    assert_eq!(desk.read("out/latest/assignments.csv"), published);
    // A folder that was cleared away, and one that another run has replaced since, are as they should be.
    std::fs::remove_dir_all(desk.path().join("out")).expect("a folder to remove");
    assert!(!run(&desk).stderr.contains("is not as entry"));
    let text = desk.read("desk.yaml");
    desk.write("desk.yaml", format!("{text}# another\n"));
    assert_eq!(run(&desk).exit, 0);
    desk.write("desk.yaml", text);
    let back = run(&desk);
    assert!(back.exit == 0 && !back.stderr.contains("is not as entry"), "{}", back.stderr);
}

#[test]
fn the_alert_of_a_failed_day_names_the_limit_that_is_worst() {
    let desk = infeasible();
    assert_eq!(run(&desk).exit, 4);
    let result: Value = serde_json::from_str(&desk.read("out/latest/result.json")).expect("JSON");
    let conflict = result["diagnostics"]["conflict"].as_array().expect("limits");
    assert_eq!((conflict.len(), &conflict[0]["metric"]), (1, &json!("margin")), "{conflict:?}");
    let short: f64 = conflict[0]["shortfall"].as_str().expect("a number").parse().expect("a number");
    // 1,234,567: whole, with separators.
    let digits = format!("{short:.0}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).expect("digits")).collect();
    let text =
        format!("the run ended without an assignment: infeasible: PB1 margin max 1,000, short by {}", groups.join(","));
    let told = || -> Vec<Value> {
        desk.read("log.jsonl").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    assert_eq!(told()[0]["text"], text);
    desk.replace("desk.yaml", "margin:         { max: 1000 }", "margin:         { max: 9000000 }");
    assert_eq!(run(&desk).exit, 0);
    assert_eq!((&told()[1]["change"], &told()[1]["text"]), (&json!("resolved"), &json!(format!("was: {text}"))));
}
