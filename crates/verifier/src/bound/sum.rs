//! What the priced sum over positions cannot exceed in a node of the tree.
//!
//! | `P` | `F(P)` is at most |
//! | --- | --- |
//! | moved by no open trade | `F(base)` |
//! | moved by one | `F(base)`, and `F(base + V) - F(base)` where that trade comes |
//! | `low >= 0`, `high <= 0`, or `up = -down` | `d·P`, with `d` the slope of that side |
//! | on both sides of 0, the list has a slope `d` for it | `c + d·P`, `c = max F(P) - d·P` over `low`, `high` and 0 |
//! | on both sides of 0, in a cluster | `F(P)`, by the joint choice of the trades that move it: `bound/clusters.rs` |
//! | on both sides of 0, too many trades for a cluster | as with a slope `d = (F(high) - F(low)) / (high - low)` |
//!
//! That slope is rounded down at 18 decimals. Clusters apart, what an open trade adds at an account is then a number, less
//! what a change takes off if it is one. A trade goes where that is largest, and a cluster where its sum is.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::Amount;

use super::clusters::{Cluster, Tie, clusters};
use super::number::{Number, Units};
use super::positions::{Position, Positions, Priced, Sides};

/// The priced sum of a node, part by part.
pub(super) struct Sum<'a, N: Number> {
    priced: &'a Priced<N>,
    total: N::Product,
    /// What each trade adds at each account that it may go to, one trade after another, and where each of them begins.
    added: Vec<(usize, N::Product)>,
    first: Vec<usize>,
    clusters: Vec<Cluster<N>>,
    /// By trade, the cluster that it belongs to.
    cluster_of: Vec<Option<usize>>,
    /// By cluster, and by trade of none: the largest that it adds.
    best_of_cluster: Vec<N::Product>,
    best_of_trade: Vec<N::Product>,
}

/// Lines above the positions of a node: what is decided adds up to, and the slope of each for open trades.
pub(super) struct Lines<N: Number> {
    total: N::Product,
    slopes: Vec<N>,
    /// The position of the first slope.
    first: usize,
}

impl<'a, N: Number> Sum<'a, N> {
    pub(super) fn of(positions: &Positions<'_, N>, priced: &'a Priced<N>) -> Self {
        let worth = |position: usize, value: &N| priced.sides[position].of(value);
        let (clusters, tied) = clusters(positions.trades.len(), ties(positions, priced), worth);
        let mut is_tied = vec![false; positions.positions.len()];
        tied.iter().for_each(|position| is_tied[*position] = true);
        let lines = Lines::beside(positions, priced, positions.all(), &|position| is_tied[position]);
        let choices = positions.trades.iter().map(|trade| trade.accounts.len()).sum();
        let (total, mut added) = (lines.total.clone(), Vec::with_capacity(choices));
        let mut first = Vec::with_capacity(positions.trades.len() + 1);
        first.push(0);
        for trade in 0..positions.trades.len() {
            let at = |account: &usize| (*account, lines.added(positions, priced, trade, *account));
            added.extend(positions.accounts(trade).iter().map(at));
            first.push(added.len());
        }
        let mut cluster_of = vec![None; positions.trades.len()];
        for (index, cluster) in clusters.iter().enumerate() {
            cluster.trades.iter().for_each(|trade| cluster_of[*trade] = Some(index));
        }
        let best_of_trade = Vec::with_capacity(positions.trades.len());
        let best_of_cluster = Vec::with_capacity(clusters.len());
        let mut sum = Self { priced, total, added, first, clusters, cluster_of, best_of_cluster, best_of_trade };
        sum.add_up();
        sum
    }

    fn add_up(&mut self) {
        for (trade, cluster) in self.cluster_of.iter().enumerate() {
            let best = match cluster {
                Some(_) => N::no_product(),
                None => self.added(trade).iter().map(|(_, added)| added).max().expect("a trade has accounts").clone(),
            };
            self.total = N::sum(&self.total, &best);
            self.best_of_trade.push(best);
        }
        for cluster in &self.clusters {
            let best = cluster.best(|trade| self.added(trade));
            self.total = N::sum(&self.total, &best);
            self.best_of_cluster.push(best);
        }
    }

