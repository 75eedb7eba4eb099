//! The depth-first proof: branches are closed by their Lagrangian bound, choices by their reduced cost.
//!
//! In each branch the prices are improved a little. A branch whose bound reaches the cut has nothing better to offer;
//! a choice whose forced bound reaches it is closed for the whole branch. Then the mover that is most torn between two
//! accounts, and matters most to the priced rows, is booked at the account it favours, and after that elsewhere.
//! After Posta, Ferland, Michelon 2012, with the rows relaxed in place of the assignment.
//!
//! Every closing is recorded with its prices, so that the tree can be checked without trust in this code.

mod aim;
mod branching;
mod record;
mod root;
mod ruling;
mod share;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::average::Average;
use crate::hint::Hint;
use crate::kernel::{Kernel, MANY};
use crate::knapsack;
use crate::knapsack::KeptRows;
use crate::lagrangian::{Priced, Prices, View};
use crate::remaining::Remaining;
use crate::subgradient::{
    AGAIN, AT_FIRST, AT_FIRST_OF_MANY, AT_ROOT, AT_ROOT_ALONE, AT_ROOT_OF_MANY, IN_BRANCH, Improved, Schedule, Target,
    improve,
};
use crate::volume::climb;
pub(crate) use aim::{Aim, Slack};
pub(crate) use record::Length;
pub(crate) use share::{Fork, Half, Seed, Turn, have_met, progress, turns};

/// A placement of the movers that keeps every row, in floats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Best {
    /// One choice for each mover.
    pub(crate) choices: Vec<usize>,
    /// In scaled units.
    pub(crate) cost: f64,
}

/// A step of the proof, depth first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The prices of this list close the branch.
    Leaf(usize),
    /// They close choices; the branch goes on without them.
    Close { choices: Vec<usize>, list: usize },
    /// Two branches: this choice, and every other one of its mover.
    Branch(usize),
}

/// What is believed of a tree when it is cut short or done.
#[derive(Debug, Clone)]
pub(crate) struct Tree<'p> {
    /// What it is about: the kernel that the prover was given, with the cuts of the root.
    pub(crate) kernel: Arc<Kernel<'p>>,
    /// Price lists that steps refer to.
    pub(crate) lists: Vec<List>,
    /// What lists and steps take in memory once they are written down.
    bytes: usize,
    /// The steps so far; a whole proof only if the tree was finished.
    pub(crate) steps: Vec<Step>,
    /// Whether nothing is left open.
    pub(crate) is_finished: bool,
    /// What another prover has closed of it from the far end.
    pub(crate) far: Option<Box<Half<'p>>>,
    /// What no placement costs less than, by the root's prices.
    pub(crate) root_bound: f64,
    pub(crate) root: Prices,
    pub(crate) root_shares: Vec<(usize, f64)>,
    /// The steps and lists at the beginning that narrow the root; all of them where the tree has no branch.
    pub(crate) root_steps: usize,
    pub(crate) root_lists: usize,
    pub(crate) nodes: u64,
    /// A whole tree for less than the best: its lists and steps show that nothing costs less than `root_bound`.
    pub(crate) shown: Option<(Vec<List>, Vec<Step>)>,
}

/// Prices as they are written down.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List {
    /// `λ` by row.
    pub(crate) rows: Vec<f64>,
    /// The share of each position that is bounded by a line; the others are exact.
    pub(crate) shares: Vec<(usize, f64)>,
    /// `u` by mover, and the rows that accounts keep; nothing where movers choose for themselves.
    pub(crate) movers: Vec<f64>,
    pub(crate) kept: Option<Arc<KeptRows>>,
}

