//! A tree by two: another prover takes the same branches from the far end, until both have met.
//!
//! A branch stands for all placements with its decisions, whatever else was closed on the way. Whoever is in the second
//! branch of a fork has closed the first one. So everything is closed once one is in the branch of a fork that the other has
//! closed, with the same decisions before it: one has all that lies before, the other all that lies behind. What both wrote
//! down is one proof then.
//!
//! ```text
//!          fork                 near end: first the branch with the choice, then the one without
//!        ╱      ╲               far end: the other way round
//!    with        without
//!   near ──►   ◄── far
//! ```

use std::ops::Range;
use std::sync::Arc;

use super::{Aim, Best, List, Partner, Prover, Start, Step, Tree};
use crate::kernel::{Cut, Kernel};
use crate::remaining::Remaining;

/// A fork on the way to where a prover is.
#[derive(Debug, Clone)]
pub(crate) struct Fork {
    choice: usize,
    /// Whether it is in the branch without the choice.
    is_without: bool,
    start: Start,
    /// What was closed before either, and the steps that closed it.
    mark: usize,
    closes: Range<usize>,
}

/// Which branch of a fork a prover is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    choice: usize,
    is_without: bool,
}

/// Where a prover is, for another one to begin at the far end.
#[derive(Debug, Clone)]
pub(crate) struct Seed {
    cuts: Vec<Cut>,
    remaining: Remaining,
    forks: Vec<Fork>,
    /// The steps before each fork; nothing where they were not kept.
    closes: Option<Vec<Vec<Step>>>,
    /// The lists that they refer to.
    lists: Vec<List>,
}

/// What came of the far end.
pub(crate) struct FarEnd<'p> {
    /// Whether all is closed but for the branch that the seed was made in.
    pub(crate) is_done: bool,
    pub(crate) turns: Vec<Turn>,
    pub(crate) best: Option<Best>,
    pub(crate) nodes: u64,
    pub(crate) half: Half<'p>,
}

/// What was written down at the far end: of each fork first the branch without its choice, then the one with it.
#[derive(Debug, Clone)]
pub(crate) struct Half<'p> {
    /// With the cuts that the lists know.
    pub(crate) kernel: Arc<Kernel<'p>>,
    pub(crate) lists: Vec<List>,
    pub(crate) steps: Vec<Step>,
}

/// The way to where a prover is.
pub(crate) fn turns(forks: &[Fork]) -> Vec<Turn> {
    forks.iter().map(|fork| Turn { choice: fork.choice, is_without: fork.is_without }).collect()
}

/// How much of the tree lies before somebody who goes through it from the near end, if every fork halves what is left: a
/// guess, that tells a tree that will end from one that never will.
pub(crate) fn progress(near: &[Turn]) -> f64 {
    let (mut part, mut before) = (1.0, 0.0);
    for turn in near {
        part /= 2.0;
        before += if turn.is_without { part } else { 0.0 };
    }
    before
}

/// Whether two have closed everything between them, one from the near end and one from the far end.
pub(crate) fn have_met(near: &[Turn], far: &[Turn]) -> bool {
    let parting = near.iter().zip(far).find(|(near, far)| near != far);
    parting.is_some_and(|(near, far)| near.choice == far.choice && near.is_without)
}

impl<'a, 'p> Prover<'a, 'p> {
    /// Searches both branches of a fork, the first one first.
    pub(super) fn fork(&mut self, start: &Start, choice: usize, depth: usize, closes: Range<usize>) {
        let mark = self.remaining.mark();
        for is_without in [self.is_far, !self.is_far] {
            self.forks.push(Fork { choice, is_without, start: start.clone(), mark, closes: closes.clone() });
            self.decide(choice, is_without);
            self.branch(start.clone(), depth + 1);
            self.remaining.undo(&self.kernel, mark);
            self.forks.pop();
            if self.is_stopped {
                return;
            }
        }
    }

    /// Makes a choice, or does without it.
    fn decide(&mut self, choice: usize, is_without: bool) {
        for other in self.kernel.choices(self.kernel.mover[choice]) {
            if (other == choice) == is_without && self.remaining.has(other) {
                self.remaining.close(&self.kernel, other);
            }
        }
    }

    /// Tells the partner where it is, if that was asked for. Nothing but the root is no place to begin at.
    pub(super) fn share(&mut self) {
        if !self.forks.is_empty() && self.partner.is_asked() {
            let (cuts, remaining) = (self.kernel.cuts.clone(), self.remaining.clone());
            let mut lists = Vec::new();
            let closes = self.forks.iter().map(|fork| self.tree.taken(fork.closes.clone(), &mut lists)).collect();
            self.partner.share(Seed { cuts, remaining, forks: self.forks.clone(), closes, lists });
        }
    }

    /// Closes from the far end what another prover of `kernel` had open.
    pub(crate) fn from_far(
        kernel: &Kernel<'p>,
        aim: Aim,
        (seed, best): (Seed, Option<Best>),
        partner: &'a mut dyn Partner,
    ) -> FarEnd<'p> {
        let mut prover = Self::new(Arc::new(kernel.with_cuts(seed.cuts)), aim, partner, best);
        prover.is_far = true;
        prover.tree.lists = seed.lists;
        let is_known = seed.closes.is_some();
        let mut closes = seed.closes.into_iter().flatten();
        for (depth, fork) in seed.forks.into_iter().enumerate() {
            prover.remaining = seed.remaining.clone();
            prover.remaining.undo(&prover.kernel, fork.mark);
            prover.tree.steps.extend(closes.next().into_iter().flatten());
            prover.step(Step::Branch(fork.choice));
            if !fork.is_without {
                let (start, choice) = (fork.start.clone(), fork.choice);
                prover.forks.push(Fork { is_without: true, ..fork.clone() });
                prover.decide(choice, true);
                prover.branch(start, depth + 1);
                if prover.is_stopped {
                    break;
                }
                prover.forks.pop();
            }
            prover.forks.push(fork);
        }
        let is_kept = is_known && prover.tree.has_room();
        let Tree { kernel, lists, steps, nodes, .. } = prover.tree;
        let half = Half { kernel, lists, steps: if is_kept { steps } else { Vec::new() } };
        FarEnd { is_done: !prover.is_stopped, turns: turns(&prover.forks), best: prover.best, nodes, half }
    }
}

impl Tree<'_> {
    /// Some of its closing steps with their lists, which are added to `lists`; nothing where they were not kept.
    fn taken(&self, steps: Range<usize>, lists: &mut Vec<List>) -> Option<Vec<Step>> {
        if !self.has_room() {
            return None;
        }
        let taken = self.steps[steps].iter().map(|step| {
            let Step::Close { choices, list } = step else { unreachable!("a branch begins with what it closes") };
            lists.push(self.lists[*list].clone());
            Step::Close { choices: choices.clone(), list: lists.len() - 1 }
        });
        Some(taken.collect())
    }
}

#[cfg(test)]
mod tests;
