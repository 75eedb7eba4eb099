//! A tree in floats as a proof in decimals.

use domain::Amount;
use domain::certificate::Aim;

use crate::float::to_amount;
use crate::kernel::Kernel;
use crate::proof::{Node, PriceList, Proof};
use crate::tree::{List, Step, Tree};

/// Digits of a price after its first: their effect on the bound is of second order near the best prices.
const MORE_DIGITS: usize = 8;
/// Decimals of a share.
const SHARE_DECIMALS: usize = 12;

/// A finished tree as a proof; nothing where it was too long to be kept.
pub(super) fn whole(kernel: &Kernel<'_>, tree: &Tree, aim: Aim) -> Option<Proof> {
    if !tree.is_whole() {
        return None;
    }
    let named = |choice: usize| (kernel.movers[kernel.mover[choice]], kernel.account[choice]);
    let node = |step: &Step| match step {
        Step::Leaf(prices) => Node::Leaf { prices: *prices, aim },
        Step::Close { choices, list } => {
            Node::Close { choices: choices.iter().map(|choice| named(*choice)).collect(), prices: *list, aim }
        }
        Step::Branch(choice) => {
            let (trade, account) = named(*choice);
            Node::Branch { trade, account }
        }
    };
    let nodes = tree.steps.iter().map(node).collect();
    Some(Proof { price_lists: tree.lists.iter().map(|list| written(kernel, list)).collect(), tree: nodes })
}

/// The bound at the root of a tree.
pub(super) fn root(kernel: &Kernel<'_>, tree: &Tree) -> Proof {
    let list = List { rows: tree.root.rows.clone(), shares: tree.root_shares.clone() };
    Proof { price_lists: vec![written(kernel, &list)], tree: vec![Node::Leaf { prices: 0, aim: Aim::Best }] }
}

fn written(kernel: &Kernel<'_>, list: &List) -> PriceList {
    let mut rows = Vec::new();
    for (price, row) in list.rows.iter().zip(&kernel.rows) {
        let end = if *price > 0.0 { row.at_most } else { row.at_least };
        let price = short(price.abs() * kernel.cost_scale / row.scale);
        if let (Some(end), Some(price)) = (end, price.filter(|price| !price.is_zero())) {
            rows.push((end, price));
        }
    }
    rows.sort_by_key(|(row, _)| *row);
    let share = |share: f64| format!("{share:.SHARE_DECIMALS$}").parse::<Amount>().ok();
    let shares = list.shares.iter().filter_map(|(place, value)| Some((kernel.positions[*place].index, share(*value)?)));
    PriceList { rows, shares: shares.collect() }
}

/// A float with few digits; nothing for what is not finite.
fn short(value: f64) -> Option<Amount> {
    let rounded: f64 = format!("{value:.MORE_DIGITS$e}").parse().ok()?;
    to_amount(rounded)
}
