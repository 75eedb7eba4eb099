//! What fires after a run, and what is told of it: on change only, by as-of dates, the same in whatever order.

use monitor::alerts::kind::{BREACH, FAILED, GAP, TABLE};
use monitor::alerts::standing::What;
use monitor::alerts::{Fact, Kind, Seen, Standing};
use proptest::prelude::*;

fn breach(account: &str, excess: &str) -> Fact {
    let (account, metric) = (Some(account.to_owned()), Some("leverage".to_owned()));
    Fact { kind: &BREACH, account, metric, measure: Some(excess.to_owned()), text: format!("by {excess}") }
}

fn failed(as_of: &str) -> Fact {
    Fact { kind: &FAILED, account: None, metric: None, measure: Some(as_of.to_owned()), text: "failed".to_owned() }
}

/// A run about a date that found these facts and knows about everything.
fn seen(as_of: &str, facts: Vec<Fact>) -> Seen<'_> {
    Seen {
        desk: "rates",
        as_of: Some(as_of),
        time: "2026-11-20T18:00:00Z",
        latest: "2026-11-27",
        unread: None,
        known: TABLE.to_vec(),
        facts,
    }
}

/// A run that failed: about breaches it knows nothing.
fn failure(as_of: &str) -> Seen<'_> {
    Seen { known: vec![&FAILED], ..seen(as_of, vec![failed(as_of)]) }
}

/// What is told, run by run, as `word key`.
fn told(worse_by: &str, runs: Vec<Seen<'_>>) -> Vec<Vec<String>> {
    let mut standing = Standing::default();
    let mut told = Vec::new();
    for run in runs {
        standing = standing.after(&run, worse_by);
        let word = |change: &monitor::alerts::Change| format!("{} {}", change.change.word(), change.alert.key());
        told.push(standing.changes.iter().map(word).collect());
    }
    told
}

const NOTHING: Vec<String> = Vec::new();

#[test]
fn a_breach_is_told_when_it_begins_when_it_grows_and_when_it_is_over() {
    let runs = vec![
        seen("2026-11-16", vec![breach("PB1", "100")]),
        seen("2026-11-17", vec![breach("PB1", "100.0")]), // the same number
        seen("2026-11-18", vec![breach("PB1", "99")]),    // better: nothing to do that was not told
        seen("2026-11-19", vec![breach("PB1", "100.01")]),
        seen("2026-11-20", vec![]),
        seen("2026-11-23", vec![]),
    ];
    let key = "rates/breach/PB1/leverage";
    assert_eq!(
        told("0", runs),
        [
            vec![format!("firing {key}")],
            NOTHING,
            NOTHING,
            vec![format!("worse {key}")],
            vec![format!("resolved {key}")],
            NOTHING
        ]
    );
}

#[test]
fn a_growth_below_the_share_is_not_told_however_often_it_comes() {
    let days = ["2026-11-16", "2026-11-17", "2026-11-18"];
    // 100 × 1.1 = 110: 109 is not above it, and neither is 110; 110.1 is.
    let run = |excess: [&'static str; 3]| {
        told("0.1", days.into_iter().zip(excess).map(|(day, excess)| seen(day, vec![breach("PB1", excess)])).collect())
    };
    assert_eq!(run(["100", "109", "110"])[2], NOTHING);
    assert_eq!(run(["100", "109", "110.1"])[2], ["worse rates/breach/PB1/leverage"]);
}

#[test]
fn a_failed_run_says_nothing_about_breaches() {
    let runs = vec![
        seen("2026-11-16", vec![breach("PB1", "100")]),
        failure("2026-11-17"),
        seen("2026-11-18", vec![breach("PB1", "100")]),
    ];
    assert_eq!(told("0", runs)[1..], [vec!["firing rates/failed//"], vec!["resolved rates/failed//"]]);
}

#[test]
fn a_second_day_that_fails_is_worse_and_the_same_day_again_is_not() {
    let runs = vec![failure("2026-11-16"), failure("2026-11-16"), failure("2026-11-17")];
    assert_eq!(
        told("0", runs),
        [vec!["firing rates/failed//".to_owned()], NOTHING, vec!["worse rates/failed//".to_owned()]]
    );
}

#[test]
fn a_backfill_of_an_earlier_date_tells_nobody() {
    let runs = vec![
        seen("2026-11-20", vec![breach("PB1", "1")]),
        seen("2026-11-02", vec![]),                   // it was not broken then
        seen("2026-11-03", vec![breach("PB2", "7")]), // and another one was
        failure("2026-11-04"),
        seen("2026-11-20", vec![breach("PB1", "1")]), // the same date once more is the newest
    ];
    assert_eq!(told("0", runs)[1..], [NOTHING, NOTHING, NOTHING, NOTHING]);
}

