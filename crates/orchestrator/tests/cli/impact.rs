//! What a dry run says that a run would bring, next to what was published last. Numbers by hand.

use serde_json::{Value, json};

use crate::desk::{Desk, Ran, pb_assign};
use crate::folder::everything;

/// PB1 has room for so much and costs nothing, PB2 charges 0.1 for each unit.
fn configuration(room: &str) -> String {
    format!(
        "version: 1
base_currency: USD
inputs: {{ trades: trades.csv }}
valuation: {{ price_quote: per_unit, accrued: amount }}
cash: {{ settle_trades: false }}
accounts:
  - id: PB1
    metrics: {{ load: {{ coefficients: {{ government: 1 }}, {room} }} }}
  - id: PB2
    metrics: {{ cost: {{ coefficients: {{ government: 0.1 }}, priority: -1 }} }}
"
    )
}

fn trades(trades: &[(&str, u32)]) -> String {
    let row = |(id, quantity): &(&str, u32)| format!("{id},buy,{id},government,{quantity},1,0\n");
    let rows: String = trades.iter().map(row).collect();
    format!("trade_id,side,security,security_type,quantity,price,accrued_interest\n{rows}")
}

/// T2 and T3 fill PB1 (10), T1 costs 0.1 × 6 at PB2.
const FIRST: [(&str, u32); 3] = [("T1", 6), ("T2", 5), ("T3", 5)];
/// With room for 9: T1 and T2 at PB1, and T4 costs 0.1 × 7 at PB2.
const SECOND: [(&str, u32); 3] = [("T1", 4), ("T2", 5), ("T4", 7)];

/// A desk with the first day's files.
fn desk() -> Desk {
    let desk = Desk::starter();
    for file in ["positions.csv", "coefficients.csv"] {
        std::fs::remove_file(desk.path().join(file)).expect("a file");
    }
    first(&desk);
    desk
}

fn first(desk: &Desk) {
    desk.write("desk.yaml", configuration("max: 10"));
    desk.write("trades.csv", trades(&FIRST));
}

fn second(desk: &Desk) {
    desk.write("desk.yaml", configuration("max: 9"));
    desk.write("trades.csv", trades(&SECOND));
}

fn publish(desk: &Desk, day: &str, more: &[&str]) -> i32 {
    let as_of = format!("2026-11-{day}");
    desk.pb_assign(&[&["run", "--config", "desk.yaml", "--as-of", &as_of], more].concat()).exit
}

/// A dry run: it writes nothing, and what it says is what its schema describes.
fn dry_run(desk: &Desk, day: &str) -> (Ran, Value) {
    let before = everything(desk.path());
    let as_of = format!("2026-11-{day}");
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml", "--dry-run", "--as-of", &as_of]);
    assert!(everything(desk.path()) == before, "something was written");
    let impact = ran.line()["impact"].clone();
    let schema = pb_assign(desk.path(), &["schema", "impact"]).stdout;
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    let wrong: Vec<String> = schema.iter_errors(&impact).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    (ran, impact)
}

fn moved() -> Value {
    json!({
        "same": 1,
        "moved": [{ "trade_id": "T1", "from": "PB2", "to": "PB1" }],
        "new": [{ "trade_id": "T4", "account": "PB2" }],
        "gone": [{ "trade_id": "T3", "account": "PB1" }],
    })
}

#[test]
fn the_first_run_ever_has_nothing_to_be_compared_with() {
    let desk = desk();
    let (ran, impact) = dry_run(&desk, "19");
    assert_eq!((ran.exit, &impact["against"], &impact["remarks"]), (0, &Value::Null, &json!([])));
    assert!(ran.stderr.contains("Nothing to compare with"), "{}", ran.stderr);
    assert_eq!(publish(&desk, "19", &[]), 0);
    // What a dry run says of the answer is what a run publishes, to the digit.
    let published: Value = serde_json::from_str(&desk.read("out/2026-11-19/result.json")).expect("JSON");
    assert_eq!(impact["answer"], published);
}

#[test]
fn a_new_day_is_compared_with_the_day_before() {
    let desk = desk();
    assert_eq!(publish(&desk, "19", &[]), 0);
    second(&desk);
    let (ran, impact) = dry_run(&desk, "20");
    let against = &impact["against"];
    assert_eq!((&against["entry"], &against["as_of"]), (&1.into(), &"2026-11-19".into()), "{}", ran.stderr);
    assert_eq!((&against["same_day"], &against["same_run"]), (&false.into(), &false.into()));
    // 0.1 × 6 then, 0.1 × 7 now.
    assert_eq!(against["objective"], json!({ "was": "-0.6", "is": "-0.7", "difference": "-0.1" }));
    assert_eq!(against["trades"], moved());
    assert_eq!(
        against["metrics"],
        json!([
            { "account": "PB1", "metric": "load", "was": "10", "is": "9", "difference": "-1" },
            { "account": "PB2", "metric": "cost", "was": "0.6", "is": "0.7", "difference": "0.1" },
        ])
    );
    let limit =
        json!({ "account": "PB1", "metric": "load", "bound": "max", "was": "10", "is": "9", "difference": "-1" });
    assert_eq!(against["limits"], json!([limit]));
    let time = serde_json::from_str::<Value>(&desk.read("state/ledger.jsonl")).expect("JSON")["time"].clone();
    assert_eq!(against["recorded_at"], time);
    let shown = ran.stderr.split("Against run 1 of 2026-11-19, recorded ").nth(1).expect("the comparison");
    let (_, shown) = shown.split_once(" UTC\n").expect("a time");
    assert_eq!(
        shown,
        "Objective -0.7, was -0.6 (-0.1). 1 trade at the same account, 1 moved, 1 new, 1 gone.
The limit of PB1 load, max, was 10 and is 9.

trade  was  is
───────────────
T1     PB2  PB1

metric after  was   is  change
──────────────────────────────
PB1 load       10    9      -1
PB2 cost      0.6  0.7    +0.1
"
    );
}

