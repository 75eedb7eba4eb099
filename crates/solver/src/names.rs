//! Readable names for the variables and rows of a model: `x_T1_PB2`, `PB1_leverage_max`.
//! Only letters, digits, `_` and `.` are used, the part that every LP and MPS reader takes; names that would
//! collide get a number.

use std::collections::BTreeSet;

use constraint_manager::{AssignmentProblem, Origin, Why};

use crate::Model;
use crate::model::{Meaning, RowSource};

/// The longest name that every reader takes.
const LONGEST: usize = 255;

/// The name of every variable, in the model's order.
pub fn variable_names(problem: &AssignmentProblem, model: &Model) -> Vec<String> {
    let position = |index: usize| {
        let position = &problem.positions[index];
        format!("{}_{}", problem.accounts[position.account], position.security)
    };
    let name = |meaning: Meaning| match meaning {
        Meaning::Booking { trade, account } => format!("x_{}_{}", problem.trades[trade].id, problem.accounts[account]),
        Meaning::Short { position: index } => format!("short_{}", position(index)),
        Meaning::IsShort { position: index } => format!("is_short_{}", position(index)),
        Meaning::Carry { row, digit } => format!("carry_{}_{digit}", row_name(problem, row)),
        Meaning::Excess { row } => format!("excess_{}", row_name(problem, row)),
    };
    unique(model.variables.iter().map(|variable| name(variable.meaning)))
}

/// The name of every row, in the model's order.
pub fn row_names(problem: &AssignmentProblem, model: &Model) -> Vec<String> {
    let position = |index: usize, what: &str| {
        let position = &problem.positions[index];
        format!("{what}_{}_{}", problem.accounts[position.account], position.security)
    };
    let name = |source: RowSource| match source {
        RowSource::OneAccount { trade } => format!("one_account_{}", problem.trades[trade].id),
        RowSource::Problem { row } => row_name(problem, row),
        RowSource::Digit { row, digit } => format!("{}_digit_{digit}", row_name(problem, row)),
        RowSource::ShortAtLeast { position: index } => position(index, "short_at_least"),
        RowSource::ShortOnlyIf { position: index } => position(index, "short_only_if"),
        RowSource::LongOnlyIfNot { position: index } => position(index, "long_only_if_not"),
        RowSource::Cut { row } => format!("cut_{}", row_name(problem, row)),
    };
    unique(model.rows.iter().map(|row| name(row.source)))
}

fn row_name(problem: &AssignmentProblem, row: usize) -> String {
    let origin = match &problem.rows[row].origin {
        Origin::Limit(origin) => origin,
        Origin::Floor { level, metric } => {
            let metric = metric.as_ref().map_or_else(String::new, |metric| format!("_{metric}"));
            return format!("level_{}{metric}", level + 1);
        }
        Origin::Changes { .. } => return "max_changes".to_owned(),
    };
    let end = match origin.why {
        Why::Limit => "",
        Why::NotWorse => "_not_worse",
        Why::Defined => "_defined",
    };
    format!("{}_{}_{}{end}", origin.account, origin.metric, origin.bound)
}

fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    names
        .map(|name| {
            let plain: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect();
            // Every name starts with a letter, as LP readers ask; room is kept for a number.
            let plain: String =
                format!("{}{plain}", if plain.starts_with(|c: char| c.is_ascii_alphabetic()) { "" } else { "_" })
                    .chars()
                    .take(LONGEST - 8)
                    .collect();
            let mut candidate = plain.clone();
            let mut number = 2;
            while !taken.insert(candidate.clone()) {
                candidate = format!("{plain}_{number}");
                number += 1;
            }
            candidate
        })
        .collect()
}
