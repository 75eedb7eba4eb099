//! Prices of movers and rows that make the bound of the knapsacks tight, by a subgradient method with memory.
//! A mover that nobody takes is worth more, one that several take is worth less.

use super::kept::KeptRows;
use super::relaxed::{Costs, Filled, Sacks, Scratch};
use crate::kernel::Kernel;
use crate::lagrangian::Prices;
use crate::subgradient::{Pace, direct, walk};

/// How long and how prices are improved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    iterations: usize,
    /// Polyak's factor at first.
    step: f64,
    /// Iterations without progress after which the step shrinks.
    patience: usize,
    /// By what it shrinks.
    shrink: f64,
}

/// For a first look at how good the bound could be.
pub(super) const AT_FIRST: Schedule = Schedule { iterations: 200, step: 1.0, patience: 10, shrink: 0.7 };
/// For the first bound, from the prices of the other relaxation.
pub(super) const AT_ROOT: Schedule = Schedule { iterations: 1_500, step: 1.0, patience: 20, shrink: 0.7 };
/// For the root of another tree, whose prices are good.
pub(super) const AT_ROOT_AGAIN: Schedule = Schedule { iterations: 50, ..AT_ROOT };
/// For a branch, whose parent's prices are nearly right.
pub(super) const IN_BRANCH: Schedule = Schedule { iterations: 8, step: 0.8, patience: 4, shrink: 0.6 };

/// What a direction keeps of the one before.
const MEMORY: f64 = 0.7;
/// Steps below this share of the first are not worth taking.
const LEAST_STEP: f64 = 1e-4;

/// The best bound found, with what belongs to it.
pub(super) struct Improved {
    pub(super) prices: Prices,
    pub(super) costs: Costs,
    pub(super) filled: Filled,
}

/// Improves prices towards `target` and stops when the bound reaches it. `look` hears what each
/// filling took.
pub(super) fn improve(
    (kernel, kept): (&Kernel<'_>, &KeptRows),
    sacks: &Sacks<'_>,
    mut prices: Prices,
    target: f64,
    schedule: Schedule,
    (scratch, look): (&mut Scratch, &mut dyn FnMut(u64) -> bool),
) -> Improved {
    let mut best: Option<(Prices, Costs, Filled)> = None;
    let (mut step, mut stalled) = (schedule.step, 0);
    let mut mover_direction = vec![0.0; kernel.movers.len()];
    let mut row_direction = vec![0.0; kernel.rows.len()];
    let mut slope_direction = vec![0.0; kernel.positions.len()];
    let pace = Pace::even(kernel);
    let has_others = has_others(kernel, kept);
    let mut costs = sacks.costs(&prices);
    for _ in 0..schedule.iterations {
        if has_others {
            costs = sacks.costs(&prices);
            prices.clamp(&costs.worth);
        }
        let filled = sacks.fill(&costs, &prices.movers, scratch);
        let goes_on = look(std::mem::take(&mut scratch.work));
        let (value, known) = (filled.value, best.as_ref().map_or(f64::NEG_INFINITY, |(.., best)| best.value));
        let mut length = 0.0;
        for (count, mover) in filled.count.iter().zip(&sacks.view.open) {
            let direction = &mut mover_direction[*mover];
            *direction = 1.0 - f64::from(*count) + MEMORY * *direction;
            length += *direction * *direction;
        }
        if has_others {
            let (sums, follows) = sacks.sums(&costs, &filled);
            let directions = (&mut row_direction[..], &mut slope_direction[..]);
            length += direct(kernel, &prices, (&sums, &follows), directions, (MEMORY, &pace));
        }
        stalled = if value > known + 1e-5 * (known.abs() + 1.0) { 0 } else { stalled + 1 };
        if value > known {
            best = Some((prices.clone(), costs.clone(), filled));
        }
        if value >= target || !goes_on || length < 1e-18 {
            break;
        }
        if stalled >= schedule.patience {
            stalled = 0;
            step *= schedule.shrink;
            if step < LEAST_STEP * schedule.step {
                break;
            }
            if let Some((known, ..)) = &best {
                prices = known.clone();
            }
        }
        let by = step * (target - value) / length;
        for mover in &sacks.view.open {
            prices.movers[*mover] += by * mover_direction[*mover];
        }
        if has_others {
            walk(kernel, &mut prices, by, (&row_direction, &slope_direction), &pace);
        }
    }
    let (prices, costs, filled) = best.expect("a schedule has iterations");
    Improved { prices, costs, filled }
}

/// Whether there is anything to price besides movers: rows that are not kept to the last unit, slopes.
fn has_others(kernel: &Kernel<'_>, kept: &KeptRows) -> bool {
    let is_priced = |row: usize| is_priced(kernel, kept, row, true) || is_priced(kernel, kept, row, false);
    !kernel.positions.is_empty() || (0..kernel.rows.len()).any(is_priced)
}

/// Whether a price on an end of a row could mean anything.
fn is_priced(kernel: &Kernel<'_>, kept: &KeptRows, row: usize, is_high: bool) -> bool {
    let (end, kernel_row) = if is_high { (kernel.rows[row].high, row) } else { (kernel.rows[row].low, row) };
    end.is_finite()
        && !kept.rows.iter().flatten().any(|kept| kept.row == kernel_row && kept.is_high == is_high && kept.step == 1)
}
