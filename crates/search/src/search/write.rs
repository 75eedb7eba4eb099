//! A tree in floats as a proof in decimals.

use domain::Amount;

use crate::float::to_amount;
use crate::kernel::Kernel;
use crate::lagrangian::Prices;
use crate::proof::{Aim, PriceList, Proof, Step};
use crate::tree::{self, Tree};

/// Digits of a price after its first: their effect on the bound is of second order near the best prices.
const MORE_DIGITS: usize = 8;
/// A share below this is 0.
const LEAST_SHARE: f64 = 1e-6;

/// A finished tree as a proof; nothing where it was too long to be kept.
pub(super) fn whole(kernel: &Kernel, tree: &Tree, aim: Aim) -> Option<Proof> {
    let step = |step: &tree::Step| match step {
        tree::Step::Price(list) => Step::Price(*list),
        tree::Step::Branch(choice) => {
            Step::Branch { trade: kernel.movers[kernel.mover[*choice]], account: kernel.account[*choice] }
        }
    };
    tree.is_whole().then(|| Proof {
        aim,
        price_lists: tree.lists.iter().map(|prices| list(kernel, prices)).collect(),
        steps: tree.steps.iter().map(step).collect(),
    })
}

/// The bound at the root of a tree.
pub(super) fn root(kernel: &Kernel, prices: &Prices) -> Proof {
    Proof { aim: Aim::Bound, price_lists: vec![list(kernel, prices)], steps: vec![Step::Price(0)] }
}

fn list(kernel: &Kernel, prices: &Prices) -> PriceList {
    let mut rows = Vec::new();
    for (price, row) in prices.rows.iter().zip(&kernel.rows) {
        let end = if *price > 0.0 { row.at_most } else { row.at_least };
        let price = short(price.abs() * kernel.cost_scale / row.scale);
        if let (Some(end), Some(price)) = (end, price.filter(|price| !price.is_zero())) {
            rows.push((end, price));
        }
    }
    rows.sort_by_key(|(row, _)| *row);
    let shares = kernel.positions.iter().zip(&prices.shares).filter(|(_, share)| **share >= LEAST_SHARE);
    let shares = shares.filter_map(|(position, share)| Some((position.index, short(*share)?)));
    PriceList { rows, shares: shares.collect() }
}

/// A float with few digits; nothing for what is not finite.
fn short(value: f64) -> Option<Amount> {
    let rounded: f64 = format!("{value:.MORE_DIGITS$e}").parse().ok()?;
    to_amount(rounded)
}
