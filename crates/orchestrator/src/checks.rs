//! Everything wrong in one pass: what one stage refuses does not keep the next one from looking at what is whole. Where
//! something cannot be looked at, the report ends by saying so.

use domain::{Code, Day, Desk, Place, Problem};
use metric_engine::{Book, Draft};

use crate::config::{Given, Inputs, Rest};
use crate::inputs::{self, Read};

/// Something that could not be looked at.
const UNSEEN: Code = Code { id: "I102", title: "something that cannot be looked at before the rest is mended" };

/// The book of a day.
///
/// # Errors
/// Everything that files and configuration contradict each other in, and everything that cannot work whatever is solved.
pub(crate) fn book(desk: &Desk, day: &Day) -> Result<Book, Vec<Problem>> {
    let draft = metric_engine::draft(desk, day);
    if draft.problems.is_empty() { draft.finish(day) } else { Err(of_draft(draft, desk, day)) }
}

/// What is wrong with rows that were refused, and with the others.
pub(crate) fn of_rows(desk: &Desk, files: &Inputs, read: Read) -> Vec<Problem> {
    let are_coefficients_whole = !read.is_file_refused(files.coefficients.as_ref());
    let mut problems = read.problems;
    let draft = metric_engine::draft(desk, &read.day);
    if are_coefficients_whole {
        problems.extend(of_draft(draft, desk, &read.day));
    } else {
        problems.extend(constraint_manager::contradictions(&draft.book, &desk.objective));
        problems.extend(draft.problems.into_iter().filter(|problem| problem.code.id != "M003"));
        problems.push(unseen("whether every security has its coefficients was not looked at"));
    }
    problems
}

/// What is wrong with a configuration, and with the files that the `rest` of it tells how to read.
pub(crate) fn beside(mut problems: Vec<Problem>, rest: Option<Rest>, given: &Given) -> Vec<Problem> {
    let Some(rest) = rest else {
        problems.push(unseen("the files were not looked at"));
        return problems;
    };
    let read = rest.conventions.as_ref().map(|conventions| inputs::read(&rest.inputs, conventions, given));
    match (read, &rest.desk) {
        (Some(read), Some(desk)) if rest.is_desk_whole => problems.extend(of_rows(desk, &rest.inputs, read)),
        (read, desk) => {
            problems.extend(desk.iter().flat_map(of_limits_and_priorities));
            problems.extend(read.iter().flat_map(|read| read.problems.iter().cloned()));
            problems.push(unseen(match read {
                Some(_) if rest.are_inputs_whole => "the files were not checked against the configuration",
                Some(_) => "not every file was looked at",
                None => "the files were not looked at",
            }));
            return problems;
        }
    }
    if !rest.are_inputs_whole {
        problems.push(unseen("not every file was looked at"));
    }
    problems
}

fn of_draft(draft: Draft, desk: &Desk, day: &Day) -> Vec<Problem> {
    let contradictions = constraint_manager::contradictions(&draft.book, &desk.objective);
    draft.problems.into_iter().chain(contradictions).chain(metric_engine::cautions(desk, day)).collect()
}

/// Limits and priorities that contradict themselves, whatever else a metric is missing.
fn of_limits_and_priorities(desk: &Desk) -> Vec<Problem> {
    let draft = metric_engine::draft(desk, &Day::default());
    let mut found = constraint_manager::contradictions(&draft.book, &desk.objective);
    found.retain(|problem| ["P001", "P004"].contains(&problem.code.id));
    found
}

fn unseen(what: &str) -> Problem {
    Problem::warning(UNSEEN, Place::nowhere(), format!("{what}: more may show once this is mended"), "")
}
