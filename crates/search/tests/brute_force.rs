//! The search by itself against full enumeration, and what it promises whoever calls it: the same work finds the same,
//! a plan to start from is never lost, and ties are no reason to go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ::search::proof::{Node, Proof};
use ::search::{Budget, Ending, Found, Goal, Word, search};
use constraint_manager::AssignmentProblem;
use domain::{Amount, Day, Desk, OnBreach};
use test_desks::case::{CaseForm, enumerate};
use test_desks::product::product;
use test_desks::random::{Random, large_case, random_case};
use test_desks::{Add, With, account, by_type, day, desk};

const DESKS: u64 = 2_000;
/// More than any of the desks here takes.
const ROUNDS: u64 = 60;

fn problem(desk: &Desk, day: &Day, include_limited: bool) -> AssignmentProblem {
    let book = metric_engine::compile(desk, day).expect("the desk is a good one");
    constraint_manager::build(&book, include_limited).expect("the limits can be stated")
}

/// Searches for the best with so many rounds.
fn searched(problem: &AssignmentProblem, start: Option<Vec<usize>>, rounds: u64) -> Found {
    let goal = Goal { gap_rel: Amount::zero(), start };
    search(problem, &goal, Budget { rounds: Some(rounds), ..Budget::default() }, &mut |_| Word::GoOn)
}

/// What went wrong with a desk, if anything.
fn mismatch(seed: u64) -> Option<String> {
    let case = random_case(seed);
    // Hundredths of a metric times tenths of a priority.
    let expected = enumerate(&case).map(|value| Amount::from_parts(value, 3));
    let (desk, day) = product(&case);
    let problem = problem(&desk, &day, case.include_limited);
    let found = searched(&problem, None, ROUNDS);
    let agrees = match (found.ending, &found.best, &expected) {
        (Ending::NoPlan, None, None) => true,
        (Ending::Best, Some(plan), Some(best)) => {
            let value = problem.objective_value(plan);
            problem.broken_rows(plan).is_empty() && value.is_none_or(|value| value == *best)
        }
        _ => false,
    };
    (!agrees).then(|| format!("seed {seed}: enumeration {expected:?}, search {found:?}\n{case:?}"))
}

#[test]
fn two_thousand_random_desks_agree_with_full_enumeration() {
    let mismatches: Vec<String> = (0..DESKS).filter_map(mismatch).collect();
    let first = mismatches.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(mismatches.is_empty(), "{} of {DESKS} disagree:\n{first}", mismatches.len());
}

#[test]
fn the_random_desks_cover_what_they_are_meant_to() {
    let count = |holds: &dyn Fn(&test_desks::case::Case) -> bool| {
        (0..DESKS).map(random_case).filter(|case| holds(case)).count()
    };
    assert!(count(&|case| enumerate(case).is_none()) > 200);
    assert!(count(&|case| case.pins.iter().any(Option::is_some)) > 200);
    assert!(count(&|case| !case.trades.is_empty() && case.pins.iter().all(Option::is_some)) > 10);
    let any = |case: &test_desks::case::Case, holds: &dyn Fn(&test_desks::case::CaseMetric) -> bool| {
        case.accounts.iter().flat_map(|account| &account.metrics).any(holds)
    };
    assert!(count(&|case| any(case, &|metric| metric.on_breach == OnBreach::MustNotWorsen)) > 200);
    assert!(count(&|case| any(case, &|m| matches!(m.form, CaseForm::Ratio(..)) && m.max.is_some())) > 200);
}

/// Desks on which the search needs several rounds.
fn hard_problems() -> Vec<AssignmentProblem> {
    let problem = |seed| {
        let case = large_case(seed, 4, 40);
        let (desk, day) = product(&case);
        problem(&desk, &day, case.include_limited)
    };
    (0..12).map(problem).collect()
}

