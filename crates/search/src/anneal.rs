//! Local search by simulated annealing: trades move to another account or change places, at a falling temperature.
//!
//! `energy = weight · cost + Σ penalty · excess`, over rows. The penalty of a row is its stress, which makes rows that many
//! trades move and rows that few do alike, and somewhat more than its price. A cycle starts hot enough to move the
//! largest trades, or from the last placement at a temperature that keeps them, and ends where next to nothing is
//! accepted. The weight of the cost follows success: more after a cycle that found placements which keep every row, less
//! after one that did not; while there is no plan at all, rows that stay broken come under more stress. Steps are counted,
//! never timed.

pub(crate) mod hunt;
mod likeness;
mod propose;
mod state;

use crate::hint::Hint;
use crate::kernel::{Kernel, MANY};
use crate::random::Random;
use crate::tree::{Best, MOST_MOVERS};
use propose::{Heat, Proposals};
use state::State;

/// Temperatures of a cycle, in units of excess: melted, all but frozen, and between them where a cycle begins that goes on
/// from a placement. With many movers what the prices suggest is nearly right for nearly all of them, and less is melted.
const HOT: f32 = 5.0;
const WARM: f32 = 0.33;
const WARM_OF_MANY: f32 = 0.1;
const COLD: f32 = 0.017;
const COLD_OF_MANY: f32 = 0.002;
/// Steps of a first cycle, for each mover; each of the next ones takes twice as many, up to the most, which is less while
/// there is no plan.
const STEPS_FIRST: u64 = 2_000;
const STEPS_FIRST_OF_MANY: u64 = 20;
const STEPS_MOST: u64 = 60_000;
const STEPS_MOST_WHEN_LOST: u64 = 40_000;
/// A cycle that starts anew follows so many that went on without a better placement; without any plan already so many.
const PATIENCE: u32 = 8;
const PATIENCE_WHEN_LOST: u32 = 1;
/// After every so many cycles without a better placement the next one goes on from the best.
const BACK_TO_BEST: u32 = 4;
/// What breaking a row costs besides its excess, in units of its price.
const PENALTY: f64 = 1.5;
/// What a unit of cost weighs in the very first cycle, in the first one from a hint, and at least and at most ever.
const BLIND: f32 = 0.28;
const HINTED: f32 = 1.1;
const HINTED_OF_MANY: f32 = 3.0;
const WEIGHTS: (f32, f32) = (0.03, 300.0);
/// What a cycle without a plan divides that weight by while there is none: cost is not what matters then.
const WHEN_LOST: f32 = 10.0;
/// A cycle without a plan multiplies the stress of the rows that it leaves broken, and of the others, which keeps at least
/// this share of what it was at first.
const PRESS: f64 = 1.15;
const RELIEVE: f64 = 0.98;
const STRESS_LEFT: f64 = 0.7;
/// How often the temperature falls, and the sums are taken anew.
const STRETCH: u64 = 4_096;
const STRETCHES_BETWEEN_SUMS: u64 = 64;
/// Sums below this count as no excess: the exact sums decide.
const NEARLY_NONE: f32 = 5e-4;

