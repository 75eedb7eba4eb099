//! Which trades do nearly the same, and which nearly the opposite: partners for small moves.
//!
//! A trade is compared with others the first time that it is asked for, so that a problem that is solved at once pays
//! nothing.

use std::ops::Range;

use crate::kernel::{Kernel, MANY};

/// Beyond this number of movers, likeness is looked for among those of about the same size only.
const COMPARED: usize = 300;
/// And at most so many are remembered then.
const MOST_REMEMBERED: usize = 64;
/// With many movers fewer are compared, and by what they move on average in rows at the same place of an account, so many
/// places at a time: comparing all movers once must not take longer than the moves that it is for.
const COMPARED_OF_MANY: usize = 96;
const PLACES: usize = 16;

/// Movers by size, and by what they have in common.
#[derive(Debug, Clone)]
pub(crate) struct Likeness {
    /// Movers by the size of what they move, smallest first.
    pub(crate) by_size: Vec<usize>,
    /// Where each mover is in that list.
    place: Vec<usize>,
    /// What movers do on average, in the order of that list; nothing where they are few.
    outlines: Vec<[f32; PLACES]>,
    /// For each mover the others, the most alike first; empty until it is asked for.
    alike: Vec<Vec<u32>>,
    /// The same with the most opposed first.
    opposed: Vec<Vec<u32>>,
}

impl Likeness {
    pub(crate) fn new(kernel: &Kernel<'_>) -> Self {
        let sizes: Vec<f64> = (0..kernel.movers.len()).map(|mover| size(kernel, mover)).collect();
        let mut by_size: Vec<usize> = (0..sizes.len()).collect();
        by_size.sort_by(|a, b| sizes[*a].total_cmp(&sizes[*b]));
        let mut place = vec![0; sizes.len()];
        by_size.iter().enumerate().for_each(|(index, mover)| place[*mover] = index);
        let none = vec![Vec::new(); sizes.len()];
        let many = if sizes.len() > MANY { &by_size[..] } else { &[] };
        let outlines = many.iter().map(|mover| outline(kernel, *mover)).collect();
        Self { by_size, place, outlines, alike: none.clone(), opposed: none }
    }

    /// The movers that do most nearly what this one does.
    #[inline]
    pub(crate) fn alike(&mut self, kernel: &Kernel<'_>, mover: usize) -> &[u32] {
        if self.alike[mover].is_empty() {
            self.alike[mover] = self.sorted(kernel, mover, -1.0);
        }
        &self.alike[mover]
    }

    /// The movers that undo most nearly what this one does.
    #[inline]
    pub(crate) fn opposed(&mut self, kernel: &Kernel<'_>, mover: usize) -> &[u32] {
        if self.opposed[mover].is_empty() {
            self.opposed[mover] = self.sorted(kernel, mover, 1.0);
        }
        &self.opposed[mover]
    }

    /// The others by what is left when `sign` times what they move is added.
    fn sorted(&self, kernel: &Kernel<'_>, mover: usize, sign: f64) -> Vec<u32> {
        let order = &self.by_size;
        let has_outlines = !self.outlines.is_empty();
        let compared = if has_outlines { COMPARED_OF_MANY } else { COMPARED };
        let place = self.place[mover];
        let from = place.saturating_sub(compared / 2).min(order.len().saturating_sub(compared));
        let rest = |other: usize| {
            if has_outlines {
                between(&self.outlines[place], &self.outlines[other], sign as f32)
            } else {
                rest(kernel, mover, order[other], sign)
            }
        };
        let others = (from..order.len()).take(compared).filter(|other| *other != place);
        let mut others: Vec<(f64, u32)> =
            others.map(|other| (rest(other), u32::try_from(order[other]).unwrap_or(0))).collect();
        others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        others.truncate(if order.len() > COMPARED { MOST_REMEMBERED } else { COMPARED });
        others.into_iter().map(|(_, other)| other).collect()
    }
}

/// What a mover moves in all rows of all its choices.
fn size(kernel: &Kernel<'_>, mover: usize) -> f64 {
    let of = |choice| {
        let (own, shared) = kernel.coefficients(choice);
        own.iter().chain(shared).map(|c| c.abs()).sum::<f64>()
    };
    kernel.choices(mover).map(of).sum()
}

/// What is left of a mover in the rows of its accounts when `sign` times another one is added.
fn rest(kernel: &Kernel<'_>, mover: usize, other: usize, sign: f64) -> f64 {
    let (ours, theirs) = (kernel.choices(mover), kernel.choices(other));
    if kernel.shared().is_empty() && kernel.account[ours.clone()] == kernel.account[theirs.clone()] {
        // All their coefficients lie side by side, in the same order.
        let width = |choices: &Range<usize>| choices.clone().map(|choice| kernel.block(kernel.account[choice]).len());
        let entries = width(&ours).sum::<usize>();
        let all = |choices: Range<usize>| &kernel.coefficients[kernel.offset[choices.start]..][..entries];
        return apart(all(ours), all(theirs), sign);
    }
    let mut sum = 0.0;
    for choice in ours {
        let account = kernel.account[choice];
        let twin = theirs.clone().find(|twin| kernel.account[*twin] == account);
        let (own, _) = kernel.coefficients(choice);
        sum += match twin {
            Some(twin) => apart(own, kernel.coefficients(twin).0, sign),
            None => own.iter().map(|a| a.abs()).sum::<f64>(),
        };
    }
    sum
}

/// What a mover moves on average, row by row of its accounts.
fn outline(kernel: &Kernel<'_>, mover: usize) -> [f32; PLACES] {
    let mut sums = [0.0; PLACES];
    for choice in kernel.choices(mover) {
        let (own, _) = kernel.coefficients(choice);
        own.iter().enumerate().for_each(|(place, c)| sums[place % PLACES] += c);
    }
    let count = kernel.choices(mover).len().max(1) as f64;
    sums.map(|sum| (sum / count) as f32)
}

/// What is left of one outline when `sign` times another one is added.
fn between(one: &[f32; PLACES], other: &[f32; PLACES], sign: f32) -> f64 {
    one.iter().zip(other).map(|(a, b)| f64::from((a + sign * b).abs())).sum()
}

/// `Σ |a + sign·b|`, four at a time.
fn apart(one: &[f64], other: &[f64], sign: f64) -> f64 {
    let (ones, others) = (one.chunks_exact(4), other.chunks_exact(4));
    let rest: f64 = ones.remainder().iter().zip(others.remainder()).map(|(a, b)| (a + sign * b).abs()).sum();
    let mut sums = [0.0; 4];
    for (ones, others) in ones.zip(others) {
        for lane in 0..4 {
            sums[lane] += (ones[lane] + sign * others[lane]).abs();
        }
    }
    sums.iter().sum::<f64>() + rest
}
