//! The depth-first proof: branches are closed by their Lagrangian bound, choices by their reduced cost.
//!
//! In each branch the prices are improved a little. A branch whose bound reaches the cut has nothing better to offer;
//! a choice whose forced bound reaches it is closed for the whole branch. Then the mover that is most torn between two
//! accounts, and matters most to the priced rows, is booked at the account it favours, and after that elsewhere.
//! After Posta, Ferland, Michelon 2012, with the rows relaxed in place of the assignment.
//!
//! Every closing is recorded with its prices, so that the tree can be checked without trust in this code.

use crate::anneal::Hint;
use crate::kernel::Kernel;
use crate::knapsack;
use crate::lagrangian::{
    AT_FIRST, AT_ROOT, AT_ROOT_OF_MANY, IN_BRANCH, Improved, Priced, Prices, Schedule, View, improve,
};
use crate::remaining::Remaining;

/// A placement of the movers that keeps every row, in floats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Best {
    /// One choice for each mover.
    pub(crate) choices: Vec<usize>,
    /// In scaled units.
    pub(crate) cost: f64,
}

/// A step of the proof, depth first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The prices of this list close the branch.
    Leaf(usize),
    /// They close a choice; the branch goes on without it.
    Close { choice: usize, list: usize },
    /// Two branches: this choice, and every other one of its mover.
    Branch(usize),
}

/// What is believed of a tree when it is cut short or done.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// Price lists that steps refer to.
    pub(crate) lists: Vec<Prices>,
    /// The steps so far; a whole proof only if the tree was finished.
    pub(crate) steps: Vec<Step>,
    /// Whether nothing is left open.
    pub(crate) is_finished: bool,
    /// What no placement costs less than, by the root's prices.
    pub(crate) root_bound: f64,
    pub(crate) root: Prices,
    pub(crate) nodes: u64,
    /// A whole tree for less than the best: its lists and steps show that nothing costs less than `root_bound`.
    pub(crate) shown: Option<(Vec<Prices>, Vec<Step>)>,
}

/// How far below the cut a bound still closes its branch, for each mover: differences of floats that mean nothing.
const MARGIN: f64 = 1e-10;
/// Steps after which a proof is too long to be written down, and to be checked in a few seconds.
pub(crate) const MOST_STEPS: usize = 40_000;
/// Branches that easy problems do not take: after so many, another relaxation may be worth its time.
const BEFORE_KNAPSACKS: u64 = 300;
/// What a pricing costs besides its choices, in choices.
const PRICING: usize = 20;
/// A branch is priced again when it lost at least one choice for so many of its movers.
const WORTH_ANOTHER: usize = 10;
const MOST_ROUNDS: usize = 4;
/// With more movers than this a pricing takes long enough to be patient with fewer of them.
const MANY: usize = 1_000;
/// More movers than this are not branched on: the tree would not end.
pub(crate) const MOST_MOVERS: usize = 3_000;

/// What the tree asks of whoever runs it, now and then: here is my best; what is the best of all, may I go on?
pub(crate) trait Partner {
    /// Reports work done and the best so far; returns the best of everybody, or nothing to stop.
    fn meet(&mut self, at: Standing, best: Option<&Best>) -> Option<Option<Best>>;

    /// Prices of the root, with the placement that they favour.
    fn suggest(&mut self, hint: Hint);
}

/// Where the tree is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    /// Choices priced since the last meeting asked for.
    pub(crate) work: u64,
    pub(crate) root_bound: f64,
    pub(crate) nodes: u64,
    /// Whether knapsacks are at work, which others do not have: nobody else is nearer to a proof.
    pub(crate) has_knapsacks: bool,
}

/// The distance below the best that is not worth looking at, in scaled units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Slack {
    /// A gap relative to the whole objective.
    pub(crate) gap_rel: f64,
    /// The objective before any decision.
    pub(crate) constant: f64,
    /// The step between values that the objective can have.
    pub(crate) grid: f64,
}

impl Slack {
    /// For a best that costs `cost`; a little less than the gap or the step, so that rounding cannot pass them.
    pub(crate) fn of(self, cost: f64) -> f64 {
        (0.999 * self.gap_rel * (self.constant - cost).abs()).max(0.99 * self.grid)
    }

