//! The tree of a certificate, walked depth first.

use std::collections::BTreeMap;

use domain::certificate::{Aim, Node, PriceList};
use domain::{AccountId, Amount, Certificate, TradeId};
use metric_engine::Book;

use super::cuts::{self, Checked};
use super::knapsacks::Knapsacks;
use super::number::Number;
use super::positions::{Positions, Priced};
use super::priced::Prices;
use super::sack::Effort;
use super::sum::Sum;
use super::{Certified, NoProof};

/// Restrictions that hold until the nodes below are walked.
struct Open {
    /// Trades that were restricted, with where they could go before; in the order in which that was done.
    before: Vec<(usize, Vec<usize>)>,
    /// The second case of a branch: its trade, and where that may go. Nothing once that is reached.
    second: Option<(usize, Vec<usize>)>,
}

/// The prices of the last node, since many nodes in a row may share them.
struct Last<N: Number> {
    list: usize,
    aim: Aim,
    priced: Priced<N>,
    is_strict: bool,
    /// The knapsacks, where the list prices trades.
    knapsacks: Option<Knapsacks<N>>,
}

/// What the nodes have shown so far.
struct Shown<'a, N: Number> {
    prices: &'a Prices<'a>,
    lists: &'a [PriceList],
    trades: &'a BTreeMap<&'a TradeId, usize>,
    cuts: Vec<Checked>,
    last: Option<Last<N>>,
    effort: Effort,
    /// The largest of the bounds.
    largest: Option<Amount>,
}

/// With more nodes than this, it pays to share them out between threads.
const MANY: usize = 64;
const THREADS: usize = 2;

/// What the nodes show together; nothing where a number does not fit.
pub(super) fn walk<N: Number>(
    book: &Book,
    prices: &Prices<'_>,
    certificate: &Certificate,
) -> Result<Option<Certified>, NoProof> {
    let parts = if certificate.tree.len() > MANY { THREADS } else { 1 };
    let walk = |part| walk_part::<N>(book, prices, certificate, (part, parts));
    let found: Vec<Result<Option<Option<Amount>>, NoProof>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..parts).map(|part| scope.spawn(move || walk(part))).collect();
        let first = walk(0);
        let others = others.into_iter().map(|other| other.join().expect("the walk of a tree does not panic"));
        std::iter::once(first).chain(others).collect()
    });
    let mut largest: Option<Amount> = None;
    for found in found {
        let Some(bound) = found? else { return Ok(None) };
        largest = largest.max(bound);
    }
    Ok(Some(largest.map_or(Certified::Infeasible, Certified::Bound)))
}

/// The largest bound of the nodes whose price lists are of this part, by number; nothing where a number does not fit. Every
/// part walks the whole tree.
fn walk_part<N: Number>(
    book: &Book,
    prices: &Prices<'_>,
    certificate: &Certificate,
    (part, parts): (usize, usize),
) -> Result<Option<Option<Amount>>, NoProof> {
    let trades: BTreeMap<&TradeId, usize> = book.trades.iter().map(|line| &line.id).zip(0..).collect();
    let index = |trade: &TradeId| trades.get(trade).copied().ok_or_else(|| NoProof::UnknownTrade(trade.clone()));
    let Some(mut positions) = Positions::<N>::new(book, prices.homes())? else { return Ok(None) };
    let Some(cuts) = cuts::checked(&certificate.cuts, prices, &positions, index)? else { return Ok(None) };
    let (lists, effort) = (&certificate.price_lists[..], Effort::default());
    let mut shown = Shown { prices, lists, trades: &trades, cuts, last: None, effort, largest: None };
    let mut stack: Vec<Open> = Vec::new();
    let mut nodes = certificate.tree.iter().enumerate();
    loop {
        let Some((node, kind)) = nodes.next() else { return Err(NoProof::Incomplete) };
        match kind {
            Node::Branch { trade, account } => {
                stack.push(branch(&mut positions, node, (trade, index(trade)?), (account, prices.account(account)?))?);
                continue;
            }
            Node::Close { choices, prices: list, aim } => {
                let mut open = Vec::with_capacity(choices.len());
                for (trade, account) in choices {
                    let (place, here) = (index(trade)?, prices.account(account)?);
                    if !is_open(&positions, place, here) {
                        return Err(NoProof::NotOpen { node, trade: trade.clone(), account: account.clone() });
                    }
                    open.push((trade, account, place, here));
                }
                if list % parts == part && shown.forced(&positions, node, (*list, *aim), &open)?.is_none() {
                    return Ok(None);
                }
                stack.push(close(&mut positions, node, &open)?);
                continue;
            }
            Node::Leaf { prices: list, aim } => {
                if list % parts == part && shown.whole(&positions, node, (*list, *aim))?.is_none() {
                    return Ok(None);
                }
            }
        }
        if !turn(&mut positions, &mut stack) {
            break;
        }
    }
    match nodes.next() {
        Some((node, _)) => Err(NoProof::Overlong { node }),
        None => Ok(Some(shown.largest)),
    }
}

