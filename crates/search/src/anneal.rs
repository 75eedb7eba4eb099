//! Local search by simulated annealing: trades move to another account or change places, at a falling temperature.
//!
//! `energy = weight · cost + Σ excess of rows`, a row's excess in what a mover usually moves it by. A cycle starts hot
//! enough to move the largest trades, or from the last placement at a temperature that keeps them, and ends where next
//! to nothing is accepted. The weight of the cost follows success: more after a cycle that found placements which keep
//! every row, less after one that did not. A move is given up as soon as the rows looked at so far rule it out.
//! Steps are counted, never timed.

mod state;

use crate::kernel::Kernel;
use crate::random::Random;
use crate::tree::Best;
use state::{Move, State};

/// Temperatures of a cycle, in units of excess.
const HOT: f32 = 4.0;
const WARM: f32 = 0.33;
const COLD: f32 = 0.017;
/// With more movers than this, what the prices suggest is nearly right for nearly all of them.
const MANY: usize = 1_000;
const WARM_OF_MANY: f32 = 0.1;
const MOVES_IN_LINE: usize = 4;
const STEPS_FIRST_OF_MANY: u64 = 200;
/// Steps of a first cycle, for each mover; each of the next ones takes twice as many, up to the most.
const STEPS_FIRST: u64 = 2_000;
const STEPS_MOST: u64 = 60_000;
/// A cycle that starts anew follows so many that went on without a better placement.
const PATIENCE: u32 = 8;
/// What breaking a row costs besides its excess, in units of its price.
const PENALTY: f64 = 1.5;
/// What a unit of cost weighs in the first cycle from a hint.
const HINTED: f32 = 1.1;
/// How often the sums are taken anew, and the temperature falls.
const STRETCH: u64 = 4_096;
const STRETCHES_BETWEEN_SUMS: u64 = 64;
/// Of all moves, so many in 256 exchange two trades; of those, and of the others, so many favour small changes.
const EXCHANGES: usize = 160;
const SMALL: usize = 128;
/// Sums below this count as no excess: the exact sums decide.
const NEARLY_NONE: f32 = 5e-4;

/// A local search that can be run piece by piece.
pub(crate) struct Annealer<'a> {
    kernel: &'a Kernel<'a>,
    state: State,
    random: Random,
    /// Movers by the size of what they move, smallest first.
    by_size: Vec<usize>,
    /// For each mover others like it, the most alike first.
    alike: Vec<Vec<u32>>,
    pub(crate) best: Option<Best>,
    /// Prices that make a good bound, and the placement that they suggest.
    hint: Option<Hint>,
    /// What a unit of cost weighs against a unit of excess.
    weight: f32,
    temperature: f32,
    cycle: Cycle,
    cycles: u32,
    in_line: usize,
    /// Whether the weight was raised last, and how often that changed.
    is_rising: bool,
    turns: u32,
    pub(crate) moves: u64,
}

/// What the prover knows about the problem as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hint {
    /// `λ` by row.
    pub(crate) prices: Vec<f64>,
    /// One choice for each mover; it may break rows a little.
    pub(crate) choices: Vec<usize>,
    /// The choices of each mover that are still open, cheapest at these prices first.
    pub(crate) ranked: Vec<Vec<u32>>,
}

/// Where a cycle is.
#[derive(Debug, Clone, Copy, Default)]
struct Cycle {
    steps: u64,
    done: u64,
    from: f32,
    has_kept_rows: bool,
    has_improved: bool,
    without_progress: u32,
}

/// At most so many others are remembered as alike.
const MOST_ALIKE: usize = 64;

impl<'a> Annealer<'a> {
    /// From a placement if there is one, else from a random one.
    pub(crate) fn new(kernel: &'a Kernel<'a>, seed: u64, start: Option<&[usize]>) -> Self {
        let mut random = Random::new(seed);
        let placement = start.map_or_else(|| anywhere(kernel, &mut random), <[usize]>::to_vec);
        let mut annealer = Self {
            kernel,
            state: State::new(kernel, &placement, &vec![1.0; kernel.rows.len()]),
            hint: None,
            random,
            by_size: by_size(kernel),
            alike: alike(kernel),
            best: None,
            weight: 0.28,
            temperature: HOT,
            cycle: Cycle::default(),
            cycles: 0,
            in_line: 0,
            is_rising: true,
            turns: 0,
            moves: 0,
        };
        annealer.begin(if start.is_some() { WARM } else { HOT });
        annealer
    }

    /// Another annealer of the same problem that knows the same and goes other ways.
    pub(crate) fn sibling(&self) -> Self {
        let mut random = Random::new(2);
        let placement = anywhere(self.kernel, &mut random);
        let (by_size, alike, hint, best) =
            (self.by_size.clone(), self.alike.clone(), self.hint.clone(), self.best.clone());
        let state = State::new(self.kernel, &placement, &self.penalties());
        let mut other = Self { state, random, by_size, alike, hint, best, moves: 0, cycles: self.cycles, ..*self };
        if let Some(best) = &other.best {
            other.state.go_to(other.kernel, &best.choices);
        }
        other.begin(if other.best.is_some() { other.warm() } else { HOT });
        other
    }

