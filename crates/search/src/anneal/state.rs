//! A placement with its sums in single precision, and what a move would do to them.
//!
//! Nearly all moves are turned down, so that trying one writes nothing: its cost and short sizes come first, then rows,
//! eight at a time and turn about in the two accounts, until what they exceed their ends by is too much.

use crate::kernel::Kernel;

/// Rows of a block are padded to a multiple of this, so that they are worked on side by side.
const LANES: usize = 8;

/// A trade goes from one account to another, and another trade may go with it or the other way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// What the trade leaves at `from`, and enters at `to`.
    pub(crate) leaves: usize,
    pub(crate) enters: usize,
    /// The other trade's choices at `from` and at `to`; [`State::nothing`] where there is none.
    pub(crate) other_from: usize,
    pub(crate) other_to: usize,
    pub(crate) way: Way,
}

/// Which way the other trade of a move goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From `to` to `from`: the two change places.
    Back,
    /// From `from` to `to`: what one of them does to a row, the other may undo.
    Along,
}

/// What a move does at one of its accounts: how often each of two choices is added.
#[derive(Clone, Copy)]
struct Side {
    account: usize,
    main: usize,
    other: usize,
    main_times: f32,
    other_times: f32,
}

impl Move {
    #[inline(always)]
    fn sides(&self) -> [Side; 2] {
        let back = if self.way == Way::Back { 1.0 } else { -1.0 };
        let at_from =
            Side { account: self.from, main: self.leaves, other: self.other_from, main_times: -1.0, other_times: back };
        let at_to =
            Side { account: self.to, main: self.enters, other: self.other_to, main_times: 1.0, other_times: -back };
        [at_from, at_to]
    }
}

/// The sums of a placement; coefficients are laid out for speed.
pub(crate) struct State {
    /// One choice for each mover.
    pub(crate) placement: Vec<usize>,
    /// What a unit of excess costs by row.
    pub(crate) penalties: Vec<f64>,
    layout: Layout,
    sums: Vec<f32>,
    values: Vec<f32>,
    /// The excess of the rows of each block.
    excess: Vec<f32>,
    cost: f64,
    /// Positions whose short size the move being tried changes, and by how much: at `from`, at `to`.
    shorts: [Vec<(usize, f32)>; 2],
}

/// What does not change: ends and coefficients, padded.
#[derive(Default)]
struct Layout {
    accounts: usize,
    /// Rows of an account, padded; those of several accounts, padded.
    width: usize,
    shared: usize,
    low: Vec<f32>,
    high: Vec<f32>,
    /// Of each choice, and zeros for none.
    coefficients: Vec<f32>,
    cost: Vec<f32>,
    first_touch: Vec<u32>,
    touches: Vec<(u32, f32)>,
    /// Of each position: what a unit of short costs, whether it counts in rows, what it adds to them.
    short_cost: Vec<f32>,
    is_in_rows: Vec<bool>,
    factors: Vec<f32>,
    /// `[mover][account]`: the choice there, or the largest number.
    choice_at: Vec<u32>,
}

