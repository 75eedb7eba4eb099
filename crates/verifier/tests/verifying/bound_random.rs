//! Laws of certificates on random small desks, against every assignment there is.

use std::collections::BTreeSet;

use domain::certificate::{Aim, Part, Subject};
use domain::limit::Bound;
use domain::{AccountId, Amount, Day, Decimal, Desk, Keep, OnBreach, Place, PlannedBooking};
use metric_engine::MetricValue;
use proptest::collection::vec;
use proptest::prelude::*;
use test_desks::by_name::{Certificate, Node, PriceList, ShadowPrice, Slope};
use test_desks::{Add, With, accepting, account, by_type, day, desk, ratio};
use verifier::{Certified, certified_bound};

use crate::scene::Scene;

/// A whole number for each choice that a desk, a day or a certificate leaves open.
#[derive(Debug)]
struct Dice(Vec<u16>, usize);

impl Dice {
    fn roll(&mut self, sides: u16) -> u16 {
        self.1 += 1;
        self.0[self.1 % self.0.len()].wrapping_mul(7).wrapping_add(u16::try_from(self.1 % 97).unwrap_or(0)) % sides
    }

    fn between(&mut self, low: i64, high: i64, scale: u32) -> Decimal {
        let span = u16::try_from(high - low + 1).unwrap_or(u16::MAX);
        Decimal::new(low + i64::from(self.roll(span)), scale)
    }
}

fn rule(dice: &mut Dice) -> OnBreach {
    [OnBreach::MustCure, OnBreach::MustNotWorsen, OnBreach::ReportOnly][usize::from(dice.roll(3))]
}

fn random_desk(dice: &mut Dice, accounts: usize) -> Desk {
    let pb = |index: usize, dice: &mut Dice| {
        let mut rate = |low, high| dice.between(low, high, 2).to_string();
        let equity = by_type("equity", &["a 1", "b 1", "cash 1"]);
        let gross = by_type("gross", &[&format!("a {} {}", rate(0, 150), rate(0, 150)), "b 1 1"]);
        let margin =
            by_type("margin", &[&format!("a {}", rate(-50, 50)), &format!("b {} {}", rate(-50, 50), rate(-50, 50))]);
        let cost = by_type(
            "cost",
            &[&format!("a {}", rate(-9, 9)), "b 0.02 0.07", &format!("cash {} {}", rate(-5, 5), rate(-5, 5))],
        );
        let sides = by_type("sides", &[&format!("a {} {}", rate(-20, 20), rate(-20, 20)), "b 0", "cash 0"]);
        let metrics = vec![
            equity.min(&dice.between(-60, 40, 0).to_string()),
            gross.max(&dice.between(20, 140, 0).to_string()).on_breach(rule(dice)),
            margin
                .min(&dice.between(-40, 0, 0).to_string())
                .max(&dice.between(5, 50, 0).to_string())
                .on_breach(rule(dice)),
            ratio("leverage", "gross", "equity").max(&dice.between(5, 90, 1).to_string()).on_breach(rule(dice)),
            ratio("use", "margin", "equity").min("-3").max(&dice.between(-3, 30, 1).to_string()).on_breach(rule(dice)),
            // So many decimals that a bound is hardly taken down to a value that an objective can have.
            cost.priority("-1.000000001"),
            sides.priority("0.500000001"),
        ];
        let here = account(&format!("PB{index}"), metrics);
        if dice.roll(4) == 0 { accepting(here, &["a"]) } else { here }
    };
    // The first takes everything, so that no trade is without an account.
    let mut accounts: Vec<domain::Account> = (0..accounts).map(|index| pb(index, dice)).collect();
    accounts[0].accepts.security_types = None;
    let mut desk = desk(accounts);
    desk.settle_trades = dice.roll(4) > 0;
    desk.objective.include_limited = dice.roll(3) == 0;
    desk
}

