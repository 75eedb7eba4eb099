//! Certificates of the levels of an order that a person worked out, and each item of them changed.

use domain::certificate::{Aim, Floor};
use domain::{
    AccountId, Certificates, GiveUp, Keep, LevelCertificate, MetricName, OrderedMetric, Place, PlannedBooking, TradeId,
};
use test_desks::by_name::{Certificate, Node, PriceList};
use test_desks::{Add, With, account, by_type, day, desk, number};
use verifier::{Certified, Claim, ClaimedLevel, certified_bound, certified_level, verify_certificates};

use crate::bound::{branch, leaf, list};
use crate::scene::{Scene, amount};

/// PB1 charges half of what PB2 does and takes 100 of the 130 that are bought; PB2 pays a wallet. The cost comes first,
/// and 0.15 of it may be given up.
///
/// ```text
/// T1 60, T2 70     cost                  wallet
/// PB1, PB1         the limit is broken
/// PB1, PB2         -0.6 - 1.4 = -2.0     70 × 0.05 = 3.5   the answer: 0.1 of the cost is given up
/// PB2, PB1         -1.2 - 0.7 = -1.9     60 × 0.05 = 3     the best cost, so that -1.9 - 0.15 = -2.05 is its floor
/// PB2, PB2         -1.2 - 1.4 = -2.6     6.5               below the floor
/// ```
fn scene() -> Scene {
    let pb = |id: &str, cost: &str, wallet: &str, most: &str| {
        let gross = by_type("gross", &["government 1 1"]).max(most);
        let cost = by_type("cost", &[&format!("government {cost}")]).priority("-1");
        account(id, vec![gross, cost, by_type("wallet", &[&format!("government {wallet}")]).priority("1")])
    };
    let trades = day().trade("T1 buy 60 A government").trade("T2 buy 70 B government");
    let mut desk = desk(vec![pb("PB1", "0.01", "0", "100"), pb("PB2", "0.02", "0.05", "1000")]);
    desk.objective.order = vec![ordered("cost")];
    Scene::new(desk, trades)
}

fn ordered(metric: &str) -> OrderedMetric {
    OrderedMetric { place: Place::nowhere(), metric: MetricName::new(metric), give_up: GiveUp::Amount(number("0.15")) }
}

fn floor(metric: &str, least: &str) -> Floor {
    Floor { metric: MetricName::new(metric), least: amount(least) }
}

fn of_cost(price_lists: Vec<PriceList>, tree: Vec<Node>) -> LevelCertificate {
    let metric = Some(MetricName::new("cost"));
    LevelCertificate {
        metric,
        certificate: Some(Certificate { cuts: Vec::new(), price_lists, tree }.placed()),
        ..LevelCertificate::default()
    }
}

fn of_rest(least: &str, price_lists: Vec<PriceList>, tree: Vec<Node>) -> LevelCertificate {
    LevelCertificate { metric: None, floors: vec![floor("cost", least)], ..of_cost(price_lists, tree) }
}

/// What the certificate of a level shows, in words.
fn shown(scene: &Scene, level: &LevelCertificate) -> String {
    match certified_level(&scene.desk, &scene.day, &scene.book, level) {
        Ok(Some(Certified::Bound(bound))) => bound.to_string(),
        Ok(Some(Certified::Infeasible)) => "infeasible".to_owned(),
        Ok(None) => "nothing".to_owned(),
        Err(reason) => reason.to_string(),
    }
}

/// The bound of the last level under one list of prices.
fn of_prices(least: &str, prices: &[&str], aim: Aim) -> String {
    shown(&scene(), &of_rest(least, vec![list(prices, &[])], vec![leaf(0, aim)]))
}

#[test]
fn only_the_metric_of_a_level_counts_in_it() {
    let scene = scene();
    let one_leaf = |prices: &[&str]| of_cost(vec![list(prices, &[])], vec![leaf(0, Aim::Best)]);
    // Both at PB1: -60 × 0.01 - 70 × 0.01; with a price on its limit 100 × 0.01 - 130 × 0.02.
    assert_eq!(shown(&scene, &one_leaf(&[])), "-1.3");
    assert_eq!(shown(&scene, &one_leaf(&["PB1 gross max 0.01"])), "-1.6");
    // Both at PB2: 130 × 0.05.
    assert_eq!(of_prices("-2.05", &[], Aim::Best), "6.5");
    assert_eq!(shown(&scene, &LevelCertificate { certificate: None, ..one_leaf(&[]) }), "nothing");
}

