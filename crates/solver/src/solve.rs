//! The order of a solve: our own search; what it leaves open goes to the backends, started from its plan; without the
//! objective when that gave no plan; the conflict when there is no plan. A plan that was found is never thrown away.

use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use domain::Amount;

use crate::backend::{Control, Stop};
use crate::build_model::Purpose;
use crate::conflict::{Conflict, conflict, excesses};
use crate::fallback_feasibility::fallback_feasibility;
use crate::outcome::{Outcome, Plan, Solved, Work};
use crate::polish::polish;
use crate::proof::{self, Proof};
use crate::scale::to_amount;
use crate::searched;
use crate::settings::Settings;
use crate::solve_model::{Attempt, Progress, is_within, plan, solve_model};

/// The share of the time after which a full solve without any plan gives way to the fallback.
const SHARE_BEFORE_FALLBACK: f64 = 0.6;

/// The share of the time below which others are not asked to better a plan: they would hardly begin, and what they said
/// by then would be up to the machine.
const LEAST_SHARE_TO_ASK: f64 = 0.05;

/// The time that naming a conflict may take beyond the limit, when the proof of infeasibility used it up.
const LEAST_CONFLICT_TIME: Duration = Duration::from_millis(100);

/// Solves the problem, everything in its objective at once; [`solve_by_levels`](crate::solve_by_levels) heeds an order.
/// `watch` is called now and then with the state of the search.
pub fn solve(problem: &AssignmentProblem, settings: &Settings, watch: &mut dyn FnMut(Progress)) -> Solved {
    solve_from(problem, settings, None, watch)
}

/// As [`solve`], starting from the placement `start`, which keeps every row, if there is one.
pub fn solve_from(
    problem: &AssignmentProblem,
    settings: &Settings,
    start: Option<Vec<usize>>,
    watch: &mut dyn FnMut(Progress),
) -> Solved {
    let (begun, work) = (Instant::now(), Vec::new());
    let mut run = Run { problem, settings, begun, work, proof: None, is_repeatable: true };
    let outcome = run.outcome(start, watch);
    let proof = run.proof.or_else(|| proof::without_search(problem, &outcome));
    let is_repeatable = run.is_repeatable && run.work.iter().all(|work| work.failure.is_none());
    Solved { outcome, work: run.work, proof, is_repeatable }
}

struct Run<'a> {
    problem: &'a AssignmentProblem,
    settings: &'a Settings,
    begun: Instant,
    work: Vec<Work>,
    proof: Option<Proof>,
    is_repeatable: bool,
}

