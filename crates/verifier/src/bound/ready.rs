//! Price lists that are made ready for arithmetic, and kept as long as nodes share them.

use std::collections::BTreeMap;

use domain::Certificate;
use domain::certificate::{Aim, Node};

use super::NoProof;
use super::knapsacks::Knapsacks;
use super::number::Number;
use super::positions::{Positions, Priced};

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
    /// How many nodes refer to each list.
    nodes: Vec<u32>,
    /// How many lists may be kept at once.
    most: usize,
    shared: BTreeMap<Use, Ready<N>>,
    /// The last one that only one node refers to.
    alone: Option<Ready<N>>,
}

/// Positions of all lists that are kept, so that those of a large desk do not fill the memory.
const MOST_KEPT: usize = 500_000;

impl<N: Number> ReadyLists<N> {
    pub(super) fn new(certificate: &Certificate, positions: &Positions<'_, N>) -> Self {
        let mut nodes = vec![0; certificate.price_lists.len()];
        for node in &certificate.tree {
            if let Node::Close { prices, .. } | Node::Leaf { prices, .. } = node
                && let Some(nodes) = nodes.get_mut(*prices)
            {
                *nodes += 1;
            }
        }
        let most = MOST_KEPT / positions.positions.len().max(1);
        Self { nodes, most, shared: BTreeMap::new(), alone: None }
    }

    /// A list, made ready by `make` where it is not yet; nothing where a number does not fit.
    ///
    /// # Errors
    /// Those of `make`.
    pub(super) fn get(
        &mut self,
        of: Use,
        make: impl FnOnce() -> Result<Option<Ready<N>>, NoProof>,
    ) -> Result<Option<&Ready<N>>, NoProof> {
        if self.nodes.get(of.0).is_none_or(|nodes| *nodes < 2) {
            self.alone = make()?;
            return Ok(self.alone.as_ref());
        }
        if !self.shared.contains_key(&of) {
            if self.shared.len() > self.most {
                self.shared.clear();
            }
            let Some(ready) = make()? else { return Ok(None) };
            self.shared.insert(of, ready);
        }
        Ok(self.shared.get(&of))
    }
}
