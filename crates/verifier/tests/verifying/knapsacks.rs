//! Certificates in which accounts keep a limit, worked out by a person, and those that prove nothing.

use domain::certificate::Aim;
use domain::{AccountId, Bound, Keep, MetricName, Place, TradeId};
use test_desks::by_name::{Certificate, Cut, Node, PriceList};
use test_desks::{Add, With, account, by_type, day, desk, ratio};
use verifier::{Certified, certified_bound};

use crate::bound::{branch, leaf, price};
use crate::scene::{Scene, amount};

/// `"T1 -1.2"` and `"PB1 gross max 0.5"`, whose last word is the step.
fn list(trades: &[&str], kept: &[&str]) -> PriceList {
    let of_trade = |row: &&str| {
        let (trade, price) = row.split_once(' ').expect("two words");
        (TradeId::new(trade), amount(price))
    };
    let of_limit = |row: &&str| {
        let stated = price(row);
        (stated.subject, stated.price)
    };
    PriceList {
        trade_prices: trades.iter().map(of_trade).collect(),
        kept_limits: kept.iter().map(of_limit).collect(),
        ..PriceList::default()
    }
}

fn shown(scene: &Scene, certificate: &Certificate) -> String {
    match certified_bound(&scene.desk, &scene.day, &scene.book, &certificate.placed()) {
        Ok(Certified::Bound(bound)) => bound.to_string(),
        Ok(Certified::Infeasible) => "infeasible".to_owned(),
        Err(reason) => reason.to_string(),
    }
}

fn one_leaf(scene: &Scene, list: PriceList) -> String {
    shown(scene, &Certificate { price_lists: vec![list], tree: vec![leaf(0, Aim::Best)], ..Certificate::default() })
}

/// PB1 charges 0.01 and takes 100; PB2 charges 0.02 and has to have `least`. 60 and 70 are bought.
fn two_sacks(least: &str) -> Scene {
    let cost = |rate: &str| by_type("cost", &[&format!("government {rate}")]).priority("-1");
    let gross = || by_type("gross", &["government 1 1"]);
    let accounts = vec![
        account("PB1", vec![gross().max("100"), cost("0.01")]),
        account("PB2", vec![gross().min(least), cost("0.02")]),
    ];
    Scene::new(desk(accounts), day().trade("T1 buy 60 A government").trade("T2 buy 70 B government"))
}

#[test]
fn an_account_that_keeps_its_limit_is_a_knapsack() {
    let scene = two_sacks("0");
    // What each costs at PB2, which takes them at no gain then. PB1 gains 0.6 by T1 and 0.7 by T2, and has no room for
    // both: -1.2 - 1.4 + 0.7. No prices on limits get below -1.6.
    let prices = ["T1 -1.2", "T2 -1.4"];
    assert_eq!(one_leaf(&scene, list(&prices, &["PB1 gross max 1"])), "-1.9");
    // Nobody keeps anything: -1.2 - 1.4 + 0.6 + 0.7.
    assert_eq!(one_leaf(&scene, list(&prices, &[])), "-1.3");
    // Trades for nothing: no account takes one at a cost.
    assert_eq!(one_leaf(&scene, list(&[], &["PB1 gross max 1"])), "0");
    // T2 is worth 0.5 more to all of them, and both PB2 and PB1 take it: -1.2 - 1.9 + 0.5 + 1.2.
    assert_eq!(one_leaf(&scene, list(&["T1 -1.2", "T2 -1.9"], &["PB1 gross max 1"])), "-1.4");
    // A price on the limit besides: 0.01 · 100, and PB1 gains nothing then: -1.2 - 1.4 + 1.
    let both = PriceList { shadow_prices: vec![price("PB1 gross max 0.01")], ..list(&prices, &["PB1 gross max 1"]) };
    assert_eq!(one_leaf(&scene, both), "-1.6");
}

