//! The tree of a certificate, walked depth first.

use domain::certificate::{Aim, Node, PriceList};
use domain::{Amount, Certificate};
use metric_engine::Book;

use super::cuts::{self, Checked};
use super::knapsacks::Knapsacks;
use super::number::Number;
use super::positions::Positions;
use super::priced::Prices;
use super::ready::{Ready, ReadyLists};
use super::sack::Effort;
use super::sum::Sum;
use super::tables::Tables;
use super::{Certified, NoProof};

/// Restrictions that hold until the nodes below are walked.
struct Open {
    /// Trades that were restricted, with where they could go before; in the order in which that was done.
    before: Vec<(usize, Vec<usize>)>,
    /// The second case of a branch: its trade, and where that may go. Nothing once that is reached.
    second: Option<(usize, Vec<usize>)>,
}

/// What the nodes have shown so far.
struct Shown<'a, N: Number> {
    prices: &'a Prices<'a>,
    lists: &'a [PriceList],
    tables: &'a Tables<'a>,
    cuts: Vec<Checked>,
    ready: ReadyLists<N>,
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
    let tables = Tables::of(book, prices, certificate)?;
    let parts = if certificate.tree.len() > MANY { THREADS } else { 1 };
    let walk = |part| walk_part::<N>(book, (prices, &tables), certificate, (part, parts));
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

