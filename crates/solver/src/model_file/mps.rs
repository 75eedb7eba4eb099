//! The free MPS format: columns, for solvers.

use std::fmt::Write;

use constraint_manager::AssignmentProblem;
use domain::Amount;

use super::{CONSTANT, ModelFormat, left_out, remark};
use crate::Model;
use crate::model::Comparison;
use crate::names::{row_names, variable_names};

/// `mps`.
pub const FORMAT: ModelFormat = ModelFormat { name: "mps", write };

fn write(problem: &AssignmentProblem, model: &Model) -> String {
    let (variables, rows) = (variable_names(problem, model), row_names(problem, model));
    let mut text = String::from("* Prime broker trade assignment. Values in base currency.\n");
    for remark in model.rows.iter().zip(&rows).filter_map(|(row, name)| Some((name, remark(problem, row.source)?))) {
        let _ = writeln!(text, "* {}: {}", remark.0, remark.1);
    }
    for limit in left_out(problem, model) {
        let _ = writeln!(text, "* {limit}");
    }
    text.push_str("NAME pb_assign\nOBJSENSE\n    MAX\nROWS\n N objective\n");
    for (row, name) in model.rows.iter().zip(&rows) {
        let kind = match row.comparison {
            Comparison::AtMost => 'L',
            Comparison::AtLeast => 'G',
            Comparison::Equal => 'E',
        };
        let _ = writeln!(text, " {kind} {name}");
    }
    columns(&mut text, model, &variables, &rows);
    text.push_str("RHS\n");
    for (row, name) in model.rows.iter().zip(&rows).filter(|(row, _)| !row.bound.is_zero()) {
        let _ = writeln!(text, " rhs {name} {}", row.bound);
    }
    let _ = writeln!(text, "BOUNDS\n FX bounds {CONSTANT} 1");
    for (variable, name) in model.variables.iter().zip(&variables) {
        let _ = writeln!(text, " UP bounds {name} {}", variable.upper);
    }
    text.push_str("ENDATA\n");
    text
}

fn columns(text: &mut String, model: &Model, variables: &[String], rows: &[String]) {
    let mut by_column: Vec<Vec<(usize, &Amount)>> = vec![Vec::new(); model.variables.len()];
    for (index, row) in model.rows.iter().enumerate() {
        row.terms.iter().for_each(|(variable, amount)| by_column[*variable].push((index, amount)));
    }
    text.push_str("COLUMNS\n");
    let of_kind = |text: &mut String, whole: bool| {
        let kind = |(index, _): &(usize, &String)| model.variables[*index].whole == whole;
        for (index, name) in variables.iter().enumerate().filter(kind) {
            // A column has to be named even where it does nothing.
            if !model.objective[index].is_zero() || by_column[index].is_empty() {
                let _ = writeln!(text, " {name} objective {}", model.objective[index]);
            }
            for (row, amount) in &by_column[index] {
                let _ = writeln!(text, " {name} {} {amount}", rows[*row]);
            }
        }
    };
    of_kind(text, false);
    let _ = writeln!(text, " {CONSTANT} objective {}", model.constant);
    text.push_str(" marker 'MARKER' 'INTORG'\n");
    of_kind(text, true);
    text.push_str(" marker 'MARKER' 'INTEND'\n");
}