/// How far below the cut a bound still closes its branch, for each mover: differences of floats that mean nothing.
const MARGIN: f64 = 1e-10;
/// Branches that easy problems do not take: after so many, another relaxation may be worth its time.
const BEFORE_KNAPSACKS: u64 = 300;
/// What a pricing costs besides its choices, in choices: by itself, and for each row and position. What else is done in
/// a branch is counted with its pricings.
const PRICING: usize = 40;
const PRICING_A_ROW: usize = 4;
/// A branch is priced again when it lost at least one choice for so many of its movers.
const WORTH_ANOTHER: usize = 10;
const MOST_ROUNDS: usize = 4;
/// The tree is started anew when the distance from its root's bound to the cut has shrunk to this share.
const WORTH_A_START: f64 = 0.8;
/// A pricing is slow that takes more than so many times the work of its choices, where movers are priced together.
const SLOW: usize = 2;
/// More movers than this are not branched on: the tree would not end.
pub(crate) const MOST_MOVERS: usize = 3_000;

/// What the tree asks of whoever runs it, now and then: here is my best; what is the best of all, may I go on?
pub(crate) trait Partner {
    /// Reports work done and the best so far; returns the best of everybody, or nothing to stop.
    fn meet(&mut self, at: Standing<'_>, best: Option<&Best>) -> Option<Option<Best>>;

    /// Prices of the root, with the placement that they favour.
    fn suggest(&mut self, hint: Hint);

    /// Whether somebody wants to take part from the far end.
    fn is_asked(&self) -> bool {
        false
    }

    /// Where the tree is, for whoever asked.
    fn share(&mut self, _seed: Seed) {}
}

/// Where the tree is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing<'f> {
    /// Choices priced since the last meeting asked for.
    pub(crate) work: u64,
    pub(crate) root_bound: f64,
    pub(crate) nodes: u64,
    /// The way to where it is.
    pub(crate) forks: &'f [Fork],
}

/// The search for a proof, and for placements on the way.
pub(crate) struct Prover<'a, 'p> {
    kernel: Arc<Kernel<'p>>,
    aim: Aim,
    partner: &'a mut dyn Partner,
    remaining: Remaining,
    /// The way to the branch that it is in.
    forks: Vec<Fork>,
    /// Whether it goes through branches from the far end, for another one that has seen to the root.
    is_far: bool,
    pub(crate) best: Option<Best>,
    tree: Tree<'p>,
    is_stopped: bool,
    /// Whether the search with knapsacks has closed everything.
    is_done_elsewhere: bool,
    /// How far the cut was from the root's bound when the root was narrowed; nothing before that.
    root_gap: Option<f64>,
    /// Whether the tree was stopped to be started anew.
    starts_anew: bool,
    /// Whether branches have shown that it is worth its while to relax the root.
    is_hard: bool,
    /// A cost that no placement has, where there is none to compare with.
    beyond: f64,
    /// The last list with this price on this row alone.
    lone: BTreeMap<(usize, u64), usize>,
}

/// Where a branch starts from: the prices of its parent, with the average of what they favoured.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    prices: Prices,
    /// Nothing at the root.
    average: Option<Average>,
}

impl<'a, 'p> Prover<'a, 'p> {
    pub(crate) fn new(kernel: Arc<Kernel<'p>>, aim: Aim, partner: &'a mut dyn Partner, best: Option<Best>) -> Self {
        let tree = Tree {
            kernel: Arc::clone(&kernel),
            lists: Vec::new(),
            bytes: 0,
            steps: Vec::new(),
            is_finished: false,
            far: None,
            root_bound: f64::NEG_INFINITY,
            root: Prices::none(&kernel),
            root_shares: Vec::new(),
            root_steps: usize::MAX,
            root_lists: usize::MAX,
            nodes: 0,
            shown: None,
        };
        let (beyond, remaining) = (1.0 + most(&kernel), Remaining::all(&kernel));
        let (is_stopped, is_done_elsewhere, root_gap, starts_anew, is_hard) = (false, false, None, false, false);
        Self {
            kernel,
            aim,
            partner,
            remaining,
            forks: Vec::new(),
            is_far: false,
            best,
            tree,
            is_stopped,
            is_done_elsewhere,
            root_gap,
            starts_anew,
            is_hard,
            beyond,
            lone: BTreeMap::new(),
        }
    }

