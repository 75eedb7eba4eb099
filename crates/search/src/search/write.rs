//! A tree in floats as a proof in decimals.

use domain::Amount;
use domain::certificate::Aim;

use super::objective_decimals;
use crate::float::to_amount;
use crate::kernel::Kernel;
use crate::lagrangian::Prices;
use crate::proof::{Node, PriceList, Proof};
use crate::tree::{Step, Tree};

/// Digits of a price after its first: their effect on the bound is of second order near the best prices.
const MORE_DIGITS: usize = 8;
/// Decimals of a share.
const SHARE_DECIMALS: usize = 6;
/// Decimals of a trade's price beyond those of the objective: what all of them are rounded by together has to be less
/// than the hundredth of a last decimal that the search leaves.
const TRADE_DECIMALS: usize = 6;

/// A finished tree as a proof; nothing where it was too long to be kept.
pub(super) fn whole(kernel: &Kernel<'_>, tree: &Tree, aim: Aim) -> Option<Proof> {
    tree.is_whole().then(|| proof(kernel, (&tree.lists, &tree.steps), aim))
}

/// What a tree that was not finished shows all the same: the last bound that was shown to hold.
pub(super) fn shown(kernel: &Kernel<'_>, tree: &Tree) -> Option<Proof> {
    tree.shown.as_ref().map(|(lists, steps)| proof(kernel, (lists, steps), Aim::Best))
}

fn proof(kernel: &Kernel<'_>, (lists, steps): (&[Prices], &[Step]), aim: Aim) -> Proof {
    let branch =
        |choice: usize| Node::Branch { trade: kernel.movers[kernel.mover[choice]], account: kernel.account[choice] };
    let leaf = |prices: usize| Node::Leaf { prices, aim };
    let mut nodes = Vec::with_capacity(2 * steps.len());
    for step in steps {
        match *step {
            Step::Leaf(list) => nodes.push(leaf(list)),
            // A choice that costs too much by itself is a branch that ends at once.
            Step::Close { choice, list } => nodes.extend([branch(choice), leaf(list)]),
            Step::Branch(choice) => nodes.push(branch(choice)),
        }
    }
    let decimals = price_decimals(kernel);
    Proof { price_lists: lists.iter().map(|prices| list(kernel, prices, decimals)).collect(), tree: nodes }
}

/// The bound at the root of a tree.
pub(super) fn root(kernel: &Kernel<'_>, prices: &Prices) -> Proof {
    Proof {
        price_lists: vec![list(kernel, prices, price_decimals(kernel))],
        tree: vec![Node::Leaf { prices: 0, aim: Aim::Best }],
    }
}

/// Decimals of the prices of trades.
fn price_decimals(kernel: &Kernel<'_>) -> usize {
    objective_decimals(kernel.problem).max(0) as usize + TRADE_DECIMALS
}

fn list(kernel: &Kernel<'_>, prices: &Prices, decimals: usize) -> PriceList {
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
    let worth = |(mover, price): (usize, &f64)| {
        let price = in_decimals(-price * kernel.cost_scale, decimals)?;
        (!price.is_zero()).then_some((kernel.movers[mover], price))
    };
    PriceList {
        rows,
        shares: shares.collect(),
        trades: prices.movers.iter().enumerate().filter_map(worth).collect(),
        kept: prices.kept.iter().flat_map(|kept| kept.stated()).collect(),
    }
}

/// A float with so many decimals; nothing for what is not finite.
fn in_decimals(value: f64, decimals: usize) -> Option<Amount> {
    if value.is_finite() { format!("{value:.decimals$}").parse().ok() } else { None }
}

/// A float with few digits; nothing for what is not finite.
fn short(value: f64) -> Option<Amount> {
    let rounded: f64 = format!("{value:.MORE_DIGITS$e}").parse().ok()?;
    to_amount(rounded)
}
