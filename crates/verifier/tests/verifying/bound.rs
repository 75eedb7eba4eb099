//! Certificates that a person worked out, and those that prove nothing.

use domain::certificate::{Aim, Part, Subject};
use domain::{AccountId, Bound, Certificates, Keep, MetricName, OnBreach, Place, PlannedBooking, SecurityId, TradeId};
use test_desks::by_name::{Certificate, Node, PriceList, ShadowPrice, Slope};
use test_desks::{Add, With, account, by_type, day, desk, number, ratio};
use verifier::{Certified, Claim, certified_bound, verify_certificates};

use crate::scene::{Scene, amount};

/// `"PB1 gross max 0.01"`, and `defined` at the end for the denominator of a ratio; or `"max_changes 3"`, or
/// `"floor cost 5"`.
pub(crate) fn price(row: &str) -> ShadowPrice {
    let words: Vec<&str> = row.split(' ').collect();
    if let ["floor", metric, price] = words[..] {
        return ShadowPrice { subject: Subject::Floor { metric: MetricName::new(metric) }, price: amount(price) };
    }
    if let ["max_changes", price] = words[..] {
        return ShadowPrice { subject: Subject::MaxChanges, price: amount(price) };
    }
    let subject = Subject::Limit {
        account: AccountId::new(words[0]),
        metric: MetricName::new(words[1]),
        end: if words[2] == "max" { Bound::Max } else { Bound::Min },
        part: if words.get(4).is_some() { Part::Defined } else { Part::Limit },
    };
    ShadowPrice { subject, price: amount(words[3]) }
}

/// `"PB1 A 0.06"`, and `cash` at the end for cash.
pub(crate) fn slope(row: &str) -> Slope {
    let words: Vec<&str> = row.split(' ').collect();
    let (account, security) = (AccountId::new(words[0]), SecurityId::new(words[1]));
    Slope { account, security, is_cash: words.get(3).is_some(), slope: amount(words[2]) }
}

pub(crate) fn list(prices: &[&str], slopes: &[&str]) -> PriceList {
    PriceList {
        shadow_prices: prices.iter().map(|row| price(row)).collect(),
        slopes: slopes.iter().map(|row| slope(row)).collect(),
        ..PriceList::default()
    }
}

pub(crate) fn branch(trade: &str, account: &str) -> Node {
    Node::Branch { trade: TradeId::new(trade), account: AccountId::new(account) }
}

/// `"T1 PB1"` each.
pub(crate) fn close(choices: &[&str], prices: usize, aim: Aim) -> Node {
    let choice = |choice: &&str| {
        let (trade, account) = choice.split_once(' ').expect("a trade and an account");
        (TradeId::new(trade), AccountId::new(account))
    };
    Node::Close { choices: choices.iter().map(choice).collect(), prices, aim }
}

pub(crate) fn leaf(prices: usize, aim: Aim) -> Node {
    Node::Leaf { prices, aim }
}

/// What a certificate shows, in words: a bound, `infeasible`, or why it shows nothing.
fn shown(scene: &Scene, price_lists: Vec<PriceList>, tree: Vec<Node>) -> String {
    said_of(scene, &Certificate { cuts: Vec::new(), price_lists, tree }.placed())
}

fn said_of(scene: &Scene, certificate: &domain::Certificate) -> String {
    match certified_bound(&scene.desk, &scene.day, &scene.book, certificate) {
        Ok(Certified::Bound(bound)) => bound.to_string(),
        Ok(Certified::Infeasible) => "infeasible".to_owned(),
        Err(reason) => reason.to_string(),
    }
}

fn one_leaf(scene: &Scene, prices: &[&str], slopes: &[&str], aim: Aim) -> String {
    shown(scene, vec![list(prices, slopes)], vec![leaf(0, aim)])
}

/// PB1 charges half of what PB2 does, and takes 100 of the 130 that are bought.
fn cheap_and_dear() -> Scene {
    let pb = |id: &str, rate: &str| {
        let gross = by_type("gross", &["government 1 1"]).max(if id == "PB1" { "100" } else { "1000" });
        account(id, vec![gross, by_type("cost", &[&format!("government {rate}")]).priority("-1")])
    };
    let trades = day().trade("T1 buy 60 A government").trade("T2 buy 70 B government");
    Scene::new(desk(vec![pb("PB1", "0.01"), pb("PB2", "0.02")]), trades)
}

