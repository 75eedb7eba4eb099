//! Better prices: a subgradient method with memory and Polyak's step (Held, Wolfe, Crowder 1974; Camerini, Fratta,
//! Maffioli 1975). Prices follow how far the rows of the cheapest choices are beyond their ends, slopes of positions how
//! far the positions are from where their lines touch.

use crate::average::Average;
use crate::kernel::{Kernel, MANY};
use crate::lagrangian::{Priced, Prices, View};
use crate::remaining::Remaining;

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
    /// What a direction keeps of the one before.
    pub(crate) memory: f64,
    /// What an average of placements gives up for each new one.
    pub(crate) forget: f64,
}

/// For the first bound of a problem, where it pays to be exact.
pub(crate) const AT_ROOT: Schedule =
    Schedule { iterations: 3_000, step: 1.0, patience: 40, shrink: 0.7, memory: 0.95, forget: 0.01 };
/// For a first look, that suggests where to start.
pub(crate) const AT_FIRST: Schedule =
    Schedule { iterations: 120, step: 1.0, patience: 8, shrink: 0.7, memory: 0.7, forget: 0.1 };
/// The same where many movers make each pricing slow: the bound is nearly the best after it.
pub(crate) const AT_FIRST_OF_MANY: Schedule =
    Schedule { iterations: 80, step: 0.2, patience: 5, shrink: 0.7, memory: 0.8, forget: 0.1 };
/// For what is left after that.
pub(crate) const AT_ROOT_OF_MANY: Schedule =
    Schedule { iterations: 200, step: 0.005, patience: 5, shrink: 0.7, memory: 0.8, forget: 0.1 };
/// The same where nothing but the root is looked at: a better plan is worth more than the last of the bound.
pub(crate) const AT_ROOT_ALONE: Schedule = Schedule { iterations: 60, ..AT_ROOT_OF_MANY };
/// For a root whose prices are known.
pub(crate) const AGAIN: Schedule = Schedule { iterations: 50, ..AT_ROOT };
/// For a root with a few more rows, whose prices without them are right; by the volume algorithm, as the next.
pub(crate) const AFTER_CUTS: Schedule =
    Schedule { iterations: 500, step: 0.005, patience: 12, shrink: 0.75, memory: 0.0, forget: 0.01 };
/// For a branch, whose parent's prices are nearly right.
pub(crate) const IN_BRANCH: Schedule =
    Schedule { iterations: 12, step: 0.05, patience: 2, shrink: 0.5, memory: 0.0, forget: 0.07 };

/// Steps below this share of the first are not worth taking.
const LEAST_STEP: f64 = 1e-5;
/// The distance to the best placement that is assumed before there is one, for each mover.
const BLIND_GAP: f64 = 0.1;
/// The best bound found, with what belongs to it.
pub(crate) struct Improved {
    pub(crate) prices: Prices,
    pub(crate) priced: Priced,
    /// Of the placements that were favoured on the way.
    pub(crate) average: Average,
}

/// Where prices are to go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The cost of the best placement, if there is one.
    pub(crate) best: Option<f64>,
    /// The bound that is enough.
    pub(crate) enough: f64,
}

impl Target {
    /// How far it is from a bound.
    pub(crate) fn gap(&self, kernel: &Kernel<'_>, bound: f64) -> f64 {
        self.best.map_or(BLIND_GAP * kernel.movers.len() as f64, |best| (best - bound).max(1e-9))
    }
}

/// Improves prices towards `target`. `look` sees every pricing.
pub(crate) fn improve(
    view: &View<'_>,
    remaining: &Remaining,
    mut prices: Prices,
    target: Target,
    schedule: Schedule,
    look: &mut dyn FnMut(&Priced) -> bool,
) -> Improved {
    let kernel = view.kernel;
    let mut best: Option<(Prices, Priced)> = None;
    let mut average: Option<Average> = None;
    let (mut step, mut stalled, mut iterations) = (schedule.step, 0, 0);
    let mut row_direction = vec![0.0; kernel.rows.len()];
    let mut slope_direction = vec![0.0; kernel.positions.len()];
    let pace = Pace::of(kernel);
    while iterations < schedule.iterations {
        iterations += 1;
        let priced = view.price(&prices);
        prices.clamp(&priced.worth);
        match &mut average {
            // An even average at first, so that the first prices do not linger.
            Some(average) => average.add(view, &priced, schedule.forget.max(1.0 / iterations as f64)),
            None => average = Some(Average::of(view, remaining, &priced)),
        }
        let goes_on = look(&priced);
        let known = best.as_ref().map_or(f64::NEG_INFINITY, |(_, best)| best.value);
        let reached = known.max(priced.value);
        let gap = target.gap(kernel, reached);
        let is_reached = priced.value >= target.enough;
        let directions = (&mut row_direction[..], &mut slope_direction[..]);
        let length = direct(kernel, &prices, (&priced.rows, &priced.slopes), directions, (schedule.memory, &pace));
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
        walk(kernel, &mut prices, step * gap / length, (&row_direction, &slope_direction), &pace);
    }
    let (prices, priced) = best.unwrap_or_else(|| {
        let priced = view.price(&prices);
        (prices, priced)
    });
    let average = average.unwrap_or_else(|| Average::of(view, remaining, &priced));
    Improved { prices, priced, average }
}

