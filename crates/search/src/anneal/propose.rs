//! Which move to try next.
//!
//! A trade goes to another account by itself, changes places with one that is like it, or takes one along that undoes
//! much of what it does. While it is hot every trade is as good as any other; later only small changes have a chance, and
//! they are drawn more often the colder it is.

use super::MANY;
use super::likeness::Likeness;
use super::state::{Move, State, Way};
use crate::hint::Hint;
use crate::kernel::Kernel;
use crate::random::Random;

/// Of 256 moves, so many exchange two trades, and so many take one along.
const EXCHANGES: usize = 160;
const COMPANIES: usize = 40;
/// Of 256 moves, so many favour small changes.
const SMALL: usize = 128;
/// Of so many moves of a single trade, all but one follow the prices.
const FOLLOWING: usize = 16;
/// How many of those that undo most are looked at for one that is at the same account.
const LOOKED_AT: usize = 6;
/// Moves in a row of one trade, where there are many.
const MOVES_IN_LINE: usize = 4;

/// Temperatures above which large changes are accepted, and those of a usual size.
const HOT_ABOVE: f32 = 1.0;
const WARM_ABOVE: f32 = 0.2;

/// How large a change may be to have a chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heat {
    Hot,
    Warm,
    Cold,
}

impl Heat {
    pub(super) fn of(temperature: f32) -> Self {
        match () {
            () if temperature > HOT_ABOVE => Self::Hot,
            () if temperature > WARM_ABOVE => Self::Warm,
            () => Self::Cold,
        }
    }
}

/// What moves are drawn from.
#[derive(Debug, Clone)]
pub(super) struct Proposals {
    likeness: Likeness,
    in_line: usize,
}

impl Proposals {
    pub(super) fn new(kernel: &Kernel<'_>) -> Self {
        Self { likeness: Likeness::new(kernel), in_line: 0 }
    }

    /// A move; nothing where what was drawn is none.
    #[inline]
    pub(super) fn draw(
        &mut self,
        (kernel, state): (&Kernel<'_>, &State),
        hint: Option<&Hint>,
        random: &mut Random,
        heat: Heat,
    ) -> Option<Move> {
        let dice = random.below(65_536);
        let prefers_small = dice >> 8 < SMALL;
        let movers = kernel.movers.len();
        let mover = match () {
            () if movers > MANY => self.next_in_line(movers),
            () if prefers_small => self.likeness.by_size[of_small(random, movers, heat)],
            () => random.below(movers),
        };
        let leaves = state.placement[mover];
        let from = kernel.account[leaves];
        let kind = dice & 255;
        if kind < EXCHANGES {
            let other = if prefers_small {
                let alike = self.likeness.alike(kernel, mover);
                *alike.get(of_near(random, alike.len(), heat))? as usize
            } else {
                random.below(movers)
            };
            return exchange((kernel, state), (mover, other), (from, leaves));
        }
        let enters = elsewhere(kernel, hint, random, (mover, leaves));
        let to = kernel.account[enters];
        if from == to {
            return None;
        }
        if kind < EXCHANGES + COMPANIES {
            let opposed = self.likeness.opposed(kernel, mover);
            let place = of_near(random, opposed.len(), heat);
            let near = opposed[place..].iter().take(LOOKED_AT).map(|other| *other as usize);
            let other_from = near.map(|other| state.placement[other]).find(|choice| kernel.account[*choice] == from)?;
            let other_to = state.choice_at(kernel.mover[other_from], to)?;
            return Some(Move { from, to, leaves, enters, other_from, other_to, way: Way::Along });
        }
        let (other_from, other_to) = (state.nothing(), state.nothing());
        Some(Move { from, to, leaves, enters, other_from, other_to, way: Way::Back })
    }

    /// One mover after the other, a few moves each: what a mover does is then at hand when it is looked at again.
    fn next_in_line(&mut self, movers: usize) -> usize {
        self.in_line = (self.in_line + 1) % (movers * MOVES_IN_LINE);
        self.in_line / MOVES_IN_LINE
    }
}

/// Two movers change places, if both may.
#[inline]
fn exchange(
    (kernel, state): (&Kernel<'_>, &State),
    (mover, other): (usize, usize),
    (from, leaves): (usize, usize),
) -> Option<Move> {
    let other_to = state.placement[other];
    let to = kernel.account[other_to];
    if from == to {
        return None;
    }
    let enters = state.choice_at(mover, to)?;
    let other_from = state.choice_at(other, from)?;
    Some(Move { from, to, leaves, enters, other_from, other_to, way: Way::Back })
}

/// A choice of a mover, mostly one that the prices favour.
#[inline]
fn elsewhere(kernel: &Kernel<'_>, hint: Option<&Hint>, random: &mut Random, (mover, leaves): (usize, usize)) -> usize {
    if let Some(hint) = hint
        && random.below(FOLLOWING) != 0
    {
        let ranked = &hint.ranked[mover];
        return ranked[squared(random, ranked.len())] as usize;
    }
    let choices = kernel.choices(mover);
    let next = leaves + 1 + random.below(choices.len() - 1);
    if next < choices.end { next } else { next - choices.len() }
}

/// A place in a list of trades by size.
#[inline]
pub(super) fn of_small(random: &mut Random, end: usize, heat: Heat) -> usize {
    match heat {
        Heat::Hot => random.below(end),
        Heat::Warm => squared(random, end),
        Heat::Cold => fourth(random, end),
    }
}

/// A place in a list of partners, the nearest first.
#[inline]
pub(super) fn of_near(random: &mut Random, end: usize, heat: Heat) -> usize {
    if heat == Heat::Hot { random.below(end) } else { fourth(random, end) }
}

/// Places are drawn in steps of a 4,096th.
const BITS: u32 = 12;

/// An index below `end`, small ones more often: the square of an even draw.
#[inline]
fn squared(random: &mut Random, end: usize) -> usize {
    let draw = random.below(1 << BITS);
    (draw * draw * end) >> (2 * BITS)
}

/// The same with the fourth power: small ones far more often.
#[inline]
fn fourth(random: &mut Random, end: usize) -> usize {
    let draw = random.below(1 << BITS);
    let square = (draw * draw) >> BITS;
    (square * square * end) >> (2 * BITS)
}
