//! `pb-assign history` and `pb-assign breaches`, and what runs leave for them: the same in whatever order runs come.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use monitor::history::Dump;
use monitor::{History, State};
use serde_json::{Value, json};

use crate::desk::{Desk, Ran, command};

/// The starter desk with a file of trades for each day of `days`, a limit that is broken and only reported, and a search that
/// counts. On the seventh day the trades cannot be read.
fn desk(days: u32) -> Desk {
    let desk = Desk::starter();
    desk.replace("desk.yaml", "trades: trades.csv", "trades: inbox/{as_of}/trades.csv");
    desk.replace("desk.yaml", "timeout: 10s", "effort: 3\n  backends: [search]\n  timeout: 10m");
    desk.replace("desk.yaml", "margin:         { max: 9000000 }", "margin: { max: 1.5, on_breach: report_only }");
    let trades = desk.read("trades.csv");
    for day in 1..=days {
        fs::create_dir_all(desk.path().join(format!("inbox/{}", date(day)))).expect("a folder");
        let quantity = if day == 7 { "many".to_owned() } else { format!("{day}000000") };
        desk.write(&format!("inbox/{}/trades.csv", date(day)), trades.replacen("10000000", &quantity, 1));
    }
    desk
}

fn date(day: u32) -> String {
    format!("2026-11-{day:02}")
}

fn arguments(date: &str) -> [&str; 7] {
    ["run", "--config", "desk.yaml", "--as-of", date, "--wait", "30m"]
}

fn run(desk: &Desk, day: u32) -> Ran {
    desk.pb_assign(&arguments(&date(day)))
}

fn history(desk: &Desk) -> History {
    let record = State::at(&desk.path().join("state")).read(Duration::ZERO).expect("a record");
    History::read(&record).expect("no fault").expect("a history that is told everything")
}

fn dump(desk: &Desk, kind: Dump) -> String {
    history(desk).dump(kind).expect("a dump")
}

/// What a command lists under a name.
fn listed<'a>(line: &'a Value, name: &str) -> Vec<&'a Value> {
    line[name].as_array().unwrap_or_else(|| panic!("{line}")).iter().collect()
}

#[test]
fn twenty_days_at_once_are_the_same_history_as_one_after_the_other() {
    let in_order = desk(20);
    for day in 1..=20 {
        let ran = run(&in_order, day);
        assert_eq!(ran.exit, if day == 7 { 3 } else { 0 }, "{}", ran.stderr);
    }
    let expected = dump(&in_order, Dump::WithoutOrder);
    assert!(expected.contains("as_of=\"2026-11-20\" account=\"PB1\" metric=\"margin\""), "{expected}");
    // 7 and 11 have no common divisor with 20: every day once, in another order.
    for step in [7, 11] {
        let at_once = desk(20);
        let start = |turn: u32| {
            let mut run = command(at_once.path(), &arguments(&date(1 + turn * step % 20)));
            run.stdout(Stdio::null()).stderr(Stdio::null()).spawn()
        };
        let started: Vec<_> = (0..20).map(|turn| start(turn).expect("the program starts")).collect();
        for (turn, mut child) in (0..20).zip(started) {
            let day = 1 + turn * step % 20;
            let exit = child.wait().expect("it ends").code();
            assert_eq!(exit, Some(if day == 7 { 3 } else { 0 }), "day {day}");
        }
        assert!(dump(&at_once, Dump::WithoutOrder) == expected, "in steps of {step}");
        let before = dump(&at_once, Dump::Whole);
        let ran = at_once.pb_assign(&["history", "rebuild"]);
        assert_eq!((ran.exit, &ran.line()["content"]), (0, &json!("same")), "{}", ran.stderr);
        assert_eq!((&ran.line()["entries"], &ran.line()["lost"]), (&json!(20), &json!(0)));
        assert!(dump(&at_once, Dump::Whole) == before);
    }
}

