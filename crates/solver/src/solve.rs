//! The order of a solve: our own search, and beside it the backends, started from its plan; without the objective when
//! that gave no plan; the conflict when there is no plan. A plan that was found is never thrown away.

use std::time::Instant;

use constraint_manager::AssignmentProblem;
use domain::Amount;

use crate::backend::Control;
use crate::beside::{self, Both};
use crate::build_model::Purpose;
use crate::conflict::excesses;
use crate::course::LastWord;
use crate::others::{Answer, Others};
use crate::outcome::{Outcome, Plan, Solved, Work};
use crate::polish::polish;
use crate::proof::{self, Proof};
use crate::scale::to_amount;
use crate::searched::{self, SEARCH};
use crate::settings::Settings;
use crate::solve_model::{Progress, is_within, plan};

/// A plan is polished where its gap has at least so many zeros: a pass over all pairs of trades, which elsewhere would cost
/// a run more time than it gives.
const POLISH_DECIMALS: i64 = 6;

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
    let purpose = if problem.objective.is_some() { Purpose::Full } else { Purpose::Feasibility };
    let mut run = Run { problem, settings, purpose, begun, work, proof: None, is_alone: true, is_repeatable: true };
    let outcome = match (run.outcome(start, watch), run.fault()) {
        (Outcome::Unknown, Some(fault)) => Outcome::Failed(fault),
        (outcome, _) => outcome,
    };
    // Where time ran out there is none left to look for what can be shown.
    let is_over = matches!(outcome, Outcome::Unknown);
    let proof = run.proof.or_else(|| if is_over { None } else { proof::without_search(problem, &outcome) });
    let is_repeatable = run.is_repeatable && run.work.iter().all(|work| work.failure.is_none());
    Solved { outcome, work: run.work, proof, is_alone: run.is_alone, is_repeatable }
}

struct Run<'a> {
    problem: &'a AssignmentProblem,
    settings: &'a Settings,
    purpose: Purpose,
    begun: Instant,
    work: Vec<Work>,
    proof: Option<Proof>,
    is_alone: bool,
    is_repeatable: bool,
}