fn random_day(dice: &mut Dice, accounts: usize, trades: usize) -> Day {
    let security = |dice: &mut Dice| ["A a", "B b", "C b"][usize::from(dice.roll(3))];
    let pb = |dice: &mut Dice| usize::from(dice.roll(5)) % accounts;
    let mut all = day();
    for index in 0..accounts {
        all = all.position(&format!("PB{index} {} USD cash", dice.between(-40, 60, 0)));
        all = all.position(&format!("PB{index} {} A a", dice.between(-30, 50, 0)));
    }
    for index in 0..trades {
        let side = if dice.roll(2) == 0 { "buy" } else { "sell" };
        let pin = if dice.roll(6) == 0 { " PB0" } else { "" };
        let (size, security) = (dice.between(1, 40, 0), security(dice));
        all = all.trade(&format!("T{index} {side} {size} {security}{pin}"));
    }
    if dice.roll(3) == 0 {
        all = all.current(&format!("PB{} gross {}", pb(dice), dice.between(0, 200, 0)));
    }
    all
}

fn random_scene(dice: &mut Dice, trades: usize) -> Scene {
    let accounts = 2 + usize::from(dice.roll(2));
    let (mut desk, mut day) = (random_desk(dice, accounts), random_day(dice, accounts, trades));
    if dice.roll(2) == 0 {
        let max_changes = (dice.roll(3) > 0).then(|| u32::from(1 + dice.roll(3)));
        let cost_per_change = dice.between(0, 30, 2) + Decimal::new(1, 9);
        desk.objective.keep = Some(Keep { place: Place::nowhere(), cost_per_change, max_changes });
    }
    for trade in day.trades.iter().map(|trade| trade.id.clone()) {
        // PB3 is no account of any desk here.
        let account = AccountId::new(format!("PB{}", dice.roll(4)));
        if dice.roll(3) > 0 {
            day.last_plan.push(PlannedBooking { place: Place::nowhere(), trade, account });
        }
    }
    Scene::new(desk, day)
}

/// Every assignment that pins and acceptances allow.
fn assignments(scene: &Scene) -> Vec<Vec<usize>> {
    (0..scene.book.trades.len()).fold(vec![Vec::new()], |before, trade| {
        let more = |placement: &Vec<usize>| {
            let allowed = (0..scene.book.accounts.len()).filter(|account| scene.book.allows(trade, *account));
            allowed.map(|account| [&placement[..], &[account]].concat()).collect::<Vec<_>>()
        };
        before.iter().flat_map(more).collect()
    })
}

/// The objective of an assignment, and whether it keeps every limit.
fn judged(scene: &Scene, placement: &[usize]) -> (Amount, bool) {
    let claim = scene.claim(Some(placement));
    (claim.objective.clone().unwrap_or_default(), scene.verify(&claim).is_empty())
}

/// Everything that a price may be paid on, with its room in an assignment; from the values of the metrics.
fn rooms(scene: &Scene, placement: &[usize]) -> Vec<(ShadowPrice, Amount)> {
    let (before, after) = (scene.book.opening_values(), scene.book.values(placement));
    let mut rooms = Vec::new();
    for (account, (before, after)) in scene.desk.accounts.iter().zip(before.iter().zip(&after)) {
        for (metric, (opened, now)) in account.metrics.iter().zip(before.iter().zip(after)) {
            for end in [Bound::Min, Bound::Max] {
                let Some(limit) = metric.limit.bound(end).map(Amount::from) else { continue };
                let price = |part| {
                    let (account, metric) = (account.id.clone(), metric.name.clone());
                    ShadowPrice { subject: Subject::Limit { account, metric, end, part }, price: Amount::zero() }
                };
                let side = |room: Amount| if end == Bound::Max { room } else { -room };
                let inherits =
                    metric.limit.on_breach == OnBreach::MustNotWorsen && opened.breaks_bound(&metric.limit, end);
                match (opened, now) {
                    _ if metric.limit.on_breach == OnBreach::ReportOnly => {}
                    (MetricValue::Amount(opened), MetricValue::Amount(now)) => {
                        let limit = if inherits { opened } else { &limit };
                        rooms.push((price(Part::Limit), side(limit - now)));
                    }
                    (
                        MetricValue::Ratio { numerator: n0, denominator: d0 },
                        MetricValue::Ratio { numerator: n, denominator: d },
                    ) => {
                        if inherits && !d0.is_positive() {
                            rooms.push((price(Part::Limit), d - d0));
                            continue;
                        }
                        let limit = if inherits { opening_ratio(end, n0, d0) } else { limit };
                        rooms.push((price(Part::Limit), side(&(&limit * d) - n)));
                        rooms.push((price(Part::Defined), d.clone()));
                    }
                    _ => unreachable!("a metric has one form"),
                }
            }
        }
    }
    if let Some(most) = scene.desk.objective.keep.as_ref().and_then(|keep| keep.max_changes) {
        let changed = scene.changes(placement).map_or(0, |changes| changes.changed);
        let room = i64::from(most) - i64::try_from(changed).expect("a few");
        rooms.push((ShadowPrice { subject: Subject::MaxChanges, price: Amount::zero() }, Amount::from(room)));
    }
    rooms
}

