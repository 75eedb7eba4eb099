//! The depth-first proof with knapsacks: as in `tree`, with marginal values of the knapsacks in place of reduced costs.

use std::sync::Arc;

use super::improve::{AT_ROOT, IN_BRANCH, Improved, improve};
use super::kept::KeptRows;
use super::relaxed::{Filled, Sacks, Scratch};
use crate::kernel::Kernel;
use crate::lagrangian::{Prices, Schedule};
use crate::remaining::Remaining;
use crate::tree::{Aim, Best, MOST_STEPS, Partner, Standing, Step, Tree, consider, margin};

pub(crate) struct KnapsackProver<'a> {
    kernel: &'a Kernel<'a>,
    kept: Arc<KeptRows>,
    aim: Aim,
    partner: &'a mut dyn Partner,
    remaining: Remaining,
    best: Option<Best>,
    tree: Tree,
    is_stopped: bool,
    /// The cost that is tried to be beaten, where that is less than the best.
    tried: f64,
    scratch: Scratch,
    t: [f64; 4],
}

fn env(name: &str, or: f64) -> f64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(or)
}

/// Goes on from the prices of the other relaxation where keeping rows bounds better; hands the tree back if not.
pub(crate) fn take_over<'a>(
    kernel: &'a Kernel<'a>,
    aim: Aim,
    partner: &'a mut dyn Partner,
    best: Option<Best>,
    tree: Tree,
) -> Result<(Tree, Option<Best>), (Tree, Option<Best>)> {
    let Some(kept) = KeptRows::of(kernel, &tree.root) else { return Err((tree, best)) };
    let mut prices = tree.root.clone();
    let kept = Arc::new(kept);
    prices.movers = starting(kernel, &tree.root);
    for row in kept.rows.iter().flatten() {
        prices.rows[row.row] = 0.0;
    }
    prices.kept = Some(kept.clone());
    let remaining = Remaining::all(kernel);
    let mut prover = KnapsackProver {
        kernel,
        kept,
        aim,
        partner,
        remaining,
        best,
        tree,
        is_stopped: false,
        tried: f64::INFINITY,
        scratch: Scratch::default(),
        t: [env("T0", 0.0), env("T1", 0.1), env("T2", 0.0), env("T3", 12.0)],
    };
    prover.run(prices);
    Ok((prover.tree, prover.best))
}

/// `u`: what each mover costs at its cheapest choice.
fn starting(kernel: &Kernel<'_>, prices: &Prices) -> Vec<f64> {
    let Some(view) = crate::lagrangian::View::new(kernel, &Remaining::all(kernel)) else { return Vec::new() };
    let priced = view.price(prices);
    priced.cheapest.iter().map(|place| priced.reduced[*place]).collect()
}