    /// How much better a plan may still be when everything is closed: nothing within a step.
    pub(crate) fn left(self, cost: f64) -> f64 {
        let slack = self.of(cost);
        if slack < self.grid { 0.0 } else { slack }
    }

    /// Without the gap.
    pub(crate) fn sharp(self) -> Self {
        Self { gap_rel: 0.0, ..self }
    }
}

/// What to prove: no placement costs less than the best by more than the slack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aim {
    pub(crate) slack: Slack,
    /// Branches after which to give up.
    pub(crate) nodes: u64,
}

/// The search for a proof, and for placements on the way.
pub(crate) struct Prover<'a> {
    kernel: &'a Kernel<'a>,
    aim: Aim,
    partner: &'a mut dyn Partner,
    remaining: Remaining,
    pub(crate) best: Option<Best>,
    tree: Tree,
    is_stopped: bool,
    /// Whether the search with knapsacks has closed everything.
    is_done_elsewhere: bool,
    /// A cost that no placement has, where there is none to compare with.
    beyond: f64,
}

impl<'a> Prover<'a> {
    pub(crate) fn new(kernel: &'a Kernel<'a>, aim: Aim, partner: &'a mut dyn Partner, best: Option<Best>) -> Self {
        let root = Prices::none(kernel);
        let tree = Tree {
            lists: Vec::new(),
            steps: Vec::new(),
            is_finished: false,
            root_bound: f64::NEG_INFINITY,
            root,
            nodes: 0,
            shown: None,
        };
        let beyond = 1.0 + most(kernel);
        let (remaining, is_stopped, is_done_elsewhere) = (Remaining::all(kernel), false, false);
        Self { kernel, aim, partner, remaining, best, tree, is_stopped, is_done_elsewhere, beyond }
    }

    /// Runs until everything is closed, the work is used up or the partner says stop.
    pub(crate) fn run(mut self, start: Option<Prices>) -> (Tree, Option<Best>) {
        let is_first = start.is_none();
        let mut prices = start.unwrap_or_else(|| Prices::none(self.kernel));
        let many = self.kernel.movers.len() > MANY;
        let schedule = match () {
            () if !is_first => Schedule { iterations: 50, ..AT_ROOT },
            () if many => AT_ROOT_OF_MANY,
            () => AT_ROOT,
        };
        if is_first
            && many
            && let Some(view) = View::new(self.kernel, &self.remaining)
        {
            // The partner can start from rough prices long before they are good.
            let improved = self.improve(&view, prices, AT_FIRST);
            self.suggest(&view, &improved);
            prices = improved.prices;
        }
        if prices.kept.is_some() {
            self.tree.root = prices;
            self.is_stopped |= !self.hand_over();
        } else {
            self.branch(prices, schedule, 0);
        }
        self.tree.is_finished = !self.is_stopped || self.is_done_elsewhere;
        (self.tree, self.best)
    }

    /// The cost at which a bound closes its branch, before the margin.
    fn cut(&self) -> f64 {
        self.best.as_ref().map_or(self.beyond, |best| best.cost - self.aim.slack.of(best.cost))
    }

    fn margin(&self) -> f64 {
        margin(self.kernel)
    }

