//! The annealer and the prover, each in a thread of its own, and where they meet.

mod halt;
mod meeting;
mod mover;
mod round;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::{Budget, Glimpse, Word};
use crate::anneal::Annealer;
use crate::anneal::hunt::Hunter;
use crate::dive::Diver;
use crate::kernel::Kernel;
use crate::lagrangian::Prices;
use crate::threads::joined;
use crate::tree::{Aim, Best, Length, MOST_MOVERS, Prover, Slack, Tree, have_met, progress};
use halt::Halt;
use meeting::{Answer, Meeting, Order, Reply, Report};
use mover::{Line, Mover};
use round::{LARGEST_ROUND, Round};

/// What the prover is to do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Task {
    /// Prove that no plan is better but for the slack, for as long as that is not hopeless.
    Prove { slack: Slack },
    /// Find any plan, or show that there is none.
    Find,
    /// Prove with less slack, within so many branches and without the annealer.
    Sharpen { slack: Slack, nodes: u64 },
}

/// Rounds after which a prover gives up that has no plan to compare with; the same where a plan can be hunted; and after
/// which one gives up that looks for a plan.
const ROUNDS_WITHOUT_PLAN: u64 = 30;
const ROUNDS_BEFORE_HUNT: u64 = 10;
const ROUNDS_TO_FIND: u64 = 50;
/// Seeds of those who look for any plan.
const FIRST_HUNTER: u64 = 2;
const FIRST_DIVER: u64 = 3;
/// Steps of a hunter in a round, and choices that a diver weighs, which take as long.
const STEPS_OF_HUNT: u64 = 1_000_000;
const CHOICES_OF_DIVE: u64 = 131_072;
/// The same beside an annealer, and after how many dives without a better plan the second annealer takes over.
const CHOICES_OF_GREED: u64 = 262_144;
const IDLE_DIVES: u64 = 20;
/// Rounds after which a proof is hopeless when plan and bound are still so many usual stakes apart: the tree grows
/// with that number's exponential.
const ROUNDS_APART: u64 = 66;
const FAR_APART: f64 = 1.5;
/// Moves for each mover without a better plan, two cycles, after which who makes them takes part in a long proof instead;
/// how close plan and bound have to be by then, in usual stakes, and how much of the tree has to be closed: elsewhere a better
/// plan does more for the proof than another prover.
const IDLE_MOVES: u64 = 120_000;
const CLOSE_TO_SHARE: f64 = 1.0;
const PROGRESS_TO_SHARE: f64 = 1e-3;
/// What a price list of a proof takes once that is done, and what a step takes: to be written down, checked and published; by
/// itself, and for each choice of the problem. How much of that fits in the time that is kept for the end in any case.
const TO_WRITE_A_LIST: (Duration, Duration) = (Duration::from_micros(7), Duration::from_nanos(21));
const TO_WRITE_A_STEP: (Duration, Duration) = (Duration::from_nanos(1_700), Duration::from_nanos(10));
const KEPT_TO_WRITE: Duration = Duration::from_millis(200);
/// What checking and publishing are of all that, and how many times as long as writing down they take: where that took
/// longer than it should, the machine is busy, and what follows will take longer too.
const SHARE_AFTER_WRITING: f64 = 0.75;
const TIMES_WRITING: u32 = 3;
/// A tree is as deep as it has decisions, and each takes a few hundred bytes of stack.
const STACK_BYTES: usize = 64 << 20;

/// Both searches with what they have found so far.
pub(super) struct Pair<'a> {
    kernel: &'a Kernel<'a>,
    budget: Budget,
    halt: Arc<Halt>,
    watch: &'a mut dyn FnMut(&Glimpse) -> Word,
    /// Scale and constant of the objective.
    units: (f64, f64),
    /// Nothing before it is needed.
    annealer: Option<Annealer<'a>>,
    /// Those who look for any plan, once one was missing.
    diver: Option<Diver<'a>>,
    hunter: Option<Hunter<'a>>,
    pub(super) best: Option<Best>,
    /// The cost of the best that the watch was shown.
    shown: f64,
    /// After which rounds a plan that it was told was better than its own.
    pub(super) helped: Vec<u64>,
    pub(super) rounds: u64,
    /// How many of the rounds were a hunt.
    hunted: u64,
    pub(super) nodes: u64,
    pub(super) moves: u64,
    root_bound: f64,
    /// Whether both are at the proof.
    is_shared: bool,
    is_stopped: bool,
    /// How often the budget was looked at, and which of the looks said stop.
    looks: u64,
    pub(super) cuts: Vec<u64>,
}