/// A local search that can be run piece by piece.
pub(crate) struct Annealer<'a> {
    kernel: &'a Kernel<'a>,
    state: State,
    random: Random,
    proposals: Proposals,
    /// What a unit of excess costs by row, the row's price apart: now, and at first.
    stress: Vec<f64>,
    first_stress: Vec<f64>,
    pub(crate) best: Option<Best>,
    /// Prices that make a good bound, and the placement that they suggest.
    hint: Option<Hint>,
    /// What a unit of cost weighs against a unit of excess.
    weight: f32,
    temperature: f32,
    cycle: Cycle,
    cycles: u32,
    /// Whether the weight was raised last, and how often that changed.
    is_rising: bool,
    turns: u32,
    pub(crate) moves: u64,
    /// The number of moves before which many movers are not looked at again.
    next_look: u64,
    /// Whether it waits for a hint: moves of so many from a random placement are of no use, and take time from the prices
    /// that suggest a better one.
    pub(crate) is_waiting: bool,
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
            proposals: Proposals::new(kernel),
            stress: stress(kernel),
            first_stress: stress(kernel),
            best: None,
            weight: BLIND,
            temperature: HOT,
            cycle: Cycle::default(),
            cycles: 0,
            is_rising: true,
            turns: 0,
            moves: 0,
            next_look: 0,
            is_waiting: kernel.movers.len() > MOST_MOVERS,
        };
        annealer.begin(if start.is_some() { WARM } else { HOT });
        annealer
    }

    /// Another annealer of the same problem that knows the same and goes other ways.
    pub(crate) fn sibling(&self) -> Self {
        let mut random = Random::new(2);
        let placement = anywhere(self.kernel, &mut random);
        let (proposals, stress, first_stress) =
            (self.proposals.clone(), self.stress.clone(), self.first_stress.clone());
        let (hint, best) = (self.hint.clone(), self.best.clone());
        let state = State::new(self.kernel, &placement, &self.penalties());
        let mut other =
            Self { state, random, proposals, stress, first_stress, hint, best, moves: 0, next_look: 0, ..*self };
        let (kernel, best) = (other.kernel, other.best.as_ref().map(|best| &best.choices));
        let hint = other.hint.as_ref().filter(|_| kernel.movers.len() > MANY);
        let start = best.or(hint.map(|hint| &hint.choices));
        if let Some(start) = start {
            other.state.go_to(kernel, start);
        }
        other.begin(if start.is_some() { other.warm() } else { HOT });
        other
    }

    /// How many trades have a choice.
    pub(crate) fn movers(&self) -> usize {
        self.kernel.movers.len()
    }

    /// Makes at least `steps` moves, to the end of a stretch. `is_over` is asked between stretches.
    pub(crate) fn run(&mut self, steps: u64, is_over: &dyn Fn() -> bool) {
        if self.is_waiting {
            return;
        }
        let end = self.moves + steps;
        while self.moves < end && !is_over() {
            if self.cycle.done >= self.cycle.steps {
                self.next_cycle();
            }
            if (self.cycle.done / STRETCH).is_multiple_of(STRETCHES_BETWEEN_SUMS) {
                self.state.sum_up(self.kernel);
            }
            let cold = if self.movers() > MANY { COLD_OF_MANY } else { COLD };
            let progress = self.cycle.done as f32 / self.cycle.steps as f32;
            self.temperature = self.cycle.from * (cold / self.cycle.from).powf(progress);
            let heat = Heat::of(self.temperature);
            for _ in 0..STRETCH {
                self.step(heat);
            }
            self.cycle.done += STRETCH;
            self.moves += STRETCH;
            self.look_at_many();
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
        self.is_waiting = false;
        if self.hint.is_some() && self.movers() > MANY {
            // What has been arranged since the first hint is worth more than a start from slightly better prices.
            self.hint = Some(hint);
            return;
        }
        self.weight = if self.movers() > MANY { HINTED_OF_MANY } else { HINTED };
        self.turns = 0;
        self.is_rising = true;
        self.state.go_to(self.kernel, &hint.choices);
        self.hint = Some(hint);
        self.cycles = 0;
        self.cycle.without_progress = 0;
        self.begin(self.warm());
    }

    /// Where a cycle starts that goes on from a placement: the more movers, the less of it is to be given up.
    fn warm(&self) -> f32 {
        if self.kernel.movers.len() > MANY { WARM_OF_MANY } else { WARM }
    }

    /// What a unit of excess costs by row: more than the row's price, so that nothing is gained by breaking it.
    fn penalties(&self) -> Vec<f64> {
        let price = |row: usize| self.hint.as_ref().map_or(0.0, |hint| hint.prices[row].abs());
        (0..self.kernel.rows.len())
            .map(|row| self.stress[row] + PENALTY * f64::from(self.weight) * price(row))
            .collect()
    }

    fn begin(&mut self, from: f32) {
        let penalties = self.penalties();
        if self.state.penalties != penalties {
            self.state.weigh_rows(self.kernel, penalties);
        }
        let first = if self.kernel.movers.len() > MANY { STEPS_FIRST_OF_MANY } else { STEPS_FIRST };
        let most = if self.best.is_none() { STEPS_MOST_WHEN_LOST } else { STEPS_MOST };
        let each = (first << self.cycles.min(10)).min(most);
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
        // Large steps until the right weight lies between two tried ones, and while there is no plan at all.
        let is_lost = self.best.is_none() && !self.cycle.has_kept_rows;
        let factor = match self.turns {
            _ if is_lost && self.movers() <= MANY => WHEN_LOST,
            0 => 2.0,
            turns => 1.0 + 0.6 / turns as f32,
        };
        self.weight =
            if self.is_rising { self.weight * factor } else { self.weight / factor }.clamp(WEIGHTS.0, WEIGHTS.1);
        self.cycle.without_progress = if self.cycle.has_improved { 0 } else { self.cycle.without_progress + 1 };
        if !self.cycle.has_kept_rows && self.kernel.movers.len() <= MANY {
            self.press();
        }
        let is_patient = self.cycle.without_progress <= PATIENCE_WHEN_LOST;
        if is_lost && !is_patient && self.kernel.movers.len() <= MANY {
            self.begin(HOT);
            return;
        }
        if self.cycle.without_progress >= PATIENCE {
            self.cycle.without_progress = 0;
            let anywhere = anywhere(self.kernel, &mut self.random);
            self.state.go_to(self.kernel, &anywhere);
            self.begin(HOT);
            return;
        }
        if let Some(best) = &self.best
            && self.cycle.without_progress % BACK_TO_BEST == BACK_TO_BEST - 1
        {
            self.state.go_to(self.kernel, &best.choices);
        }
        self.begin(self.warm());
    }

    /// Rows that a cycle left broken count for more in the next, the others for a little less.
    fn press(&mut self) {
        let sums = self.kernel.sums(&self.state.placement).rows;
        let stress = self.stress.iter_mut().zip(&self.first_stress);
        for (((stress, first), row), sum) in stress.zip(&self.kernel.rows).zip(sums) {
            let is_broken = row.excess(sum) > f64::from(NEARLY_NONE);
            *stress = if is_broken { *stress * PRESS } else { (*stress * RELIEVE).max(STRESS_LEFT * first) };
        }
    }

    #[inline]
    fn step(&mut self, heat: Heat) {
        let here = (self.kernel, &self.state);
        let Some(change) = self.proposals.draw(here, self.hint.as_ref(), &mut self.random, heat) else { return };
        let dare = self.temperature * self.random.exponential();
        if let Some(excess) = self.state.attempt(self.kernel, &change, self.weight, dare)
            && excess < NEARLY_NONE
            && self.kernel.movers.len() <= MANY
        {
            self.look();
        }
    }

    /// With many movers sums take as long as thousands of moves, and are not taken after each of them.
    fn look_at_many(&mut self) {
        let is_due = self.moves >= self.next_look || self.cycle.done >= self.cycle.steps;
        if self.movers() > MANY && is_due && self.state.excess() < NEARLY_NONE {
            self.next_look = self.moves + self.movers() as u64 / 2;
            self.look();
        }
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

fn anywhere(kernel: &Kernel<'_>, random: &mut Random) -> Vec<usize> {
    let pick = |mover| kernel.first_choice[mover] + random.below(kernel.choices(mover).len());
    (0..kernel.movers.len()).map(pick).collect()
}

/// What a unit of excess costs by row. A row that few trades move has few ways to be mended, and each of them is a large
/// step: excess counts in what random placements move a row by, not in what one trade does.
fn stress(kernel: &Kernel<'_>) -> Vec<f64> {
    let mut moved = vec![0_u32; kernel.rows.len()];
    for choice in 0..kernel.account.len() {
        let (own, shared) = kernel.coefficients(choice);
        let rows = kernel.block(kernel.account[choice]).chain(kernel.shared());
        rows.zip(own.iter().chain(shared)).for_each(|(row, c)| moved[row] += u32::from(*c != 0.0));
    }
    moved.into_iter().map(|count| (kernel.movers.len() as f64 / f64::from(count.max(1))).sqrt()).collect()
}