impl KnapsackProver<'_> {
    fn run(&mut self, mut prices: Prices) {
        let mut schedule = AT_ROOT;
        let step = self.aim.slack;
        let mut leap = f64::NAN;
        loop {
            self.tree.lists.clear();
            self.tree.steps.clear();
            let n0 = self.tree.nodes;
            self.branch(prices.clone(), schedule, 0);
            eprintln!("tried {:.4} root {:.5} best {:?} nodes {} {:?} left {}", self.tried*self.kernel.cost_scale, self.tree.root_bound*self.kernel.cost_scale, self.best.as_ref().map(|b|b.cost*self.kernel.cost_scale), self.tree.nodes-n0, self.is_stopped, self.tree.steps.len());
            if self.is_stopped {
                return;
            }
            let Some(best) = self.best.as_ref().map(|b| b.cost) else { return };
            if self.tried >= best {
                self.tree.is_finished = true;
                return;
            }
            // no placement below the cut
            let cut = self.cut();
            self.tree.root_bound = self.tree.root_bound.max(cut);
            prices = self.tree.root.clone();
            schedule = Schedule { iterations: 50, ..AT_ROOT };
            if leap.is_nan() {
                leap = ((best - self.tree.root_bound) / 16.0).max(step.of(best));
            }
            self.tried = self.lattice(best, self.tree.root_bound + leap);
            leap *= 1.5;
        }
    }

    /// The least cost above `from` that a placement can have.
    fn lattice(&self, best: f64, at: f64) -> f64 {
        let grid = self.aim.slack.grid;
        best - ((best - at) / grid + 1e-6).floor() * grid
    }

    fn cut(&self) -> f64 {
        let best = self.best.as_ref().map_or(f64::INFINITY, |best| best.cost).min(self.tried);
        best - self.aim.slack.of(best)
    }

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
            let s = Schedule { iterations: self.t[3] as usize, ..IN_BRANCH };
            self.branch(prices.clone(), s, depth + 1);
            self.remaining.undo(self.kernel, inner);
            if !self.is_stopped {
                self.remaining.close(self.kernel, choice);
                self.branch(prices, s, depth + 1);
            }
        }
        self.remaining.undo(self.kernel, mark);
    }

    fn bound(&mut self, mut prices: Prices, schedule: Schedule, depth: usize) -> Option<(Prices, usize)> {
        self.tree.nodes += 1;
        if self.tree.nodes > self.aim.nodes {
            self.is_stopped = true;
        }
        let kept = self.kept.clone();
        for round in 1.. {
            if self.is_stopped {
                return None;
            }
            let sacks = Sacks::new(self.kernel, &kept, &self.remaining)?;
            if !sacks.has_room() {
                self.close(&prices);
                return None;
            }
            if sacks.view.open.is_empty() {
                self.leaf(&sacks, &prices);
                return None;
            }
            let schedule = if round == 1 { schedule } else { IN_BRANCH };
            let improved = self.improve(&sacks, prices, schedule);
            if self.is_stopped {
                return None;
            }
            if depth == 0 && improved.filled.value > self.tree.root_bound {
                self.tree.root_bound = improved.filled.value;
                self.tree.root = improved.prices.clone();
            }
            if depth == 0 && self.tried.is_infinite() {
                eprintln!("root {:.5} best {:?}", improved.filled.value * self.kernel.cost_scale, self.best.as_ref().map(|b| b.cost * self.kernel.cost_scale));
                self.tried = self.tree.root_bound;
                if let Some(best) = &self.best {
                    self.tried = self.lattice(best.cost, self.tree.root_bound) + self.aim.slack.grid;
                }
            }
            let limit = self.cut() - margin(self.kernel);
            if improved.filled.value >= limit {
                self.close(&improved.prices);
                return None;
            }
            let (filled, here) = sacks.force(&improved.prices, &improved.prices.movers, &mut self.scratch);
            let mut closed = 0;
            for (place, loss) in here.iter().enumerate() {
                if filled.value + loss >= limit {
                    if closed == 0 {
                        self.keep(&improved.prices);
                    }
                    let choice = sacks.view.choices[place];
                    if self.remaining.left(self.kernel.mover[choice]) == 1 {
                        // last: this node is closed
                        self.step(Step::Leaf(self.tree.lists.len().saturating_sub(1)));
                        return None;
                    }
                    self.remaining.close(self.kernel, choice);
                    self.step(Step::Close { choice, list: self.tree.lists.len().saturating_sub(1) });
                    closed += 1;
                }
            }
            if depth == 0 {
                eprintln!("closed {closed} of {} open movers {}", here.len(), sacks.view.open.len());
            }
            prices = improved.prices.clone();
            if closed * 10 > sacks.view.open.len() && round < 4 {
                continue;
            }
            return match self.torn(&sacks, &improved, &here) {
                Some(choice) => Some((prices, choice)),
                None => continue,
            };
        }
        None
    }

    fn improve(&mut self, sacks: &Sacks<'_>, prices: Prices, schedule: Schedule) -> Improved {
        let cut = self.cut();
        let target = if cut.is_finite() { cut - margin(self.kernel) } else { self.tree.root_bound + 1.0 };
        let (root_bound, nodes) = (self.tree.root_bound, self.tree.nodes);
        let Self { kernel, kept, remaining, best, partner, is_stopped, scratch, .. } = self;
        let mut look = |filled: &Filled, work: u64| {
            if filled.count.iter().all(|count| *count == 1) {
                let mut next = 0;
                let placement: Vec<usize> = (0..kernel.movers.len())
                    .map(|mover| {
                        if sacks.view.open.get(next) == Some(&mover) {
                            next += 1;
                            let place = sacks.view.of(next - 1).find(|place| filled.taken[*place]);
                            return place.map_or(kernel.first_choice[mover], |place| sacks.view.choices[place]);
                        }
                        kernel.choices(mover).find(|c| remaining.has(*c)).unwrap_or(kernel.first_choice[mover])
                    })
                    .collect();
                consider(kernel, &placement, best);
            }
            let at = Standing { work: work / 8 + 20, root_bound, nodes };
            match partner.meet(at, best.as_ref()) {
                None => *is_stopped = true,
                Some(Some(other)) if best.as_ref().is_none_or(|best| other.cost < best.cost) => *best = Some(other),
                Some(_) => {}
            }
            !*is_stopped
        };
        improve((kernel, kept), sacks, prices, target, schedule, (scratch, &mut look))
    }

    /// Everything is decided: a placement, or one that breaks a row.
    fn leaf(&mut self, sacks: &Sacks<'_>, prices: &Prices) {
        let placement: Vec<usize> = (0..self.kernel.movers.len())
            .map(|mover| self.kernel.choices(mover).find(|c| self.remaining.has(*c)).unwrap_or(0))
            .collect();
        let _ = sacks;
        consider(self.kernel, &placement, &mut self.best);
        self.close(prices);
    }

    fn torn(&self, sacks: &Sacks<'_>, improved: &Improved, here: &[f64]) -> Option<usize> {
        let mut pick: Option<(f64, usize)> = None;
        for index in 0..sacks.view.open.len() {
            let open = sacks.view.of(index).filter(|place| self.remaining.has(sacks.view.choices[*place]));
            let (mut first, mut second) = ((f64::INFINITY, usize::MAX), (f64::INFINITY, usize::MAX));
            let (mut torn, mut total) = (0.0_f32, 0.0_f32);
            for place in open {
                // cheaper first
                let often = improved.lately[place];
                torn += often * (1.0 - often.min(1.0));
                total += often;
                let loss = here[place] - self.t[0] * f64::from(often);
                if loss < first.0 {
                    second = first;
                    first = (loss, place);
                } else if loss < second.0 {
                    second = (loss, place);
                }
            }
            let _ = total;
            if second.1 == usize::MAX {
                continue;
            }
            let score = (here[second.1] + self.t[1]) * (here[first.1] + self.t[1]) + self.t[2] * f64::from(torn);
            if pick.is_none_or(|(best, _)| score > best) {
                pick = Some((score, sacks.view.choices[first.1]));
            }
        }
        pick.map(|(_, choice)| choice)
    }

    fn close(&mut self, prices: &Prices) {
        self.keep(prices);
        self.step(Step::Leaf(self.tree.lists.len().saturating_sub(1)));
    }

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
