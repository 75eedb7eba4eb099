//! Strict priorities and a last plan on the random desks, against full enumeration: the best value of every level among
//! the plans that keep what the levels before it reached, and the best plan near the last one.

use std::sync::Arc;
use std::time::Duration;

use constraint_manager::{AssignmentProblem, Wishes, build_with};
use domain::Amount;
use solver::{LevelOutcome, Outcome, Settings, SolvedByLevels, backends, solve_by_levels};
use test_desks::case::Case;
use test_desks::goals::{Goals, Tolerance, random_goals};
use test_desks::product::product;
use test_desks::random::random_case;

/// Days: each is enumerated whole.
const DAYS: u64 = 700;

/// What went wrong with a case, if anything.
fn mismatch(seed: u64) -> Option<String> {
    let case = random_case(seed);
    let goals = random_goals(&case, seed);
    let expected = goals.enumerate(&case);
    let (desk, day) = product(&case);
    let book = metric_engine::compile(&desk, &day).unwrap_or_else(|problems| panic!("seed {seed}: {problems:?}"));
    let (objective, last_plan) = (goals.settings(&case), goals.last_plan());
    let wishes = Wishes { objective: &objective, last_plan: &last_plan };
    let problem = build_with(&book, wishes).unwrap_or_else(|problems| panic!("seed {seed}: {problems:?}"));
    let settings = Settings::with(Duration::from_secs(60), Amount::zero(), Arc::new(backends::highs::Highs));
    let solved = solve_by_levels(&problem, &settings, &mut |_| ());
    let agrees = match (&solved.outcome, &expected) {
        (Outcome::Infeasible { rows, .. }, None) => !rows.is_empty(),
        (Outcome::Proven(_) | Outcome::NoObjective(_), Some(bests)) => is_best(&problem, &goals, &solved, bests),
        _ => false,
    };
    (!agrees).then(|| format!("seed {seed}: enumeration {expected:?}, engine {solved:?}\n{goals:?}\n{case:?}"))
}

/// Whether every level has its best value, the plan keeps all floors, and its last level is the best that there is.
fn is_best(problem: &AssignmentProblem, goals: &Goals, solved: &SolvedByLevels, bests: &[i128]) -> bool {
    let Some(plan) = solved.outcome.plan() else { return false };
    let exact = |value: i128| Amount::from_parts(value, 3);
    let changes = problem.kept.as_ref().map(|kept| kept.changes(&plan.placement).len() as i128);
    if !problem.broken_rows(&plan.placement).is_empty() || changes != Some(goals.changes(&plan.placement)) {
        return false;
    }
    let Some(rest) = bests.last().filter(|_| goals.order.is_empty()) else {
        let level = |(level, best): (&LevelOutcome, &i128)| {
            let found = level.best.plan().and_then(|best| best.value.clone());
            found == Some(exact(*best))
                && &level.value + &level.given_up == exact(*best)
                && !level.given_up.is_negative()
        };
        let allowed = |(level, (_, tolerance)): (&LevelOutcome, &(usize, Tolerance))| match tolerance {
            Tolerance::Thousandths(amount) => level.given_up <= exact(*amount),
            Tolerance::Tenths(fraction) => {
                let best = (&level.value + &level.given_up).abs();
                &level.given_up * &Amount::from(10) <= &best * &exact(fraction * 1_000)
            }
        };
        let last_is_whole = solved.levels.last().is_some_and(|level| level.given_up.is_zero());
        let sum = solved.levels.iter().map(|level| &level.value).sum::<Amount>();
        return solved.levels.len() >= goals.order.len()
            && last_is_whole
            && plan.value == Some(sum)
            && solved.levels.iter().zip(bests).all(level)
            && solved.levels.iter().zip(&goals.order).all(allowed);
    };
    solved.levels.is_empty() && plan.value.as_ref().is_none_or(|value| *value == exact(*rest))
}

#[test]
fn levels_and_changes_agree_with_full_enumeration() {
    let mismatches: Vec<String> = (0..DAYS).filter_map(mismatch).collect();
    let first = mismatches.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(mismatches.is_empty(), "{} of {DAYS} disagree:\n{first}", mismatches.len());
}

#[test]
fn the_random_goals_cover_what_they_are_meant_to() {
    let days: Vec<(Case, Goals)> = (0..DAYS)
        .map(|seed| {
            let case = random_case(seed);
            let goals = random_goals(&case, seed);
            (case, goals)
        })
        .collect();
    let count = |holds: &dyn Fn(&Case, &Goals) -> bool| days.iter().filter(|(case, goals)| holds(case, goals)).count();
    assert!(count(&|_, goals| goals.order.len() >= 2) > 150);
    // What may be given up lets a later level win.
    let strict = |goals: &Goals| Goals {
        order: goals.order.iter().map(|(metric, _)| (*metric, Tolerance::Thousandths(0))).collect(),
        planned: goals.planned.clone(),
        ..*goals
    };
    assert!(count(&|case, goals| goals.enumerate(case) != strict(goals).enumerate(case)) > 30);
    // The limit on changes decides whether there is a plan, and which.
    let free = |goals: &Goals| Goals {
        order: goals.order.clone(),
        planned: goals.planned.clone(),
        max_changes: None,
        ..*goals
    };
    assert!(count(&|case, goals| goals.enumerate(case).is_none() && free(goals).enumerate(case).is_some()) > 30);
    let another = |case: &Case, goals: &Goals| {
        let found = goals.enumerate(case);
        found.is_some() && found != free(goals).enumerate(case)
    };
    assert!(count(&another) > 30);
}
