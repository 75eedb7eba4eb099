//! A plan before the solver starts: each trade, the weightiest first, goes where it breaks least and pays most, or, near
//! a plan at hand, where that has it; then single trades move as long as that helps. On a loose day this is close to the
//! best there is, and on any day it is a start that a time limit cannot take away. Work is counted, never timed: the
//! same problem gives the same plan.

use constraint_manager::{AssignmentProblem, Kept, Planned};

use crate::tally::{Change, Tally};

/// Passes over all trades after the first placement.
const MOST_PASSES: usize = 30;

/// A placement that keeps every row exactly, if this simple search finds one: from scratch, or near the last plan where
/// there is one.
pub fn first_plan(problem: &AssignmentProblem) -> Option<Vec<usize>> {
    let from_scratch = search(problem, &vec![None; problem.trades.len()]);
    let near_the_last = problem.kept.as_ref().and_then(|kept| {
        let homes: Vec<Option<usize>> = (0..problem.trades.len()).map(|trade| home(problem, kept, trade)).collect();
        search(problem, &homes)
    });
    let plans = from_scratch.into_iter().chain(near_the_last);
    plans.reduce(|best, next| if is_better(problem, &next, &best) { next } else { best })
}

/// What moves of single trades make of a placement that keeps every row; never a worse one.
pub fn improved(problem: &AssignmentProblem, placement: Vec<usize>) -> Vec<usize> {
    let homes: Vec<Option<usize>> = placement.iter().copied().map(Some).collect();
    search(problem, &homes).filter(|next| is_better(problem, next, &placement)).unwrap_or(placement)
}

fn is_better(problem: &AssignmentProblem, next: &[usize], best: &[usize]) -> bool {
    problem.objective_value(next) > problem.objective_value(best)
}

/// The search, trades with a home starting there.
fn search(problem: &AssignmentProblem, homes: &[Option<usize>]) -> Option<Vec<usize>> {
    let mut tally = Tally::new(problem);
    let mut free: Vec<usize> = (0..problem.trades.len()).filter(|trade| problem.trades[*trade].is_free()).collect();
    let weights: Vec<f64> = (0..problem.trades.len()).map(|trade| tally.weight(trade)).collect();
    free.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b)));
    let judge = Judge::new(&tally, &free);
    for trade in &free {
        if let Some(home) = homes[*trade] {
            tally.apply(*trade, home, 1.0);
        }
    }
    for trade in free.iter().filter(|trade| homes[**trade].is_none()) {
        let accounts: Vec<usize> = tally.accounts(*trade).collect();
        let best = accounts.into_iter().map(|account| (account, tally.change(*trade, account, 1.0)));
        let best = best.reduce(|best, next| if judge.is_better(next.1, best.1) { next } else { best });
        if let Some((account, _)) = best {
            tally.apply(*trade, account, 1.0);
        }
    }
    for _ in 0..MOST_PASSES {
        if !improve(&mut tally, &free, &judge) {
            break;
        }
    }
    let placement: Vec<usize> = tally.placement.iter().copied().collect::<Option<_>>()?;
    problem.broken_rows(&placement).is_empty().then_some(placement)
}

/// Where the last plan has a trade that may still be there.
fn home(problem: &AssignmentProblem, kept: &Kept, trade: usize) -> Option<usize> {
    match kept.planned[trade] {
        Planned::At(account) if problem.trades[trade].accounts.contains(&account) => Some(account),
        _ => None,
    }
}

/// One pass: every trade moves to its best account. Whether anything moved.
fn improve(tally: &mut Tally, trades: &[usize], judge: &Judge) -> bool {
    let mut moved = false;
    for trade in trades {
        let Some(from) = tally.placement[*trade] else { continue };
        let leave = tally.change(*trade, from, -1.0);
        // Taken back first: a row about several accounts sees both ends of a move.
        tally.apply(*trade, from, -1.0);
        let mut best: Option<(usize, Change)> = None;
        for account in tally.accounts(*trade).filter(|account| *account != from) {
            let both = leave.and(tally.change(*trade, account, 1.0));
            if judge.is_gain(both) && best.is_none_or(|(_, best)| judge.is_better(both, best)) {
                best = Some((account, both));
            }
        }
        tally.apply(*trade, best.map_or(from, |(account, _)| account), 1.0);
        moved |= best.is_some();
    }
    moved
}

/// What counts as a change: below that, following it could go round in circles in float noise.
struct Judge {
    /// The least change of the objective.
    gain: f64,
}

/// The least change of the sum of broken rows, each in units of its largest term.
const LEAST_BROKEN: f64 = 1e-9;

/// The least change of the objective, as a share of everything that the trades can move.
const LEAST_GAIN_REL: f64 = 1e-12;

impl Judge {
    fn new(tally: &Tally, trades: &[usize]) -> Self {
        Self { gain: LEAST_GAIN_REL * trades.iter().map(|trade| tally.stake(*trade)).sum::<f64>() }
    }

    fn is_gain(&self, change: Change) -> bool {
        self.is_better(change, Change::default())
    }

    /// Fewer broken rows first, then more objective.
    fn is_better(&self, a: Change, b: Change) -> bool {
        a.broken < b.broken - LEAST_BROKEN
            || (a.broken <= b.broken + LEAST_BROKEN && a.objective > b.objective + self.gain)
    }
}
