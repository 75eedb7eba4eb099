//! The course of a search as `run.json` has it: accounts by name, and back.

use constraint_manager::AssignmentProblem;
use reporter::{LastWordRecord, SearchRecord, ToldRecord};
use solver::Course;
use solver::course::{LastWord, Told};
use solver::outcome::Work;

/// What is recorded of a search.
pub(crate) fn record(problem: &AssignmentProblem, work: &Work) -> SearchRecord {
    let named = |plan: &Vec<usize>| plan.iter().map(|account| problem.accounts[*account].to_string()).collect();
    let told = work.course.told.iter().map(|told| ToldRecord { round: told.round, plan: named(&told.plan) });
    let last_word = work.course.last_word.as_ref().map(|word| match word {
        LastWord::Plan(plan, bound) => {
            LastWordRecord::Plan { plan: named(plan), bound: bound.as_ref().map(ToString::to_string) }
        }
        LastWord::Dropped(plan) => LastWordRecord::ObjectiveDropped { plan: named(plan) },
        LastWord::NoPlan(nearest) => LastWordRecord::Infeasible { nearest: nearest.as_ref().map(named) },
    });
    SearchRecord {
        rounds: work.rounds,
        moves: work.moves,
        nodes: u64::try_from(work.nodes).unwrap_or(0),
        stop: work.stop.to_owned(),
        cuts: work.course.cuts.clone(),
        told: told.collect(),
        last_word,
    }
}

/// The course of a recorded search; nothing where it is of another problem, or no number is where one belongs.
pub(crate) fn read(problem: &AssignmentProblem, record: &SearchRecord) -> Option<Course> {
    let told = record.told.iter().map(|told| Some(Told { round: told.round, plan: plan(problem, &told.plan)? }));
    let last_word = match &record.last_word {
        None => None,
        Some(LastWordRecord::Plan { plan: named, bound }) => {
            let bound = bound.as_ref().map(|bound| bound.parse().ok());
            Some(LastWord::Plan(plan(problem, named)?, if let Some(bound) = bound { Some(bound?) } else { None }))
        }
        Some(LastWordRecord::ObjectiveDropped { plan: named }) => Some(LastWord::Dropped(plan(problem, named)?)),
        Some(LastWordRecord::Infeasible { nearest: None }) => Some(LastWord::NoPlan(None)),
        Some(LastWordRecord::Infeasible { nearest: Some(named) }) => {
            Some(LastWord::NoPlan(Some(plan(problem, named)?)))
        }
    };
    Some(Course { cuts: record.cuts.clone(), told: told.collect::<Option<_>>()?, last_word })
}

/// A plan by index, where each trade may be booked at what is named.
fn plan(problem: &AssignmentProblem, named: &[String]) -> Option<Vec<usize>> {
    let account = |(trade, name): (&constraint_manager::TradeChoice, &String)| {
        trade.accounts.iter().copied().find(|account| problem.accounts[*account].as_str() == name)
    };
    let fits = named.len() == problem.trades.len();
    fits.then(|| problem.trades.iter().zip(named).map(account).collect())?
}
