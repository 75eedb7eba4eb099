//! A proof keeps its meaning when it is named, and the ending follows from what is certified.

use std::time::Duration;

use constraint_manager::{Origin, Row, Why, Wishes};
use domain::certificate::{Aim, Certificate, Node, Part, Position, Subject};
use domain::{
    Account, AccountId, Day, GiveUp, Keep, MetricName, OnBreach, OrderedMetric, Place, PlannedBooking, SecurityId,
    TradeId,
};
use solver::{Backends, Plan, Proof, Settings, proof, solve, solve_by_levels};
use test_desks::case::enumerate;
use test_desks::goals::random_goals;
use test_desks::product::product;
use test_desks::random::{large_case, random_case};
use test_desks::{Add, With, account, by_type, day, desk, number, ratio};

use super::named::with_digits;
use super::*;

mod closed;

/// Random desks, each of which is enumerated whole.
const DESKS: u64 = 600;

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn plan(value: &str, bound: Option<&str>) -> Plan {
    let (value, bound) = (amount(value), bound.map(amount));
    let gap_rel = bound.as_ref().map(|bound| gap_rel(&value, bound));
    Plan { placement: Vec::new(), value: Some(value), bound, gap_rel }
}

/// The reason, the published bound and gap, then the certified ones; with 1 % asked for.
fn concluded(outcome: &Outcome, certified: Option<&str>) -> String {
    let certified = certified.map(|bound| Certified::Bound(amount(bound)));
    let ending = conclude(outcome, &[], certified.as_ref(), &amount("0.01"));
    let objective = ending.objective.expect("a plan has a value");
    let numbers = [objective.bound, objective.gap, objective.certified_bound, objective.certified_gap];
    let texts = numbers.map(|number| number.map_or("-".to_owned(), |number| number.to_string()));
    format!("{} {}", ending.reason, texts.join(" "))
}

#[test]
fn the_tighter_bound_is_published_and_decides_the_reason() {
    let at_limit = || Outcome::TimeLimit(plan("100", Some("125")));
    assert_eq!(concluded(&at_limit(), None), "time_limit 125 0.2 - -");
    assert_eq!(concluded(&at_limit(), Some("200")), "time_limit 125 0.2 200 0.5");
    assert_eq!(concluded(&at_limit(), Some("110")), "time_limit 110 0.090909091 110 0.090909091"); // 10 / 110
    assert_eq!(concluded(&at_limit(), Some("101")), "within_gap 101 0.009900991 101 0.009900991"); // 1 / 101
    assert_eq!(concluded(&at_limit(), Some("100")), "proven 100 0 100 0");
    let proven = Outcome::Proven(plan("100", Some("100")));
    assert_eq!(concluded(&proven, Some("125")), "proven 100 0 125 0.2");
    assert_eq!(concluded(&Outcome::WithinGap(plan("100", Some("101"))), Some("100")), "proven 100 0 100 0");
    let dropped = || Outcome::ObjectiveDropped(plan("100", None));
    assert_eq!(concluded(&dropped(), None), "objective_dropped - - - -");
    assert_eq!(concluded(&dropped(), Some("125")), "objective_dropped 125 0.2 125 0.2");
    assert_eq!(concluded(&dropped(), Some("100.5")), "within_gap 100.5 0.004975125 100.5 0.004975125");
}

#[test]
fn a_bound_below_the_plan_is_published_for_the_verifier_to_refuse() {
    assert_eq!(concluded(&Outcome::Proven(plan("100", Some("100"))), Some("80")), "within_gap 80 -0.2 80 -0.2");
}

