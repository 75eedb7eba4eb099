//! Strict priorities: one level of the objective after the other, what a level reached being a row of those after it.
//!
//! Level by level the problem of that level is solved, starting from the best plan that is known for it. The floor of a
//! level is the best value that some known plan has in it, less what may be given up, among the plans that keep the
//! floors of the levels before it: a ladder, which is built anew when there is another plan. No level can come back with
//! less than it was given, since what it starts from keeps every floor.
//!
//! A level's bound and proof are about the plans that keep the floors it was solved with. They say as much of the floors in
//! the end where those are as high or higher. One that has come down, because a level before it turned out to have more
//! than was known, leaves the levels after it without a bound.
//!
//! Time: a level may use its equal share of what is left, a level being one of those still to come. What it leaves unused
//! goes to those after it. A level that was not proven in its share is kept as it is, and said so.

use std::time::{Duration, Instant};

use constraint_manager::{AssignmentProblem, Level};
use domain::{Amount, MetricName};

use crate::outcome::{Outcome, Plan, Solved, Work};
use crate::proof::Proof;
use crate::settings::Settings;
use crate::solve::{found, solve, solve_from};
use crate::solve_model::{Progress, plan};

/// An outcome, and how each level of the objective ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolvedByLevels {
    /// How it ended: as good as the level that is proven least. With more than one level the plan has no bound of its
    /// own; its value is that of the whole objective.
    pub outcome: Outcome,
    /// The levels, in their order; empty for a problem without an order, and where there is no plan.
    pub levels: Vec<LevelOutcome>,
    /// Every call of the backend, in order.
    pub work: Vec<Work>,
    /// What anyone can recompute a bound from, or that there is no plan. Nobody has checked it yet. With an order it is
    /// about nothing but the limits: the bounds of levels have proofs of their own.
    pub proof: Option<Proof>,
    /// As [`Solved::is_alone`], of all levels.
    pub is_alone: bool,
    /// As [`Solved::is_repeatable`], of all levels.
    pub is_repeatable: bool,
}

/// How a level ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelOutcome {
    /// Its metric; nothing for the last level, which has what is not in the order.
    pub metric: Option<MetricName>,
    /// What the plan is worth in it.
    pub value: Amount,
    /// How far that is below the best value that some plan at hand had, for the sake of the levels after it; 0 or above.
    pub given_up: Amount,
    /// Whether that best value is proven: [`Outcome::Proven`], [`Outcome::WithinGap`] or [`Outcome::TimeLimit`] with the
    /// plan that has it. Its bound holds for every plan that keeps the floors of the levels before it.
    pub best: Outcome,
    /// What each level before it must not end below in that bound and in the proof; at or below what is left of its best
    /// value when all is given up that may be.
    pub floors: Vec<Amount>,
    /// What anyone can recompute a bound of the level from, by the indices of its problem
    /// ([`AssignmentProblem::level`] with these floors). Nobody has checked it yet.
    pub proof: Option<Proof>,
}