    /// Runs until everything is closed, the work is used up or the partner says stop.
    pub(crate) fn run(mut self, start: Option<Prices>) -> (Tree<'p>, Option<Best>) {
        let is_first = start.is_none();
        let kernel = Arc::clone(&self.kernel);
        let mut prices = start.unwrap_or_else(|| Prices::none(&kernel));
        if prices.kept.is_some() {
            self.tree.root = prices;
            self.tree.is_finished = self.hand_over();
            return (self.tree, self.best);
        }
        let many = kernel.movers.len() > MANY;
        let schedule = match () {
            () if !is_first => AGAIN,
            () if kernel.movers.len() > MOST_MOVERS => AT_ROOT_ALONE,
            () if many => AT_ROOT_OF_MANY,
            () => AT_ROOT,
        };
        if let Some(view) = View::new(&kernel, &self.remaining)
            && is_first
            && (many || view.work() > SLOW * view.choices.len())
        {
            // The partner can start from rough prices long before they are good.
            let improved =
                self.improve(&view, Start { prices, average: None }, if many { AT_FIRST_OF_MANY } else { AT_FIRST });
            self.suggest(&view, &improved);
            prices = improved.prices;
        }
        let mut from = (Start { prices, average: None }, schedule);
        while let Some((start, choice)) = self.bound(from.0, from.1, 0) {
            (self.tree.root_steps, self.tree.root_lists) = (self.tree.steps.len(), self.tree.lists.len());
            self.split(&start, choice, 0, 0);
            if !self.starts_anew {
                break;
            }
            // What the root closed stays closed: a better placement makes no weaker cut.
            (self.starts_anew, self.is_stopped) = (false, false);
            self.tree.truncate(self.tree.root_steps, self.tree.root_lists);
            (self.tree.root_steps, self.tree.root_lists) = (usize::MAX, usize::MAX);
            from = (Start { prices: self.tree.root.clone(), average: None }, AGAIN);
        }
        self.tree.is_finished = !self.is_stopped || self.is_done_elsewhere;
        (self.tree, self.best)
    }

    /// Starts the tree anew when a better placement would let its root close so much more that what was done so far
    /// is worth less.
    fn reconsider(&mut self) {
        let gap = self.limit() - self.tree.root_bound;
        if !self.is_stopped && self.root_gap.is_some_and(|before| gap < WORTH_A_START * before) {
            (self.starts_anew, self.is_stopped, self.root_gap) = (true, true, None);
        }
    }

    /// The cost at which a bound closes its branch, before the margin.
    fn cut(&self) -> f64 {
        self.best.as_ref().map_or(self.beyond, |best| best.cost - self.aim.slack.of(best.cost))
    }

    /// The bound that closes a branch.
    fn limit(&self) -> f64 {
        self.cut() - self.margin()
    }

    fn margin(&self) -> f64 {
        margin(&self.kernel)
    }

    /// Searches a branch; whatever it closes is open again afterwards.
    fn branch(&mut self, start: Start, depth: usize) {
        let (mark, from) = (self.remaining.mark(), self.tree.steps.len());
        if let Some((start, choice)) = self.bound(start, IN_BRANCH, depth) {
            self.split(&start, choice, depth, from);
        }
        self.remaining.undo(&self.kernel, mark);
    }

    /// Searches the branches of a choice, after the steps that closed something for both, the first of them `from`.
    fn split(&mut self, start: &Start, choice: usize, depth: usize, from: usize) {
        let closes = from..self.tree.steps.len();
        self.step(Step::Branch(choice));
        self.share();
        self.fork(start, choice, depth, closes);
    }

