//! Our own search as a step of a solve: how long it may take, and what it did.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use search::search::Glimpse;
use search::{Budget, Found, Goal, Word};

use crate::build_model::Purpose;
use crate::course::{Course, Told};
use crate::outcome::Work;
use crate::scale::to_amount;
use crate::settings::Settings;
use crate::solve_model::Progress;

/// The purpose of a search, and who does it.
pub(crate) const SEARCH: &str = "search";

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
    let budget = Budget { halt, ..budget(settings, course.as_ref(), begun) };
    let found = search::search(problem, &goal, budget, &mut |glimpse: &Glimpse| {
        let progress = Progress {
            best: glimpse.best.and_then(to_amount),
            plan: glimpse.plan.clone(),
            bound: glimpse.bound.and_then(to_amount),
            nodes: i64::try_from(glimpse.nodes).unwrap_or(i64::MAX),
            rounds: glimpse.rounds,
            ..Progress::at(Purpose::Full, called)
        };
        if glimpse.best.is_some() {
            first_plan_ms.get_or_insert(progress.elapsed_ms);
        }
        let news = watch(progress);
        let plan = course.as_ref().map_or(news, |course| course.told_after(glimpse.rounds));
        told.extend(plan.iter().map(|plan| Told { round: glimpse.rounds, plan: plan.clone() }));
        plan.map_or(Word::GoOn, Word::Take)
    });
    let elapsed_ms = milliseconds(called.elapsed());
    if found.best.is_some() {
        first_plan_ms.get_or_insert(elapsed_ms);
    }
    let stop = match found.ending {
        search::Ending::Best | search::Ending::WithinGap => "finished",
        search::Ending::NoPlan => "infeasible",
        search::Ending::Budget if settings.effort.is_some() => "effort",
        search::Ending::Budget => "clock",
    };
    told.retain(|told| found.helped.contains(&told.round));
    let work = Work {
        purpose: SEARCH,
        backend: SEARCH.to_owned(),
        stop,
        failure: None,
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