#[test]
fn a_price_on_a_floor_weighs_the_level_before() {
    // 4 × 2.05, T1 at PB1 4 × -0.6 = -2.4, at PB2 3 + 4 × -1.2 = -1.8; T2 -2.8 or 3.5 - 5.6 = -2.1: 8.2 - 3.9.
    assert_eq!(of_prices("-2.05", &["floor cost 4"], Aim::Best), "4.3");
    // 5 × 2.05 - 3 - 3.5 = 3.75 wherever they are; a wallet has one decimal.
    assert_eq!(of_prices("-2.05", &["floor cost 5"], Aim::Best), "3.7");
    // 5 × 1.95 - 6.5 = 3.25: a higher floor leaves less.
    assert_eq!(of_prices("-1.95", &["floor cost 5"], Aim::Best), "3.2");
    // Nothing costs less than 1.3.
    assert_eq!(of_prices("-1.2", &["floor cost 1"], Aim::NoPlan), "infeasible");
    assert!(of_prices("-1.3", &["floor cost 1"], Aim::NoPlan).ends_with("their sum may reach 0"));
    assert_eq!(of_prices("-1.3", &["floor cost 1", "PB1 gross max 0.001"], Aim::NoPlan), "infeasible"); // 0.1 - 0.13
}

#[test]
fn what_changes_cost_counts_in_the_last_level() {
    let Scene { mut desk, mut day, .. } = scene();
    desk.objective.keep = Some(Keep { place: Place::nowhere(), cost_per_change: number("4"), max_changes: None });
    let (trade, account) = (TradeId::new("T1"), AccountId::new("PB1"));
    day.last_plan.push(PlannedBooking { place: Place::nowhere(), trade, account });
    let scene = Scene::new(desk, day);
    let one_leaf = || (vec![list(&[], &[])], vec![leaf(0, Aim::Best)]);
    let (lists, tree) = one_leaf();
    assert_eq!(shown(&scene, &of_cost(lists, tree)), "-1.3");
    // T1 at PB2 is 3 - 4, and stays at 0; T2 at PB2 3.5.
    let (lists, tree) = one_leaf();
    assert_eq!(shown(&scene, &of_rest("-9", lists, tree)), "3.5");
}

#[test]
fn a_floor_is_one_of_a_level_before() {
    let scene = scene();
    let with = |floors: Vec<Floor>, level: LevelCertificate| shown(&scene, &LevelCertificate { floors, ..level });
    let prices = |prices: &[&str]| (vec![list(prices, &[])], vec![leaf(0, Aim::Best)]);
    let rest = |of: &[&str]| of_rest("0", prices(of).0, prices(of).1);
    let cost = |of: &[&str]| of_cost(prices(of).0, prices(of).1);
    let not_before = |metric| format!("a floor is stated for {metric}, which is no level before this one");
    assert_eq!(with(vec![floor("wallet", "1")], rest(&[])), not_before("wallet"));
    assert_eq!(with(vec![floor("cost", "-9")], cost(&[])), not_before("cost"));
    let twice = vec![floor("cost", "-9"), floor("cost", "-9")];
    assert_eq!(with(twice, rest(&[])), "two floors are stated for level cost");
    let nothing = "a price is stated for the floor of level cost, where nothing of that kind has to hold";
    assert_eq!(with(Vec::new(), rest(&["floor cost 1"])), nothing);
    assert_eq!(with(Vec::new(), cost(&["floor cost 1"])), nothing);
    assert_eq!(
        with(vec![floor("cost", "-9")], rest(&["floor cost -1"])),
        "the price for the floor of level cost is below 0"
    );
    let unknown = LevelCertificate { metric: Some(MetricName::new("wallet")), ..rest(&[]) };
    assert_eq!(shown(&scene, &unknown), "the order of the desk has no metric wallet");
    let (price_lists, tree) = prices(&["floor cost 1"]);
    let whole = Certificate { cuts: Vec::new(), price_lists, tree }.placed();
    let whole = certified_bound(&scene.desk, &scene.day, &scene.book, &whole);
    assert_eq!(whole.map_err(|reason| reason.to_string()), Err(nothing.to_owned()));
}