impl<N: Number> Shown<'_, N> {
    /// The prices of a list; nothing where a number does not fit.
    fn priced(
        &mut self,
        positions: &Positions<'_, N>,
        node: usize,
        (list, aim): (usize, Aim),
    ) -> Result<Option<&Last<N>>, NoProof> {
        if self.last.as_ref().is_none_or(|last| (last.list, last.aim) != (list, aim)) {
            let Some(stated) = self.lists.get(list) else { return Err(NoProof::NoSuchList { node, list }) };
            let mut weights = self.prices.weights(stated, aim)?;
            cuts::pay(&self.cuts, &stated.cut_prices, &mut weights)?;
            let Some(priced) = positions.price(&weights) else { return Ok(None) };
            let mut knapsacks = None;
            if !stated.trade_prices.is_empty() || !stated.kept_limits.is_empty() {
                knapsacks = Knapsacks::of(stated, self.prices, positions, self.trades)?;
                if knapsacks.is_none() {
                    return Ok(None);
                }
            }
            self.last = Some(Last { list, aim, priced, is_strict: weights.is_strict, knapsacks });
        }
        Ok(self.last.as_ref())
    }

    /// Takes note of what prices bound a node by; nothing where a number does not fit.
    fn whole(
        &mut self,
        positions: &Positions<'_, N>,
        node: usize,
        prices: (usize, Aim),
    ) -> Result<Option<()>, NoProof> {
        if self.priced(positions, node, prices)?.is_none() {
            return Ok(None);
        }
        let Self { last: Some(Last { priced, knapsacks, .. }), effort, .. } = self else {
            unreachable!("the prices of this node were set above")
        };
        let reached = match knapsacks {
            None => Some(Sum::of(positions, priced).bound()),
            Some(knapsacks) => knapsacks.bound(positions, priced, (node, effort))?,
        };
        // Nothing where no assignment of the node keeps the kept limits.
        reached.map_or(Ok(()), |reached| self.take(node, reached))?;
        Ok(Some(()))
    }

    /// The same for the assignments of a node that have one of some open choices, for each of those by itself.
    fn forced(
        &mut self,
        positions: &Positions<'_, N>,
        node: usize,
        prices: (usize, Aim),
        choices: &[(&TradeId, &AccountId, usize, usize)],
    ) -> Result<Option<()>, NoProof> {
        if self.priced(positions, node, prices)?.is_none() {
            return Ok(None);
        }
        let Self { last: Some(Last { priced, knapsacks, .. }), effort, .. } = self else {
            unreachable!("the prices of this node were set above")
        };
        let places = choices.iter().map(|(_, _, trade, account)| (*trade, *account));
        let reached = match knapsacks {
            None => {
                let sum = Sum::of(positions, priced);
                places.map(|(trade, account)| Some(sum.forced(trade, account))).collect()
            }
            Some(knapsacks) => knapsacks.forced(positions, priced, &places.collect::<Vec<_>>(), (node, effort))?,
        };
        reached.into_iter().flatten().try_for_each(|reached| self.take(node, reached))?;
        Ok(Some(()))
    }

    /// Takes note of what the last prices bound some assignments by.
    fn take(&mut self, node: usize, reached: Amount) -> Result<(), NoProof> {
        let Some(last) = &self.last else { unreachable!("a bound has prices") };
        match last.aim {
            Aim::Best if self.largest.as_ref().is_none_or(|largest| *largest < reached) => self.largest = Some(reached),
            Aim::Best => {}
            Aim::NoPlan if reached.is_negative() || last.is_strict && reached.is_zero() => {}
            Aim::NoPlan => return Err(NoProof::NotShown { node, reached }),
        }
        Ok(())
    }
}

/// Whether a trade may go to an account and to another.
fn is_open<N: Number>(positions: &Positions<'_, N>, trade: usize, account: usize) -> bool {
    let open = positions.accounts(trade);
    open.len() > 1 && open.contains(&account)
}

/// Goes on without these choices.
fn close<N: Number>(
    positions: &mut Positions<'_, N>,
    node: usize,
    choices: &[(&TradeId, &AccountId, usize, usize)],
) -> Result<Open, NoProof> {
    let mut before = Vec::with_capacity(choices.len());
    for (trade, account, place, here) in choices {
        if !is_open(positions, *place, *here) {
            return Err(NoProof::NotOpen { node, trade: (*trade).clone(), account: (*account).clone() });
        }
        let left = positions.accounts(*place).iter().copied().filter(|other| other != here).collect();
        before.push((*place, positions.restrict(*place, left)));
    }
    Ok(Open { before, second: None })
}

/// Enters the first case of a branch.
fn branch<N: Number>(
    positions: &mut Positions<'_, N>,
    node: usize,
    (trade_id, trade): (&TradeId, usize),
    (account_id, account): (&AccountId, usize),
) -> Result<Open, NoProof> {
    if !is_open(positions, trade, account) {
        return Err(NoProof::NotOpen { node, trade: trade_id.clone(), account: account_id.clone() });
    }
    let second = positions.accounts(trade).iter().copied().filter(|other| *other != account).collect();
    let before = positions.restrict(trade, vec![account]);
    Ok(Open { before: vec![(trade, before)], second: Some((trade, second)) })
}

/// Goes on to the next case after a leaf; false when there is none.
fn turn<N: Number>(positions: &mut Positions<'_, N>, stack: &mut Vec<Open>) -> bool {
    while let Some(open) = stack.last_mut() {
        if let Some((trade, accounts)) = open.second.take() {
            positions.restrict(trade, accounts);
            return true;
        }
        for (trade, accounts) in std::mem::take(&mut open.before).into_iter().rev() {
            positions.restrict(trade, accounts);
        }
        stack.pop();
    }
    false
}
