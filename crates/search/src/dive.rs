//! Plans by beliefs: how likely each trade is at each account, of all placements that keep every row. A trade is placed
//! where it is likely, the beliefs of the others follow, and so on until all are placed. For a first plan cost does not
//! count; after that cheap placements count as more likely, as long as that leads to plans.
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

/// How often the beliefs are updated before the first trade is placed.
const UPDATES_BEFORE: u32 = 15;
/// After that an update follows each trade, or with more than so many left each part of them.
const PARTS: usize = 200;
/// Where at most so many trades are left for a row, they are looked at together.
const FEW: usize = 12;
/// Where at most so many trades are left in all, they are looked at together.
const LAST: usize = 14;
/// An update takes the square of an account's rows for each choice: with more of them it takes too long.
const MOST_ROWS: usize = 64;

/// How much cost counts in the first dive that it counts in, and what that is multiplied by after a plan, and after none:
/// about a third of the dives lead to a plan then.
const GREED: f64 = 1.0;
const MORE_GREED: f64 = 1.5;
const LESS_GREED: f64 = 0.85;
/// It stays between these.
const GREEDS: (f64, f64) = (0.001, 1_000.0);

/// A search for plans that can be run piece by piece: one dive after the other, each to a placement of all trades or to
/// where no placement can keep every row any more.
pub(crate) struct Diver<'a> {
    kernel: &'a Kernel<'a>,
    /// Trades, those first that move most of what some rows are made of.
    order: Vec<usize>,
    beliefs: Beliefs<'a>,
    /// How much cost counts in beliefs; nothing at first.
    greed: f64,
    /// What the beliefs are before a trade is placed, without costs; nothing until they are asked for.
    settled: Option<Sites>,
    random: Random,
    tally: Tally<'a>,
    /// The choice of each trade, and the trades that have none so far, in order.
    placed: Vec<Option<usize>>,
    free: Vec<usize>,
    since_update: usize,
    pub(crate) best: Option<Best>,
    /// Choices weighed, and dives that are over.
    pub(crate) moves: u64,
    pub(crate) dives: u64,
}

impl<'a> Diver<'a> {
    /// Whether there is something to look for that dives are good at: a few trades, rows that belong to one account each, not
    /// too many of them.
    pub(crate) fn suits(kernel: &Kernel<'_>) -> bool {
        let is_small = (2..=MANY).contains(&kernel.movers.len());
        let is_narrow = (0..kernel.accounts()).all(|account| kernel.block(account).len() <= MOST_ROWS);
        is_small && is_narrow && !kernel.rows.is_empty() && kernel.shared().is_empty()
    }

    pub(crate) fn new(kernel: &'a Kernel<'a>, seed: u64) -> Self {
        let order = by_leverage(kernel);
        Self {
            kernel,
            beliefs: Beliefs::new(kernel),
            greed: 0.0,
            settled: None,
            random: Random::new(seed),
            tally: Tally::new(kernel),
            placed: vec![None; kernel.movers.len()],
            free: order.clone(),
            order,
            since_update: 0,
            best: None,
            moves: 0,
            dives: 0,
        }
    }

    /// Weighs at least `work` choices, or until there is a plan. `is_over` is asked before each trade.
    pub(crate) fn run(&mut self, work: u64, is_over: &dyn Fn() -> bool) {
        let end = self.moves + work;
        while self.moves < end && self.best.is_none() && !is_over() {
            self.step();
        }
    }

    /// The same for cheaper and cheaper plans, without an end.
    pub(crate) fn improve(&mut self, work: u64, is_over: &dyn Fn() -> bool) {
        if self.greed == 0.0 {
            self.greed = GREED;
            self.start_over();
        }
        let end = self.moves + work;
        while self.moves < end && !is_over() {
            self.step();
        }
    }

    /// Places a trade, or all that are left; or starts over.
    fn step(&mut self) {
        if self.free.len() == self.order.len() {
            self.settle();
        }
        let block = self.block();
        let completion = match self.complete(&block) {
            Completion::TooLong => self.complete(&block[..1]),
            told => told,
        };
        let Completion::Found(choices) = completion else { return self.end(false) };
        let placed = if choices.len() == self.free.len() { choices.len() } else { 1 };
        choices.into_iter().take(placed).for_each(|choice| self.place(choice));
        if self.free.is_empty() {
            let is_plan = self.look();
            self.end(is_plan);
        } else if self.since_update >= (self.free.len() / PARTS).max(1) {
            self.moves += self.beliefs.update(&self.free);
            self.since_update = 0;
        }
    }

    /// The trades that are to be looked at together: all of the last, those of a row that few are left for, or the next.
    fn block(&self) -> Vec<usize> {
        if self.free.len() <= LAST {
            return self.free.clone();
        }
        match self.tally.tightest(FEW) {
            Some(row) => self.free.iter().copied().filter(|mover| self.tally.counts(row, *mover)).collect(),
            None => vec![self.free[0]],
        }
    }

    /// Choices for all of a block that leave every row a way to be kept.
    fn complete(&mut self, block: &[usize]) -> Completion {
        let chances = self.beliefs.chances();
        let (completion, weighed) =
            completion::complete(self.kernel, &mut self.tally, block, chances, &mut self.random);
        self.moves += weighed;
        completion
    }

    fn place(&mut self, choice: usize) {
        let mover = self.kernel.mover[choice];
        self.tally.lift(mover);
        self.tally.add(choice);
        self.beliefs.fix(choice);
        self.placed[mover] = Some(choice);
        self.free.retain(|free| *free != mover);
        self.since_update += 1;
    }

    /// What is believed before a trade is placed.
    fn settle(&mut self) {
        if self.settled.is_none() {
            self.beliefs.greed = 0.0;
            self.update_all();
            self.settled = Some(self.beliefs.sites.clone());
        }
        self.beliefs.greed = self.greed;
        if self.greed > 0.0 {
            self.update_all();
        }
    }

    fn update_all(&mut self) {
        for _ in 0..UPDATES_BEFORE {
            self.moves += self.beliefs.update(&self.order);
        }
    }

    /// A dive is over, with a plan or without.
    fn end(&mut self, is_plan: bool) {
        self.dives += 1;
        if self.greed > 0.0 {
            let factor = if is_plan { MORE_GREED } else { LESS_GREED };
            self.greed = (self.greed * factor).clamp(GREEDS.0, GREEDS.1);
        }
        self.start_over();
    }

    fn start_over(&mut self) {
        if let Some(settled) = &self.settled {
            self.beliefs.sites.clone_from(settled);
        }
        self.tally.clear();
        self.placed.fill(None);
        self.since_update = 0;
        self.free.clone_from(&self.order);
    }

    /// All trades are placed: whether that is a plan, which it is if it keeps every row exactly.
    fn look(&mut self) -> bool {
        let Some(choices) = self.placed.iter().copied().collect::<Option<Vec<usize>>>() else { return false };
        let sums = self.kernel.sums(&choices);
        let is_plan = self.kernel.keeps_rows(&sums, &choices);
        if is_plan && self.best.as_ref().is_none_or(|best| sums.cost < best.cost) {
            self.best = Some(Best { choices, cost: sums.cost });
        }
        is_plan
    }
}

/// Trades by what they have of the variance of rows over random placements, the most first: those that few others can make up
/// for. What short positions add does not count here.
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