/// Both levels closed to their best values.
fn certificates() -> Certificates {
    let lists = |price: &str| vec![list(&[], &[]), list(&[price], &[])];
    let of_cost = of_cost(
        lists("PB1 gross max 1"),
        vec![
            branch("T1", "PB1"),
            branch("T2", "PB1"),
            leaf(1, Aim::NoPlan), // 100 - 130 of room
            leaf(0, Aim::Best),   // -0.6 - 1.4 = -2
            leaf(0, Aim::Best),   // -1.2, and T2 at best -0.7: -1.9
        ],
    );
    let of_rest = of_rest(
        "-2.05",
        lists("floor cost 1"),
        vec![
            branch("T1", "PB1"),
            leaf(0, Aim::Best), // T2 at best 3.5
            branch("T2", "PB1"),
            leaf(0, Aim::Best),   // 3
            leaf(1, Aim::NoPlan), // -2.6 + 2.05 = -0.55
        ],
    );
    let booking = |trade: &str, account: &str| (TradeId::new(trade), AccountId::new(account));
    let best = vec![booking("T1", "PB2"), booking("T2", "PB1")];
    Certificates { whole: None, levels: vec![LevelCertificate { best, ..of_cost }, of_rest] }
}

fn claim(scene: &Scene) -> Claim {
    let level = |metric: Option<&str>, value: &str, given_up: &str, bound: &str| ClaimedLevel {
        metric: metric.map(MetricName::new),
        value: amount(value),
        bound: Some(amount(bound)),
        given_up: amount(given_up),
        certified_bound: Some(amount(bound)),
    };
    let levels = vec![level(Some("cost"), "-2", "0.1", "-1.9"), level(None, "3.5", "0", "3.5")];
    Claim { levels, ..scene.claim(Some(&[0, 1])) }
}