    /// Searches a branch; whatever it closes is open again afterwards.
    fn branch(&mut self, prices: Prices, schedule: Schedule, depth: usize) {
        let mark = self.remaining.mark();
        if let Some((prices, choice)) = self.bound(prices, schedule, depth) {
            self.step(Step::Branch(choice));
            let inner = self.remaining.mark();
            let others = self.kernel.choices(self.kernel.mover[choice]).filter(|other| *other != choice);
            for other in others.collect::<Vec<_>>() {
                if self.remaining.has(other) {
                    self.remaining.close(self.kernel, other);
                }
            }
            self.branch(prices.clone(), IN_BRANCH, depth + 1);
            self.remaining.undo(self.kernel, inner);
            if !self.is_stopped {
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
        if self.tree.nodes > self.aim.nodes {
            self.is_stopped = true;
        }
        if self.tree.nodes == BEFORE_KNAPSACKS && self.hand_over() {
            return None;
        }
        for round in 1.. {
            if self.is_stopped {
                return None;
            }
            let view = View::new(self.kernel, &self.remaining)?;
            if view.open.is_empty() {
                self.leaf(&view);
                return None;
            }
            let improved = self.improve(&view, prices, schedule);
            if depth == 0 && improved.priced.value > self.tree.root_bound {
                self.tree.root_bound = improved.priced.value;
                self.tree.root = improved.prices.clone();
                self.suggest(&view, &improved);
            }
            let limit = self.cut() - self.margin();
            if improved.priced.value >= limit {
                self.close(&improved.prices);
                return None;
            }
            let closed = self.narrow(&view, &improved, limit);
            prices = improved.prices;
            let is_worth_it = closed * WORTH_ANOTHER > view.open.len() && round < MOST_ROUNDS;
            if closed == 0 || !is_worth_it {
                if depth == 0 && self.kernel.movers.len() > MOST_MOVERS {
                    self.is_stopped = true;
                    return None;
                }
                return match self.torn(&view, &improved.lately, &prices) {
                    Some(choice) => Some((prices, choice)),
                    None => self.bound(prices, IN_BRANCH, depth + 1),
                };
            }
        }
        None
    }

    /// Hands the tree over to the search with knapsacks, where those bound better; says whether it did.
    fn hand_over(&mut self) -> bool {
        let Self { kernel, aim, partner, best, tree, .. } = self;
        let Some(is_finished) = knapsack::take_over((*kernel, *aim, self.beyond), *partner, best, tree) else {
            return false;
        };
        (self.is_stopped, self.is_done_elsewhere) = (true, is_finished);
        true
    }

    fn improve(&mut self, view: &View<'_>, prices: Prices, schedule: Schedule) -> Improved {
        let target = self.best.as_ref().map(|best| best.cost);
        let enough = self.cut() - self.margin();
        let work = (view.choices.len() + PRICING) as u64;
        let (root_bound, nodes) = (self.tree.root_bound, self.tree.nodes);
        let at = Standing { work, root_bound, nodes, has_knapsacks: false };
        let Self { kernel, remaining, best, partner, is_stopped, .. } = self;
        let mut look = |priced: &Priced| {
            if priced.keeps_rows(kernel) && best.as_ref().is_none_or(|best| priced.value < best.cost) {
                consider(kernel, &view.placement(remaining, priced), best);
            }
            match partner.meet(at, best.as_ref()) {
                None => *is_stopped = true,
                Some(Some(other)) if best.as_ref().is_none_or(|best| other.cost < best.cost) => *best = Some(other),
                Some(_) => {}
            }
            !*is_stopped
        };
        improve(view, prices, (target, enough), schedule, &mut look)
    }

    /// Tells the partner what the root's prices favour.
    fn suggest(&mut self, view: &View<'_>, improved: &Improved) {
        let mut choices = view.placement(&self.remaining, &improved.priced);
        for (index, mover) in view.open.iter().enumerate() {
            let favoured = view.of(index).max_by(|a, b| improved.lately[*a].total_cmp(&improved.lately[*b]));
            choices[*mover] = favoured.map_or(choices[*mover], |place| view.choices[place]);
        }
        let ranked = self.ranked(view, &improved.priced);
        self.partner.suggest(Hint { prices: improved.prices.rows.clone(), choices, ranked });
    }

    /// The open choices of each mover, cheapest first.
    fn ranked(&self, view: &View<'_>, priced: &Priced) -> Vec<Vec<u32>> {
        let number = |choice: usize| u32::try_from(choice).unwrap_or(u32::MAX);
        let mut ranked: Vec<Vec<u32>> = (0..self.kernel.movers.len())
            .map(|mover| self.kernel.choices(mover).filter(|choice| self.remaining.has(*choice)).map(number).collect())
            .collect();
        for (index, mover) in view.open.iter().enumerate() {
            let mut places: Vec<usize> = view.of(index).collect();
            places.sort_by(|a, b| priced.reduced[*a].total_cmp(&priced.reduced[*b]).then(a.cmp(b)));
            ranked[*mover] = places.iter().map(|place| number(view.choices[*place])).collect();
        }
        ranked
    }

    /// Everything is decided: a placement, or one that breaks a row.
    fn leaf(&mut self, view: &View<'_>) {
        let prices = Prices::none(self.kernel);
        let priced = view.price(&prices);
        let placement = view.placement(&self.remaining, &priced);
        consider(self.kernel, &placement, &mut self.best);
        let sums = self.kernel.sums(&placement);
        if self.kernel.keeps_rows(&sums, &placement) || sums.cost >= self.cut() {
            self.close(&prices);
            return;
        }
        let broken = |row: &usize| {
            let (row, sum) = (&self.kernel.rows[*row], sums.rows[*row]);
            (sum - row.high).max(row.low - sum)
        };
        let Some(row) = (0..sums.rows.len()).max_by(|a, b| broken(a).total_cmp(&broken(b))) else { return };
        let price = (self.cut() - sums.cost + 1.0) / broken(&row);
        let mut prices = prices;
        prices.rows[row] = if sums.rows[row] > self.kernel.rows[row].high { price } else { -price };
        self.close(&prices);
    }

    /// Closes the choices whose forced bound reaches the limit; returns how many.
    fn narrow(&mut self, view: &View<'_>, improved: &Improved, limit: f64) -> usize {
        let priced = &improved.priced;
        let mut closed = 0;
        for index in 0..view.open.len() {
            let least = priced.reduced[priced.cheapest[index]];
            for place in view.of(index) {
                if priced.value + (priced.reduced[place] - least) >= limit && place != priced.cheapest[index] {
                    if closed == 0 {
                        self.keep(&improved.prices);
                    }
                    self.remaining.close(self.kernel, view.choices[place]);
                    self.step(Step::Close {
                        choice: view.choices[place],
                        list: self.tree.lists.len().saturating_sub(1),
                    });
                    closed += 1;
                }
            }
        }
        closed
    }

    /// The choice to branch on: of the mover that is most torn between two accounts, weighted by what it means to
    /// rows with a price.
    fn torn(&self, view: &View<'_>, lately: &[f32], prices: &Prices) -> Option<usize> {
        let mut pick: Option<(f64, usize)> = None;
        for index in 0..view.open.len() {
            let open = view.of(index).filter(|place| self.remaining.has(view.choices[*place]));
            let (mut first, mut second) = ((-1.0_f32, usize::MAX), (-1.0_f32, usize::MAX));
            for place in open {
                let often = lately[place];
                if often > first.0 {
                    second = first;
                    first = (often, view.choices[place]);
                } else if often > second.0 {
                    second = (often, view.choices[place]);
                }
            }
            if second.1 == usize::MAX {
                continue;
            }
            let weight = self.weight(first.1, prices) + self.weight(second.1, prices) + 1e-6;
            let score = (f64::from(1.0 - first.0).min(0.5) + 0.05) * weight;
            if pick.is_none_or(|(best, _)| score > best) {
                pick = Some((score, first.1));
            }
        }
        pick.map(|(_, choice)| choice)
    }

    /// What a choice moves in rows that have a price.
    fn weight(&self, choice: usize, prices: &Prices) -> f64 {
        let rows = self.kernel.block(self.kernel.account[choice]).chain(self.kernel.shared());
        let (own, shared) = self.kernel.coefficients(choice);
        let sided = |(position, value): &(usize, f64)| (self.kernel.positions[*position].cost * value).abs();
        rows.zip(own.iter().chain(shared)).map(|(row, c)| (prices.rows[row] * c).abs()).sum::<f64>()
            + self.kernel.touches(choice).iter().map(sided).sum::<f64>()
    }

    /// Closes the branch.
    fn close(&mut self, prices: &Prices) {
        self.keep(prices);
        self.step(Step::Leaf(self.tree.lists.len().saturating_sub(1)));
    }

    /// Keeps a list of prices for the steps that follow.
    fn keep(&mut self, prices: &Prices) {
        if self.tree.steps.len() < MOST_STEPS {
            self.tree.lists.push(prices.clone());
        }
    }

    fn step(&mut self, step: Step) {
        if self.tree.steps.len() < MOST_STEPS {
            self.tree.steps.push(step);
        }
    }
}

impl Tree {
    /// Whether the steps are the whole proof.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_finished && self.steps.len() < MOST_STEPS
    }
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
