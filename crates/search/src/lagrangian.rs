//! What no placement can beat: the Lagrangian bound, and prices that make it tight.
//!
//! With prices `λ` the rows move into the costs, `L(λ) = min_x cost(x) + Σ λ·(row(x) - end)`, and every mover chooses
//! for itself. `λ > 0` prices a row's high end, `λ < 0` its low end. A short size costs `κ·max(-P, 0)`, rows
//! included. Where `κ >= 0` that is at least `-κ·s·P` for any share `s` in `[0, 1]`, where `κ < 0` at least the chord
//! over what `P` can reach; both are sums over choices again. Prices and shares are improved by a subgradient method with
//! memory and Polyak's step (Held, Wolfe, Crowder 1974; Camerini, Fratta, Maffioli 1975). Any prices give a bound.

use std::sync::Arc;

use crate::kernel::{Kernel, add};
use crate::knapsack::KeptRows;
use crate::remaining::Remaining;

/// Prices of rows and shares of positions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prices {
    /// `λ` by row.
    pub(crate) rows: Vec<f64>,
    /// `s` by position.
    pub(crate) shares: Vec<f64>,
    /// `u` by mover where accounts keep rows (see `knapsack`); empty where every mover chooses for itself.
    pub(crate) movers: Vec<f64>,
    /// The rows that they keep.
    pub(crate) kept: Option<Arc<KeptRows>>,
}

impl Prices {
    /// Nothing has a price.
    pub(crate) fn none(kernel: &Kernel<'_>) -> Self {
        let (rows, shares) = (vec![0.0; kernel.rows.len()], vec![0.5; kernel.positions.len()]);
        Self { rows, shares, movers: Vec::new(), kept: None }
    }

    /// `κ`: what a unit of short costs, rows included.
    pub(crate) fn worth_of_short(&self, kernel: &Kernel<'_>, position: usize) -> f64 {
        let position = &kernel.positions[position];
        let rows = kernel.block(position.account).chain(kernel.shared());
        position.cost + rows.zip(&position.factors).map(|(row, f)| self.rows[row] * f).sum::<f64>()
    }
}

/// A branch of the search made ready for pricing: what is decided is summed up, what is open is listed.
pub(crate) struct View<'k> {
    kernel: &'k Kernel<'k>,
    /// Movers with two or more choices left, and the choices of each: `first[i]..first[i + 1]` of `choices`.
    pub(crate) open: Vec<usize>,
    pub(crate) first: Vec<usize>,
    pub(crate) choices: Vec<usize>,
    /// The left sides of rows with what is decided.
    pub(crate) rows: Vec<f64>,
    cost: f64,
    /// Base, lowest and highest value of each position.
    spans: Vec<Span>,
}

#[derive(Clone, Copy)]
struct Span {
    base: f64,
    low: f64,
    high: f64,
}

/// What pricing a view gave.
#[derive(Debug, Clone)]
pub(crate) struct Priced {
    /// The bound.
    pub(crate) value: f64,
    /// The cost of each of the view's choices, prices included.
    pub(crate) reduced: Vec<f64>,
    /// The cheapest of the view's choices for each open mover, as an index into the view's choices.
    pub(crate) cheapest: Vec<usize>,
    /// The left sides there, with short sizes as the bound takes them.
    rows: Vec<f64>,
    /// `-κ·P` there by position: how the bound follows the share.
    slopes: Vec<f64>,
}

impl<'k> View<'k> {
    /// The view of a branch; nothing where some mover has no choice left.
    pub(crate) fn new(kernel: &'k Kernel<'k>, remaining: &Remaining) -> Option<Self> {
        let spans = kernel.positions.iter().map(|p| Span { base: p.base, low: 0.0, high: 0.0 }).collect();
        let rows = vec![0.0; kernel.rows.len()];
        let mut view = Self { kernel, open: Vec::new(), first: vec![0], choices: Vec::new(), rows, cost: 0.0, spans };
        for mover in 0..kernel.movers.len() {
            match remaining.left(mover) {
                0 => return None,
                1 => {
                    let choice = kernel.choices(mover).find(|choice| remaining.has(*choice))?;
                    view.decide(choice);
                }
                _ => {
                    view.open.push(mover);
                    view.choices.extend(kernel.choices(mover).filter(|choice| remaining.has(*choice)));
                    view.first.push(view.choices.len());
                }
            }
        }
        for choice in &view.choices {
            for (position, value) in kernel.touches(*choice) {
                let span = &mut view.spans[*position];
                span.low += value.min(0.0);
                span.high += value.max(0.0);
            }
        }
        for span in &mut view.spans {
            span.low += span.base;
            span.high += span.base;
        }
        Some(view)
    }