fn said(scene: &Scene, claim: &Claim, certificates: &Certificates) -> Vec<String> {
    let found = verify_certificates(&scene.desk, &scene.day, &scene.book, claim, certificates);
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn levels_that_are_closed_are_proven() {
    let scene = scene();
    assert_eq!(scene.texts(&claim(&scene)), [""; 0]);
    assert_eq!(said(&scene, &claim(&scene), &certificates()), [""; 0]);
    // A floor that is lower than it has to be bounds more assignments.
    let mut lower = certificates();
    lower.levels[1].floors[0].least = amount("-2.55");
    assert_eq!(said(&scene, &claim(&scene), &lower), [""; 0]);
    // Nothing is certified, and nothing said to be.
    let mut nothing = claim(&scene);
    nothing.levels.iter_mut().for_each(|level| level.certified_bound = None);
    assert_eq!(said(&scene, &nothing, &Certificates::default()), [""; 0]);
}

type Edit = fn(&mut Certificates);

/// Makes each change by itself; the text must be among what is said.
fn find(edits: &[(Edit, &str)]) {
    let scene = scene();
    for (edit, text) in edits {
        let mut changed = certificates();
        edit(&mut changed);
        let found = said(&scene, &claim(&scene), &changed);
        assert!(found.iter().any(|found| found.starts_with(text)), "{text}: {found:?}");
    }
}

#[test]
fn each_item_of_a_certificate_that_is_changed_is_found() {
    find(&[
        (
            |all| all.levels[1].floors[0].least = amount("-2.04"),
            "the certificate of level the rest leaves out what has less than -2.04 in level cost, which may end at -2.05",
        ),
        (
            |all| all.levels[1].floors[0].least = amount("-2.6"),
            "the certificate of level the rest shows nothing: the prices of node 4",
        ),
        (
            |all| all.levels[1].floors.clear(),
            "the certificate of level the rest shows nothing: a price is stated for the floor of level cost",
        ),
        (
            |all| all.levels[0].certificate = None,
            "the certified bound of level cost is published as -1.9, the certificate gives nothing",
        ),
        (
            |all| all.levels[1].certificate = None,
            "the certified bound of level the rest is published as 3.5, the certificate gives nothing",
        ),
        (
            |all| drop(all.levels.remove(1)),
            "the certificate is about the levels [cost], and [cost, the rest] are published",
        ),
        (
            |all| all.levels.reverse(),
            "the certificate is about the levels [the rest, cost], and [cost, the rest] are published",
        ),
        (
            |all| all.levels.clear(),
            "the certified bound of level the rest is published as 3.5, the certificate gives nothing",
        ),
        (
            |all| all.levels[1].certificate = all.levels[0].certificate.clone(),
            "the certified bound of level the rest is published as 3.5, the certificate gives 6.5",
        ),
    ]);
}

#[test]
fn a_best_assignment_that_is_another_one_is_found() {
    find(&[
        (
            |all| all.levels[0].best.clear(),
            "the best value of level cost is published as -1.9, and its best assignment has -2",
        ),
        (
            |all| drop(all.levels[0].best.remove(0)),
            "the best assignment of level cost: account PB1, metric gross: ends at 130 against its max of 100",
        ),
        (
            |all| all.levels[0].best[0].0 = TradeId::new("T3"),
            "the best assignment of level cost: trade T3 is booked, but the day has no such trade",
        ),
        (
            |all| all.levels[0].best[0].1 = AccountId::new("PB3"),
            "the best assignment of level cost: trade T1 is booked at PB3, which the desk does not have",
        ),
        (
            |all| all.levels[0].best[1].0 = TradeId::new("T1"),
            "the best assignment of level cost: trade T1 is booked 2 times",
        ),
        (
            |all| all.levels[1].best = vec![(TradeId::new("T1"), AccountId::new("PB2"))],
            "the best assignment of level the rest has -2.6 in level cost, which must not end below -2.05",
        ),
        (
            |all| all.levels[1].best = all.levels[0].best.clone(),
            "the best value of level the rest is published as 3.5, and its best assignment has 3",
        ),
    ]);
}

#[test]
fn each_number_of_a_level_that_is_changed_is_found() {
    type Edit = fn(&mut Claim);
    let scene = scene();
    let edits: &[(Edit, &str)] = &[
        // A best value that nothing has would be a higher floor than there is.
        (
            |claim| claim.levels[0].given_up = amount("0.12"),
            "the best value of level cost is published as -1.88, and its best assignment has -1.9",
        ),
        (
            |claim| claim.levels[0].given_up = amount("0"),
            "the best value of level cost is published as -2, and its best assignment has -1.9",
        ),
        (
            |claim| claim.levels[0].certified_bound = Some(amount("-1.85")),
            "the certified bound of level cost is published as -1.85, the certificate gives -1.9",
        ),
        (
            |claim| claim.levels[1].certified_bound = None,
            "the certified bound of level the rest is published as nothing, the certificate gives 3.5",
        ),
        (
            |claim| claim.certified_bound = Some(amount("3")),
            "the certified bound is published as 3, the certificate gives nothing",
        ),
        (|claim| claim.levels.clear(), "the certificate is about the levels [cost, the rest], and [] are published"),
    ];
    for (edit, text) in edits {
        let mut changed = claim(&scene);
        edit(&mut changed);
        let found = said(&scene, &changed, &certificates());
        assert!(found.iter().any(|found| found.starts_with(text)), "{text}: {found:?}");
    }
}

#[test]
fn a_level_that_can_have_no_assignment_contradicts_the_published_one() {
    let scene = scene();
    let mut changed = certificates();
    changed.levels[1] = of_rest("-1.2", vec![list(&["floor cost 1"], &[])], vec![leaf(0, Aim::NoPlan)]);
    let found = said(&scene, &claim(&scene), &changed);
    let contradiction =
        "the certificate of level the rest shows that no assignment keeps the levels before it, and one is published";
    assert!(found.iter().any(|text| text == contradiction), "{found:?}");
    // And its floor is one that the desk does not ask for.
    assert!(found.iter().any(|text| text.contains("less than -1.2 in level cost")), "{found:?}");
}

#[test]
fn a_single_level_is_the_whole_objective() {
    let Scene { mut desk, day, .. } = scene();
    desk.objective.order.push(ordered("wallet"));
    desk.objective.order.remove(0);
    // Without a cost the wallet is all that counts: both at PB2.
    for account in &mut desk.accounts {
        account.metrics.retain(|metric| metric.name.as_str() != "cost");
    }
    let scene = Scene::new(desk, day);
    let metric = Some(MetricName::new("wallet"));
    let level = LevelCertificate { metric: metric.clone(), ..of_cost(vec![list(&[], &[])], vec![leaf(0, Aim::Best)]) };
    let certificates = Certificates { whole: None, levels: vec![level] };
    let (best, given_up) = (|| amount("6.5"), amount("0"));
    let level = ClaimedLevel { metric, value: best(), bound: Some(best()), given_up, certified_bound: Some(best()) };
    let right = Claim { levels: vec![level], certified_bound: Some(best()), ..scene.claim(Some(&[1, 1])) };
    assert_eq!(said(&scene, &right, &certificates), [""; 0]);
    let text = "the certified bound is published as nothing, the certificate gives 6.5";
    assert_eq!(said(&scene, &Claim { certified_bound: None, ..right }, &certificates), [text]);
}
