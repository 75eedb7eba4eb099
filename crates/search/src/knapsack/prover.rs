//! The depth-first proof with knapsacks: as in `tree`, with what forcing a choice costs the knapsacks in place of its
//! reduced cost, and a cut that is guessed from below (Posta, Ferland, Michelon 2012).
//!
//! A tree for a cut between the bound and the best is small, and either finds a placement or shows that the bound is at
//! least the cut. So the cut rises from the bound in leaps, until the best is no further than the slack.

use std::sync::Arc;

use super::improve::{AT_FIRST, AT_ROOT, AT_ROOT_AGAIN, IN_BRANCH, Improved, Schedule, improve};
use super::kept::KeptRows;
use super::relaxed::{Filled, Sacks, Scratch};
use crate::kernel::Kernel;
use crate::lagrangian::{Prices, View};
use crate::remaining::Remaining;
use crate::tree::{Aim, Best, List, MOST_MOVERS, Partner, Standing, Step, Tree, consider, margin};

/// For each priced row of an account beyond the one that it keeps, knapsacks have to close so much more of the distance
/// to the cut before they are worth their time.
const WORTH_A_ROW: f64 = 0.1;
/// With more priced rows for each account than this, one of them does not matter enough.
const MOST_ROWS: usize = 3;
/// Places of all tables of the root at most.
const MOST_PLACES: u64 = 16_000_000;
/// Places filled in the time that pricing a choice takes.
const PLACES_A_CHOICE: u64 = 100;
/// What a filling costs besides, in choices.
const FILLING: usize = 20;
/// The first leap of the cut is this share of the distance between bound and best; without a best it is a usual stake.
const FIRST_LEAP: f64 = 1.0 / 64.0;
/// A leap may take so many branches, and so many times those of the one before; else a shorter one is taken.
const FEW: u64 = 100;
const LONGER: u64 = 8;
/// A branch is bounded again when it lost at least one choice for so many of its movers.
const WORTH_ANOTHER: usize = 10;
const MOST_ROUNDS: usize = 4;
/// What a choice counts as costing at least, as a share of the gap, so that neither of two hides the other.
const LEAST_LOSS: f64 = 0.3;

/// The search for a proof, and for placements on the way.
struct Prover<'a, 'b, 'p> {
    kernel: &'a Arc<Kernel<'p>>,
    kept: Arc<KeptRows>,
    aim: Aim,
    /// A cost that no placement has, where there is none to compare with.
    beyond: f64,
    partner: &'b mut dyn Partner,
    best: &'b mut Option<Best>,
    tree: &'b mut Tree<'p>,
    remaining: Remaining,
    is_stopped: bool,
    /// Branches after which this tree is given up for one of a lower cut.
    allowed: u64,
    is_given_up: bool,
    /// Only placements that cost less are looked for.
    tried: f64,
    scratch: Scratch,
}

/// Goes on from the root of a tree with knapsacks, where these bound better. Says whether everything is closed;
/// nothing where they do not.
pub(crate) fn take_over<'p>(
    (kernel, aim, beyond): (&Kernel<'p>, Aim, f64),
    partner: &mut dyn Partner,
    best: &mut Option<Best>,
    tree: &mut Tree<'p>,
) -> Option<bool> {
    // A knapsack keeps all cuts of its row.
    let plain = Arc::new(kernel.with_cuts(Vec::new()));
    let is_known = tree.root.kept.is_some();
    let prices = if is_known { tree.root.clone() } else { from_rows(kernel, &plain, &tree.root)? };
    let kept = prices.kept.clone()?;
    let (tried, scratch) = (f64::INFINITY, Scratch::default());
    let remaining = Remaining::all(&plain);
    let mut prover = Prover {
        kernel: &plain,
        kept,
        aim,
        beyond,
        partner,
        best,
        tree,
        remaining,
        is_stopped: false,
        allowed: u64::MAX,
        is_given_up: false,
        tried,
        scratch,
    };
    let prices = if is_known { prover.rooted(prices, AT_ROOT_AGAIN) } else { prover.worthwhile(prices) };
    match prices {
        Some(prices) => prover.run(prices),
        // Told to stop before anything was known.
        None if prover.is_stopped => {}
        None => return None,
    }
    Some(!prover.is_stopped)
}

