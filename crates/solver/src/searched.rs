//! Our own search as a step of a solve: how long it may take, and what it did.

use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use search::search::Glimpse;
use search::{Budget, Found, Goal};

use crate::build_model::Purpose;
use crate::outcome::Work;
use crate::scale::to_amount;
use crate::settings::Settings;
use crate::solve_model::Progress;

/// The share of the time after which a proof that is near but not done is left to the backends.
const SHARE_FOR_PROOF: f64 = 0.3;
/// The share of the time after which the backends look for a plan.
const SHARE_WITHOUT_PLAN: f64 = 0.8;
/// And this long at most: what our own tree closes it mostly closes by then.
const MOST_FOR_PROOF: Duration = Duration::from_secs(2);
/// What is kept of the time for what comes after the search.
const SHARE_AT_MOST: f64 = 0.97;

/// Searches from `start`, with the time that began at `begun`.
pub(crate) fn search(
    problem: &AssignmentProblem,
    settings: &Settings,
    begun: Instant,
    start: Option<Vec<usize>>,
    watch: &mut dyn FnMut(Progress),
) -> (Found, Work) {
    let goal = Goal { gap_rel: settings.gap_rel.clone(), start };
    let called = Instant::now();
    let mut first_plan_ms = None;
    let found = search::search(problem, &goal, budget(settings, begun), &mut |glimpse: &Glimpse| {
        let elapsed_ms = milliseconds(called.elapsed());
        if glimpse.best.is_some() {
            first_plan_ms.get_or_insert(elapsed_ms);
        }
        watch(Progress {
            purpose: Purpose::Full,
            elapsed_ms,
            best: glimpse.best.and_then(to_amount),
            bound: glimpse.bound.and_then(to_amount),
            nodes: i64::try_from(glimpse.nodes).unwrap_or(i64::MAX),
        });
        true
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
    let work = Work {
        purpose: "search",
        backend: "search".to_owned(),
        stop,
        failure: None,
        rows: problem.rows.len(),
        columns: problem.trades.iter().map(|trade| trade.accounts.len()).sum(),
        nodes: i64::try_from(found.nodes).unwrap_or(i64::MAX),
        rounds: found.rounds,
        moves: found.moves,
        cuts: found.cuts.clone(),
        first_plan_ms,
        elapsed_ms,
    };
    (found, work)
}

/// Recorded cuts, a counted budget, or the clock: all of it where there is nobody else to ask.
fn budget(settings: &Settings, begun: Instant) -> Budget {
    if let Some(cuts) = &settings.cuts {
        return Budget { cuts: Some(cuts.first().cloned().unwrap_or_default()), ..Budget::default() };
    }
    if settings.effort.is_some() {
        return Budget { rounds: settings.effort, ..Budget::default() };
    }
    let share = |share: f64| Some(begun + settings.timeout.mul_f64(share));
    let deadline = share(SHARE_AT_MOST);
    if settings.backends.is_empty() {
        return Budget { deadline, proving: deadline, without_plan: deadline, ..Budget::default() };
    }
    let proving = share(SHARE_FOR_PROOF).map(|end| end.min(begun + MOST_FOR_PROOF));
    let without_plan = share(SHARE_WITHOUT_PLAN);
    Budget { deadline, proving, without_plan, ..Budget::default() }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
