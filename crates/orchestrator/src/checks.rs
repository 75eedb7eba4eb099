//! Everything wrong in one pass: what one stage refuses does not keep the next one from looking at what is whole. Where
//! something cannot be looked at, the report ends by saying so.

use domain::{Code, Day, Desk, Place, Problem};
use metric_engine::{Book, Draft};

use crate::config::{Given, Inputs, Rest};
use crate::inputs::{self, Read};

/// Something that could not be looked at.
const UNSEEN: Code = Code { id: "I102", title: "something that cannot be looked at before the rest is mended" };

const COEFFICIENTS: &str = "whether every security has its coefficients was not looked at";

const NOT_ALL: &str = "not every file was looked at";

/// The book of a day.
///
/// # Errors
/// Everything that files and configuration contradict each other in, and everything that cannot work whatever is solved.
pub(crate) fn book(desk: &Desk, day: &Day) -> Result<Book, Vec<Problem>> {
    let draft = metric_engine::draft(desk, day);
    if draft.problems.is_empty() {
        return draft.finish(day);
    }
    let mut problems = of_draft(draft, desk);
    problems.extend(metric_engine::cautions(desk, day));
    Err(problems)
}

/// What is wrong with rows that were refused, and with the others.
pub(crate) fn of_rows(desk: &Desk, files: &Inputs, read: Read) -> Vec<Problem> {
    let are_coefficients_whole = !read.is_file_refused(files.coefficients.as_ref());
    let mut problems = of_what_loads(desk, are_coefficients_whole, read);
    problems.extend((!are_coefficients_whole).then(|| unseen(COEFFICIENTS)));
    problems
}

/// What is wrong with a configuration, and with the files that the `rest` of it tells how to read.
pub(crate) fn beside(mut problems: Vec<Problem>, rest: Option<Rest>, given: &Given) -> Vec<Problem> {
    let not_seen = match rest {
        Some(rest) => of_rest(&mut problems, &rest, given),
        None => Some("the files were not looked at"),
    };
    problems.extend(not_seen.map(unseen));
    problems
}

/// Adds what is wrong besides, and returns what was not looked at.
fn of_rest(problems: &mut Vec<Problem>, rest: &Rest, given: &Given) -> Option<&'static str> {
    let read = rest.conventions.as_ref().map(|conventions| inputs::read(&rest.inputs, conventions, given));
    match (read, &rest.desk) {
        (Some(read), Some(desk)) if rest.is_desk_whole => {
            let file = rest.inputs.coefficients.as_ref();
            let are_coefficients_whole = (file.is_some() || rest.are_inputs_whole) && !read.is_file_refused(file);
            problems.extend(of_what_loads(desk, are_coefficients_whole, read));
            if rest.are_inputs_whole { (!are_coefficients_whole).then_some(COEFFICIENTS) } else { Some(NOT_ALL) }
        }
        (read, desk) => {
            problems.extend(desk.iter().flat_map(of_limits_and_priorities));
            let Some(read) = read else { return Some("the files were not looked at") };
            problems.extend(read.problems);
            Some(if rest.are_inputs_whole { "the files were not checked against the configuration" } else { NOT_ALL })
        }
    }
}

/// What is wrong with rows, and with those that load between themselves and the desk.
fn of_what_loads(desk: &Desk, are_coefficients_whole: bool, read: Read) -> Vec<Problem> {
    let mut found = of_draft(metric_engine::draft(desk, &read.day), desk);
    // The row that a security lacks may be one of those that were refused.
    found.retain(|problem| are_coefficients_whole || problem.code.id != "M003");
    read.problems.into_iter().chain(found).collect()
}

fn of_draft(draft: Draft, desk: &Desk) -> Vec<Problem> {
    let contradictions = constraint_manager::contradictions(&draft.book, &desk.objective);
    draft.problems.into_iter().chain(contradictions).collect()
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
