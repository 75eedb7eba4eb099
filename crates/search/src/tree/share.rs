//! A tree by two: another prover takes the same branches from the far end, until both have met.
//!
//! A branch stands for all placements with its decisions, whatever else was closed on the way. Whoever is in the second
//! branch of a fork has closed the first one. So everything is closed once one is in the branch of a fork that the other has
//! closed, with the same decisions before it: one has all that lies before, the other all that lies behind.
//!
//! ```text
//!          fork                 near end: first the branch with the choice, then the one without
//!        ╱      ╲               far end: the other way round
//!    with        without
//!   near ──►   ◄── far
//! ```

use std::sync::Arc;

use super::{Aim, Best, Partner, Prover, Start};
use crate::kernel::{Cut, Kernel};
use crate::remaining::Remaining;

/// A fork on the way to where a prover is.
#[derive(Debug, Clone)]
pub(crate) struct Fork {
    choice: usize,
    /// Whether it is in the branch without the choice.
    is_without: bool,
    start: Start,
    /// What was closed before either.
    mark: usize,
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
}

/// What came of the far end.
pub(crate) struct FarEnd {
    /// Whether all is closed but for the branch that the seed was made in.
    pub(crate) is_done: bool,
    pub(crate) turns: Vec<Turn>,
    pub(crate) nodes: u64,
    pub(crate) best: Option<Best>,
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
    pub(super) fn fork(&mut self, start: &Start, choice: usize, depth: usize) {
        let mark = self.remaining.mark();
        for is_without in [self.is_far, !self.is_far] {
            self.forks.push(Fork { choice, is_without, start: start.clone(), mark });
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
            self.partner.share(Seed { cuts, remaining, forks: self.forks.clone() });
        }
    }

    /// Closes from the far end what another prover of `kernel` had open.
    pub(crate) fn from_far(
        kernel: &Kernel<'p>,
        aim: Aim,
        (seed, best): (Seed, Option<Best>),
        partner: &'a mut dyn Partner,
    ) -> FarEnd {
        let mut prover = Self::new(Arc::new(kernel.with_cuts(seed.cuts)), aim, partner, best);
        prover.is_far = true;
        for (depth, fork) in seed.forks.into_iter().enumerate() {
            prover.remaining = seed.remaining.clone();
            prover.remaining.undo(&prover.kernel, fork.mark);
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
        FarEnd { is_done: !prover.is_stopped, turns: turns(&prover.forks), nodes: prover.tree.nodes, best: prover.best }
    }
}

#[cfg(test)]
mod tests;
