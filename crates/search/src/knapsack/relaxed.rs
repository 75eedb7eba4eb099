//! What no placement can beat where accounts keep rows: `L(u, λ)`.
//!
//! `L(u, λ) = constant(λ) + Σ u_i + Σ_a min { Σ (c_ia - u_i)·x_ia : the kept row of a }`, with `c_ia` what a choice costs,
//! the prices `λ` of all other rows included. That each mover goes to one account is what `u` prices: an account may take a
//! mover that another one takes as well, at a profit of `u_i - c_ia`. A position priced by side is a line below its kink,
//! as in `lagrangian`.

use super::kept::{Kept, KeptRows};
use super::table::{Forced, Item, MOST_PROFIT, Table};
use crate::kernel::{Kernel, add};
use crate::lagrangian::{Prices, View, paid_rows};
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
    /// What is decided costs, and where it leaves each position.
    cost: f64,
    spans: Vec<Span>,
}

/// What a position comes to with what is decided, at least and at most.
#[derive(Debug, Clone, Copy)]
struct Span {
    base: f64,
    low: f64,
    high: f64,
}

/// The costs of a branch at prices of the rows.
#[derive(Debug, Clone)]
pub(super) struct Costs {
    constant: f64,
    /// Of each of the view's choices.
    pub(super) of: Vec<f64>,
    /// By position, `(at_zero, slope)` of the short size that is taken for granted.
    shorts: Vec<(f64, f64)>,
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
        let spans = kernel.positions.iter().map(|p| Span { base: p.base, low: 0.0, high: 0.0 }).collect();
        let mut sacks = Self { kernel, kept, view, places, owner, rooms, cost: 0.0, spans };
        sacks.settle(remaining);
        Some(sacks)
    }

    /// Takes account of what is decided.
    fn settle(&mut self, remaining: &Remaining) {
        let (kernel, kept) = (self.kernel, self.kept);
        for mover in 0..kernel.movers.len() {
            let is_open = remaining.left(mover) > 1;
            for choice in kernel.choices(mover) {
                let weight = kept.weights[choice];
                let is_here = remaining.has(choice);
                // Booked here: its weight is used. Not here: its complement is.
                self.rooms[kernel.account[choice]] -= match (is_here, is_open) {
                    (true, true) => 0,
                    (true, false) => weight.max(0),
                    (false, _) => (-weight).max(0),
                };
                if !is_here {
                    continue;
                }
                if !is_open {
                    self.cost += kernel.cost[choice];
                }
                for (position, moved) in kernel.touches(choice) {
                    let span = &mut self.spans[*position];
                    if is_open {
                        span.low += moved.min(0.0);
                        span.high += moved.max(0.0);
                    } else {
                        span.base += moved;
                    }
                }
            }
        }
        for span in &mut self.spans {
            span.low += span.base;
            span.high += span.base;
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
        let kernel = self.kernel;
        let mut constant = self.cost;
        for ((price, row), sum) in prices.rows.iter().zip(&kernel.rows).zip(&self.view.rows) {
            if *price != 0.0 {
                constant += price * (sum - if *price > 0.0 { row.high } else { row.low });
            }
        }
        let mut shorts = Vec::with_capacity(self.spans.len());
        let mut slopes = Vec::with_capacity(self.spans.len());
        for (position, span) in self.spans.iter().enumerate() {
            let worth = prices.worth_of_short(kernel, position);
            let line = span.line(worth, prices.shares[position]);
            constant += worth * (line.0 + line.1 * span.base);
            slopes.push(worth * line.1);
            shorts.push(line);
        }
        let priced: Vec<Vec<(usize, f64)>> =
            (0..=kernel.accounts()).map(|block| paid_rows(kernel, prices, block)).collect();
        let cost = |choice: &usize| {
            let account = kernel.account[*choice];
            let (own, shared) = kernel.coefficients(*choice);
            let paid = |block: usize, coefficients: &[f64]| -> f64 {
                priced[block].iter().map(|(row, price)| price * coefficients[*row]).sum()
            };
            let sided = kernel.touches(*choice).iter().map(|(position, moved)| slopes[*position] * moved);
            kernel.cost[*choice] + paid(account, own) + paid(kernel.accounts(), shared) + sided.sum::<f64>()
        };
        Costs { constant, of: self.view.choices.iter().map(cost).collect(), shorts }
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

    /// The left sides of the rows with what is taken, short sizes as the bound takes them.
    pub(super) fn sums(&self, costs: &Costs, filled: &Filled) -> Vec<f64> {
        let kernel = self.kernel;
        let mut rows = self.view.rows.clone();
        let mut values: Vec<f64> = self.spans.iter().map(|span| span.base).collect();
        for (choice, _) in self.view.choices.iter().zip(&filled.taken).filter(|(_, taken)| **taken) {
            let (own, shared) = kernel.coefficients(*choice);
            add(&mut rows[kernel.block(kernel.account[*choice])], own, 1.0);
            add(&mut rows[kernel.shared()], shared, 1.0);
            kernel.touches(*choice).iter().for_each(|(position, moved)| values[*position] += moved);
        }
        for ((position, (at_zero, slope)), value) in kernel.positions.iter().zip(&costs.shorts).zip(values) {
            let short = at_zero + slope * value;
            let (own, shared) = position.factors.split_at(kernel.block(position.account).len());
            add(&mut rows[kernel.block(position.account)], own, short);
            add(&mut rows[kernel.shared()], shared, short);
        }
        rows
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

impl Span {
    /// `(at_zero, slope)` of a line at or below `max(-P, 0)` where a unit of that costs `worth`, at or above where it
    /// pays.
    fn line(self, worth: f64, share: f64) -> (f64, f64) {
        let Self { low, high, .. } = self;
        match () {
            () if low >= 0.0 => (0.0, 0.0),
            () if high <= 0.0 => (0.0, -1.0),
            () if worth >= 0.0 => (0.0, -share),
            () => (-low * high / (high - low), low / (high - low)),
        }
    }
}