#[test]
fn the_same_rounds_find_the_same_whatever_the_machine_does_besides() {
    let problems = hard_problems();
    let run = || problems.iter().map(|problem| searched(problem, None, 8)).collect::<Vec<Found>>();
    let quiet = run();
    assert!(quiet.iter().filter(|found| found.rounds > 2).count() >= 3, "the desks are no test");
    let is_over = AtomicBool::new(false);
    let busy = std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let found = run();
        is_over.store(true, Ordering::Relaxed);
        found
    });
    for (place, (quiet, busy)) in quiet.iter().zip(&busy).enumerate() {
        assert_eq!(quiet, busy, "desk {place}");
    }
}

#[test]
fn a_plan_to_start_from_is_never_lost() {
    let mut kept = 0;
    for seed in 0..300 {
        let case = random_case(seed);
        let (desk, day) = product(&case);
        let problem = problem(&desk, &day, case.include_limited);
        let mut random = Random::new(seed);
        let mut anywhere = || -> Vec<usize> {
            let accounts = problem.trades.iter().map(|trade| &trade.accounts);
            accounts.map(|accounts| accounts[random.below(accounts.len() as u64) as usize]).collect()
        };
        let plans: Vec<Vec<usize>> = (0..50).map(|_| anywhere()).collect();
        let Some(start) = plans.into_iter().find(|plan| problem.broken_rows(plan).is_empty()) else { continue };
        kept += 1;
        let over = Some(Instant::now());
        for budget in [
            Budget { deadline: over, ..Budget::default() },
            Budget { rounds: Some(0), ..Budget::default() },
            Budget { rounds: Some(ROUNDS), ..Budget::default() },
        ] {
            let goal = Goal { gap_rel: Amount::zero(), start: Some(start.clone()) };
            let found = search(&problem, &goal, budget, &mut |_| Word::GoOn);
            let plan = found.best.expect("the start is a plan");
            assert!(problem.broken_rows(&plan).is_empty(), "seed {seed}");
            assert!(problem.objective_value(&plan) >= problem.objective_value(&start), "seed {seed}");
        }
    }
    assert!(kept > 100, "{kept} desks had a start");
}

#[test]
fn a_search_that_is_told_to_stop_stops() {
    for problem in hard_problems() {
        let goal = Goal { gap_rel: Amount::zero(), start: None };
        let mut looks = 0;
        let found = search(&problem, &goal, Budget::default(), &mut |_| {
            looks += 1;
            if looks < 2 { Word::GoOn } else { Word::Stop }
        });
        assert!(found.rounds <= 2, "{} rounds", found.rounds);
    }
}

#[test]
fn wherever_a_search_is_broken_off_its_cuts_give_the_same_again() {
    for problem in hard_problems() {
        let goal = Goal { gap_rel: Amount::zero(), start: None };
        for ms in [0, 1, 2, 4, 7, 11, 18, 29, 47, 76, 123] {
            // By the clock, and by somebody else; whatever round that falls into, a look further or nearer is as good.
            let halt = Arc::new(AtomicBool::new(false));
            let over = Duration::from_millis(ms);
            let by_clock = Budget { deadline: Some(Instant::now() + over), ..Budget::default() };
            let by_others = Budget { halt: Some(Arc::clone(&halt)), ..Budget::default() };
            for budget in [by_clock, by_others] {
                let found = std::thread::scope(|scope| {
                    scope.spawn(|| {
                        std::thread::sleep(over);
                        halt.store(true, Ordering::Relaxed);
                    });
                    search(&problem, &goal, budget, &mut |_| Word::GoOn)
                });
                let cuts = Budget { cuts: Some(found.cuts.clone()), ..Budget::default() };
                assert_eq!(search(&problem, &goal, cuts, &mut |_| Word::GoOn), found, "after {ms} ms");
            }
        }
    }
}

/// [`test_desks::banded`] as a problem.
fn banded(seed: u64, sizes: (usize, usize, usize), width: i128, off: i128) -> AssignmentProblem {
    let (desk, day) = test_desks::banded(seed, sizes, width, off);
    problem(&desk, &day, false)
}

