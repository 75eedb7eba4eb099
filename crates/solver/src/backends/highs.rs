//! HiGHS: presolve, cuts, branch and bound. Stated through good_lp; how it ended is read from HiGHS itself,
//! because good_lp hides gap and bound and calls several endings by one name.
//!
//! HiGHS says `Optimal` when its gap limit stopped it, so nothing here trusts that word: the caller compares
//! point and bound. It may also run past its time limit by a good deal: it runs in a thread of its own, which is
//! left behind when it does not come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use ::highs::{HighsModelStatus, HighsSolutionStatus, Model};
use good_lp::solvers::highs::highs;

use crate::backend::{Backend, Control, Effort, Ending, Glimpse, Stop};
use crate::highs_watch::{self, News, Watch};
use crate::scale::FloatModel;
use crate::statement::state;

/// The backend.
pub struct Highs;

/// One fixed seed, so that the same model takes the same path.
const SEED: i32 = 1;

/// How far a scaled row may be off in HiGHS's eyes. Below 1e-8 it corrupts memory (ERGO-Code/HiGHS #3258);
/// what is off by less than this is caught in exact arithmetic.
const TOLERANCE: f64 = 1e-7;

impl Backend for Highs {
    fn name(&self) -> &'static str {
        "highs"
    }

    fn version(&self) -> String {
        format!("HiGHS {}", highs_watch::version())
    }

    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, watch: &mut dyn FnMut(Glimpse) -> Control) -> Ending {
        // HiGHS keeps state for the whole process: with one solve left behind, a second would disturb both.
        if LEFT_BEHIND.load(Ordering::Relaxed) {
            return nothing(Stop::Limit);
        }
        let deadline = Instant::now() + effort.time + GRACE;
        let (news, listener) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Watch { columns: model.columns.len(), news: news.clone(), stop: Arc::clone(&stop) };
        let (model, options) = (model.clone(), Options::of(effort));
        std::thread::spawn(move || {
            let ending = solve_here(&model, &options, seen);
            // A listener that has gone has its answer already.
            let _ = news.send(News::Ended(ending));
        });
        listen(&listener, deadline, &stop, watch)
    }
}

/// How long past its limit HiGHS may take to come back.
const GRACE: Duration = Duration::from_millis(300);

/// How many of the latest improving points are kept: enough to fall back on when the last one turns out to
/// rest on a tolerance.
const KEPT_POINTS: usize = 8;

/// Whether a solve did not come back.
static LEFT_BEHIND: AtomicBool = AtomicBool::new(false);

fn nothing(stop: Stop) -> Ending {
    Ending { stop, points: Vec::new(), bound: None, nodes: 0 }
}

/// Follows a solve until it ends or the deadline passes; then what it had told until there is the answer.
fn listen(
    listener: &Receiver<News>,
    deadline: Instant,
    stop: &AtomicBool,
    watch: &mut dyn FnMut(Glimpse) -> Control,
) -> Ending {
    let mut so_far = nothing(Stop::Limit);
    loop {
        match listener.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(News::Glimpse(glimpse)) => {
                so_far.bound = glimpse.bound.or(so_far.bound);
                so_far.nodes = glimpse.nodes;
                if watch(glimpse) == Control::Stop {
                    stop.store(true, Ordering::Relaxed);
                }
            }
            Ok(News::Point(point)) => {
                if so_far.points.len() == KEPT_POINTS {
                    so_far.points.remove(0);
                }
                so_far.points.push(point);
            }
            Ok(News::Ended(ending)) => {
                so_far.points.extend(ending.points);
                return Ending { points: so_far.points, ..ending };
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                stop.store(true, Ordering::Relaxed);
                LEFT_BEHIND.store(true, Ordering::Relaxed);
                return so_far;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return nothing(Stop::Failed("HiGHS ended without an answer".to_owned()));
            }
        }
    }
}

/// What HiGHS is told.
struct Options {
    time_s: f64,
    gap_rel: f64,
    start: Option<Vec<f64>>,
}

impl Options {
    fn of(effort: &Effort<'_>) -> Self {
        Self { time_s: effort.time.as_secs_f64(), gap_rel: effort.gap_rel, start: effort.start.map(<[f64]>::to_vec) }
    }
}

fn solve_here(model: &FloatModel, options: &Options, mut seen: Watch) -> Ending {
    let (stated, _) = state(model, None, highs);
    let mut solver = match stated.try_into_inner() {
        Ok(solver) => solver,
        Err(error) => return nothing(Stop::Failed(format!("HiGHS refused the model: {error}"))),
    };
    if let Err(option) = set_options(&mut solver, options) {
        return nothing(Stop::Failed(format!("HiGHS refused the option {option}")));
    }
    if let Some(start) = &options.start {
        let whole: Vec<f64> = start.iter().copied().chain([1.0]).collect();
        // A start that HiGHS does not like costs only the start.
        let _ = solver.try_set_solution(Some(&whole), None, None, None);
    }
    let solved = match highs_watch::solve_watched(solver, &mut seen) {
        Ok(solved) => solved,
        Err(status) => return nothing(Stop::Failed(format!("HiGHS stopped with {status:?}"))),
    };
    let has_point = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
    let points = has_point.then(|| solved.get_solution().columns()[..model.columns.len()].to_vec());
    Ending {
        stop: stop(solved.status()),
        points: points.into_iter().collect(),
        bound: solved.double_info_value(c"mip_dual_bound").ok().filter(|bound| bound.is_finite()),
        nodes: highs_watch::nodes(&solved),
    }
}

fn stop(status: HighsModelStatus) -> Stop {
    match status {
        HighsModelStatus::Optimal | HighsModelStatus::ModelEmpty => Stop::Finished,
        HighsModelStatus::Infeasible => Stop::Infeasible,
        // Every variable has bounds, so that unbounded is out of the question.
        HighsModelStatus::UnboundedOrInfeasible => Stop::Infeasible,
        HighsModelStatus::ReachedTimeLimit
        | HighsModelStatus::ReachedIterationLimit
        | HighsModelStatus::ReachedSolutionLimit
        | HighsModelStatus::ReachedInterrupt
        | HighsModelStatus::ReachedMemoryLimit
        | HighsModelStatus::ObjectiveBound
        | HighsModelStatus::ObjectiveTarget => Stop::Limit,
        other => Stop::Failed(format!("HiGHS ended with {other:?}")),
    }
}

fn set_options(solver: &mut Model, options: &Options) -> Result<(), &'static str> {
    let numbers = [
        ("time_limit", options.time_s),
        ("mip_rel_gap", options.gap_rel),
        ("mip_abs_gap", 0.0),
        ("mip_feasibility_tolerance", TOLERANCE),
        ("primal_feasibility_tolerance", TOLERANCE),
    ];
    for (option, value) in numbers {
        solver.try_set_option(option, value).map_err(|_| option)?;
    }
    for (option, value) in [("threads", 1), ("random_seed", SEED)] {
        solver.try_set_option(option, value).map_err(|_| option)?;
    }
    solver.try_set_option("parallel", "off").map_err(|_| "parallel")?;
    solver.try_set_option("output_flag", false).map_err(|_| "output_flag")
}