impl<'a> Pair<'a> {
    pub(super) fn new(
        kernel: &'a Kernel<'a>,
        budget: Budget,
        watch: &'a mut dyn FnMut(&Glimpse) -> Word,
        units: (f64, f64),
        start: Option<Best>,
    ) -> Self {
        let root_bound = f64::NEG_INFINITY;
        let (rounds, nodes, moves, is_stopped) = (0, 0, 0, false);
        let halt = Halt::new(budget.deadline, budget.halt.clone());
        Self {
            kernel,
            budget,
            halt: Arc::new(halt),
            watch,
            units,
            annealer: None,
            diver: None,
            hunter: None,
            best: start,
            shown: f64::INFINITY,
            helped: Vec::new(),
            rounds,
            hunted: 0,
            nodes,
            moves,
            root_bound,
            is_shared: false,
            is_stopped,
            looks: 0,
            cuts: Vec::new(),
        }
    }

    /// Looks whether the budget is used up, and records where it was.
    pub(super) fn is_over(&mut self) -> bool {
        self.looks_for(true, Self::is_used_up)
    }

    /// Looks whether there is no time to write down a proof of this length: it has to be checked and published as well.
    pub(super) fn is_too_late_for(&mut self, length: Length) -> bool {
        let time = self.to_write(length);
        self.looks_for(false, |pair| !pair.halt.leaves(time.saturating_sub(KEPT_TO_WRITE)))
    }

    /// The same once that is written down, which took `written`.
    pub(super) fn is_too_late_after(&mut self, length: Length, written: Duration) -> bool {
        let time = self.to_write(length).mul_f64(SHARE_AFTER_WRITING).max(TIMES_WRITING * written);
        self.looks_for(false, |pair| !pair.halt.leaves(time.saturating_sub(KEPT_TO_WRITE)))
    }

    /// What it takes to write down, check and publish a proof.
    fn to_write(&self, length: Length) -> Duration {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let each = |(alone, a_choice): (Duration, Duration)| alone + a_choice * number(self.kernel.account.len());
        each(TO_WRITE_A_LIST) * number(length.lists) + each(TO_WRITE_A_STEP) * number(length.steps)
    }

    /// A look at the budget, on record where it says that something is over. Where all is over with the last of recorded cuts,
    /// nothing goes on behind it: whoever makes up cuts of their own gets an end too.
    fn looks_for(&mut self, is_last: bool, is_over: impl FnOnce(&Self) -> bool) -> bool {
        self.looks += 1;
        let is_over = match &self.budget.cuts {
            Some(cuts) => cuts.contains(&self.looks) || is_last && cuts.last().is_some_and(|last| self.looks > *last),
            None => is_over(self),
        };
        if is_over {
            self.cuts.push(self.looks);
        }
        is_over
    }

    fn is_used_up(&self) -> bool {
        self.is_stopped || self.halt.is_now() || self.budget.rounds.is_some_and(|rounds| self.rounds >= rounds)
    }

    /// Whether a proof is out of reach: there is no plan, or it is far from the bound.
    pub(super) fn is_far_apart(&self) -> bool {
        let is_far = |best: &Best| best.cost - self.root_bound > FAR_APART;
        self.kernel.movers.len() > MOST_MOVERS || self.best.as_ref().is_none_or(is_far)
    }