#[test]
fn a_date_that_is_made_up_for_before_a_later_one_was_answered_counts() {
    let runs = vec![
        seen("2026-11-19", vec![breach("PB1", "1")]),
        failure("2026-11-20"),
        seen("2026-11-19", vec![]), // the newest answer there is
    ];
    assert_eq!(told("0", runs)[2], ["resolved rates/breach/PB1/leverage"]);
}

#[test]
fn a_date_far_ahead_begins_and_ends_nothing() {
    let runs = vec![
        seen("2026-11-20", vec![breach("PB1", "1")]),
        seen("2026-11-28", vec![]),                     // a day behind the last that counts
        failure("2062-11-20"),                          // somebody meant another year
        seen("2026-11-23", vec![breach("PB1", "1.1")]), // it is the newest all the same
        failure("2026-11-24"),
        seen("2026-11-27", vec![]), // the last that counts
    ];
    let key = "rates/breach/PB1/leverage";
    let (worse, failed) = (vec![format!("worse {key}")], vec!["firing rates/failed//".to_owned()]);
    let over = vec!["resolved rates/failed//".to_owned(), format!("resolved {key}")];
    assert_eq!(told("0", runs)[1..], [NOTHING, NOTHING, worse, failed, over]);
}

#[test]
fn what_a_date_far_ahead_left_behind_counts_for_nothing() {
    // As it was recorded by a clock that was wrong.
    let ahead = Seen { latest: "2062-12-31", ..failure("2062-11-20") };
    let runs = || vec![Seen { known: vec![&FAILED], ..ahead.clone() }];
    let then = |run| told("0", runs().into_iter().chain([run]).collect())[1].clone();
    assert_eq!(then(failure("2026-11-23")), ["worse rates/failed//"]);
    assert_eq!(then(seen("2026-11-23", vec![])), ["resolved rates/failed//"]);
}

#[test]
fn undefined_is_worse_than_any_number_and_any_number_is_told_against_the_last() {
    let undefined = || Fact { measure: None, ..breach("PB1", "") };
    let runs = vec![
        seen("2026-11-16", vec![breach("PB1", "0.73")]),
        seen("2026-11-17", vec![undefined()]),
        seen("2026-11-18", vec![undefined()]),
        seen("2026-11-19", vec![breach("PB1", "10000")]), // defined again: better
        seen("2026-11-20", vec![breach("PB1", "10001")]),
    ];
    let worse = vec!["worse rates/breach/PB1/leverage".to_owned()];
    assert_eq!(told("0", runs)[1..], [worse.clone(), NOTHING, NOTHING, worse]);
}

#[test]
fn what_failed_before_the_desk_had_a_name_is_over_with_its_first_answer() {
    let file = Seen { desk: "desk", ..failure("2026-11-19") };
    let first = Seen { unread: Some("desk"), ..seen("2026-11-20", vec![]) };
    assert_eq!(told("0", vec![file.clone(), first]), [["firing desk/failed//"], ["resolved desk/failed//"]]);
    // Another desk of that name goes on failing.
    assert_eq!(told("0", vec![file, seen("2026-11-20", vec![])])[1], NOTHING);
}

#[test]
fn a_desk_without_dates_is_about_now() {
    let now = |facts| Seen { as_of: None, ..seen("", facts) };
    let runs = vec![now(vec![breach("PB1", "1")]), now(vec![breach("PB1", "1")]), now(vec![])];
    let key = "rates/breach/PB1/leverage";
    assert_eq!(told("0", runs), [vec![format!("firing {key}")], NOTHING, vec![format!("resolved {key}")]]);
}

#[test]
fn what_is_over_says_since_when_it_was() {
    let mut standing = Standing::default();
    for (day, excess) in [("2026-11-16", "5"), ("2026-11-17", "9")] {
        standing = standing.after(&seen(day, vec![breach("PB1", excess)]), "0");
    }
    let after = standing.after(&seen("2026-11-18", vec![]), "0");
    let over = &after.changes[0];
    assert_eq!((over.change, over.alert.since.as_deref()), (What::Resolved, Some("2026-11-16")));
    assert_eq!(over.alert.measure.as_deref(), Some("9"));
    assert_eq!(after.firing, []);
}