    fn decide(&mut self, choice: usize) {
        self.cost += self.kernel.cost[choice];
        let (own, shared) = self.kernel.coefficients(choice);
        add(&mut self.rows[self.kernel.block(self.kernel.account[choice])], own, 1.0);
        add(&mut self.rows[self.kernel.shared()], shared, 1.0);
        for (position, value) in self.kernel.touches(choice) {
            self.spans[*position].base += value;
        }
    }

    /// The choices of the `index`-th open mover, as indices into [`View::choices`].
    pub(crate) fn of(&self, index: usize) -> std::ops::Range<usize> {
        self.first[index]..self.first[index + 1]
    }

    /// The bound that prices give.
    pub(crate) fn price(&self, prices: &Prices) -> Priced {
        let kernel = self.kernel;
        let mut value = self.cost;
        for ((price, row), sum) in prices.rows.iter().zip(&kernel.rows).zip(&self.rows) {
            if *price > 0.0 {
                value += price * (sum - row.high);
            } else if *price < 0.0 {
                value += price * (sum - row.low);
            }
        }
        let lines: Vec<Line> = (0..self.spans.len()).map(|position| self.line(position, prices)).collect();
        for (line, span) in lines.iter().zip(&self.spans) {
            value += line.at_zero + line.slope * span.base;
        }
        let paid: Vec<Paid<'_>> = (0..kernel.accounts()).map(|account| Paid::of(kernel, prices, account)).collect();
        let common = paid_rows(kernel, prices, kernel.accounts());
        let mut reduced = Vec::with_capacity(self.choices.len());
        let mut cheapest = Vec::with_capacity(self.open.len());
        let mut rows = self.rows.clone();
        let mut values: Vec<f64> = self.spans.iter().map(|span| span.base).collect();
        for index in 0..self.open.len() {
            let mut best = (f64::INFINITY, 0);
            for place in self.of(index) {
                let choice = self.choices[place];
                let account = kernel.account[choice];
                let own = &kernel.coefficients[kernel.offset[choice]..];
                let mut cost = kernel.cost[choice];
                match &paid[account] {
                    Paid::Few(paid) => paid.iter().for_each(|(row, price)| cost += price * own[*row]),
                    Paid::Many(prices) => cost += dot(prices, own),
                }
                if !common.is_empty() {
                    let shared = &own[kernel.block(account).len()..];
                    cost += common.iter().map(|(row, price)| price * shared[*row]).sum::<f64>();
                }
                for (position, moved) in kernel.touches(choice) {
                    cost += lines[*position].slope * moved;
                }
                reduced.push(cost);
                if cost < best.0 {
                    best = (cost, place);
                }
            }
            value += best.0;
            cheapest.push(best.1);
            let choice = self.choices[best.1];
            let (own, shared) = kernel.coefficients(choice);
            add(&mut rows[kernel.block(kernel.account[choice])], own, 1.0);
            add(&mut rows[kernel.shared()], shared, 1.0);
            for (position, moved) in kernel.touches(choice) {
                values[*position] += moved;
            }
        }
        let mut slopes = Vec::with_capacity(lines.len());
        for ((line, position), value) in lines.iter().zip(&kernel.positions).zip(values) {
            let short = line.short_at_zero + line.short_slope * value;
            let (own, shared) = position.factors.split_at(kernel.block(position.account).len());
            add(&mut rows[kernel.block(position.account)], own, short);
            add(&mut rows[kernel.shared()], shared, short);
            slopes.push(if line.is_shared { -line.worth * value } else { 0.0 });
        }
        Priced { value, reduced, cheapest, rows, slopes }
    }

    /// The line below what a position's short size costs.
    fn line(&self, position: usize, prices: &Prices) -> Line {
        let Span { low, high, .. } = self.spans[position];
        let share = prices.shares[position];
        let worth = prices.worth_of_short(self.kernel, position);
        let (short_at_zero, short_slope, is_shared) = match () {
            () if low >= 0.0 => (0.0, 0.0, false),
            () if high <= 0.0 => (0.0, -1.0, false),
            () if worth >= 0.0 => (0.0, -share, true),
            () => (-low * high / (high - low), low / (high - low), false),
        };
        Line {
            worth,
            at_zero: worth * short_at_zero,
            slope: worth * short_slope,
            short_at_zero,
            short_slope,
            is_shared,
        }
    }

