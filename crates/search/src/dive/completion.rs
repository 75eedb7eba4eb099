//! Choices for a few trades at once, so that every row can still be kept: branch by branch, likely choices first.

use std::ops::Range;

use super::tally::Tally;
use crate::kernel::Kernel;
use crate::random::Random;

/// Branches after which a completion is given up.
const MOST_BRANCHES: u64 = 10_000;
/// A chance of less counts as that.
const LEAST_CHANCE: f64 = 1e-6;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Completion {
    /// A choice for each trade of the block.
    Found(Vec<usize>),
    /// There are none.
    None,
    /// It takes too many branches to tell.
    TooLong,
}

/// Looks for choices of a block of trades that leave every row a way to be kept, and tells how many choices were weighed. The
/// tally is left as it was before.
pub(super) fn complete<'a>(
    kernel: &'a Kernel<'a>,
    tally: &mut Tally<'a>,
    block: &[usize],
    chances: &[f64],
    random: &mut Random,
) -> (Completion, u64) {
    let mut branches = Branches { kernel, tally, block, chances, random, choices: Vec::new(), seen: 0, weighed: 0 };
    let is_found = branches.descend();
    let (choices, seen, weighed) = (branches.choices, branches.seen, branches.weighed);
    if is_found {
        return (Completion::Found(choices), weighed);
    }
    (if seen > MOST_BRANCHES { Completion::TooLong } else { Completion::None }, weighed)
}

struct Branches<'b, 'a> {
    kernel: &'a Kernel<'a>,
    tally: &'b mut Tally<'a>,
    block: &'b [usize],
    chances: &'b [f64],
    random: &'b mut Random,
    choices: Vec<usize>,
    seen: u64,
    weighed: u64,
}

impl Branches<'_, '_> {
    /// Whether there are choices for the rest of the block; they stay in `choices`, and nothing stays in the tally.
    fn descend(&mut self) -> bool {
        let Some(mover) = self.block.get(self.choices.len()).copied() else { return true };
        self.seen += 1;
        if self.seen > MOST_BRANCHES {
            return false;
        }
        self.tally.lift(mover);
        let mut is_found = false;
        for choice in drawn(self.kernel.choices(mover), self.chances, self.random) {
            self.weighed += 1;
            self.tally.add(choice);
            if self.tally.can_be_kept(mover) {
                self.choices.push(choice);
                is_found = self.descend();
                if !is_found {
                    self.choices.pop();
                }
            }
            self.tally.remove(choice);
            if is_found {
                break;
            }
        }
        self.tally.put_back(mover);
        is_found
    }
}

/// Choices in an order that is drawn: the first is one with a probability like the fifth power of its chance, since a
/// dive that follows its beliefs more closely than they are meant goes astray less often.
pub(super) fn drawn(choices: Range<usize>, chances: &[f64], random: &mut Random) -> Vec<usize> {
    let key = |choice: usize, random: &mut Random| {
        let chance = chances[choice].max(LEAST_CHANCE);
        // The smallest of exponential variables with rates is each with a probability like its rate.
        f64::from(random.exponential()) / (chance * chance * chance * chance * chance)
    };
    let mut keyed: Vec<(f64, usize)> = choices.map(|choice| (key(choice, random), choice)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    keyed.into_iter().map(|(_, choice)| choice).collect()
}
