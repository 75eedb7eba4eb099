//! Which trades do nearly the same, and which nearly the opposite: partners for small moves.
//!
//! A trade is compared with others the first time that it is asked for, so that a problem that is solved at once pays
//! nothing.

use crate::kernel::{Kernel, MANY};

/// Beyond this number of movers, likeness is looked for among those of about the same size only.
const COMPARED: usize = 300;
/// And at most so many are remembered then.
const MOST_REMEMBERED: usize = 64;
/// With many movers fewer are compared, and at so many accounts: comparing all of them once must not take longer than the
/// moves that it is for.
const COMPARED_OF_MANY: usize = 96;
const ACCOUNTS_OF_MANY: usize = 3;

/// Movers by size, and by what they have in common.
#[derive(Debug, Clone)]
pub(crate) struct Likeness {
    /// Movers by the size of what they move, smallest first.
    pub(crate) by_size: Vec<usize>,
    /// Where each mover is in that list.
    place: Vec<usize>,
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
        Self { by_size, place, alike: none.clone(), opposed: none }
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
        let compared = if order.len() > MANY { COMPARED_OF_MANY } else { COMPARED };
        let from = self.place[mover].saturating_sub(compared / 2).min(order.len().saturating_sub(compared));
        let others = order[from..].iter().take(compared).filter(|other| **other != mover);
        let mut others: Vec<(f64, u32)> =
            others.map(|other| (rest(kernel, mover, *other, sign), u32::try_from(*other).unwrap_or(0))).collect();
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
    let mut sum = 0.0;
    let choices = kernel.choices(mover);
    let most = if kernel.movers.len() > MANY { ACCOUNTS_OF_MANY } else { choices.len() };
    for choice in choices.clone().step_by(choices.len().div_ceil(most)) {
        let account = kernel.account[choice];
        let same = kernel.first_choice[other] + (choice - choices.start);
        let is_same = kernel.choices(other).contains(&same) && kernel.account[same] == account;
        let twin = is_same.then_some(same);
        let twin = twin.or_else(|| kernel.choices(other).find(|twin| kernel.account[*twin] == account));
        let (own, _) = kernel.coefficients(choice);
        sum += match twin {
            Some(twin) => own.iter().zip(kernel.coefficients(twin).0).map(|(a, b)| (a + sign * b).abs()).sum::<f64>(),
            None => own.iter().map(|a| a.abs()).sum::<f64>(),
        };
    }
    sum
}
