//! `pb-assign verify`: a fresh answer holds, and no single change escapes.

use crate::desk::{Desk, Ran};

/// The starter desk with its answer published.
fn answered() -> Desk {
    answer(Desk::starter())
}

/// Without our own search: what is certified is short enough to be changed by hand.
fn answered_without_search() -> Desk {
    answer(without_search())
}

/// The same, with a limit that binds: what is certified has no prices, and is above what is reached.
fn answered_with_a_gap() -> Desk {
    let desk = without_search();
    desk.replace("desk.yaml", "leverage:       { max: 5 }", "leverage:       { max: 1.4 }");
    answer(desk)
}

fn without_search() -> Desk {
    let desk = Desk::starter();
    desk.replace("desk.yaml", "\nsolver:\n", "\nsolver:\n  backends: [highs]\n");
    desk
}

fn answer(desk: Desk) -> Desk {
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    desk
}

fn verified(desk: &Desk) -> Ran {
    let ran = desk.pb_assign(&["verify", "out/latest"]);
    assert_eq!(ran.line()["exit"], ran.exit);
    ran
}

/// Changes one thing; the check must fail and name it.
fn check(file: &str, from: &str, to: &str, says: &[&str]) {
    check_at(&answered(), file, from, to, says);
}

fn check_at(desk: &Desk, file: &str, from: &str, to: &str, says: &[&str]) {
    desk.replace(file, from, to);
    let ran = verified(desk);
    assert_eq!((ran.exit, &ran.line()["status"]), (4, &"failed".into()), "{file} {from}: {}", ran.stderr);
    for part in says {
        assert!(ran.stderr.contains(part), "{file} {from} without {part:?}: {}", ran.stderr);
    }
}

#[test]
fn a_fresh_answer_holds() {
    let ran = verified(&answered());
    let line = ran.line();
    assert_eq!((ran.exit, &line["status"], &line["counts"]["assigned"]), (0, &"verified".into(), &8.into()));
}

