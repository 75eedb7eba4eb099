//! Strict priorities and the last plan, in the document and for people.

use domain::{AccountId, MetricName, TradeId};
use insta::assert_snapshot;
use reporter::{
    Change, ChangesReport, ConflictChanges, LevelReport, ObjectiveReport, Reason, Report, ResultDocument, Style,
    summary_line, terminal,
};

use crate::scene::{Scene, amount, failed_report, two_accounts};

/// Value, bound, gap, what was given up; certified bound and gap.
fn level(metric: Option<&str>, numbers: [&str; 6], reason: Reason) -> LevelReport {
    let [value, bound, gap, given_up, certified_bound, certified_gap] =
        numbers.map(|text| (text != "none").then(|| amount(text)));
    LevelReport {
        metric: metric.map(MetricName::new),
        value: value.expect("a level has a value"),
        bound,
        gap,
        given_up: given_up.expect("a level gives up something or 0"),
        certified_bound,
        certified_gap,
        reason,
    }
}

fn change(trade: &str, from: &str, to: &str) -> Change {
    Change { trade: TradeId::new(trade), from: AccountId::new(from), to: AccountId::new(to) }
}

/// Three levels that ended in three ways, and two changes.
fn report(scene: &Scene) -> Report<'_> {
    let levels = vec![
        level(Some("financing cost"), ["-18790.5", "-18690", "0", "100.5", "-18690", "0"], Reason::Proven),
        level(
            Some("wallet"),
            ["2000000.25", "2000100", "0.000050000", "0", "2002002.25", "0.000999999"],
            Reason::WithinGap,
        ),
        level(None, ["-50", "none", "none", "0", "none", "none"], Reason::TimeLimit),
    ];
    Report {
        objective: Some(ObjectiveReport {
            value: amount("1981159.75"),
            bound: None,
            gap: None,
            certified_bound: None,
            certified_gap: None,
            levels,
        }),
        changes: Some(ChangesReport {
            planned: 3,
            trades: vec![change("T1", "PB2", "PB1"), change("T3", "PB9", "PB2")],
            cost: amount("50"),
            max_changes: Some(2),
        }),
        ..scene.report(Reason::TimeLimit, Some(&[0, 1, 1, 0]))
    }
}

#[test]
fn people_read_a_line_for_each_level_and_one_for_the_changes() {
    let shown = terminal(&report(&two_accounts()), Style { colour: false, width: 100 });
    let head: Vec<&str> = shown.lines().take_while(|line| !line.is_empty()).collect();
    assert_snapshot!(head.join("\n"), @r"
    Feasible, the best found in the time given: 4 trades booked at 2 accounts; 1 limit is newly broken,
    as report_only allows.
    Objective 1,981,159.75.
    Level 1: financing cost -18,790.5, 100.5 given up of its best, -18,690.0 (proven best, certified).
    Level 2: wallet 2,000,000.25 (best proven within 0.005 %, certified gap 0.1 %).
    Level 3: everything else -50 (not proven).
    2 of 3 trades of the last plan changed, at a cost of 50, at most 2 allowed: T1 PB2 → PB1, T3 PB9 →
    PB2.
    ");
}

#[test]
fn the_document_has_them_fits_its_schema_and_reads_back() {
    let scene = two_accounts();
    let document = ResultDocument::of(&report(&scene));
    let value = serde_json::to_value(&document).unwrap();
    assert_snapshot!(value["objective"]["levels"].to_string(), @r#"[{"bound":"-18690","certified_bound":"-18690","certified_gap":"0","gap":"0","given_up":"100.5","metric":"financing cost","reason":"proven","value":"-18790.5"},{"bound":"2000100","certified_bound":"2002002.25","certified_gap":"0.000999999","gap":"0.00005","given_up":"0","metric":"wallet","reason":"within_gap","value":"2000000.25"},{"bound":null,"certified_bound":null,"certified_gap":null,"gap":null,"given_up":"0","metric":null,"reason":"time_limit","value":"-50"}]"#);
    assert_snapshot!(value["changes"].to_string(), @r#"{"changed":2,"cost":"50","max_changes":2,"planned":3,"trades":[{"from":"PB2","to":"PB1","trade_id":"T1"},{"from":"PB9","to":"PB2","trade_id":"T3"}]}"#);
    let schema: serde_json::Value = serde_json::from_str(&reporter::result_schema()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&value));
    assert_eq!(ResultDocument::read(&value.to_string()).unwrap(), document);
    // Programs that know neither still find what they read before.
    assert_eq!(value["objective"]["value"], "1981159.75");
    assert!(summary_line(&report(&scene), 0, None, None).contains(r#""warnings":0,"changes":2}"#));
}

#[test]
fn a_limit_of_changes_that_cannot_hold_is_named() {
    let scene = two_accounts();
    let mut failed = failed_report(&scene);
    failed.diagnostics.conflict.truncate(1);
    failed.diagnostics.conflict_changes = Some(ConflictChanges { max_changes: 1, reached: Some(3) });
    let shown = terminal(&failed, Style { colour: false, width: 100 });
    assert_snapshot!(shown.lines().take(2).collect::<Vec<_>>().join("\n"), @r"
    Failed: no assignment keeps every limit; the nearest that was found breaks PB1 leverage max 6, the
    limit of 1 change from the last plan with 3.
    ");
    let document = serde_json::to_value(ResultDocument::of(&failed)).unwrap();
    assert_snapshot!(document["diagnostics"]["conflict_changes"].to_string(), @r#"{"max_changes":1,"reached":3}"#);
}
