//! `pb-assign replay`: a run that the clock cut gives the same bytes again, and what differs is named.

use serde_json::{Value, json};

use crate::desk::{Desk, Ran};
use crate::folder::everything;

const RUN_JSON: &str = "out/2026-03-24/run.json";
const RESULT: &str = "out/2026-03-24/result.json";

/// The demonstration desk with these settings of the solver, run; where they leave it no time, without a plan.
fn ran(solver: &str) -> Desk {
    let desk = Desk::demonstration();
    with_solver(&desk, solver);
    let ran = run(&desk);
    assert!([0, 4].contains(&ran.exit), "{}", ran.stderr);
    desk
}

fn with_solver(desk: &Desk, solver: &str) {
    let text = desk.read("desk.yaml");
    let mut kept: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        inside = line.starts_with("solver:") || (inside && line.starts_with([' ', '#']));
        if !inside {
            kept.push(line);
        }
    }
    desk.write("desk.yaml", format!("{}\nsolver: {solver}\n", kept.join("\n")));
}

fn run(desk: &Desk) -> Ran {
    desk.pb_assign(&["run", "--config", "desk.yaml", "--as-of", "2026-03-24"])
}

fn replayed(desk: &Desk) -> Ran {
    let before = everything(desk.path());
    let ran = desk.pb_assign(&["replay", "--run", "out/2026-03-24"]);
    assert!(everything(desk.path()) == before, "something was written");
    assert_eq!(ran.line()["exit"], ran.exit);
    ran
}

fn document(desk: &Desk, file: &str) -> Value {
    serde_json::from_str(&desk.read(file)).expect("JSON")
}

/// A limit that is over before the first round is, so that the clock cuts wherever it can.
const AT_ONCE: &str = "{ timeout: 1ms, gap: 0, backends: [search] }";
/// Enough to have a plan, and not enough to prove it.
const TWELVE_ROUNDS: &str = "{ effort: 12, gap: 0 }";

#[test]
fn what_the_clock_cut_is_cut_there_again() {
    let desk = ran(AT_ONCE);
    let record = document(&desk, RUN_JSON);
    assert_eq!((&record["searches"][0]["stop"], &record["repeatable"]), (&"clock".into(), &true.into()), "{record}");
    assert_eq!(record["searches"][0]["cuts"][0], 1);
    assert_eq!(record["work"]["search_rounds"], record["searches"][0]["rounds"]);
    let ran = replayed(&desk);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let line = ran.line();
    assert_eq!((&line["replay"], &line["asked_again"]), (&"same".into(), &json!([])));
    assert_eq!(line["compared"], json!(["result.json", "certificate.json"]));
}

#[test]
fn other_cuts_give_another_answer_and_each_difference_is_named() {
    let desk = ran(TWELVE_ROUNDS);
    let mut record = document(&desk, RUN_JSON);
    record["searches"][0]["cuts"] = json!([1, 2, 3, 4]);
    desk.write(RUN_JSON, record.to_string());
    let ran = replayed(&desk);
    assert_eq!(ran.exit, 4, "{}", ran.stderr);
    let bookings = document(&desk, RESULT)["assignments"].as_array().map_or(0, Vec::len);
    let last = document(&desk, RESULT)["assignments"][bookings - 1].clone();
    let gone = json!({ "file": "result.json", "pointer": format!("/assignments/{}", bookings - 1), "was": last });
    let value = document(&desk, RESULT)["metrics"][0]["final"].clone();
    let changed = format!("result.json: /metrics/0/final was {value} and is null");
    assert!(ran.stderr.contains(&changed) && ran.stderr.contains(" more below /assignments, all"), "{}", ran.stderr);
    let differences = ran.line()["differences"].as_array().expect("a list").clone();
    assert!(differences.contains(&gone), "{gone}: {differences:?}");
}

#[test]
fn an_answer_that_was_changed_is_not_the_same() {
    let desk = ran(TWELVE_ROUNDS);
    let id = document(&desk, RESULT)["run_id"].clone();
    desk.replace(RESULT, id.as_str().expect("a name"), "0000");
    let ran = replayed(&desk);
    assert_eq!(ran.exit, 4);
    assert!(ran.stderr.contains(&format!("result.json: /run_id was \"0000\" and is {id}")), "{}", ran.stderr);
    desk.replace(RESULT, "0000", id.as_str().expect("a name"));
    desk.write(RESULT, format!("{}\n", desk.read(RESULT)));
    assert!(replayed(&desk).stderr.contains("result.json: the values are the same, and the bytes are not"));
}

#[test]
fn other_files_than_the_run_had_are_refused_with_both_digests() {
    let desk = ran(TWELVE_ROUNDS);
    let recorded = document(&desk, RUN_JSON)["read"].clone();
    for (index, file) in [(0, "desk.yaml"), (1, "inbox/2026-03-24/trades.csv")] {
        let text = desk.read(file);
        desk.write(file, format!("{text}\n"));
        let ran = replayed(&desk);
        assert_eq!(ran.exit, 2, "{file}: {}", ran.stderr);
        let sha256 = recorded[index]["sha256"].as_str().expect("a digest");
        assert!(ran.stderr.contains(sha256) && ran.stderr.contains(file), "{file}: {}", ran.stderr);
        desk.write(file, text);
    }
    assert_eq!(replayed(&desk).exit, 0);
}

