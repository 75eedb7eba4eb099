//! A placement with its sums in single precision, and what a move would do to them.

use crate::kernel::Kernel;

/// Rows of a block are padded to a multiple of this, so that they are worked on side by side.
const LANES: usize = 8;

/// A trade moves, or two change places.
pub(crate) struct Move {
    pub(crate) leaves: usize,
    pub(crate) enters: usize,
    /// What the other trade leaves and enters, at the same two accounts the other way round.
    pub(crate) swap: Option<(usize, usize)>,
}

/// The sums of a placement; coefficients are laid out for speed.
pub(crate) struct State {
    /// One choice for each mover.
    pub(crate) placement: Vec<usize>,
    penalties: Vec<f64>,
    layout: Layout,
    sums: Vec<f32>,
    values: Vec<f64>,
    /// The excess of the rows of each block.
    excess: Vec<f32>,
    cost: f64,
    /// The change of a block's sums that is being tried: leaving, entering, shared.
    trial: [Vec<f32>; 3],
}

/// What does not change: ends and coefficients, padded.
struct Layout {
    /// Rows of an account, padded; those of several accounts, padded.
    width: usize,
    shared: usize,
    low: Vec<f32>,
    high: Vec<f32>,
    coefficients: Vec<f32>,
    factors: Vec<f32>,
    /// `[mover][account]`: the choice there, or the number of choices.
    choice_at: Vec<u32>,
    has_positions: bool,
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
        let mut coefficients = Vec::with_capacity(kernel.account.len() * (width + shared));
        for choice in 0..kernel.account.len() {
            coefficients.extend(pad(kernel.account[choice], kernel.coefficients(choice)));
        }
        let mut choice_at = vec![u32::MAX; kernel.movers.len() * accounts];
        for choice in 0..kernel.account.len() {
            choice_at[kernel.mover[choice] * accounts + kernel.account[choice]] =
                u32::try_from(choice).unwrap_or(u32::MAX);
        }
        let factors = kernel.positions.iter();
        let factors = factors.flat_map(|p| pad(p.account, p.factors.split_at(kernel.block(p.account).len())));
        Self {
            width,
            shared,
            low,
            high,
            coefficients,
            factors: factors.collect(),
            choice_at,
            has_positions: !kernel.positions.is_empty(),
        }
    }

    #[inline]
    fn own(&self, choice: usize) -> &[f32] {
        &self.coefficients[choice * (self.width + self.shared)..][..self.width]
    }

    #[inline]
    fn common(&self, choice: usize) -> &[f32] {
        &self.coefficients[choice * (self.width + self.shared) + self.width..][..self.shared]
    }
}