/// `n0 / d0` with 18 decimals, up for a max and down for a min.
fn opening_ratio(end: Bound, n0: &Amount, d0: &Amount) -> Amount {
    let nearest = n0.divided_rounded(d0, 18);
    let last_digit = Amount::from_parts(1, 18);
    match (end, (&nearest * d0).cmp(n0)) {
        (Bound::Max, std::cmp::Ordering::Less) => nearest + last_digit,
        (Bound::Min, std::cmp::Ordering::Greater) => nearest - last_digit,
        _ => nearest,
    }
}

fn random_list(dice: &mut Dice, scene: &Scene) -> PriceList {
    let candidates = rooms(scene, &assignments(scene)[0]);
    let mut shadow_prices: Vec<ShadowPrice> = candidates.into_iter().map(|(price, _)| price).collect();
    shadow_prices.retain(|_| dice.roll(2) == 0);
    shadow_prices.iter_mut().for_each(|shadow| shadow.price = Amount::from(dice.between(0, 400, 3)));
    let mut slopes = Vec::new();
    for account in &scene.book.accounts {
        for security in &scene.book.securities {
            if dice.roll(2) == 0 {
                slopes.push(Slope {
                    account: account.id.clone(),
                    security: security.id.clone(),
                    is_cash: security.security_type.as_str() == "cash",
                    slope: Amount::from(dice.between(-100, 100, 3)),
                });
            }
        }
    }
    PriceList { shadow_prices, slopes, ..PriceList::default() }
}

/// The same with prices of trades, and a limit that each account keeps if it is lucky.
fn random_knapsacks(dice: &mut Dice, scene: &Scene) -> PriceList {
    let mut list = random_list(dice, scene);
    for trade in &scene.book.trades {
        if dice.roll(4) > 0 {
            let price = Amount::from(dice.between(-300, 300, 2));
            list.trade_prices.push((trade.id.clone(), price));
        }
    }
    for account in &scene.desk.accounts {
        let of_account =
            |price: &ShadowPrice| matches!(&price.subject, Subject::Limit { account: of, .. } if *of == account.id);
        let mut limits: Vec<Subject> = rooms(scene, &assignments(scene)[0])
            .into_iter()
            .map(|(price, _)| price)
            .filter(of_account)
            .map(|price| price.subject)
            .collect();
        if dice.roll(4) > 0 && !limits.is_empty() {
            let subject = limits.swap_remove(usize::from(dice.roll(8)) % limits.len());
            list.kept_limits.push((subject, Amount::from(dice.between(1, 400, 2))));
        }
    }
    list
}

fn either_list(dice: &mut Dice, scene: &Scene) -> PriceList {
    if dice.roll(2) == 0 { random_list(dice, scene) } else { random_knapsacks(dice, scene) }
}

fn branch(scene: &Scene, trade: usize, account: usize) -> Node {
    Node::Branch { trade: scene.book.trades[trade].id.clone(), account: scene.desk.accounts[account].id.clone() }
}

/// A certificate of [`random_tree`] from every choice that pins and acceptances leave.
fn random_certificate(dice: &mut Dice, scene: &Scene) -> Certificate {
    let mut certificate = Certificate::default();
    let allowed = |trade| (0..scene.book.accounts.len()).filter(|account| scene.book.allows(trade, *account)).collect();
    random_tree(dice, scene, (0..scene.book.trades.len()).map(allowed).collect(), &mut certificate);
    certificate
}