#[test]
fn infeasibility_is_certified_or_claimed() {
    let infeasible = || Outcome::Infeasible { rows: Vec::new(), nearest: None };
    let concluded = |outcome: &Outcome, shown: Option<&Certified>| {
        let ending = conclude(outcome, &[], shown, &Amount::zero());
        (ending.reason, ending.infeasibility)
    };
    let shown = Some(&Certified::Infeasible);
    assert_eq!(concluded(&infeasible(), None), (Reason::Infeasible, Some(Evidence::Claimed)));
    assert_eq!(concluded(&infeasible(), shown), (Reason::Infeasible, Some(Evidence::Certified)));
    assert_eq!(concluded(&Outcome::Unknown, shown), (Reason::Infeasible, Some(Evidence::Certified)));
    assert_eq!(concluded(&Outcome::Unknown, None), (Reason::Unknown, None));
    let bound = Certified::Bound(Amount::zero());
    assert_eq!(concluded(&infeasible(), Some(&bound)), (Reason::Infeasible, Some(Evidence::Claimed)));
    // With a plan at hand the contradiction stays, for the verifier to refuse.
    let plan = Outcome::Proven(plan("1", Some("1")));
    assert_eq!(concluded(&plan, shown), (Reason::Proven, Some(Evidence::Certified)));
}

#[test]
fn digits_are_rounded_and_zeros_are_not() {
    let rounded = |text: &str, digits| with_digits(&amount(text), digits).to_string();
    assert_eq!(rounded("123456.789", 4), "123500");
    assert_eq!(rounded("0.000123456", 4), "0.0001235");
    assert_eq!(rounded("12.5", 4), "12.5");
    assert_eq!(rounded("0", 4), "0");
}

/// Limits of every kind: kept, inherited and undefined at the opening, sums and ratios, both ends.
fn every_kind(id: &str) -> Account {
    let metrics = vec![
        by_type("equity", &["government 1", "cash 1"]).min("3"),
        by_type("gross", &["government 1 1"]).max("70").on_breach(OnBreach::MustNotWorsen),
        ratio("leverage", "gross", "equity").min("0.5").max("4").on_breach(OnBreach::MustNotWorsen),
        ratio("turnover", "equity", "gross").min("0.1"),
        by_type("debt", &["government 0", "cash 0.5"]),
        ratio("coverage", "equity", "debt").max("9").on_breach(OnBreach::MustNotWorsen),
        by_type("cost", &["government 0.01 0.02", "cash -0.001 0.003"]).priority("-3"),
    ];
    account(id, metrics)
}

fn opening() -> Day {
    // Leverage opens at 100 / 20 = 5, above its limit; debt is below 0, so that coverage has no value.
    day().position("PB1 100 A government").position("PB1 -80 USD cash").position("PB2 30 USD cash")
}

#[test]
fn a_price_is_paid_on_the_room_of_its_row() {
    let mut desk = desk(vec![every_kind("PB1"), every_kind("PB2")]);
    // T1 has to leave PB2, which is one change.
    let (cost_per_change, max_changes) = (number("0.25"), Some(3));
    desk.objective.keep = Some(Keep { place: Place::nowhere(), cost_per_change, max_changes });
    let mut day = opening().trade("T1 sell 30 A government PB1").trade("T2 buy 10 B government PB2");
    let (trade, account) = (TradeId::new("T1"), AccountId::new("PB2"));
    day.last_plan.push(PlannedBooking { place: Place::nowhere(), trade, account });
    let book = metric_engine::compile(&desk, &day).unwrap();
    let wishes = Wishes { objective: &desk.objective, last_plan: &day.last_plan };
    let problem = constraint_manager::build_with(&book, wishes).unwrap();
    let why = |row: &Row| match &row.origin {
        Origin::Limit(origin) => Some(origin.why),
        _ => None,
    };
    let kinds: std::collections::BTreeSet<Option<Why>> = problem.rows.iter().map(why).collect();
    assert_eq!(kinds.len(), 4, "a row of each kind");
    let placement = [0, 1];
    let shorts = problem.shorts(&placement);
    for (index, row) in problem.rows.iter().enumerate() {
        let price = amount("0.375");
        let list = proof::PriceList { rows: vec![(index, price.clone())], ..Default::default() };
        let tree = vec![proof::Node::Leaf { prices: 0, aim: Aim::NoPlan }];
        let certificate = named(&book, &problem, Proof { price_lists: vec![list], tree, ..Proof::default() });
        // The least value above 0 that a denominator can have counts as 0.
        let step = if why(row) == Some(Why::Defined) { row.bound.clone() } else { Amount::zero() };
        let room = row.room(&problem.row_value(row, &placement, &shorts)) + step;
        // With both trades pinned the priced sum is the one assignment's, which is there.
        let reached = &price * &room;
        let shown = verifier::certified_bound(&desk, &day, &book, &certificate);
        let expected =
            if reached.is_negative() { Ok(Certified::Infeasible) } else { Err(NoProof::NotShown { node: 0, reached }) };
        assert_eq!(shown, expected, "{:?}", row.origin);
    }
}