impl State {
    pub(crate) fn new(kernel: &Kernel<'_>, placement: &[usize], penalties: &[f64]) -> Self {
        let layout = Layout::new(kernel, penalties);
        let (width, shared) = (layout.width, layout.shared);
        let mut state = Self {
            placement: placement.to_vec(),
            penalties: penalties.to_vec(),
            layout,
            sums: Vec::new(),
            values: Vec::new(),
            excess: Vec::new(),
            cost: 0.0,
            trial: [vec![0.0; width], vec![0.0; width], vec![0.0; shared]],
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

    pub(crate) fn choice_at(&self, kernel: &Kernel<'_>, mover: usize, account: usize) -> Option<usize> {
        let choice = self.layout.choice_at[mover * kernel.accounts() + account];
        (choice != u32::MAX).then_some(choice as usize)
    }

    /// Takes all sums anew: small errors of many steps are gone.
    pub(crate) fn sum_up(&mut self, kernel: &Kernel<'_>) {
        let exact = kernel.sums(&self.placement);
        let layout = &self.layout;
        let accounts = kernel.accounts();
        self.sums = vec![0.0; accounts * layout.width + layout.shared];
        for block in 0..=accounts {
            for (place, row) in kernel.block(block).enumerate() {
                self.sums[block * layout.width + place] = (exact.rows[row] * self.penalties[row]) as f32;
            }
        }
        self.cost = exact.cost;
        self.values = kernel.positions.iter().map(|position| position.base).collect();
        for choice in &self.placement {
            for (position, value) in kernel.touches(*choice) {
                self.values[*position] += value;
            }
        }
        let none = vec![0.0; layout.width.max(layout.shared)];
        self.excess = (0..=accounts)
            .map(|block| {
                let end = if block == accounts { layout.shared } else { layout.width };
                self.excess_with(block * layout.width, &none[..end], f32::MAX)
            })
            .collect();
    }

    /// The excess of the rows from `start` with `change` added; once it passes `most`, whatever it is then.
    #[inline(always)]
    fn excess_with(&self, start: usize, change: &[f32], most: f32) -> f32 {
        let end = start + change.len();
        let (sums, low, high) = (&self.sums[start..end], &self.layout.low[start..end], &self.layout.high[start..end]);
        let mut total = 0.0;
        let lanes = sums.chunks_exact(LANES).zip(low.chunks_exact(LANES)).zip(high.chunks_exact(LANES));
        for (((sums, low), high), change) in lanes.zip(change.chunks_exact(LANES)) {
            let mut part = [0.0_f32; LANES];
            for lane in 0..LANES {
                let sum = sums[lane] + change[lane];
                part[lane] = (low[lane] - sum).max(0.0) + (sum - high[lane]).max(0.0);
            }
            total += ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
            if total > most {
                break;
            }
        }
        total
    }

    /// Makes a move if it raises the energy by no more than `dare`. Returns the excess of all rows after it.
    #[inline]
    pub(crate) fn attempt(&mut self, kernel: &Kernel<'_>, change: &Move, weight: f32, dare: f32) -> Option<f32> {
        let (from, to) = (kernel.account[change.leaves], kernel.account[change.enters]);
        let (other_leaves, other_enters) = change.swap.map_or((None, None), |(out, into)| (Some(out), Some(into)));
        let mut cost = kernel.cost[change.enters] - kernel.cost[change.leaves];
        if let Some((out, into)) = change.swap {
            cost += kernel.cost[into] - kernel.cost[out];
        }
        let before = self.excess[from] + self.excess[to] + self.excess[kernel.accounts()];
        // Without short sizes to look at, cost and the first rows decide nearly all.
        let ends = [Some(change.leaves), Some(change.enters), other_leaves, other_enters];
        let has_shorts =
            self.layout.has_positions && ends.into_iter().flatten().any(|choice| !kernel.touches(choice).is_empty());
        let most = dare - weight * cost as f32 + before;
        if !has_shorts && (most < 0.0 || self.is_ruled_out(change, (from, to), most)) {
            return None;
        }
        let [mut leaving, mut entering, mut common] = std::mem::take(&mut self.trial);
        difference(
            &mut leaving,
            self.layout.own(change.leaves),
            other_enters.map(|choice| self.layout.own(choice)),
            -1.0,
        );
        difference(
            &mut entering,
            self.layout.own(change.enters),
            other_leaves.map(|choice| self.layout.own(choice)),
            1.0,
        );
        if self.layout.shared > 0 {
            self.common_difference(&mut common, change);
        }
        if has_shorts {
            cost += self.shorts(kernel, change.leaves, other_enters, -1.0, &mut leaving, &mut common);
            cost += self.shorts(kernel, change.enters, other_leaves, 1.0, &mut entering, &mut common);
        }
        let most = dare - weight * cost as f32 + before;
        let after = self.excesses(kernel, [(from, &leaving), (to, &entering)], &common, most);
        if let Some(after) = after {
            let width = self.layout.width;
            shift(&mut self.sums[from * width..(from + 1) * width], &leaving);
            shift(&mut self.sums[to * width..(to + 1) * width], &entering);
            if self.layout.shared > 0 {
                shift(&mut self.sums[kernel.accounts() * width..], &common);
            }
            self.excess[from] = after[0];
            self.excess[to] = after[1];
            self.excess[kernel.accounts()] = after[2];
            self.cost += cost;
            self.settle(kernel, change.leaves, change.enters);
            if let Some((out, into)) = change.swap {
                self.settle(kernel, out, into);
            }
        }
        self.trial = [leaving, entering, common];
        after.map(|_| self.excess.iter().sum())
    }

    /// Whether the first rows of the two accounts alone pass `most`: so it is with nearly all moves once it is cold.
    #[inline(always)]
    fn is_ruled_out(&self, change: &Move, (from, to): (usize, usize), most: f32) -> bool {
        let (other_leaves, other_enters) = change.swap.map_or((None, None), |(out, into)| (Some(out), Some(into)));
        let first = self.first_excess(from, change.leaves, other_enters, -1.0);
        first > most || first + self.first_excess(to, change.enters, other_leaves, 1.0) > most
    }

    #[inline(always)]
    fn first_excess(&self, account: usize, main: usize, other: Option<usize>, sign: f32) -> f32 {
        if self.layout.width == 0 {
            return 0.0;
        }
        let start = account * self.layout.width;
        let sums = &self.sums[start..start + LANES];
        let (low, high) = (&self.layout.low[start..start + LANES], &self.layout.high[start..start + LANES]);
        let main = &self.layout.own(main)[..LANES];
        let other = other.map_or(&[0.0; LANES][..], |other| &self.layout.own(other)[..LANES]);
        let mut part = [0.0_f32; LANES];
        for lane in 0..LANES {
            let sum = sums[lane] + sign * (main[lane] - other[lane]);
            part[lane] = (low[lane] - sum).max(0.0) + (sum - high[lane]).max(0.0);
        }
        ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]))
    }

    /// The excess after a trial, block by block; nothing if it passes `most`.
    #[inline]
    fn excesses(
        &self,
        kernel: &Kernel<'_>,
        own: [(usize, &Vec<f32>); 2],
        common: &[f32],
        most: f32,
    ) -> Option<[f32; 3]> {
        let width = self.layout.width;
        let first = self.excess_with(own[0].0 * width, own[0].1, most);
        if first > most {
            return None;
        }
        let second = self.excess_with(own[1].0 * width, own[1].1, most - first);
        if first + second > most {
            return None;
        }
        let third = if common.is_empty() { 0.0 } else { self.excess_with(kernel.accounts() * width, common, f32::MAX) };
        (first + second + third <= most).then_some([first, second, third])
    }

    fn common_difference(&self, common: &mut [f32], change: &Move) {
        common.fill(0.0);
        let mut count = |choice: usize, sign: f32| {
            common.iter_mut().zip(self.layout.common(choice)).for_each(|(sum, c)| *sum += sign * c);
        };
        count(change.leaves, -1.0);
        count(change.enters, 1.0);
        if let Some((out, into)) = change.swap {
            count(out, -1.0);
            count(into, 1.0);
        }
    }

    /// What the short sizes of one account do when `main` goes (`sign` -1) or comes (1) and `other` the other way.
    /// Adds to the sums being tried and returns the cost.
    fn shorts(
        &self,
        kernel: &Kernel<'_>,
        main: usize,
        other: Option<usize>,
        sign: f64,
        own: &mut [f32],
        common: &mut [f32],
    ) -> f64 {
        let others = other.map_or(&[][..], |other| kernel.touches(other));
        let mut cost = 0.0;
        let mut change = |position: usize, moved: f64| {
            let before = self.values[position];
            let short = (-(before + moved)).max(0.0) - (-before).max(0.0);
            if short != 0.0 {
                cost += kernel.positions[position].cost * short;
                let each = self.layout.width + self.layout.shared;
                let factors = &self.layout.factors[position * each..(position + 1) * each];
                let (mine, shared) = factors.split_at(self.layout.width);
                own.iter_mut().zip(mine).for_each(|(sum, f)| *sum += f * short as f32);
                common.iter_mut().zip(shared).for_each(|(sum, f)| *sum += f * short as f32);
            }
        };
        for (position, value) in kernel.touches(main) {
            let met = others.iter().find(|(other, _)| other == position).map_or(0.0, |(_, value)| *value);
            change(*position, sign * (value - met));
        }
        for (position, value) in others {
            if !kernel.touches(main).iter().any(|(own, _)| own == position) {
                change(*position, -sign * value);
            }
        }
        cost
    }

    fn settle(&mut self, kernel: &Kernel<'_>, out: usize, into: usize) {
        for (position, value) in kernel.touches(out) {
            self.values[*position] -= value;
        }
        for (position, value) in kernel.touches(into) {
            self.values[*position] += value;
        }
        self.placement[kernel.mover[out]] = into;
    }
}

/// `sign · (main - other)`
#[inline(always)]
fn difference(to: &mut [f32], main: &[f32], other: Option<&[f32]>, sign: f32) {
    match other {
        Some(other) => to.iter_mut().zip(main.iter().zip(other)).for_each(|(to, (a, b))| *to = sign * (a - b)),
        None => to.iter_mut().zip(main).for_each(|(to, a)| *to = sign * a),
    }
}

#[inline(always)]
fn shift(sums: &mut [f32], change: &[f32]) {
    sums.iter_mut().zip(change).for_each(|(sum, change)| *sum += change);
}