#[test]
fn a_price_on_a_limit_turns_it_into_a_part_of_the_objective() {
    let scene = cheap_and_dear();
    // Both at PB1, as if it had no limit: -60 × 0.01 - 70 × 0.01.
    assert_eq!(one_leaf(&scene, &[], &[], Aim::Best), "-1.3");
    // 100 × 0.01, then each trade at -(0.01 + 0.01) a unit at PB1 or -0.02 at PB2: 1 - 130 × 0.02.
    assert_eq!(one_leaf(&scene, &["PB1 gross max 0.01"], &[], Aim::Best), "-1.6");
    // A price too high pays for room that nobody needs: 100 × 0.05, all at PB2: 5 - 130 × 0.02.
    assert_eq!(one_leaf(&scene, &["PB1 gross max 0.05"], &[], Aim::Best), "2.4");
}

/// [`cheap_and_dear`] with a last plan, `"T1 PB2"`, and what it says of changes.
fn close_to(plan: &[&str], cost_per_change: &str, max_changes: Option<u32>) -> Scene {
    let Scene { mut desk, mut day, .. } = cheap_and_dear();
    let cost_per_change = number(cost_per_change);
    desk.objective.keep = Some(Keep { place: Place::nowhere(), cost_per_change, max_changes });
    for row in plan {
        let (trade, account) = row.split_once(' ').expect("a trade and an account");
        let (trade, account) = (TradeId::new(trade), AccountId::new(account));
        day.last_plan.push(PlannedBooking { place: Place::nowhere(), trade, account });
    }
    Scene::new(desk, day)
}

#[test]
fn a_change_from_the_last_plan_is_a_choice_of_its_trade() {
    let scene = close_to(&["T1 PB2", "T2 PB2", "T9 PB1"], "0.5", Some(1));
    // T1 at PB1 -0.6 - 0.5, at PB2 -1.2; T2 at PB1 -0.7 - 0.5, at PB2 -1.4: both seem to change.
    assert_eq!(one_leaf(&scene, &[], &[], Aim::Best), "-2.3");
    // One change is allowed: 0.2, then T1 stays at -1.2, and T2 is -1.4 either way. T2 alone changing has that.
    assert_eq!(one_leaf(&scene, &["max_changes 0.2"], &[], Aim::Best), "-2.4");
    assert!(one_leaf(&scene, &["max_changes 1"], &[], Aim::NoPlan).ends_with("their sum may reach 1"));
    // A trade of the last plan that is new to no account, and one that the desk has no account for any more.
    let kept = |plan: &[&str]| one_leaf(&close_to(plan, "9", Some(0)), &["max_changes 1"], &[], Aim::NoPlan);
    assert_eq!(kept(&["T1 PB1", "T2 PB3"]), "infeasible");
    assert!(kept(&["T1 PB1", "T9 PB3"]).ends_with("their sum may reach 0"));
    // In a branch: T1 is booked at PB1 there, and the change is made.
    let tree = vec![branch("T1", "PB1"), leaf(0, Aim::NoPlan), leaf(1, Aim::Best)];
    let lists = vec![list(&["max_changes 1"], &[]), list(&["max_changes 2"], &[])];
    // Without any change: -60 × 0.02 - 70 × 0.02.
    assert_eq!(shown(&close_to(&["T1 PB2", "T2 PB2"], "0", Some(0)), lists, tree), "-2.6");
}

#[test]
fn a_price_on_changes_needs_a_limit_on_them() {
    let nothing =
        "a price is stated for the number of changes from the last plan, where nothing of that kind has to hold";
    for scene in [cheap_and_dear(), close_to(&["T1 PB2"], "3", None)] {
        assert_eq!(one_leaf(&scene, &["max_changes 1"], &[], Aim::Best), nothing);
    }
    let scene = close_to(&["T1 PB2"], "3", Some(1));
    let twice = "a list has two prices for the number of changes from the last plan";
    assert_eq!(one_leaf(&scene, &["max_changes 1", "max_changes 1"], &[], Aim::Best), twice);
    let negative = "the price for the number of changes from the last plan is below 0";
    assert_eq!(one_leaf(&scene, &["max_changes -1"], &[], Aim::Best), negative);
}