    /// What a trade adds at each account that it may go to.
    fn added(&self, trade: usize) -> &[(usize, N::Product)] {
        &self.added[self.first[trade]..self.first[trade + 1]]
    }

    /// What no assignment of the node exceeds.
    pub(super) fn bound(&self) -> Amount {
        self.in_units(&self.total)
    }

    /// What none exceeds that has one of these trades at the account beside it, where it may go; nothing for none.
    pub(super) fn forced(&self, choices: &[(usize, usize)]) -> Option<Amount> {
        let mut by_cluster: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.clusters.len()];
        let mut largest: Option<N::Product> = None;
        for (trade, account) in choices {
            match self.cluster_of[*trade] {
                Some(cluster) => by_cluster[cluster].push((*trade, *account)),
                None => {
                    let mut added = self.added(*trade).iter();
                    let (_, forced) = added.find(|(other, _)| other == account).expect("the account is open");
                    largest = largest.max(Some(self.instead(&self.best_of_trade[*trade], forced)));
                }
            }
        }
        for ((cluster, best), choices) in self.clusters.iter().zip(&self.best_of_cluster).zip(&by_cluster) {
            if !choices.is_empty() {
                let forced = cluster.forced(|trade| self.added(trade), choices);
                largest = largest.max(forced.iter().max().map(|forced| self.instead(best, forced)));
            }
        }
        largest.map(|largest| self.in_units(&largest))
    }

    /// The sum with something else in place of the best of a trade or cluster.
    fn instead(&self, best: &N::Product, other: &N::Product) -> N::Product {
        N::sum(&N::difference(&self.total, best), other)
    }

    /// The sum as one over the bookings of an account, where nothing counts elsewhere: what there is without any of its
    /// open ones, and what each of them adds. Nothing where what one adds depends on another.
    pub(super) fn by_booking(
        &self,
        positions: &Positions<'_, N>,
        account: usize,
    ) -> Option<(Amount, BTreeMap<usize, Amount>)> {
        let mut here = positions.positions.iter().zip(&self.priced.sides).filter(|(place, _)| place.account == account);
        if here.any(|(position, sides)| position.movers > 1 && sides.is_bent(position)) {
            return None;
        }
        let best = self.best_of_trade.iter().chain(&self.best_of_cluster);
        let base = best.fold(self.total.clone(), |total, best| N::difference(&total, best));
        let mut gains = BTreeMap::new();
        let open =
            (0..self.cluster_of.len()).map(|trade| (trade, self.added(trade))).filter(|(_, added)| added.len() > 1);
        for (trade, added) in open {
            if let Some((_, added)) = added.iter().find(|(other, _)| *other == account) {
                gains.insert(trade, N::to_amount(added, self.priced.units));
            }
        }
        Some((self.in_units(&base), gains))
    }

    fn in_units(&self, total: &N::Product) -> Amount {
        &self.priced.constant + &N::to_amount(total, self.priced.units)
    }
}

/// The positions that only a cluster or a line without a given slope can bound.
fn ties<N: Number>(positions: &Positions<'_, N>, priced: &Priced<N>) -> Vec<Tie<N>> {
    let mut at = vec![None; positions.positions.len()];
    let mut ties: Vec<Tie<N>> = Vec::new();
    for (index, (position, sides)) in positions.positions.iter().zip(&priced.sides).enumerate() {
        if position.movers > 1 && sides.slope.is_none() && sides.is_bent(position) {
            at[index] = Some(ties.len());
            let trades = Vec::with_capacity(position.movers);
            ties.push(Tie { position: index, account: position.account, base: position.base.clone(), trades });
        }
    }
    if ties.is_empty() {
        return ties;
    }
    for (index, trade) in positions.trades.iter().enumerate().filter(|(_, trade)| trade.accounts.len() > 1) {
        for account in &trade.accounts {
            for (security, value) in &trade.legs {
                if let Some(tie) = at[positions.place(*account, *security)] {
                    ties[tie].trades.push((index, value.clone()));
                }
            }
        }
    }
    ties
}

