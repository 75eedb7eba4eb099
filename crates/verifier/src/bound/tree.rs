//! The tree of a certificate, walked depth first.

use std::collections::BTreeMap;

use domain::certificate::{Aim, Node};
use domain::{AccountId, Amount, Certificate, TradeId};
use metric_engine::Book;

use super::knapsacks::{Effort, Knapsacks};
use super::number::Number;
use super::positions::{Positions, Priced};
use super::priced::Prices;
use super::{Certified, NoProof};

/// A branch whose cases are being walked.
struct Open {
    trade: usize,
    /// Where the trade could go above the branch.
    before: Vec<usize>,
    /// Where it may go in the second case; nothing once that is reached.
    second: Option<Vec<usize>>,
}

/// The prices of the last leaf, since many leaves in a row may share them.
struct Last<N: Number> {
    list: usize,
    aim: Aim,
    priced: Priced<N>,
    is_strict: bool,
    /// The knapsacks, where the list prices trades.
    knapsacks: Option<Knapsacks<N>>,
}

/// What the leaves show together; nothing where a number does not fit.
pub(super) fn walk<N: Number>(
    book: &Book,
    prices: &Prices<'_>,
    certificate: &Certificate,
) -> Result<Option<Certified>, NoProof> {
    let trades: BTreeMap<&TradeId, usize> = book.trades.iter().map(|line| &line.id).zip(0..).collect();
    let Some(mut positions) = Positions::<N>::new(book, prices.homes())? else { return Ok(None) };
    let (mut stack, mut last, mut largest): (Vec<Open>, Option<Last<N>>, Option<Amount>) = (Vec::new(), None, None);
    let (mut nodes, mut effort) = (certificate.tree.iter().enumerate(), Effort::default());
    loop {
        let Some((node, kind)) = nodes.next() else { return Err(NoProof::Incomplete) };
        match kind {
            Node::Branch { trade, account } => {
                let Some(index) = trades.get(trade).copied() else { return Err(NoProof::UnknownTrade(trade.clone())) };
                stack.push(branch(&mut positions, node, (trade, index), (account, prices.account(account)?))?);
                continue;
            }
            Node::Leaf { prices: list, aim } => {
                if last.as_ref().is_none_or(|last| (last.list, last.aim) != (*list, *aim)) {
                    let Some(stated) = certificate.price_lists.get(*list) else {
                        return Err(NoProof::NoSuchList { node, list: *list });
                    };
                    let weights = prices.weights(stated, *aim)?;
                    let Some(priced) = positions.price(&weights) else { return Ok(None) };
                    let mut knapsacks = None;
                    if !stated.trade_prices.is_empty() || !stated.kept_limits.is_empty() {
                        knapsacks = Knapsacks::of(stated, prices, &positions, &trades)?;
                        if knapsacks.is_none() {
                            return Ok(None);
                        }
                    }
                    last = Some(Last { list: *list, aim: *aim, priced, is_strict: weights.is_strict, knapsacks });
                }
                let Some(last) = &last else { unreachable!("the prices of this leaf were set above") };
                let bound = match &last.knapsacks {
                    None => Some(positions.bound(&last.priced)),
                    Some(knapsacks) => knapsacks.bound(&positions, &last.priced, (node, &mut effort))?,
                };
                match (aim, bound) {
                    // No assignment of the node keeps the kept limits.
                    (_, None) => {}
                    (Aim::Best, Some(bound)) => largest = largest.max(Some(bound)),
                    (Aim::NoPlan, Some(bound)) if bound.is_negative() || last.is_strict && bound.is_zero() => {}
                    (Aim::NoPlan, Some(reached)) => return Err(NoProof::NotShown { node, reached }),
                }
            }
        }
        if !turn(&mut positions, &mut stack) {
            break;
        }
    }
    match nodes.next() {
        Some((node, _)) => Err(NoProof::Overlong { node }),
        None => Ok(Some(largest.map_or(Certified::Infeasible, Certified::Bound))),
    }
}

/// Enters the first case of a branch.
fn branch<N: Number>(
    positions: &mut Positions<'_, N>,
    node: usize,
    (trade_id, trade): (&TradeId, usize),
    (account_id, account): (&AccountId, usize),
) -> Result<Open, NoProof> {
    let before = positions.accounts(trade);
    if before.len() < 2 || !before.contains(&account) {
        return Err(NoProof::NotOpen { node, trade: trade_id.clone(), account: account_id.clone() });
    }
    let second = before.iter().copied().filter(|other| *other != account).collect();
    let before = positions.restrict(trade, vec![account]);
    Ok(Open { trade, before, second: Some(second) })
}

/// Goes on to the next case after a leaf; false when there is none.
fn turn<N: Number>(positions: &mut Positions<'_, N>, stack: &mut Vec<Open>) -> bool {
    while let Some(open) = stack.last_mut() {
        if let Some(second) = open.second.take() {
            positions.restrict(open.trade, second);
            return true;
        }
        positions.restrict(open.trade, std::mem::take(&mut open.before));
        stack.pop();
    }
    false
}
