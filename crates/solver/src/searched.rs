//! Our own search as a step of a solve: how long it may take, and what it did.
//!
//! A fault of ours in it costs a run no more than one of a solver's: the plan that it had is kept, the others go on, and
//! what happened stands in the result.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use search::search::Glimpse;
use search::{Budget, Ending, Found, Goal, Word};

use crate::build_model::Purpose;
use crate::course::{Course, Told};
use crate::outcome::Work;
use crate::scale::to_amount;
use crate::settings::Settings;
use crate::solve_model::Progress;

/// The purpose of a search, and who does it.
pub(crate) const SEARCH: &str = "search";

/// How a search stopped that could not go on.
const FAILED: &str = "failed";

/// Searches from `start`, with the time that began at `begun`, until `halt` says stop. `watch` sees every round, and may
/// have a plan to go on from.
pub(crate) fn search(
    problem: &AssignmentProblem,
    settings: &Settings,
    begun: Instant,
    start: Option<Vec<usize>>,
    halt: Option<Arc<AtomicBool>>,
    watch: &mut dyn FnMut(Progress) -> Option<Vec<usize>>,
) -> (Found, Work) {
    let (course, mut told) =
        (settings.courses.as_ref().map(|courses| courses.first().cloned().unwrap_or_default()), Vec::new());
    let goal = Goal { gap_rel: settings.gap_rel.clone(), start };
    let called = Instant::now();
    let mut first_plan_ms = None;
    let mut shown = Found { best: goal.start.clone(), ..nothing() };
    let budget = Budget { halt, ..budget(settings, course.as_ref(), begun) };
    let mut look = |glimpse: &Glimpse| {
        show(&mut shown, glimpse);
        let progress = Progress {
            best: glimpse.best.and_then(to_amount),
            plan: glimpse.plan.clone(),
            bound: glimpse.bound.and_then(to_amount),
            nodes: i64::try_from(glimpse.nodes).unwrap_or(i64::MAX),
            rounds: glimpse.rounds,
            is_closing: glimpse.is_shared,
            ..Progress::at(Purpose::Full, called)
        };
        if glimpse.best.is_some() {
            first_plan_ms.get_or_insert(progress.elapsed_ms);
        }
        let news = watch(progress);
        let plan = course.as_ref().map_or(news, |course| course.told_after(glimpse.rounds));
        told.extend(plan.iter().map(|plan| Told { round: glimpse.rounds, plan: plan.clone() }));
        plan.map_or(Word::GoOn, Word::Take)
    };
    let searched = catch_unwind(AssertUnwindSafe(|| search::search(problem, &goal, budget, &mut look)));
    let (found, failure) = match searched {
        Ok(found) => (found, None),
        Err(fault) => {
            let best = shown.best.take().filter(|plan| problem.broken_rows(plan).is_empty());
            (Found { best, ..shown }, Some(format!("our own search failed: {}", said(&*fault))))
        }
    };
    let elapsed_ms = milliseconds(called.elapsed());
    if found.best.is_some() {
        first_plan_ms.get_or_insert(elapsed_ms);
    }
    let stop = match found.ending {
        _ if failure.is_some() => FAILED,
        Ending::Best | Ending::WithinGap => "finished",
        Ending::NoPlan => "infeasible",
        Ending::Budget if settings.effort.is_some() => "effort",
        Ending::Budget => "clock",
    };
    told.retain(|told| found.helped.contains(&told.round));
    let work = Work {
        purpose: SEARCH,
        backend: SEARCH.to_owned(),
        stop,
        failure,
        rows: problem.rows.len(),
        columns: problem.trades.iter().map(|trade| trade.accounts.len()).sum(),
        nodes: i64::try_from(found.nodes).unwrap_or(i64::MAX),
        rounds: found.rounds,
        moves: found.moves,
        course: Course { cuts: found.cuts.clone(), told, last_word: None },
        first_plan_ms,
        elapsed_ms,
    };
    (found, work)
}

/// A search that has come to nothing yet.
fn nothing() -> Found {
    let (cuts, helped) = (Vec::new(), Vec::new());
    Found { best: None, ending: Ending::Budget, proof: None, bound: None, rounds: 0, cuts, helped, nodes: 0, moves: 0 }
}

/// Keeps what a search has shown. A bound without a proof is nothing: nobody could check it.
fn show(shown: &mut Found, glimpse: &Glimpse) {
    if let Some(plan) = &glimpse.plan {
        shown.best = Some(plan.clone());
    }
    (shown.rounds, shown.nodes, shown.moves) = (glimpse.rounds, glimpse.nodes, glimpse.moves);
}

/// What a panic says.
fn said(fault: &(dyn Any + Send)) -> &str {
    let text = fault.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| fault.downcast_ref::<&str>().copied()).unwrap_or("it did not say why")
}

/// A recorded course, a counted budget, or the clock.
fn budget(settings: &Settings, course: Option<&Course>, begun: Instant) -> Budget {
    if let Some(course) = course {
        return Budget { cuts: Some(course.cuts.clone()), ..Budget::default() };
    }
    if settings.effort.is_some() {
        return Budget { rounds: settings.effort, ..Budget::default() };
    }
    Budget { deadline: Some(begun + settings.time_to_search()), ..Budget::default() }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