    /// Bounds and narrows a branch; returns the choice to branch on with what its branches start from, or nothing where
    /// the branch is closed.
    fn bound(&mut self, mut start: Start, schedule: Schedule, depth: usize) -> Option<(Start, usize)> {
        self.tree.nodes += 1;
        if self.tree.nodes > self.aim.nodes {
            self.is_stopped = true;
        }
        if self.tree.nodes == BEFORE_KNAPSACKS && !self.is_far {
            self.hand_over();
        }
        if depth > 0 && !self.is_far && self.tree.nodes >= BEFORE_KNAPSACKS && !self.is_stopped && !self.is_hard {
            self.relax_root();
        }
        for round in 1.. {
            let kernel = Arc::clone(&self.kernel);
            let view = self.rule_out(&kernel)?;
            let mut improved = self.improve(&view, start, schedule);
            if depth > 0 {
                self.reconsider();
            } else {
                if round == 1 {
                    improved = self.with_relaxation(&view, improved);
                }
                self.see_root(&view, &improved);
                if round == 1 && kernel.movers.len() <= MOST_MOVERS {
                    improved = self.cut_off(improved);
                }
            }
            if self.is_stopped {
                return None;
            }
            let grown = Arc::clone(&self.kernel);
            let view = if depth == 0 { View::new(&grown, &self.remaining)? } else { view };
            let limit = self.limit();
            if improved.priced.value >= limit {
                self.close(&view, &improved.prices);
                return None;
            }
            let closed = self.narrow(&view, &improved.priced, &improved.prices, limit);
            if depth == 0 {
                self.root_gap = Some(limit - self.tree.root_bound);
            }
            let Improved { prices, average, .. } = improved;
            start = Start { prices, average: Some(average) };
            let is_worth_it = closed * WORTH_ANOTHER > view.open.len() && round < MOST_ROUNDS;
            if closed == 0 || !is_worth_it {
                if depth == 0 && kernel.movers.len() > MOST_MOVERS {
                    self.is_stopped = true;
                    return None;
                }
                return match self.torn(&view, &start) {
                    Some(choice) => Some((start, choice)),
                    None => self.bound(start, IN_BRANCH, depth + 1),
                };
            }
        }
        None
    }

    /// Hands the tree over to the search with knapsacks, where those bound better; says whether that closed everything.
    fn hand_over(&mut self) -> bool {
        let Self { kernel, aim, partner, best, tree, .. } = self;
        if let Some(is_finished) = knapsack::take_over((kernel, *aim, self.beyond), *partner, best, tree) {
            (self.is_stopped, self.is_done_elsewhere) = (true, is_finished);
        }
        self.is_done_elsewhere
    }

    fn improve(&mut self, view: &View<'_>, start: Start, schedule: Schedule) -> Improved {
        let target = Target { best: self.best.as_ref().map(|best| best.cost), enough: self.limit() };
        let work = (view.work() + self.pricing_overhead()) as u64;
        let Self { kernel, remaining, best, partner, is_stopped, tree, forks, .. } = self;
        let at = tree.standing(work, forks);
        let mut look = |priced: &Priced| {
            if priced.keeps_rows(kernel) && best.as_ref().is_none_or(|best| priced.value < best.cost) {
                consider(kernel, &view.placement(remaining, priced), best);
            }
            *is_stopped |= !hear(*partner, at, best);
            !*is_stopped
        };
        match start.average {
            Some(average) => climb(view, start.prices, average.enter(kernel, remaining), target, schedule, &mut look),
            None => improve(view, remaining, start.prices, target, schedule, &mut look),
        }
    }

    /// Reports work, and hears of better placements and whether to stop.
    fn meet(&mut self, work: u64) {
        let at = self.tree.standing(work, &self.forks);
        self.is_stopped |= !hear(self.partner, at, &mut self.best);
    }

    fn pricing_overhead(&self) -> usize {
        PRICING + PRICING_A_ROW * (self.kernel.rows.len() + self.kernel.positions.len())
    }

    /// Tells the partner what the root's prices favour.
    fn suggest(&mut self, view: &View<'_>, improved: &Improved) {
        let mut choices = view.placement(&self.remaining, &improved.priced);
        for (index, mover) in view.open.iter().enumerate() {
            let share = |place: &usize| improved.average.shares[view.choices[*place]];
            let favoured = view.of(index).max_by(|a, b| share(a).total_cmp(&share(b)));
            choices[*mover] = favoured.map_or(choices[*mover], |place| view.choices[place]);
        }
        let ranked = self.ranked(view, &view.excess(&improved.priced));
        let (prices, _) = self.kernel.parted(&improved.prices.rows);
        self.partner.suggest(Hint { prices, choices, ranked });
    }