#[test]
fn a_row_that_its_account_keeps_is_kept_or_leaves_no_assignment() {
    let desk = desk(vec![every_kind("PB1"), every_kind("PB2")]);
    let (mut kept, mut broken) = (0, 0);
    for placement in [[0, 0], [0, 1], [1, 0], [1, 1]] {
        let [first, second] = placement.map(|account| ["PB1", "PB2"][account]);
        let day = opening()
            .trade(&format!("T1 sell 30 A government {first}"))
            .trade(&format!("T2 buy 200 B government {second}"));
        let book = metric_engine::compile(&desk, &day).unwrap();
        let problem = constraint_manager::build(&book, false).unwrap();
        let objective = problem.objective_value(&placement).unwrap();
        for (index, row) in problem.rows.iter().enumerate() {
            if !matches!(&row.origin, Origin::Limit(origin) if origin.why != Why::Defined) {
                continue;
            }
            let (kept_row, trades) = (vec![(index, amount("0.25"))], vec![(0, amount("1.5"))]);
            let list = proof::PriceList { kept: kept_row, trades, ..Default::default() };
            let tree = vec![proof::Node::Leaf { prices: 0, aim: Aim::Best }];
            let certificate = named(&book, &problem, Proof { price_lists: vec![list], tree, ..Proof::default() });
            let shown = verifier::certified_bound(&desk, &day, &book, &certificate);
            // Both trades are pinned, and nothing is left to decide.
            let is_broken = problem.broken_rows(&placement).iter().any(|(row, _)| *row == index);
            *if is_broken { &mut broken } else { &mut kept } += 1;
            let expected = if is_broken { Certified::Infeasible } else { Certified::Bound(objective.clone()) };
            assert_eq!(shown, Ok(expected), "{:?} at {first}, {second}", row.origin);
        }
    }
    assert!(kept > 5 && broken > 5, "{kept} kept, {broken} broken");
}

#[test]
fn a_price_is_paid_on_what_a_level_has_above_its_floor() {
    let metrics = |cost: &str, priority: &str| {
        vec![
            by_type("cost", &[&format!("government {cost}"), "cash 0"]).priority(priority),
            by_type("wallet", &["government 0.5"]).priority("1"),
        ]
    };
    let mut desk = desk(vec![account("PB1", metrics("0.01", "-1")), account("PB2", metrics("0.02", "-2"))]);
    let (place, metric) = (Place::nowhere(), MetricName::new("cost"));
    desk.objective.order = vec![OrderedMetric { place, metric, give_up: GiveUp::default() }];
    let day = day().trade("T1 buy 30 A government PB1").trade("T2 buy 10 B government PB2");
    let book = metric_engine::compile(&desk, &day).unwrap();
    let wishes = Wishes { objective: &desk.objective, last_plan: &[] };
    let problem = constraint_manager::build_with(&book, wishes).unwrap();
    let floors = [amount("-0.9")];
    let of_level = problem.level(1, &floors);
    let floor = of_level.rows.len() - 1;
    let list = proof::PriceList { rows: vec![(floor, amount("3"))], ..Default::default() };
    let tree = vec![proof::Node::Leaf { prices: 0, aim: Aim::NoPlan }];
    let level = LevelCertificate {
        metric: None,
        floors: vec![Floor { metric: MetricName::new("cost"), least: floors[0].clone() }],
        best: Vec::new(),
        certificate: Some(named(&book, &of_level, Proof { price_lists: vec![list], tree, ..Proof::default() })),
    };
    // 30 × 0.01 at PB1 and twice 10 × 0.02 at PB2 cost 0.7: 0.2 above the floor, at 3 each.
    let reached = amount("0.6");
    assert_eq!(verifier::certified_level(&desk, &day, &book, &level), Err(NoProof::NotShown { node: 0, reached }));
}