    /// Every mover at the cheapest of its choices: one choice for each mover of the kernel.
    pub(crate) fn placement(&self, remaining: &Remaining, priced: &Priced) -> Vec<usize> {
        let kernel = self.kernel;
        let mut next = 0;
        let pick = |mover: usize| {
            if self.open.get(next) == Some(&mover) {
                next += 1;
                return self.choices[priced.cheapest[next - 1]];
            }
            kernel.choices(mover).find(|choice| remaining.has(*choice)).unwrap_or(kernel.first_choice[mover])
        };
        (0..kernel.movers.len()).map(pick).collect()
    }
}

/// `at_zero + slope·P`, and the short size that it takes for granted.
struct Line {
    /// `κ`
    worth: f64,
    at_zero: f64,
    slope: f64,
    short_at_zero: f64,
    short_slope: f64,
    /// Whether the share decides the slope.
    is_shared: bool,
}

/// The prices of an account's rows, in the form that is quicker to use.
enum Paid<'p> {
    /// Those that are not zero, as indices within the block.
    Few(Vec<(usize, f64)>),
    /// All of them.
    Many(&'p [f64]),
}

impl<'p> Paid<'p> {
    fn of(kernel: &Kernel<'_>, prices: &'p Prices, account: usize) -> Self {
        let few = paid_rows(kernel, prices, account);
        let all = &prices.rows[kernel.block(account)];
        if 3 * few.len() > all.len() { Self::Many(all) } else { Self::Few(few) }
    }
}

/// The rows of a block that have a price, as indices within the block.
pub(crate) fn paid_rows(kernel: &Kernel<'_>, prices: &Prices, block: usize) -> Vec<(usize, f64)> {
    let prices = prices.rows[kernel.block(block)].iter().copied().enumerate();
    prices.filter(|(_, price)| *price != 0.0).collect()
}

