//! A tree in floats as a proof in decimals.

use domain::Amount;
use domain::certificate::Aim;

use crate::float::to_amount;
use crate::kernel::Kernel;
use crate::lagrangian::Prices;
use crate::proof::{Node, PriceList, Proof};
use crate::tree::{Step, Tree};

/// Digits of a price after its first: their effect on the bound is of second order near the best prices.
const MORE_DIGITS: usize = 8;
/// Decimals of a share.
const SHARE_DECIMALS: usize = 6;

/// A finished tree as a proof; nothing where it was too long to be kept.
pub(super) fn whole(tree: &Tree<'_>, aim: Aim) -> Option<Proof> {
    let kernel = &*tree.kernel;
    if !tree.is_whole() {
        return None;
    }
    let branch =
        |choice: usize| Node::Branch { trade: kernel.movers[kernel.mover[choice]], account: kernel.account[choice] };
    let leaf = |prices: usize| Node::Leaf { prices, aim };
    let mut nodes = Vec::with_capacity(2 * tree.steps.len());
    for step in &tree.steps {
        match *step {
            Step::Leaf(list) => nodes.push(leaf(list)),
            // A choice that costs too much by itself is a branch that ends at once.
            Step::Close { choice, list } => nodes.extend([branch(choice), leaf(list)]),
            Step::Branch(choice) => nodes.push(branch(choice)),
        }
    }
    Some(Proof { price_lists: tree.lists.iter().map(|prices| list(kernel, prices)).collect(), tree: nodes })
}

/// The bound at the root of a tree.
pub(super) fn root(tree: &Tree<'_>) -> Proof {
    Proof { price_lists: vec![list(&tree.kernel, &tree.root)], tree: vec![Node::Leaf { prices: 0, aim: Aim::Best }] }
}

fn list(kernel: &Kernel<'_>, prices: &Prices) -> PriceList {
    let mut rows = Vec::new();
    for (price, row) in prices.rows.iter().zip(&kernel.rows) {
        let end = if *price > 0.0 { row.at_most } else { row.at_least };
        let price = short(price.abs() * kernel.cost_scale / row.scale);
        if let (Some(end), Some(price)) = (end, price.filter(|price| !price.is_zero())) {
            rows.push((end, price));
        }
    }
    rows.sort_by_key(|(row, _)| *row);
    let share = |share: f64| format!("{share:.SHARE_DECIMALS$}").parse::<Amount>().ok();
    // Where short is worth something, the bound takes the chord, and so does who checks it.
    let shared = (0..kernel.positions.len()).filter(|position| prices.worth_of_short(kernel, *position) >= 0.0);
    let shares = shared.filter_map(|place| Some((kernel.positions[place].index, share(prices.shares[place])?)));
    PriceList { rows, shares: shares.collect() }
}

/// A float with few digits; nothing for what is not finite.
fn short(value: f64) -> Option<Amount> {
    let rounded: f64 = format!("{value:.MORE_DIGITS$e}").parse().ok()?;
    to_amount(rounded)
}
