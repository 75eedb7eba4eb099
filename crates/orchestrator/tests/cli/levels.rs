//! An order of strict priorities from the files to their check: every level is certified, and no item of that can be
//! changed without being found.

use serde_json::{Value, json};

use crate::desk::{Desk, Ran};

const CERTIFICATE: &str = "out/latest/certificate.json";
const RESULT: &str = "out/latest/result.json";

/// The starter desk: less financing cost comes first, and of that 500 may go to more gross exposure.
fn answered() -> Desk {
    let desk = Desk::starter();
    desk.replace(
        "desk.yaml",
        "\nsolver:\n",
        "\nobjective: { order: [{ metric: financing_cost, give_up: 500 }] }\nsolver:\n  effort: 300\n",
    );
    for _ in 0..2 {
        desk.replace("desk.yaml", "      gross:          {}\n", "      gross:          { priority: 0.001 }\n");
    }
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    desk
}

fn document(desk: &Desk, file: &str) -> Value {
    serde_json::from_str(&desk.read(file)).expect("JSON")
}

fn verified(desk: &Desk) -> Ran {
    desk.pb_assign(&["verify", "out/latest"])
}

/// Changes one thing of a file; the check must fail and say so, and hold again afterwards.
fn check(desk: &Desk, file: &str, edit: impl Fn(&mut Value), says: &str) {
    let before = desk.read(file);
    let mut changed = document(desk, file);
    edit(&mut changed);
    desk.write(file, changed.to_string());
    let ran = verified(desk);
    assert_eq!(ran.exit, 4, "{says}: {}", ran.stderr);
    assert!(ran.stderr.contains(says), "without {says:?}: {}", ran.stderr);
    desk.write(file, before);
}

#[test]
fn every_level_is_certified_and_the_run_can_be_repeated() {
    let desk = answered();
    let result = document(&desk, RESULT);
    let levels = result["objective"]["levels"].as_array().expect("levels");
    assert_eq!(levels.len(), 2);
    for level in levels {
        assert_eq!((&level["reason"], &level["certified_gap"]), (&json!("proven"), &json!("0")), "{level}");
        assert_eq!(level["certified_bound"], level["bound"]);
    }
    assert_ne!(levels[0]["given_up"], "0", "something is given up, so that the best plan is another one");
    assert_eq!(result["objective"]["certified_bound"], Value::Null);
    assert_eq!((result["status"].as_str(), result["reason"].as_str()), (Some("optimal"), Some("proven")));
    let ran = verified(&desk);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let again = desk.pb_assign(&["replay", "--run", "out/latest"]);
    assert_eq!((again.exit, &again.line()["replay"]), (0, &json!("same")), "{}", again.stderr);
}

#[test]
fn a_changed_certificate_of_a_level_is_named() {
    let desk = answered();
    let with = |edit: fn(&mut Value), says: &str| check(&desk, CERTIFICATE, edit, says);
    with(|all| all["levels"][1]["floors"][0]["least"] = json!("-4000"), "leaves out what has less than -4000");
    with(|all| all["levels"][1]["floors"][0]["least"] = json!("-4500"), "level the rest");
    with(|all| all["levels"][1]["floors"] = json!([]), "a price is stated for the floor of level financing_cost");
    with(|all| all["levels"][1]["certificate"]["price_lists"] = json!([{}]), "which is not there");
    with(
        |all| {
            for list in all["levels"][1]["certificate"]["price_lists"].as_array_mut().expect("lists") {
                list["shadow_prices"] = json!([]);
            }
        },
        "the certified bound of level the rest is published as",
    );
    with(|all| all["levels"][0]["best"] = json!([]), "the best value of level financing_cost is published as");
    with(
        |all| all["levels"][0]["best"][0]["account"] = json!("PB9"),
        "the best assignment of level financing_cost: trade",
    );
    with(
        |all| drop(all["levels"].as_array_mut().expect("levels").remove(0)),
        "the certificate is about the levels [the rest], and [financing_cost, the rest] are published",
    );
    with(|all| all["levels"][0]["metric"] = json!("gross"), "the certificate is about the levels [gross, the rest]");
    with(
        |all| all["levels"][0]["certificate"] = all["levels"][1]["certificate"].clone(),
        "certificate.json: the certificate of level financing_cost shows nothing",
    );
    with(|all| drop(all.as_object_mut().expect("a document").remove("levels")), "the certificate gives nothing");
    assert_eq!(verified(&desk).exit, 0);
}

#[test]
fn a_changed_level_is_named() {
    let desk = answered();
    let with = |key: &str, value: Value, says: &str| {
        let edit = |all: &mut Value| all["objective"]["levels"][0][key] = value.clone();
        check(&desk, RESULT, edit, says);
    };
    with("certified_bound", json!("-3500"), "the certified bound of level financing_cost is published as -3500");
    with("certified_bound", json!("-3600"), "level financing_cost of the objective is said not to exceed -3600");
    with("certified_bound", Value::Null, "the certified gap of level financing_cost is stated as 0 and is none");
    with("certified_gap", json!("0.1"), "the certified gap of level financing_cost is stated as 0.1 and is 0");
    with("bound", json!("-3500"), "the bound of level financing_cost is published as -3500, and");
    with("given_up", json!("300"), "the best value of level financing_cost is published as");
}

#[test]
fn a_result_without_certified_levels_is_still_read() {
    let desk = answered();
    let mut result = document(&desk, RESULT);
    for level in result["objective"]["levels"].as_array_mut().expect("levels") {
        let level = level.as_object_mut().expect("a level");
        level.remove("certified_bound");
        level.remove("certified_gap");
    }
    desk.write(RESULT, result.to_string());
    std::fs::remove_file(desk.path().join(CERTIFICATE)).expect("a certificate to remove");
    let ran = verified(&desk);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
}