    /// How many trades have a choice.
    pub(crate) fn movers(&self) -> usize {
        self.kernel.movers.len()
    }

    /// Makes at least `steps` moves, to the end of a stretch. `is_over` is asked between stretches.
    pub(crate) fn run(&mut self, steps: u64, is_over: &dyn Fn() -> bool) {
        let end = self.moves + steps;
        while self.moves < end && !is_over() {
            if self.cycle.done >= self.cycle.steps {
                self.next_cycle();
            }
            if (self.cycle.done / STRETCH).is_multiple_of(STRETCHES_BETWEEN_SUMS) {
                self.state.sum_up(self.kernel);
            }
            let progress = self.cycle.done as f32 / self.cycle.steps as f32;
            self.temperature = self.cycle.from * (COLD / self.cycle.from).powf(progress);
            for _ in 0..STRETCH {
                self.step();
            }
            self.cycle.done += STRETCH;
            self.moves += STRETCH;
        }
    }

    /// Goes on from a placement that somebody else found, if it is better.
    pub(crate) fn take(&mut self, other: &Best) {
        if self.best.as_ref().is_none_or(|best| other.cost < best.cost) {
            self.best = Some(other.clone());
        }
    }

    /// Goes on with what the prover knows: at once from the placement that it suggests.
    pub(crate) fn take_hint(&mut self, hint: Hint) {
        self.weight = HINTED;
        self.turns = 0;
        self.is_rising = true;
        self.state.go_to(self.kernel, &hint.choices);
        self.hint = Some(hint);
        self.cycles = 0;
        self.begin(self.warm());
    }

    /// Where a cycle starts that goes on from a placement: the more movers, the less of it is to be given up.
    fn warm(&self) -> f32 {
        if self.kernel.movers.len() > MANY { WARM_OF_MANY } else { WARM }
    }

    /// What a unit of excess costs by row: more than the row's price, so that nothing is gained by breaking it.
    fn penalties(&self) -> Vec<f64> {
        let price = |row: usize| self.hint.as_ref().map_or(0.0, |hint| hint.prices[row].abs());
        (0..self.kernel.rows.len()).map(|row| 1.0 + PENALTY * f64::from(self.weight) * price(row)).collect()
    }

    fn begin(&mut self, from: f32) {
        if self.hint.is_some() {
            self.state = State::new(self.kernel, &self.state.placement, &self.penalties());
        }
        let first = if self.kernel.movers.len() > MANY { STEPS_FIRST_OF_MANY } else { STEPS_FIRST };
        let each = (first << self.cycles.min(10)).min(STEPS_MOST);
        // Short cycles will do to find the right weight.
        self.cycles += u32::from(self.turns > 0 || self.best.is_none());
        let steps = (self.kernel.movers.len() as u64 * each).max(STRETCH);
        self.cycle = Cycle { steps, from, without_progress: self.cycle.without_progress, ..Cycle::default() };
        self.state.sum_up(self.kernel);
    }

    /// What the last cycle taught, and where the next one starts.
    fn next_cycle(&mut self) {
        let has_turned = self.cycle.has_kept_rows != self.is_rising;
        self.turns += u32::from(has_turned);
        self.is_rising = self.cycle.has_kept_rows;
        // Large steps until the right weight lies between two tried ones, and while there is no plan at all: cost is
        // not what matters then.
        let is_lost = self.best.is_none() && !self.cycle.has_kept_rows;
        let factor = match self.turns {
            _ if is_lost => 3.0,
            0 => 2.0,
            turns => 1.0 + 0.6 / turns as f32,
        };
        self.weight = if self.is_rising { self.weight * factor } else { self.weight / factor }.clamp(0.03, 300.0);
        self.cycle.without_progress = if self.cycle.has_improved { 0 } else { self.cycle.without_progress + 1 };
        if self.cycle.without_progress >= PATIENCE {
            self.cycle.without_progress = 0;
            let anywhere = anywhere(self.kernel, &mut self.random);
            self.state.go_to(self.kernel, &anywhere);
            self.begin(HOT);
            return;
        }
        if let Some(best) = &self.best
            && self.cycle.without_progress % 4 == 3
        {
            self.state.go_to(self.kernel, &best.choices);
        }
        self.begin(self.warm());
    }

    #[inline]
    fn step(&mut self) {
        let Some(change) = self.propose() else { return };
        let dare = -self.temperature * self.random.unit().ln();
        if let Some(excess) = self.state.attempt(self.kernel, &change, self.weight, dare)
            && excess < NEARLY_NONE
        {
            self.look();
        }
    }

