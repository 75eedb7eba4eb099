//! Strict priorities: one level of the objective after the other, what a level reached being a row of those after it.
//!
//! Level by level the problem of that level is solved, starting from the plan of the level before. The best value that
//! any plan so far has in a level, less what may be given up of it, is the floor of that level from then on. A floor only
//! rises, and the plan at hand always keeps every floor, so that no level can come back with less than it was given.
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
    /// about nothing but the limits: a bound of a level rests on what the levels before it reached.
    pub proof: Option<Proof>,
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
}

/// Solves the problem by the levels of its objective; as [`solve`] where it has none.
pub fn solve_by_levels(
    problem: &AssignmentProblem,
    settings: &Settings,
    watch: &mut dyn FnMut(Progress),
) -> SolvedByLevels {
    if problem.levels.is_empty() {
        let Solved { outcome, work, proof, is_repeatable } = solve(problem, settings, watch);
        return SolvedByLevels { outcome, levels: Vec::new(), work, proof, is_repeatable };
    }
    let begun = Instant::now();
    let mut work = Vec::new();
    let mut reached: Vec<Reached> = Vec::new();
    let (mut at_hand, mut dropped, mut is_repeatable) = (None, false, true);
    for level in 0..problem.levels.len() {
        let spent = if settings.cuts.is_some() { Duration::ZERO } else { begun.elapsed() };
        let left = settings.timeout.saturating_sub(spent);
        let still_to_come = u32::try_from(problem.levels.len() - level).unwrap_or(u32::MAX);
        let cuts = settings.cuts.as_ref().map(|cuts| cuts.iter().skip(level).take(1).cloned().collect());
        let share = Settings { timeout: left / still_to_come, cuts, ..settings.clone() };
        let of_level = problem.level(level, &floors(problem, &reached));
        let solved = solve_from(&of_level, &share, at_hand.take(), watch);
        work.extend(solved.work);
        is_repeatable &= solved.is_repeatable;
        let Some(plan) = solved.outcome.plan() else {
            // The first level came back empty-handed: every other has a plan to start from. It has the rows of the whole
            // problem and no others, and so has what it shows.
            let Solved { outcome, proof, .. } = solved;
            return SolvedByLevels { outcome, levels: Vec::new(), work, proof, is_repeatable };
        };
        dropped |= matches!(solved.outcome, Outcome::ObjectiveDropped(_));
        let placement = plan.placement.clone();
        for (earlier, reached) in reached.iter_mut().enumerate() {
            reached.look_at(&placement, &problem.level_value(earlier, &placement));
        }
        let value = problem.level_value(level, &placement);
        reached.push(Reached { best: placement.clone(), value, bound: plan.bound.clone() });
        at_hand = Some(placement);
    }
    let placement = at_hand.expect("every level ends with a plan, and there is one at least");
    let outcome = |(level, reached)| level_outcome(problem, level, reached, &placement, &settings.gap_rel);
    let levels: Vec<LevelOutcome> = reached.into_iter().enumerate().map(outcome).collect();
    let outcome = whole(problem, placement, &levels, dropped);
    SolvedByLevels { outcome, levels, work, proof: None, is_repeatable }
}

/// What a level has come to so far.
struct Reached {
    /// The plan with the best value in it.
    best: Vec<usize>,
    value: Amount,
    bound: Option<Amount>,
}

impl Reached {
    /// Keeps the plan of a later level where it is better in this one too.
    fn look_at(&mut self, placement: &[usize], value: &Amount) {
        if *value > self.value {
            (self.best, self.value) = (placement.to_vec(), value.clone());
        }
    }
}

/// What each level so far must not end below.
fn floors(problem: &AssignmentProblem, reached: &[Reached]) -> Vec<Amount> {
    let floor = |(level, reached): (&Level, &Reached)| &reached.value - &level.give_up.allowed(&reached.value);
    problem.levels.iter().zip(reached).map(floor).collect()
}

fn level_outcome(
    problem: &AssignmentProblem,
    level: usize,
    reached: Reached,
    placement: &[usize],
    gap_rel: &Amount,
) -> LevelOutcome {
    let value = problem.level_value(level, placement);
    let given_up = &reached.value - &value;
    let best = found(plan(&problem.level(level, &[]), reached.best, reached.bound), gap_rel);
    LevelOutcome { metric: problem.levels[level].metric.clone(), value, given_up, best }
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
