//! One model solved until its answer holds exactly.
//!
//! A backend works within tolerances: its best point may break a row by a hair. The row is then stated in digits,
//! where a hair is a whole unit, or where it cannot be the point is ruled out by an exact cut, and the model is solved
//! again. A plan that leaves this file keeps every row in decimals.

use std::cell::Cell;
use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use domain::Amount;

use crate::backend::{Control, Effort, Ending, News, SEED, Stop};
use crate::build_model::{Purpose, build_model};
use crate::extract_solution::{extract_solution, point_of};
use crate::outcome::Work;
use crate::refinement::Refinement;
use crate::scale::{FloatModel, to_amount, to_float, to_floats};
use crate::settings::Settings;
use crate::{Model, Plan};

/// How often an answer that rests on a tolerance is ruled out before we make do with what we have.
const MOST_ROUNDS: usize = 40;

/// A look at a solve that is running, in the problem's own units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being solved.
    pub purpose: Purpose,
    /// Milliseconds since this model's start.
    pub elapsed_ms: u64,
    /// The best objective so far.
    pub best: Option<Amount>,
    /// A plan that was just found, an account for each trade. Whether it keeps every row exactly is not said.
    pub plan: Option<Vec<usize>>,
    /// What no plan can exceed.
    pub bound: Option<Amount>,
    /// Nodes so far.
    pub nodes: i64,
    /// Rounds of our own search so far; 0 for others.
    pub rounds: u64,
    /// Whether both threads of our own search are at its proof: a solver beside it can do no more for that.
    pub is_closing: bool,
}

impl Progress {
    /// Nothing yet, in a solve that began at `begun`.
    pub(crate) fn at(purpose: Purpose, begun: Instant) -> Self {
        let elapsed_ms = milliseconds(begun.elapsed());
        Self { purpose, elapsed_ms, best: None, plan: None, bound: None, nodes: 0, rounds: 0, is_closing: false }
    }
}

/// What solving one model gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The best placement found that keeps every row exactly.
    pub best: Option<Vec<usize>>,
    /// What no plan can exceed, as the backend claims it.
    pub bound: Option<Amount>,
    /// How the last call of the backend stopped.
    pub stop: Stop,
    /// Every call of the backend.
    pub work: Vec<Work>,
}

/// Solves `problem` for `purpose` within `time`, starting from the placement `start` if there is one.
pub fn solve_model(
    problem: &AssignmentProblem,
    purpose: Purpose,
    settings: &Settings,
    time: Duration,
    start: Option<Vec<usize>>,
    watch: &mut dyn FnMut(Progress) -> Control,
) -> Attempt {
    let begun = Instant::now();
    let mut attempt = Attempt { best: start, bound: None, stop: Stop::Limit, work: Vec::new() };
    let mut refinement = Refinement::at_first(problem, settings.gap_rel.is_zero());
    let is_stopped = Cell::new(false);
    let mut watch = |progress| {
        let control = watch(progress);
        is_stopped.set(is_stopped.get() || !control.goes_on());
        control
    };
    for _ in 0..MOST_ROUNDS {
        let model = build_model(problem, purpose, &refinement);
        let floats = to_floats(&model);
        let left = time.saturating_sub(begun.elapsed());
        if left.is_zero() {
            attempt.stop = Stop::Limit;
            break;
        }
        let ending = call(problem, &model, &floats, purpose, settings, left, &mut attempt, &mut watch);
        attempt.stop = ending.stop.clone();
        // Every round's bound holds: each model leaves out broken placements only.
        let bound = ending.bound.and_then(|bound| to_amount(bound / floats.objective_scale));
        attempt.bound = attempt.bound.into_iter().chain(bound).min();
        if attempt.stop == Stop::Infeasible {
            if refinement.state_all_in_digits(problem) {
                continue;
            }
            if attempt.best.is_some() {
                // The plan at hand disproves it, and with it whatever this backend said of bounds.
                (attempt.stop, attempt.bound) = (Stop::Limit, None);
            }
            break;
        }
        let Some((placement, broken)) = keep_best(problem, &model, &ending, &mut attempt) else { break };
        if is_stopped.get() {
            attempt.stop = Stop::Limit;
            break;
        }
        broken.iter().for_each(|row| refinement.learn(problem, *row, &placement));
    }
    attempt
}