impl Run<'_> {
    fn outcome(&mut self, start: Option<Vec<usize>>, watch: &mut dyn FnMut(Progress)) -> Outcome {
        if !self.problem.trades.iter().any(|trade| trade.is_free()) {
            return only_placement(self.problem);
        }
        if !self.settings.search {
            (self.is_alone, self.is_repeatable) = (false, false);
            return self.without_search(start, watch);
        }
        let Both { found, answer, work } = self.search(start, watch);
        self.work.extend(work);
        let search::Found { best, ending, proof, bound, .. } = found;
        self.proof = proof;
        let bound = bound.and_then(to_amount);
        match (ending, best) {
            (search::Ending::Best, Some(best)) => self.found(self.best_plan(best)),
            (search::Ending::WithinGap, Some(best)) => self.found(self.plan(best, bound)),
            (search::Ending::NoPlan, _) => self.without_plan(watch),
            (_, best) => self.with_others(best, bound, answer, watch),
        }
    }

    /// What our own search failed of, where it did.
    fn fault(&self) -> Option<String> {
        self.work.iter().find(|work| work.purpose == SEARCH)?.failure.clone()
    }

    /// The conflict where our own search shows that there is no plan: who else is asked has a part in naming it alone.
    fn without_plan(&mut self, watch: &mut dyn FnMut(Progress)) -> Outcome {
        let known = self.last_word();
        let is_alone = known.is_none() && self.settings.backends.is_empty();
        let answer = known.unwrap_or_else(|| self.answer(watch, |others, look| others.infeasible(look)));
        if !is_alone {
            self.had_a_part(&answer);
        }
        self.said(answer)
    }

    /// Our own search, with the backends beside it where they are asked at all.
    fn search(&mut self, start: Option<Vec<usize>>, watch: &mut dyn FnMut(Progress)) -> Both {
        let Self { problem, settings, purpose, begun, .. } = *self;
        let is_counted = settings.effort.is_some() || settings.courses.is_some();
        let is_alone = is_counted || settings.backends.is_empty() || !beside::is_worth_it(problem, settings);
        let both = if is_alone {
            let mut look = |progress| {
                watch(progress);
                None
            };
            let (found, work) = searched::search(problem, settings, begun, start, None, &mut look);
            Both { found, answer: None, work: vec![work] }
        } else {
            beside::solve(problem, settings, purpose, begun, start, watch)
        };
        self.is_alone &= both.found.helped.is_empty();
        both
    }

    /// What a search that has not closed the problem and the others have come to together.
    fn with_others(
        &mut self,
        best: Option<Vec<usize>>,
        bound: Option<Amount>,
        answer: Option<Answer>,
        watch: &mut dyn FnMut(Progress),
    ) -> Outcome {
        let alone = self.alone(best.clone(), bound.clone());
        // How long a search was that a recorded course ended is nothing that the others have to make up for.
        let is_asked_after = self.settings.courses.is_some() && !self.settings.backends.is_empty();
        let answer = answer.or_else(|| self.last_word()).or_else(|| {
            is_asked_after.then(|| {
                self.begun = Instant::now();
                self.answer(watch, |others, look| others.ask(best.clone(), look, &|| best.is_some()))
            })
        });
        let Some(answer) = answer else { return alone };
        let outcome = self.together(best, bound, answer.clone());
        if outcome != alone {
            self.had_a_part(&answer);
        }
        outcome
    }

    /// What the others said last when this was solved before.
    fn last_word(&self) -> Option<Answer> {
        let course = self.settings.courses.as_ref()?.first()?;
        Some(course.last_word.as_ref()?.answer(self.problem))
    }

    /// Others said this last, and it is part of the outcome.
    fn had_a_part(&mut self, answer: &Answer) {
        self.is_alone = false;
        let word = LastWord::of(answer);
        self.is_repeatable &= word.is_some();
        if let Some(search) = self.work.iter_mut().find(|work| work.purpose == SEARCH) {
            search.course.last_word = word;
        }
    }

    /// The better plan of the two, and the tighter bound.
    fn together(&self, best: Option<Vec<usize>>, bound: Option<Amount>, answer: Answer) -> Outcome {
        let value = |placement: &Vec<usize>| self.problem.objective_value(placement);
        match (best, answer) {
            (best, Answer::Plan(theirs, their_bound)) => {
                let best = best.filter(|best| value(best) >= value(&theirs)).unwrap_or(theirs);
                self.found(self.plan(best, bound.into_iter().chain(their_bound).min()))
            }
            (Some(best), Answer::Dropped(theirs)) if value(&best) > value(&theirs) => self.alone(Some(best), bound),
            (None, Answer::Failed(message)) => Outcome::Failed(message),
            (None, answer @ (Answer::Infeasible(..) | Answer::Nothing)) => self.said(answer),
            (_, answer @ Answer::Dropped(_)) => self.said(answer),
            (best, _) => self.alone(best, bound),
        }
    }

    /// What our own search has come to.
    fn alone(&self, best: Option<Vec<usize>>, bound: Option<Amount>) -> Outcome {
        best.map_or(Outcome::Unknown, |best| self.found(self.plan(best, bound)))
    }

    /// The backends and nobody else.
    fn without_search(&mut self, start: Option<Vec<usize>>, watch: &mut dyn FnMut(Progress)) -> Outcome {
        if let (Purpose::Feasibility, Some(start)) = (self.purpose, &start) {
            return Outcome::NoObjective(plan(self.problem, start.clone(), None));
        }
        self.ask(watch, |others, look| others.ask(start, look, &|| false))
    }

    /// What the others say, in the end.
    fn ask(
        &mut self,
        watch: &mut dyn FnMut(Progress),
        ask: impl FnOnce(&mut Others<'_>, &mut dyn FnMut(Progress) -> Control) -> Answer,
    ) -> Outcome {
        let answer = self.answer(watch, ask);
        self.said(answer)
    }

    fn answer(
        &mut self,
        watch: &mut dyn FnMut(Progress),
        ask: impl FnOnce(&mut Others<'_>, &mut dyn FnMut(Progress) -> Control) -> Answer,
    ) -> Answer {
        let mut others = Others::new(self.problem, self.settings, self.purpose, self.begun);
        let answer = ask(&mut others, &mut |progress| {
            watch(progress);
            Control::GoOn
        });
        self.work.extend(others.work);
        answer
    }

    fn said(&self, answer: Answer) -> Outcome {
        match answer {
            Answer::Plan(best, bound) => self.found(self.plan(best, bound)),
            Answer::Dropped(best) => Outcome::ObjectiveDropped(plan(self.problem, best, None)),
            Answer::Infeasible(rows, nearest) => Outcome::Infeasible { rows, nearest },
            Answer::Failed(message) => Outcome::Failed(message),
            Answer::Nothing => Outcome::Unknown,
        }
    }

    /// A plan that is its own bound.
    fn best_plan(&self, placement: Vec<usize>) -> Plan {
        let placement = polish(self.problem, placement);
        let bound = self.problem.objective_value(&placement);
        plan(self.problem, placement, bound)
    }

    /// A plan with its bound. Where next to nothing is left between the two, what floats cannot tell apart matters.
    fn plan(&self, placement: Vec<usize>, bound: Option<Amount>) -> Plan {
        let found = plan(self.problem, placement, bound.clone());
        let is_nearly_best = found.gap_rel.as_ref().is_some_and(|gap| *gap <= Amount::from_parts(1, POLISH_DECIMALS));
        if is_nearly_best { plan(self.problem, polish(self.problem, found.placement), bound) } else { found }
    }

    fn found(&self, plan: Plan) -> Outcome {
        found(plan, &self.settings.gap_rel)
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