impl Layout {
    /// With each row weighted by what its excess costs.
    fn new(kernel: &Kernel<'_>, penalties: &[f64]) -> Self {
        let padded = |rows: usize| rows.div_ceil(LANES) * LANES;
        let accounts = kernel.accounts();
        let width = (0..accounts).map(|account| padded(kernel.block(account).len())).max().unwrap_or(0);
        let shared = padded(kernel.shared().len());
        let mut low = vec![f32::MIN; accounts * width + shared];
        let mut high = vec![f32::MAX; accounts * width + shared];
        for block in 0..=accounts {
            for (place, row) in kernel.block(block).enumerate() {
                let in_range = |end: f64| (end * penalties[row]).clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
                low[block * width + place] = in_range(kernel.rows[row].low);
                high[block * width + place] = in_range(kernel.rows[row].high);
            }
        }
        let pad = |account: usize, (own, common): (&[f64], &[f64])| {
            let mut padded = vec![0.0_f32; width + shared];
            let weighted = |c: &f64, penalty: &f64| (c * penalty) as f32;
            let (mine, others) = (&penalties[kernel.block(account)], &penalties[kernel.shared()]);
            own.iter().zip(mine).enumerate().for_each(|(place, (c, w))| padded[place] = weighted(c, w));
            common.iter().zip(others).enumerate().for_each(|(place, (c, w))| padded[width + place] = weighted(c, w));
            padded
        };
        let choices = kernel.account.len();
        let mut coefficients = Vec::with_capacity((choices + 1) * (width + shared));
        for choice in 0..choices {
            coefficients.extend(pad(kernel.account[choice], kernel.coefficients(choice)));
        }
        coefficients.resize((choices + 1) * (width + shared), 0.0);
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let mut choice_at = vec![u32::MAX; kernel.movers.len() * accounts];
        for choice in 0..choices {
            choice_at[kernel.mover[choice] * accounts + kernel.account[choice]] = number(choice);
        }
        let factors = kernel.positions.iter();
        let factors = factors.flat_map(|p| pad(p.account, p.factors.split_at(kernel.block(p.account).len())));
        let ends = kernel.first_touch.iter().chain(kernel.first_touch.last());
        Self {
            accounts,
            width,
            shared,
            low,
            high,
            coefficients,
            cost: kernel.cost.iter().map(|cost| *cost as f32).chain([0.0]).collect(),
            first_touch: ends.map(|end| number(*end)).collect(),
            touches: kernel.touches.iter().map(|(position, value)| (number(*position), *value as f32)).collect(),
            short_cost: kernel.positions.iter().map(|position| position.cost as f32).collect(),
            is_in_rows: kernel.positions.iter().map(|p| p.factors.iter().any(|factor| *factor != 0.0)).collect(),
            factors: factors.collect(),
            choice_at,
        }
    }

    #[inline(always)]
    fn own(&self, choice: usize) -> &[f32] {
        &self.coefficients[choice * (self.width + self.shared)..][..self.width]
    }

    #[inline(always)]
    fn common(&self, choice: usize) -> &[f32] {
        &self.coefficients[choice * (self.width + self.shared) + self.width..][..self.shared]
    }

    #[inline(always)]
    fn touches(&self, choice: usize) -> &[(u32, f32)] {
        &self.touches[self.first_touch[choice] as usize..self.first_touch[choice + 1] as usize]
    }

    /// What a unit of short adds to the rows of its account, then to the shared ones.
    #[inline(always)]
    fn factors(&self, position: usize) -> (&[f32], &[f32]) {
        let each = self.width + self.shared;
        self.factors[position * each..(position + 1) * each].split_at(self.width)
    }

    /// Where the sums of a block are.
    fn block(&self, block: usize) -> std::ops::Range<usize> {
        let start = block * self.width;
        start..start + if block == self.accounts { self.shared } else { self.width }
    }
}

impl State {
    pub(crate) fn new(kernel: &Kernel<'_>, placement: &[usize], penalties: &[f64]) -> Self {
        let mut state = Self {
            placement: placement.to_vec(),
            penalties: penalties.to_vec(),
            layout: Layout::new(kernel, penalties),
            sums: Vec::new(),
            values: Vec::new(),
            excess: Vec::new(),
            cost: 0.0,
            shorts: [Vec::new(), Vec::new()],
        };
        state.sum_up(kernel);
        state
    }

    /// Goes to another placement.
    pub(crate) fn go_to(&mut self, kernel: &Kernel<'_>, placement: &[usize]) {
        self.placement.copy_from_slice(placement);
        self.sum_up(kernel);
    }

    /// The cost, in scaled units.
    pub(crate) fn cost(&self) -> f64 {
        self.cost
    }

    /// In place of a choice where there is none.
    #[inline(always)]
    pub(crate) fn nothing(&self) -> usize {
        self.layout.cost.len() - 1
    }

    #[inline(always)]
    pub(crate) fn choice_at(&self, mover: usize, account: usize) -> Option<usize> {
        let choice = self.layout.choice_at[mover * self.layout.accounts + account];
        (choice != u32::MAX).then_some(choice as usize)
    }

    /// Takes all sums anew: small errors of many steps are gone.
    pub(crate) fn sum_up(&mut self, kernel: &Kernel<'_>) {
        let exact = kernel.sums(&self.placement);
        let layout = &self.layout;
        self.sums = vec![0.0; layout.low.len()];
        for block in 0..=layout.accounts {
            for (place, row) in kernel.block(block).enumerate() {
                self.sums[block * layout.width + place] = (exact.rows[row] * self.penalties[row]) as f32;
            }
        }
        self.cost = exact.cost;
        let mut values: Vec<f64> = kernel.positions.iter().map(|position| position.base).collect();
        for (position, value) in self.placement.iter().flat_map(|choice| kernel.touches(*choice)) {
            values[*position] += value;
        }
        self.values = values.into_iter().map(|value| value as f32).collect();
        self.excess = (0..=layout.accounts).map(|block| self.excess_of(block)).collect();
    }

