//! What the backends make of a problem: the whole of it; without the objective where that gave no plan; the conflict
//! where they say that there is none.

use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use domain::Amount;

use crate::backend::{Control, Stop};
use crate::build_model::Purpose;
use crate::conflict::{Conflict, conflict};
use crate::fallback_feasibility::fallback_feasibility;
use crate::outcome::{Excess, Work};
use crate::settings::Settings;
use crate::solve_model::{Attempt, Progress, solve_model};

/// The share of the time after which a full solve without any plan gives way to the fallback.
const SHARE_BEFORE_FALLBACK: f64 = 0.6;

/// The time that naming a conflict may take beyond the limit, when the proof of infeasibility used it up.
const LEAST_CONFLICT_TIME: Duration = Duration::from_millis(100);

/// What they say in the end. Plans keep every row exactly; everything else is their word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A plan, and what no plan can exceed.
    Plan(Vec<usize>, Option<Amount>),
    /// A plan that was found without the objective.
    Dropped(Vec<usize>),
    /// There is no plan: these rows give way in this placement, where time was left to find one.
    Infeasible(Vec<Excess>, Option<Vec<usize>>),
    /// Nothing, and why.
    Failed(String),
    /// Nothing.
    Nothing,
}

/// The backends at work on a problem.
pub(crate) struct Others<'a> {
    pub(crate) problem: &'a AssignmentProblem,
    pub(crate) settings: &'a Settings,
    pub(crate) purpose: Purpose,
    /// When the time began.
    pub(crate) begun: Instant,
    /// Every call, in order.
    pub(crate) work: Vec<Work>,
}

impl<'a> Others<'a> {
    pub(crate) fn new(
        problem: &'a AssignmentProblem,
        settings: &'a Settings,
        purpose: Purpose,
        begun: Instant,
    ) -> Self {
        Self { problem, settings, purpose, begun, work: Vec::new() }
    }

    /// Has them go on from `start`, a plan. `look` hears how they stand, and says whether they go on; `has_plan` says
    /// whether somebody has a plan by now.
    pub(crate) fn ask(
        &mut self,
        start: Option<Vec<usize>>,
        look: &mut dyn FnMut(Progress) -> Control,
        has_plan: &dyn Fn() -> bool,
    ) -> Answer {
        let Attempt { best, bound, stop, .. } = self.attempt(start, look, has_plan);
        match (best, stop) {
            (Some(best), _) => Answer::Plan(best, bound),
            (None, Stop::Infeasible) => self.infeasible(look),
            (None, stop) if self.purpose == Purpose::Full && !has_plan() => self.fallback(stop, look),
            (None, Stop::Failed(message)) => Answer::Failed(message),
            (None, _) => Answer::Nothing,
        }
    }

    /// Names the conflict, and with it puts the claim that there is no plan to a test.
    pub(crate) fn infeasible(&mut self, look: &mut dyn FnMut(Progress) -> Control) -> Answer {
        let time = self.time_left().max(LEAST_CONFLICT_TIME);
        match conflict(self.problem, self.settings, time, &mut self.work, look) {
            Conflict::Found(rows, nearest) => Answer::Infeasible(rows, Some(nearest)),
            Conflict::Contradicted => Answer::Failed(
                "a solver says that no assignment keeps the limits, and says the same where every assignment does"
                    .to_owned(),
            ),
            Conflict::NotFound => Answer::Infeasible(Vec::new(), None),
            Conflict::Disproved(placement) => {
                let again = self.attempt(Some(placement.clone()), look, &|| true);
                Answer::Plan(again.best.unwrap_or(placement), again.bound)
            }
        }
    }

    /// Solves all of it; without any plan it stops early enough for the fallback to try.
    fn attempt(
        &mut self,
        start: Option<Vec<usize>>,
        look: &mut dyn FnMut(Progress) -> Control,
        has_plan: &dyn Fn() -> bool,
    ) -> Attempt {
        let give_way = self.settings.timeout.mul_f64(SHARE_BEFORE_FALLBACK);
        let (begun, purpose, has_start) = (self.begun, self.purpose, start.is_some());
        let mut look = |progress: Progress| {
            let is_empty_handed = purpose == Purpose::Full && !has_start && progress.best.is_none();
            match look(progress) {
                control if control.goes_on() && is_empty_handed && begun.elapsed() > give_way && !has_plan() => {
                    Control::Stop
                }
                control => control,
            }
        };
        let attempt = solve_model(self.problem, purpose, self.settings, self.time_left(), start, &mut look);
        self.work.extend(attempt.work.iter().cloned());
        attempt
    }

    fn fallback(&mut self, full: Stop, look: &mut dyn FnMut(Progress) -> Control) -> Answer {
        let attempt = fallback_feasibility(self.problem, self.settings, self.time_left(), look);
        self.work.extend(attempt.work.iter().cloned());
        match (attempt.best, attempt.stop, full) {
            (Some(best), ..) => Answer::Dropped(best),
            (None, Stop::Infeasible, _) => {
                self.purpose = Purpose::Feasibility;
                self.infeasible(look)
            }
            (None, Stop::Failed(message), _) | (None, _, Stop::Failed(message)) => Answer::Failed(message),
            (None, ..) => Answer::Nothing,
        }
    }

    fn time_left(&self) -> Duration {
        self.settings.time_to_search().saturating_sub(self.begun.elapsed())
    }
}