impl<N: Number> Lines<N> {
    /// A line above each position of a range; nothing else counts.
    pub(super) fn of(positions: &Positions<'_, N>, priced: &Priced<N>, range: Range<usize>) -> Self {
        Self::beside(positions, priced, range, &|_| false)
    }

    /// The same without the positions that clusters count.
    fn beside(
        positions: &Positions<'_, N>,
        priced: &Priced<N>,
        range: Range<usize>,
        is_tied: &dyn Fn(usize) -> bool,
    ) -> Self {
        let mut lines =
            Self { total: priced.opening.clone(), slopes: Vec::with_capacity(range.len()), first: range.start };
        for index in range {
            let (position, sides) = (&positions.positions[index], &priced.sides[index]);
            let slope = if is_tied(index) {
                N::zero()
            } else if position.movers < 2 {
                lines.total = N::sum(&lines.total, &sides.of(&position.base));
                N::zero()
            } else {
                let (slope, offset) = sides.line(position, priced.units);
                lines.total = N::sum(&lines.total, &N::sum(&offset, &slope.times(&position.base)));
                slope
            };
            lines.slopes.push(slope);
        }
        lines
    }

    /// The priced sum of what is decided, open trades apart.
    pub(super) fn constant(&self, priced: &Priced<N>) -> Amount {
        &priced.constant + &N::to_amount(&self.total, priced.units)
    }

    /// What a trade adds at an account. The position of one that is booked has it already.
    pub(super) fn added(
        &self,
        positions: &Positions<'_, N>,
        priced: &Priced<N>,
        trade: usize,
        account: usize,
    ) -> N::Product {
        let (number, trade) = (trade, &positions.trades[trade]);
        let open_legs = if trade.accounts.len() > 1 { &trade.legs[..] } else { &[] };
        let change = if trade.home.is_left_for(account) { priced.change.clone() } else { N::no_product() };
        let booked = match priced.bookings.get(&(number, account)) {
            Some(booked) => N::sum(&change, booked),
            None => change,
        };
        open_legs.iter().fold(booked, |total, (security, value)| {
            let index = positions.place(account, *security);
            let position = &positions.positions[index];
            let added = if position.movers == 1 {
                let sides = &priced.sides[index];
                N::difference(&sides.of(&position.base.plus(value)), &sides.of(&position.base))
            } else {
                self.slopes[index - self.first].times(value)
            };
            N::sum(&total, &added)
        })
    }
}

impl<N: Number> Sides<N> {
    /// `F(P)`.
    pub(super) fn of(&self, position: &N) -> N::Product {
        if *position < N::zero() { self.down.times(&position.negated()) } else { self.up.times(position) }
    }

    /// Whether `F` has more than one slope over what the position can reach.
    fn is_bent(&self, position: &Position<N>) -> bool {
        position.low() < N::zero() && position.high() > N::zero() && self.up != self.down.negated()
    }

    /// `(d, c)` with `F(P) <= c + d·P` for every `P` that the position can reach.
    fn line(&self, position: &Position<N>, units: Units) -> (N, N::Product) {
        let (low, high) = (position.low(), position.high());
        if !self.is_bent(position) {
            let slope = if low >= N::zero() { self.up.clone() } else { self.down.negated() };
            return (slope, N::no_product());
        }
        let slope = self.slope.clone().unwrap_or_else(|| {
            let rise = N::difference(&self.of(&high), &self.of(&low));
            N::slope_of(&rise, &high.minus(&low), units)
        });
        // F is straight on each side of 0, so that the three ends of its pieces decide.
        let above = |position: &N| N::difference(&self.of(position), &slope.times(position));
        let offset = above(&low).max(above(&high)).max(N::no_product());
        (slope, offset)
    }
}