    /// What the rows of a block exceed their ends by.
    fn excess_of(&self, block: usize) -> f32 {
        let rows = self.layout.block(block);
        let ends = self.layout.low[rows.clone()].iter().zip(&self.layout.high[rows.clone()]);
        self.sums[rows].iter().zip(ends).map(|(sum, (low, high))| excess(*sum, *low, *high)).sum()
    }

    /// Makes a move if it raises the energy by no more than `dare`. Returns the excess of all rows after it.
    #[inline]
    pub(crate) fn attempt(&mut self, kernel: &Kernel<'_>, change: &Move, weight: f32, dare: f32) -> Option<f32> {
        let sides = change.sides();
        let before = self.excess[change.from] + self.excess[change.to] + self.excess[self.layout.accounts];
        let cost: f32 = sides.iter().map(|side| self.cost_at(side)).sum();
        let mut most = dare + before - weight * cost;
        let mut short_cost = 0.0;
        if !self.values.is_empty() {
            short_cost = self.weigh_shorts(&sides);
            most -= weight * short_cost;
        }
        if most < 0.0 {
            return None;
        }
        let [from, to] = self.excesses(&sides, most)?;
        let mut shared = 0.0;
        if self.layout.shared > 0 {
            shared = self.shared_excess(&sides);
            if from + to + shared > most {
                return None;
            }
        }
        self.make(kernel, change, &sides);
        self.cost += f64::from(short_cost);
        self.excess[change.from] = from;
        self.excess[change.to] = to;
        self.excess[self.layout.accounts] = shared;
        Some(self.excess.iter().sum())
    }

    /// Lets the excess of rows cost this; sums have to be taken anew after it.
    pub(crate) fn weigh_rows(&mut self, kernel: &Kernel<'_>, penalties: Vec<f64>) {
        // The layout before goes first: two of them at a time are much memory on large days.
        self.layout = Layout::default();
        self.layout = Layout::new(kernel, &penalties);
        self.penalties = penalties;
    }

    /// What all rows exceed their ends by.
    pub(crate) fn excess(&self) -> f32 {
        self.excess.iter().sum()
    }

    #[inline(always)]
    fn cost_at(&self, side: &Side) -> f32 {
        side.main_times * self.layout.cost[side.main] + side.other_times * self.layout.cost[side.other]
    }

    /// The excess of the two accounts after a move; nothing if it passes `most`.
    #[inline(always)]
    fn excesses(&self, sides: &[Side; 2], most: f32) -> Option<[f32; 2]> {
        let layout = &self.layout;
        let own = sides.map(|side| (layout.own(side.main), layout.own(side.other)));
        let mut totals = [0.0_f32; 2];
        for place in (0..layout.width).step_by(LANES) {
            for number in 0..2 {
                let lanes = (&own[number].0[place..][..LANES], &own[number].1[place..][..LANES]);
                totals[number] += self.excess_of_lanes(&sides[number], place, lanes, &self.shorts[number]);
                if totals[0] + totals[1] > most {
                    return None;
                }
            }
        }
        Some(totals)
    }

