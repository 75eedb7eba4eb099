//! What prices close, recorded with them as steps of the proof.

use super::{List, MOST_STEPS, Prover, Step};
use crate::lagrangian::{Priced, Prices, View};

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
        let next = self.tree.lists.len();
        if self.tree.steps.len() >= MOST_STEPS {
            return next;
        }
        let list = List::of(prices, view.shares(prices));
        let mut priced = list.rows.iter().enumerate().filter(|(_, price)| **price != 0.0);
        if let (Some((row, price)), None) = (priced.next(), priced.next()) {
            let known = self.lone.entry((row, price.to_bits())).or_insert(next);
            if self.tree.lists.get(*known) == Some(&list) {
                return *known;
            }
            *known = next;
        }
        self.tree.lists.push(list);
        next
    }

    pub(super) fn step(&mut self, step: Step) {
        if self.tree.steps.len() < MOST_STEPS {
            self.tree.steps.push(step);
        }
    }
}

impl List {
    pub(crate) fn of(prices: &Prices, shares: Vec<(usize, f64)>) -> Self {
        let Prices { rows, movers, kept, .. } = prices.clone();
        Self { rows, shares, movers, kept }
    }
}