#[test]
fn weights_are_rounded_down_to_whole_steps() {
    let scene = two_sacks("0");
    let in_steps = |step: &str| one_leaf(&scene, list(&["T1 -1.2", "T2 -1.4"], &[&format!("PB1 gross max {step}")]));
    // 60 / 30 = 2, 70 / 30 = 2.33, room for 100 / 30 = 3.33: 2 and 2 in 3.
    assert_eq!(in_steps("30"), "-1.9");
    // 60 / 50 = 1.2, 70 / 50 = 1.4, room for 2: both seem to fit.
    assert_eq!(in_steps("50"), "-1.3");
    // 0.0025 has more decimals than the weights.
    assert_eq!(in_steps("0.0025"), "-1.9");
}

#[test]
fn a_limit_that_asks_for_trades_has_them_left_out() {
    // PB2 needs 65. What each costs at PB1 as its price: PB1 gains nothing, and PB2 loses 0.6 by T1 or 0.7 by T2, of
    // which T2 is enough: -0.6 - 0.7 - 0.7.
    let prices = ["T1 -0.6", "T2 -0.7"];
    assert_eq!(one_leaf(&two_sacks("65"), list(&prices, &["PB2 gross min 1"])), "-2");
    assert_eq!(one_leaf(&two_sacks("60"), list(&prices, &["PB2 gross min 1"])), "-1.9");
    assert_eq!(one_leaf(&two_sacks("71"), list(&prices, &["PB2 gross min 1"])), "-2.6");
    assert_eq!(one_leaf(&two_sacks("131"), list(&prices, &["PB2 gross min 1"])), "infeasible");
    // In steps of 13 T1 leaves out 4 and T2 5, of (130 - 65) / 13 = 5; in steps of 12 room for 5 as well, and T2 is 5.
    assert_eq!(one_leaf(&two_sacks("65"), list(&prices, &["PB2 gross min 13"])), "-1.9");
}

#[test]
fn what_is_decided_takes_up_room() {
    let scene = two_sacks("0");
    let lists = vec![list(&["T1 -1.2", "T2 -1.4"], &["PB1 gross max 1"])];
    // T1 at PB1: -0.6, and T2 has no room there: -1.4. T1 at PB2: -1.2, and T2 at PB1.
    let tree = vec![branch("T1", "PB1"), leaf(0, Aim::Best), leaf(0, Aim::Best)];
    assert_eq!(shown(&scene, &Certificate { price_lists: lists.clone(), tree, ..Certificate::default() }), "-1.9");
    // Both at PB1, which is no assignment at all.
    let both =
        vec![branch("T1", "PB1"), branch("T2", "PB1"), leaf(0, Aim::NoPlan), leaf(0, Aim::Best), leaf(0, Aim::Best)];
    assert_eq!(shown(&scene, &Certificate { price_lists: lists, tree: both, ..Certificate::default() }), "-1.9");
}

#[test]
fn a_ratio_can_be_kept() {
    let metrics = |rate: &str, most: &str| {
        vec![
            by_type("gross", &["government 1 1", "cash 0"]),
            by_type("equity", &["government 1", "cash 1"]),
            ratio("leverage", "gross", "equity").max(most),
            by_type("cost", &[&format!("government {rate}"), "cash 0"]).priority("-1"),
        ]
    };
    let opening = day().position("PB1 50 USD cash").position("PB2 50 USD cash");
    let trades = opening.trade("T1 buy 60 A government").trade("T2 buy 70 B government");
    let accounts = vec![account("PB1", metrics("0.01", "2")), account("PB2", metrics("0.02", "20"))];
    let scene = Scene::new(desk(accounts), trades);
    // Equity stays at 50, so that PB1 takes 100.
    assert_eq!(one_leaf(&scene, list(&["T1 -1.2", "T2 -1.4"], &["PB1 leverage max 1"])), "-1.9");
}

