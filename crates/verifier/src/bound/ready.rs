//! Price lists that are made ready for arithmetic, and kept until the last node that refers to them.

use std::collections::BTreeMap;

use domain::certificate::{Aim, Node};

use super::NoProof;
use super::knapsacks::Knapsacks;
use super::number::Number;
use super::positions::Priced;

/// A price list with what it makes of the positions; that does not depend on the node.
pub(super) struct Ready<N: Number> {
    pub(super) priced: Priced<N>,
    pub(super) is_strict: bool,
    /// The knapsacks, where the list prices trades.
    pub(super) knapsacks: Option<Knapsacks<N>>,
}

/// A list by number, and what it is to show.
type Use = (usize, Aim);

/// Those that are ready.
pub(super) struct ReadyLists<N: Number> {
    /// How many nodes still refer to each list.
    left: Vec<u32>,
    kept: BTreeMap<Use, Ready<N>>,
    /// How many positions all of them price.
    size: usize,
    /// The last one that was asked for, where no other node refers to it.
    done: Option<Use>,
}

/// Positions that may be priced by all lists together, so that those of a large desk do not fill the memory.
const MOST_KEPT: usize = 500_000;

impl<N: Number> Ready<N> {
    fn size(&self) -> usize {
        self.priced.sides.len() * (1 + self.knapsacks.as_ref().map_or(0, Knapsacks::kept))
    }
}

impl<N: Number> ReadyLists<N> {
    /// None of so many lists yet, to be asked for by these nodes.
    pub(super) fn new<'n>(lists: usize, nodes: impl Iterator<Item = &'n Node>) -> Self {
        let mut left = vec![0; lists];
        for node in nodes {
            if let Node::Close { prices, .. } | Node::Leaf { prices, .. } = node
                && let Some(left) = left.get_mut(*prices)
            {
                *left += 1;
            }
        }
        Self { left, kept: BTreeMap::new(), size: 0, done: None }
    }

    /// A list for a node, made ready by `make` where it is not yet; nothing where a number does not fit.
    ///
    /// # Errors
    /// Those of `make`.
    pub(super) fn get(
        &mut self,
        of: Use,
        make: impl FnOnce() -> Result<Option<Ready<N>>, NoProof>,
    ) -> Result<Option<&Ready<N>>, NoProof> {
        if let Some(done) = self.done.take().and_then(|done| self.kept.remove(&done)) {
            self.size -= done.size();
        }
        if !self.kept.contains_key(&of) {
            let Some(ready) = make()? else { return Ok(None) };
            if self.size + ready.size() > MOST_KEPT {
                self.kept.clear();
                self.size = 0;
            }
            self.size += ready.size();
            self.kept.insert(of, ready);
        }
        if let Some(left) = self.left.get_mut(of.0) {
            *left = left.saturating_sub(1);
            self.done = (*left == 0).then_some(of);
        }
        Ok(self.kept.get(&of))
    }
}
