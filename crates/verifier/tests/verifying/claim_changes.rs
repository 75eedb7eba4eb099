//! A right claim holds; the same claim with any one item changed does not.

use domain::{AccountId, Amount, Breach, MetricName, TradeId};
use verifier::Claim;

use crate::scene::{RICH_PLACEMENT, Scene, amount, rich};

type Change<'a> = &'a dyn Fn(&mut Claim);

/// Every claim that differs from `right` in one item, with what was changed.
fn changed(right: &Claim, scene: &Scene) -> Vec<(String, Claim)> {
    let mut claims = Vec::new();
    let mut add = |what: String, change: Change<'_>| {
        let mut claim = right.clone();
        change(&mut claim);
        claims.push((what, claim));
    };
    add("has_plan".to_owned(), &|claim| claim.has_plan = !claim.has_plan);
    for index in 0..right.assignments.len() {
        add(format!("booking {index} left out"), &|claim| drop(claim.assignments.remove(index)));
        add(format!("booking {index} twice"), &|claim| claim.assignments.push(claim.assignments[index].clone()));
        add(format!("booking {index} of another trade"), &|claim| claim.assignments[index].0 = TradeId::new("T9"));
        add(format!("booking {index} nowhere"), &|claim| claim.assignments[index].1 = AccountId::new("PB9"));
        for account in &scene.desk.accounts {
            if right.assignments[index].1 != account.id {
                let id = &account.id;
                add(format!("booking {index} at {id}"), &|claim| claim.assignments[index].1 = id.clone());
            }
        }
    }
    for (index, metric) in right.metrics.iter().enumerate() {
        let name = format!("{} {}", metric.account, metric.metric);
        add(format!("{name} left out"), &|claim| drop(claim.metrics.remove(index)));
        add(format!("{name} twice"), &|claim| claim.metrics.push(claim.metrics[index].clone()));
        add(format!("{name} of another name"), &|claim| claim.metrics[index].metric = MetricName::new("other"));
        add(format!("{name} of another account"), &|claim| claim.metrics[index].account = AccountId::new("PB9"));
        for (word, breach) in Breach::TABLE.into_iter().filter(|(_, breach)| *breach != metric.breach) {
            add(format!("{name} breach {word}"), &|claim| claim.metrics[index].breach = breach);
        }
        type Field = fn(&mut Claim, usize) -> &mut Option<Amount>;
        let fields: [(&str, Field); 5] = [
            ("initial", |claim, index| &mut claim.metrics[index].initial),
            ("final", |claim, index| &mut claim.metrics[index].last),
            ("min", |claim, index| &mut claim.metrics[index].min),
            ("max", |claim, index| &mut claim.metrics[index].max),
            ("headroom", |claim, index| &mut claim.metrics[index].headroom),
        ];
        for (field, of) in fields {
            add_numbers(&format!("{name} {field}"), &mut add, &|claim| of(claim, index));
        }
    }
    add_numbers("objective", &mut add, &|claim| &mut claim.objective);
    claims
}

/// A number a trillionth too large, one too small, its sign turned, and nothing; or something where there is nothing.
fn add_numbers(what: &str, add: &mut dyn FnMut(String, Change<'_>), field: &dyn Fn(&mut Claim) -> &mut Option<Amount>) {
    let last_digit = Amount::from_parts(1, 12);
    let shifted = |claim: &mut Claim, by: &Amount| match field(claim) {
        Some(number) => *number += by,
        nothing => *nothing = Some(Amount::from(1)),
    };
    add(format!("{what} larger"), &|claim| shifted(claim, &last_digit));
    add(format!("{what} smaller"), &|claim| shifted(claim, &-&last_digit));
    add(format!("{what} turned"), &|claim| match field(claim) {
        Some(number) if !number.is_zero() => *number = -&*number,
        other => *other = Some(Amount::from(7)),
    });
    add(format!("{what} toggled"), &|claim| {
        let number = field(claim);
        *number = if number.is_some() { None } else { Some(amount("0.5")) };
    });
}

#[test]
fn any_change_to_an_answer_is_found() {
    let scene = rich();
    let right = scene.claim(Some(&RICH_PLACEMENT));
    assert_eq!(scene.texts(&right), [""; 0]);
    let changes = changed(&right, &scene);
    assert!(changes.len() > 200, "{} changes", changes.len());
    for (what, claim) in changes {
        assert!(!scene.verify(&claim).is_empty(), "{what} is not found");
    }
}

#[test]
fn any_change_to_the_numbers_of_a_failed_run_is_found() {
    let scene = rich();
    let right = scene.claim(None);
    assert_eq!(scene.texts(&right), [""; 0]);
    for (what, claim) in changed(&right, &scene) {
        assert!(!scene.verify(&claim).is_empty(), "{what} is not found");
    }
}

#[test]
fn any_change_to_a_day_without_trades_is_found() {
    let mut day = rich().day;
    day.trades.clear();
    let scene = Scene::new(rich().desk, day);
    let right = scene.claim(Some(&[]));
    assert_eq!(scene.texts(&right), [""; 0]);
    for (what, claim) in changed(&right, &scene) {
        assert!(!scene.verify(&claim).is_empty(), "{what} is not found");
    }
}

#[test]
fn bookings_are_refused_in_words() {
    let scene = rich();
    let mut claim = scene.claim(Some(&RICH_PLACEMENT));
    let books = |rows: &[&str]| {
        let booking =
            |row: &&str| row.split_once(' ').map(|(trade, account)| (TradeId::new(trade), AccountId::new(account)));
        rows.iter().filter_map(booking).collect::<Vec<_>>()
    };
    claim.assignments = books(&["T1 PB1", "T1 PB2", "T3 PB2", "T4 PB2", "T5 PB1", "T2 PB7"]);
    assert_eq!(
        scene.texts(&claim),
        [
            "trade T1 is booked 2 times",
            "trade T2 is booked at PB7, which the desk does not have",
            "trade T3 is booked at PB2, which does not accept corporate",
            "trade T4 is booked at PB2, but pinned to PB1",
            "trade T5 is booked, but the day has no such trade",
        ]
    );
    claim.assignments.clear();
    assert_eq!(
        scene.texts(&claim),
        ["the status says that there is an assignment, but none of the 4 trades is booked"]
    );
    let mut failed = scene.claim(None);
    failed.assignments = books(&["T1 PB1"]);
    assert_eq!(scene.texts(&failed), ["the status says that there is no assignment, but bookings are listed: 1"]);
}

#[test]
fn a_bound_below_what_was_reached_is_no_bound() {
    let scene = rich();
    let mut claim = scene.claim(Some(&RICH_PLACEMENT));
    claim.bound.clone_from(&claim.objective);
    assert_eq!(scene.texts(&claim), [""; 0]);
    claim.bound = claim.objective.as_ref().map(|value| value - &Amount::from_parts(1, 12));
    assert_eq!(scene.verify(&claim).len(), 1);
}