#[expect(clippy::too_many_arguments, reason = "one call, everything in it varies from round to round")]
fn call(
    problem: &AssignmentProblem,
    model: &Model,
    floats: &FloatModel,
    purpose: Purpose,
    settings: &Settings,
    left: Duration,
    attempt: &mut Attempt,
    watch: &mut dyn FnMut(Progress) -> Control,
) -> Ending {
    let begun = Instant::now();
    let start = attempt.best.as_ref().map(|placement| point_of(problem, model, floats, placement));
    let gap_rel = if purpose == Purpose::Full { to_float(&settings.gap_rel) } else { 0.0 };
    let effort = Effort { time: left, gap_rel, threads: settings.threads, seed: SEED, start: start.as_deref() };
    let in_units = |value: f64| to_amount(value / floats.objective_scale);
    settings.backends.solve(purpose, (model, floats), &effort, &mut attempt.work, &mut |news| match news {
        // Whether a point holds exactly is looked at when the backend is done.
        News::Point(point) => {
            watch(Progress { plan: Some(extract_solution(problem, model, point)), ..Progress::at(purpose, begun) })
        }
        News::Glimpse(glimpse) => watch(Progress {
            best: glimpse.best.and_then(in_units),
            bound: glimpse.bound.and_then(in_units),
            nodes: glimpse.nodes,
            ..Progress::at(purpose, begun)
        }),
    })
}

/// Keeps the best point that holds exactly. Returns a last point that does not, with the rows it breaks; nothing
/// when there is nothing more to do.
fn keep_best(
    problem: &AssignmentProblem,
    model: &Model,
    ending: &Ending,
    attempt: &mut Attempt,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let mut mistaken = None;
    for (age, point) in ending.points.iter().rev().enumerate() {
        let placement = extract_solution(problem, model, point);
        let broken = problem.broken_rows(&placement);
        if broken.is_empty() {
            if is_better(problem, &placement, attempt.best.as_ref()) {
                attempt.best = Some(placement);
            }
            break;
        }
        if age == 0 {
            mistaken = Some((placement, broken.into_iter().map(|(row, _)| row).collect()));
        }
    }
    mistaken
}

fn is_better(problem: &AssignmentProblem, placement: &[usize], best: Option<&Vec<usize>>) -> bool {
    best.is_none_or(|best| problem.objective_value(placement) > problem.objective_value(best))
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Differences between bound and plan below this share of everything that the decisions move are float noise.
const NOISE_DECIMALS: i64 = 9;

fn noise(problem: &AssignmentProblem) -> Amount {
    let terms = problem.objective.iter().flat_map(|objective| &objective.terms);
    let moved = terms.map(|term| {
        let bookings: Amount = term.expression.bookings.iter().map(|(_, c)| c.abs()).sum();
        let short = |(position, k): &(usize, Amount)| &k.abs() * &problem.positions[*position].lowest.abs();
        let shorts: Amount = term.expression.shorts.iter().map(short).sum();
        &term.worth.abs() * &(bookings + shorts)
    });
    &moved.sum::<Amount>() * &Amount::from_parts(1, NOISE_DECIMALS)
}

/// Decimals of a published gap.
const GAP_DECIMALS: i64 = 9;

/// A placement as a plan, with the bound brought down onto it where they differ by float noise only.
pub fn plan(problem: &AssignmentProblem, placement: Vec<usize>, bound: Option<Amount>) -> Plan {
    let Some(value) = problem.objective_value(&placement) else {
        return Plan { placement, value: None, bound: None, gap_rel: None };
    };
    let noise = noise(problem);
    let bound = bound.and_then(|bound| match &bound - &value {
        // A plan that is clearly better than a bound disproves it.
        difference if difference < -&noise => None,
        difference if difference <= noise => Some(value.clone()),
        _ => Some(bound),
    });
    let gap_rel = bound.as_ref().map(|bound| gap_rel(&value, bound));
    Plan { placement, value: Some(value), bound, gap_rel }
}

/// `(bound - value) / max(|bound|, |value|)`, rounded up.
pub fn gap_rel(value: &Amount, bound: &Amount) -> Amount {
    let (difference, size) = (bound - value, bound.abs().max(value.abs()));
    if difference.is_zero() {
        return Amount::zero();
    }
    let rounded = difference.divided_rounded(&size, GAP_DECIMALS);
    let short = (&rounded * &size) < difference;
    if short { rounded + Amount::from_parts(1, GAP_DECIMALS) } else { rounded }
}

/// Whether bound and value are within a gap of each other, exactly: a published gap is rounded up.
pub fn is_within(value: &Amount, bound: &Amount, gap_rel: &Amount) -> bool {
    bound - value <= gap_rel * &value.abs().max(bound.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_relative_to_the_larger_side_and_round_up() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        // 0.45 / 18234.55 = 0.00002467842…
        assert_eq!(gap_rel(&amount("-18234.55"), &amount("-18234.10")).to_string(), "0.000024679");
        assert_eq!(gap_rel(&amount("0"), &amount("5")).to_string(), "1");
        assert_eq!(gap_rel(&amount("7"), &amount("7")).to_string(), "0");
    }
}