/// What a search shows after each round: when that was, whether it has a plan, and the moves so far.
fn shown(problem: &AssignmentProblem, budget: Budget) -> (Found, Vec<(Duration, bool, u64)>) {
    let goal = Goal { gap_rel: Amount::zero(), start: None };
    let (begun, mut shown) = (Instant::now(), Vec::new());
    let found = search(problem, &goal, budget, &mut |glimpse| {
        shown.push((begun.elapsed(), glimpse.best.is_some(), glimpse.moves));
        Word::GoOn
    });
    (found, shown)
}

/// Breaks a search off about where it is after so many rounds; its cuts have to give the same again.
fn is_the_same_again(problem: &AssignmentProblem, (at, ..): (Duration, bool, u64)) {
    let (found, _) = shown(problem, Budget { deadline: Some(Instant::now() + at), ..Budget::default() });
    let cuts = Budget { cuts: Some(found.cuts.clone()), ..Budget::default() };
    assert_eq!(shown(problem, cuts).0, found, "broken off after {} rounds", found.rounds);
}

#[test]
fn a_hunt_for_what_there_is_not_gives_the_same_again_wherever_it_is_broken_off() {
    // Sums of even numbers that have to be odd.
    let problem = banded(1, (40, 3, 3), 0, 1);
    let (found, seen) = shown(&problem, Budget { rounds: Some(30), ..Budget::default() });
    assert_eq!((found.best, found.rounds), (None, 30));
    is_the_same_again(&problem, seen[20]);
}

#[test]
fn a_hunt_and_the_dives_after_it_give_the_same_again_wherever_they_are_broken_off() {
    let problem = banded(2, (60, 3, 5), 80, 0);
    let (found, seen) = shown(&problem, Budget { rounds: Some(110), ..Budget::default() });
    let first_plan = seen.iter().position(|(_, has_plan, _)| *has_plan);
    assert!(first_plan > Some(10) && found.ending == Ending::Budget, "the first plan after {first_plan:?} rounds");
    is_the_same_again(&problem, seen[12]);
    is_the_same_again(&problem, seen[100]);
}

/// Whoever takes part in a proof moves no trades meanwhile.
fn takes_part(found: &Found, seen: &[(Duration, bool, u64)], rounds: usize) -> bool {
    seen.iter().rev().take(rounds).all(|(.., moves)| *moves == found.moves)
}

#[test]
fn a_proof_by_two_is_the_same_again_wherever_it_is_broken_off() {
    let problem = banded(3, (60, 4, 6), 800, 0);
    let (found, seen) = shown(&problem, Budget::default());
    assert!(found.ending == Ending::Best && takes_part(&found, &seen, 20), "nobody took part");
    is_the_same_again(&problem, seen[seen.len() - 10]);
    assert_eq!(shown(&problem, Budget::default()).0, found);
}

#[test]
fn a_proof_by_two_is_written_down() {
    let problem = banded(7, (50, 4, 6), 700, 0);
    let (found, seen) = shown(&problem, Budget::default());
    assert!(found.ending == Ending::Best && takes_part(&found, &seen, 4), "nobody took part");
    let steps = found.proof.as_ref().map_or(0, |proof| proof.tree.len());
    assert!(steps > 10_000, "{steps} steps");
    assert_eq!(shown(&problem, Budget::default()).0, found);
}

