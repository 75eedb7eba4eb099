//! The model as a file for people and for other solvers, with exact coefficients and readable names. One file
//! a format, one line in [`TABLE`].

pub mod lp;
pub mod mps;

use constraint_manager::{AssignmentProblem, Origin, Why};

use crate::Model;
use crate::model::RowSource;

/// A format of model file.
pub struct ModelFormat {
    /// The word that selects it.
    pub name: &'static str,
    /// The text of the file.
    pub write: fn(&AssignmentProblem, &Model) -> String,
}

/// Every format.
pub const TABLE: &[ModelFormat] = &[lp::FORMAT, mps::FORMAT];

/// The format with this name.
pub fn named(name: &str) -> Option<&'static ModelFormat> {
    TABLE.iter().find(|format| format.name == name)
}

/// The name of the variable that is always 1 and carries what the objective is before any decision.
const CONSTANT: &str = "objective_constant";

/// What a comment says of a row that comes from a limit.
fn remark(problem: &AssignmentProblem, source: RowSource) -> Option<String> {
    let RowSource::Problem { row } = source else { return None };
    Some(limit_text(problem, row))
}

/// What comments say of the limits that the model leaves out.
fn left_out(problem: &AssignmentProblem, model: &Model) -> Vec<String> {
    let stated = |row: usize| model.rows.iter().any(|stated| stated.source == RowSource::Problem { row });
    let rows = (0..problem.rows.len()).filter(|row| !stated(*row));
    rows.map(|row| format!("left out, no choice can break it: {}", limit_text(problem, row))).collect()
}

fn limit_text(problem: &AssignmentProblem, row: usize) -> String {
    let origin = match &problem.rows[row].origin {
        Origin::Limit(origin) => origin,
        Origin::Floor { level, .. } => return format!("what level {} of the objective reached", level + 1),
        Origin::Changes { max_changes, .. } => return format!("changes from the last plan: at most {max_changes}"),
    };
    let what = match origin.why {
        Why::Limit => "",
        Why::NotWorse => ", broken at the opening: not worse than that",
        Why::Defined => ", denominator above zero",
    };
    let source = origin.source.as_ref().map(|source| format!(" ({})", source.replace(['\n', '\r'], " ")));
    let (account, metric, bound, limit) = (&origin.account, &origin.metric, origin.bound, origin.limit);
    format!("account {account}: {metric} {bound} {limit}{what}{}", source.unwrap_or_default())
}