#[test]
fn a_level_is_as_good_as_the_tighter_of_claim_and_certificate() {
    let of_level = |value: &str, given_up: &str, best: Outcome| LevelOutcome {
        metric: None,
        value: amount(value),
        given_up: amount(given_up),
        best,
        floors: Vec::new(),
        proof: None,
    };
    // The best of the first level, 100, is 2 above its value.
    let levels = [
        of_level("98", "2", Outcome::TimeLimit(plan("100", Some("125")))),
        of_level("50", "0", Outcome::WithinGap(plan("50", Some("50.1")))),
    ];
    let ended = |shown: [Option<&str>; 2]| {
        let shown = shown.map(|shown| shown.map(|bound| Certified::Bound(amount(bound))));
        let mut ending = conclude(&Outcome::TimeLimit(plan("148", None)), &levels, None, &amount("0.01"));
        conclude_levels(&mut ending, &shown, &amount("0.01"));
        let objective = ending.objective.unwrap();
        let text = |number: &Option<Amount>| number.as_ref().map_or("-".to_owned(), ToString::to_string);
        let said = |level: &LevelReport| {
            let numbers = [&level.bound, &level.gap, &level.certified_bound, &level.certified_gap];
            format!("{} {}", level.reason, numbers.map(text).join(" "))
        };
        assert_eq!((objective.bound, objective.certified_bound), (None, None));
        format!("{}: {}", ending.reason, objective.levels.iter().map(said).collect::<Vec<_>>().join(", "))
    };
    assert_eq!(ended([None, None]), "time_limit: time_limit 125 0.2 - -, within_gap 50.1 0.001996008 - -");
    // 1 / 101 and 0.5 / 50.5 are within 0.01.
    assert_eq!(
        ended([Some("101"), Some("50.5")]),
        "within_gap: within_gap 101 0.009900991 101 0.009900991, within_gap 50.1 0.001996008 50.5 0.009900991"
    );
    assert_eq!(ended([Some("100"), Some("50")]), "proven: proven 100 0 100 0, proven 50 0 50 0");
    assert_eq!(ended([Some("100"), None]), "within_gap: proven 100 0 100 0, within_gap 50.1 0.001996008 - -");
}

#[test]
fn a_level_that_can_have_no_plan_is_published_for_the_verifier_to_refuse() {
    let best = Outcome::Proven(plan("1", Some("1")));
    let (value, given_up) = (amount("1"), Amount::zero());
    let levels = [LevelOutcome { metric: None, value, given_up, best: best.clone(), floors: Vec::new(), proof: None }];
    let mut ending = conclude(&best, &levels, None, &Amount::zero());
    conclude_levels(&mut ending, &[Some(Certified::Infeasible)], &Amount::zero());
    assert_eq!(ending.infeasibility, Some(Evidence::Certified));
}

#[test]
fn one_level_is_the_whole_objective() {
    let best = Outcome::TimeLimit(plan("100", Some("125")));
    let (value, given_up) = (amount("100"), Amount::zero());
    let levels = [LevelOutcome { metric: None, value, given_up, best: best.clone(), floors: Vec::new(), proof: None }];
    let mut ending = conclude(&best, &levels, None, &amount("0.01"));
    conclude_levels(&mut ending, &[Some(Certified::Bound(amount("101")))], &amount("0.01"));
    let objective = ending.objective.unwrap();
    assert_eq!((ending.reason, objective.bound.clone()), (Reason::WithinGap, Some(amount("101"))));
    assert_eq!((objective.certified_bound, objective.certified_gap), (objective.bound, objective.gap));
}