/// The prices to begin with: `u` is what each mover costs where it is cheapest, which bounds as well as prices on all
/// rows and cuts do.
fn from_rows(kernel: &Kernel<'_>, plain: &Kernel<'_>, prices: &Prices) -> Option<Prices> {
    let has_costs = kernel.cost.iter().any(|cost| *cost != 0.0);
    let weighed = weighed_rows(kernel, prices);
    if !has_costs || priced(&weighed) > MOST_ROWS * kernel.accounts() || kernel.movers.len() > MOST_MOVERS {
        return None;
    }
    let kept = KeptRows::of(plain, &weighed)?;
    let remaining = Remaining::all(plain);
    if Sacks::new(plain, &kept, &remaining)?.places() > MOST_PLACES {
        return None;
    }
    let view = View::new(kernel, &remaining)?;
    let reduced = view.price(prices).reduced;
    let cheapest = |index: usize| view.of(index).map(|place| reduced[place]).fold(f64::INFINITY, f64::min);
    let movers = (0..view.open.len()).map(cheapest).collect();
    let (mut rows, _) = kernel.parted(&prices.rows);
    kept.rows.iter().flatten().for_each(|row| rows[row.row] = 0.0);
    Some(Prices { rows, slopes: prices.slopes.clone(), movers, kept: Some(Arc::new(kept)) })
}

/// The prices of the rows that are no cuts, each with those of the cuts that follow from it.
fn weighed_rows(kernel: &Kernel<'_>, prices: &Prices) -> Vec<f64> {
    let (mut weighed, of_cuts) = kernel.parted(&prices.rows);
    let own = || kernel.rows.iter().filter(|row| row.cut.is_none());
    for (cut, price) in kernel.cuts.iter().zip(of_cuts) {
        for (weight, row) in weighed.iter_mut().zip(own()) {
            if row.at_most == Some(cut.row) {
                *weight += price;
            } else if row.at_least == Some(cut.row) {
                *weight -= price;
            }
        }
    }
    weighed
}

/// How many rows have a price.
fn priced(rows: &[f64]) -> usize {
    rows.iter().filter(|price| **price != 0.0).count()
}