/// By row and by position, how far a step takes its price or slope, for each unit of the direction: the fewer bookings it
/// is about the farther, as the bound is the less curved along it. Where few movers are, all go as far.
pub(crate) struct Pace {
    rows: Vec<f64>,
    slopes: Vec<f64>,
}

impl Pace {
    /// As far for all.
    pub(crate) fn even(kernel: &Kernel<'_>) -> Self {
        Self { rows: vec![1.0; kernel.rows.len()], slopes: vec![1.0; kernel.positions.len()] }
    }

    fn of(kernel: &Kernel<'_>) -> Self {
        if kernel.movers.len() <= MANY {
            return Self::even(kernel);
        }
        let (mut rows, mut slopes) = (vec![0.0; kernel.rows.len()], vec![0.0; kernel.positions.len()]);
        for choice in 0..kernel.account.len() {
            let (own, shared) = kernel.coefficients(choice);
            let numbers = kernel.block(kernel.account[choice]).chain(kernel.shared());
            numbers.zip(own.iter().chain(shared)).for_each(|(row, c)| rows[row] += c * c);
        }
        kernel.touches.iter().for_each(|(position, value)| slopes[*position] += value * value);
        let pace = |squares: &mut f64| *squares = kernel.movers.len() as f64 / squares.max(1.0);
        rows.iter_mut().chain(&mut slopes).for_each(pace);
        Self { rows, slopes }
    }
}

/// Turns the directions towards the subgradient that sums of rows and slopes of positions make; returns the square of
/// their length, as steps go.
pub(crate) fn direct(
    kernel: &Kernel<'_>,
    prices: &Prices,
    (sums, follows): (&[f64], &[f64]),
    (rows, slopes): (&mut [f64], &mut [f64]),
    (memory, pace): (f64, &Pace),
) -> f64 {
    let mut length = 0.0;
    for (row, kernel_row) in kernel.rows.iter().enumerate() {
        let (price, sum) = (prices.rows[row], sums[row]);
        let slope = if price > 0.0 || (price == 0.0 && sum > kernel_row.high) {
            sum - kernel_row.high
        } else if price < 0.0 || (price == 0.0 && sum < kernel_row.low) {
            sum - kernel_row.low
        } else {
            0.0
        };
        let is_still = price == 0.0 && slope == 0.0;
        rows[row] = if is_still { 0.0 } else { slope + memory * rows[row] };
        length += pace.rows[row] * rows[row] * rows[row];
    }
    for ((direction, slope), pace) in slopes.iter_mut().zip(follows).zip(&pace.slopes) {
        *direction = if *slope == 0.0 { 0.0 } else { slope + memory * *direction };
        length += pace * *direction * *direction;
    }
    length
}

/// A step along the directions.
pub(crate) fn walk(kernel: &Kernel<'_>, prices: &mut Prices, step: f64, (rows, slopes): (&[f64], &[f64]), pace: &Pace) {
    for (row, kernel_row) in kernel.rows.iter().enumerate() {
        let before = prices.rows[row];
        let after = before + step * pace.rows[row] * rows[row];
        let has_end = if after > 0.0 { kernel_row.high.is_finite() } else { kernel_row.low.is_finite() };
        // A price passes from one end to the other through zero.
        prices.rows[row] = if has_end && before * after >= 0.0 { after } else { 0.0 };
    }
    for ((slope, direction), pace) in prices.slopes.iter_mut().zip(slopes).zip(&pace.slopes) {
        *slope = (*slope + step * pace * direction).min(0.0);
    }
}
