//! What no placement can beat where accounts keep rows: `L(u, λ)`.
//!
//! `L(u, λ) = constant(λ) + Σ u_i + Σ_a min { Σ (c_ia - u_i)·x_ia : the kept row of a }`, with `c_ia` what a choice costs,
//! the prices `λ` of all other rows included. That each mover goes to one account is what `u` prices: an account may take a
//! mover that another one takes as well, at a profit of `u_i - c_ia`. A position priced by side is a line below its kink,
//! as in `lagrangian`.

use super::kept::{Kept, KeptRows};
use super::table::{Forced, Item, MOST_PROFIT, Table};
use crate::kernel::Kernel;
use crate::lagrangian::{Line, PaidRows, Prices, View};
use crate::remaining::Remaining;

/// A branch made ready for knapsacks.
pub(super) struct Sacks<'k> {
    kernel: &'k Kernel<'k>,
    kept: &'k KeptRows,
    pub(super) view: View<'k>,
    /// By account: the open choices, as indices into those of the view.
    places: Vec<Vec<usize>>,
    /// The index of the open mover of each of the view's choices.
    owner: Vec<usize>,
    /// Room that what is decided leaves in each account.
    rooms: Vec<i64>,
}

/// The costs of a branch at prices of the rows.
#[derive(Debug, Clone)]
pub(super) struct Costs {
    constant: f64,
    /// Of each of the view's choices.
    pub(super) of: Vec<f64>,
    /// `κ` by position, and what its short size is taken to cost.
    pub(super) worth: Vec<f64>,
    lines: Vec<Line>,
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
}

/// Buffers for one knapsack after the other.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    table: Table,
    items: Vec<Item>,
    taken: Vec<bool>,
    forced: Vec<Forced>,
    /// Places of tables filled so far.
    pub(super) work: u64,
}

/// Who listens to each knapsack as it was filled: what is in the scratch, its choices, its unit and its room.
type Hear<'h> = dyn FnMut(&mut Scratch, &[usize], (f64, usize)) + 'h;

