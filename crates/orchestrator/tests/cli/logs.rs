//! Logs: a line a stage, for people or as JSON, and never on standard output.

use serde_json::Value;

use crate::desk::{Desk, Ran};

const STAGES: [&str; 8] = ["configuration", "load", "metrics", "constraints", "solve", "certify", "evaluate", "verify"];

fn run(more: &[&str]) -> Ran {
    let ran = Desk::starter().pb_assign(&[&["run", "--config", "desk.yaml"], more].concat());
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    ran
}

fn events(ran: &Ran) -> Vec<Value> {
    let json = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON, {error}: {line}"));
    ran.stderr.lines().map(json).collect()
}

#[test]
fn every_line_of_a_json_log_is_json_with_the_stage_it_belongs_to() {
    let ran = run(&["--log", "json", "--log-level", "info"]);
    ran.line();
    let events = events(&ran);
    let done = events.iter().filter(|event| event["message"] == "done");
    let stages: Vec<&str> = done.map(|event| event["span"]["stage"].as_str().unwrap_or("none")).collect();
    assert_eq!(stages, STAGES);
    assert!(events.iter().all(|event| event["level"].is_string() && event["message"].is_string()), "{}", ran.stderr);
    let read = events.iter().find(|event| event["message"] == "read the day's files").expect("what was read");
    assert_eq!((&read["trades"], &read["span"]["stage"]), (&8.into(), &"load".into()));
    assert!(!ran.stderr.contains("\"name\":\"run\",\"name\""));
}

#[test]
fn the_verdict_is_an_event_of_a_json_log() {
    let ran = run(&["--log", "json"]);
    let [verdict] = events(&ran).try_into().expect("one line");
    assert!(verdict["message"].as_str().is_some_and(|text| text.starts_with("Optimal, proven:")), "{verdict}");
}

#[test]
fn a_refusal_is_an_event_of_a_json_log() {
    let ran = Desk::starter().pb_assign(&["run", "--config", "none.yaml", "--log", "json"]);
    assert_eq!(ran.exit, 2);
    let [refusal] = events(&ran).try_into().expect("one line");
    assert!(refusal["message"].as_str().is_some_and(|text| text.contains("C004")), "{refusal}");
}

#[test]
fn a_log_for_people_is_plain_text_with_a_line_a_stage() {
    let ran = run(&["--log-level", "info"]);
    let log: Vec<&str> = ran.stderr.lines().filter(|line| line.trim_start().starts_with("INFO")).collect();
    // Nor how much work it was.
    let without_times = |line: &str| {
        let words = line.split(' ').filter(|word| !word.starts_with("elapsed_ms=") && !word.starts_with("nodes="));
        words.collect::<Vec<_>>().join(" ")
    };
    insta::assert_snapshot!(log.iter().map(|line| without_times(line)).collect::<Vec<_>>().join("\n"), @r#"
    INFO run{stage=configuration}: done
    INFO run{stage=load}: read the day's files trades=8 positions=6 coefficients=6
    INFO run{stage=load}: done
    INFO run{stage=metrics}: done
    INFO run{stage=constraints}: done
    INFO stated the problem accounts=2 rows=12 net_positions=3
    INFO run{stage=solve}: solver call purpose="search" backend="search" stop="finished" rows=12 columns=15
    INFO run{stage=solve}: done
    INFO run{stage=certify}: done
    INFO run{stage=evaluate}: done
    INFO run{stage=verify}: done
    INFO published out=out/latest
    "#);
}

#[test]
fn a_quiet_run_logs_nothing() {
    let ran = run(&[]);
    assert!(ran.stderr.starts_with("Optimal, proven: 8 trades booked at 2 accounts"), "{}", ran.stderr);
}
