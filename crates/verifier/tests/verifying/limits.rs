//! Which limits have to hold, under each rule for limits that were broken before.

use domain::{MetricDefinition, OnBreach};
use test_desks::{Add, With, account, by_type, day, desk, ratio};

use crate::scene::Scene;

/// What is wrong after buying `buys` at an account that holds 100, its metric being the holding.
fn holding(metric: MetricDefinition, buys: &str) -> Vec<String> {
    let trade = if let Some(sells) = buys.strip_prefix('-') {
        format!("T1 sell {sells} A bond")
    } else {
        format!("T1 buy {buys} A bond")
    };
    let scene = Scene::new(desk(vec![account("PB1", vec![metric])]), day().position("PB1 100 A bond").trade(&trade));
    scene.texts(&scene.claim(Some(&[0])))
}

fn held() -> MetricDefinition {
    by_type("held", &["bond 1"])
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_limit_that_must_be_cured_holds_afterwards_to_the_last_digit() {
    assert_eq!(holding(held().max("110"), "10"), NOTHING);
    assert_eq!(
        holding(held().max("110"), "10.000000001"),
        ["account PB1, metric held: ends at 110.000000001 against its max of 110"]
    );
    assert_eq!(holding(held().min("90"), "-10"), NOTHING);
    assert_eq!(
        holding(held().min("90"), "-10.000000001"),
        ["account PB1, metric held: ends at 89.999999999 against its min of 90"]
    );
    // Broken before: 100 of 90. Better is not enough.
    assert_eq!(holding(held().max("90"), "-5"), ["account PB1, metric held: ends at 95 against its max of 90"]);
    assert_eq!(holding(held().max("90"), "-10"), NOTHING);
}

#[test]
fn a_limit_that_must_not_worsen_ends_no_further_outside_than_it_opened() {
    let held = || held().on_breach(OnBreach::MustNotWorsen);
    for bought in ["-5", "-200"] {
        assert_eq!(holding(held().max("90"), bought), NOTHING);
    }
    assert_eq!(
        holding(held().max("90"), "0.01"),
        ["account PB1, metric held: opened at 100 against its max of 90 and must not worsen, but ends at 100.01"]
    );
    assert_eq!(
        holding(held().min("120"), "-1"),
        ["account PB1, metric held: opened at 100 against its min of 120 and must not worsen, but ends at 99"]
    );
    // It held at the opening: 100 of 105.
    assert_eq!(holding(held().max("105"), "6"), ["account PB1, metric held: ends at 106 against its max of 105"]);
    // The other end held, and still has to.
    assert_eq!(
        holding(held().min("20").max("90"), "-85"),
        ["account PB1, metric held: ends at 15 against its min of 20"]
    );
}

#[test]
fn a_limit_that_is_only_reported_never_has_to_hold() {
    let held = || held().on_breach(OnBreach::ReportOnly);
    assert_eq!(holding(held().max("90"), "5"), NOTHING);
    assert_eq!(holding(held().max("101").min("100.5"), "5"), NOTHING);
}

/// What is wrong after `trade` at an account whose metric is holding `A` over holding `B`.
fn quotient(rule: OnBreach, max: &str, opening: (&str, &str), trades: &[&str]) -> Vec<String> {
    let metrics = vec![
        by_type("above", &["a 1", "b 0"]),
        by_type("below", &["a 0", "b 1"]),
        ratio("ratio", "above", "below").max(max).on_breach(rule),
    ];
    let opening = day().position(&format!("PB1 {} A a", opening.0)).position(&format!("PB1 {} B b", opening.1));
    let day = trades.iter().fold(opening, |day, trade| day.trade(trade));
    let scene = Scene::new(desk(vec![account("PB1", metrics)]), day);
    scene.texts(&scene.claim(Some(&vec![0; trades.len()])))
}

#[test]
fn a_ratio_that_rounds_to_its_cap_and_is_above_it_breaks_it() {
    // 1/3 > 0.333333333333 by a third of the last digit that is published.
    let cap = "0.333333333333";
    assert_eq!(
        quotient(OnBreach::MustCure, cap, ("1", "3"), &[]),
        ["account PB1, metric ratio: ends at 0.333333333333 against its max of 0.333333333333"]
    );
    assert_eq!(quotient(OnBreach::MustCure, "0.333333333334", ("1", "3"), &[]), NOTHING);
}

#[test]
fn a_ratio_must_not_worsen_by_its_value_and_must_keep_one() {
    let rule = OnBreach::MustNotWorsen;
    // 7/1 opened above 6. 14/2 is the same, 13/2 better, 15/2 worse.
    assert_eq!(quotient(rule, "6", ("7", "1"), &["T1 buy 7 A a", "T2 buy 1 B b"]), NOTHING);
    assert_eq!(quotient(rule, "6", ("7", "1"), &["T1 buy 6 A a", "T2 buy 1 B b"]), NOTHING);
    assert_eq!(
        quotient(rule, "6", ("7", "1"), &["T1 buy 8 A a", "T2 buy 1 B b"]),
        ["account PB1, metric ratio: opened at 7 against its max of 6 and must not worsen, but ends at 7.5"]
    );
    assert_eq!(
        quotient(rule, "6", ("7", "1"), &["T1 sell 1 B b"]),
        ["account PB1, metric ratio: opened at 7 against its max of 6 and must not worsen, but ends at no value"]
    );
}

#[test]
fn a_ratio_that_had_no_value_may_not_lose_denominator() {
    let rule = OnBreach::MustNotWorsen;
    assert_eq!(quotient(rule, "6", ("7", "-5"), &["T1 buy 1 B b"]), NOTHING); // -5 to -4
    assert_eq!(quotient(rule, "6", ("7", "-5"), &["T1 buy 99 A a"]), NOTHING); // -5 stays
    assert_eq!(quotient(rule, "6", ("7", "-5"), &["T1 buy 6 B b"]), NOTHING); // -5 to 1, and 7/1 above 6
    assert_eq!(
        quotient(rule, "6", ("7", "-5"), &["T1 sell 1 B b"]),
        [
            "account PB1, metric ratio: opened at no value against its max of 6 and must not worsen, but ends at no value"
        ]
    );
    assert_eq!(
        quotient(OnBreach::MustCure, "6", ("7", "-5"), &["T1 buy 5 B b"]),
        ["account PB1, metric ratio: ends at no value against its max of 6"]
    );
}
