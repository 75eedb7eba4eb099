//! Gaps of an objective with strict priorities: the answer is as good as its weakest level.

use serde_json::Value;

use crate::desk::Desk;

const AS_OF: &str = "2026-03-24";

/// The demonstration desk with two levels, neither of which is proven to its end.
fn desk() -> Desk {
    let desk = Desk::demonstration();
    let objective = "objective: { weights: { financing_cost: 1 } }";
    desk.replace("desk.yaml", objective, "objective: { order: [financing_cost, margin] }");
    desk.replace("desk.yaml", "solver: { timeout: 20s, gap: 0.0001 }", "solver: { effort: 20, gap: 0.05 }");
    desk.replace("desk.yaml", "      margin: {}", "      margin: { priority: -1 }");
    let more = "desk: rates\nalerts: { gap_above: 0.0000001 }\nmonitoring: { prometheus: desk.prom }\n";
    let text = desk.read("desk.yaml");
    desk.write("desk.yaml", text + more);
    desk
}

fn run(desk: &Desk) {
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml", "--as-of", AS_OF]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
}

/// The text of the alert about the gap, where it fires.
fn fires(desk: &Desk) -> Option<String> {
    let listed = desk.pb_assign(&["alerts"]).line();
    let gap = listed["firing"].as_array()?.iter().find(|alert| alert["kind"] == "gap")?;
    Some(gap["text"].as_str()?.to_owned())
}

#[test]
fn the_largest_gap_of_the_levels_is_told_and_shown() {
    let desk = desk();
    run(&desk);
    let result: Value = serde_json::from_str(&desk.read("out/2026-03-24/result.json")).expect("JSON");
    assert_eq!(result["objective"]["gap"], Value::Null);
    let gap = |level: usize| result["objective"]["levels"][level]["gap"].as_str().expect("a gap").to_owned();
    let number = |level: usize| gap(level).parse::<f64>().expect("a number");
    assert!(0.0 < number(0) && number(0) < number(1), "{} {}", gap(0), gap(1));
    let largest = gap(1);
    assert_eq!(fires(&desk), Some(format!("the gap of {largest} at level margin is above 0.0000001")));
    for name in ["objective_gap_ratio", "objective_certified_gap_ratio"] {
        let line = format!("\npb_assign_{name}{{desk=\"rates\"}} {largest}\n");
        assert!(desk.read("desk.prom").contains(&line), "{}", desk.read("desk.prom"));
    }
    let run = desk.pb_assign(&["history"]).line()["runs"][0].clone();
    assert_eq!((&run["gap"], &run["certified_gap"]), (&largest.clone().into(), &largest.into()));
}

#[test]
fn a_gap_of_a_level_that_is_small_enough_ends_the_alert() {
    let desk = desk();
    run(&desk);
    assert!(fires(&desk).is_some());
    desk.replace("desk.yaml", "gap_above: 0.0000001", "gap_above: 0.06");
    run(&desk);
    assert_eq!(fires(&desk), None);
}
