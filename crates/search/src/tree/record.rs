//! What prices close, recorded with them as steps of the proof.

use super::{List, Prover, Step, Tree};
use crate::lagrangian::{Priced, Prices, View};

/// How long a proof is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Length {
    pub(crate) steps: usize,
    pub(crate) lists: usize,
}

/// A proof that would take more memory than this, once it is written down, checked and published, is not kept.
const MOST_BYTES: usize = 2_000_000_000;
/// What it takes: a step with each of its choices, a list with each of its prices. Measured, for all of that together.
const BYTES_OF_A_STEP: usize = 150;
const BYTES_OF_A_CHOICE: usize = 30;
const BYTES_OF_A_LIST: usize = 400;
const BYTES_OF_A_PRICE: usize = 75;

impl Prover<'_, '_> {
    /// Closes the choices whose forced bound reaches the limit; returns how many.
    pub(super) fn narrow(&mut self, view: &View<'_>, priced: &Priced, prices: &Prices, limit: f64) -> usize {
        let excess = view.excess(priced);
        let mut closed = Vec::new();
        for index in 0..view.open.len() {
            for place in view.of(index) {
                if priced.value + excess[place] >= limit && place != priced.cheapest[index] {
                    self.remaining.close(&self.kernel, view.choices[place]);
                    closed.push(view.choices[place]);
                }
            }
        }
        let count = closed.len();
        if count > 0 {
            let list = self.keep(view, prices);
            self.step(Step::Close { choices: closed, list });
        }
        count
    }

    /// Closes the branch.
    pub(super) fn close(&mut self, view: &View<'_>, prices: &Prices) {
        let list = self.keep(view, prices);
        self.step(Step::Leaf(list));
    }

    /// Keeps a list of prices for the steps that follow; its number. One with a single price may be there already.
    fn keep(&mut self, view: &View<'_>, prices: &Prices) -> usize {
        if !self.tree.has_room() {
            return 0;
        }
        let list = List::of(prices, view.shares(prices));
        let mut priced = list.rows.iter().enumerate().filter(|(_, price)| **price != 0.0);
        let lone = match (priced.next(), priced.next()) {
            (Some((row, price)), None) => Some((row, price.to_bits())),
            _ => None,
        };
        let known = lone.and_then(|lone| self.lone.get(&lone));
        if let Some(known) = known.filter(|known| self.tree.lists.get(**known) == Some(&list)) {
            return *known;
        }
        let number = self.tree.list(list);
        self.lone.extend(lone.map(|lone| (lone, number)));
        number
    }

    pub(super) fn step(&mut self, step: Step) {
        self.tree.step(step);
    }
}

impl Tree<'_> {
    /// Whether the steps are the whole proof.
    pub(crate) fn is_whole(&self) -> bool {
        let far = self.far.as_ref().map_or(0, |far| bytes(&far.lists, &far.steps));
        self.is_finished && self.has_room() && self.bytes + far < MOST_BYTES
    }

    /// What there is to write down.
    pub(crate) fn length(&self) -> Length {
        let far = self.far.as_ref().map_or((0, 0), |far| (far.steps.len(), far.lists.len()));
        Length { steps: self.steps.len() + far.0, lists: self.lists.len() + far.1 }
    }

    /// Whether another step is kept. Once none is, the steps are no proof any more.
    pub(crate) fn has_room(&self) -> bool {
        self.bytes < MOST_BYTES
    }

    /// Keeps a step.
    pub(crate) fn step(&mut self, step: Step) {
        if self.has_room() {
            self.bytes += step.bytes();
            self.steps.push(step);
        }
    }

    /// Keeps a list of prices for the steps that follow; its number. Whoever asks has looked whether there is room.
    pub(crate) fn list(&mut self, list: List) -> usize {
        self.bytes += list.bytes();
        self.lists.push(list);
        self.lists.len() - 1
    }

    /// Leaves only so many steps and lists, the first ones.
    pub(super) fn truncate(&mut self, steps: usize, lists: usize) {
        self.steps.truncate(steps);
        self.lists.truncate(lists);
        self.bytes = bytes(&self.lists, &self.steps);
    }

    /// Begins anew, and returns what there was.
    pub(crate) fn take(&mut self) -> (Vec<List>, Vec<Step>) {
        self.bytes = 0;
        (std::mem::take(&mut self.lists), std::mem::take(&mut self.steps))
    }
}

impl List {
    pub(crate) fn of(prices: &Prices, shares: Vec<(usize, f64)>) -> Self {
        let Prices { rows, movers, kept, .. } = prices.clone();
        Self { rows, shares, movers, kept }
    }

    fn bytes(&self) -> usize {
        let prices = self.rows.iter().chain(&self.movers).filter(|price| **price != 0.0).count();
        BYTES_OF_A_LIST + BYTES_OF_A_PRICE * (prices + self.shares.len())
    }
}

impl Step {
    fn bytes(&self) -> usize {
        let choices = if let Self::Close { choices, .. } = self { choices.len() } else { 0 };
        BYTES_OF_A_STEP + BYTES_OF_A_CHOICE * choices
    }
}

fn bytes(lists: &[List], steps: &[Step]) -> usize {
    lists.iter().map(List::bytes).sum::<usize>() + steps.iter().map(Step::bytes).sum::<usize>()
}
