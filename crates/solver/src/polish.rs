//! The last digits. A solver cannot tell two plans apart whose objectives differ by less than its tolerance; exact
//! arithmetic can. Moves of one trade and swaps of two are looked at in floats, and those that are neither clearly
//! worse nor clearly forbidden are compared exactly.

use constraint_manager::AssignmentProblem;

use crate::tally::{Change, Tally};

/// Days with more trades than this are left as they are: pairs grow with the square.
const MOST_TRADES: usize = 400;

/// How many candidates are compared exactly at most.
const MOST_COMPARISONS: usize = 400;

/// How many of them may turn out better: after each the moves are looked at anew.
const MOST_GAINS: usize = 8;

/// A share of everything that the decisions move below which floats do not decide.
const DOUBT_REL: f64 = 1e-9;

/// A move: these trades go to these accounts.
type Candidate = Vec<(usize, usize)>;

/// The best placement found near `placement`, never a worse one; every row of the problem holds in it exactly as it did.
pub fn polish(problem: &AssignmentProblem, placement: Vec<usize>) -> Vec<usize> {
    let Some(mut value) = problem.objective_value(&placement) else { return placement };
    let free: Vec<usize> = (0..problem.trades.len()).filter(|trade| problem.trades[*trade].is_free()).collect();
    if free.len() > MOST_TRADES {
        return placement;
    }
    let mut best = placement;
    let (mut comparisons, mut gains) = (0, 0);
    'again: loop {
        for candidate in doubtful(problem, &free, &best) {
            if comparisons == MOST_COMPARISONS {
                return best;
            }
            comparisons += 1;
            let mut next = best.clone();
            candidate.iter().for_each(|(trade, account)| next[*trade] = *account);
            match problem.objective_value(&next) {
                Some(better) if better > value && problem.broken_rows(&next).is_empty() => {
                    (best, value) = (next, better);
                    gains += 1;
                    if gains == MOST_GAINS {
                        return best;
                    }
                    continue 'again;
                }
                _ => {}
            }
        }
        return best;
    }
}

/// The moves from `placement` that floats cannot rule out.
fn doubtful(problem: &AssignmentProblem, free: &[usize], placement: &[usize]) -> Vec<Candidate> {
    let hopes = Hopes::new(problem, free, placement);
    let doubt = hopes.doubt;
    if !hopes.has_any(free) {
        return Vec::new();
    }
    let mut tally = Tally::new(problem);
    for trade in free {
        tally.apply(*trade, placement[*trade], 1.0);
    }
    let is_open = |change: Change| change.objective > -doubt && change.broken < DOUBT_REL;
    let mut open = Vec::new();
    for (number, trade) in free.iter().enumerate() {
        let from = placement[*trade];
        let others: Vec<usize> = tally.accounts(*trade).filter(|account| *account != from).collect();
        let partners = &free[number + 1..];
        let is_hopeful = |to: &usize| hopes.alone(*trade, *to);
        let to_exchange = |other: &&usize| {
            let to = placement[**other];
            to != from && others.contains(&to) && hopes.together(*trade, **other)
        };
        if !others.iter().any(is_hopeful) && !partners.iter().any(|other| to_exchange(&other)) {
            continue;
        }
        let leave = tally.change(*trade, from, -1.0);
        // One after the other, so that trades in one security net as they would and a row about several accounts
        // sees both ends of a move.
        tally.apply(*trade, from, -1.0);
        for to in others.iter().filter(|to| is_hopeful(to)) {
            if is_open(leave.and(tally.change(*trade, *to, 1.0))) {
                open.push(vec![(*trade, *to)]);
            }
        }
        for other in partners.iter().filter(to_exchange) {
            let to = placement[*other];
            let steps = [(*other, to, -1.0), (*trade, to, 1.0), (*other, from, 1.0)];
            let mut swap = leave;
            for (moved, account, direction) in steps {
                swap = swap.and(tally.change(moved, account, direction));
                tally.apply(moved, account, direction);
            }
            for (moved, account, direction) in steps.into_iter().rev() {
                tally.apply(moved, account, -direction);
            }
            if is_open(swap) {
                open.push(vec![(*trade, to), (*other, from)]);
            }
        }
        tally.apply(*trade, from, 1.0);
    }
    open
}

/// What moves could gain at most, rows apart: most of them are clearly worse by that alone.
struct Hopes<'a> {
    placement: &'a [usize],
    /// By trade, then account: the most that going there could add to the objective; nothing where it may not go.
    gains: Vec<Vec<Option<f64>>>,
    /// The objective's difference that floats do not decide.
    doubt: f64,
}

impl<'a> Hopes<'a> {
    fn new(problem: &AssignmentProblem, free: &[usize], placement: &'a [usize]) -> Self {
        let tally = Tally::of_objective(problem);
        let doubt = DOUBT_REL * free.iter().map(|trade| tally.stake(*trade)).sum::<f64>();
        let mut gains = vec![vec![None; problem.accounts.len()]; problem.trades.len()];
        for trade in free {
            let (left, at_stake) = tally.worth(*trade, placement[*trade]);
            for account in tally.accounts(*trade) {
                let (found, there) = tally.worth(*trade, account);
                gains[*trade][account] = Some(found - left + at_stake + there);
            }
        }
        Self { placement, gains, doubt }
    }

    fn alone(&self, trade: usize, to: usize) -> bool {
        self.gains[trade][to].is_some_and(|gain| gain > -self.doubt)
    }

    /// Whether two trades could gain by changing places.
    fn together(&self, trade: usize, other: usize) -> bool {
        let gains = (self.gains[trade][self.placement[other]], self.gains[other][self.placement[trade]]);
        matches!(gains, (Some(one), Some(other)) if one + other > -self.doubt)
    }

    fn has_any(&self, free: &[usize]) -> bool {
        free.iter().enumerate().any(|(number, trade)| {
            let from = self.placement[*trade];
            let is_open = |to: usize| to != from && self.alone(*trade, to);
            (0..self.gains[*trade].len()).any(is_open)
                || free[number + 1..]
                    .iter()
                    .any(|other| self.placement[*other] != from && self.together(*trade, *other))
        })
    }
}
