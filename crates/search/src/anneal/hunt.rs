//! The hunt for a first plan, where cost does not count: simulated annealing over what rows exceed their ends by.
//!
//! It is for days on which next to no placement keeps every row: limits on both sides of everything, say. Trades move by
//! themselves, to every other account in turn; change places with some that are like them; or take along one that undoes
//! much of what they do. A cycle begins at a temperature that melts all but the largest of them and ends where next to
//! nothing is accepted. Rows that a cycle leaves broken are under more stress in the next one. Steps are counted, never
//! timed; a step is one look at what two accounts would exceed their rows by.

mod effects;

use super::likeness::Likeness;
use super::propose::{Heat, of_near, of_small};
use super::{anywhere, stress};
use crate::kernel::{Kernel, MANY};
use crate::random::Random;
use crate::tree::Best;
use effects::{Change, Effects, NOBODY};

/// Temperatures of a cycle, in units of excess, and its steps for each mover.
const HOT: f32 = 2.0;
const COLD: f32 = 0.017;
const STEPS: u64 = 20_000;
/// A cycle multiplies the stress of the rows that it leaves broken, and of the others, which keep at least this share of
/// what it was at first.
const PRESS: f64 = 1.3;
const RELIEVE: f64 = 0.98;
const STRESS_LEFT: f64 = 0.7;
/// How often the temperature falls, and the sums are taken anew.
const STRETCH: u64 = 4_096;
const STRETCHES_BETWEEN_SUMS: u64 = 64;
/// Sums below this count as no excess: the exact sums decide.
const NEARLY_NONE: f32 = 2e-3;
/// Of 256 visits, so many move a trade by itself, and so many take another one along; the others exchange two.
const ALONE: usize = 20;
const ALONG: usize = 176;
/// Of 256 visits, so many favour small changes.
const SMALL: usize = 128;
/// Partners that are looked at in a visit.
const PARTNERS: usize = 4;
/// How many of those that undo most are looked at for one that is at the same account.
const LOOKED_AT: usize = 8;
/// Positions that more trades move than this make every change slow.
const CROWD: usize = 64;
/// Drawn once and used again and again: how much worse a change may be, in units of temperature.
const DARES: usize = 4_096;
const MOST_DARES: usize = 32;

/// A search for any plan that can be run piece by piece.
pub(crate) struct Hunter<'a> {
    kernel: &'a Kernel<'a>,
    effects: Effects,
    random: Random,
    likeness: Likeness,
    dares: Vec<f32>,
    /// Whether two trades move one position that counts in rows, by mover and mover.
    ties: Vec<bool>,
    /// What a unit of excess costs by row: now, and at first.
    stress: Vec<f64>,
    first_stress: Vec<f64>,
    steps_done: u64,
    temperature: f32,
    heat: Heat,
    pub(crate) best: Option<Best>,
    pub(crate) moves: u64,
}

impl<'a> Hunter<'a> {
    /// Whether there is something to hunt that this hunt is good at: a few trades, rows that belong to one account each,
    /// positions that a few trades move.
    pub(crate) fn suits(kernel: &Kernel<'_>) -> bool {
        let mut movers = vec![0; kernel.positions.len()];
        for choice in 0..kernel.account.len() {
            kernel.touches_in_rows(choice).for_each(|(position, _)| movers[position] += 1);
        }
        let is_small = (2..=MANY).contains(&kernel.movers.len());
        is_small && !kernel.rows.is_empty() && kernel.shared().is_empty() && movers.iter().all(|count| *count <= CROWD)
    }

    pub(crate) fn new(kernel: &'a Kernel<'a>, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let placement = anywhere(kernel, &mut random);
        let stress = stress(kernel);
        Self {
            kernel,
            effects: Effects::new(kernel, &placement, &stress),
            likeness: Likeness::new(kernel),
            dares: (0..DARES + MOST_DARES).map(|_| random.exponential()).collect(),
            random,
            ties: ties(kernel),
            first_stress: stress.clone(),
            stress,
            steps_done: 0,
            temperature: HOT,
            heat: Heat::of(HOT),
            best: None,
            moves: 0,
        }
    }

    /// Takes at least `steps` steps, to the end of a stretch, or until there is a plan. `is_over` is asked between stretches.
    pub(crate) fn run(&mut self, steps: u64, is_over: &dyn Fn() -> bool) {
        let end = self.moves + steps;
        let cycle = self.kernel.movers.len() as u64 * STEPS;
        while self.moves < end && self.best.is_none() && !is_over() {
            if self.steps_done >= cycle {
                self.press();
                self.steps_done = 0;
            }
            if (self.steps_done / STRETCH).is_multiple_of(STRETCHES_BETWEEN_SUMS) {
                self.effects.sum_up(self.kernel);
            }
            let progress = self.steps_done as f32 / cycle as f32;
            self.temperature = HOT * (COLD / HOT).powf(progress);
            self.heat = Heat::of(self.temperature);
            let mut done = 0;
            while done < STRETCH && self.best.is_none() {
                done += self.visit();
            }
            self.steps_done += done;
            self.moves += done;
        }
    }