/// A tree that divides at random, with a leaf of aim `Best` and a list of its own at each end.
fn random_tree(dice: &mut Dice, scene: &Scene, mut allowed: Vec<Vec<usize>>, certificate: &mut Certificate) {
    let open: Vec<usize> = (0..allowed.len()).filter(|trade| allowed[*trade].len() > 1).collect();
    if open.is_empty() || dice.roll(3) == 0 {
        certificate.tree.push(Node::Leaf { prices: certificate.price_lists.len(), aim: Aim::Best });
        certificate.price_lists.push(either_list(dice, scene));
        return;
    }
    if dice.roll(3) == 0 {
        let mut choices = Vec::new();
        for trade in open {
            let closed = allowed[trade][usize::from(dice.roll(6)) % allowed[trade].len()];
            allowed[trade].retain(|account| *account != closed);
            choices.push((scene.book.trades[trade].id.clone(), scene.desk.accounts[closed].id.clone()));
        }
        certificate.tree.push(Node::Close { choices, prices: certificate.price_lists.len(), aim: Aim::Best });
        certificate.price_lists.push(either_list(dice, scene));
        random_tree(dice, scene, allowed, certificate);
        return;
    }
    let trade = open[usize::from(dice.roll(8)) % open.len()];
    let account = allowed[trade][usize::from(dice.roll(6)) % allowed[trade].len()];
    certificate.tree.push(branch(scene, trade, account));
    let others = allowed[trade].iter().copied().filter(|other| *other != account).collect();
    allowed[trade] = vec![account];
    random_tree(dice, scene, allowed.clone(), certificate);
    allowed[trade] = others;
    random_tree(dice, scene, allowed, certificate);
}

/// A tree with a leaf for every assignment: its value, or a limit that it breaks.
fn full_tree(scene: &Scene, placement: &[usize], certificate: &mut Certificate) {
    let trade = placement.len();
    if trade < scene.book.trades.len() {
        let allowed: Vec<usize> =
            (0..scene.book.accounts.len()).filter(|account| scene.book.allows(trade, *account)).collect();
        for (index, account) in allowed.iter().enumerate() {
            if index + 1 < allowed.len() {
                certificate.tree.push(branch(scene, trade, *account));
            }
            full_tree(scene, &[placement, &[*account]].concat(), certificate);
        }
        return;
    }
    let is_strict = |price: &ShadowPrice| matches!(price.subject, Subject::Limit { part: Part::Defined, .. });
    let broken = rooms(scene, placement)
        .into_iter()
        .find(|(price, room)| room.is_negative() || is_strict(price) && room.is_zero());
    let aim = if broken.is_some() { Aim::NoPlan } else { Aim::Best };
    let one = |(price, _): (ShadowPrice, Amount)| ShadowPrice { price: Amount::from(1), ..price };
    certificate.tree.push(Node::Leaf { prices: certificate.price_lists.len(), aim });
    certificate
        .price_lists
        .push(PriceList { shadow_prices: broken.into_iter().map(one).collect(), ..PriceList::default() });
}

fn certified(scene: &Scene, certificate: &Certificate) -> Certified {
    certified_bound(&scene.desk, &scene.day, &scene.book, &certificate.placed())
        .unwrap_or_else(|reason| panic!("{reason} in {certificate:?}"))
}

fn bound(scene: &Scene, certificate: &Certificate) -> Amount {
    match certified(scene, certificate) {
        Certified::Bound(bound) => bound,
        Certified::Infeasible => panic!("every leaf aims at a bound"),
    }
}

fn dice() -> impl Strategy<Value = Dice> {
    vec(any::<u16>(), 200).prop_map(|numbers| Dice(numbers, 0))
}

/// What prices of a list are paid in an assignment.
fn paid(scene: &Scene, list: &PriceList, placement: &[usize]) -> Amount {
    let rooms = rooms(scene, placement);
    let paid = list.shadow_prices.iter().map(|shadow| {
        let (_, room) = rooms.iter().find(|(known, _)| known.subject == shadow.subject).expect("a room of the list");
        &shadow.price * room
    });
    paid.sum()
}