#[test]
fn runs_and_metrics_are_shown_over_time() {
    let desk = desk(8);
    for day in [1, 3, 2, 7] {
        run(&desk, day);
    }
    let head = run(&desk, 1).line()["ledger"]["head"].clone();
    let ran = desk.pb_assign(&["history"]);
    assert_eq!((ran.exit, &ran.line()["head"], &ran.line()["metrics"]), (0, &head, &Value::Null), "{}", ran.stderr);
    let line = ran.line();
    let runs = listed(&line, "runs").into_iter().map(|run| (&run["as_of"], &run["seq"], &run["current"]));
    let expected = [(date(1), 1, true), (date(2), 3, true), (date(3), 2, true), (date(7), 4, false)];
    let expected = expected.map(|(date, seq, current)| (json!(date), json!(seq), json!(current)));
    assert!(runs.eq(expected.iter().map(|(date, seq, current)| (date, seq, current))), "{line}");
    assert!(ran.stderr.contains("PB2      financing_cost"), "{}", ran.stderr);

    let ran = desk.pb_assign(&["history", "--since", &date(2), "--account", "PB1", "--metric", "dv01"]);
    let line = ran.line();
    let [series] = listed(&line, "metrics")[..] else { panic!("{line}") };
    assert_eq!((&series["account"], &series["metric"]), (&json!("PB1"), &json!("dv01")));
    let result: Value = serde_json::from_str(&desk.read("out/2026-11-03/result.json")).expect("JSON");
    let published =
        listed(&result, "metrics").into_iter().find(|one| one["account"] == "PB1" && one["metric"] == "dv01");
    let (day, published) = (&series["days"][1], published.expect("the metric"));
    for name in ["initial", "final", "min", "max", "headroom", "breach"] {
        assert_eq!(day[name], published[name], "{name}");
    }
    assert!(ran.stderr.contains("min -60,000, max 60,000"), "{}", ran.stderr);
    // Numbers below each other have separators and as many decimals each.
    let cells = |column: usize| -> Vec<&str> {
        let days = ran.stderr.lines().skip_while(|line| !line.starts_with("as of")).skip(1);
        days.map(|line| line.split_whitespace().nth(column).expect("a number")).collect()
    };
    for column in [1, 2, 3] {
        let cells = cells(column);
        assert!(!cells.is_empty() && cells.iter().all(|cell| !cell.contains('.')), "{cells:?}");
        assert!(cells.iter().any(|cell| cell.contains(',')), "{cells:?}");
    }
}

#[test]
fn breaches_are_listed_with_their_age() {
    let desk = desk(5);
    for day in 1..=5 {
        run(&desk, day);
    }
    let ran = desk.pb_assign(&["breaches", "--open"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let line = ran.line();
    let [breach] = listed(&line, "breaches")[..] else { panic!("{line}") };
    assert_eq!((&line["open"], &line["newest_day"]), (&json!(1), &json!(date(5))));
    for (name, expected) in [
        ("account", json!("PB1")),
        ("metric", json!("margin")),
        ("first_seen", json!(date(1))),
        ("age_days", json!(5)),
        ("began", json!("inherited")),
        ("state", json!("open")),
        ("ended", Value::Null),
    ] {
        assert_eq!(breach[name], expected, "{name}: {line}");
    }
    assert!(ran.stderr.contains("1 breach, 1 of them open; the newest day is 2026-11-05"), "{}", ran.stderr);
    let none = desk.pb_assign(&["breaches", "--account", "PB2"]);
    assert_eq!((none.exit, &none.line()["breaches"]), (0, &json!([])));
}

#[test]
fn a_history_that_cannot_be_written_fails_no_run_and_is_told_later() {
    let desk = desk(3);
    fs::create_dir_all(desk.path().join("state/history.db")).expect("a folder in its place");
    let ran = run(&desk, 1);
    assert_eq!((ran.exit, &ran.line()["ledger"]["seq"]), (0, &json!(1)), "{}", ran.stderr);
    assert!(ran.stderr.contains("The history is behind the ledger: failed to use"), "{}", ran.stderr);
    assert!(ran.stderr.contains("history.db"), "{}", ran.stderr);
    let asked = desk.pb_assign(&["breaches"]);
    assert_eq!(asked.exit, 4, "{}", asked.stderr);
    fs::remove_dir(desk.path().join("state/history.db")).expect("nothing in it");
    assert_eq!(run(&desk, 2).exit, 0);
    let days = history(&desk).runs(None).expect("runs");
    assert_eq!(days.iter().map(|run| run.seq).collect::<Vec<_>>(), [1, 2]);

    // A question tells what is missing, too.
    fs::remove_file(desk.path().join("state/history.db")).expect("a history");
    let asked = desk.pb_assign(&["history"]);
    assert_eq!((asked.exit, listed(&asked.line(), "runs").len()), (0, 2), "{}", asked.stderr);
    history(&desk);
}

#[test]
fn without_a_ledger_there_is_no_history() {
    let desk = Desk::starter();
    for arguments in [&["history"][..], &["history", "rebuild"], &["breaches"]] {
        let ran = desk.pb_assign(arguments);
        assert_eq!(ran.exit, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("failed to find a ledger in state"), "{}", ran.stderr);
    }
    assert!(!desk.path().join("state").exists(), "nothing is made by asking");
}
