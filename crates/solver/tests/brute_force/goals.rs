//! Strict priorities and a last plan on the random desks, against full enumeration: the best value of every level among
//! the plans that keep what the levels before it reached, and the best plan near the last one.

use std::sync::Arc;
use std::time::Duration;

use constraint_manager::{AssignmentProblem, Wishes, build_with};
use domain::{
    AccountId, Amount, Decimal, GiveUp, Keep, MetricName, ObjectiveSettings, OrderedMetric, Place, PlannedBooking,
    TradeId,
};
use solver::{LevelOutcome, Outcome, Settings, SolvedByLevels, backends, solve_by_levels};
use test_desks::case::{Case, CaseForm, holds, values};
use test_desks::product::product;
use test_desks::random::{Random, random_case};

/// Days: each is enumerated whole.
const DAYS: u64 = 700;

/// What the desk wants of a case. Sums are in thousandths: hundredths of a metric times tenths of a priority.
#[derive(Debug)]
struct Goals {
    /// Metrics by number, with what may be given up.
    order: Vec<(usize, Tolerance)>,
    /// The account of each trade in the last plan; an index beyond the last account is one that is gone.
    planned: Vec<Option<usize>>,
    /// Thousandths for each change.
    cost: i128,
    max_changes: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
enum Tolerance {
    Thousandths(i128),
    Tenths(i128),
}

fn random_goals(case: &Case, seed: u64) -> Goals {
    let mut random = Random::new(seed ^ 0x60a1);
    let mut counting: Vec<usize> = (0..5).filter(|metric| counts(case, *metric)).collect();
    let mut order = Vec::new();
    for _ in 0..random.below(4) {
        if counting.is_empty() {
            break;
        }
        let metric = counting.remove(random.below(counting.len() as u64) as usize);
        let tolerance = match random.below(4) {
            0 | 1 => Tolerance::Thousandths(0),
            2 => Tolerance::Thousandths(random.between(1, 40_000)),
            _ => Tolerance::Tenths(random.between(1, 5)),
        };
        order.push((metric, tolerance));
    }
    let accounts = case.accounts.len() as u64;
    let home = |random: &mut Random| random.chance(75).then(|| random.below(accounts + 1) as usize);
    let planned = case.trades.iter().map(|_| home(&mut random)).collect();
    let cost = if random.chance(60) { random.between(0, 60_000) } else { 0 };
    Goals { order, planned, cost, max_changes: random.chance(50).then(|| random.below(5) as u32) }
}

/// Whether a metric counts in the objective at some account.
fn counts(case: &Case, metric: usize) -> bool {
    case.accounts.iter().any(|account| {
        let here = &account.metrics[metric];
        let limited = here.min.is_some() || here.max.is_some();
        here.priority != 0 && !matches!(here.form, CaseForm::Ratio(..)) && (!limited || case.include_limited)
    })
}

impl Goals {
    fn changes(&self, placement: &[usize]) -> i128 {
        let moved = self.planned.iter().zip(placement).filter(|(planned, at)| planned.is_some_and(|home| home != **at));
        moved.count() as i128
    }

    /// What a plan is worth level by level, the rest last; nothing where it breaks a limit or makes too many changes.
    fn judge(&self, case: &Case, opening: &[Vec<(i128, i128)>], placement: &[usize]) -> Option<Vec<i128>> {
        let changes = self.changes(placement);
        if self.max_changes.is_some_and(|most| changes > i128::from(most)) {
            return None;
        }
        let last = values(case, placement);
        let mut levels = vec![0; self.order.len() + 1];
        levels[self.order.len()] = -self.cost * changes;
        for (account, here) in case.accounts.iter().enumerate() {
            for (metric, definition) in here.metrics.iter().enumerate() {
                if !holds(definition, opening[account][metric], last[account][metric]) {
                    return None;
                }
                let limited = definition.min.is_some() || definition.max.is_some();
                if !limited || case.include_limited {
                    let level =
                        self.order.iter().position(|(ordered, _)| *ordered == metric).unwrap_or(self.order.len());
                    levels[level] += definition.priority * last[account][metric].0;
                }
            }
        }
        Some(levels)
    }

    /// The best value of each level, one after the other; nothing when no plan keeps the limits.
    fn enumerate(&self, case: &Case) -> Option<Vec<i128>> {
        let opening = values(case, &vec![usize::MAX; case.trades.len()]);
        let mut plans = Vec::new();
        let mut placement = vec![0; case.trades.len()];
        loop {
            if case.pins.iter().zip(&placement).all(|(pin, at)| pin.is_none_or(|pin| pin == *at)) {
                plans.extend(self.judge(case, &opening, &placement));
            }
            let Some(next) = placement.iter().position(|at| at + 1 < case.accounts.len()) else { break };
            placement[next] += 1;
            placement[..next].fill(0);
        }
        let mut bests = Vec::new();
        for level in 0..=self.order.len() {
            let best = plans.iter().map(|plan| plan[level]).max()?;
            bests.push(best);
            if let Some((_, tolerance)) = self.order.get(level) {
                plans.retain(|plan| keeps(*tolerance, best, plan[level]));
            }
        }
        Some(bests)
    }

    fn settings(&self, case: &Case) -> ObjectiveSettings {
        let place = || Place::file("desk.yaml").with_field("objective");
        let ordered = |(metric, tolerance): &(usize, Tolerance)| OrderedMetric {
            place: place(),
            metric: MetricName::new(format!("m{metric}")),
            give_up: match *tolerance {
                Tolerance::Thousandths(amount) => GiveUp::Amount(Decimal::from_i128_with_scale(amount, 3)),
                Tolerance::Tenths(fraction) => GiveUp::Fraction(Decimal::from_i128_with_scale(fraction, 1)),
            },
        };
        let cost_per_change = Decimal::from_i128_with_scale(self.cost, 3);
        ObjectiveSettings {
            include_limited: case.include_limited,
            order: self.order.iter().map(ordered).collect(),
            keep: Some(Keep { place: place(), cost_per_change, max_changes: self.max_changes }),
            ..ObjectiveSettings::default()
        }
    }

    fn last_plan(&self) -> Vec<PlannedBooking> {
        let booking = |(trade, home): (usize, &Option<usize>)| {
            let (trade, account) = (TradeId::new(format!("T{trade}")), AccountId::new(format!("A{}", (*home)?)));
            Some(PlannedBooking { place: Place::file("plan.csv"), trade, account })
        };
        self.planned.iter().enumerate().filter_map(booking).collect()
    }
}

fn keeps(tolerance: Tolerance, best: i128, value: i128) -> bool {
    match tolerance {
        Tolerance::Thousandths(amount) => value >= best - amount,
        Tolerance::Tenths(fraction) => 10 * value >= 10 * best - fraction * best.abs(),
    }
}

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
