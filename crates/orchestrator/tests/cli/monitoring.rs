//! The file of metrics, and the rules and the dashboard that are made for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::desk::{Desk, command, finish};

/// The starter desk with a file of metrics.
fn desk() -> Desk {
    let desk = Desk::starter();
    let text = desk.read("desk.yaml");
    desk.write(
        "desk.yaml",
        format!("{text}\ndesk: \"the \\\"rates\\\" desk\"\nmonitoring: {{ prometheus: metrics/pb.prom }}\n"),
    );
    desk
}

fn run(desk: &Desk, more: &[&str]) -> i32 {
    finish(command(desk.path(), &[&["run", "--config", "desk.yaml"], more].concat())).exit
}

/// The samples of a file, by name and labels; checked for its form on the way.
fn samples(text: &str) -> BTreeMap<String, String> {
    let (mut samples, mut declared) = (BTreeMap::new(), BTreeSet::new());
    let mut current = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a name and a help");
            assert!(declared.insert(name), "{name} is declared twice");
            assert!(help.ends_with('.'), "{help}");
            current = name;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert_eq!(rest, format!("{current} gauge"));
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a series and a value");
            assert!(series.starts_with(&format!("{current}{{desk=\"the \\\"rates\\\" desk\"")), "{series}");
            assert!(value.parse::<f64>().is_ok(), "{value}");
            assert_eq!(samples.insert(series.to_owned(), value.to_owned()), None, "{series} stands there twice");
        }
    }
    let known: BTreeSet<String> = monitor::metrics::names().collect();
    assert!(declared.iter().all(|name| known.contains(*name)));
    samples
}

/// The value of a metric with labels besides the desk.
fn value(desk: &Desk, name: &str, labels: &str) -> Option<String> {
    let series = format!("pb_assign_{name}{{desk=\"the \\\"rates\\\" desk\"{labels}}}");
    samples(&desk.read("metrics/pb.prom")).get(&series).cloned()
}

#[test]
fn a_run_says_how_it_went() {
    let desk = desk();
    desk.replace("desk.yaml", "gross:          {}", "gross:          { max: 1, on_breach: report_only }");
    assert_eq!(run(&desk, &["--as-of", "2024-11-20"]), 0);
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(value(&desk, "last_run_exit_code", ""), text("0"));
    assert_eq!(value(&desk, "last_run_trades", ""), text("8"));
    assert_eq!(value(&desk, "last_run_assigned_trades", ""), text("8"));
    assert_eq!(value(&desk, "last_run_breached_limits", ""), text("1"));
    assert_eq!(value(&desk, "limit_breached", ",account=\"PB1\",metric=\"gross\",breach=\"inherited\""), text("1"));
    assert_eq!(value(&desk, "alerts_firing", ""), text("1"));
    assert_eq!(value(&desk, "last_run_as_of_timestamp_seconds", ""), text("1732060800")); // date -u -d 2024-11-20 +%s
    let result: Value = serde_json::from_str(&desk.read("out/2024-11-20/result.json")).expect("JSON");
    let objective = result["objective"]["value"].to_string().replace('"', "");
    assert_eq!(value(&desk, "objective", ""), Some(objective));
    for stage in ["configuration", "load", "metrics", "constraints", "solve", "certify", "evaluate", "verify"] {
        assert!(value(&desk, "last_run_stage_duration_seconds", &format!(",stage=\"{stage}\"")).is_some(), "{stage}");
    }
}

#[test]
fn a_refused_run_keeps_the_last_success_and_says_nothing_that_it_does_not_know() {
    let desk = desk();
    assert_eq!(run(&desk, &[]), 0);
    let success = value(&desk, "last_success_timestamp_seconds", "").expect("a success");
    desk.write("trades.csv", "");
    assert_eq!(run(&desk, &[]), 3);
    let number = |name: &str| value(&desk, name, "").expect("a value").parse::<f64>().expect("a number");
    assert_eq!(number("last_run_exit_code") as i64, 3);
    assert_eq!(number("last_run_problems") as i64, 1);
    // The entry of the run was written before its file of metrics, by less than a run takes.
    assert!(number("last_success_timestamp_seconds") <= success.parse::<f64>().expect("a number"));
    assert!(number("last_success_timestamp_seconds") < number("last_run_timestamp_seconds"));
    for unknown in ["objective", "objective_gap_ratio", "last_run_trades", "last_run_breached_limits"] {
        assert_eq!(value(&desk, unknown, ""), None, "{unknown}");
    }
}