#[test]
fn a_tree_closes_what_prices_leave_open() {
    let scene = cheap_and_dear();
    let lists = || vec![list(&[], &[]), list(&["PB1 gross max 1"], &[])];
    let tree = vec![
        branch("T1", "PB1"),
        branch("T2", "PB1"),
        leaf(1, Aim::NoPlan), // Both at PB1: 100 - 60 - 70 = -30 of room.
        leaf(0, Aim::Best),   // -60 × 0.01 - 70 × 0.02 = -2
        leaf(0, Aim::Best),   // T1 at PB2: -60 × 0.02, and T2 at best -70 × 0.01: -1.9
    ];
    assert_eq!(shown(&scene, lists(), tree.clone()), "-1.9");
    assert_eq!(shown(&scene, lists(), tree[..4].to_vec()), "the tree ends before every branch has both its cases");
    assert_eq!(shown(&scene, lists(), [&tree[..], &tree[4..]].concat()), "the tree is complete before node 5");
    assert_eq!(shown(&scene, lists(), Vec::new()), "the tree ends before every branch has both its cases");
}

#[test]
fn choices_are_closed_by_what_they_show_when_they_are_forced() {
    let scene = cheap_and_dear();
    let lists = || vec![list(&[], &[]), list(&["PB1 gross max 1"], &[])];
    let tree = |tree: Vec<Node>| shown(&scene, lists(), tree);
    // T2 at PB2: -60 × 0.01 - 70 × 0.02 = -2. Then T2 is at PB1, where T1 has no room, and T1 at PB2 makes -1.9.
    let rest = || vec![branch("T1", "PB1"), leaf(1, Aim::NoPlan), leaf(0, Aim::Best)];
    assert_eq!(tree([vec![close(&["T2 PB2"], 0, Aim::Best)], rest()].concat()), "-1.9");
    // Both at PB2 cost more than one of them, but each by itself is closed with the other where it likes: T1 at PB2 -1.9.
    let both = vec![close(&["T1 PB2", "T2 PB2"], 0, Aim::Best), leaf(1, Aim::NoPlan)];
    assert_eq!(tree(both), "-1.9");
    // Forced to PB1, T1 leaves 40 of the room and T2 stays away.
    let no_room = "the prices of node 0 do not show that it has no plan: their sum may reach";
    assert_eq!(tree(vec![close(&["T1 PB1"], 1, Aim::NoPlan), leaf(0, Aim::Best)]), format!("{no_room} 40"));
    // T2 leaves 30; with both closed, what leaves the most decides, wherever it stands.
    for choices in [["T1 PB1", "T2 PB1"], ["T2 PB1", "T1 PB1"]] {
        assert_eq!(tree(vec![close(&choices, 1, Aim::NoPlan), leaf(0, Aim::Best)]), format!("{no_room} 40"));
    }
    // With T2 there it has 100 - 130 < 0. What is closed in a branch is open again after it: T1 elsewhere in both.
    let inner = vec![branch("T2", "PB1"), close(&["T1 PB1"], 1, Aim::NoPlan), leaf(0, Aim::Best)];
    // -1.2 - 0.7 and, T2 elsewhere, -0.6 - 1.4.
    assert_eq!(tree([inner, vec![leaf(0, Aim::Best)]].concat()), "-1.9");
}

#[test]
fn what_is_closed_was_open_and_leaves_a_choice() {
    let scene = cheap_and_dear();
    let tree =
        |choices: &[&str]| shown(&scene, vec![list(&[], &[])], vec![close(choices, 0, Aim::Best), leaf(0, Aim::Best)]);
    let not_open = |trade: &str, account: &str| {
        format!("node 0 of the tree is about trade {trade} at account {account}, which is no open choice there")
    };
    assert_eq!(tree(&["T1 PB1", "T1 PB2"]), not_open("T1", "PB2"));
    assert_eq!(tree(&["T1 PB1", "T1 PB1"]), not_open("T1", "PB1"));
    assert_eq!(tree(&["T9 PB1"]), "the day has no trade T9");
    assert_eq!(tree(&["T1 PB9"]), "the desk has no account PB9");
    assert_eq!(tree(&[]), "-1.3", "nothing is closed");
    let no_list = shown(&scene, Vec::new(), vec![close(&["T1 PB1"], 0, Aim::Best)]);
    assert_eq!(no_list, "node 0 of the tree refers to price list 0, which is not there");
}