    /// Runs the prover on `kernel`, which may have other costs than ours, and the annealer beside it.
    pub(super) fn run<'p>(&mut self, kernel: &Arc<Kernel<'p>>, task: Task, root: Option<Prices>) -> Tree<'p> {
        let kernel = Arc::clone(kernel);
        let (slack, nodes) = match task {
            Task::Prove { slack } => (slack, u64::MAX),
            Task::Find => (Slack { gap_rel: 0.0, constant: 0.0, grid: 0.0 }, u64::MAX),
            Task::Sharpen { slack, nodes } => (slack, nodes),
        };
        let start = if matches!(task, Task::Find) { None } else { self.best.clone() };
        let is_beside = !matches!(task, Task::Sharpen { .. }) && !self.kernel.movers.is_empty();
        let mover = is_beside.then(|| self.mover(task));
        let is_done = AtomicBool::new(false);
        let (first_round, halt) = (self.rounds, Arc::clone(&self.halt));
        let (prover_out, from_prover) = channel::<Report>();
        let (to_prover, prover_in) = channel::<Reply>();
        let (mover_out, from_mover) = channel::<Report>();
        let (to_mover, mover_in) = channel::<Order>();
        let (tree, mover) = std::thread::scope(|scope| {
            let (is_done, halt) = (&is_done, &*halt);
            let (proved, aim) = (Arc::clone(&kernel), Aim { slack, nodes });
            let prove = move || {
                let is_awaited = kernel.movers.len() > MOST_MOVERS;
                let (out, inbox) = (prover_out, prover_in);
                let mut meeting = Meeting::new(out, inbox, first_round, is_awaited);
                let tree = Prover::new(kernel, aim, &mut meeting, start).run(root);
                // Whatever the mover is at no longer matters. Said before the meeting ends, so that whoever hears of
                // its end knows why.
                is_done.store(tree.0.is_finished, Ordering::Release);
                tree
            };
            let prover = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, prove);
            let prover = prover.expect("a thread can be started");
            let known = self.kernel;
            let moving = mover.map(|mover| {
                let is_over = move || is_done.load(Ordering::Acquire) || halt.is_now();
                let go = move || {
                    let line = Line { out: &mover_out, inbox: &mover_in, is_over: &is_over };
                    mover.go(known, first_round, &line, (&proved, aim))
                };
                let moving = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, go);
                moving.expect("a thread can be started")
            });
            let (have_met, far_nodes) =
                self.lead(task, (&from_prover, &to_prover), (&from_mover, &to_mover), (moving.is_some(), is_done));
            is_done.store(true, Ordering::Release);
            drop((to_prover, to_mover));
            self.is_shared = false;
            let (mut tree, best) = joined(prover);
            let (mover, far) = moving.map_or((None, None), |moving| {
                let (mover, far) = joined(moving);
                (Some(mover), far)
            });
            if have_met {
                (tree.is_finished, tree.far) = (true, far.map(Box::new));
            }
            self.nodes += tree.nodes + far_nodes;
            self.offer(best);
            (tree, mover)
        });
        match mover {
            // How far it came in the round that was broken off depends on the clock.
            Some(_) if tree.is_finished => {}
            Some(Mover::Annealer(annealer)) => self.annealer = *annealer,
            Some(Mover::Hunter(hunter)) => self.hunter = Some(*hunter),
            None => {}
        }
        tree
    }

    /// Who is beside the prover: where any plan will do, somebody who hunts for one.
    fn mover(&mut self, task: Task) -> Mover<'a> {
        let hunter = if matches!(task, Task::Find) { self.take_hunter() } else { None };
        match hunter {
            Some(hunter) => Mover::Hunter(Box::new(hunter)),
            None => Mover::Annealer(Box::new(self.annealer.take())),
        }
    }

    /// Moves of those who are not at work.
    fn idle_moves(&self) -> u64 {
        let annealed = self.annealer.as_ref().map_or(0, |annealer| annealer.moves);
        let hunted = self.hunter.as_ref().map_or(0, |hunter| hunter.moves);
        annealed + hunted + self.diver.as_ref().map_or(0, |diver| diver.moves)
    }

    /// Round after round: hears both, tells both. The mover sits in from the second round on, since many problems are
    /// closed before. The prover is never far from its next meeting; the mover may be, so that a round in which the
    /// time ends does not count for it. Whether the two have closed everything together, and the branches that the mover
    /// has looked at.
    fn lead(
        &mut self,
        task: Task,
        prover: (&Receiver<Report>, &Sender<Reply>),
        mover: (&Receiver<Report>, &Sender<Order>),
        (has_mover, is_done): (bool, &AtomicBool),
    ) -> (bool, u64) {
        let (mut is_proving, mut is_first) = (true, true);
        let (mut is_asked, mut idle, mut far) = (false, 0, Report::default());
        loop {
            let before = self.best.as_ref().map(|best| best.cost);
            let proved = if is_proving { prover.0.recv().ok() } else { None };
            is_proving = proved.is_some();
            if is_done.load(Ordering::Acquire) && !is_proving {
                // Whether the mover has ended its round by now depends on the clock: the round does not count.
                return (false, far.nodes);
            }
            let proved = proved.unwrap_or_default();
            if !matches!(task, Task::Find) {
                self.root_bound = proved.root_bound.map_or(self.root_bound, |bound| self.root_bound.max(bound));
            }
            self.offer(proved.best);
            if self.is_over() {
                return (false, far.nodes);
            }
            let moved = if has_mover && !is_first { mover.0.recv().ok() } else { None };
            let is_moving = if is_first { has_mover } else { moved.is_some() };
            if (!is_moving && !is_proving) || self.is_over() {
                return (false, far.nodes);
            }
            is_first = false;
            if let Some(report) = moved {
                self.moves = report.moves + self.idle_moves();
                self.offer(report.best.clone());
                far = report;
            }
            self.is_shared = is_moving && !far.turns.is_empty();
            self.rounds += 1;
            self.look_up(proved.nodes + far.nodes);
            if have_met(&proved.turns, &far.turns) {
                return (true, far.nodes);
            }
            if self.is_enough(task, is_proving) || self.is_over() {
                return (false, far.nodes);
            }
            idle = if self.best.as_ref().map(|best| best.cost) == before { idle + 1 } else { 0 };
            let is_wanted = matches!(task, Task::Prove { .. }) && is_moving;
            is_asked |= is_wanted && self.is_worth_sharing(idle, progress(&proved.turns));
            let best = self.best.clone();
            let order = match proved.seed {
                Some(seed) => Order::TakePart(best.clone(), Box::new(seed)),
                None => Order::GoOn(best.clone(), proved.hint.filter(|_| !matches!(task, Task::Find))),
            };
            // A searcher that has ended does not listen any more.
            let _ = prover.1.send(Some(Answer { best, is_asked }));
            let _ = mover.1.send(order);
        }
    }

    /// Whether a proof gains more from another prover than from another plan, after so many rounds without a better one.
    fn is_worth_sharing(&self, idle: u64, progress: f64) -> bool {
        let is_idle = idle * LARGEST_ROUND.moves >= IDLE_MOVES * self.kernel.movers.len() as u64;
        let is_close = self.best.as_ref().is_some_and(|best| best.cost - self.root_bound <= CLOSE_TO_SHARE);
        is_idle && is_close && progress >= PROGRESS_TO_SHARE
    }

    /// Whether there is no use in going on with a task.
    fn is_enough(&self, task: Task, is_proving: bool) -> bool {
        let without_hunt = self.rounds - self.hunted;
        match task {
            Task::Prove { .. } => match &self.best {
                // Nothing but the root is looked at, and then two annealers do more than one.
                _ if self.kernel.movers.len() > MOST_MOVERS => !is_proving,
                None if Diver::suits(self.kernel) => without_hunt >= ROUNDS_BEFORE_HUNT,
                None => without_hunt >= ROUNDS_WITHOUT_PLAN,
                Some(_) => without_hunt >= ROUNDS_APART && self.is_far_apart(),
            },
            Task::Find => self.best.is_some() || without_hunt >= ROUNDS_TO_FIND,
            Task::Sharpen { .. } => false,
        }
    }

    /// Shows how it stands, and hears what is said to that.
    fn look_up(&mut self, nodes: u64) {
        let glimpse = self.glimpse(nodes);
        match (self.watch)(&glimpse) {
            Word::GoOn => {}
            Word::Stop => self.is_stopped = true,
            Word::Take(plan) => {
                let before = self.best.as_ref().map(|best| best.cost);
                self.offer(super::best_of(self.kernel, &plan));
                if self.best.as_ref().map(|best| best.cost) != before {
                    self.helped.push(self.rounds);
                }
            }
        }
    }

    /// Looks for a plan, until there is one or so many rounds are over, where that suits the problem: a diver in one thread, a
    /// hunter in the other.
    pub(super) fn hunt(&mut self, rounds: u64) {
        if self.best.is_some() || !Diver::suits(self.kernel) {
            return;
        }
        let (mut diver, mut hunter) = (self.take_diver(), self.take_hunter());
        let end = self.hunted.saturating_add(rounds);
        while self.best.is_none() && self.hunted < end && !self.is_over() {
            let halt = &*self.halt;
            std::thread::scope(|scope| {
                let other = scope.spawn(|| diver.run(CHOICES_OF_DIVE, &|| halt.is_now()));
                hunter.iter_mut().for_each(|hunter| hunter.run(STEPS_OF_HUNT, &|| halt.is_now()));
                joined(other);
            });
            if self.halt.is_now() {
                self.cuts.push(self.looks);
                break;
            }
            self.moves = self.idle_moves() + diver.moves + hunter.as_ref().map_or(0, |hunter| hunter.moves);
            let found = hunter.iter().map(|hunter| hunter.best.clone()).chain([diver.best.clone()]);
            found.for_each(|best| self.offer(best));
            (self.rounds, self.hunted) = (self.rounds + 1, self.hunted + 1);
            self.look_up(0);
        }
        (self.diver, self.hunter) = (Some(diver), hunter);
    }

    /// Who places all trades anew again and again.
    fn take_diver(&mut self) -> Diver<'a> {
        self.diver.take().unwrap_or_else(|| Diver::new(self.kernel, FIRST_DIVER))
    }

    /// Who moves trades about where any plan will do, if that suits the problem.
    fn take_hunter(&mut self) -> Option<Hunter<'a>> {
        let new = || Hunter::suits(self.kernel).then(|| Hunter::new(self.kernel, FIRST_HUNTER));
        self.hunter.take().or_else(new)
    }

    /// Goes on without a prover, until the budget is used up or the best meets the bound: an annealer in one thread; in the
    /// other a diver, where a plan had to be hunted and as long as it finds better ones now and then, or a second annealer.
    pub(super) fn anneal(&mut self, slack: Slack) {
        if self.kernel.movers.is_empty() {
            return;
        }
        let mut first = self.annealer.take().unwrap_or_else(|| annealer(self.kernel, self.best.as_ref()));
        first.is_waiting = false;
        let mut second = first.sibling();
        let mut diver = self.diver.take();
        let mut last_dive = diver.as_ref().map_or(0, |diver| diver.dives + IDLE_DIVES);
        let meets = |best: &Best, bound: f64| best.cost - slack.of(best.cost) <= bound;
        while !self.is_over() && !self.best.as_ref().is_some_and(|best| meets(best, self.root_bound)) {
            let moves = Round::number(self.rounds, self.kernel.movers.len()).moves;
            let halt = &*self.halt;
            let diving = diver.as_mut().filter(|diver| diver.dives < last_dive);
            std::thread::scope(|scope| {
                let other = scope.spawn(|| match diving {
                    Some(diver) => diver.improve(CHOICES_OF_GREED, &|| halt.is_now()),
                    None => second.run(moves, &|| halt.is_now()),
                });
                first.run(moves, &|| halt.is_now());
                joined(other);
            });
            if self.halt.is_now() {
                self.cuts.push(self.looks);
                break;
            }
            self.moves = first.moves + second.moves + self.idle_moves() + diver.as_ref().map_or(0, |diver| diver.moves);
            self.offer(first.best.clone());
            self.offer(second.best.clone());
            let before = self.best.as_ref().map(|best| best.cost);
            if let Some(diver) = &diver {
                self.offer(diver.best.clone());
                if self.best.as_ref().map(|best| best.cost) != before {
                    last_dive = diver.dives + IDLE_DIVES;
                }
            }
            if let Some(best) = &self.best {
                first.take(best);
                second.take(best);
            }
            self.rounds += 1;
            self.look_up(0);
        }
        self.annealer = Some(first);
    }

    /// Keeps a placement that is better by our own costs.
    fn offer(&mut self, best: Option<Best>) {
        let Some(mut best) = best else { return };
        best.cost = self.kernel.sums(&best.choices).cost;
        if self.best.as_ref().is_none_or(|known| best.cost < known.cost) {
            self.best = Some(best);
        }
    }

    fn glimpse(&mut self, nodes: u64) -> Glimpse {
        let in_units = |cost: f64| (self.units.1 - cost) * self.units.0;
        let better = self.best.as_ref().filter(|best| best.cost < self.shown);
        let plan = better.map(|best| self.kernel.plan(&best.choices));
        self.shown = self.best.as_ref().map_or(self.shown, |best| best.cost);
        Glimpse {
            best: self.best.as_ref().map(|best| in_units(best.cost)),
            plan,
            bound: self.root_bound.is_finite().then(|| in_units(self.root_bound)),
            rounds: self.rounds,
            nodes: self.nodes + nodes,
            moves: self.moves,
            is_shared: self.is_shared,
        }
    }
}

/// An annealer that begins from the best placement there is.
fn annealer<'a>(kernel: &'a Kernel<'a>, best: Option<&Best>) -> Annealer<'a> {
    let mut annealer = Annealer::new(kernel, 1, best.map(|best| &best.choices[..]));
    best.into_iter().for_each(|best| annealer.take(best));
    annealer
}