    /// Puts the rows that are still broken under more stress.
    fn press(&mut self) {
        let sums = self.kernel.sums(&self.effects.placement(self.kernel)).rows;
        let stress = self.stress.iter_mut().zip(&self.first_stress);
        for (((stress, first), row), sum) in stress.zip(&self.kernel.rows).zip(sums) {
            let is_broken = row.excess(sum) > f64::from(NEARLY_NONE);
            *stress = if is_broken { *stress * PRESS } else { (*stress * RELIEVE).max(STRESS_LEFT * first) };
        }
        self.effects.weigh(self.kernel, &self.stress);
    }

    /// Draws a trade and tries some of its moves, up to the first that is made. Returns how many it tried.
    #[inline]
    fn visit(&mut self) -> u64 {
        let dice = self.random.below(65_536);
        let is_small = dice >> 8 < SMALL;
        let movers = self.kernel.movers.len();
        let mover = if is_small {
            self.likeness.by_size[of_small(&mut self.random, movers, self.heat)]
        } else {
            self.random.below(movers)
        };
        let dares = self.random.below(DARES);
        match dice & 255 {
            kind if kind < ALONE => self.send(mover, dares),
            kind if kind < ALONE + ALONG => self.send_along(mover, dares),
            _ => self.exchange(mover, dares, is_small),
        }
    }

    /// To every other account in turn.
    fn send(&mut self, mover: usize, dares: usize) -> u64 {
        let accounts = self.kernel.accounts();
        let from = self.effects.at[mover];
        for number in 1..accounts {
            let to = (from + number) % accounts;
            let change = Change { movers: [mover, NOBODY], accounts: [from, to], is_tied: false };
            if self.attempt(change, dares + number % MOST_DARES) {
                break;
            }
        }
        accounts as u64 - 1
    }

    /// To another account, with a trade that undoes much of what it does.
    fn send_along(&mut self, mover: usize, dares: usize) -> u64 {
        let from = self.effects.at[mover];
        let to = (from + 1 + self.random.below(self.kernel.accounts() - 1)) % self.kernel.accounts();
        let opposed = self.likeness.opposed(self.kernel, mover);
        let first = of_near(&mut self.random, opposed.len(), self.heat);
        let at = &self.effects.at;
        let other =
            opposed[first..].iter().take(LOOKED_AT).map(|other| *other as usize).find(|other| at[*other] == from);
        if let Some(other) = other {
            let is_tied = self.are_tied(mover, other);
            self.attempt(Change { movers: [mover, other], accounts: [from, to], is_tied }, dares);
        }
        1
    }

    /// With a few others, mostly such that do nearly the same.
    fn exchange(&mut self, mover: usize, dares: usize, is_small: bool) -> u64 {
        let from = self.effects.at[mover];
        for number in 0..PARTNERS {
            let alike = self.likeness.alike(self.kernel, mover);
            let heat = if is_small { self.heat } else { Heat::Hot };
            let other = alike[of_near(&mut self.random, alike.len(), heat)] as usize;
            let to = self.effects.at[other];
            if from == to {
                continue;
            }
            let is_tied = self.are_tied(mover, other);
            if self.attempt(Change { movers: [mover, other], accounts: [from, to], is_tied }, dares + number) {
                break;
            }
        }
        PARTNERS as u64
    }

    #[inline]
    fn are_tied(&self, mover: usize, other: usize) -> bool {
        self.ties[mover * self.kernel.movers.len() + other]
    }

    /// Makes a change if it is not too much worse; whether it did.
    #[inline(always)]
    fn attempt(&mut self, change: Change, dare: usize) -> bool {
        let excess = self.effects.attempt(change, self.temperature * self.dares[dare]);
        if excess.is_some_and(|excess| excess < NEARLY_NONE) {
            self.look();
        }
        excess.is_some()
    }

    /// The placement seems to keep every row: it is a plan if it does.
    fn look(&mut self) {
        let choices = self.effects.placement(self.kernel);
        let sums = self.kernel.sums(&choices);
        if self.kernel.keeps_rows(&sums, &choices) {
            self.best = Some(Best { choices, cost: sums.cost });
        }
    }
}

/// Which trades move one position that counts in rows.
fn ties(kernel: &Kernel<'_>) -> Vec<bool> {
    let movers = kernel.movers.len();
    let mut moved = vec![Vec::new(); kernel.positions.len()];
    for choice in 0..kernel.account.len() {
        kernel.touches_in_rows(choice).for_each(|(position, _)| moved[position].push(kernel.mover[choice]));
    }
    let mut ties = vec![false; movers * movers];
    for moved in moved {
        for one in &moved {
            moved.iter().for_each(|two| ties[one * movers + two] = true);
        }
    }
    ties
}

#[cfg(test)]
mod tests;
