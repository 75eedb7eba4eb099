//! microlp: a small branch and bound in pure Rust, for machines without a C++ compiler's output to trust and
//! for checking HiGHS. It reports no bound of its own until it is done.

use good_lp::solvers::SolutionStatus;
use good_lp::solvers::microlp::MicroLpProblem;
use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, WithTimeLimit, constraint, variable,
};

use super::{Kind, Runs};
use crate::backend::{Backend, Control, Effort, Ending, News, Stop};
use crate::model::Comparison;
use crate::scale::{FloatColumn, FloatModel};

/// The entry of the table.
pub const KIND: Kind = Kind { name: "microlp", runs: Runs::Library(&MicroLp) };

/// The backend.
pub struct MicroLp;

impl Backend for MicroLp {
    fn name(&self) -> &str {
        KIND.name
    }

    fn version(&self) -> String {
        "microlp 0.6".to_owned()
    }

    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, _: &mut dyn FnMut(News<'_>) -> Control) -> Ending {
        let (stated, columns) = state(model, effort.start);
        let ended = Ending::empty;
        match stated.with_time_limit(effort.time.as_secs_f64()).solve() {
            Ok(solution) => {
                let point: Vec<f64> = columns.iter().map(|column| solution.value(*column)).collect();
                let value = |(column, value): (&FloatColumn, &f64)| column.objective * value;
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

/// The model as good_lp states it, with its handle of each column.
fn state(model: &FloatModel, start: Option<&[f64]>) -> (MicroLpProblem, Vec<Variable>) {
    let mut variables = ProblemVariables::new();
    let mut columns = Vec::with_capacity(model.columns.len());
    for (index, column) in model.columns.iter().enumerate() {
        let bounded = variable().clamp(0.0, column.upper);
        let typed = if column.whole { bounded.integer() } else { bounded };
        columns.push(variables.add(match start {
            Some(point) => typed.initial(point[index]),
            None => typed,
        }));
    }
    let mut objective = Expression::with_capacity(columns.len() + 1);
    for (column, handle) in model.columns.iter().zip(&columns).filter(|(column, _)| column.objective != 0.0) {
        objective.add_mul(column.objective, *handle);
    }
    // A column that is always 1 carries the offset, so that the gap is relative to the whole objective.
    let one = variable().clamp(1.0, 1.0);
    let always_one = variables.add(if start.is_some() { one.initial(1.0) } else { one });
    if model.offset != 0.0 {
        objective.add_mul(model.offset, always_one);
    }
    let mut stated = variables.maximise(objective).using(good_lp::microlp);
    for row in &model.rows {
        let mut left = Expression::with_capacity(row.terms.len());
        for (column, value) in &row.terms {
            left.add_mul(*value, columns[*column]);
        }
        stated.add_constraint(match row.comparison {
            Comparison::AtMost => constraint::leq(left, row.bound),
            Comparison::AtLeast => constraint::geq(left, row.bound),
            Comparison::Equal => constraint::eq(left, row.bound),
        });
    }
    (stated, columns)
}
