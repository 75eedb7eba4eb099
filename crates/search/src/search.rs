//! The order of the search: an annealer and a prover side by side, that meet at counted points. Where a proof is long and no
//! better plan turns up, the annealer's thread takes part in it.
//!
//! Both work on their own for a round of a fixed amount of work, then show each other the best they have. What a round
//! finds depends on the rounds before it alone. The clock is looked at between rounds and only says stop; where it said so
//! is recorded by count, so that a search can be repeated without it. A round in which the time ends, or somebody else
//! ends the search, is broken off and does not count, as if the look before it had said stop.

mod join;
mod pair;
mod write;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use constraint_manager::AssignmentProblem;
use domain::Amount;
use domain::certificate::Aim;

use crate::float::to_float;
use crate::kernel::Kernel;
use crate::proof::Proof;
use crate::tree::{Best, MOST_MOVERS, Slack, Tree};
use pair::{Pair, Task};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The relative gap at which a plan is good enough; 0 asks for the best.
    pub gap_rel: Amount,
    /// A plan to start from.
    pub start: Option<Vec<usize>>,
}

/// What may be used up. Whatever comes first ends the search.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    /// When to stop, by the clock.
    pub deadline: Option<Instant>,
    /// After how many rounds to stop.
    pub rounds: Option<u64>,
    /// The [`Found::cuts`] of an earlier search, to stop where it was stopped: nothing else counts then.
    pub cuts: Option<Vec<u64>>,
    /// Set by others to stop at once.
    pub halt: Option<Arc<AtomicBool>>,
}

/// A look at a search that is running.
#[derive(Debug, Clone, PartialEq)]
pub struct Glimpse {
    /// The best plan's objective so far, in floats.
    pub best: Option<f64>,
    /// That plan, an account for each trade, where it is a better one than at the last look.
    pub plan: Option<Vec<usize>>,
    /// What no plan can exceed, in floats.
    pub bound: Option<f64>,
    /// Rounds done.
    pub rounds: u64,
    /// Branches looked at.
    pub nodes: u64,
    /// Moves tried.
    pub moves: u64,
    /// Whether both threads are at the proof.
    pub is_shared: bool,
}

/// What whoever watches a search says to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It goes on.
    GoOn,
    /// It goes on, and may go on from this plan, an account for each trade, if that keeps every row and is better.
    Take(Vec<usize>),
    /// It stops.
    Stop,
}

/// What the search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The best plan, an account for each trade; it keeps every row exactly.
    pub best: Option<Vec<usize>>,
    /// How the search ended.
    pub ending: Ending,
    /// What backs it, where there is anything to show.
    pub proof: Option<Proof>,
    /// What no plan can exceed by the proof, in floats: a claim until the proof was checked.
    pub bound: Option<f64>,
    /// Rounds done.
    pub rounds: u64,
    /// Where the budget cut it: the numbers, from 1, of the looks at the budget that said stop. A search looks at it at
    /// counted points alone, so that the same cuts give the same result again, whatever the clock says.
    pub cuts: Vec<u64>,
    /// After which rounds it went on from a plan that it was told. With the same plans told then, the cuts give the same
    /// result again.
    pub helped: Vec<u64>,
    /// Branches looked at.
    pub nodes: u64,
    /// Moves tried.
    pub moves: u64,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The tree is done: no plan is better.
    Best,
    /// The tree is done: no plan is better by more than the gap that was asked for.
    WithinGap,
    /// The tree is done, and there is no plan.
    NoPlan,
    /// The budget was used up.
    Budget,
}

/// Branches that closing the last of the gap may take when the gap that was asked for is closed: what takes no time to
/// speak of, since nobody asked for it.
const SHARPENING_NODES: u64 = 2_000;
/// Rounds for which both threads hunt for a first plan, before one of them looks for a proof that there is none.
const ROUNDS_TO_HUNT: u64 = 48;

/// Searches. `watch` is called after every round; it may stop the search, or help it with a plan.
pub fn search(
    problem: &AssignmentProblem,
    goal: &Goal,
    budget: Budget,
    watch: &mut dyn FnMut(&Glimpse) -> Word,
) -> Found {
    let kernel = Arc::new(Kernel::new(problem));
    let constant = objective_constant(problem) / kernel.cost_scale;
    // Without an objective any plan is as good as any other.
    let grid = if problem.objective.is_some() { grid(problem) / kernel.cost_scale } else { 1.0 };
    let slack = Slack { gap_rel: to_float(&goal.gap_rel), constant, grid };
    let start = goal.start.as_ref().and_then(|plan| best_of(&kernel, plan));
    let mut pair = Pair::new(&kernel, budget, watch, (kernel.cost_scale, constant), start);

    let mut tree = pair.run(&kernel, Task::Prove { slack }, None);
    let (mut shown, mut rough) = (slack, None);
    let was_lost = pair.best.is_none();
    if was_lost && !tree.is_finished {
        pair.hunt(ROUNDS_TO_HUNT);
    }
    let is_large = kernel.movers.len() > MOST_MOVERS;
    if pair.best.is_none() && (tree.is_finished || !(is_large || pair.is_over())) {
        // A proof that there is no plan may not lean on costs.
        let costless = Arc::new(kernel.without_costs());
        let without = pair.run(&costless, Task::Find, None);
        if pair.best.is_none() && without.is_finished {
            let proof = written(&mut pair, &without, Aim::NoPlan);
            return Found { ending: Ending::NoPlan, proof, ..counts(&pair) };
        }
    }
    if was_lost {
        // What the first tree closed, it closed without a plan to compare with: a plan that came later disproves it.
        tree.is_finished = false;
        if pair.best.is_some() && !pair.is_over() {
            let again = pair.run(&tree.kernel, Task::Prove { slack }, Some(tree.root.clone()));
            if again.is_finished || again.root_bound >= tree.root_bound {
                tree = again;
            }
        }
    }
    if !tree.is_finished && pair.is_far_apart() {
        pair.hunt(u64::MAX);
        pair.anneal(slack);
    } else if tree.is_finished && slack.gap_rel > 0.0 && !pair.is_over() {
        let nodes = SHARPENING_NODES + tree.nodes / 4;
        let sharp = pair.run(&tree.kernel, Task::Sharpen { slack: slack.sharp(), nodes }, Some(tree.root.clone()));
        if sharp.is_finished {
            // Where the sharper proof is too long to be written down, the first one still shows something.
            (rough, tree, shown) = (Some(tree), sharp, slack.sharp());
        }
    }
    let mut proof = None;
    for tree in [Some(&tree), rough.as_ref()].into_iter().flatten() {
        proof = proof.or_else(|| written(&mut pair, tree, Aim::Best));
    }
    found(problem, &kernel, &pair, (&tree, proof), shown)
}

