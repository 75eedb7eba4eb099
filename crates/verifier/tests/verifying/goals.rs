//! Levels of the objective and changes from the last plan, with sums worked by hand, and each item of them changed.

use domain::{AccountId, GiveUp, Keep, MetricName, OrderedMetric, Place, PlannedBooking, TradeId};
use test_desks::{Add, With, account, by_type, day, desk, number};
use verifier::{Claim, ClaimedChanges, ClaimedLevel};

use crate::scene::{Scene, amount};

/// T1 at PB1 costs 10 × 1 = 10, at PB2 8; T2 at PB1 20, at PB2 18; a wallet of 5 for each trade at PB1. The last plan has
/// T1 at PB1, T2 at PB2 and T7, which is of another day.
fn scene() -> Scene {
    let metrics = |cost: &str, wallet: &str| {
        vec![
            by_type("cost", &[&format!("bill {cost}"), "bond 0.9"]).priority("-1"),
            by_type("wallet", &[&format!("bill {wallet}"), "bond 0"]).priority("1"),
        ]
    };
    let mut desk = desk(vec![account("PB1", metrics("1", "0.5")), account("PB2", metrics("0.8", "0"))]);
    desk.objective.order = vec![OrderedMetric {
        place: Place::nowhere(),
        metric: MetricName::new("cost"),
        give_up: GiveUp::Amount(number("2")),
    }];
    desk.objective.keep = Some(Keep { place: Place::nowhere(), cost_per_change: number("3"), max_changes: Some(1) });
    let mut day = day().trade("T1 buy 10 A bill").trade("T2 buy 20 B bond");
    for (trade, account) in [("T1", "PB1"), ("T2", "PB2"), ("T7", "PB1")] {
        let (trade, account) = (TradeId::new(trade), AccountId::new(account));
        day.last_plan.push(PlannedBooking { place: Place::nowhere(), trade, account });
    }
    Scene::new(desk, day)
}

fn level(metric: Option<&str>, value: &str, bound: &str, given_up: &str) -> ClaimedLevel {
    ClaimedLevel {
        metric: metric.map(MetricName::new),
        value: amount(value),
        bound: Some(amount(bound)),
        given_up: amount(given_up),
        certified_bound: None,
    }
}

/// T1 stays at PB1, T2 moves to PB1: cost 10 + 18 = 28, the best being 8 + 18 = 26; wallet 10 × 0.5 = 5; one change at 3.
fn right(scene: &Scene) -> Claim {
    Claim {
        objective: Some(amount("-26")), // -28 + 5 - 3
        levels: vec![level(Some("cost"), "-28", "-26", "2"), level(None, "2", "2.5", "0")],
        changes: Some(ClaimedChanges {
            planned: 2,
            changed: 1,
            cost: amount("3"),
            max_changes: Some(1),
            trades: vec![(TradeId::new("T2"), AccountId::new("PB2"), AccountId::new("PB1"))],
        }),
        ..scene.claim(Some(&[0, 0]))
    }
}

#[test]
fn levels_and_changes_that_follow_from_the_inputs_hold() {
    let scene = scene();
    assert_eq!(scene.texts(&right(&scene)), [""; 0]);
}

