//! A scaled model stated in good_lp, once for every backend that good_lp reaches.

use good_lp::variable::UnsolvedProblem;
use good_lp::{Expression, ProblemVariables, SolverModel, Variable, constraint, variable};

use crate::model::Comparison;
use crate::scale::FloatModel;

/// The model as a backend's own, with good_lp's handle of each column.
pub(crate) fn state<M: SolverModel>(
    model: &FloatModel,
    start: Option<&[f64]>,
    using: impl FnOnce(UnsolvedProblem) -> M,
) -> (M, Vec<Variable>) {
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
    // good_lp drops constants on the way to HiGHS; a column that is always 1 carries the offset, so that
    // gaps are relative to the whole objective.
    let one = variable().clamp(1.0, 1.0);
    let always_one = variables.add(if start.is_some() { one.initial(1.0) } else { one });
    if model.offset != 0.0 {
        objective.add_mul(model.offset, always_one);
    }
    let mut stated = using(variables.maximise(objective));
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