/// A position that T1 makes long by 30 and T2 short by 20 at PB1; nothing counts at PB2.
fn kinked(priority: &str) -> Scene {
    let worth = by_type("worth", &["government 0.1 0.3"]).priority(priority);
    let trades = day().trade("T1 buy 30 A government").trade("T2 sell 20 A government");
    Scene::new(desk(vec![account("PB1", vec![worth]), account("PB2", vec![])]), trades)
}

#[test]
fn trades_that_move_one_position_are_counted_together() {
    // Paid for: F(-20) = 6, F(30) = 3, F(10) = 1. T2 alone is the best.
    assert_eq!(one_leaf(&kinked("1"), &[], &[], Aim::Best), "6");
    // Charged for: both stay away.
    assert_eq!(one_leaf(&kinked("-1"), &[], &[], Aim::Best), "0");
}

#[test]
fn a_line_lies_above_a_position_with_two_rates() {
    // d = 0.1: c = max(6 + 2, 3 - 3, 0) = 8, and T1 adds 3.
    assert_eq!(one_leaf(&kinked("1"), &[], &["PB1 A 0.1"], Aim::Best), "11");
    // Charged for: F(-20) = -6, F(30) = -3. d = 0.06, c = 0; T1 seems to add 1.8.
    assert_eq!(one_leaf(&kinked("-1"), &[], &["PB1 A 0.06"], Aim::Best), "1.8");
    // d = 0 is below neither side of 0: both stay away.
    assert_eq!(one_leaf(&kinked("-1"), &[], &["PB1 A 0"], Aim::Best), "0");
}

#[test]
fn a_position_that_many_trades_move_has_a_chord() {
    let scene = |priority: &str, sells: usize| {
        let Scene { desk, .. } = kinked(priority);
        let bought = day().trade("T0 buy 30 A government");
        Scene::new(desk, (0..sells).fold(bought, |day, sell| day.trade(&format!("S{sell} sell 2 A government"))))
    };
    // Nine trades are counted together.
    assert_eq!(one_leaf(&scene("-1", 8), &[], &[], Aim::Best), "0");
    // Ten are not. From F(-18) = -5.4 to F(30) = -3 the chord has d = 2.4 / 48 = 0.05 and c = 0: T0 seems to add 1.5.
    assert_eq!(one_leaf(&scene("-1", 9), &[], &[], Aim::Best), "1.5");
    // Paid for: d = -0.05, c = 5.4 - 0.9 = 4.5, and every sell adds 0.1.
    assert_eq!(one_leaf(&scene("1", 9), &[], &[], Aim::Best), "5.4");
}

#[test]
fn a_position_that_one_trade_can_still_move_has_two_values() {
    let scene = kinked("1");
    let tree = vec![branch("T1", "PB1"), leaf(0, Aim::Best), leaf(0, Aim::Best)];
    // T1 at PB1: F(30) = 3, and with T2 F(10) = 1. T1 elsewhere: F(-20) = 6.
    assert_eq!(shown(&scene, vec![list(&[], &["PB1 A 99"])], tree), "6");
}

#[test]
fn cash_moves_with_every_trade() {
    let card = by_type("carry", &["government 0", "cash 0.01 -0.03"]).priority("1");
    let opening = day().position("PB1 50 USD cash").trade("T1 buy 80 A government").trade("T2 sell 10 A government");
    let scene = Scene::new(desk(vec![account("PB1", vec![card]), account("PB2", vec![])]), opening);
    // Cash of PB1 is 50, -30, 60 or 20: it carries 0.5, -0.9, 0.6, 0.2. From -30 to 60 the chord is 1.5 / 90, and
    // d = 0.01 is better: c = max(-0.9 + 0.3, 0.6 - 0.6, 0) = 0. Base 0.5, T1 adds -0.8, T2 adds 0.1.
    assert_eq!(one_leaf(&scene, &[], &["PB1 USD 0.01 cash"], Aim::Best), "0.6");
    let unknown = "no position or trade is in USD";
    assert_eq!(one_leaf(&scene, &[], &["PB1 USD 0.01"], Aim::Best), unknown, "USD is cash, and no security");
}