/// Solves the problem by the levels of its objective; as [`solve`] where it has none.
pub fn solve_by_levels(
    problem: &AssignmentProblem,
    settings: &Settings,
    watch: &mut dyn FnMut(Progress),
) -> SolvedByLevels {
    if problem.levels.is_empty() {
        let Solved { outcome, work, proof, is_alone, is_repeatable } = solve(problem, settings, watch);
        return SolvedByLevels { outcome, levels: Vec::new(), work, proof, is_alone, is_repeatable };
    }
    let begun = Instant::now();
    let (mut known, mut shown): (Vec<Known>, Vec<Shown>) = (Vec::new(), Vec::new());
    let (mut work, mut dropped, mut is_alone, mut is_repeatable) = (Vec::new(), false, true, true);
    for level in 0..problem.levels.len() {
        let spent = if settings.courses.is_some() { Duration::ZERO } else { begun.elapsed() };
        let left = settings.timeout.saturating_sub(spent);
        let still_to_come = u32::try_from(problem.levels.len() - level).unwrap_or(u32::MAX);
        let courses = settings.courses.as_ref().map(|all| all.iter().skip(level).take(1).cloned().collect());
        let share = Settings { timeout: left / still_to_come, courses, ..settings.clone() };
        let (steps, keeping) = ladder(&problem.levels[..level], &known);
        let floors: Vec<Amount> = steps.into_iter().map(|step| step.floor).collect();
        let start = best_in(level, &keeping).map(|plan| plan.placement.clone());
        let solved = solve_from(&problem.level(level, &floors), &share, start, watch);
        work.extend(solved.work);
        is_alone &= solved.is_alone;
        is_repeatable &= solved.is_repeatable;
        let Some(plan) = solved.outcome.plan() else {
            // The first level came back empty-handed: every other has a plan to start from. It has the rows of the whole
            // problem and no others, and so has what it shows.
            let Solved { outcome, proof, .. } = solved;
            return SolvedByLevels { outcome, levels: Vec::new(), work, proof, is_alone, is_repeatable };
        };
        dropped |= matches!(solved.outcome, Outcome::ObjectiveDropped(_));
        shown.push(Shown { floors, bound: plan.bound.clone(), proof: solved.proof });
        known.push(Known::of(problem, &plan.placement));
    }
    let (steps, _) = ladder(&problem.levels, &known);
    let levels = level_outcomes(problem, &steps, shown, &settings.gap_rel);
    let last = steps.last().expect("there is a level at least, and it ended with a plan");
    let outcome = whole(problem, last.best.placement.clone(), &levels, dropped);
    SolvedByLevels { outcome, levels, work, proof: None, is_alone, is_repeatable }
}

/// A plan that keeps every limit.
struct Known {
    placement: Vec<usize>,
    /// What it is worth in each level.
    values: Vec<Amount>,
}

impl Known {
    fn of(problem: &AssignmentProblem, placement: &[usize]) -> Self {
        let values = (0..problem.levels.len()).map(|level| problem.level_value(level, placement)).collect();
        Self { placement: placement.to_vec(), values }
    }
}

/// What the solve of a level had to say of all plans that keep `floors`.
struct Shown {
    floors: Vec<Amount>,
    bound: Option<Amount>,
    proof: Option<Proof>,
}

/// A level among the known plans.
struct Step<'a> {
    /// The best in it of those that keep the levels before it.
    best: &'a Known,
    /// What it must then not end below.
    floor: Amount,
}

/// The levels, each with its best plan and its floor, and the plans that keep all of them.
fn ladder<'a>(levels: &[Level], known: &'a [Known]) -> (Vec<Step<'a>>, Vec<&'a Known>) {
    let mut keeping: Vec<&Known> = known.iter().collect();
    let mut steps = Vec::with_capacity(levels.len());
    for (index, level) in levels.iter().enumerate() {
        let best = best_in(index, &keeping).expect("a level has a plan, and its best keeps its own floor");
        let value = &best.values[index];
        let floor = value - &level.give_up.allowed(value);
        keeping.retain(|plan| plan.values[index] >= floor);
        steps.push(Step { best, floor });
    }
    (steps, keeping)
}

/// The best plan in a level, the newest of several; nothing where there is none.
fn best_in<'a>(level: usize, plans: &[&'a Known]) -> Option<&'a Known> {
    plans.iter().copied().max_by(|a, b| a.values[level].cmp(&b.values[level]))
}

