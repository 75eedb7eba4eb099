//! Cuts: rows that every placement keeps, since trades go whole, and that the fractions of a relaxation break.
//!
//! A row of one account is a knapsack, `Σ a·x <= b` with each choice in or out. Choices that together exceed `b` are a
//! cover: one of them at least stays out, `Σ x <= |cover| - 1`. Lifting gives the other choices the largest whole
//! weight that keeps this true for every placement (Balas 1975; Zemel 1989): with `least(v)` the least size of
//! choices weighing `v` so far, a choice of size `a` gets `most - max { v : least(v) <= b - a }`. Negative sizes are
//! turned round first, `1 - x` in place of `x`.
//!
//! Sizes within [`MARGIN`] of a tie count as fitting, so that a cut also holds in exact numbers, whatever rounding did to
//! floats.

use constraint_manager::Why;

use crate::kernel::{Cut, Kernel};

/// The share of everything involved below which a difference of sizes counts as none.
const MARGIN: f64 = 1e-9;
/// A cut that the fractions exceed by less is not worth its time.
const LEAST_EXCESS: f64 = 0.005;
/// Cuts that a row may give in a round, the most exceeded first.
const MOST_OF_ROW: usize = 3;
/// Covers longer than this hardly ever cut anything off, and lifting them takes long.
const LONGEST_COVER: usize = 64;

/// Cuts that the shares of the kernel's choices exceed.
pub(crate) fn separate(kernel: &Kernel<'_>, shares: &[f32]) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    for account in 0..kernel.accounts() {
        for row in kernel.block(account) {
            let end = &kernel.rows[row];
            for (is_high, stated) in [(true, end.at_most), (false, end.at_least)] {
                if stated.is_some_and(|row| is_limit(kernel, row))
                    && let Some(knapsack) = Knapsack::of(kernel, account, row, is_high, shares)
                {
                    cuts.extend(knapsack.cuts(kernel));
                }
            }
        }
    }
    cuts
}

/// Whether a row is a limit itself: what others ask for cannot be named in a proof, or only nearly.
fn is_limit(kernel: &Kernel<'_>, row: usize) -> bool {
    kernel.problem.rows[row].origin.limit().is_some_and(|limit| limit.why != Why::Defined)
}

/// A row of an account as a knapsack of items that are in or out.
struct Knapsack {
    account: usize,
    row: usize,
    items: Vec<Item>,
    room: f64,
    margin: f64,
    is_high: bool,
}

struct Item {
    choice: usize,
    /// Above 0.
    size: f64,
    /// Whether it counts when the choice is not made.
    is_turned: bool,
    fraction: f64,
}

/// A cover with its lifted weights, by item.
struct Lifted {
    weights: Vec<(usize, i32)>,
    most: i32,
    excess: f64,
}

impl Knapsack {
    /// The high or the low end of a row; nothing where short sizes count in it or nothing can exceed it.
    fn of(kernel: &Kernel<'_>, account: usize, row: usize, is_high: bool, shares: &[f32]) -> Option<Self> {
        let place = row - kernel.block(account).start;
        let has_shorts =
            |position: &crate::kernel::Position| position.account == account && position.factors[place] != 0.0;
        if kernel.positions.iter().any(has_shorts) {
            return None;
        }
        let sign = if is_high { 1.0 } else { -1.0 };
        let mut room = if is_high { kernel.rows[row].high } else { -kernel.rows[row].low };
        let (mut items, mut total) = (Vec::new(), 0.0);
        for choice in (0..kernel.account.len()).filter(|choice| kernel.account[*choice] == account) {
            let size = sign * kernel.coefficients(choice).0[place];
            let fraction = f64::from(shares[choice]);
            if size < 0.0 {
                room -= size;
                items.push(Item { choice, size: -size, is_turned: true, fraction: 1.0 - fraction });
            } else if size > 0.0 {
                items.push(Item { choice, size, is_turned: false, fraction });
            }
            total += size.abs();
        }
        let margin = MARGIN * (1.0 + total + room.abs());
        (total > room + margin && room >= 0.0).then_some(Self { account, row, items, room, margin, is_high })
    }