/// The sum of products, four at a time.
fn dot(prices: &[f64], coefficients: &[f64]) -> f64 {
    let coefficients = &coefficients[..prices.len()];
    let mut sums = [0.0; 4];
    let (price_lanes, coefficient_lanes) = (prices.chunks_exact(4), coefficients.chunks_exact(4));
    let rest = price_lanes.remainder().iter().zip(coefficient_lanes.remainder());
    let rest: f64 = rest.map(|(price, c)| price * c).sum();
    for (price, c) in price_lanes.zip(coefficient_lanes) {
        for lane in 0..4 {
            sums[lane] += price[lane] * c[lane];
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

/// How long and how prices are improved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    pub(crate) iterations: usize,
    /// Polyak's factor at first.
    pub(crate) step: f64,
    /// Iterations without progress after which the step shrinks.
    pub(crate) patience: usize,
    /// By what it shrinks.
    pub(crate) shrink: f64,
}

/// For the first bound of a problem, where it pays to be exact.
pub(crate) const AT_ROOT: Schedule = Schedule { iterations: 3_000, step: 1.0, patience: 20, shrink: 0.7 };
/// For a first look, that suggests where to start.
pub(crate) const AT_FIRST: Schedule = Schedule { iterations: 120, step: 1.0, patience: 8, shrink: 0.7 };
/// For the first bound where many movers make each pricing slow.
pub(crate) const AT_ROOT_OF_MANY: Schedule = Schedule { iterations: 600, step: 0.7, patience: 10, shrink: 0.6 };
/// For a branch, whose parent's prices are nearly right.
pub(crate) const IN_BRANCH: Schedule = Schedule { iterations: 12, step: 0.8, patience: 6, shrink: 0.6 };

/// Steps below this share of the first are not worth taking.
const LEAST_STEP: f64 = 1e-5;
/// The distance to the best placement that is assumed before there is one, for each mover.
const BLIND_GAP: f64 = 0.1;
/// What a direction keeps of the one before.
const MEMORY: f64 = 0.7;
/// How quickly the average of the cheapest choices forgets.
const FORGET: f32 = 0.1;

/// The best bound found, with what belongs to it.
pub(crate) struct Improved {
    pub(crate) prices: Prices,
    pub(crate) priced: Priced,
    /// How often each of the view's choices was the cheapest lately, in `[0, 1]`: near the fractions of a relaxation.
    pub(crate) lately: Vec<f32>,
}

/// Improves prices towards `target`, the cost of the best placement, and stops when the bound reaches `enough`. `look` sees every pricing.
pub(crate) fn improve(
    view: &View<'_>,
    mut prices: Prices,
    (target, enough): (Option<f64>, f64),
    schedule: Schedule,
    look: &mut dyn FnMut(&Priced) -> bool,
) -> Improved {
    let kernel = view.kernel;
    let mut best: Option<(Prices, Priced)> = None;
    let mut lately = vec![0.0_f32; view.choices.len()];
    let (mut step, mut stalled, mut iterations) = (schedule.step, 0, 0);
    let mut row_direction = vec![0.0; kernel.rows.len()];
    let mut share_direction = vec![0.0; kernel.positions.len()];
    while iterations < schedule.iterations {
        iterations += 1;
        let priced = view.price(&prices);
        lately.iter_mut().for_each(|often| *often *= 1.0 - FORGET);
        priced.cheapest.iter().for_each(|place| lately[*place] += FORGET);
        let goes_on = look(&priced);
        let gap = target.map_or(BLIND_GAP * kernel.movers.len() as f64, |target| (target - priced.value).max(1e-9));
        let known = best.as_ref().map_or(f64::NEG_INFINITY, |(_, best)| best.value);
        let is_reached = priced.value >= enough;
        let length = direct(kernel, &prices, &priced, &mut row_direction, &mut share_direction);
        stalled = if priced.value > known + 1e-5 * (known.abs() + 1.0) { 0 } else { stalled + 1 };
        let value = priced.value;
        if value > known {
            best = Some((prices.clone(), priced));
        }
        if is_reached || !goes_on || length < 1e-18 {
            break;
        }
        if stalled >= schedule.patience {
            stalled = 0;
            step *= schedule.shrink;
            if step < LEAST_STEP * schedule.step {
                break;
            }
            if let Some((known, _)) = &best {
                prices = known.clone();
            }
        }
        walk(kernel, &mut prices, step * gap / length, &row_direction, &share_direction);
    }
    let (prices, priced) = best.unwrap_or_else(|| {
        let priced = view.price(&prices);
        (prices, priced)
    });
    Improved { prices, priced, lately }
}

/// Turns the directions towards the subgradient; returns the square of their length.
fn direct(kernel: &Kernel<'_>, prices: &Prices, priced: &Priced, rows: &mut [f64], shares: &mut [f64]) -> f64 {
    let mut length = 0.0;
    for (row, kernel_row) in kernel.rows.iter().enumerate() {
        let (price, sum) = (prices.rows[row], priced.rows[row]);
        let slope = if price > 0.0 || (price == 0.0 && sum > kernel_row.high) {
            sum - kernel_row.high
        } else if price < 0.0 || (price == 0.0 && sum < kernel_row.low) {
            sum - kernel_row.low
        } else {
            0.0
        };
        let is_still = price == 0.0 && slope == 0.0;
        rows[row] = if is_still { 0.0 } else { slope + MEMORY * rows[row] };
        length += rows[row] * rows[row];
    }
    for (position, slope) in priced.slopes.iter().enumerate() {
        let share = prices.shares[position];
        let is_still = *slope == 0.0 || (share <= 0.0 && *slope < 0.0) || (share >= 1.0 && *slope > 0.0);
        shares[position] = if is_still { 0.0 } else { slope + MEMORY * shares[position] };
        length += shares[position] * shares[position];
    }
    length
}

fn walk(kernel: &Kernel<'_>, prices: &mut Prices, step: f64, rows: &[f64], shares: &[f64]) {
    for (row, kernel_row) in kernel.rows.iter().enumerate() {
        let before = prices.rows[row];
        let after = before + step * rows[row];
        let has_end = if after > 0.0 { kernel_row.high.is_finite() } else { kernel_row.low.is_finite() };
        // A price passes from one end to the other through zero.
        prices.rows[row] = if has_end && before * after >= 0.0 { after } else { 0.0 };
    }
    for (share, direction) in prices.shares.iter_mut().zip(shares) {
        *share = (*share + step * direction).clamp(0.0, 1.0);
    }
}

impl Priced {
    /// Whether the cheapest choices keep every row, as far as this pricing tells.
    pub(crate) fn keeps_rows(&self, kernel: &Kernel<'_>) -> bool {
        kernel.rows.iter().zip(&self.rows).all(|(row, sum)| *sum <= row.high + 1e-9 && *sum >= row.low - 1e-9)
    }
}