/// How the levels ended, by the ladder of all plans.
fn level_outcomes(
    problem: &AssignmentProblem,
    steps: &[Step<'_>],
    shown: Vec<Shown>,
    gap_rel: &Amount,
) -> Vec<LevelOutcome> {
    let Some(last) = steps.last() else { return Vec::new() };
    let floors: Vec<Amount> = steps.iter().map(|step| step.floor.clone()).collect();
    let outcome = |(level, (step, shown)): (usize, (&Step<'_>, Shown))| {
        let nothing = Shown { floors: floors[..level].to_vec(), bound: None, proof: None };
        let shown = if holds(&shown.floors, &floors) { shown } else { nothing };
        let value = last.best.values[level].clone();
        let given_up = &step.best.values[level] - &value;
        let best = plan(&problem.level(level, &[]), step.best.placement.clone(), shown.bound);
        let (metric, best) = (problem.levels[level].metric.clone(), found(best, gap_rel));
        LevelOutcome { metric, value, given_up, best, floors: shown.floors, proof: shown.proof }
    };
    steps.iter().zip(shown).enumerate().map(outcome).collect()
}

/// Whether what was shown of the plans above some floors is true of those above the floors in the end.
fn holds(shown: &[Amount], floors: &[Amount]) -> bool {
    shown.iter().zip(floors).all(|(shown, floor)| shown <= floor)
}

/// The outcome of all levels together: no better than that of any.
fn whole(problem: &AssignmentProblem, placement: Vec<usize>, levels: &[LevelOutcome], dropped: bool) -> Outcome {
    let mut plan = plan(problem, placement, None);
    if let [only] = levels {
        // One level is the whole objective, and its bound that of the plan.
        let bounds = only.best.plan().map(|best| (best.bound.clone(), best.gap_rel.clone()));
        (plan.bound, plan.gap_rel) = bounds.unwrap_or_default();
    }
    let all = |is: fn(&Outcome) -> bool| levels.iter().all(|level| is(&level.best));
    let ending: fn(Plan) -> Outcome = if dropped {
        Outcome::ObjectiveDropped
    } else if all(|best| matches!(best, Outcome::Proven(_))) {
        Outcome::Proven
    } else if all(|best| matches!(best, Outcome::Proven(_) | Outcome::WithinGap(_))) {
        Outcome::WithinGap
    } else {
        Outcome::TimeLimit
    };
    ending(plan)
}

#[cfg(test)]
mod tests {
    use domain::GiveUp;

    use super::*;

    /// A plan with these values; its placement is a number to know it by.
    fn known(number: usize, values: [i64; 3]) -> Known {
        Known { placement: vec![number], values: values.into_iter().map(Amount::from).collect() }
    }

    /// The plan with the best value of each level, and the level's floor; nothing may be given up but 10 of the second.
    fn climbed(known: &[Known]) -> Vec<(usize, String)> {
        let level = |give_up: &str| Level { metric: None, give_up: GiveUp::Amount(give_up.parse().unwrap()) };
        let (steps, keeping) = ladder(&[level("0"), level("10"), level("0")], known);
        assert!(steps.last().is_some_and(|last| keeping.iter().any(|plan| plan.placement == last.best.placement)));
        steps.iter().map(|step| (step.best.placement[0], step.floor.to_string())).collect()
    }

    fn steps(steps: [(usize, &str); 3]) -> Vec<(usize, String)> {
        steps.map(|(plan, floor)| (plan, floor.to_owned())).to_vec()
    }

    #[test]
    fn a_floor_comes_from_plans_that_keep_the_levels_before() {
        let mut plans = vec![known(1, [100, 0, 0]), known(2, [100, 50, 0]), known(3, [100, 45, 9])];
        assert_eq!(climbed(&plans), steps([(3, "100"), (2, "40"), (3, "9")]));
        // A better value in the first level: those that have 50 and 45 in the second are out.
        plans.push(known(4, [105, 30, 2]));
        assert_eq!(climbed(&plans), steps([(4, "105"), (4, "20"), (4, "2")]));
        let floors = ["105", "20", "2"].map(|floor| floor.parse::<Amount>().unwrap());
        let shown = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Amount>>();
        // What was shown of plans above 100 is true of those above 105, but not what was shown of those above 40.
        assert!(holds(&shown(&[]), &floors) && holds(&shown(&["100"]), &floors));
        assert!(!holds(&shown(&["100", "40"]), &floors));
        assert!(holds(&shown(&["105", "20"]), &floors));
    }

    #[test]
    fn a_plan_that_an_earlier_level_found_may_be_the_best_of_the_last() {
        let plans = [known(1, [100, 42, 7]), known(2, [100, 50, 3]), known(3, [100, 41, 5])];
        assert_eq!(climbed(&plans), steps([(3, "100"), (2, "40"), (1, "7")]));
    }
}