#[test]
fn desks_that_share_a_ledger_say_nothing_about_each_other() {
    let credit = |as_of, facts| Seen { desk: "credit", ..seen(as_of, facts) };
    let runs = vec![
        seen("2026-11-20", vec![breach("PB1", "1")]),
        credit("2026-11-19", vec![breach("PB1", "2")]), // an earlier date than the other desk's is its newest
        credit("2026-11-20", vec![]),
        seen("2026-11-20", vec![breach("PB1", "1")]),
    ];
    let key = "credit/breach/PB1/leverage";
    assert_eq!(told("0", runs)[1..], [vec![format!("firing {key}")], vec![format!("resolved {key}")], NOTHING]);
}

#[test]
fn keys_of_odd_names_differ() {
    let key = |account: &str, metric: &str| {
        let fact = Fact { metric: Some(metric.to_owned()), ..breach(account, "1") };
        Standing::default().after(&seen("2026-11-16", vec![fact]), "0").firing[0].key()
    };
    assert_eq!(key("A/B", "c"), "rates/breach/A%2FB/c");
    assert_eq!(key("A", "B/c"), "rates/breach/A/B%2Fc");
    assert_ne!(key("A%2FB", "c"), key("A/B", "c"));
}

fn kinds() -> impl Strategy<Value = Vec<&'static Kind>> {
    prop_oneof![Just(TABLE.to_vec()), Just(vec![&FAILED])]
}

/// A run: its day, and what it found.
fn run() -> impl Strategy<Value = (usize, Vec<&'static Kind>, Vec<(usize, u8)>)> {
    (0_usize..6, kinds(), proptest::collection::vec((0_usize..3, 1_u8..4), 0..3))
}

const DAYS: [&str; 6] = ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23"];

fn seen_of((day, known, found): &(usize, Vec<&'static Kind>, Vec<(usize, u8)>)) -> Seen<'static> {
    let fact = |(account, excess): &(usize, u8)| breach(["PB1", "PB2", "PB3"][*account], &excess.to_string());
    let is_known = known.contains(&&BREACH);
    let facts = found.iter().filter(|_| is_known).map(fact).chain((!is_known).then(|| failed(DAYS[*day])));
    Seen { known: known.clone(), ..seen(DAYS[*day], facts.collect()) }
}

proptest! {
    #[test]
    fn messages_of_an_alert_begin_and_end_in_turn(runs in proptest::collection::vec(run(), 1..20)) {
        let mut standing = Standing::default();
        let mut open = std::collections::BTreeSet::new();
        for run in &runs {
            standing = standing.after(&seen_of(run), "0");
            for change in &standing.changes {
                let key = change.alert.key();
                match change.change {
                    What::Firing => prop_assert!(open.insert(key)),
                    What::Worse => prop_assert!(open.contains(&key)),
                    What::Resolved => prop_assert!(open.remove(&key)),
                }
            }
            let firing: std::collections::BTreeSet<String> = standing.firing.iter().map(|alert| alert.key()).collect();
            prop_assert_eq!(&firing, &open);
        }
    }

    #[test]
    fn the_same_run_again_tells_nothing(runs in proptest::collection::vec(run(), 1..12)) {
        let mut standing = Standing::default();
        for run in &runs {
            standing = standing.after(&seen_of(run), "0");
            let again = standing.after(&seen_of(run), "0");
            prop_assert_eq!(&again.changes, &vec![]);
            prop_assert_eq!(&again.firing.len(), &standing.firing.len());
        }
    }

    #[test]
    fn what_fires_does_not_depend_on_the_order_of_the_days(
        runs in proptest::collection::vec(run(), 6),
        order in Just(vec![0, 1, 2, 3, 4, 5]).prop_shuffle(),
    ) {
        // One run a day.
        let runs: Vec<_> = runs.into_iter().enumerate().map(|(day, (_, known, found))| (day, known, found)).collect();
        let fires_after = |order: &[usize]| {
            let standing = order.iter().fold(Standing::default(), |before, day| before.after(&seen_of(&runs[*day]), "0"));
            let mut keys: Vec<String> = standing.firing.iter().map(|alert| alert.key()).collect();
            keys.sort();
            keys
        };
        prop_assert_eq!(fires_after(&order), fires_after(&[0, 1, 2, 3, 4, 5]));
    }
}

#[test]
fn a_gap_is_about_the_whole_desk() {
    let gap = Fact { kind: &GAP, account: None, metric: None, measure: Some("0.02".to_owned()), text: String::new() };
    assert_eq!(told("0", vec![seen("2026-11-16", vec![gap])]), [["firing rates/gap//"]]);
}
