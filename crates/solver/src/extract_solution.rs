//! A point turned back into a placement, and a placement into a point to start from.

use constraint_manager::AssignmentProblem;

use crate::model::{Meaning, Model, RowSource};
use crate::scale::{FloatModel, to_float};

/// The placement that a point means: each trade goes where its largest `x` is, the first account winning
/// ties. Whether the placement keeps the rows is another question, asked in exact arithmetic.
pub fn extract_solution(problem: &AssignmentProblem, model: &Model, point: &[f64]) -> Vec<usize> {
    let mut placement: Vec<usize> = problem.trades.iter().map(|trade| trade.accounts[0]).collect();
    let mut largest = vec![f64::NEG_INFINITY; placement.len()];
    for (variable, value) in model.variables.iter().zip(point) {
        if let Meaning::Booking { trade, account } = variable.meaning
            && *value > largest[trade]
        {
            largest[trade] = *value;
            placement[trade] = account;
        }
    }
    placement
}

/// The point of a placement, in column units.
pub fn point_of(problem: &AssignmentProblem, model: &Model, floats: &FloatModel, placement: &[usize]) -> Vec<f64> {
    let shorts = problem.shorts(placement);
    let value = |meaning: Meaning| match meaning {
        Meaning::Booking { trade, account } => f64::from(u8::from(placement[trade] == account)),
        Meaning::Short { position } => to_float(&shorts[position]),
        Meaning::IsShort { position } => f64::from(u8::from(shorts[position].is_positive())),
        Meaning::Carry { .. } | Meaning::Excess { .. } => 0.0,
    };
    let mut point: Vec<f64> = model.variables.iter().map(|variable| value(variable.meaning)).collect();
    carry(model, &mut point);
    point.iter().zip(&floats.column_scale).map(|(value, scale)| value / scale).collect()
}

/// Sets every carry to the smallest whole number with which its digit's row holds, the smallest digits first.
fn carry(model: &Model, point: &mut [f64]) {
    let digits = model.rows.iter().filter(|row| matches!(row.source, RowSource::Digit { .. }));
    for row in digits {
        let leaving = row.terms.iter().find(|(variable, amount)| {
            matches!(model.variables[*variable].meaning, Meaning::Carry { .. }) && amount.is_negative()
        });
        let Some((carry, base)) = leaving else { continue };
        let left: f64 = row.terms.iter().map(|(variable, amount)| to_float(amount) * point[*variable]).sum();
        point[*carry] = ((left - to_float(&row.bound)) / -to_float(base)).ceil().max(0.0);
    }
}