/// The largest bound of the nodes of this part, by number; nothing where a number does not fit. Every part walks the whole
/// tree.
fn walk_part<N: Number>(
    book: &Book,
    (prices, tables): (&Prices<'_>, &Tables<'_>),
    certificate: &Certificate,
    (part, parts): (usize, usize),
) -> Result<Option<Option<Amount>>, NoProof> {
    let Some(mut positions) = Positions::<N>::new(book, prices.homes())? else { return Ok(None) };
    let Some(cuts) = cuts::checked(&certificate.cuts, prices, &positions, tables)? else { return Ok(None) };
    let (lists, effort) = (&certificate.price_lists[..], Effort::default());
    let is_own = |node: usize| node % parts == part;
    let own = certificate.tree.iter().enumerate().filter(|(node, _)| is_own(*node)).map(|(_, kind)| kind);
    let ready = ReadyLists::new(lists.len(), own);
    let mut shown = Shown { prices, lists, tables, cuts, ready, effort, largest: None };
    let mut stack: Vec<Open> = Vec::new();
    let mut nodes = certificate.tree.iter().enumerate();
    loop {
        let Some((node, kind)) = nodes.next() else { return Err(NoProof::Incomplete) };
        match kind {
            Node::Branch(booking) => {
                stack.push(branch(&mut positions, tables, node, *booking)?);
                continue;
            }
            Node::Close { choices, prices: list, aim } => {
                let open = open(&positions, tables, node, choices)?;
                if is_own(node) && shown.forced(&positions, node, (*list, *aim), &open)?.is_none() {
                    return Ok(None);
                }
                stack.push(close(&mut positions, tables, node, choices)?);
                continue;
            }
            Node::Leaf { prices: list, aim } => {
                if is_own(node) && shown.whole(&positions, node, (*list, *aim))?.is_none() {
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
    /// The prices of a list, and what knapsacks may still take; nothing where a number does not fit.
    fn priced(
        &mut self,
        positions: &Positions<'_, N>,
        node: usize,
        (list, aim): (usize, Aim),
    ) -> Result<Option<(&Ready<N>, &mut Effort)>, NoProof> {
        let Self { prices, lists, tables, cuts, ready, effort, .. } = self;
        let make = || {
            let Some(stated) = lists.get(list) else { return Err(NoProof::NoSuchList { node, list }) };
            let mut weights = prices.weights(tables, stated, aim)?;
            cuts::pay(cuts, &stated.cut_prices, &mut weights)?;
            let Some(priced) = positions.price(&weights) else { return Ok(None) };
            let mut knapsacks = None;
            if !stated.trade_prices.is_empty() || !stated.kept_limits.is_empty() {
                knapsacks = Knapsacks::of(stated, prices, positions, tables)?;
                if knapsacks.is_none() {
                    return Ok(None);
                }
            }
            Ok(Some(Ready { priced, is_strict: weights.is_strict, knapsacks }))
        };
        Ok(ready.get((list, aim), make)?.map(|ready| (ready, effort)))
    }

    /// Takes note of what prices bound a node by; nothing where a number does not fit.
    fn whole(
        &mut self,
        positions: &Positions<'_, N>,
        node: usize,
        (list, aim): (usize, Aim),
    ) -> Result<Option<()>, NoProof> {
        let Some((Ready { priced, knapsacks, is_strict }, effort)) = self.priced(positions, node, (list, aim))? else {
            return Ok(None);
        };
        let is_strict = *is_strict;
        let reached = match knapsacks {
            None => Some(Sum::of(positions, priced).bound()),
            Some(knapsacks) => knapsacks.bound(positions, priced, (node, effort))?,
        };
        // Nothing where no assignment of the node keeps the kept limits.
        reached.map_or(Ok(()), |reached| self.take(node, (aim, is_strict), reached))?;
        Ok(Some(()))
    }

    /// The same for the assignments of a node that have one of some open choices, for each of those by itself.
    fn forced(
        &mut self,
        positions: &Positions<'_, N>,
        node: usize,
        (list, aim): (usize, Aim),
        choices: &[(usize, usize)],
    ) -> Result<Option<()>, NoProof> {
        let Some((Ready { priced, knapsacks, is_strict }, effort)) = self.priced(positions, node, (list, aim))? else {
            return Ok(None);
        };
        let is_strict = *is_strict;
        let reached = match knapsacks {
            None => Sum::of(positions, priced).forced(choices),
            Some(knapsacks) => {
                let all = knapsacks.forced(positions, priced, choices, (node, effort))?;
                all.into_iter().flatten().max()
            }
        };
        reached.map_or(Ok(()), |reached| self.take(node, (aim, is_strict), reached))?;
        Ok(Some(()))
    }

    /// Takes note of what prices bound some assignments by.
    fn take(&mut self, node: usize, (aim, is_strict): (Aim, bool), reached: Amount) -> Result<(), NoProof> {
        match aim {
            Aim::Best if self.largest.as_ref().is_none_or(|largest| *largest < reached) => self.largest = Some(reached),
            Aim::Best => {}
            Aim::NoPlan if reached.is_negative() || is_strict && reached.is_zero() => {}
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

/// Choices, each of them open, as trades and accounts.
fn open<N: Number>(
    positions: &Positions<'_, N>,
    tables: &Tables<'_>,
    node: usize,
    choices: &[usize],
) -> Result<Vec<(usize, usize)>, NoProof> {
    let choice = |booking: &usize| {
        let (trade, account) = tables.booking(*booking)?;
        is_open(positions, trade, account).then_some((trade, account)).ok_or_else(|| tables.not_open(node, *booking))
    };
    choices.iter().map(choice).collect()
}

/// Goes on without these choices.
fn close<N: Number>(
    positions: &mut Positions<'_, N>,
    tables: &Tables<'_>,
    node: usize,
    choices: &[usize],
) -> Result<Open, NoProof> {
    let mut before = Vec::with_capacity(choices.len());
    for booking in choices {
        let (trade, account) = tables.booking(*booking)?;
        if !is_open(positions, trade, account) {
            return Err(tables.not_open(node, *booking));
        }
        let left = positions.accounts(trade).iter().copied().filter(|other| *other != account).collect();
        before.push((trade, positions.restrict(trade, left)));
    }
    Ok(Open { before, second: None })
}

/// Enters the first case of a branch.
fn branch<N: Number>(
    positions: &mut Positions<'_, N>,
    tables: &Tables<'_>,
    node: usize,
    booking: usize,
) -> Result<Open, NoProof> {
    let (trade, account) = tables.booking(booking)?;
    if !is_open(positions, trade, account) {
        return Err(tables.not_open(node, booking));
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