#[test]
fn the_same_day_is_compared_with_the_plan_that_a_run_would_replace() {
    let desk = desk();
    assert_eq!(publish(&desk, "20", &[]), 0);
    let (ran, impact) = dry_run(&desk, "20");
    let against = &impact["against"];
    assert_eq!((&against["same_day"], &against["same_run"]), (&true.into(), &true.into()));
    assert_eq!(against["trades"], json!({ "same": 3, "moved": [], "new": [], "gone": [] }));
    assert_eq!(against["objective"]["difference"], "0");
    assert!(ran.stderr.contains("The same configuration and files. Objective -0.6 as before."), "{}", ran.stderr);
    second(&desk);
    let (ran, impact) = dry_run(&desk, "20");
    assert_eq!((&impact["against"]["same_day"], &impact["against"]["trades"]), (&true.into(), &moved()));
    // Of the same day, trades that came and went are named.
    for row in ["T1     PB2  PB1\n", "T4     -    PB2\n", "T3     PB1  -\n"] {
        assert!(ran.stderr.contains(row), "{}", ran.stderr);
    }
    let (again, _) = dry_run(&desk, "20");
    assert_eq!((again.stdout, again.stderr), (ran.stdout, ran.stderr), "the same record, the same words");
}

#[test]
fn later_days_other_targets_and_failures_are_not_what_a_plan_is_compared_with() {
    let desk = desk();
    assert_eq!(publish(&desk, "18", &[]), 0);
    assert_eq!(publish(&desk, "17", &[]), 0); // a backfill: entry 2 is about the earlier day
    second(&desk);
    assert_eq!(publish(&desk, "21", &[]), 0);
    assert_eq!(publish(&desk, "19", &["--out", "scratch"]), 0);
    let against = |day: &str| dry_run(&desk, day).1["against"]["entry"].clone();
    assert_eq!(
        [against("20"), against("17"), against("16"), against("22")],
        [1.into(), 2.into(), Value::Null, 3.into()]
    );
    // Nobody has so much: the run of the 21st fails, and what it replaced is still what a plan is compared with.
    desk.write("desk.yaml", configuration("min: 100"));
    assert_eq!(publish(&desk, "21", &[]), 4);
    let (ran, impact) = dry_run(&desk, "21");
    assert_eq!((ran.exit, &impact["against"]["entry"]), (4, &3.into()));
    assert_eq!(impact["remarks"], json!(["run 5 after it was published without an assignment (infeasible)"]));
    assert!(ran.stderr.contains("note: run 5 after it was published without"), "{}", ran.stderr);
    // Without an assignment there is no trade to compare, and no metric after the trades.
    let against = &impact["against"];
    assert_eq!((&against["trades"], &against["metrics"][0]["is"]), (&Value::Null, &Value::Null));
    assert_eq!(against["objective"], json!({ "was": "-0.7", "is": null, "difference": null }));
}

#[test]
fn runs_without_a_date_are_compared_among_themselves() {
    let desk = desk();
    assert_eq!(publish(&desk, "19", &["--out", "out/latest"]), 0);
    assert_eq!(desk.pb_assign(&["run", "--config", "desk.yaml"]).exit, 0);
    second(&desk);
    let dry = desk.pb_assign(&["run", "--config", "desk.yaml", "--dry-run"]);
    let against = &dry.line()["impact"]["against"];
    assert_eq!((&against["entry"], &against["as_of"], &against["same_day"]), (&2.into(), &Value::Null, &true.into()));
    assert_eq!(against["trades"], moved());
}

#[test]
fn what_cannot_be_read_is_said_and_the_dry_run_goes_on() {
    let desk = desk();
    assert_eq!(publish(&desk, "20", &[]), 0);
    second(&desk);
    let expected = dry_run(&desk, "20").1;
    // The published folder still has what was kept, byte by byte.
    desk.write("state/kept/000001.zip", "no archive");
    assert_eq!(dry_run(&desk, "20").1, expected);
    desk.replace("out/2026-11-20/result.json", "optimal", "feasible");
    let (ran, impact) = dry_run(&desk, "20");
    assert_eq!((ran.exit, &impact["against"]), (0, &Value::Null));
    let remark = impact["remarks"][0].as_str().expect("a remark");
    assert!(remark.starts_with("what run 1 of 2026-11-20 published cannot be read: failed to read "), "{remark}");
    assert_eq!(impact["answer"], expected["answer"]);
}

#[test]
fn without_a_ledger_the_published_folder_is_what_counts() {
    let desk = desk();
    assert_eq!(publish(&desk, "20", &[]), 0);
    second(&desk);
    let expected = dry_run(&desk, "20").1;
    std::fs::remove_dir_all(desk.path().join("state")).expect("a folder");
    let (_, impact) = dry_run(&desk, "20");
    let [mut with, without] = [expected, impact].map(|impact| impact["against"].clone());
    assert_eq!(without["entry"], 1, "run.json says so");
    with["recorded_at"] = Value::Null;
    assert_eq!(with, without);
    assert_eq!(dry_run(&desk, "19").1["against"], Value::Null, "its folder is another one");
    desk.write("out/2026-11-20/result.json", "{}");
    let (ran, impact) = dry_run(&desk, "20");
    assert_eq!((ran.exit, &impact["against"]), (0, &Value::Null));
    assert!(impact["remarks"][0].as_str().is_some_and(|remark| remark.contains("cannot be read")), "{impact}");
}