    #[inline]
    fn propose(&mut self) -> Option<Move> {
        let dice = self.random.below(65_536);
        let prefers_small = dice >> 8 < SMALL;
        let movers = self.kernel.movers.len();
        let mover = match () {
            () if movers > MANY => self.next_in_line(),
            () if prefers_small => self.by_size[small(&mut self.random, movers)],
            () => self.random.below(movers),
        };
        let leaves = self.state.placement[mover];
        if dice & 255 < EXCHANGES {
            let like = &self.alike[mover];
            let other = if prefers_small && !like.is_empty() {
                like[small(&mut self.random, like.len())] as usize
            } else {
                self.random.below(movers)
            };
            let other_leaves = self.state.placement[other];
            let (from, to) = (self.kernel.account[leaves], self.kernel.account[other_leaves]);
            if from == to {
                return None;
            }
            let enters = self.state.choice_at(self.kernel, mover, to)?;
            let other_enters = self.state.choice_at(self.kernel, other, from)?;
            return Some(Move { leaves, enters, swap: Some((other_leaves, other_enters)) });
        }
        if let Some(hint) = &self.hint
            && self.random.below(16) != 0
        {
            let ranked = &hint.ranked[mover];
            let enters = ranked[small(&mut self.random, ranked.len())] as usize;
            return (enters != leaves).then_some(Move { leaves, enters, swap: None });
        }
        let choices = self.kernel.choices(mover);
        let next = leaves + 1 + self.random.below(choices.len() - 1);
        let enters = if next < choices.end { next } else { next - choices.len() };
        Some(Move { leaves, enters, swap: None })
    }

    /// One mover after the other, a few moves each: what a mover does is then at hand when it is looked at again.
    fn next_in_line(&mut self) -> usize {
        self.in_line = (self.in_line + 1) % (self.kernel.movers.len() * MOVES_IN_LINE);
        self.in_line / MOVES_IN_LINE
    }

    /// The placement seems to keep every row: keeps it if it does and costs less than the best.
    fn look(&mut self) {
        let is_cheaper = self.best.as_ref().is_none_or(|best| self.state.cost() < best.cost - 1e-9);
        // While it is warm, a placement that keeps the rows is where the cycle began.
        let is_cold = 2 * self.cycle.done > self.cycle.steps;
        if !is_cheaper && (self.cycle.has_kept_rows || !is_cold) {
            return;
        }
        let sums = self.kernel.sums(&self.state.placement);
        if !self.kernel.keeps_rows(&sums, &self.state.placement) {
            return;
        }
        self.cycle.has_kept_rows |= is_cold;
        if self.best.as_ref().is_none_or(|best| sums.cost < best.cost) {
            self.cycle.has_improved = true;
            self.best = Some(Best { choices: self.state.placement.clone(), cost: sums.cost });
        }
    }
}

/// An index below `end`, small ones more often: the square of an even draw.
#[inline]
fn small(random: &mut Random, end: usize) -> usize {
    let draw = random.below(4_096);
    (draw * draw * end) >> 24
}

fn anywhere(kernel: &Kernel<'_>, random: &mut Random) -> Vec<usize> {
    let pick = |mover| kernel.first_choice[mover] + random.below(kernel.choices(mover).len());
    (0..kernel.movers.len()).map(pick).collect()
}

/// What a mover moves in all rows of all its choices.
fn size(kernel: &Kernel<'_>, mover: usize) -> f64 {
    let of = |choice| {
        let (own, shared) = kernel.coefficients(choice);
        own.iter().chain(shared).map(|c| c.abs()).sum::<f64>()
    };
    kernel.choices(mover).map(of).sum()
}

fn by_size(kernel: &Kernel<'_>) -> Vec<usize> {
    let sizes: Vec<f64> = (0..kernel.movers.len()).map(|mover| size(kernel, mover)).collect();
    let mut movers: Vec<usize> = (0..sizes.len()).collect();
    movers.sort_by(|a, b| sizes[*a].total_cmp(&sizes[*b]));
    movers
}

/// Beyond this number of movers, likeness is looked for among those of about the same size only.
const COMPARED: usize = 300;

fn alike(kernel: &Kernel<'_>) -> Vec<Vec<u32>> {
    let order = by_size(kernel);
    let mut alike = vec![Vec::new(); order.len()];
    for (place, mover) in order.iter().enumerate() {
        let from = place.saturating_sub(COMPARED / 2).min(order.len().saturating_sub(COMPARED));
        let others = order[from..].iter().take(COMPARED).filter(|other| *other != mover);
        let mut others: Vec<(f64, u32)> =
            others.map(|other| (distance(kernel, *mover, *other), u32::try_from(*other).unwrap_or(0))).collect();
        others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        others.truncate(if order.len() > COMPARED { MOST_ALIKE } else { COMPARED });
        alike[*mover] = others.into_iter().map(|(_, other)| other).collect();
    }
    alike
}

/// How differently two movers move the rows of the accounts that both may go to.
fn distance(kernel: &Kernel<'_>, mover: usize, other: usize) -> f64 {
    let mut sum = 0.0;
    for choice in kernel.choices(mover) {
        let account = kernel.account[choice];
        let twin = kernel.choices(other).find(|twin| kernel.account[*twin] == account);
        let (own, _) = kernel.coefficients(choice);
        sum += match twin {
            Some(twin) => own.iter().zip(kernel.coefficients(twin).0).map(|(a, b)| (a - b).abs()).sum::<f64>(),
            None => own.iter().map(|a| a.abs()).sum::<f64>(),
        };
    }
    sum
}