#[test]
fn what_shows_nothing_is_named() {
    let mut scene = two_sacks("0");
    let reason = |scene: &Scene, trades: &[&str], kept: &[&str]| one_leaf(scene, list(trades, kept));
    assert_eq!(reason(&scene, &["T9 1"], &[]), "the day has no trade T9");
    assert_eq!(reason(&scene, &["T1 1", "T1 1"], &[]), "a list has two prices for trade T1");
    assert_eq!(
        reason(&scene, &[], &["PB1 gross max 1", "PB1 gross max 2"]),
        "a list has the max of metric gross at account PB1 kept at an account that keeps another limit"
    );
    for step in ["0", "-1"] {
        assert_eq!(
            reason(&scene, &[], &[&format!("PB1 gross max {step}")]),
            "the max of metric gross at account PB1 is kept in steps that are not above 0"
        );
    }
    assert_eq!(
        reason(&scene, &[], &["PB1 gross min 1"]),
        "a price is stated for the min of metric gross at account PB1, where nothing of that kind has to hold"
    );
    assert_eq!(reason(&scene, &[], &["PB3 gross max 1"]), "the desk has no account PB3");
    let too_fine = reason(&scene, &["T1 -1.2", "T2 -1.4"], &["PB1 gross max 0.000000001"]);
    assert_eq!(too_fine, "not checked: the knapsacks up to node 0 take more than the verifier spends on them");
    let keep = Keep { place: Place::nowhere(), cost_per_change: domain::Decimal::ZERO, max_changes: Some(1) };
    scene.desk.objective.keep = Some(keep);
    assert_eq!(
        reason(&scene, &[], &["max_changes 1"]),
        "the number of changes from the last plan is of no account that could keep it"
    );
}

#[test]
fn a_node_closes_bookings_that_knapsacks_show_to_be_no_better() {
    let scene = two_sacks("0");
    let lists = vec![list(&["T1 -1.2", "T2 -1.4"], &["PB1 gross max 1"])];
    let booking = |trade: &str, account: &str| (TradeId::new(trade), AccountId::new(account));
    let closed = |choices: Vec<(TradeId, AccountId)>| {
        let tree = vec![Node::Close { choices, prices: 0, aim: Aim::Best }, leaf(0, Aim::Best)];
        shown(&scene, &Certificate { price_lists: lists.clone(), tree, ..Certificate::default() })
    };
    // With T1 at PB1 T2 has no room there: -0.6 - 1.4. With T1 at PB2 and T2 at PB1: -1.2 - 1.4 + 0.7.
    assert_eq!(closed(vec![booking("T1", "PB1")]), "-1.9");
    // T2 at PB2 leaves -0.6 - 1.4, and without it there T2 is at PB1: -0.7 - 1.2.
    assert_eq!(closed(vec![booking("T2", "PB2")]), "-1.9");
    // Each by itself, and not one after the other: T1 at PB2 shows -1.9 with T2 still free.
    assert_eq!(closed(vec![booking("T2", "PB1"), booking("T1", "PB2")]), "-1.9");
    // What is left, both at PB1, has no room.
    let tree = vec![
        Node::Close { choices: vec![booking("T1", "PB2"), booking("T2", "PB2")], prices: 0, aim: Aim::Best },
        leaf(0, Aim::NoPlan),
    ];
    assert_eq!(shown(&scene, &Certificate { price_lists: lists, tree, ..Certificate::default() }), "-1.9");
}

#[test]
fn prices_of_cuts_are_paid_on_what_accounts_take() {
    let scene = two_sacks("0");
    let cut = Cut {
        account: AccountId::new("PB1"),
        metric: MetricName::new("gross"),
        end: Bound::Max,
        weights: vec![(TradeId::new("T1"), 1), (TradeId::new("T2"), 1)],
        most: 1,
    };
    let with_cut = |of_cut: &str, kept: &[&str]| {
        let cut_prices = vec![(0, amount(of_cut))];
        let lists = vec![PriceList { cut_prices, ..list(&["T1 -1.2", "T2 -1.4"], kept) }];
        shown(&scene, &Certificate { cuts: vec![cut.clone()], price_lists: lists, tree: vec![leaf(0, Aim::Best)] })
    };
    // PB1 keeps nothing, and takes both at 0.6 in place of 1.3: 0.6 - 0.6, 0.7 - 0.6, and 0.6 for the room of one.
    assert_eq!(with_cut("0.6", &[]), "-1.9");
    assert_eq!(with_cut("0.5", &[]), "-1.8");
    assert_eq!(with_cut("0", &[]), "-1.3");
    // It keeps its limit, and the cut says nothing new: -1.2 - 1.4 + 0.7 - 0.5 + 0.5.
    assert_eq!(with_cut("0.5", &["PB1 gross max 1"]), "-1.9");
}