#[test]
fn an_answer_holds_from_any_folder_and_with_files_of_its_own() {
    let desk = Desk::starter();
    desk.write("late.csv", desk.read("trades.csv").replace("T8,", "T9,"));
    let run = desk.pb_assign(&["run", "--config", "desk.yaml", "--trades", "late.csv", "--out", "late"]);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    let given = desk.pb_assign(&["verify", "late", "--trades", "late.csv"]);
    assert_eq!(given.exit, 0, "{}", given.stderr);
    let configured = desk.pb_assign(&["verify", "late"]);
    assert_eq!(configured.exit, 4);
    assert!(configured.stderr.contains("late.csv"), "{}", configured.stderr);
    let elsewhere = tempfile::tempdir().expect("another folder");
    let first = desk.read("late/result.json");
    let absolute = |name: &str| desk.path().join(name).to_str().expect("UTF-8").to_owned();
    let (config, trades, out) = (absolute("desk.yaml"), absolute("late.csv"), absolute("late"));
    let again = ["run", "--config", &config, "--trades", &trades, "--out", &out];
    assert_eq!(crate::desk::pb_assign(elsewhere.path(), &again).exit, 0);
    assert_eq!(desk.read("late/result.json"), first, "where a run is started from is not part of its answer");
    let out = answered();
    let path = out.path().join("out/latest");
    let ran = crate::desk::pb_assign(elsewhere.path(), &["verify", path.to_str().expect("UTF-8")]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
}

#[test]
fn a_booking_moved_in_the_result_is_named() {
    check("out/latest/result.json", "\"account\": \"PB1\"", "\"account\": \"PB2\"", &["PB1", "PB2"]);
}

#[test]
fn a_booking_left_out_of_the_result_is_named() {
    let desk = answered();
    let mut result: serde_json::Value = serde_json::from_str(&desk.read("out/latest/result.json")).expect("JSON");
    result["assignments"].as_array_mut().expect("assignments").remove(2);
    desk.write("out/latest/result.json", result.to_string());
    let ran = verified(&desk);
    assert_eq!(ran.exit, 4);
    assert!(ran.stderr.contains("T3"), "{}", ran.stderr);
}

#[test]
fn a_metric_changed_in_the_result_is_named() {
    let desk = answered();
    let mut result: serde_json::Value = serde_json::from_str(&desk.read("out/latest/result.json")).expect("JSON");
    for key in ["initial", "final", "max", "headroom"] {
        let mut changed = result.clone();
        let margin = changed["metrics"].as_array_mut().expect("metrics").iter_mut();
        let margin = margin.into_iter().find(|entry| entry["metric"] == "margin").expect("margin");
        assert!(margin[key].is_string(), "{margin}");
        margin[key] = "823876".into();
        desk.write("out/latest/result.json", changed.to_string());
        let ran = verified(&desk);
        assert_eq!(ran.exit, 4, "{key}");
        assert!(ran.stderr.contains("margin") && ran.stderr.contains("823876"), "{key}: {}", ran.stderr);
    }
    result["objective"]["value"] = "-1".into();
    desk.write("out/latest/result.json", result.to_string());
    assert!(verified(&desk).stderr.contains("objective"));
}

#[test]
fn a_booking_changed_in_the_spreadsheet_is_named() {
    check("out/latest/assignments.csv", "T1,PB", "T1,XB", &["assignments.csv"]);
    check("out/latest/assignments.csv", ",buy,", ",sell,", &["assignments.csv"]);
    check("out/latest/assignments.csv", "10000000", "10000001", &["assignments.csv"]);
}

#[test]
fn a_metric_changed_in_the_spreadsheet_is_named() {
    check("out/latest/metrics.csv", "5000000", "5000001", &["metrics.csv"]);
    check("out/latest/metrics.csv", "none", "caused", &["metrics.csv"]);
}

#[test]
fn a_limit_changed_in_the_configuration_is_named() {
    check("desk.yaml", "margin:         { max: 9000000 }", "margin:         { max: 9000001 }", &["margin", "9000001"]);
}

#[test]
fn a_coefficient_changed_since_is_named() {
    check("coefficients.csv", "0.00068", "0.00069", &["coefficients.csv", "dv01"]);
    check("desk.yaml", "{long: 0.02, short: 0.03}", "{long: 0.021, short: 0.03}", &["margin"]);
}

#[test]
fn a_price_changed_in_the_trades_is_named() {
    check("trades.csv", "99.53125", "99.53126", &["trades.csv has changed since"]);
}

#[test]
fn a_position_changed_since_is_named() {
    check("positions.csv", "4000000,101.40", "4000001,101.40", &["positions.csv has changed since"]);
}

const CERTIFICATE: &str = "out/latest/certificate.json";
const RESULT: &str = "out/latest/result.json";

/// A published number of the objective.
fn number(desk: &Desk, key: &str) -> String {
    let result: serde_json::Value = serde_json::from_str(&desk.read(RESULT)).expect("JSON");
    result["objective"][key].as_str().unwrap_or_else(|| panic!("no {key}: {result}")).to_owned()
}

#[test]
fn a_certified_bound_lowered_in_the_result_is_named() {
    let desk = answered_with_a_gap();
    let (value, certified) = (number(&desk, "value"), number(&desk, "certified_bound"));
    desk.replace(
        RESULT,
        &format!("\"certified_bound\": \"{certified}\""),
        &format!("\"certified_bound\": \"{value}\""),
    );
    desk.replace(RESULT, &number(&desk, "certified_gap"), "0");
    let ran = verified(&desk);
    let says = format!("the certified bound is published as {value}, the certificate gives {certified}");
    assert_eq!(ran.exit, 4);
    assert!(ran.stderr.contains(&says), "{}", ran.stderr);
}

#[test]
fn a_certified_gap_changed_in_the_result_is_named() {
    let desk = answered_with_a_gap();
    desk.replace(RESULT, "\"certified_gap\": \"0.", "\"certified_gap\": \"0.0");
    let ran = verified(&desk);
    assert_eq!(ran.exit, 4);
    assert!(ran.stderr.contains("the certified gap is stated as"), "{}", ran.stderr);
}

fn check_certificate(from: &str, to: &str, says: &[&str]) {
    check_at(&answered_without_search(), CERTIFICATE, from, to, says);
}

fn check_certificate_at(replaced: &[(&str, &str)], says: &[&str]) {
    let (last, first) = replaced.split_last().expect("something to replace");
    let desk = answered_without_search();
    first.iter().for_each(|(from, to)| desk.replace(CERTIFICATE, from, to));
    check_at(&desk, CERTIFICATE, last.0, last.1, says);
}

#[test]
fn a_certificate_that_does_not_give_the_certified_numbers_is_named() {
    let with = |room: &str, price: &str| {
        format!(
            r#""rooms": [{room}], "price_lists": [
      {{"shadow_prices":[[0,"{price}"]]}}"#
        )
    };
    let lists = "\"price_lists\": [\n      {}";
    let margin = r#"{"limit":{"account":"PB1","metric":"margin","bound":"max","part":"limit"}}"#;
    check_certificate(lists, &with(margin, "1"), &["certificate.json", "the certified bound is published as"]);
    check_certificate(lists, &with(&margin.replace("margin", "mergin"), "1"), &["nothing of that kind", "mergin"]);
    check_certificate(lists, &with(margin, "-1"), &["below 0"]);
    let changes = with(r#"{"max_changes":{}}"#, "1");
    check_certificate(lists, &changes, &["a price is stated for the number of changes", "nothing of that kind"]);
    check_certificate(r#""prices":0"#, r#""prices":1"#, &["price list 1, which is not there"]);
    let booking = r#""bookings": [{"trade_id":"T1","account":"PB1"}], "price_lists""#;
    check_certificate_at(
        &[(r#""price_lists""#, booking), (r#"{"leaf""#, r#"{"branch":0},{"leaf""#)],
        &["the tree ends"],
    );
    let nowhere = "the certificate shows nothing: bookings has 0 entries, and there is a reference to 0";
    check_certificate(r#"{"leaf""#, r#"{"branch":0},{"leaf""#, &[nowhere]);
    check_certificate(r#""run_id": ""#, r#""run_id": "0"#, &["certificate.json belongs to the run 0"]);
    let desk = answered_without_search();
    std::fs::remove_file(desk.path().join(CERTIFICATE)).expect("a certificate to remove");
    let ran = verified(&desk);
    assert!(ran.exit == 4 && ran.stderr.contains("the certificate gives nothing"), "{}", ran.stderr);
}

#[test]
fn a_certificate_that_cannot_be_read_is_told_from_one_that_shows_nothing() {
    let desk = answered_without_search();
    desk.replace(CERTIFICATE, "certificate/2", "certificate/1");
    let ran = verified(&desk);
    let says = "unknown variant `pb-assign/certificate/1`, expected `pb-assign/certificate/2`";
    let said = ran.stderr.contains("failed to read certificate.json") && ran.stderr.contains(says);
    assert!(ran.exit == 2 && said, "{}: {}", ran.exit, ran.stderr);
}

#[test]
fn infeasibility_is_certified_by_its_certificate_alone() {
    let desk = without_search();
    desk.replace("desk.yaml", "equity:         { min: 5000000 }", "equity:         { min: 999999999 }");
    assert_eq!(desk.pb_assign(&["run", "--config", "desk.yaml"]).exit, 4);
    assert_eq!(verified(&desk).exit, 0);
    let (certificate, result) = (desk.read(CERTIFICATE), desk.read(RESULT));
    desk.replace(RESULT, "\"infeasibility\": \"certified\"", "\"infeasibility\": \"claimed\"");
    assert!(verified(&desk).stderr.contains("not called certified"));
    desk.write(RESULT, result);
    desk.replace(CERTIFICATE, "[[0,\"1\"]]", "[[0,\"0\"]]");
    let ran = verified(&desk);
    assert_eq!(ran.exit, 4);
    assert!(ran.stderr.contains("do not show that it has no plan"), "{}", ran.stderr);
    desk.write(CERTIFICATE, certificate);
    assert_eq!(verified(&desk).exit, 0);
}

#[test]
fn files_that_are_others_than_the_run_read_are_told_from_an_answer_that_was_changed() {
    let desk = answered();
    let id = desk.pb_assign(&["audit", "show", "1"]).line()["entry"]["run_id"].as_str().expect("a name").to_owned();
    desk.replace("desk.yaml", "leverage:       { max: 5 }", "leverage:       { max: 6 }");
    let ran = verified(&desk);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!((ran.exit, &ran.line()["reason"]), (4, &"other_inputs".into()));
    assert!(lines[0].starts_with("the answer in out/latest cannot be checked:"), "{}", lines[0]);
    // The way out comes first, then what differs, then what follows from that.
    assert!(lines[1].contains(&format!("audit show {id} --state DIR --extract was")), "{}", lines[1]);
    assert!(lines[2].contains("desk.yaml has SHA-256 ") && lines[2].contains("and the run read desk.yaml with "));
    assert_eq!(lines[3], "From the files that are there now, this does not follow:");
    // Where the files are the same, they are not the reason.
    let desk = answered();
    desk.replace("out/latest/result.json", "\"PB1\"", "\"PB2\"");
    let ran = verified(&desk);
    assert_eq!((ran.exit, &ran.line()["reason"]), (4, &"failed".into()));
    assert!(ran.stderr.starts_with("the answer in out/latest does not hold:\n"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hint:"), "{}", ran.stderr);
}

#[test]
fn a_remark_in_the_configuration_is_another_file_and_no_number_is_doubted() {
    let desk = answered();
    let text = desk.read("desk.yaml");
    desk.write("desk.yaml", format!("{text}# looked at\n"));
    let ran = verified(&desk);
    assert_eq!((ran.exit, &ran.line()["reason"]), (4, &"other_inputs".into()));
    assert!(
        ran.stderr.contains("Every number of the answer follows from the files that are there now"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("does not"), "{}", ran.stderr);
}

#[test]
fn a_file_that_is_gone_leaves_an_answer_unchecked() {
    let desk = Desk::starter();
    desk.write("plan.csv", "trade_id,account\nT1,PB1\n");
    desk.replace(
        "desk.yaml",
        "\nsolver:\n",
        "\nobjective: { keep: { plan: plan.csv, cost_per_change: 1 } }\nsolver:\n",
    );
    let desk = answer(desk);
    std::fs::rename(desk.path().join("plan.csv"), desk.path().join("old.csv")).expect("it moves");
    let ran = verified(&desk);
    assert_eq!((ran.exit, &ran.line()["reason"]), (4, &"other_inputs".into()), "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot be checked") && ran.stderr.contains("plan.csv"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("nothing was assigned"), "{}", ran.stderr);
}

#[test]
fn an_answer_without_one_of_its_files_is_incomplete() {
    for file in ["result.json", "assignments.csv", "metrics.csv", "run.json"] {
        let desk = answered();
        std::fs::remove_file(desk.path().join("out/latest").join(file)).expect("a file to remove");
        let ran = verified(&desk);
        assert_eq!((ran.exit, &ran.line()["reason"]), (4, &"incomplete".into()), "{file}: {}", ran.stderr);
        let said = format!("the answer in out/latest is incomplete: {file} is not there\n");
        assert!(ran.stderr.starts_with(&said), "{}", ran.stderr);
    }
    // A folder that has none of them is no answer.
    let ran = Desk::starter().pb_assign(&["verify", "."]);
    assert_eq!((ran.exit, &ran.line()["reason"]), (2, &"configuration".into()));
}

#[test]
fn the_configuration_that_was_read_is_named_also_in_a_copied_desk() {
    let desk = answered();
    let copy = tempfile::tempdir().expect("another folder");
    let copied = copy.path().join("latest");
    std::fs::create_dir(&copied).expect("a folder");
    for file in std::fs::read_dir(desk.path().join("out/latest")).expect("an answer") {
        let file = file.expect("a file").path();
        std::fs::copy(&file, copied.join(file.file_name().expect("a name"))).expect("a copy");
    }
    let ran = crate::desk::pb_assign(copy.path(), &["verify", "latest"]);
    let config = desk.path().join("desk.yaml").display().to_string();
    assert_eq!((ran.exit, &ran.line()["config"]), (0, &config.clone().into()));
    assert!(ran.stderr.ends_with(&format!("\nThe configuration is {config}.\n")), "{}", ran.stderr);
    desk.replace("desk.yaml", "leverage:       { max: 5 }", "leverage:       { max: 6 }");
    let ran = crate::desk::pb_assign(copy.path(), &["verify", "latest"]);
    assert_eq!((ran.exit, &ran.line()["config"]), (4, &config.into()));
}