#[test]
fn alerts_of_the_desk_are_counted_as_they_fire_now() {
    let desk = desk();
    assert_eq!(run(&desk, &[]), 0);
    desk.replace("desk.yaml", "gross:          {}", "gross:          { max: 1, on_breach: report_only }");
    // Another desk in the same record, whose alert is its own.
    let text = desk.read("desk.yaml");
    let other = text.replace("desk: \"the \\\"rates\\\" desk\"", "desk: credit\noutputs: credit");
    desk.write("credit.yaml", other.replace("metrics/pb.prom", "metrics/credit.prom"));
    assert_eq!(finish(command(desk.path(), &["run", "--config", "credit.yaml"])).exit, 0);
    desk.write("desk.yaml", text.replace("gross:          { max: 1, on_breach: report_only }", "gross:          {}"));
    assert_eq!(run(&desk, &[]), 0);
    assert_eq!(value(&desk, "alerts_firing", "").as_deref(), Some("0"));
    assert!(desk.read("metrics/credit.prom").contains("pb_assign_alerts_firing{desk=\"credit\"} 1"));
    // One that cannot be recorded leaves what fires as it is.
    desk.write("desk.yaml", &text);
    assert_eq!(run(&desk, &[]), 0);
    let _busy = monitor::State::at(&desk.path().join("state"))
        .lock(std::time::Duration::ZERO, "a test")
        .expect("nobody else has it");
    let busy = finish(command(desk.path(), &["run", "--config", "desk.yaml", "--wait", "1s", "--again"]));
    assert_eq!((busy.exit, busy.line()["alerts"]["fired"].clone()), (75, serde_json::json!(0)));
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(value(&desk, "alerts_firing", ""), text("1"));
    assert_eq!(value(&desk, "last_run_exit_code", ""), text("75"));
    assert_eq!(value(&desk, "last_run_trades", ""), None);
}

#[test]
fn nothing_is_left_beside_the_file() {
    let desk = desk();
    assert_eq!(run(&desk, &[]), 0);
    assert_eq!(run(&desk, &[]), 0);
    let names: Vec<_> = std::fs::read_dir(desk.path().join("metrics")).expect("the folder").flatten().collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn a_file_that_cannot_be_written_changes_nothing() {
    let desk = desk();
    desk.write("metrics", "a file where the folder should be");
    assert_eq!(run(&desk, &[]), 0);
}

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/monitoring").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every name of ours in a text.
fn names_in(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_part(c)).filter(|word| word.starts_with("pb_assign_")).map(str::to_owned).collect()
}

fn check_names(name: &str, found: &BTreeSet<String>) {
    let known: BTreeSet<String> = monitor::metrics::names().collect();
    let unknown: Vec<_> = found.difference(&known).collect();
    assert!(unknown.is_empty(), "{name} asks for {unknown:?}, which no file of metrics has");
    assert!(!found.is_empty(), "{name} asks for nothing");
}

#[test]
fn rules_ask_for_metrics_that_there_are() {
    let text = shipped("alert-rules.yml");
    check_names("alert-rules.yml", &names_in(&text));
    let rules: Value = serde_saphyr::from_str(&text).expect("YAML");
    let groups = rules["groups"].as_array().expect("groups");
    let all: Vec<&Value> = groups.iter().flat_map(|group| group["rules"].as_array().expect("rules")).collect();
    assert_eq!(all.len(), 7);
    for rule in all {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text in {rule}")).to_owned();
        let expression = text(&rule["expr"]);
        assert!(!names_in(&expression).is_empty(), "{expression}");
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
            assert_eq!(expression.matches(open).count(), expression.matches(close).count(), "{expression}");
        }
        assert!(text(&rule["alert"]).starts_with("PbAssign"));
        assert!(["critical", "warning"].contains(&text(&rule["labels"]["severity"]).as_str()));
        assert!(!text(&rule["annotations"]["summary"]).is_empty());
    }
    let tests = shipped("alert-rules-test.yml");
    for rule in names_of_alerts(&text) {
        assert!(tests.contains(&format!("alertname: {rule}\n")), "alert-rules-test.yml does not test {rule}");
        assert!(page().contains(&format!("`{rule}`")), "docs/monitoring.md does not say what to do about {rule}");
    }
}

fn names_of_alerts(rules: &str) -> Vec<&str> {
    rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect()
}

fn page() -> String {
    shipped("../../docs/monitoring.md")
}

#[test]
fn the_page_lists_every_metric_and_no_other() {
    let listed: BTreeSet<String> = names_in(&page());
    assert_eq!(listed, monitor::metrics::names().collect());
}

#[test]
fn the_dashboard_asks_for_metrics_that_there_are_and_shows_all_of_them() {
    let text = shipped("dashboard.json");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let expressions = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let expressions: Vec<String> =
        expressions.map(|target| target["expr"].as_str().expect("an expression").to_owned()).collect();
    check_names("dashboard.json", &names_in(&text));
    let shown: BTreeSet<String> = expressions.iter().flat_map(|expression| names_in(expression)).collect();
    let missing: Vec<String> = monitor::metrics::names().filter(|name| !shown.contains(name)).collect();
    // The time of the last run is in the list of desks; the number of accounts hardly ever changes.
    assert_eq!(missing, ["pb_assign_last_run_timestamp_seconds", "pb_assign_last_run_accounts"]);
    let ids: BTreeSet<String> = panels.iter().map(|panel| panel["id"].to_string()).collect();
    assert_eq!(ids.len(), panels.len());
}
