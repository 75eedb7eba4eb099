//! What no placement can beat where every account keeps a row: `L(u, λ)`.
//!
//! `L(u, λ) = Σ u_i + Σ_a min { Σ (c_ia - u_i)·x_ia : the kept row of a } + constant(λ)`, with `c_ia` the cost of a choice, the
//! prices `λ` of all other rows included. That each mover goes to one account is what `u` prices. Each account is a knapsack
//! with the profits `u_i - c_ia`; it may take a mover that another account takes as well.

use super::kept::KeptRows;
use super::table::{Forced, Item, MOST_PROFIT, Table};
use crate::kernel::{Kernel, add};
use crate::lagrangian::{Priced, Prices, View};
use crate::remaining::Remaining;

/// A branch made ready for knapsacks.
pub(super) struct Sacks<'k> {
    kernel: &'k Kernel<'k>,
    kept: &'k KeptRows,
    pub(super) view: View<'k>,
    /// By account: the open choices, as indices into those of the view.
    places: Vec<Vec<usize>>,
    /// The index of the open mover of each of the view's choices.
    pub(super) owner: Vec<usize>,
    /// Room that what is decided leaves in each account.
    rooms: Vec<i64>,
}

/// What filling the knapsacks gave.
#[derive(Debug, Clone)]
pub(super) struct Filled {
    /// The bound.
    pub(super) value: f64,
    /// Which of the view's choices are taken.
    pub(super) taken: Vec<bool>,
    /// How many accounts take each open mover.
    pub(super) count: Vec<u32>,
    /// The cost of each of the view's choices, prices included.
    pub(super) reduced: Vec<f64>,
}

/// Buffers for one knapsack after the other.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    table: Table,
    items: Vec<Item>,
    taken: Vec<bool>,
    forced: Vec<Forced>,
    /// Places filled since this was set to 0.
    pub(super) work: u64,
}

impl<'k> Sacks<'k> {
    /// The knapsacks of a branch; nothing where a mover has no choice left.
    pub(super) fn new(kernel: &'k Kernel<'k>, kept: &'k KeptRows, remaining: &Remaining) -> Option<Self> {
        let view = View::new(kernel, remaining)?;
        let mut places = vec![Vec::new(); kernel.accounts()];
        let mut owner = Vec::with_capacity(view.choices.len());
        for index in 0..view.open.len() {
            for place in view.of(index) {
                places[kernel.account[view.choices[place]]].push(place);
                owner.push(index);
            }
        }
        let mut rooms: Vec<i64> = kept.rows.iter().map(|row| row.as_ref().map_or(0, |row| row.room)).collect();
        for mover in 0..kernel.movers.len() {
            let is_open = remaining.left(mover) > 1;
            for choice in kernel.choices(mover) {
                let weight = kept.weights[choice];
                // Booked here: its weight is used; nowhere near: its complement is.
                rooms[kernel.account[choice]] -= match (remaining.has(choice), is_open) {
                    (true, true) => 0,
                    (true, false) => weight.max(0),
                    (false, _) => (-weight).max(0),
                };
            }
        }
        Some(Self { kernel, kept, view, places, owner, rooms })
    }

    /// Whether what is decided leaves no account short of room.
    pub(super) fn has_room(&self) -> bool {
        self.kept.rows.iter().zip(&self.rooms).all(|(row, room)| row.is_none() || *room >= 0)
    }

    /// The constant of the bound and the cost of each of the view's choices at prices of the other rows.
    pub(super) fn priced(&self, prices: &Prices) -> (f64, Vec<f64>) {
        let priced: Priced = self.view.price(prices);
        let cheapest: f64 = priced.cheapest.iter().map(|place| priced.reduced[*place]).sum();
        (priced.value - cheapest, priced.reduced)
    }