#[test]
fn a_limit_that_nothing_reaches_is_proven_out_of_reach() {
    let scene = cheap_and_dear();
    let no_room = "the prices of node 0 do not show that it has no plan: their sum may reach";
    // 100 at PB1 without a trade there.
    assert_eq!(one_leaf(&scene, &["PB1 gross max 1"], &[], Aim::NoPlan), format!("{no_room} 100"));
    let mut tight = cheap_and_dear();
    for account in &mut tight.desk.accounts {
        account.metrics[0].limit.max = Some(test_desks::number("64.999"));
    }
    let tight = Scene::new(tight.desk, tight.day);
    // 2 × 64.999 of room for 130.
    assert_eq!(one_leaf(&tight, &["PB1 gross max 1", "PB2 gross max 1"], &[], Aim::NoPlan), "infeasible");
    assert_eq!(
        one_leaf(&tight, &["PB1 gross max 1", "PB2 gross max 0"], &[], Aim::NoPlan),
        format!("{no_room} 64.999")
    );
}

/// One account: gross 100 and equity 20 at the opening, 10 more to be bought or sold there.
fn levered(rule: OnBreach, trade: &str) -> Scene {
    let metrics = vec![
        by_type("equity", &["government 1", "cash 1"]),
        by_type("gross", &["government 1 1"]),
        ratio("leverage", "gross", "equity").max("4").on_breach(rule),
    ];
    let opening = day().position("PB1 100 A government").position("PB1 -80 USD cash");
    Scene::new(desk(vec![account("PB1", metrics)]), opening.trade(trade))
}

#[test]
fn a_ratio_has_room_in_units_of_its_numerator() {
    // 4 × 20 - 110 = -30.
    assert_eq!(
        one_leaf(&levered(OnBreach::MustCure, "T1 buy 10 A government"), &["PB1 leverage max 1"], &[], Aim::NoPlan),
        "infeasible"
    );
    // It opens at 5, and must not worsen: 5 × 20 - 110 = -10, but 5 × 20 - 90 = 10.
    let inherited =
        |trade| one_leaf(&levered(OnBreach::MustNotWorsen, trade), &["PB1 leverage max 1"], &[], Aim::NoPlan);
    assert_eq!(inherited("T1 buy 10 A government"), "infeasible");
    assert!(inherited("T1 sell 10 A government").ends_with("may reach 10"));
    let reported = levered(OnBreach::ReportOnly, "T1 buy 10 A government");
    assert_eq!(
        one_leaf(&reported, &["PB1 leverage max 1"], &[], Aim::NoPlan),
        "a price is stated for the max of metric leverage at account PB1, where nothing of that kind has to hold"
    );
}

#[test]
fn a_denominator_of_zero_is_as_bad_as_one_below() {
    let metrics = || {
        vec![
            by_type("gross", &["government 1 1"]),
            by_type("equity", &["government 0", "cash 1"]),
            ratio("leverage", "gross", "equity").max("4"),
        ]
    };
    let scene = |rule, cash: &str| {
        let mut metrics = metrics();
        metrics[2].limit.on_breach = rule;
        let opening = day().position(&format!("PB1 {cash} USD cash")).trade("T1 buy 10 A government");
        Scene::new(desk(vec![account("PB1", metrics)]), opening)
    };
    let defined = |scene: &Scene| one_leaf(scene, &["PB1 leverage max 1 defined"], &[], Aim::NoPlan);
    assert_eq!(defined(&scene(OnBreach::MustCure, "10")), "infeasible"); // 10 - 10 = 0
    assert!(defined(&scene(OnBreach::MustCure, "11")).ends_with("may reach 1"));
    // A limit itself may be kept with no room at all: 4 × 2.5 - 10 = 0.
    let exactly = one_leaf(&scene(OnBreach::MustCure, "12.5"), &["PB1 leverage max 1"], &[], Aim::NoPlan);
    assert!(exactly.ends_with("may reach 0"), "{exactly}");
    // Undefined at the opening and must not worsen: the denominator may not fall below -5, and ends at -15.
    let undefined = scene(OnBreach::MustNotWorsen, "-5");
    assert_eq!(one_leaf(&undefined, &["PB1 leverage max 1"], &[], Aim::NoPlan), "infeasible");
    assert!(defined(&undefined).contains("nothing of that kind"));
}

