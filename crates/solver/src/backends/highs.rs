//! HiGHS: presolve, cuts, branch and bound. Stated through good_lp; how it ended is read from HiGHS itself,
//! because good_lp hides gap and bound and calls several endings by one name.
//!
//! HiGHS says `Optimal` when its gap limit stopped it, so nothing here trusts that word: the caller compares
//! point and bound.

use ::highs::{HighsModelStatus, HighsSolutionStatus, Model};
use good_lp::solvers::highs::highs;

use crate::backend::{Backend, Control, Effort, Ending, Glimpse, Stop};
use crate::highs_watch::{self, Watch};
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
        let ended = |stop| Ending { stop, points: Vec::new(), bound: None, nodes: 0 };
        let (stated, _) = state(model, None, highs);
        let mut solver = match stated.try_into_inner() {
            Ok(solver) => solver,
            Err(error) => return ended(Stop::Failed(format!("HiGHS refused the model: {error}"))),
        };
        if let Err(option) = set_options(&mut solver, effort) {
            return ended(Stop::Failed(format!("HiGHS refused the option {option}")));
        }
        if let Some(start) = effort.start {
            let whole: Vec<f64> = start.iter().copied().chain([1.0]).collect();
            // A start that HiGHS does not like costs only the start.
            let _ = solver.try_set_solution(Some(&whole), None, None, None);
        }
        let mut seen = Watch::new(model.columns.len(), watch);
        let solved = match highs_watch::solve_watched(solver, &mut seen) {
            Ok(solved) => solved,
            Err(status) => return ended(Stop::Failed(format!("HiGHS stopped with {status:?}"))),
        };
        let mut points = seen.into_points();
        if solved.primal_solution_status() == HighsSolutionStatus::Feasible {
            points.push(solved.get_solution().columns()[..model.columns.len()].to_vec());
        }
        let bound = solved.double_info_value(c"mip_dual_bound").ok().filter(|bound| bound.is_finite());
        let nodes = highs_watch::nodes(&solved);
        Ending { stop: stop(solved.status()), points, bound, nodes }
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

fn set_options(solver: &mut Model, effort: &Effort<'_>) -> Result<(), &'static str> {
    let mut numbers = vec![
        ("time_limit", effort.time.as_secs_f64()),
        ("mip_rel_gap", effort.gap_rel),
        ("mip_abs_gap", 0.0),
        ("mip_feasibility_tolerance", TOLERANCE),
        ("primal_feasibility_tolerance", TOLERANCE),
    ];
    for (option, value) in numbers.drain(..) {
        solver.try_set_option(option, value).map_err(|_| option)?;
    }
    for (option, value) in [("threads", 1), ("random_seed", SEED)] {
        solver.try_set_option(option, value).map_err(|_| option)?;
    }
    solver.try_set_option("parallel", "off").map_err(|_| "parallel")?;
    solver.try_set_option("output_flag", false).map_err(|_| "output_flag")
}