    /// The most exceeded of the cuts that covers in several orders give.
    fn cuts(&self, kernel: &Kernel<'_>) -> Vec<Cut> {
        let largest = self.items.iter().map(|item| item.size).fold(0.0, f64::max);
        let torn = |item: &Item| item.fraction > 1e-3 && item.fraction < 1.0 - 1e-3;
        let orders: [&dyn Fn(&Item) -> f64; 5] = [
            &|item| (1.0 - item.fraction) / item.size,
            &|item| 1.0 - item.fraction,
            &|item| -item.size * item.fraction,
            &|item| f64::from(u8::from(!torn(item))) - 1e-3 * item.size / largest,
            &|item| f64::from(u8::from(item.fraction < 0.3)) - item.size / largest,
        ];
        let mut found: Vec<Lifted> = Vec::new();
        for order in orders {
            let lifted = self.cover(order).map(|cover| self.lift(&cover));
            if let Some(lifted) = lifted.filter(|lifted| lifted.excess > LEAST_EXCESS)
                && !found.iter().any(|other| other.weights == lifted.weights)
            {
                found.push(lifted);
            }
        }
        found.sort_by(|a, b| b.excess.total_cmp(&a.excess));
        found.truncate(MOST_OF_ROW);
        found.into_iter().map(|lifted| self.cut(kernel, lifted)).collect()
    }

    /// A smallest set of items that exceeds the room, from those that come first.
    fn cover(&self, order: &dyn Fn(&Item) -> f64) -> Option<Vec<usize>> {
        let mut items: Vec<usize> = (0..self.items.len()).collect();
        items.sort_by(|a, b| order(&self.items[*a]).total_cmp(&order(&self.items[*b])).then(a.cmp(b)));
        let (mut cover, mut size) = (Vec::new(), 0.0);
        for item in items {
            cover.push(item);
            size += self.items[item].size;
            if size > self.room + self.margin {
                break;
            }
        }
        if size <= self.room + self.margin {
            return None;
        }
        // What is needed least goes first.
        let mut by_fraction = cover.clone();
        by_fraction.sort_by(|a, b| self.items[*a].fraction.total_cmp(&self.items[*b].fraction).then(a.cmp(b)));
        for item in by_fraction {
            if size - self.items[item].size > self.room + self.margin {
                size -= self.items[item].size;
                cover.retain(|other| *other != item);
            }
        }
        (cover.len() > 1 && cover.len() <= LONGEST_COVER).then_some(cover)
    }

    fn lift(&self, cover: &[usize]) -> Lifted {
        let most = cover.len() - 1;
        let mut sizes: Vec<f64> = cover.iter().map(|item| self.items[*item].size).collect();
        sizes.sort_by(f64::total_cmp);
        // The least size of items that weigh at least so much together.
        let mut least = vec![0.0; most + 1];
        for weight in 1..=most {
            least[weight] = least[weight - 1] + sizes[weight - 1];
        }
        let mut weights: Vec<(usize, i32)> = cover.iter().map(|item| (*item, 1)).collect();
        let mut others: Vec<usize> = (0..self.items.len()).filter(|item| !cover.contains(item)).collect();
        let rank = |item: &usize| {
            let item = &self.items[*item];
            if item.fraction > 1e-3 { -item.fraction } else { 1.0 / (1.0 + item.size) }
        };
        others.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(a.cmp(b)));
        for item in others {
            let room = self.room - self.items[item].size;
            // Too large by itself: no placement has it, any weight would do.
            let beside = (0..=most).rev().find(|weight| least[*weight] <= room + self.margin);
            let weight = beside.map_or(most + 1, |beside| most - beside);
            if weight == 0 {
                continue;
            }
            weights.push((item, i32::try_from(weight).unwrap_or(i32::MAX)));
            let with: Vec<f64> =
                (0..=most).map(|sum| least[sum.saturating_sub(weight)] + self.items[item].size).collect();
            least[1..].iter_mut().zip(&with[1..]).for_each(|(least, with)| *least = least.min(*with));
        }
        weights.sort_unstable();
        let weighed: f64 = weights.iter().map(|(item, weight)| f64::from(*weight) * self.items[*item].fraction).sum();
        Lifted { weights, most: i32::try_from(most).unwrap_or(i32::MAX), excess: weighed - most as f64 }
    }

    /// In the choices themselves: a turned item weighs `w·(1 - x)`.
    fn cut(&self, kernel: &Kernel<'_>, lifted: Lifted) -> Cut {
        let mut most = lifted.most;
        let mut weights = Vec::with_capacity(lifted.weights.len());
        for (item, weight) in lifted.weights {
            let Item { choice, is_turned, .. } = self.items[item];
            if is_turned {
                most -= weight;
                weights.push((choice, -weight));
            } else {
                weights.push((choice, weight));
            }
        }
        weights.sort_unstable();
        let row = &kernel.rows[self.row];
        let row = if self.is_high { row.at_most } else { row.at_least };
        Cut { account: self.account, row: row.expect("the end that cuts is there"), weights, most }
    }
}

#[cfg(test)]
mod tests;