#[test]
fn a_malformed_certificate_proves_nothing_and_says_why() {
    let scene = cheap_and_dear();
    let best = |prices: &[&str], slopes: &[&str]| one_leaf(&scene, prices, slopes, Aim::Best);
    assert_eq!(best(&["PB9 gross max 1"], &[]), "the desk has no account PB9");
    assert!(best(&["PB1 net max 1"], &[]).contains("nothing of that kind"));
    assert!(best(&["PB1 gross min 1"], &[]).contains("nothing of that kind"));
    assert!(best(&["PB1 gross max 1 defined"], &[]).contains("nothing of that kind"));
    assert_eq!(best(&["PB1 gross max -0.01"], &[]), "the price for the max of metric gross at account PB1 is below 0");
    assert_eq!(
        best(&["PB1 gross max 1", "PB1 gross max 1"], &[]),
        "a list has two prices for the max of metric gross at account PB1"
    );
    assert_eq!(best(&[], &["PB9 A 1"]), "the desk has no account PB9");
    assert_eq!(best(&[], &["PB1 C 1"]), "no position or trade is in C");
    assert_eq!(best(&[], &["PB1 A 1", "PB1 A 1"]), "a list has two slopes for A at account PB1");
    let tree = |tree: Vec<Node>| shown(&scene, vec![list(&[], &[])], tree);
    let best = || leaf(0, Aim::Best);
    assert_eq!(tree(vec![leaf(1, Aim::Best)]), "node 0 of the tree refers to price list 1, which is not there");
    assert_eq!(tree(vec![branch("T9", "PB1"), best(), best()]), "the day has no trade T9");
    assert_eq!(tree(vec![branch("T1", "PB9"), best(), best()]), "the desk has no account PB9");
    assert_eq!(
        tree(vec![branch("T1", "PB1"), branch("T1", "PB1"), best(), best(), best()]),
        "node 1 of the tree is about trade T1 at account PB1, which is no open choice there"
    );
    let mut pinned = scene.day.clone();
    pinned.trades[0].pin = Some(AccountId::new("PB2"));
    let pinned = Scene::new(scene.desk.clone(), pinned);
    let on_pin = shown(&pinned, vec![list(&[], &[])], vec![branch("T1", "PB1"), best(), best()]);
    assert!(on_pin.contains("no open choice"), "{on_pin}");
}

#[test]
fn places_are_those_of_a_table_that_has_each_entry_once() {
    let scene = cheap_and_dear();
    let price_lists = vec![list(&["PB1 gross max 0.01"], &["PB1 A 0.01"])];
    let tree = vec![branch("T1", "PB1"), close(&["T2 PB2"], 0, Aim::Best), leaf(0, Aim::Best), leaf(0, Aim::Best)];
    let right = Certificate { cuts: Vec::new(), price_lists, tree }.placed();
    // T1 at PB2 and T2 at PB1 with the price: 1 - 60 × 0.02 - 70 × 0.02.
    assert_eq!(said_of(&scene, &right), "-1.6");
    type Edit = fn(&mut domain::Certificate);
    let edits: [(Edit, &str); 7] = [
        (|all| all.price_lists[0].shadow_prices[0].0 = 1, "rooms has 1 entries, and there is a reference to 1"),
        (|all| all.price_lists[0].slopes[0].0 = 7, "positions has 1 entries, and there is a reference to 7"),
        (
            |all| all.tree[0] = domain::certificate::Node::Branch(2),
            "bookings has 2 entries, and there is a reference to 2",
        ),
        (|all| close_of(all).push(3), "bookings has 2 entries, and there is a reference to 3"),
        (|all| all.rooms.push(all.rooms[0].clone()), "rooms has the entry at 1 twice"),
        (|all| all.positions.push(all.positions[0].clone()), "positions has the entry at 1 twice"),
        (|all| all.bookings.push(all.bookings[0].clone()), "bookings has the entry at 2 twice"),
    ];
    for (edit, says) in edits {
        let mut changed = right.clone();
        edit(&mut changed);
        assert_eq!(said_of(&scene, &changed), says);
    }
}

