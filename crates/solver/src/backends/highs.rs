//! HiGHS: presolve, cuts, branch and bound. How it ended is read from HiGHS itself.
//!
//! HiGHS says `Optimal` when its gap limit stopped it, so nothing here trusts that word: the caller compares
//! point and bound. It may run past its time limit by a good deal, and it may crash: a run solves with it in a
//! child process. Its `output_flag` is off, which also silences its callback for log lines (`MipLogging`):
//! progress comes with the question whether to interrupt, points as they are found.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use ::highs::{HighsModelStatus, HighsSolutionStatus, Model, RowProblem, Sense};

use super::{Kind, Runs};
use crate::backend::{Backend, Control, Effort, Ending, News, Stop};
use crate::highs_watch::{self, Told, Watch};
use crate::model::Comparison;
use crate::scale::FloatModel;

/// The entry of the table.
pub const KIND: Kind = Kind { name: "highs", runs: Runs::Library(&Highs) };

/// The backend, in this process.
pub struct Highs;

/// How far a scaled row may be off in HiGHS's eyes. Below 1e-8 it corrupts memory (ERGO-Code/HiGHS #3258);
/// what is off by less than this is caught in exact arithmetic.
const TOLERANCE: f64 = 1e-7;

impl Backend for Highs {
    fn name(&self) -> &str {
        KIND.name
    }

    fn version(&self) -> String {
        format!("HiGHS {}", highs_watch::version())
    }

    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, watch: &mut dyn FnMut(News<'_>) -> Control) -> Ending {
        let (news, listener) = mpsc::channel();
        let stop = AtomicBool::new(false);
        let mut so_far = Ending::empty(Stop::Limit);
        // On a thread of its own, because HiGHS may call back from any of its threads and a watch lives on ours.
        let ended = std::thread::scope(|scope| {
            let seen = Watch { columns: model.columns.len(), news, stop: &stop };
            let solving = scope.spawn(move || solve_here(model, effort, seen));
            for told in listener {
                let control = match told {
                    Told::Glimpse(glimpse) => watch(News::Glimpse(glimpse)),
                    Told::Point(point) => {
                        let control = watch(News::Point(&point));
                        so_far.keep(point);
                        control
                    }
                };
                if !control.goes_on() {
                    stop.store(true, Ordering::Relaxed);
                }
            }
            solving.join()
        });
        match ended {
            Ok(ending) => {
                so_far.points.extend(ending.points);
                Ending { points: so_far.points, ..ending }
            }
            Err(_) => Ending { stop: Stop::Failed("the call of HiGHS panicked".to_owned()), ..so_far },
        }
    }
}

fn solve_here(model: &FloatModel, effort: &Effort<'_>, mut seen: Watch<'_>) -> Ending {
    let failed = |message: String| Ending::empty(Stop::Failed(message));
    let mut solver = match state(model).try_optimise(Sense::Maximise) {
        Ok(solver) => solver,
        Err(status) => return failed(format!("HiGHS refused the model: {status:?}")),
    };
    if let Err(option) = set_options(&mut solver, effort) {
        return failed(format!("HiGHS refused the option {option}"));
    }
    if let Some(start) = effort.start {
        let whole: Vec<f64> = start.iter().copied().chain([1.0]).collect();
        // A start that HiGHS does not like costs only the start.
        let _ = solver.try_set_solution(Some(&whole), None, None, None);
    }
    let solved = match highs_watch::solve_watched(solver, &mut seen) {
        Ok(solved) => solved,
        Err(status) => return failed(format!("HiGHS stopped with {status:?}")),
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

/// The model as HiGHS takes it. Its interface has no place for a constant: a last column that is always 1 carries the
/// offset, so that gaps are relative to the whole objective.
fn state(model: &FloatModel) -> RowProblem {
    let mut stated = RowProblem::default();
    let columns: Vec<_> = model
        .columns
        .iter()
        .map(|column| stated.add_column_with_integrality(column.objective, 0.0..=column.upper, column.whole))
        .collect();
    stated.add_column(model.offset, 1.0..=1.0);
    for row in &model.rows {
        let terms = row.terms.iter().map(|(column, value)| (columns[*column], *value));
        match row.comparison {
            Comparison::AtMost => stated.add_row(..=row.bound, terms),
            Comparison::AtLeast => stated.add_row(row.bound.., terms),
            Comparison::Equal => stated.add_row(row.bound..=row.bound, terms),
        }
    }
    stated
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
    let numbers = [
        ("time_limit", effort.time.as_secs_f64()),
        ("mip_rel_gap", effort.gap_rel),
        ("mip_abs_gap", 0.0),
        ("mip_feasibility_tolerance", TOLERANCE),
        ("primal_feasibility_tolerance", TOLERANCE),
    ];
    for (option, value) in numbers {
        solver.try_set_option(option, value).map_err(|_| option)?;
    }
    let small = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    for (option, value) in [("threads", small(effort.threads)), ("random_seed", small(effort.seed))] {
        solver.try_set_option(option, value).map_err(|_| option)?;
    }
    let parallel = if effort.threads > 1 { "on" } else { "off" };
    solver.try_set_option("parallel", parallel).map_err(|_| "parallel")?;
    solver.try_set_option("output_flag", false).map_err(|_| "output_flag")
}
