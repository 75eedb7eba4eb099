//! Rows that rule choices out by themselves: a choice that, with everybody else at the least a row can have of them,
//! exceeds the row.
//!
//! A relaxation does not see this, since it may take a tenth of such a choice. A price on that row alone, high enough,
//! shows it: what is found here is closed and proven as everything else.

use crate::kernel::Kernel;
use crate::lagrangian::View;

/// Sums closer than this to an end, in scaled units, are no reason to rule anything out: rounding may have made them.
const NOISE: f64 = 1e-7;

/// A row that rules out a choice, or all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ruling {
    pub(crate) row: usize,
    /// Whether its high end is exceeded, or its low end not reached.
    pub(crate) is_high: bool,
    /// The smallest excess above [`NOISE`] that a choice comes to, in scaled units.
    pub(crate) excess: f64,
}

/// The rows of a branch that rule out some choice which is still open.
pub(crate) fn rulings(kernel: &Kernel<'_>, view: &View<'_>) -> Vec<Ruling> {
    let (least, most) = reach(kernel, view);
    let rows = kernel.rows.iter().enumerate();
    let mut found: Vec<Ruling> = Vec::new();
    // How far each row is from ruling anything out by one choice: by what it would still have to grow.
    let mut over = vec![(f64::INFINITY, f64::INFINITY); kernel.rows.len()];
    for index in 0..view.open.len() {
        for place in view.of(index) {
            let choice = view.choices[place];
            let (own, _) = kernel.coefficients(choice);
            for (row, c) in kernel.block(kernel.account[choice]).zip(own) {
                // Going elsewhere is possible too: what the mover may leave out was counted, and what it may take.
                let (high, low) =
                    (least[row] + c.abs() - kernel.rows[row].high, kernel.rows[row].low - most[row] + c.abs());
                if high > NOISE {
                    over[row].0 = over[row].0.min(high);
                }
                if low > NOISE {
                    over[row].1 = over[row].1.min(low);
                }
            }
        }
    }
    for (row, ends) in rows {
        let (high, low) = (least[row] - ends.high, ends.low - most[row]);
        for (is_high, already, by_one) in [(true, high, over[row].0), (false, low, over[row].1)] {
            let excess = if already > NOISE { already } else { by_one };
            if excess.is_finite() {
                found.push(Ruling { row, is_high, excess });
            }
        }
    }
    found
}

/// The least and the most that each row can come to.
fn reach(kernel: &Kernel<'_>, view: &View<'_>) -> (Vec<f64>, Vec<f64>) {
    let (mut least, mut most) = (view.rows.clone(), view.rows.clone());
    let shared = kernel.shared();
    let mut common = vec![(f64::INFINITY, f64::NEG_INFINITY); shared.len()];
    for index in 0..view.open.len() {
        common.fill((f64::INFINITY, f64::NEG_INFINITY));
        for place in view.of(index) {
            let choice = view.choices[place];
            let (own, all) = kernel.coefficients(choice);
            for (row, c) in kernel.block(kernel.account[choice]).zip(own) {
                least[row] += c.min(0.0);
                most[row] += c.max(0.0);
            }
            common.iter_mut().zip(all).for_each(|(ends, c)| *ends = (ends.0.min(*c), ends.1.max(*c)));
        }
        for (row, ends) in shared.clone().zip(&common) {
            least[row] += ends.0;
            most[row] += ends.1;
        }
    }
    for (position, span) in kernel.positions.iter().zip(&view.spans) {
        let (fewest, largest) = ((-span.high).max(0.0), (-span.low).max(0.0));
        for (row, factor) in kernel.block(position.account).chain(shared.clone()).zip(&position.factors) {
            least[row] += (factor * fewest).min(factor * largest);
            most[row] += (factor * fewest).max(factor * largest);
        }
    }
    (least, most)
}