#[test]
fn a_sharper_proof_that_comes_too_late_leaves_the_first_one() {
    let mut left = 0;
    for seed in 0..40 {
        let case = large_case(seed, 3, 30);
        let (desk, day) = product(&case);
        let problem = problem(&desk, &day, case.include_limited);
        let goal = Goal { gap_rel: Amount::from_parts(1, 3), start: None };
        let whole = search(&problem, &goal, Budget { rounds: Some(12), ..Budget::default() }, &mut |_| Word::GoOn);
        if whole.ending != Ending::Best {
            continue;
        }
        let cut_at = |look: u64| {
            let cuts = Budget { cuts: Some(vec![look]), ..Budget::default() };
            search(&problem, &goal, cuts, &mut |_| Word::GoOn)
        };
        // The last look at all says whether there is time for the proof: behind it nothing is cut.
        let mut looks = 1..8 * whole.rounds + 16;
        while looks.start + 1 < looks.end {
            let middle = u64::midpoint(looks.start, looks.end);
            looks = if cut_at(middle).cuts.is_empty() { looks.start..middle } else { middle..looks.end };
        }
        let late = cut_at(looks.start);
        assert_eq!((&late.best, late.ending, &late.cuts), (&whole.best, whole.ending, &vec![looks.start]));
        let is_tree = |proof: &Proof| proof.tree.iter().any(|node| matches!(node, Node::Branch { .. }));
        left += u32::from(late.proof.as_ref().is_some_and(is_tree) && late.proof != whole.proof);
    }
    assert!(left > 0, "no first proof was a tree and left");
}

#[test]
fn a_plan_of_somebody_else_is_taken_up_where_it_is_better() {
    for problem in hard_problems() {
        let goal = Goal { gap_rel: Amount::zero(), start: None };
        let best = search(&problem, &goal, Budget { rounds: Some(8), ..Budget::default() }, &mut |_| Word::GoOn);
        let Some(plan) = best.best else { continue };
        let after_one = |word: &dyn Fn() -> Word| {
            let mut looks = 0;
            search(&problem, &goal, Budget::default(), &mut |_| {
                looks += 1;
                if looks == 1 { word() } else { Word::Stop }
            })
        };
        let helped = after_one(&|| Word::Take(plan.clone()));
        let alone = after_one(&|| Word::GoOn);
        let value = |found: &Found| found.best.as_ref().and_then(|plan| problem.objective_value(plan));
        assert!(value(&helped) >= problem.objective_value(&plan), "the plan was lost");
        let is_better = value(&helped) > value(&alone);
        assert_eq!((&helped.helped, &alone.helped), (&vec![1; usize::from(is_better)], &vec![]));
        // Told the same after the same round, and cut at the same looks, it finds the same.
        let cuts = Budget { cuts: Some(helped.cuts.clone()), ..Budget::default() };
        let again = search(&problem, &goal, cuts, &mut |glimpse| match glimpse.rounds {
            1 => Word::Take(plan.clone()),
            _ => Word::GoOn,
        });
        assert_eq!(again, helped);
        // Nobody's account, or a plan that breaks a limit, is no help.
        let broken = after_one(&|| Word::Take(vec![usize::MAX; plan.len()]));
        assert_eq!((broken.helped.len(), value(&broken)), (0, value(&alone)));
    }
}

#[test]
fn a_day_of_ties_ends_at_once() {
    // Three accounts alike, thirty trades alike, ten of which fill an account: every plan that keeps the limits costs
    // 30 · 10 · 0.01.
    let metrics =
        || vec![by_type("gross", &["bond 1 1"]).max("100"), by_type("cost", &["bond 0.01 0.01"]).priority("-1")];
    let desk = desk(["PB1", "PB2", "PB3"].map(|id| account(id, metrics())).into());
    let day = (0..30).fold(day(), |day, trade| day.trade(&format!("T{trade:02} buy 10 BOND{trade} bond")));
    let problem = problem(&desk, &day, false);
    let found = searched(&problem, None, ROUNDS);
    assert_eq!(found.ending, Ending::Best);
    let plan = found.best.expect("a plan");
    assert_eq!(problem.objective_value(&plan), Some("-3".parse().expect("a number")));
    assert!(found.rounds <= 4 && found.nodes <= 200, "{} rounds, {} nodes", found.rounds, found.nodes);
}
