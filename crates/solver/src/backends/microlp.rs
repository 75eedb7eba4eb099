//! microlp: a small branch and bound in pure Rust, for machines without a C++ compiler's output to trust and
//! for checking HiGHS. It reports no bound of its own until it is done.

use good_lp::solvers::SolutionStatus;
use good_lp::{ResolutionError, Solution, SolverModel, WithTimeLimit};

use crate::backend::{Backend, Control, Effort, Ending, Glimpse, Stop};
use crate::scale::FloatModel;
use crate::statement::state;

/// The backend.
pub struct MicroLp;

impl Backend for MicroLp {
    fn name(&self) -> &'static str {
        "microlp"
    }

    fn version(&self) -> String {
        "microlp 0.6".to_owned()
    }

    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, _: &mut dyn FnMut(Glimpse) -> Control) -> Ending {
        let (stated, columns) = state(model, effort.start, good_lp::microlp);
        let ended = |stop| Ending { stop, points: Vec::new(), bound: None, nodes: 0 };
        match stated.with_time_limit(effort.time.as_secs_f64()).solve() {
            Ok(solution) => {
                let point: Vec<f64> = columns.iter().map(|column| solution.value(*column)).collect();
                let value = |(column, value): (&crate::scale::FloatColumn, &f64)| column.objective * value;
                let objective = model.offset + model.columns.iter().zip(&point).map(value).sum::<f64>();
                match solution.status() {
                    SolutionStatus::Optimal => {
                        Ending { points: vec![point], bound: Some(objective), ..ended(Stop::Finished) }
                    }
                    _ => Ending { points: vec![point], ..ended(Stop::Limit) },
                }
            }
            Err(ResolutionError::Infeasible) => ended(Stop::Infeasible),
            // microlp has no error of its own for this: good_lp words it.
            Err(ResolutionError::Other(message)) if message.starts_with("Time limit") => ended(Stop::Limit),
            Err(error) => ended(Stop::Failed(format!("microlp: {error}"))),
        }
    }
}