#[test]
fn slopes_and_branches_are_named_by_the_desk() {
    // A security that goes by the name of the currency.
    let desk = desk(vec![every_kind("PB1"), every_kind("PB2")]);
    let trades = opening().trade("T1 buy 90 USD government").trade("T2 sell 95 USD government");
    let book = metric_engine::compile(&desk, &trades).unwrap();
    let problem = constraint_manager::build(&book, false).unwrap();
    let shares = (0..problem.positions.len()).map(|index| (index, Amount::from(1))).collect();
    let list = proof::PriceList { shares, ..Default::default() };
    let leaf = proof::Node::Leaf { prices: 0, aim: Aim::Best };
    let close = proof::Node::Close { choices: vec![(0, 1)], prices: 0, aim: Aim::Best };
    let tree = vec![proof::Node::Branch { trade: 1, account: 0 }, leaf.clone(), close, leaf];
    let certificate = named(&book, &problem, Proof { price_lists: vec![list], tree, ..Proof::default() });
    let name = |(place, _): &(usize, Amount)| {
        let Position { account, security, is_cash } = &certificate.positions[*place];
        (account, security, *is_cash)
    };
    let named: Vec<(&AccountId, &SecurityId, bool)> = certificate.price_lists[0].slopes.iter().map(name).collect();
    let (pb1, pb2, usd) = (AccountId::new("PB1"), AccountId::new("PB2"), SecurityId::new("USD"));
    for expected in [(&pb1, &usd, true), (&pb1, &usd, false), (&pb2, &usd, true), (&pb2, &usd, false)] {
        assert_eq!(named.iter().filter(|name| **name == expected).count(), 1, "{expected:?} in {named:?}");
    }
    assert!(verifier::certified_bound(&desk, &trades, &book, &certificate).is_ok());
    assert_eq!(certificate.bookings, [(TradeId::new("T2"), pb1), (TradeId::new("T1"), pb2)]);
    assert_eq!(certificate.tree[0], Node::Branch(0));
    assert_eq!(certificate.tree[2], Node::Close { choices: vec![1], prices: 0, aim: Aim::Best });
}

/// Our own search alone, for so many rounds.
fn rounds(effort: u64) -> Settings {
    Settings {
        timeout: Duration::from_secs(60),
        gap_rel: Amount::zero(),
        search: true,
        effort: Some(effort),
        courses: None,
        threads: 1,
        backends: Backends::new(Vec::new()),
    }
}

/// Whether a bound of a certificate is the best value. `D > 0` is `D >= 0` to a certificate, which may lose it the price
/// of a last decimal.
fn is_tight(certificate: &Certificate, bound: &Amount, best: &Amount) -> bool {
    let prices = certificate.price_lists.iter().flat_map(|list| &list.shadow_prices);
    let is_strict = prices
        .map(|(room, _)| &certificate.rooms[*room])
        .any(|subject| matches!(subject, Subject::Limit { part: Part::Defined, .. }));
    bound == best || is_strict && bound > best && bound - best < amount("0.1")
}

/// What the proof of our own search shows of a random desk, by the names that a certificate has, against every
/// assignment there is; nothing where all is as it should be.
fn mismatch(seed: u64) -> Option<String> {
    let case = random_case(seed);
    let (mut desk, day) = product(&case);
    desk.objective.include_limited = case.include_limited;
    let book = metric_engine::compile(&desk, &day).unwrap();
    let problem = constraint_manager::build(&book, case.include_limited).unwrap();
    let solved = solve(&problem, &rounds(60), &mut |_| ());
    let certificate = solved.proof.clone().map(|proof| named(&book, &problem, proof));
    let shown = certificate.as_ref().map(|certificate| verifier::certified_bound(&desk, &day, &book, certificate));
    // Hundredths of a metric times tenths of a priority.
    let best = enumerate(&case).map(|value| Amount::from_parts(value, 3));
    let is_right = match (&shown, best.as_ref(), &problem.objective) {
        (Some(Ok(Certified::Infeasible)), None, _) => true,
        (Some(Ok(Certified::Bound(bound))), Some(best), Some(_)) => {
            certificate.as_ref().is_some_and(|certificate| is_tight(certificate, bound, best))
        }
        // Nothing is to be proved of a plan that has nothing to be better at.
        (None | Some(Ok(Certified::Bound(_))), Some(_), None) => true,
        _ => false,
    };
    (!is_right).then(|| format!("seed {seed}: {shown:?} where the best is {best:?}, {:?}", solved.outcome))
}