/// A tree as a proof; nothing where it was not finished, is too long, or there is no time left for it.
fn written(pair: &mut Pair<'_>, tree: &Tree<'_>, aim: Aim) -> Option<Proof> {
    let length = tree.length();
    if !tree.is_whole() || pair.is_too_late_for(length) {
        return None;
    }
    let begun = Instant::now();
    let proof = write::whole(tree, aim);
    proof.filter(|_| !pair.is_too_late_after(length, begun.elapsed()))
}

/// What there is to show for a search that has a plan, or ran out of budget before it had one.
fn found(
    problem: &AssignmentProblem,
    kernel: &Kernel<'_>,
    pair: &Pair<'_>,
    (tree, proof): (&Tree<'_>, Option<Proof>),
    slack: Slack,
) -> Found {
    let in_units = |cost: f64| (objective_constant(problem) / kernel.cost_scale - cost) * kernel.cost_scale;
    let best = pair.best.as_ref().map(|best| (kernel.plan(&best.choices), best.cost));
    let root = || write::shown(tree).or_else(|| tree.root_bound.is_finite().then(|| write::root(tree)));
    match best {
        Some((plan, cost)) if tree.is_finished => Found {
            best: Some(plan),
            ending: if slack.left(cost) == 0.0 { Ending::Best } else { Ending::WithinGap },
            proof: proof.or_else(root),
            bound: Some(in_units(cost - slack.left(cost))),
            ..counts(pair)
        },
        best => Found {
            best: best.map(|(plan, _)| plan),
            ending: Ending::Budget,
            proof: root(),
            bound: tree.root_bound.is_finite().then(|| in_units(tree.root_bound)),
            ..counts(pair)
        },
    }
}

fn counts(pair: &Pair<'_>) -> Found {
    let (rounds, nodes, moves) = (pair.rounds, pair.nodes, pair.moves);
    let (cuts, helped) = (pair.cuts.clone(), pair.helped.clone());
    Found { best: None, ending: Ending::Budget, proof: None, bound: None, rounds, cuts, helped, nodes, moves }
}

/// A plan as a placement of the kernel, if it keeps every row in floats.
fn best_of(kernel: &Kernel<'_>, plan: &[usize]) -> Option<Best> {
    let choice = |mover: usize| {
        let account = plan[kernel.movers[mover]];
        kernel.choices(mover).find(|choice| kernel.account[*choice] == account)
    };
    let choices = (0..kernel.movers.len()).map(choice).collect::<Option<Vec<usize>>>()?;
    let sums = kernel.sums(&choices);
    kernel.keeps_rows(&sums, &choices).then_some(Best { choices, cost: sums.cost })
}

/// What the objective is before any decision.
fn objective_constant(problem: &AssignmentProblem) -> f64 {
    let terms = problem.objective.iter().flat_map(|objective| &objective.terms);
    terms.map(|term| to_float(&(&term.worth * &term.expression.constant))).sum()
}

/// The step between values that the objective can have: one unit of its last decimal.
fn grid(problem: &AssignmentProblem) -> f64 {
    10_f64.powi(-i32::try_from(objective_decimals(problem)).unwrap_or(i32::MAX))
}

/// How many decimals the objective of a plan has at most, less what is there before any decision.
fn objective_decimals(problem: &AssignmentProblem) -> i64 {
    let mut decimals = 0;
    for term in problem.objective.iter().flat_map(|objective| &objective.terms) {
        let worth = term.worth.decimals();
        let bookings = term.expression.bookings.iter().map(|(_, amount)| amount.decimals());
        let shorts = term.expression.shorts.iter().map(|(position, factor)| {
            let position = &problem.positions[*position];
            let values = position.bookings.iter().map(|(_, value)| value.decimals());
            factor.decimals() + values.chain([position.base.decimals()]).max().unwrap_or(0)
        });
        decimals = decimals.max(worth + bookings.chain(shorts).max().unwrap_or(0));
    }
    decimals
}

impl Kernel<'_> {
    /// The same choices and rows, with nothing to be gained.
    fn without_costs(&self) -> Self {
        let mut kernel = self.clone();
        kernel.cost.fill(0.0);
        kernel.positions.iter_mut().for_each(|position| position.cost = 0.0);
        kernel
    }
}
