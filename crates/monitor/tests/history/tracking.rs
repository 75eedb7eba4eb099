//! Breaches from day to day.

use monitor::history::{BreachSpan, Ending};

use crate::questions::record;
use crate::record::{Record, Run, rows};

/// What the breaches of these days come to: a day each, `initial final min max` of the one metric.
fn tracked(days: &[&str]) -> Vec<BreachSpan> {
    record_of(days).history().breaches(None, None, false).expect("breaches")
}

fn record_of(days: &[&str]) -> Record {
    let record = Record::new();
    for (number, day) in (1..).zip(days) {
        let line = format!("PB1 leverage {day}");
        record.publish(&Run::of(&format!("2026-11-{number:02}"), &[&line]));
    }
    record
}

fn in_short(span: &BreachSpan) -> String {
    let BreachSpan { first_seen, began, age_days, state, ended, worst, .. } = span;
    let beyond = worst.beyond.as_ref().map_or("?".to_owned(), ToString::to_string);
    let value = worst.value.as_deref().unwrap_or("?");
    let ended = ended.as_deref().unwrap_or("-");
    format!("{first_seen} {began} {age_days} {} {ended}; {value}, {beyond} on {}", state.word(), worst.as_of)
}

fn check(days: &[&str], expect: &[&str]) {
    let found: Vec<String> = tracked(days).iter().map(in_short).collect();
    assert_eq!(found, expect, "{days:?}");
}

#[test]
fn a_breach_lasts_until_a_run_cures_it() {
    check(
        &["5 5 - 6", "5 6.5 - 6", "7 6.2 - 6", "6.2 5.9 - 6", "5.9 5.9 - 6"],
        &["2026-11-02 caused 3 cured 2026-11-04; 7, 1 on 2026-11-03"],
    );
}

#[test]
fn a_breach_that_is_cured_on_its_first_day_is_a_day_old() {
    check(&["7 5 - 6"], &["2026-11-01 cured 1 cured 2026-11-01; 7, 1 on 2026-11-01"]);
}

#[test]
fn a_breach_is_open_while_the_newest_day_ends_with_it() {
    check(&["7 6.5 - 6", "6.5 6.5 - 6"], &["2026-11-01 inherited 2 open -; 7, 1 on 2026-11-01"]);
    check(&["5 6.5 - 6"], &["2026-11-01 caused 1 open -; 6.5, 0.5 on 2026-11-01"]);
}

#[test]
fn a_breach_is_gone_when_the_next_day_opens_within_the_limit() {
    check(&["7 7 - 6", "6 6 - 6"], &["2026-11-01 inherited 1 gone 2026-11-02; 7, 1 on 2026-11-01"]);
    // Broken again by the run of that day: another breach.
    check(
        &["5 7 - 6", "6 8 - 6"],
        &["2026-11-01 caused 1 gone 2026-11-02; 7, 1 on 2026-11-01", "2026-11-02 caused 1 open -; 8, 2 on 2026-11-02"],
    );
    // Cured, and broken at the next opening: another one too.
    check(
        &["7 5 - 6", "7 7 - 6"],
        &[
            "2026-11-01 cured 1 cured 2026-11-01; 7, 1 on 2026-11-01",
            "2026-11-02 inherited 1 open -; 7, 1 on 2026-11-02",
        ],
    );
}

#[test]
fn a_breach_is_dropped_with_its_limit() {
    check(&["7 7 - 6", "7 7 - -"], &["2026-11-01 inherited 1 dropped 2026-11-02; 7, 1 on 2026-11-01"]);
}

#[test]
fn the_worst_is_compared_in_every_digit() {
    // As floats all three are 1 beyond.
    check(
        &["7 7.00000000000000000001 - 6", "7.00000000000000000002 7 - 6", "7 7 - 6"],
        &["2026-11-01 inherited 3 open -; 7.00000000000000000002, 1.00000000000000000002 on 2026-11-02"],
    );
    // A lower limit: 4 is 1.5 short of 5.5, and 7 is 1 above 6.
    check(&["7 4 5.5 6"], &["2026-11-01 inherited 1 open -; 4, 1.5 on 2026-11-01"]);
}

#[test]
fn what_is_undefined_is_worse_than_any_value() {
    check(&["9 7 - 6", "- 7 - 6", "8 8 - 6"], &["2026-11-01 inherited 3 open -; ?, ? on 2026-11-02"]);
}

#[test]
fn questions_narrow_what_is_listed() {
    let history = record().history();
    let listed = |since: Option<&str>, account: Option<&str>, open: bool| {
        let spans = history.breaches(since, account, open).expect("breaches");
        spans.iter().map(|span| format!("{} {} {}", span.account, span.metric, span.first_seen)).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, None, true), ["PB1 leverage 2026-11-05"]);
    // That of 30 October was seen in November still.
    assert_eq!(listed(Some("2026-11-01"), Some("PB1"), false), ["PB1 leverage 2026-10-30", "PB1 leverage 2026-11-05"]);
    assert_eq!(listed(Some("2026-11-06"), None, false), [""; 0]);
    assert_eq!(Ending::TABLE.map(|(word, ending)| ending.word() == word), [true; 4]);
}

#[test]
fn a_day_knows_earlier_days_alone() {
    let days = ["5 7 - 6", "6.5 6.4 - 6", "9 8 - 6", "8 5 - 6", "5 5 - 6", "7 7 - 6"];
    let question = "SELECT * FROM breach_days ORDER BY day";
    let all = rows(&record_of(&days).history(), question);
    assert_eq!(all.len(), 5);
    for count in 0..days.len() {
        let known = rows(&record_of(&days[..count]).history(), question);
        assert_eq!(known, all[..known.len()], "{count} days");
        assert_eq!(known.len(), count.min(4), "one for each of the first four days");
    }
}