#[test]
fn each_item_of_them_that_is_changed_is_found() {
    type Edit = fn(&mut Claim);
    let scene = scene();
    let changes = |claim: &mut Claim| claim.changes.clone().expect("changes");
    let edits: &[(Edit, &str)] = &[
        (|claim| claim.objective = Some(amount("-23")), "the objective is published as -23, the inputs give -26"),
        (
            |claim| drop(claim.levels.remove(0)),
            "the levels of the objective are published as [the rest], the inputs give [cost, the rest]",
        ),
        (
            |claim| claim.levels.reverse(),
            "the levels of the objective are published as [the rest, cost], the inputs give [cost, the rest]",
        ),
        (
            |claim| claim.levels[0].value = amount("-27"),
            "level cost of the objective is published as -27, the inputs give -28",
        ),
        (
            |claim| claim.levels[1].value = amount("5"),
            "level the rest of the objective is published as 5, the inputs give 2",
        ),
        (
            |claim| claim.levels[0].given_up = amount("2.01"),
            "level cost of the objective gave up 2.01, and the desk allows 2",
        ),
        (
            |claim| claim.levels[0].given_up = amount("-0.01"),
            "level cost of the objective gave up -0.01, and the desk allows 2",
        ),
        (
            |claim| claim.levels[1].given_up = amount("0.5"),
            "level the rest of the objective gave up 0.5, and the desk allows 0",
        ),
        (
            |claim| claim.levels[0].bound = Some(amount("-26.01")),
            "level cost of the objective is said not to exceed -26.01, and -26 was reached",
        ),
        (
            |claim| claim.changes = None,
            "the changes from the last plan are published as nothing, the inputs give 1 of 2",
        ),
    ];
    for (edit, text) in edits {
        let mut claim = right(&scene);
        edit(&mut claim);
        let found = scene.texts(&claim);
        assert!(found.iter().any(|found| found.starts_with(text)), "{text}: {found:?}");
    }
    let edits: &[fn(&mut ClaimedChanges)] = &[
        |changes| changes.planned = 3,
        |changes| changes.changed = 0,
        |changes| changes.cost = amount("2"),
        |changes| changes.max_changes = None,
        |changes| changes.trades.clear(),
        |changes| changes.trades[0].0 = TradeId::new("T1"),
        |changes| changes.trades[0].1 = AccountId::new("PB1"),
        |changes| changes.trades[0].2 = AccountId::new("PB2"),
    ];
    for edit in edits {
        let mut claim = right(&scene);
        let mut changed = changes(&mut claim);
        edit(&mut changed);
        claim.changes = Some(changed);
        let found = scene.texts(&claim);
        assert!(found.iter().any(|found| found.starts_with("the changes from the last plan are")), "{found:?}");
    }
}

#[test]
fn a_certified_bound_of_a_level_that_contradicts_its_numbers_is_found() {
    type Edit = fn(&mut Claim);
    let scene = scene();
    let edits: &[(Edit, &str)] = &[
        (
            |claim| claim.levels[0].certified_bound = Some(amount("-26.5")),
            "level cost of the objective is said not to exceed -26.5, and -26 was reached",
        ),
        (
            |claim| claim.levels[1].certified_bound = Some(amount("2.25")),
            "the bound of level the rest is published as 2.5, and 2.25 is certified",
        ),
        (
            |claim| (claim.levels[1].bound, claim.levels[1].certified_bound) = (None, Some(amount("2.25"))),
            "the bound of level the rest is published as nothing, and 2.25 is certified",
        ),
    ];
    for (edit, text) in edits {
        let mut claim = right(&scene);
        edit(&mut claim);
        let found = scene.texts(&claim);
        assert!(found.iter().any(|found| found.starts_with(text)), "{text}: {found:?}");
    }
}

#[test]
fn more_changes_than_there_may_be_are_found() {
    let scene = scene();
    let claim = scene.claim(Some(&[1, 0]));
    assert!(scene.texts(&claim).contains(&"2 trades changed from the last plan, and at most 1 may".to_owned()));
}

#[test]
fn a_failed_run_has_neither_levels_nor_changes() {
    let scene = scene();
    let failed = scene.claim(None);
    assert_eq!(scene.texts(&failed), [""; 0]);
    let right = right(&scene);
    let claim = Claim { levels: right.levels, changes: right.changes, ..failed };
    let found = scene.texts(&claim);
    assert!(
        found.iter().any(|text| text.starts_with("the levels of the objective are published as [cost")),
        "{found:?}"
    );
    assert!(found.iter().any(|text| text.ends_with("the inputs give nothing")), "{found:?}");
}
