//! Better prices from good ones: the volume algorithm (Barahona, Anbil 2000). Every trial starts from the best prices so
//! far and goes along what the average of all favoured placements breaks, where a subgradient follows a single one:
//! so it also finds its way where prices are nearly right and only a few are not, as in a branch or after cuts.

use crate::average::Average;
use crate::lagrangian::{Priced, Prices, View};
use crate::subgradient::{Improved, Pace, Schedule, Target, direct, walk};

/// How far beyond the target steps aim, in gaps, so that they do not fade before it.
const BEYOND: f64 = 1.05;
/// What a better bound does to the step, and how long a step may get.
const STRIDE: f64 = 1.1;
const LONGEST_STEP: f64 = 2.0;
/// Steps shorter than this are not worth taking.
const LEAST_STEP: f64 = 1e-4;
/// So often the average is made to forget more slowly, where the bound has hardly moved since.
const STRETCH: usize = 100;
const SLOW: f64 = 0.01;
const LEAST_FORGET: f64 = 1e-3;

/// Improves prices; `average` is that of placements which prices near them favoured.
pub(crate) fn climb(
    view: &View<'_>,
    prices: Prices,
    mut average: Average,
    target: Target,
    schedule: Schedule,
    look: &mut dyn FnMut(&Priced) -> bool,
) -> Improved {
    let kernel = view.kernel;
    let priced = view.price(&prices);
    let mut best = (prices, priced);
    best.0.clamp(&best.1.worth);
    let (mut step, mut stalled, mut forget) = (schedule.step, 0, schedule.forget);
    let mut reached = best.1.value;
    let mut rows = vec![0.0; kernel.rows.len()];
    let mut slopes = vec![0.0; kernel.positions.len()];
    let pace = Pace::even(kernel);
    for iteration in 1..=schedule.iterations {
        let length = direct(kernel, &best.0, (&average.rows, &average.slopes), (&mut rows, &mut slopes), (0.0, &pace));
        if length < 1e-18 || best.1.value >= target.enough {
            break;
        }
        let gap = BEYOND * target.gap(kernel, best.1.value);
        let mut prices = best.0.clone();
        walk(kernel, &mut prices, step * gap / length, (&rows, &slopes), &pace);
        let priced = view.price(&prices);
        prices.clamp(&priced.worth);
        average.add(view, &priced, forget);
        let goes_on = look(&priced);
        if priced.value > best.1.value {
            if view.ascends(&priced, &rows) {
                step = (step * STRIDE).min(LONGEST_STEP);
            }
            best = (prices, priced);
            stalled = 0;
        } else {
            stalled += 1;
        }
        if stalled >= schedule.patience {
            stalled = 0;
            step *= schedule.shrink;
        }
        if !goes_on || step < LEAST_STEP {
            break;
        }
        if iteration.is_multiple_of(STRETCH) {
            if best.1.value < reached + SLOW * gap {
                forget = (forget * 0.5).max(LEAST_FORGET);
            }
            reached = best.1.value;
        }
    }
    let (prices, priced) = best;
    Improved { prices, priced, average }
}
