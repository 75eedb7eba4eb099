//! Our own search and the backends at the same time. What the search does not close at once the backends work on beside
//! it: they start from its plan, it hears of theirs, and whoever closes the problem first ends the others.
//!
//! ```text
//! search ──┬─ closed at once ───────────────────────────────────────────────► done, nobody was asked
//!          └─ its plan ──► backends ──┬─ plans ──► search
//!                                     ├─ closed: the search has a little longer for a proof, then it is halted
//!                                     └─ abandoned at once when the search has closed it
//! ```

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use domain::Amount;
use search::{Ending, Found};

use crate::backend::Control;
use crate::build_model::Purpose;
use crate::others::{Answer, Others};
use crate::outcome::Work;
use crate::searched;
use crate::settings::Settings;
use crate::solve_model::{Progress, is_within, plan};

/// How long the search is alone, and the share of the time that this may be: most days are closed by then, and a process
/// would cost them more than it gives.
const HEAD_START: Duration = Duration::from_millis(300);
const SHARE_OF_HEAD_START: f64 = 0.05;

/// How long it is alone without any plan, as a share of the time: where plans are hard to find the others find none
/// either, and would take a processor from it.
const SHARE_WITHOUT_PLAN: f64 = 0.6;

/// Rounds in which a search that has a plan does not hear of others: a day that it closes by then ends the same way every
/// time, however busy the machine is and whatever the others found meanwhile.
const ROUNDS_ALONE: u64 = 32;

/// The least time that makes it worth starting a process.
const LEAST_TIME: Duration = Duration::from_millis(50);

/// The coefficients that a model may have for each second of the time limit. Beyond that the others would hardly begin: to
/// state a million of them takes seconds that the search needs, and leaves nothing to search in.
const COEFFICIENTS_A_SECOND: f64 = 40_000.0;

/// How much longer the search may go on for a proof that can be checked, once others say that they have closed the
/// problem, as a share of the time it took so far.
const SHARE_TO_CERTIFY: f64 = 0.25;

/// What both have come to.
pub(crate) struct Both {
    pub(crate) found: Found,
    /// What the others said; nothing where they were not asked, or nobody waited for it.
    pub(crate) answer: Option<Answer>,
    /// The search first, then the calls of the others in order.
    pub(crate) work: Vec<Work>,
}

/// Solves with both, within the time that began at `begun`.
pub(crate) fn solve(
    problem: &AssignmentProblem,
    settings: &Settings,
    purpose: Purpose,
    begun: Instant,
    start: Option<Vec<usize>>,
    watch: &mut dyn FnMut(Progress),
) -> Both {
    let table = Table::new(problem, start.clone());
    let (found, work, answer, calls) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            let mut others = Others::new(problem, settings, purpose, begun);
            let answer = ask(&mut others, &table);
            (answer, others.work)
        });
        let halt = Some(Arc::clone(&table.halt));
        let (found, work) = searched::search(problem, settings, begun, start, halt, &mut |mut progress| {
            let news = table.meet(&mut progress);
            watch(progress);
            news
        });
        table.end(found.best.as_ref(), found.ending != Ending::Budget);
        let (answer, calls) = beside.join().expect("who asks the backends does not panic");
        let answer = match (table.unheard(), answer) {
            // The best that they had, what they say last included.
            (Some(plan), Some(Answer::Plan(_, bound))) => Some(Answer::Plan(plan, bound)),
            (Some(plan), _) => Some(Answer::Plan(plan, None)),
            (None, answer) => answer,
        };
        (found, work, answer, calls)
    });
    let work = std::iter::once(work).chain(calls).collect();
    Both { found, answer, work }
}

/// Whether the model is small enough for the others to get anywhere beside the search.
pub(crate) fn is_worth_it(problem: &AssignmentProblem, settings: &Settings) -> bool {
    let in_rows = problem.rows.iter().map(|row| row.bookings().count()).sum::<usize>();
    in_rows as f64 <= COEFFICIENTS_A_SECOND * settings.timeout.as_secs_f64()
}

/// The side of the backends.
fn ask(others: &mut Others<'_>, table: &Table<'_>) -> Option<Answer> {
    let Others { problem, settings, begun, .. } = *others;
    let head_start = HEAD_START.min(settings.timeout.mul_f64(SHARE_OF_HEAD_START));
    table.wait_until(begun + head_start, false)?;
    let start = table.wait_until(begun + settings.timeout.mul_f64(SHARE_WITHOUT_PLAN), true)?;
    if settings.time_to_search().saturating_sub(begun.elapsed()) < LEAST_TIME {
        return None;
    }
    let answer = others.ask(start, &mut |progress| table.hear(progress), &|| table.has_plan());
    if table.is_closed() {
        return None;
    }
    let is_closed = match &answer {
        Answer::Plan(best, bound) => {
            table.offer(best.clone());
            let plan = plan(problem, best.clone(), bound.clone());
            let both = plan.value.as_ref().zip(plan.bound.as_ref());
            plan.value.is_none() || both.is_some_and(|(value, bound)| is_within(value, bound, &settings.gap_rel))
        }
        Answer::Dropped(best) => {
            table.offer(best.clone());
            false
        }
        Answer::Infeasible(..) => !table.has_plan(),
        Answer::Failed(_) | Answer::Nothing => false,
    };
    if is_closed {
        table.halt_after(begun.elapsed().mul_f64(SHARE_TO_CERTIFY));
    }
    Some(answer)
}