    /// The excess of eight rows after a move.
    #[inline(always)]
    fn excess_of_lanes(&self, side: &Side, place: usize, lanes: (&[f32], &[f32]), shorts: &[(usize, f32)]) -> f32 {
        let layout = &self.layout;
        let start = side.account * layout.width + place;
        let sums = &self.sums[start..][..LANES];
        let (low, high) = (&layout.low[start..][..LANES], &layout.high[start..][..LANES]);
        let mut after = [0.0_f32; LANES];
        for lane in 0..LANES {
            after[lane] = sums[lane] + (side.main_times * lanes.0[lane] + side.other_times * lanes.1[lane]);
        }
        for (position, short) in shorts {
            let factors = &layout.factors(*position).0[place..][..LANES];
            for lane in 0..LANES {
                after[lane] += factors[lane] * short;
            }
        }
        let mut part = [0.0_f32; LANES];
        for lane in 0..LANES {
            part[lane] = excess(after[lane], low[lane], high[lane]);
        }
        ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]))
    }

    /// What a move changes in the rows of several accounts.
    fn shared_change(&self, sides: &[Side; 2]) -> Vec<f32> {
        let layout = &self.layout;
        let mut sums = vec![0.0; layout.shared];
        for side in sides {
            add(&mut sums, layout.common(side.main), side.main_times);
            add(&mut sums, layout.common(side.other), side.other_times);
        }
        for (position, short) in self.shorts.iter().flatten() {
            add(&mut sums, layout.factors(*position).1, *short);
        }
        sums
    }

    fn shared_excess(&self, sides: &[Side; 2]) -> f32 {
        let rows = self.layout.block(self.layout.accounts);
        let sums = self.sums[rows.clone()].iter().zip(self.shared_change(sides)).map(|(sum, change)| sum + change);
        let ends = self.layout.low[rows.clone()].iter().zip(&self.layout.high[rows]);
        sums.zip(ends).map(|(sum, (low, high))| excess(sum, *low, *high)).sum()
    }

    /// Notes which short sizes a move changes, and returns what that costs.
    #[inline]
    fn weigh_shorts(&mut self, sides: &[Side; 2]) -> f32 {
        let Self { layout, values, shorts: [from, to], .. } = self;
        weigh(layout, values, &sides[0], from) + weigh(layout, values, &sides[1], to)
    }

    /// Makes a move whose short sizes were weighed; their cost is not counted.
    fn make(&mut self, kernel: &Kernel<'_>, change: &Move, sides: &[Side; 2]) {
        if self.layout.shared > 0 {
            let shared = self.shared_change(sides);
            add(&mut self.sums[self.layout.block(self.layout.accounts)], &shared, 1.0);
        }
        let layout = &self.layout;
        for (side, shorts) in sides.iter().zip(&self.shorts) {
            let sums = &mut self.sums[layout.block(side.account)];
            for (position, short) in shorts {
                add(sums, layout.factors(*position).0, *short);
            }
            for (choice, times) in [(side.main, side.main_times), (side.other, side.other_times)] {
                add(sums, layout.own(choice), times);
                for (position, value) in layout.touches(choice) {
                    self.values[*position as usize] += times * value;
                }
            }
        }
        self.go(kernel, change.leaves, change.enters);
        match change.way {
            _ if change.other_from == self.nothing() => {}
            Way::Back => self.go(kernel, change.other_to, change.other_from),
            Way::Along => self.go(kernel, change.other_from, change.other_to),
        }
    }

    fn go(&mut self, kernel: &Kernel<'_>, leaves: usize, enters: usize) {
        self.cost += kernel.cost[enters] - kernel.cost[leaves];
        self.placement[kernel.mover[leaves]] = enters;
    }
}

/// What the short sizes of one account cost more after a move; `shorts` are those that then change and count in rows.
#[inline(always)]
fn weigh(layout: &Layout, values: &[f32], side: &Side, shorts: &mut Vec<(usize, f32)>) -> f32 {
    shorts.clear();
    // Both name their positions in ascending order.
    let (mut main, mut other) = (layout.touches(side.main), layout.touches(side.other));
    let mut cost = 0.0;
    loop {
        let (position, moved) = match (main, other) {
            ([], []) => return cost,
            ([(one, value), rest @ ..], [(two, met), others @ ..]) if one == two => {
                (main, other) = (rest, others);
                (*one as usize, side.main_times * value + side.other_times * met)
            }
            ([(one, value), rest @ ..], others) if others.first().is_none_or(|(two, _)| one < two) => {
                main = rest;
                (*one as usize, side.main_times * value)
            }
            (_, [(two, value), others @ ..]) => {
                other = others;
                (*two as usize, side.other_times * value)
            }
            ([..], []) => return cost,
        };
        let before = values[position];
        let short = (-(before + moved)).max(0.0) - (-before).max(0.0);
        if short != 0.0 {
            cost += layout.short_cost[position] * short;
            if layout.is_in_rows[position] {
                shorts.push((position, short));
            }
        }
    }
}

/// What a sum is outside its ends by.
#[inline(always)]
fn excess(sum: f32, low: f32, high: f32) -> f32 {
    (low - sum).max(sum - high).max(0.0)
}

/// `to += factor · what`
#[inline(always)]
fn add(to: &mut [f32], what: &[f32], factor: f32) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}

#[cfg(test)]
mod tests;