proptest! {
    #[test]
    fn without_slopes_some_assignment_is_worth_what_prices_say(mut dice in dice(), trades in 1_usize..6) {
        let scene = random_scene(&mut dice, trades);
        let list = PriceList { slopes: Vec::new(), ..random_list(&mut dice, &scene) };
        let leaf = vec![Node::Leaf { prices: 0, aim: Aim::Best }];
        let bound = bound(&scene, &Certificate { cuts: Vec::new(), price_lists: vec![list.clone()], tree: leaf });
        let values: BTreeSet<Amount> = assignments(&scene).iter().map(|placement| judged(&scene, placement).0).collect();
        let step = Amount::from_parts(1, if values.len() > 1 { 6 } else { 0 });
        let reached = assignments(&scene).into_iter().map(|placement| judged(&scene, &placement).0 + paid(&scene, &list, &placement));
        let most = reached.max().expect("a trade may go somewhere");
        // Taken down to the next value that an objective can have.
        prop_assert!(bound <= most && most < &bound + &step, "{bound} for {most} under {list:?}");
    }

    #[test]
    fn a_forced_choice_shows_the_best_assignment_that_has_it(mut dice in dice(), trades in 1_usize..6) {
        let scene = random_scene(&mut dice, trades);
        let list = PriceList { slopes: Vec::new(), ..random_list(&mut dice, &scene) };
        let all = assignments(&scene);
        for trade in 0..trades {
            let accounts: BTreeSet<usize> = all.iter().map(|placement| placement[trade]).collect();
            for account in accounts.iter().copied().filter(|_| accounts.len() > 1) {
                let choices = vec![(scene.book.trades[trade].id.clone(), scene.desk.accounts[account].id.clone())];
                let tree = vec![Node::Close { choices, prices: 0, aim: Aim::NoPlan }];
                let certificate = Certificate { cuts: Vec::new(), price_lists: vec![list.clone()], tree };
                let with = all.iter().filter(|placement| placement[trade] == account);
                let most = with.map(|placement| paid(&scene, &list, placement)).max().expect("it is open");
                let shown = certified_bound(&scene.desk, &scene.day, &scene.book, &certificate.placed());
                let said = shown.expect_err("the rest of the tree is missing").to_string();
                let expected = format!("the prices of node 0 do not show that it has no plan: their sum may reach {most}");
                prop_assert!(said == expected || most <= Amount::zero() && said.starts_with("the tree ends"), "{said} for {most}");
            }
        }
    }

    #[test]
    fn forced_choices_show_the_best_assignment_that_has_one_of_them(mut dice in dice(), trades in 2_usize..6) {
        let scene = random_scene(&mut dice, trades);
        let list = PriceList { slopes: Vec::new(), ..random_list(&mut dice, &scene) };
        let all = assignments(&scene);
        let mut forced: BTreeSet<(usize, usize)> = BTreeSet::new();
        for trade in 0..trades {
            let accounts: BTreeSet<usize> = all.iter().map(|placement| placement[trade]).collect();
            forced.extend(accounts.iter().filter(|_| accounts.len() > 1 && dice.roll(3) > 0).map(|account| (trade, *account)));
        }
        let named = |(trade, account): &(usize, usize)| (scene.book.trades[*trade].id.clone(), scene.desk.accounts[*account].id.clone());
        let tree = vec![Node::Close { choices: forced.iter().map(named).collect(), prices: 0, aim: Aim::NoPlan }];
        let certificate = Certificate { cuts: Vec::new(), price_lists: vec![list.clone()], tree };
        let with = all.iter().filter(|placement| forced.iter().any(|(trade, account)| placement[*trade] == *account));
        if let Some(most) = with.map(|placement| paid(&scene, &list, placement)).max() {
            let said = certified_bound(&scene.desk, &scene.day, &scene.book, &certificate.placed());
            let said = said.expect_err("the rest of the tree is missing").to_string();
            let expected = format!("the prices of node 0 do not show that it has no plan: their sum may reach {most}");
            let is_shown = said.starts_with("the tree ends") || said.contains("no open choice");
            prop_assert!(said == expected || most <= Amount::zero() && is_shown, "{said} for {most}");
        }
    }

    #[test]
    fn no_assignment_is_worth_more_with_its_room_than_any_prices_say(mut dice in dice(), trades in 1_usize..5) {
        let scene = random_scene(&mut dice, trades);
        let list = random_list(&mut dice, &scene);
        let leaf = vec![Node::Leaf { prices: 0, aim: Aim::Best }];
        let bound = bound(&scene, &Certificate { cuts: Vec::new(), price_lists: vec![list.clone()], tree: leaf });
        let values: BTreeSet<Amount> = assignments(&scene).iter().map(|placement| judged(&scene, placement).0).collect();
        let step = Amount::from_parts(1, if values.len() > 1 { 6 } else { 0 });
        for placement in assignments(&scene) {
            let (objective, _) = judged(&scene, &placement);
            prop_assert!(objective + paid(&scene, &list, &placement) < &bound + &step, "{placement:?} under {list:?}");
        }
    }

    #[test]
    fn no_feasible_assignment_is_above_the_bound_of_any_tree(mut dice in dice(), trades in 1_usize..6) {
        let scene = random_scene(&mut dice, trades);
        let certificate = random_certificate(&mut dice, &scene);
        let certified = certified(&scene, &certificate);
        for placement in assignments(&scene) {
            let (objective, is_feasible) = judged(&scene, &placement);
            let holds = matches!(&certified, Certified::Bound(bound) if objective <= *bound);
            prop_assert!(!is_feasible || holds, "{placement:?} reaches {objective}, and {certified:?}");
        }
    }

    #[test]
    fn nodes_that_share_lists_show_what_lists_of_their_own_show(mut dice in dice(), trades in 2_usize..6) {
        let scene = random_scene(&mut dice, trades);
        let mut certificate = random_certificate(&mut dice, &scene);
        let lists = certificate.price_lists.clone();
        let mut owned = certificate.clone();
        for (shared, own) in certificate.tree.iter_mut().zip(&mut owned.tree) {
            let (Node::Leaf { prices, aim } | Node::Close { prices, aim, .. }) = shared else { continue };
            let (Node::Leaf { prices: own, aim: own_aim } | Node::Close { prices: own, aim: own_aim, .. }) = own else {
                unreachable!("the trees are alike")
            };
            // Three lists for all of them, now and then to show that there is no plan.
            *prices = usize::from(dice.roll(3)) % lists.len();
            *aim = if dice.roll(8) == 0 { Aim::NoPlan } else { Aim::Best };
            owned.price_lists[*own] = lists[*prices].clone();
            *own_aim = *aim;
        }
        let shown = |certificate: &Certificate| certified_bound(&scene.desk, &scene.day, &scene.book, &certificate.placed());
        prop_assert_eq!(shown(&certificate), shown(&owned));
    }

    #[test]
    fn a_tree_down_to_single_assignments_has_the_optimum_or_shows_that_there_is_none(mut dice in dice(), trades in 1_usize..5) {
        let scene = random_scene(&mut dice, trades);
        let mut certificate = Certificate::default();
        full_tree(&scene, &[], &mut certificate);
        let judged = assignments(&scene).into_iter().map(|placement| judged(&scene, &placement));
        let optimum = judged.filter(|(_, is_feasible)| *is_feasible).map(|(objective, _)| objective).max();
        prop_assert_eq!(certified(&scene, &certificate), optimum.map_or(Certified::Infeasible, Certified::Bound));
    }
}

#[test]
fn the_random_desks_are_of_both_kinds() {
    let mut feasible = 0;
    for seed in 0..60_u16 {
        let mut dice = Dice((0..200).map(|index| seed.wrapping_mul(257).wrapping_add(index * 31)).collect(), 0);
        let scene = random_scene(&mut dice, 3);
        feasible += usize::from(assignments(&scene).iter().any(|placement| judged(&scene, placement).1));
    }
    assert!((10..=50).contains(&feasible), "{feasible} of 60 have a plan");
}
