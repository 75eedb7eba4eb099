//! Why no plan keeps every row: an elastic model lets rows be exceeded at a price, and those that the
//! cheapest answer exceeds cannot hold together with the others.

use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use domain::Amount;

use crate::backend::{Control, Effort, News, SEED, Stop};
use crate::build_model::{Purpose, build_model};
use crate::extract_solution::extract_solution;
use crate::outcome::{Excess, Work};
use crate::refinement::Refinement;
use crate::scale::to_floats;
use crate::settings::Settings;
use crate::solve_model::Progress;

/// What the elastic model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// These rows give way in this placement, the nearest that was found.
    Found(Vec<Excess>, Vec<usize>),
    /// Time ran out before any placement.
    NotFound,
    /// There is a plan after all: the claim that there is none was wrong.
    Disproved(Vec<usize>),
    /// The backend says the same of a model that every placement fits: its word is worth nothing.
    Contradicted,
}

/// Looks for the rows that have to give way, within `time`. `look` may stop it.
pub fn conflict(
    problem: &AssignmentProblem,
    settings: &Settings,
    time: Duration,
    work: &mut Vec<Work>,
    look: &mut dyn FnMut(Progress) -> Control,
) -> Conflict {
    let begun = Instant::now();
    let model = build_model(problem, Purpose::Elastic, &Refinement::default());
    let floats = to_floats(&model);
    let effort = Effort { time, gap_rel: 1e-4, threads: settings.threads, seed: SEED, start: None };
    let both = (&model, &floats);
    let mut watch = |news: News<'_>| {
        // What is reached by exceeding limits says nothing about plans.
        let nodes = if let News::Glimpse(glimpse) = news { glimpse.nodes } else { 0 };
        look(Progress { nodes, ..Progress::at(Purpose::Elastic, begun) })
    };
    let ending = settings.backends.solve(Purpose::Elastic, both, &effort, work, &mut watch);
    let Some(point) = ending.points.last() else {
        return if ending.stop == Stop::Infeasible { Conflict::Contradicted } else { Conflict::NotFound };
    };
    let placement = extract_solution(problem, &model, point);
    let excesses = excesses(problem, &placement);
    if excesses.is_empty() { Conflict::Disproved(placement) } else { Conflict::Found(excesses, placement) }
}

/// The rows that a placement exceeds, exactly.
pub fn excesses(problem: &AssignmentProblem, placement: &[usize]) -> Vec<Excess> {
    let shorts = problem.shorts(placement);
    let excess = |(row, room): (usize, Amount)| Excess {
        row,
        reached: problem.row_value(&problem.rows[row], placement, &shorts),
        excess: -room,
    };
    problem.broken_rows(placement).into_iter().map(excess).collect()
}