#[test]
fn what_the_search_proves_is_certified_to_the_last_digit() {
    let mismatches: Vec<String> = (0..DESKS).filter_map(mismatch).collect();
    let first = mismatches.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(mismatches.is_empty(), "{} of {DESKS} differ:\n{first}", mismatches.len());
}

/// The same for every level of an order on a random desk that stays close to a last plan.
fn mismatch_of_levels(seed: u64) -> Option<String> {
    let case = random_case(seed);
    let goals = random_goals(&case, seed);
    let (mut desk, mut day) = product(&case);
    (desk.objective, day.last_plan) = (goals.settings(&case), goals.last_plan());
    let book = metric_engine::compile(&desk, &day).unwrap();
    let wishes = Wishes { objective: &desk.objective, last_plan: &day.last_plan };
    let problem = constraint_manager::build_with(&book, wishes).unwrap();
    let mut solved = solve_by_levels(&problem, &rounds(60), &mut |_| ());
    let bests = goals.enumerate(&case);
    let whole = solved.proof.clone().map(|proof| named(&book, &problem, proof));
    let levels = level_certificates(&book, &problem, &mut solved);
    let shown: Vec<_> = levels.iter().map(|level| verifier::certified_level(&desk, &day, &book, level)).collect();
    let is_best = |((level, shown), best): ((&LevelCertificate, &Result<_, NoProof>), &i128)| match shown {
        Ok(Some(Certified::Bound(bound))) => {
            level.certificate.as_ref().is_some_and(|all| is_tight(all, bound, &Amount::from_parts(*best, 3)))
        }
        _ => false,
    };
    let is_right = match &bests {
        None => {
            let shown = whole.as_ref().map(|whole| verifier::certified_bound(&desk, &day, &book, whole));
            shown == Some(Ok(Certified::Infeasible))
        }
        Some(bests) if !levels.is_empty() => levels.iter().zip(&shown).zip(bests).all(is_best),
        Some(_) => goals.order.is_empty(),
    };
    let claim = verifier::Claim {
        assignments: solved
            .outcome
            .plan()
            .map_or_else(Vec::new, |plan| book.assignment(&plan.placement).account_of.into_iter().collect()),
        levels: solved.levels.iter().zip(&shown).map(claimed).collect(),
        certified_infeasible: bests.is_none(),
        ..verifier::Claim::default()
    };
    let whole = whole.filter(|_| bests.is_none());
    let found = verifier::verify_certificates(&desk, &day, &book, &claim, &Certificates { whole, levels });
    // A single level is the whole objective, which is not claimed here.
    let found: Vec<String> = found.iter().map(ToString::to_string).filter(|_| solved.levels.len() != 1).collect();
    (!is_right || !found.is_empty()).then(|| {
        format!("seed {seed}: {shown:?} where the bests are {bests:?}, {found:?}, {goals:?}, {:?}", solved.outcome)
    })
}

fn claimed((level, shown): (&LevelOutcome, &Result<Option<Certified>, NoProof>)) -> verifier::ClaimedLevel {
    let certified_bound = match shown {
        Ok(Some(Certified::Bound(bound))) => Some(bound.clone()),
        _ => None,
    };
    verifier::ClaimedLevel {
        metric: level.metric.clone(),
        value: level.value.clone(),
        bound: None,
        given_up: level.given_up.clone(),
        certified_bound,
    }
}