impl Run<'_> {
    fn outcome(&mut self, start: Option<Vec<usize>>, watch: &mut dyn FnMut(Progress)) -> Outcome {
        if !self.problem.trades.iter().any(|trade| trade.is_free()) {
            return only_placement(self.problem);
        }
        let purpose = if self.problem.objective.is_some() { Purpose::Full } else { Purpose::Feasibility };
        let (mut first, mut searched_bound) = (start, None);
        if self.settings.search {
            let (found, work) = searched::search(self.problem, self.settings, self.begun, first.take(), watch);
            self.work.push(work);
            if self.settings.cuts.is_some() {
                // How long the search was cut nothing, and takes nothing from the others.
                self.begun = Instant::now();
            }
            let search::Found { best, ending, proof, bound, .. } = found;
            self.proof = proof;
            searched_bound = bound.and_then(to_amount);
            match (ending, best) {
                (search::Ending::Best, Some(best)) => return self.found(self.best_plan(best)),
                (search::Ending::WithinGap, Some(best)) => return self.found(self.plan(best, searched_bound)),
                (search::Ending::NoPlan, _) => return self.infeasible(purpose, watch),
                (_, best) => first = best,
            }
        }
        if let (Purpose::Feasibility, Some(first)) = (purpose, &first) {
            return Outcome::NoObjective(plan(self.problem, first.clone(), None));
        }
        if self.settings.effort.is_some() || self.settings.backends.is_empty() || self.is_late(first.is_some()) {
            return self.alone(first, searched_bound);
        }
        let alone = self.alone(first.clone(), searched_bound.clone());
        let outcome = self.ask_others(purpose, first, searched_bound, watch);
        self.is_repeatable &= outcome == alone;
        outcome
    }

    /// Whether too little time is left to ask others.
    fn is_late(&self, has_plan: bool) -> bool {
        let share = if has_plan { LEAST_SHARE_TO_ASK } else { 0.0 };
        self.time_left() <= self.settings.timeout.mul_f64(share)
    }

    /// What our own search has come to.
    fn alone(&self, first: Option<Vec<usize>>, bound: Option<Amount>) -> Outcome {
        match first {
            Some(best) => self.found(self.plan(best, bound)),
            None => Outcome::Unknown,
        }
    }

    /// Has the backends go on from `first`, below `bound`.
    fn ask_others(
        &mut self,
        purpose: Purpose,
        first: Option<Vec<usize>>,
        bound: Option<Amount>,
        watch: &mut dyn FnMut(Progress),
    ) -> Outcome {
        let attempt = self.attempt(purpose, first, watch);
        let bound = attempt.bound.into_iter().chain(bound).min();
        match (attempt.best, attempt.stop) {
            (Some(best), _) => self.found(self.plan(best, bound)),
            (None, Stop::Infeasible) => self.infeasible(purpose, watch),
            (None, stop) if purpose == Purpose::Full => self.fallback(stop, watch),
            (None, Stop::Failed(message)) => Outcome::Failed(message),
            (None, _) => Outcome::Unknown,
        }
    }

    /// A plan that is its own bound.
    fn best_plan(&self, placement: Vec<usize>) -> Plan {
        let placement = polish(self.problem, placement);
        let bound = self.problem.objective_value(&placement);
        plan(self.problem, placement, bound)
    }

    fn plan(&self, placement: Vec<usize>, bound: Option<Amount>) -> Plan {
        plan(self.problem, polish(self.problem, placement), bound)
    }

    /// Solves for `purpose`; a full solve without a plan stops early enough for the fallback to try.
    fn attempt(&mut self, purpose: Purpose, start: Option<Vec<usize>>, watch: &mut dyn FnMut(Progress)) -> Attempt {
        let give_way = self.settings.timeout.mul_f64(SHARE_BEFORE_FALLBACK);
        let begun = self.begun;
        let has_start = start.is_some();
        let mut look = |progress: Progress| {
            let empty_handed = purpose == Purpose::Full && !has_start && progress.best.is_none();
            watch(progress);
            if empty_handed && begun.elapsed() > give_way { Control::Stop } else { Control::GoOn }
        };
        let attempt = solve_model(self.problem, purpose, self.settings, self.time_left(), start, &mut look);
        self.work.extend(attempt.work.iter().cloned());
        attempt
    }

    fn found(&self, plan: Plan) -> Outcome {
        found(plan, &self.settings.gap_rel)
    }

    fn fallback(&mut self, full: Stop, watch: &mut dyn FnMut(Progress)) -> Outcome {
        let mut look = |progress| {
            watch(progress);
            Control::GoOn
        };
        let attempt = fallback_feasibility(self.problem, self.settings, self.time_left(), &mut look);
        self.work.extend(attempt.work.iter().cloned());
        match (attempt.best, attempt.stop, full) {
            (Some(best), ..) => Outcome::ObjectiveDropped(plan(self.problem, best, None)),
            (None, Stop::Infeasible, _) => self.infeasible(Purpose::Feasibility, watch),
            (None, Stop::Failed(message), _) | (None, _, Stop::Failed(message)) => Outcome::Failed(message),
            (None, ..) => Outcome::Unknown,
        }
    }

    /// Names the conflict, and with it puts the claim that there is no plan to a test.
    fn infeasible(&mut self, purpose: Purpose, watch: &mut dyn FnMut(Progress)) -> Outcome {
        let time = self.time_left().max(LEAST_CONFLICT_TIME);
        self.is_repeatable &= self.settings.backends.is_empty();
        match conflict(self.problem, self.settings, time, &mut self.work) {
            Conflict::Found(rows, nearest) => Outcome::Infeasible { rows, nearest: Some(nearest) },
            Conflict::Contradicted => Outcome::Failed(
                "a solver says that no assignment keeps the limits, and says the same where every assignment does"
                    .to_owned(),
            ),
            Conflict::NotFound => Outcome::Infeasible { rows: Vec::new(), nearest: None },
            Conflict::Disproved(placement) => {
                let again = self.attempt(purpose, Some(placement.clone()), watch);
                let best = again.best.unwrap_or(placement);
                self.found(self.plan(best, again.bound))
            }
        }
    }

    fn time_left(&self) -> Duration {
        self.settings.timeout.saturating_sub(self.begun.elapsed())
    }
}

/// What finding a plan makes of a run.
pub(crate) fn found(plan: Plan, gap_rel: &Amount) -> Outcome {
    let both = plan.value.as_ref().zip(plan.bound.as_ref());
    let is_within = both.is_some_and(|(value, bound)| is_within(value, bound, gap_rel));
    match &plan.gap_rel {
        _ if plan.value.is_none() => Outcome::NoObjective(plan),
        Some(gap) if gap.is_zero() => Outcome::Proven(plan),
        Some(_) if is_within => Outcome::WithinGap(plan),
        _ => Outcome::TimeLimit(plan),
    }
}

/// The outcome where no trade has a choice: the one placement there is, checked.
fn only_placement(problem: &AssignmentProblem) -> Outcome {
    let placement: Vec<usize> = problem.trades.iter().map(|trade| trade.accounts[0]).collect();
    let excesses = excesses(problem, &placement);
    if !excesses.is_empty() {
        return Outcome::Infeasible { rows: excesses, nearest: Some(placement) };
    }
    let bound = problem.objective_value(&placement);
    Outcome::Proven(plan(problem, placement, bound))
}
