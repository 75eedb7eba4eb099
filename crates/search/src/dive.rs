//! A first plan by beliefs, where cost does not count: how likely each trade is at each account, of all placements that keep
//! every row. A trade is placed where it is likely, the beliefs of the others follow, and so on until all are placed.
//!
//! It is for days on which next to no placement keeps every row: limits on both sides of everything, say. There are
//! plans then, but they lie far apart, and changing a placement that nearly keeps its rows leads to none of them. Beliefs
//! speak of all placements at once. They are exact for sums of many small parts; a row that only a few trades
//! are left for is looked at branch by branch before one of them is placed. Work is counted, never timed.
//!
//! Source: decimation by beliefs is Mézard, Parisi, Zecchina, Analytic and algorithmic solution of random satisfiability
//! problems (Science 297, 2002); the beliefs are those of `beliefs`.

mod beliefs;
mod completion;
mod inverse;
mod normal;
mod tally;

use crate::kernel::{Kernel, MANY};
use crate::random::Random;
use crate::tree::Best;
use beliefs::{Beliefs, Sites};
use completion::Completion;
use tally::Tally;

/// How often the beliefs are updated before the first trade is placed; after that once for each.
const UPDATES_BEFORE: u32 = 15;
/// Of a row with no more trades left, those are looked at together.
const FEW: usize = 12;
/// With no more trades left in all, they are looked at together.
const LAST: usize = 14;

/// A search for any plan that can be run piece by piece: one dive after the other, each to a placement of all trades or to
/// where no placement can keep every row any more.
pub(crate) struct Diver<'a> {
    kernel: &'a Kernel<'a>,
    /// Trades, those first that move most of what some rows are made of.
    order: Vec<usize>,
    beliefs: Beliefs<'a>,
    /// What the beliefs are before a trade is placed; nothing until they are asked for.
    settled: Option<Sites>,
    random: Random,
    tally: Tally<'a>,
    /// The choice of each trade, and the trades that have none so far, in order.
    placed: Vec<Option<usize>>,
    free: Vec<usize>,
    pub(crate) best: Option<Best>,
    /// Choices weighed.
    pub(crate) moves: u64,
}

impl<'a> Diver<'a> {
    /// Whether there is something to look for that dives are good at: a few trades, rows that belong to one account each.
    pub(crate) fn suits(kernel: &Kernel<'_>) -> bool {
        let is_small = (2..=MANY).contains(&kernel.movers.len());
        is_small && !kernel.rows.is_empty() && kernel.shared().is_empty()
    }

    pub(crate) fn new(kernel: &'a Kernel<'a>, seed: u64) -> Self {
        let order = by_leverage(kernel);
        Self {
            kernel,
            beliefs: Beliefs::new(kernel),
            settled: None,
            random: Random::new(seed),
            tally: Tally::new(kernel),
            placed: vec![None; kernel.movers.len()],
            free: order.clone(),
            order,
            best: None,
            moves: 0,
        }
    }

    /// Weighs at least `work` choices, or until there is a plan. `is_over` is asked before each trade.
    pub(crate) fn run(&mut self, work: u64, is_over: &dyn Fn() -> bool) {
        let end = self.moves + work;
        while self.moves < end && self.best.is_none() && !is_over() {
            if self.settled.is_none() {
                (0..UPDATES_BEFORE).for_each(|_| self.moves += self.beliefs.update(&self.free));
                self.settled = Some(self.beliefs.sites.clone());
            }
            self.step();
        }
    }

    /// Places a trade, or all that are left; or starts over.
    fn step(&mut self) {
        let block = self.block();
        let placed = match self.complete(&block) {
            Completion::Found(choices) if block.len() == self.free.len() => choices,
            Completion::Found(choices) => choices[..1].to_vec(),
            Completion::TooLong => vec![self.draw(self.free[0])],
            Completion::None => return self.start_over(),
        };
        placed.into_iter().for_each(|choice| self.place(choice));
        if self.free.is_empty() {
            self.look();
            self.start_over();
        } else {
            self.moves += self.beliefs.update(&self.free);
        }
    }

    /// The trades that are to be looked at together: those of the row with the fewest left, or all of the last.
    fn block(&self) -> Vec<usize> {
        match self.tally.tightest(FEW) {
            _ if self.free.len() <= LAST => self.free.clone(),
            Some(row) => self.free.iter().copied().filter(|mover| self.tally.counts(row, *mover)).collect(),
            None => Vec::new(),
        }
    }

    /// Choices for all of a block that leave every row a way to be kept; without a block, for the next trade by its beliefs.
    fn complete(&mut self, block: &[usize]) -> Completion {
        if block.is_empty() {
            return Completion::Found(vec![self.draw(self.free[0])]);
        }
        let chances = self.beliefs.chances();
        let (completion, weighed) =
            completion::complete(self.kernel, &mut self.tally, block, chances, &mut self.random);
        self.moves += weighed;
        completion
    }

    /// A choice of a trade, likely ones more often.
    fn draw(&mut self, mover: usize) -> usize {
        completion::drawn(self.kernel.choices(mover), self.beliefs.chances(), &mut self.random)[0]
    }

    fn place(&mut self, choice: usize) {
        let mover = self.kernel.mover[choice];
        self.tally.lift(mover);
        self.tally.add(choice);
        self.beliefs.fix(choice);
        self.placed[mover] = Some(choice);
        self.free.retain(|free| *free != mover);
    }

    fn start_over(&mut self) {
        if let Some(settled) = &self.settled {
            self.beliefs.sites.clone_from(settled);
        }
        self.tally = Tally::new(self.kernel);
        self.placed.fill(None);
        self.free.clone_from(&self.order);
    }

    /// All trades are placed: that is a plan if it keeps every row exactly.
    fn look(&mut self) {
        let Some(choices) = self.placed.iter().copied().collect::<Option<Vec<usize>>>() else { return };
        let sums = self.kernel.sums(&choices);
        if self.kernel.keeps_rows(&sums, &choices) {
            self.best = Some(Best { choices, cost: sums.cost });
        }
    }
}

/// Trades by what they have of the variance of rows, the most first: those that few others can make up for.
fn by_leverage(kernel: &Kernel<'_>) -> Vec<usize> {
    let squares = |choice: usize| kernel.coefficients(choice).0.iter().map(|c| c * c);
    let rows = |choice: usize| kernel.block(kernel.account[choice]);
    let mut all = vec![0.0; kernel.rows.len()];
    for choice in 0..kernel.account.len() {
        rows(choice).zip(squares(choice)).for_each(|(row, square)| all[row] += square);
    }
    let share = |choice: usize| -> f64 {
        let shares = rows(choice).zip(squares(choice));
        shares.filter(|(_, square)| *square > 0.0).map(|(row, square)| square / all[row]).sum()
    };
    let leverage: Vec<f64> = (0..kernel.movers.len()).map(|mover| kernel.choices(mover).map(share).sum()).collect();
    let mut order: Vec<usize> = (0..kernel.movers.len()).collect();
    order.sort_by(|a, b| leverage[*b].total_cmp(&leverage[*a]));
    order
}

#[cfg(test)]
mod tests;
