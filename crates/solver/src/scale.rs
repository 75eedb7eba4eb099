//! The one place where decimals become floats.
//!
//! A row is divided by the power of two that brings its largest coefficient into `[1/2, 1)`, a continuous
//! variable by the power of two above what one decision moves it by, the objective so that its largest coefficient is in
//! `[512, 1024)`, or by its own grid where it lies on small whole numbers. Powers of two change no digit, so
//! that a coefficient is rounded once, to the nearest float.

use domain::Amount;
pub use search::float::{to_amount, to_float};

use crate::model::{Comparison, Model, ModelRow, RowSource};

/// The model in floats, scaled.
#[derive(Debug, Clone, PartialEq)]
pub struct FloatModel {
    /// The columns, as the model's variables.
    pub columns: Vec<FloatColumn>,
    /// The rows, as the model's rows.
    pub rows: Vec<FloatRow>,
    /// The scaled objective before any decision.
    pub offset: f64,
    /// Scaled objective = objective times this.
    pub objective_scale: f64,
    /// Variable = column value times this, one for each column.
    pub column_scale: Vec<f64>,
}

/// A column: `0 <= value <= upper`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FloatColumn {
    /// Its coefficient in the scaled objective, to be maximised.
    pub objective: f64,
    /// Its largest value.
    pub upper: f64,
    /// Whether it takes whole values only.
    pub whole: bool,
}

/// A scaled row.
#[derive(Debug, Clone, PartialEq)]
pub struct FloatRow {
    /// Coefficients by column.
    pub terms: Vec<(usize, f64)>,
    /// How the two sides compare.
    pub comparison: Comparison,
    /// The right side.
    pub bound: f64,
}

/// The model in floats.
pub fn to_floats(model: &Model) -> FloatModel {
    let column_scale: Vec<f64> = model
        .variables
        .iter()
        .map(|variable| if variable.whole { 1.0 } else { power_of_two_above(to_float(&variable.step)) })
        .collect();
    let costs: Vec<f64> =
        model.objective.iter().zip(&column_scale).map(|(amount, scale)| to_float(amount) * scale).collect();
    let objective_scale = objective_scale(model, &costs);
    let columns = model.variables.iter().zip(&costs).zip(&column_scale).map(|((variable, cost), scale)| FloatColumn {
        objective: cost * objective_scale,
        upper: to_float(&variable.upper) / scale,
        whole: variable.whole,
    });
    let rows = model.rows.iter().map(|row| {
        let terms: Vec<(usize, f64)> =
            row.terms.iter().map(|(column, amount)| (*column, to_float(amount) * column_scale[*column])).collect();
        let largest = terms.iter().map(|(_, value)| value.abs()).fold(0.0, f64::max);
        let scale = power_of_two_above(largest);
        FloatRow {
            terms: terms.into_iter().map(|(column, value)| (column, value / scale)).collect(),
            comparison: row.comparison,
            bound: to_float(&row.bound) / scale + widening(model, row, scale),
        }
    });
    FloatModel {
        columns: columns.collect(),
        rows: rows.collect(),
        offset: to_float(&model.constant) * objective_scale,
        objective_scale,
        column_scale: column_scale.clone(),
    }
}

/// How far limits are widened for a solver, in units of a row's largest coefficient. A placement that keeps a limit
/// exactly must lie clearly inside for a solver that works within a tolerance; one that only keeps the widened limit
/// is found out in exact arithmetic.
const WIDENING: f64 = 1e-6;

/// What is added to the right side of a scaled row that states a limit.
fn widening(model: &Model, row: &ModelRow, scale: f64) -> f64 {
    if !matches!(row.source, RowSource::Problem { .. }) {
        return 0.0;
    }
    // On a coarse grid half a unit tells what fits from what does not, and leaves nothing to find out.
    let width = half_unit(model, row).map_or(WIDENING, |half| half / scale).max(WIDENING);
    match row.comparison {
        Comparison::AtMost => width,
        Comparison::AtLeast => -width,
        Comparison::Equal => 0.0,
    }
}

/// Half a unit of the row's own grid, where whole variables alone stand in it.
fn half_unit(model: &Model, row: &ModelRow) -> Option<f64> {
    let all_whole = row.terms.iter().all(|(variable, _)| model.variables[*variable].whole);
    let decimals = row.terms.iter().map(|(_, amount)| amount.decimals()).chain([row.bound.decimals()]).max()?;
    (all_whole && decimals < 20).then(|| 0.5 / 10_f64.powi(i32::try_from(decimals).unwrap_or(0)))
}

/// The largest whole number that the objective may have on its own grid to be left on it.
const LARGEST_ON_GRID: f64 = 1e6;

fn objective_scale(model: &Model, costs: &[f64]) -> f64 {
    let largest = costs.iter().map(|cost| cost.abs()).fold(0.0, f64::max);
    if largest == 0.0 {
        return 1.0;
    }
    let only_whole = model.variables.iter().zip(costs).all(|(variable, cost)| variable.whole || *cost == 0.0);
    let grid = 10_f64.powi(decimals(model));
    if only_whole && largest * grid <= LARGEST_ON_GRID {
        return grid;
    }
    1024.0 / power_of_two_above(largest)
}

/// The most decimals of any objective coefficient.
fn decimals(model: &Model) -> i32 {
    let most = model.objective.iter().map(Amount::decimals).max().unwrap_or(0);
    i32::try_from(most).unwrap_or(i32::MAX)
}

/// The smallest power of two above a size; 1 for zero.
fn power_of_two_above(size: f64) -> f64 {
    if size == 0.0 || !size.is_finite() { 1.0 } else { 2_f64.powi(size.log2().floor() as i32 + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_decimal_becomes_the_nearest_float(digits in any::<i64>(), scale in 0_i64..40) {
            let expected: f64 = format!("{digits}e-{scale}").parse().unwrap();
            prop_assert_eq!(to_float(&Amount::from_parts(i128::from(digits), scale)), expected);
        }

        #[test]
        fn a_float_becomes_a_decimal_that_reads_back(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            prop_assert_eq!(to_float(&to_amount(value).unwrap()), value);
        }
    }

    #[test]
    fn powers_of_two_are_strictly_above() {
        assert_eq!(power_of_two_above(1.0), 2.0);
        assert_eq!(power_of_two_above(0.75), 1.0);
        assert_eq!(power_of_two_above(1e7), 16_777_216.0);
        assert_eq!(power_of_two_above(0.0), 1.0);
    }
}