    /// The open choices of each mover, cheapest first.
    fn ranked(&self, view: &View<'_>, excess: &[f64]) -> Vec<Vec<u32>> {
        let number = |choice: usize| u32::try_from(choice).unwrap_or(u32::MAX);
        let mut ranked: Vec<Vec<u32>> = (0..self.kernel.movers.len())
            .map(|mover| self.kernel.choices(mover).filter(|choice| self.remaining.has(*choice)).map(number).collect())
            .collect();
        for (index, mover) in view.open.iter().enumerate() {
            let mut places: Vec<usize> = view.of(index).collect();
            places.sort_by(|a, b| excess[*a].total_cmp(&excess[*b]).then(a.cmp(b)));
            ranked[*mover] = places.iter().map(|place| number(view.choices[*place])).collect();
        }
        ranked
    }

    /// Everything is decided: a placement, or one that breaks a row.
    fn leaf(&mut self, view: &View<'_>) {
        let prices = Prices::none(&self.kernel);
        let priced = view.price(&prices);
        let placement = view.placement(&self.remaining, &priced);
        consider(&self.kernel, &placement, &mut self.best);
        let sums = self.kernel.sums(&placement);
        if self.kernel.keeps_rows(&sums, &placement) || sums.cost >= self.cut() {
            self.close(view, &prices);
            return;
        }
        let broken = |row: &usize| {
            let (row, sum) = (&self.kernel.rows[*row], sums.rows[*row]);
            (sum - row.high).max(row.low - sum)
        };
        let Some(row) = (0..sums.rows.len()).max_by(|a, b| broken(a).total_cmp(&broken(b))) else { return };
        // A row may be broken by less than floats can tell.
        let price = ruling::ample((self.cut() - sums.cost + 1.0) / broken(&row).max(f64::EPSILON));
        let mut prices = prices;
        prices.rows[row] = if sums.rows[row] > self.kernel.rows[row].high { price } else { -price };
        self.close(view, &prices);
    }
}

impl Tree<'_> {
    fn standing<'f>(&self, work: u64, forks: &'f [Fork]) -> Standing<'f> {
        Standing { work, root_bound: self.root_bound, nodes: self.nodes, forks }
    }
}

/// Meets the partner and takes over a better best; false where the partner says stop.
fn hear(partner: &mut dyn Partner, at: Standing<'_>, best: &mut Option<Best>) -> bool {
    let Some(heard) = partner.meet(at, best.as_ref()) else { return false };
    if let Some(other) = heard.filter(|other| best.as_ref().is_none_or(|best| other.cost < best.cost)) {
        *best = Some(other);
    }
    true
}

/// How far below the cut a bound still closes its branch.
pub(crate) fn margin(kernel: &Kernel<'_>) -> f64 {
    MARGIN * (1.0 + kernel.movers.len() as f64)
}

/// Keeps a placement that keeps every row and costs less.
pub(crate) fn consider(kernel: &Kernel<'_>, placement: &[usize], best: &mut Option<Best>) {
    let sums = kernel.sums(placement);
    if kernel.keeps_rows(&sums, placement) && best.as_ref().is_none_or(|best| sums.cost < best.cost) {
        *best = Some(Best { choices: placement.to_vec(), cost: sums.cost });
    }
}

/// More than any placement costs.
pub(crate) fn most(kernel: &Kernel<'_>) -> f64 {
    let dearest = |mover| kernel.choices(mover).map(|choice| kernel.cost[choice]).fold(f64::MIN, f64::max);
    let movers: f64 = (0..kernel.movers.len()).map(dearest).sum();
    let mut reach: Vec<f64> = kernel.positions.iter().map(|position| (-position.base).max(0.0)).collect();
    for (position, value) in &kernel.touches {
        reach[*position] += (-value).max(0.0);
    }
    movers + kernel.positions.iter().zip(reach).map(|(position, short)| position.cost.max(0.0) * short).sum::<f64>()
}
