//! A tree in floats as a proof in decimals.

use domain::Amount;
use domain::certificate::Aim;

use super::join::join;
use super::objective_decimals;
use crate::kernel::{Cut, Kernel};
use crate::proof::{self, Node, PriceList, Proof};
use crate::threads::joined;
use crate::tree::{List, Step, Tree};

/// Digits of a price after its first: their effect on the bound is of second order near the best prices.
const MORE_DIGITS: usize = 8;
/// Decimals of a share.
const SHARE_DECIMALS: usize = 12;
/// Decimals of a trade's price beyond those of the objective: what all of them are rounded by together has to be less
/// than the hundredth of a last decimal that the search leaves.
const TRADE_DECIMALS: usize = 6;

/// A whole tree as a proof.
pub(super) fn whole(tree: &Tree<'_>, aim: Aim) -> Option<Proof> {
    let near = proof(&tree.kernel, (&tree.lists, &tree.steps), aim);
    let Some(far) = &tree.far else { return Some(near) };
    join(tree.kernel.problem, near, proof(&far.kernel, (&far.lists, &far.steps), aim))
}

/// What a tree that was not finished shows all the same: the last bound that was shown to hold.
pub(super) fn shown(tree: &Tree<'_>) -> Option<Proof> {
    tree.shown.as_ref().map(|(lists, steps)| proof(&tree.kernel, (lists, steps), Aim::Best))
}

fn proof(kernel: &Kernel<'_>, (lists, steps): (&[List], &[Step]), aim: Aim) -> Proof {
    Proof {
        cuts: cuts(kernel),
        price_lists: all_written(kernel, lists),
        tree: steps.iter().map(|step| node(kernel, step, aim)).collect(),
    }
}

fn node(kernel: &Kernel<'_>, step: &Step, aim: Aim) -> Node {
    let named = |choice: usize| (kernel.movers[kernel.mover[choice]], kernel.account[choice]);
    match step {
        Step::Leaf(prices) => Node::Leaf { prices: *prices, aim },
        Step::Close { choices, list } => {
            Node::Close { choices: choices.iter().map(|choice| named(*choice)).collect(), prices: *list, aim }
        }
        Step::Branch(choice) => {
            let (trade, account) = named(*choice);
            Node::Branch { trade, account }
        }
    }
}

/// The bound at the root of a tree, after what it closed.
pub(super) fn root(tree: &Tree<'_>) -> Proof {
    let kernel = &*tree.kernel;
    let best = List::of(&tree.root, tree.root_shares.clone());
    let lists: Vec<&List> = tree.lists.iter().take(tree.root_lists).chain([&best]).collect();
    let closes = tree.steps.iter().take(tree.root_steps).filter(|step| matches!(step, Step::Close { .. }));
    let leaf = Node::Leaf { prices: lists.len() - 1, aim: Aim::Best };
    Proof {
        cuts: cuts(kernel),
        price_lists: lists.iter().map(|list| written(kernel, list, trade_decimals(kernel))).collect(),
        tree: closes.map(|step| node(kernel, step, Aim::Best)).chain([leaf]).collect(),
    }
}

fn cuts(kernel: &Kernel<'_>) -> Vec<proof::Cut> {
    let weighed = |(choice, weight): &(usize, i32)| (kernel.movers[kernel.mover[*choice]], *weight);
    let cut =
        |cut: &Cut| proof::Cut { row: cut.row, weights: cut.weights.iter().map(weighed).collect(), most: cut.most };
    kernel.cuts.iter().map(cut).collect()
}

/// Decimals of the price of a trade.
fn trade_decimals(kernel: &Kernel<'_>) -> usize {
    usize::try_from(objective_decimals(kernel.problem)).unwrap_or_default() + TRADE_DECIMALS
}

/// All lists, by two threads.
fn all_written(kernel: &Kernel<'_>, lists: &[List]) -> Vec<PriceList> {
    let decimals = trade_decimals(kernel);
    let write = |lists: &[List]| lists.iter().map(|list| written(kernel, list, decimals)).collect::<Vec<PriceList>>();
    let (first, second) = lists.split_at(lists.len() / 2);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| write(second));
        let mut all = write(first);
        all.extend(joined(second));
        all
    })
}

fn written(kernel: &Kernel<'_>, list: &List, decimals: usize) -> PriceList {
    let (mut rows, mut cuts) = (Vec::new(), Vec::new());
    for (price, row) in list.rows.iter().zip(&kernel.rows) {
        if let Some(cut) = row.cut {
            cuts.extend(short(price.max(0.0) * kernel.cost_scale / row.scale).map(|price| (cut, price)));
            continue;
        }
        let end = if *price > 0.0 { row.at_most } else { row.at_least };
        let price = short(price.abs() * kernel.cost_scale / row.scale);
        if let (Some(end), Some(price)) = (end, price.filter(|price| !price.is_zero())) {
            rows.push((end, price));
        }
    }
    rows.sort_by_key(|(row, _)| *row);
    cuts.retain(|(_, price)| !price.is_zero());
    cuts.sort_by_key(|(cut, _)| *cut);
    let share = |share: f64| format!("{share:.SHARE_DECIMALS$}").parse::<Amount>().ok();
    let shares = list.shares.iter().filter_map(|(place, value)| Some((kernel.positions[*place].index, share(*value)?)));
    let worth = |(mover, price): (usize, &f64)| {
        let price = in_decimals(-price * kernel.cost_scale, decimals)?;
        (!price.is_zero()).then_some((kernel.movers[mover], price))
    };
    PriceList {
        rows,
        shares: shares.collect(),
        cuts,
        trades: list.movers.iter().enumerate().filter_map(worth).collect(),
        kept: list.kept.iter().flat_map(|kept| kept.stated()).collect(),
    }
}

/// A float with so many decimals; nothing for what is not finite.
fn in_decimals(value: f64, decimals: usize) -> Option<Amount> {
    if value.is_finite() { format!("{value:.decimals$}").parse().ok() } else { None }
}

/// A float with few digits; nothing for what is not finite.
fn short(value: f64) -> Option<Amount> {
    let text = format!("{value:.MORE_DIGITS$e}");
    let (digits, exponent) = text.split_once('e')?;
    let size = digits.bytes().filter(u8::is_ascii_digit);
    let size = size.fold(0, |size, digit| 10 * size + i128::from(digit - b'0'));
    let digits = if text.starts_with('-') { -size } else { size };
    Some(Amount::from_parts(digits, i64::try_from(MORE_DIGITS).ok()? - exponent.parse::<i64>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_number_has_nine_digits() {
        let texts =
            [1_234.567_891_234, -0.000_120_5, 0.0, 98_765_432_109.0].map(|value| short(value).unwrap().to_string());
        assert_eq!(texts, ["1234.56789", "-0.0001205", "0", "98765432100"]);
        assert_eq!([short(f64::NAN), short(f64::INFINITY)], [None, None]);
    }
}
