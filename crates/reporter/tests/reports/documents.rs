//! The files for programs, and the line for the program that started the run.

use insta::assert_snapshot;
use proptest::prelude::*;
use reporter::formats::run_json::sha256_hex;
use reporter::formats::{assignments_csv, metrics_csv};
use reporter::{Reason, Rendered, Report, ResultDocument, render, result_schema, summary_line};
use serde_json::{Value, json};
use std::path::Path;
use test_desks::{Add, With, account, by_type, day, desk};

use crate::scene::{Scene, failed_report, full_report, no_trades, two_accounts};

/// A file of a report, as text.
pub(crate) fn file(report: &Report<'_>, name: &str) -> String {
    let files = render(report).expect("every report has its files");
    let found = files.into_iter().find(|rendered| rendered.file == name).expect("the file is in the table");
    String::from_utf8(found.bytes).expect("UTF-8")
}

#[test]
fn result_json_is_as_the_contract_shows_it() {
    let metrics = vec![by_type("gross", &["government 1 1"]).max("120")];
    let opening = day().position("PB1 100 BOND government").trade("T1 buy 10.5 BOND government");
    let scene = Scene::new(desk(vec![account("PB1", metrics)]), opening);
    let mut report = scene.report(Reason::WithinGap, Some(&[0]));
    let full = two_accounts();
    let full = full_report(&full);
    (report.objective, report.diagnostics) = (full.objective, full.diagnostics);
    assert_snapshot!(file(&report, "result.json"), @r#"
    {
      "schema": "pb-assign/result/1",
      "as_of": "2026-11-20",
      "run_id": "2026-11-20-0f3a",
      "status": "optimal",
      "reason": "within_gap",
      "objective": {
        "value": "-18690.0000525",
        "bound": "-18689.61",
        "gap": "0.0000209",
        "certified_bound": "-18689.2",
        "certified_gap": "0.0000429"
      },
      "assignments": [
        {
          "trade_id": "T1",
          "account": "PB1"
        }
      ],
      "metrics": [
        {
          "account": "PB1",
          "metric": "gross",
          "initial": "100",
          "final": "110.5",
          "min": null,
          "max": "120",
          "headroom": "9.5",
          "breach": "none"
        }
      ],
      "diagnostics": {
        "notes": [
          {
            "code": "K001",
            "message": "the priority of leverage at PB1 is left out of the objective because the metric has a limit; set objective.include_limited to count it"
          }
        ],
        "warnings": [
          {
            "code": "L101",
            "message": "trades.csv:5: quantity has more decimals than the others"
          }
        ],
        "conflict": [],
        "infeasibility": null,
        "message": null
      },
      "inputs": [
        {
          "path": "trades.csv",
          "sha256": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
        }
      ],
      "engine": {
        "version": "0.1.0",
        "solver": "HiGHS 1.15.0"
      }
    }
    "#);
}

#[test]
fn a_failed_run_has_its_conflict_and_no_assignment() {
    let scene = two_accounts();
    let document = ResultDocument::of(&failed_report(&scene));
    assert!(document.assignments.is_empty());
    assert!(document.metrics.iter().all(|metric| metric.last.is_none()));
    assert_snapshot!(serde_json::to_string_pretty(&document.diagnostics).unwrap(), @r#"
    {
      "notes": [],
      "warnings": [],
      "conflict": [
        {
          "account": "PB1",
          "metric": "leverage",
          "bound": "max",
          "limit": "6",
          "reached": "6.125",
          "shortfall": "0.125",
          "source": "PB agreement 4.2",
          "owner": "treasury"
        },
        {
          "account": "PB2",
          "metric": "leverage",
          "bound": "max",
          "limit": "6",
          "reached": "6.2",
          "shortfall": "0.2",
          "source": "PB agreement 4.2",
          "owner": "treasury"
        }
      ],
      "infeasibility": "claimed",
      "message": null
    }
    "#);
}

#[test]
fn assignments_csv_says_which_trade_goes_where() {
    assert_snapshot!(file(&full_report(&two_accounts()), "assignments.csv"), @r"
    trade_id,account,side,security,security_type,quantity,price,currency,value_base
    T1,PB1,buy,912828XX1,government,10000000,1,USD,10000000
    T2,PB2,sell,XS001,corporate,4000000.25,1,USD,-4000000.25
    T3,PB2,buy,XS001,corporate,7000000,1,USD,7000000
    T4,PB1,sell,912828XX1,government,1500000,1,USD,-1500000
    ");
}

#[test]
fn metrics_csv_says_what_result_json_says() {
    assert_snapshot!(file(&full_report(&two_accounts()), "metrics.csv"), @r"
    account,metric,initial,final,min,max,headroom,breach
    PB1,equity,20000000,20000000,0,,20000000,none
    PB1,gross,100000000,108500000,,105000000,-3500000,caused
    PB1,leverage,5,5.425,,6,0.575,none
    PB1,financing cost,12000,13020,,,,none
    PB2,equity,24000000,24000000,0,,24000000,none
    PB2,gross,24000000,26999999.75,,30000000,3000000.25,none
    PB2,leverage,1,1.124999989583,,6,4.875000010417,none
    PB2,financing cost,5040,5669.9999475,,,,none
    ");
}

#[test]
fn run_json_has_what_varies_and_the_digests_of_the_other_files() {
    let scene = two_accounts();
    let files = render(&full_report(&scene)).expect("every report has its files");
    let (run, others) = files.split_last().expect("run.json comes last");
    let text = std::str::from_utf8(&run.bytes).expect("UTF-8");
    let (varying, listed) = text.split_once(",\n  \"files\": ").expect("the list of files comes last");
    let listed: Value = serde_json::from_str(listed.trim_end().trim_end_matches('}')).expect("a list");
    let expected: Vec<Value> = others
        .iter()
        .map(|other| json!({ "file": other.file, "bytes": other.bytes.len(), "sha256": sha256_hex(&other.bytes) }))
        .collect();
    assert_eq!(listed, Value::from(expected));
    assert_snapshot!(varying, @r#"
    {
      "schema": "pb-assign/run/1",
      "run_id": "2026-11-20-0f3a",
      "started_at": "2026-11-20T18:00:00Z",
      "host": "desk-1",
      "config": "desk.yaml",
      "arguments": [
        "pb-assign",
        "run"
      ],
      "out": "out",
      "read": [
        {
          "path": "desk.yaml",
          "sha256": "0000000000000000000000000000000000000000000000000000000000000000"
        }
      ],
      "stages": [
        {
          "stage": "load",
          "elapsed_ms": 3,
          "elapsed_us": 3250
        }
      ],
      "work": {
        "nodes": 17
      },
      "searches": [],
      "others": [],
      "repeatable": true
    "#);
}

#[test]
fn the_summary_is_one_line() {
    let scene = two_accounts();
    assert_snapshot!(summary_line(&full_report(&scene), 0, Some(Path::new("out")), None), @r#"{"status":"optimal","reason":"within_gap","exit":0,"run_id":"2026-11-20-0f3a","as_of":"2026-11-20","dry_run":false,"out":"out","result":"out/result.json","objective":{"value":"-18690.0000525","bound":"-18689.61","gap":"0.0000209","certified_bound":"-18689.2","certified_gap":"0.0000429"},"counts":{"trades":4,"accounts":2,"assigned":4,"breaches":1,"warnings":1}}"#);
    assert_snapshot!(summary_line(&failed_report(&scene), 4, None, None), @r#"{"status":"failed","reason":"infeasible","exit":4,"run_id":"2026-11-20-0f3a","as_of":"2026-11-20","dry_run":true,"out":null,"result":null,"objective":null,"counts":{"trades":4,"accounts":2,"assigned":0,"breaches":0,"warnings":0}}"#);
}

#[test]
fn the_three_files_agree_and_read_back_as_they_were() {
    let scene = two_accounts();
    for report in [full_report(&scene), failed_report(&scene)] {
        let document = ResultDocument::read(&file(&report, "result.json")).unwrap();
        assert_eq!(document, ResultDocument::of(&report));
        let bookings = assignments_csv::read(&file(&report, "assignments.csv")).unwrap();
        let listed: Vec<_> = document.assignments.iter().map(|entry| (&entry.trade_id, &entry.account)).collect();
        assert_eq!(bookings.iter().map(|row| (&row.trade_id, &row.account)).collect::<Vec<_>>(), listed);
        let metrics = metrics_csv::read(&file(&report, "metrics.csv")).unwrap();
        assert_eq!(metrics.len(), document.metrics.len());
        for (row, entry) in metrics.into_iter().zip(document.metrics) {
            let numbers = [entry.initial, entry.last, entry.min, entry.max, entry.headroom];
            let read = [row.initial, row.last, row.min, row.max, row.headroom];
            assert_eq!(read, numbers.map(|number| number.map(|number| number.0)));
            assert_eq!((row.account, row.metric, row.breach), (entry.account, entry.metric, entry.breach));
        }
    }
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    let (scene, mut day) = (two_accounts(), two_accounts().day);
    day.trades.reverse();
    day.positions.reverse();
    let other = Scene::new(scene.desk.clone(), day);
    assert_eq!(render(&full_report(&scene)).unwrap(), render(&full_report(&other)).unwrap());
}

#[test]
fn text_that_a_spreadsheet_would_run_is_kept_as_text() {
    let accounts = vec![account("=PB1", vec![by_type("@gross", &["government 1 1"])])];
    let scene = Scene::new(desk(accounts), day().trade("-T1 sell 5 +BOND government"));
    let report = scene.report(Reason::Proven, Some(&[0]));
    let bookings = file(&report, "assignments.csv");
    // Texts get an apostrophe; the value of the sale, -5, stays a number.
    assert_eq!(bookings.lines().nth(1), Some("'-T1,'=PB1,sell,'+BOND,government,5,1,USD,-5"));
    assert_eq!(file(&report, "metrics.csv").lines().nth(1), Some("'=PB1,'@gross,0,5,,,,none"));
    let read = assignments_csv::read(&bookings).unwrap();
    assert_eq!((read[0].trade_id.as_str(), read[0].account.as_str()), ("-T1", "=PB1"));
}

fn problems(document: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(&result_schema()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a JSON Schema");
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_document_fits_the_schema() {
    let (two, none) = (two_accounts(), no_trades());
    for report in [full_report(&two), failed_report(&two), none.report(Reason::Proven, Some(&[]))] {
        let document = serde_json::from_str(&file(&report, "result.json")).unwrap();
        assert_eq!(problems(&document), [""; 0]);
    }
}

/// Every way to spoil one value of a document, with the path to it.
pub(crate) fn spoiled(document: &Value) -> Vec<(String, Value)> {
    fn visit(at: &Value, path: &str, spots: &mut Vec<String>) {
        spots.push(path.to_owned());
        match at {
            Value::Object(map) => map.iter().for_each(|(key, value)| visit(value, &format!("{path}/{key}"), spots)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, value)| visit(value, &format!("{path}/{index}"), spots));
            }
            _ => {}
        }
    }
    let mut spots = Vec::new();
    visit(document, "", &mut spots);
    let spoil = |path: String| {
        let mut copy = document.clone();
        *copy.pointer_mut(&path).expect("a path that was visited") = Value::from(1.5);
        (path, copy)
    };
    spots.into_iter().map(spoil).collect()
}

#[test]
fn a_number_in_place_of_anything_is_refused_by_schema_and_reader() {
    let scene = two_accounts();
    let document = serde_json::from_str(&file(&full_report(&scene), "result.json")).unwrap();
    for (path, spoiled) in spoiled(&document) {
        assert!(!problems(&spoiled).is_empty(), "the schema takes a number at {path}");
        assert!(ResultDocument::read(&spoiled.to_string()).is_err(), "the reader takes a number at {path}");
    }
}

#[test]
fn a_key_too_many_or_too_few_is_refused_by_schema_and_reader() {
    let scene = two_accounts();
    let document: Value = serde_json::from_str(&file(&full_report(&scene), "result.json")).unwrap();
    for object in ["", "/objective", "/assignments/0", "/metrics/0", "/diagnostics", "/inputs/0", "/engine"] {
        let keys: Vec<String> = document.pointer(object).unwrap().as_object().unwrap().keys().cloned().collect();
        for key in &keys {
            let mut less = document.clone();
            less.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(key);
            assert!(!problems(&less).is_empty(), "{object}/{key} may be left out");
            assert!(ResultDocument::read(&less.to_string()).is_err(), "{object}/{key} may be left out");
        }
        let mut more = document.clone();
        more.pointer_mut(object).unwrap().as_object_mut().unwrap().insert("extra".to_owned(), Value::Null);
        assert!(!problems(&more).is_empty(), "{object} takes any key");
        assert!(ResultDocument::read(&more.to_string()).is_err(), "{object} takes any key");
    }
}

#[test]
fn what_is_wrong_with_a_document_is_said_with_its_place() {
    let scene = two_accounts();
    let text = file(&full_report(&scene), "result.json");
    let said = |text: &str| ResultDocument::read(text).unwrap_err().to_string();
    assert_eq!(
        said(&text.replace("result/1", "result/2")),
        "read result.json: its schema is \"pb-assign/result/2\", and this version reads \"pb-assign/result/1\""
    );
    assert_eq!(
        said(&text.replace("\"-18689.61\"", "\"-1.9e4\"")),
        "read result.json: \"-1.9e4\" is not a plain decimal number at line 9 column 21"
    );
    assert_eq!(
        said(&text.replace("within_gap", "infeasible")),
        "read result.json: its status is optimal, and its reason infeasible makes it failed"
    );
    assert_eq!(
        assignments_csv::read("trade_id,account\nT1,PB1\n").unwrap_err().to_string(),
        "read assignments.csv: its columns are not \
         trade_id,account,side,security,security_type,quantity,price,currency,value_base"
    );
    let metrics = file(&full_report(&scene), "metrics.csv").replace("20000000", "2e7");
    assert_eq!(
        metrics_csv::read(&metrics).unwrap_err().to_string(),
        "read metrics.csv: line 2: \"2e7\" is not a plain decimal number"
    );
}

proptest! {
    #[test]
    fn any_name_survives_the_files(account_id in "\\PC{1,8}", trade in "\\PC{1,8}") {
        prop_assume!(!account_id.contains(' ') && !trade.contains(' '));
        let accounts = vec![account(&account_id, vec![by_type("gross", &["government 1 1"])])];
        let scene = Scene::new(desk(accounts), day().trade(&format!("{trade} buy 5 BOND government")));
        let report = scene.report(Reason::Proven, Some(&[0]));
        let files: Vec<Rendered> = render(&report).unwrap();
        let text = |index: usize| String::from_utf8(files[index].bytes.clone()).unwrap();
        let document = ResultDocument::read(&text(0)).unwrap();
        prop_assert_eq!(document.assignments[0].account.as_str(), account_id.as_str());
        let rows = assignments_csv::read(&text(1)).unwrap();
        prop_assert_eq!(rows[0].trade_id.as_str(), trade.as_str());
        prop_assert_eq!(rows[0].account.as_str(), account_id.as_str());
    }
}