/// Where the two meet.
struct Table<'a> {
    problem: &'a AssignmentProblem,
    state: Mutex<State>,
    changed: Condvar,
    /// Set when the search is to stop.
    halt: Arc<AtomicBool>,
}

#[derive(Default)]
struct State {
    /// The best plan of the search.
    ours: Option<Vec<usize>>,
    /// Plans that the search has not heard of.
    theirs: Vec<Vec<usize>>,
    /// What no plan can exceed, as the others claim it.
    bound: Option<Amount>,
    /// Whether all of the search is at its proof.
    is_closing: bool,
    has_ended: bool,
    is_closed: bool,
}

impl<'a> Table<'a> {
    fn new(problem: &'a AssignmentProblem, start: Option<Vec<usize>>) -> Self {
        let state = State { ours: start, ..State::default() };
        Self { problem, state: Mutex::new(state), changed: Condvar::new(), halt: Arc::new(AtomicBool::new(false)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The search shows how it stands, and hears of a plan.
    fn meet(&self, progress: &mut Progress) -> Option<Vec<usize>> {
        let mut state = self.state();
        state.is_closing = progress.is_closing;
        if progress.plan.is_some() {
            state.ours = progress.plan.take();
            self.changed.notify_all();
        }
        progress.bound = progress.bound.take().into_iter().chain(state.bound.clone()).min();
        let is_deaf = progress.best.is_some() && progress.rounds < ROUNDS_ALONE;
        if is_deaf { None } else { self.best_of(std::mem::take(&mut state.theirs)) }
    }

    /// The best plan of several that keeps every row, the newest of several such.
    fn best_of(&self, plans: Vec<Vec<usize>>) -> Option<Vec<usize>> {
        let keeping = plans.into_iter().filter(|plan| self.problem.broken_rows(plan).is_empty());
        let with_value = keeping.map(|plan| (self.problem.objective_value(&plan), plan));
        with_value.max_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, plan)| plan)
    }

    /// The search is over.
    fn end(&self, best: Option<&Vec<usize>>, is_closed: bool) {
        let mut state = self.state();
        if let Some(best) = best {
            state.ours = Some(best.clone());
        }
        (state.has_ended, state.is_closed) = (true, is_closed);
        self.changed.notify_all();
    }

    /// Waits for the search to end, or to have a plan where that is enough; until then and no longer.
    fn wait(&self, until: Instant, for_plan: bool) -> MutexGuard<'_, State> {
        let time = until.saturating_duration_since(Instant::now());
        let goes_on = |state: &mut State| !(state.has_ended || for_plan && state.ours.is_some());
        self.changed.wait_timeout_while(self.state(), time, goes_on).unwrap_or_else(PoisonError::into_inner).0
    }

    /// The plan of the search then, unless it has closed the problem.
    #[expect(clippy::option_option, reason = "it may go on without a plan")]
    fn wait_until(&self, then: Instant, for_plan: bool) -> Option<Option<Vec<usize>>> {
        let state = self.wait(then, for_plan);
        (!state.is_closed).then(|| state.ours.clone())
    }

    /// The others show how they stand, and hear whether to go on.
    fn hear(&self, progress: Progress) -> Control {
        let mut state = self.state();
        state.bound = progress.bound.or(state.bound.take());
        state.theirs.extend(progress.plan);
        match () {
            () if state.is_closed => Control::Abandon,
            () if state.is_closing => Control::Yield,
            () => Control::GoOn,
        }
    }

    fn offer(&self, plan: Vec<usize>) {
        self.state().theirs.push(plan);
    }

    /// The best plan of the others that the search never heard of; nothing where it has closed the problem.
    fn unheard(&self) -> Option<Vec<usize>> {
        let mut state = self.state();
        let plans = std::mem::take(&mut state.theirs);
        if state.is_closed { None } else { self.best_of(plans) }
    }

    fn has_plan(&self) -> bool {
        self.state().ours.is_some()
    }

    fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// Halts the search when it has not ended by itself in this time.
    fn halt_after(&self, time: Duration) {
        let has_ended = self.wait(Instant::now() + time, false).has_ended;
        if !has_ended {
            self.halt.store(true, Ordering::Relaxed);
        }
    }
}