#[test]
fn every_level_is_certified_to_the_last_digit() {
    let mismatches: Vec<String> = (0..DESKS).filter_map(mismatch_of_levels).collect();
    let first = mismatches.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(mismatches.is_empty(), "{} of {DESKS} differ:\n{first}", mismatches.len());
}

#[test]
fn the_bound_of_a_search_that_is_cut_short_is_certified_as_it_is_claimed() {
    let (mut cut_short, mut with_lines, mut with_closed) = (0, 0, 0);
    for seed in 0..40 {
        let case = large_case(seed, 3, 30);
        let (mut desk, day) = product(&case);
        desk.objective.include_limited = case.include_limited;
        let book = metric_engine::compile(&desk, &day).unwrap();
        let problem = constraint_manager::build(&book, case.include_limited).unwrap();
        let solved = solve(&problem, &rounds(6), &mut |_| ());
        let (Outcome::TimeLimit(plan), Some(proof)) = (&solved.outcome, &solved.proof) else { continue };
        let Some(claimed) = &plan.bound else { continue };
        let certificate = named(&book, &problem, proof.clone());
        let Ok(Certified::Bound(shown)) = verifier::certified_bound(&desk, &day, &book, &certificate) else {
            panic!("seed {seed}: the proof shows nothing")
        };
        // Prices and shares are written with few digits, and a denominator above 0 counts as one at 0.
        let noise = &(&claimed.abs() * &amount("0.000001")) + &amount("0.1");
        assert!((&shown - claimed).abs() <= noise, "seed {seed}: {shown} for {claimed}");
        cut_short += 1;
        with_lines += u32::from(certificate.price_lists.iter().any(|list| !list.slopes.is_empty()));
        with_closed += u32::from(certificate.tree.len() > 1);
    }
    assert!(
        cut_short > 5 && with_lines > 5,
        "{cut_short} of 40, {with_lines} with lines, {with_closed} with closed choices"
    );
}

#[test]
fn what_knapsacks_prove_is_certified() {
    // Jobs for agents, where a cheap one takes much: cost = 111 - weight, give or take 10.
    let mut dice = 5_u64;
    let mut draw = |below: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 40) % below
    };
    let (jobs, agents) = (60, 5);
    let mut accounts = Vec::new();
    for agent in 0..agents {
        let weights: Vec<u64> = (0..jobs).map(|_| 1 + draw(100)).collect();
        let rows = |rate: &mut dyn FnMut(u64) -> u64| -> Vec<String> {
            weights.iter().enumerate().map(|(job, weight)| format!("job{job} {}", rate(*weight))).collect()
        };
        let (gross, cost) = (rows(&mut |weight| weight), rows(&mut |weight| 121 - weight - draw(21)));
        let metric = |name: &str, rows: &[String]| {
            by_type(name, &rows.iter().map(String::as_str).chain(["cash 0"]).collect::<Vec<_>>())
        };
        let room = weights.iter().sum::<u64>() * 8 / 10 / agents;
        let metrics = vec![metric("gross", &gross).max(&room.to_string()), metric("cost", &cost).priority("-1")];
        accounts.push(account(&format!("PB{agent}"), metrics));
    }
    let desk = desk(accounts);
    let day = (0..jobs).fold(day(), |day, job| day.trade(&format!("T{job} buy 1 B{job} job{job}")));
    let book = metric_engine::compile(&desk, &day).unwrap();
    let problem = constraint_manager::build(&book, false).unwrap();
    let solved = solve(&problem, &rounds(40), &mut |_| ());
    let certificate = named(&book, &problem, solved.proof.expect("there is a proof"));
    assert!(certificate.price_lists.iter().any(|list| !list.kept_limits.is_empty()), "no knapsacks");
    assert!(certificate.tree.iter().any(|node| matches!(node, Node::Close { .. })), "nothing closed by one list");
    let Outcome::Proven(plan) = &solved.outcome else { panic!("not proven: {:?}", solved.outcome) };
    let best = plan.value.clone().expect("a plan has a value");
    assert_eq!(verifier::certified_bound(&desk, &day, &book, &certificate), Ok(Certified::Bound(best)));
}