impl Prover<'_, '_, '_> {
    /// The best prices of the root, where they bound so much better that knapsacks are worth their time.
    fn worthwhile(&mut self, prices: Prices) -> Option<Prices> {
        let kept = self.kept.clone();
        let sacks = Sacks::new(self.kernel, &kept, &self.remaining)?;
        let improved = self.improve(&sacks, prices, AT_FIRST);
        let (before, after) = (self.tree.root_bound, improved.filled.value);
        let rows = priced(&weighed_rows(&self.tree.kernel, &self.tree.root)) as f64 / self.kernel.accounts() as f64;
        let worth = WORTH_A_ROW * (rows - 1.0).max(0.0) * (self.cut() - before).max(0.0);
        if after <= before + worth {
            return None;
        }
        self.rooted(improved.prices, AT_ROOT)
    }

    /// The root's bound with prices that are known to be good.
    fn rooted(&mut self, prices: Prices, schedule: Schedule) -> Option<Prices> {
        let kept = self.kept.clone();
        let sacks = Sacks::new(self.kernel, &kept, &self.remaining)?;
        let improved = self.improve(&sacks, prices, schedule);
        self.tree.kernel = Arc::clone(self.kernel);
        // Nothing that was closed before counts.
        (self.tree.root_steps, self.tree.root_lists) = (0, 0);
        drop(self.tree.take());
        self.see_root(&sacks, &improved);
        Some(improved.prices)
    }

    fn see_root(&mut self, sacks: &Sacks<'_>, improved: &Improved) {
        self.tree.root_bound = improved.filled.value;
        self.tree.root = improved.prices.clone();
        self.tree.root_shares = sacks.view.shares(&improved.prices);
    }

    /// One tree after the other, until the cut is that of the best.
    fn run(&mut self, mut prices: Prices) {
        let first = self.best.as_ref().map_or(1.0, |best| FIRST_LEAP * (best.cost - self.tree.root_bound));
        let (mut leap, mut taken) = (first, 0);
        while !self.is_stopped {
            let best = self.least();
            let shortest = self.aim.slack.of(best);
            leap = leap.max(shortest);
            self.tried = self.grid_above(self.grid_above(self.tree.root_bound) + leap);
            drop(self.tree.take());
            let before = self.tree.nodes;
            self.allowed = if leap > shortest { before + FEW + LONGER * taken } else { u64::MAX };
            self.is_given_up = false;
            self.branch(prices.clone(), AT_ROOT_AGAIN, 0);
            if self.is_given_up {
                leap /= 4.0;
                continue;
            }
            if self.is_stopped || self.tried >= self.least() {
                return;
            }
            taken = self.tree.nodes - before;
            self.tree.root_bound = self.tree.root_bound.max(self.cut());
            if self.tree.has_room() {
                self.tree.shown = Some(self.tree.take());
            }
            prices = self.tree.root.clone();
            leap *= if taken < FEW { 2.0 } else { 1.0 };
        }
    }

    /// What the best costs.
    fn least(&self) -> f64 {
        self.best.as_ref().map_or(self.beyond, |best| best.cost)
    }

    /// Whether the tree is to be left as it is.
    fn is_over(&self) -> bool {
        self.is_stopped || self.is_given_up
    }

    /// The least cost at or above this one that a placement could have.
    fn grid_above(&self, cost: f64) -> f64 {
        let grid = self.aim.slack.grid;
        (cost / grid - 1e-6).ceil() * grid
    }

    /// The cost at which a bound closes its branch, before the margin.
    fn cut(&self) -> f64 {
        let least = self.least().min(self.tried);
        if least == self.beyond { least } else { least - self.aim.slack.of(least) }
    }

    /// Searches a branch; whatever it closes is open again afterwards.
    fn branch(&mut self, prices: Prices, schedule: Schedule, depth: usize) {
        let mark = self.remaining.mark();
        if let Some((prices, choice)) = self.bound(prices, schedule, depth) {
            self.tree.step(Step::Branch(choice));
            let inner = self.remaining.mark();
            let others = self.kernel.choices(self.kernel.mover[choice]).filter(|other| *other != choice);
            for other in others.collect::<Vec<_>>() {
                if self.remaining.has(other) {
                    self.remaining.close(self.kernel, other);
                }
            }
            self.branch(prices.clone(), IN_BRANCH, depth + 1);
            self.remaining.undo(self.kernel, inner);
            if !self.is_over() {
                self.remaining.close(self.kernel, choice);
                self.branch(prices, IN_BRANCH, depth + 1);
            }
        }
        self.remaining.undo(self.kernel, mark);
    }

    /// Bounds and narrows a branch; returns the choice to branch on with the prices there, or nothing where the
    /// branch is closed.
    fn bound(&mut self, mut prices: Prices, schedule: Schedule, depth: usize) -> Option<(Prices, usize)> {
        self.tree.nodes += 1;
        self.is_stopped |= self.tree.nodes > self.aim.nodes;
        self.is_given_up |= self.tree.nodes > self.allowed;
        let kept = self.kept.clone();
        for round in 1.. {
            if self.is_over() {
                return None;
            }
            let sacks = Sacks::new(self.kernel, &kept, &self.remaining)?;
            if !sacks.has_room() {
                self.close(&sacks, &prices);
                return None;
            }
            if sacks.view.open.is_empty() {
                self.leaf(&sacks);
                return None;
            }
            let improved = self.improve(&sacks, prices, if round == 1 { schedule } else { IN_BRANCH });
            if depth == 0 && round == 1 && improved.filled.value > self.tree.root_bound {
                self.see_root(&sacks, &improved);
            }
            let limit = self.cut() - margin(self.kernel);
            if improved.filled.value >= limit {
                self.close(&sacks, &improved.prices);
                return None;
            }
            let placement = sacks.mended(&self.remaining, &improved.costs, &improved.filled);
            consider(self.kernel, &placement, self.best);
            let (filled, losses) = sacks.force(&improved.costs, &improved.prices.movers, &mut self.scratch);
            let limit = self.cut() - margin(self.kernel);
            let closed = self.narrow(&sacks, (&filled, &losses), &improved.prices, limit)?;
            let is_worth_it = closed * WORTH_ANOTHER > sacks.view.open.len() && round < MOST_ROUNDS;
            let torn = self.torn(&sacks, &losses, limit - filled.value).filter(|_| !is_worth_it);
            prices = improved.prices;
            if let Some(choice) = torn {
                return Some((prices, choice));
            }
        }
        None
    }

    fn improve(&mut self, sacks: &Sacks<'_>, prices: Prices, schedule: Schedule) -> Improved {
        let target = self.cut() - margin(self.kernel);
        let (root_bound, nodes) = (self.tree.root_bound, self.tree.nodes);
        let Self { kernel, kept, best, partner, is_stopped, scratch, .. } = self;
        let overhead = (sacks.view.choices.len() / 4 + FILLING) as u64;
        let mut look = |places: u64| {
            let work = places / PLACES_A_CHOICE + overhead;
            let at = Standing { work, root_bound, nodes, forks: &[] };
            match partner.meet(at, best.as_ref()) {
                None => *is_stopped = true,
                Some(Some(other)) if best.as_ref().is_none_or(|best| other.cost < best.cost) => **best = Some(other),
                Some(_) => {}
            }
            !*is_stopped
        };
        improve((kernel, kept), sacks, prices, target, schedule, (scratch, &mut look))
    }

    /// Everything is decided: a placement, or one that breaks a row.
    fn leaf(&mut self, sacks: &Sacks<'_>) {
        let kernel = self.kernel;
        let decided = |mover: usize| kernel.choices(mover).find(|choice| self.remaining.has(*choice));
        let placement: Vec<usize> = (0..kernel.movers.len()).filter_map(decided).collect();
        consider(kernel, &placement, self.best);
        let sums = kernel.sums(&placement);
        let mut prices = Prices::none(kernel);
        if !kernel.keeps_rows(&sums, &placement) && sums.cost < self.cut() {
            let broken =
                |row: &usize| (sums.rows[*row] - kernel.rows[*row].high).max(kernel.rows[*row].low - sums.rows[*row]);
            let Some(row) = (0..sums.rows.len()).max_by(|a, b| broken(a).total_cmp(&broken(b))) else { return };
            let price = (self.cut() - sums.cost + 1.0) / broken(&row);
            prices.rows[row] = if sums.rows[row] > kernel.rows[row].high { price } else { -price };
        }
        self.close(sacks, &prices);
    }

    /// Closes the choices that cost too much; returns how many, or nothing where that closes the branch.
    fn narrow(
        &mut self,
        sacks: &Sacks<'_>,
        (filled, losses): (&Filled, &[f64]),
        prices: &Prices,
        limit: f64,
    ) -> Option<usize> {
        let dear = |place: &usize| filled.value + losses[*place] >= limit;
        let dear: Vec<usize> = (0..losses.len()).filter(dear).map(|place| sacks.view.choices[place]).collect();
        if dear.is_empty() {
            return Some(0);
        }
        let list = self.keep(sacks, prices);
        let mut closed = Vec::with_capacity(dear.len());
        // The last choice of a mover stays, and these prices close the branch with it.
        let is_last = |remaining: &Remaining, choice: usize| remaining.left(self.kernel.mover[choice]) == 1;
        let mut closes_all = false;
        for choice in dear {
            closes_all |= is_last(&self.remaining, choice);
            if closes_all {
                break;
            }
            self.remaining.close(self.kernel, choice);
            closed.push(choice);
        }
        let count = closed.len();
        self.tree.step(Step::Close { choices: closed, list });
        if closes_all {
            self.tree.step(Step::Leaf(list));
        }
        (!closes_all).then_some(count)
    }

    /// The choice to branch on: the cheapest of the mover whose two cheapest choices cost most, `gap` being what closes
    /// a branch.
    fn torn(&self, sacks: &Sacks<'_>, losses: &[f64], gap: f64) -> Option<usize> {
        let floor = LEAST_LOSS * gap;
        let mut pick: Option<(f64, usize)> = None;
        for index in 0..sacks.view.open.len() {
            let open = sacks.view.of(index).filter(|place| self.remaining.has(sacks.view.choices[*place]));
            let (mut first, mut second) = ((f64::INFINITY, usize::MAX), (f64::INFINITY, usize::MAX));
            for place in open {
                if losses[place] < first.0 {
                    second = first;
                    first = (losses[place], place);
                } else if losses[place] < second.0 {
                    second = (losses[place], place);
                }
            }
            if second.1 == usize::MAX {
                continue;
            }
            let score = (first.0 + floor) * (second.0 + floor);
            if pick.is_none_or(|(best, _)| score > best) {
                pick = Some((score, sacks.view.choices[first.1]));
            }
        }
        pick.map(|(_, choice)| choice)
    }

    /// Closes the branch.
    fn close(&mut self, sacks: &Sacks<'_>, prices: &Prices) {
        let list = self.keep(sacks, prices);
        self.tree.step(Step::Leaf(list));
    }

    /// Keeps a list of prices for the steps that follow; its number.
    fn keep(&mut self, sacks: &Sacks<'_>, prices: &Prices) -> usize {
        if !self.tree.has_room() {
            return 0;
        }
        // What is decided needs no price.
        let mut prices = prices.clone();
        let decided = |mover: &usize| self.remaining.left(*mover) == 1;
        (0..prices.movers.len()).filter(decided).for_each(|mover| prices.movers[mover] = 0.0);
        self.tree.list(List::of(&prices, sacks.view.shares(&prices)))
    }
}