/// A room that nothing fills.
const ENDLESS: usize = usize::MAX / 4;

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
        let rooms = kept.rows.iter().map(|row| row.as_ref().map_or(0, |row| row.room)).collect();
        let mut sacks = Self { kernel, kept, view, places, owner, rooms };
        sacks.settle(remaining);
        Some(sacks)
    }

    /// Takes off the rooms what is decided.
    fn settle(&mut self, remaining: &Remaining) {
        let (kernel, kept) = (self.kernel, self.kept);
        for mover in 0..kernel.movers.len() {
            let is_open = remaining.left(mover) > 1;
            for choice in kernel.choices(mover) {
                let weight = kept.weights[choice];
                // Booked here: its weight is used. Not here: its complement is.
                self.rooms[kernel.account[choice]] -= match (remaining.has(choice), is_open) {
                    (true, true) => 0,
                    (true, false) => weight.max(0),
                    (false, _) => (-weight).max(0),
                };
            }
        }
    }

    /// Whether what is decided leaves no account short of room.
    pub(super) fn has_room(&self) -> bool {
        self.kept.rows.iter().zip(&self.rooms).all(|(row, room)| row.is_none() || *room >= 0)
    }

    /// How many places all tables together have at most.
    pub(super) fn places(&self) -> u64 {
        let of = |(kept, places): (&Option<Kept>, &Vec<usize>)| {
            let room = kept.as_ref().map_or(0, |kept| kept.room / kept.step + 1);
            u64::try_from(room).unwrap_or(0) * places.len() as u64
        };
        self.kept.rows.iter().zip(&self.places).map(of).sum()
    }

    /// What everything costs at prices of the rows.
    pub(super) fn costs(&self, prices: &Prices) -> Costs {
        let view = &self.view;
        let paid = PaidRows::of(self.kernel, prices);
        let worth = view.worth(&paid);
        let lines: Vec<Line> = (0..worth.len()).map(|position| view.line(position, worth[position], prices)).collect();
        Costs { constant: view.constant(prices, &lines), of: view.reduced(&paid, &lines), worth, lines }
    }

    /// The bound at `movers`, the `u` by mover of the kernel.
    pub(super) fn fill(&self, costs: &Costs, movers: &[f64], scratch: &mut Scratch) -> Filled {
        self.fill_each(costs, movers, scratch, &mut |_, _, _| {})
    }

    /// The bound, and for each of the view's choices what the bound rises by where it is taken: it is put in its own
    /// knapsack, and its mover left out of all others.
    pub(super) fn force(&self, costs: &Costs, movers: &[f64], scratch: &mut Scratch) -> (Filled, Vec<f64>) {
        let mut put_in = vec![0.0; self.view.choices.len()];
        let mut left_out = vec![0.0; self.view.choices.len()];
        let filled = self.fill_each(costs, movers, scratch, &mut |scratch, places, (unit, room)| {
            scratch.table.force(&scratch.items, room, &mut scratch.forced);
            scratch.work += 3 * scratch.table.places();
            for (place, forced) in places.iter().zip(&scratch.forced) {
                let here = forced.put_in.map_or(f64::INFINITY, |loss| f64::from(loss) * unit);
                let elsewhere = f64::from(forced.left_out) * unit;
                let is_complement = self.is_complement(*place);
                (put_in[*place], left_out[*place]) = if is_complement { (elsewhere, here) } else { (here, elsewhere) };
            }
        });
        for index in 0..self.view.open.len() {
            for place in self.view.of(index) {
                let others = self.view.of(index).filter(|other| *other != place);
                put_in[place] += others.map(|other| left_out[other]).sum::<f64>();
            }
        }
        (filled, put_in)
    }

    /// Fills one knapsack after the other; `hear` is called while each is in the scratch, with its unit and its room.
    fn fill_each(&self, costs: &Costs, movers: &[f64], scratch: &mut Scratch, hear: &mut Hear<'_>) -> Filled {
        let worth = |place: usize| movers[self.view.open[self.owner[place]]] - costs.of[place];
        let mut filled = Filled {
            value: costs.constant + self.view.open.iter().map(|mover| movers[*mover]).sum::<f64>(),
            taken: vec![false; self.view.choices.len()],
            count: vec![0; self.view.open.len()],
        };
        // What a whole number of profit is worth: so little that rounding up means nothing, so much that sums fit.
        let stakes = self.places.iter().map(|places| places.iter().map(|place| worth(*place).abs()).sum::<f64>());
        let stake = stakes.fold(0.0, f64::max);
        let unit = if stake > 0.0 { stake / f64::from(MOST_PROFIT / 2) } else { 1.0 };
        for (places, (kept, room)) in self.places.iter().zip(self.kept.rows.iter().zip(&self.rooms)) {
            let step = kept.as_ref().map_or(1, |kept| kept.step);
            let room = kept.as_ref().map_or(ENDLESS, |_| usize::try_from(room / step).unwrap_or(0));
            scratch.items.clear();
            for place in places {
                let weight = self.kept.weights[self.view.choices[*place]];
                let mut profit = worth(*place);
                if weight < 0 {
                    // The complement is in the knapsack: the choice is taken for sure, and left out for a profit.
                    filled.value -= profit;
                    profit = -profit;
                }
                let weight = usize::try_from(weight.abs() / step).unwrap_or(ENDLESS);
                scratch.items.push(Item { weight, profit: (profit / unit).ceil() as i32 });
            }
            let best = scratch.table.fill(&scratch.items, room, &mut scratch.taken);
            scratch.work += scratch.table.places();
            filled.value -= f64::from(best) * unit;
            for (place, taken) in places.iter().zip(&scratch.taken) {
                let is_here = *taken != self.is_complement(*place);
                filled.taken[*place] = is_here;
                filled.count[self.owner[*place]] += u32::from(is_here);
            }
            hear(scratch, places, (unit, room));
        }
        filled
    }

    fn is_complement(&self, place: usize) -> bool {
        self.kept.weights[self.view.choices[place]] < 0
    }

    /// The left sides of the rows with what is taken, short sizes as the bound takes them, and how the bound follows each
    /// slope.
    pub(super) fn sums(&self, costs: &Costs, filled: &Filled) -> (Vec<f64>, Vec<f64>) {
        let taken: Vec<usize> = (0..filled.taken.len()).filter(|place| filled.taken[*place]).collect();
        let (mut rows, slopes) = self.view.sums(&taken, &costs.lines);
        for kept in self.kept.rows.iter().flatten().filter(|kept| kept.step == 1) {
            // Kept to the last unit, whatever rounding makes of it.
            let (sum, ends) = (&mut rows[kept.row], &self.kernel.rows[kept.row]);
            *sum = if kept.is_high { sum.min(ends.high) } else { sum.max(ends.low) };
        }
        (rows, slopes)
    }

    /// A placement near what is taken: every mover at the cheapest account that takes it, and where none does at the
    /// cheapest that has room, those that need the most first.
    pub(super) fn mended(&self, remaining: &Remaining, costs: &Costs, filled: &Filled) -> Vec<usize> {
        let (kernel, view) = (self.kernel, &self.view);
        let decided = |mover: usize| kernel.choices(mover).find(|choice| remaining.has(*choice));
        let mut placement: Vec<usize> =
            (0..kernel.movers.len()).map(|mover| decided(mover).unwrap_or(kernel.first_choice[mover])).collect();
        let mut rooms = self.rooms.clone();
        let weight = |place: usize| self.kept.weights[view.choices[place]];
        // Room for the complements of all, given back where a mover comes.
        let open = (0..view.choices.len()).filter(|place| weight(*place) < 0);
        open.for_each(|place| rooms[kernel.account[view.choices[place]]] += weight(place));
        let mut put = |place: usize, rooms: &mut [i64]| {
            placement[view.open[self.owner[place]]] = view.choices[place];
            rooms[kernel.account[view.choices[place]]] -= weight(place);
        };
        let cheapest = |places: &mut dyn Iterator<Item = usize>| {
            places.min_by(|a, b| costs.of[*a].total_cmp(&costs.of[*b]).then(a.cmp(b)))
        };
        let mut waiting: Vec<usize> = Vec::new();
        for index in 0..view.open.len() {
            match cheapest(&mut view.of(index).filter(|place| filled.taken[*place])) {
                Some(place) => put(place, &mut rooms),
                None => waiting.push(index),
            }
        }
        let needs = |index: usize| view.of(index).map(weight).min();
        waiting.sort_by_key(|index| std::cmp::Reverse(needs(*index)));
        for index in waiting {
            let room = |place: usize| rooms[kernel.account[view.choices[place]]] - weight(place);
            let has_room =
                |place: &usize| self.kept.rows[kernel.account[view.choices[*place]]].is_none() || room(*place) >= 0;
            let place = cheapest(&mut view.of(index).filter(has_room))
                .or_else(|| view.of(index).max_by_key(|place| room(*place)));
            if let Some(place) = place {
                put(place, &mut rooms);
            }
        }
        placement
    }
}