    /// The bound at `movers`, the `u` by mover; `forced` hears what forcing each choice of an account costs.
    pub(super) fn fill(
        &self,
        (constant, reduced): (f64, Vec<f64>),
        movers: &[f64],
        scratch: &mut Scratch,
        mut forced: Option<&mut dyn FnMut(usize, f64, f64)>,
    ) -> Filled {
        let mut filled = Filled {
            value: constant + self.view.open.iter().map(|mover| movers[*mover]).sum::<f64>(),
            taken: vec![false; self.view.choices.len()],
            count: vec![0; self.view.open.len()],
            reduced,
        };
        let unit = self.unit(&filled.reduced, movers);
        for (account, places) in self.places.iter().enumerate() {
            let kept = self.kept.rows[account].as_ref();
            let step = kept.map_or(1, |kept| kept.step);
            let room = kept.map_or(usize::MAX / 2, |_| usize::try_from(self.rooms[account] / step).unwrap_or(0));
            scratch.items.clear();
            for place in places {
                let weight = self.kept.weights[self.view.choices[*place]];
                let mut worth = movers[self.view.open[self.owner[*place]]] - filled.reduced[*place];
                if weight < 0 {
                    // The complement: taken for sure, and left out at a profit.
                    filled.value -= worth;
                    worth = -worth;
                }
                let weight = usize::try_from(weight.abs() / step).unwrap_or(usize::MAX / 2);
                scratch.items.push(Item { weight, profit: (worth / unit).ceil() as i32 });
            }
            let best = scratch.table.fill(&scratch.items, room, &mut scratch.taken);
            scratch.work += scratch.table.places();
            filled.value -= f64::from(best) * unit;
            for (place, taken) in places.iter().zip(&scratch.taken) {
                let is_here = *taken != (self.kept.weights[self.view.choices[*place]] < 0);
                filled.taken[*place] = is_here;
                filled.count[self.owner[*place]] += u32::from(is_here);
            }
            if let Some(hear) = &mut forced {
                scratch.table.force(&scratch.items, room, &mut scratch.forced);
                scratch.work += 2 * scratch.table.places();
                for (place, forced) in places.iter().zip(&scratch.forced) {
                    let put_in = forced.put_in.map_or(f64::INFINITY, |loss| f64::from(loss) * unit);
                    let left_out = f64::from(forced.left_out) * unit;
                    let is_complement = self.kept.weights[self.view.choices[*place]] < 0;
                    let (here, elsewhere) = if is_complement { (left_out, put_in) } else { (put_in, left_out) };
                    hear(*place, here, elsewhere);
                }
            }
        }
        filled
    }

    /// What a whole number of profit is worth: so little that rounding means nothing, so much that sums fit.
    fn unit(&self, reduced: &[f64], movers: &[f64]) -> f64 {
        let of_account = |places: &Vec<usize>| -> f64 {
            places.iter().map(|place| (movers[self.view.open[self.owner[*place]]] - reduced[*place]).abs()).sum()
        };
        let most = self.places.iter().map(of_account).fold(0.0, f64::max);
        if most > 0.0 { most / f64::from(MOST_PROFIT / 2) } else { 1.0 }
    }

    /// What placing each choice costs above the bound: the choice put in, every other one of its mover left out.
    pub(super) fn force(
        &self,
        prices: &Prices,
        movers: &[f64],
        scratch: &mut Scratch,
    ) -> (Filled, Vec<f64>) {
        let mut here = vec![0.0; self.view.choices.len()];
        let mut elsewhere = vec![0.0; self.view.choices.len()];
        let mut hear = |place: usize, put_in: f64, left_out: f64| {
            here[place] = put_in;
            elsewhere[place] = left_out;
        };
        let filled = self.fill(self.priced(prices), movers, scratch, Some(&mut hear));
        for index in 0..self.view.open.len() {
            let places = self.view.of(index);
            // A choice that nothing allows to be left out, and a sum without infinities taken off again.
            for place in places.clone() {
                here[place] += places.clone().filter(|other| *other != place).map(|other| elsewhere[other]).sum::<f64>();
            }
        }
        (filled, here)
    }

    /// The left sides of the rows with what is taken, short sizes apart.
    pub(super) fn sums(&self, filled: &Filled) -> Vec<f64> {
        let mut rows = self.view.rows.clone();
        for (place, _) in filled.taken.iter().enumerate().filter(|(_, taken)| **taken) {
            let choice = self.view.choices[place];
            let (own, shared) = self.kernel.coefficients(choice);
            add(&mut rows[self.kernel.block(self.kernel.account[choice])], own, 1.0);
            add(&mut rows[self.kernel.shared()], shared, 1.0);
        }
        rows
    }
}
