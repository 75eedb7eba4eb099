//! The CPLEX LP format: an equation a row, as people write them.

use std::fmt::Write;

use constraint_manager::AssignmentProblem;
use domain::Amount;

use super::{CONSTANT, ModelFormat, left_out, remark};
use crate::Model;
use crate::model::{Comparison, Variable};
use crate::names::{row_names, variable_names};

/// `lp`.
pub const FORMAT: ModelFormat = ModelFormat { name: "lp", write };

/// Terms on one line: short enough for readers that stop at 255 characters a line.
const TERMS_PER_LINE: usize = 4;

fn write(problem: &AssignmentProblem, model: &Model) -> String {
    let (variables, rows) = (variable_names(problem, model), row_names(problem, model));
    let mut text = String::from("\\ Prime broker trade assignment. Values in base currency.\nMaximize\n objective:");
    let priced = model.objective.iter().enumerate().filter(|(_, amount)| !amount.is_zero());
    let mut objective: Vec<(&str, Amount)> = priced.map(|(index, c)| (variables[index].as_str(), c.clone())).collect();
    objective.push((CONSTANT, model.constant.clone()));
    terms(&mut text, &objective);
    text.push_str("\nSubject To\n");
    for (row, name) in model.rows.iter().zip(&rows) {
        if let Some(remark) = remark(problem, row.source) {
            let _ = writeln!(text, "\\ {remark}");
        }
        let _ = write!(text, " {name}:");
        let mut left: Vec<(&str, Amount)> =
            row.terms.iter().map(|(index, a)| (variables[*index].as_str(), a.clone())).collect();
        if left.is_empty() {
            // A row needs a term; this one adds nothing.
            left.push((CONSTANT, Amount::zero()));
        }
        terms(&mut text, &left);
        let sign = match row.comparison {
            Comparison::AtMost => "<=",
            Comparison::AtLeast => ">=",
            Comparison::Equal => "=",
        };
        let _ = writeln!(text, " {sign} {}", row.bound);
    }
    for limit in left_out(problem, model) {
        let _ = writeln!(text, "\\ {limit}");
    }
    let _ = writeln!(text, "Bounds\n {CONSTANT} = 1");
    let names = || model.variables.iter().zip(&variables);
    for (variable, name) in names().filter(|(variable, _)| !variable.whole || variable.upper != Amount::from(1)) {
        let _ = writeln!(text, " 0 <= {name} <= {}", variable.upper);
    }
    for (section, binary) in [("Generals", false), ("Binaries", true)] {
        let is_one = |variable: &Variable| variable.upper == Amount::from(1);
        let mut of_kind = names().filter(|(variable, _)| variable.whole && is_one(variable) == binary).peekable();
        if of_kind.peek().is_some() {
            let _ = writeln!(text, "{section}");
        }
        for (_, name) in of_kind {
            let _ = writeln!(text, " {name}");
        }
    }
    text.push_str("End\n");
    text
}

fn terms(text: &mut String, terms: &[(&str, Amount)]) {
    for (number, (name, amount)) in terms.iter().enumerate() {
        if number > 0 && number % TERMS_PER_LINE == 0 {
            text.push_str("\n  ");
        }
        let sign = if amount.is_negative() { '-' } else { '+' };
        let _ = write!(text, " {sign} {} {name}", amount.abs());
    }
}