fn close_of(certificate: &mut domain::Certificate) -> &mut Vec<usize> {
    match &mut certificate.tree[1] {
        domain::certificate::Node::Close { choices, .. } => choices,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_book_that_is_not_of_the_day_proves_nothing() {
    let mut scene = cheap_and_dear();
    scene.book.trades.pop();
    assert!(one_leaf(&scene, &[], &[], Aim::Best).contains("the list of trades"));
}

/// What is wrong with a claim beside a certificate.
fn said(scene: &Scene, claim: &Claim, certificate: Option<&Certificate>) -> Vec<String> {
    let certificates = Certificates { whole: certificate.map(Certificate::placed), levels: Vec::new() };
    let found = verify_certificates(&scene.desk, &scene.day, &scene.book, claim, &certificates);
    scene.texts(claim).into_iter().chain(found.iter().map(ToString::to_string)).collect()
}

#[test]
fn a_certified_bound_that_the_certificate_does_not_give_is_found() {
    let scene = cheap_and_dear();
    let tree = vec![branch("T1", "PB1"), leaf(1, Aim::Best), leaf(0, Aim::Best)];
    // T1 at PB1 with the price: 1 - 60 × 0.02 - 70 × 0.02 = -1.6. T1 at PB2: -1.9.
    let price_lists = vec![list(&[], &[]), list(&["PB1 gross max 0.01"], &[])];
    let certificate = Certificate { cuts: Vec::new(), price_lists, tree };
    // T1 at PB2, T2 at PB1: -60 × 0.02 - 70 × 0.01.
    let right =
        Claim { bound: Some(amount("-1.6")), certified_bound: Some(amount("-1.6")), ..scene.claim(Some(&[1, 0])) };
    assert_eq!(right.objective, Some(amount("-1.9")));
    assert_eq!(said(&scene, &right, Some(&certificate)), [""; 0]);
    let with = |certified_bound: Option<&str>, certificate: Option<&Certificate>| {
        let certified_bound = certified_bound.map(amount);
        said(&scene, &Claim { bound: Some(amount("-1.9")), certified_bound, ..right.clone() }, certificate).join("; ")
    };
    for (lowered, text) in [("-1.9", "-1.9"), ("-1.600000000001", "-1.600000000001"), ("-1.5", "-1.5")] {
        let says = format!("the certified bound is published as {text}, the certificate gives -1.6");
        assert_eq!(with(Some(lowered), Some(&certificate)), says);
    }
    assert_eq!(
        with(None, Some(&certificate)),
        "the certified bound is published as nothing, the certificate gives -1.6"
    );
    assert_eq!(with(Some("-1.6"), None), "the certified bound is published as -1.6, the certificate gives nothing");
    // A solver may claim more than is certified, never less.
    assert_eq!(with(Some("-1.6"), Some(&certificate)), "");
    let weaker = Claim { bound: Some(amount("-1")), ..right.clone() };
    assert_eq!(said(&scene, &weaker, Some(&certificate)), ["the bound is published as -1, and -1.6 is certified"]);
    let below = Claim { bound: Some(amount("-2")), certified_bound: Some(amount("-2")), ..right };
    assert!(
        said(&scene, &below, Some(&certificate))
            .contains(&"the objective is said not to exceed -2, and this assignment reaches -1.9".to_owned())
    );
}

#[test]
fn infeasibility_that_is_not_shown_is_found_and_so_is_a_plan_beside_it() {
    let scene = levered(OnBreach::MustCure, "T1 buy 10 A government");
    let lists = |price: &str| Certificate {
        cuts: Vec::new(),
        price_lists: vec![list(&[price], &[])],
        tree: vec![leaf(0, Aim::NoPlan)],
    };
    let (shows, fails) = (lists("PB1 leverage max 1"), lists("PB1 leverage max 0"));
    let claimed = scene.claim(None);
    let certified = Claim { certified_infeasible: true, ..claimed.clone() };
    assert_eq!(said(&scene, &certified, Some(&shows)), [""; 0]);
    assert_eq!(said(&scene, &claimed, None), [""; 0]);
    let not_shown = "that no assignment keeps the limits is called certified, and the certificate does not show it";
    assert_eq!(said(&scene, &certified, None), [not_shown]);
    assert_eq!(
        said(&scene, &certified, Some(&fails)),
        [
            "the certificate shows nothing: the prices of node 0 do not show that it has no plan: their sum may reach 0",
            not_shown
        ]
    );
    assert_eq!(
        said(&scene, &claimed, Some(&shows)),
        ["that no assignment keeps the limits is shown by the certificate, and not called certified"]
    );
    let beside = Claim { certified_infeasible: true, ..scene.claim(Some(&[0])) };
    let against = "it is certified that no assignment keeps the limits, and one is published".to_owned();
    assert!(said(&scene, &beside, Some(&shows)).contains(&against));
}