#[test]
fn files_of_the_command_line_are_given_again() {
    let desk = ran(TWELVE_ROUNDS);
    desk.write("late.csv", desk.read("inbox/2026-03-24/trades.csv"));
    let config = ["--config", "desk.yaml", "--as-of", "2026-03-24"];
    let late = ["--trades", "late.csv"];
    assert_eq!(desk.pb_assign(&[&["run", "--out", "late"][..], &config, &late].concat()).exit, 0);
    let again = desk.pb_assign(&[&["replay", "--run", "late"][..], &config, &late].concat());
    assert_eq!(again.exit, 0, "{}", again.stderr);
}

#[test]
fn an_effort_is_counted_whatever_the_clock_says() {
    let answer = |timeout: &str| {
        let desk = ran(&format!("{{ timeout: {timeout}, effort: 12, gap: 0 }}"));
        let record = document(&desk, RUN_JSON);
        let search = &record["searches"][0];
        assert_eq!((&search["rounds"], &search["stop"]), (&12.into(), &"effort".into()), "{record}");
        assert_eq!((&record["others"], &record["repeatable"]), (&json!([]), &true.into()));
        assert_eq!(replayed(&desk).exit, 0);
        desk.read("out/2026-03-24/assignments.csv")
    };
    assert_eq!(answer("1ms"), answer("1h"));
}

#[test]
fn each_level_has_its_search_and_each_is_cut_where_it_was() {
    let desk = Desk::demonstration();
    with_solver(&desk, TWELVE_ROUNDS);
    desk.replace(
        "desk.yaml",
        "objective: { weights: { financing_cost: 1 } }",
        "objective: { order: [financing_cost] }",
    );
    desk.replace("desk.yaml", "margin: {}", "margin: { priority: -0.0001 }");
    let ran = run(&desk);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let levels = document(&desk, RESULT)["objective"]["levels"].clone();
    let searches = document(&desk, RUN_JSON)["searches"].clone();
    assert_eq!([levels, searches].map(|list| list.as_array().map(Vec::len)), [Some(2), Some(2)]);
    assert_eq!(replayed(&desk).exit, 0);
}

#[test]
fn what_another_solver_said_to_the_search_is_said_again() {
    let desk = Desk::demonstration();
    with_solver(&desk, "{ timeout: 10s, backends: [search, highs] }");
    desk.replace("desk.yaml", "issuer_att: { max: 12500000", "issuer_att: { max: 1");
    desk.replace("desk.yaml", "issuer_att: { max: 20000000", "issuer_att: { max: 1");
    desk.replace("desk.yaml", "issuer_att: { max: 30000000", "issuer_att: { max: 1");
    assert_eq!(run(&desk).exit, 4);
    let mut record = document(&desk, RUN_JSON);
    let trades = desk.read("inbox/2026-03-24/trades.csv").lines().count() - 1;
    let nearest = &record["searches"][0]["last_word"]["infeasible"]["nearest"];
    assert_eq!((&record["repeatable"], nearest.as_array().map(Vec::len)), (&true.into(), Some(trades)));
    let again = replayed(&desk);
    assert_eq!((again.exit, &again.line()["from_record"]), (0, &json!(["highs"])), "{}", again.stderr);
    assert!(
        again.stderr.contains("What highs said was not asked again but taken from its run.json"),
        "{}",
        again.stderr
    );
    // What is on record is part of the answer, and what is no plan of this day is refused.
    record["searches"][0]["last_word"] = json!({ "infeasible": { "nearest": null } });
    desk.write(RUN_JSON, record.to_string());
    assert_eq!(replayed(&desk).exit, 4);
    record["searches"][0]["last_word"] = json!({ "infeasible": { "nearest": ["PB1"] } });
    desk.write(RUN_JSON, record.to_string());
    let refused = replayed(&desk);
    assert!(
        refused.stderr.contains("has a plan in its searches that is none of this day's trades"),
        "{}",
        refused.stderr
    );
}

#[test]
fn what_another_solver_did_is_not_called_repeatable() {
    let desk = ran("{ gap: 0.01, backends: [highs] }");
    let record = document(&desk, RUN_JSON);
    assert_eq!((&record["searches"], &record["repeatable"]), (&json!([]), &false.into()));
    assert_eq!(record["others"][0]["backend"], "highs");
    let ran = replayed(&desk);
    assert_eq!((ran.exit, &ran.line()["asked_again"]), (0, &json!(["highs"])), "{}", ran.stderr);
    assert!(ran.stderr.contains("The counts do not repeat the work of highs"), "{}", ran.stderr);
    desk.replace(RESULT, "\"gap\": \"", "\"gap\": \"1");
    let ran = replayed(&desk);
    assert!(ran.exit == 4 && ran.stderr.contains("(highs had a part in it"), "{}", ran.stderr);
}
