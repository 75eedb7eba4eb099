//! What no assignment can exceed, recomputed from a certificate by exact sums and without any search.
//!
//! **Why it is a bound.** Let `λ >= 0` be the shadow price of a limit, and `room` what `bound/room.rs` says: at or
//! above 0 in every assignment that keeps the limit. Then for every feasible assignment
//!
//! `objective <= objective + Σ λ·room <= L(λ) = max of the same over all assignments that pins and acceptances allow`.
//!
//! The sum in the middle is a sum over metrics, `constant + Σ weight[a,m]·M[a,m]`, and so one over positions,
//! `constant + Σ weight·M0 + Σ [F(P[a,s]) - F(P0[a,s])]`. Few trades move a position, so that `bound/clusters.rs` finds
//! the best of all their joint choices exactly; above an `F` that many trades move, or for which the list has a slope,
//! `bound/sum.rs` puts a line. Each trade, or cluster of trades, then adds a number that depends on no other, and `L`
//! is at most the sum of the largest. A change from the last plan is a choice of one trade, so that what it costs, and a
//! price on it, is part of that number. Nothing in this depends on where prices and slopes came from: bad ones give a bad
//! bound, never a wrong one.
//!
//! **Cuts.** `bound/cuts.rs` checks each against its limit alone. From then on it is one more thing with room at or above
//! 0, and that room is a sum over bookings.
//!
//! **The tree.** A branch divides the assignments into those with a trade at an account and those with it elsewhere, so
//! that what holds at every leaf holds for all. A node that closes choices does the same for each of them at once: its
//! prices bound those assignments that have one of them, and what follows is about the others. The bound is the largest of
//! all that aim at one. Where prices show that there is no plan the objective counts nothing, and `Σ λ·room <= L < 0`
//! leaves no assignment with every room at or above 0; `L = 0` is enough where a price above 0 is paid on a room that has
//! to be above 0.
//!
//! **The grid.** Objectives are sums of decimals. `bound/grid.rs` says by what they differ at least, and the bound is
//! taken down to the nearest value that one can have.
//!
//! **Levels.** With strict priorities a bound is one on a level, over the assignments that keep the floors of the levels
//! before it too. `bound/level.rs` says what counts then; all of the above stays as it is.

mod changes;
mod clusters;
mod cuts;
mod grid;
mod knapsacks;
mod level;
mod number;
mod positions;
mod priced;
mod ready;
mod room;
mod sack;
mod sum;
mod tables;
mod tree;
mod wide;
mod worth;

use domain::certificate::Subject;
use domain::{AccountId, Amount, Certificate, Day, Desk, LevelCertificate, MetricName, SecurityId, TradeId};
use metric_engine::Book;
use thiserror::Error;

use crate::{Discrepancy, inputs, numbers};
use level::Scope;

/// What a certificate shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certified {
    /// No assignment that keeps every limit has an objective above this.
    Bound(Amount),
    /// No assignment keeps every limit.
    Infeasible,
}

/// Why a certificate shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoProof {
    /// What is computed with is not what the desk and the day say.
    #[error("{0}")]
    Inputs(Box<Discrepancy>),
    /// A position has no coefficient.
    #[error("account {account}, metric {metric}: no coefficient for security {security}")]
    NoCoefficient {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
        /// The security.
        security: SecurityId,
    },
    /// A trade that no account may take.
    #[error("trade {0} may be booked nowhere")]
    Homeless(TradeId),
    /// A name that the desk does not have.
    #[error("the desk has no account {0}")]
    UnknownAccount(AccountId),
    /// A name that the day does not have.
    #[error("the day has no trade {0}")]
    UnknownTrade(TradeId),
    /// A name that neither positions nor trades have.
    #[error("no position or trade is in {0}")]
    UnknownSecurity(SecurityId),
    /// A price on something that does not have to hold.
    #[error("a price is stated for {0}, where nothing of that kind has to hold")]
    NoSuchLimit(Subject),
    /// A price below 0.
    #[error("the price for {0} is below 0")]
    NegativePrice(Subject),
    /// Two prices for one limit in one list.
    #[error("a list has two prices for {0}")]
    PriceRepeated(Subject),
    /// Two slopes for one position in one list.
    #[error("a list has two slopes for {security} at account {account}")]
    SlopeRepeated {
        /// The account.
        account: AccountId,
        /// The security.
        security: SecurityId,
    },
    /// Two prices for one trade in one list.
    #[error("a list has two prices for trade {0}")]
    TradePriceRepeated(TradeId),
    /// A second limit that its account is to keep in one list.
    #[error("a list has {0} kept at an account that keeps another limit")]
    KeptRepeated(Subject),
    /// A limit of no account is to be kept.
    #[error("{0} is of no account that could keep it")]
    NoAccount(Subject),
    /// A kept limit is counted in steps that are not above 0.
    #[error("{0} is kept in steps that are not above 0")]
    NoStep(Subject),
    /// Knapsacks that take too long, or have numbers too large.
    #[error("not checked: the knapsacks up to node {node} take more than the verifier spends on them")]
    NotChecked {
        /// The node, counted from 0.
        node: usize,
    },
    /// A level that the order of the desk does not have.
    #[error("the order of the desk has no metric {0}")]
    UnknownLevel(MetricName),
    /// A floor of a level that is not before the one that is certified.
    #[error("a floor is stated for {0}, which is no level before this one")]
    FloorNotBefore(MetricName),
    /// Two floors for one level.
    #[error("two floors are stated for level {0}")]
    FloorRepeated(MetricName),
    /// A cut that its limit does not make.
    #[error("cut {cut} does not follow from its limit")]
    CutNotShown {
        /// The cut, counted from 0.
        cut: usize,
    },
    /// A price on a cut that is not there, below 0, or the second one in its list.
    #[error("a price is stated for cut {cut}, which is not there, has a price already or none below 0")]
    CutPrice {
        /// The cut, counted from 0.
        cut: usize,
    },
    /// A place that a table of the certificate does not have.
    #[error("{table} has {entries} entries, and there is a reference to {place}")]
    NoSuchEntry {
        /// The table, by its key.
        table: &'static str,
        /// How many entries it has.
        entries: usize,
        /// The place, counted from 0.
        place: usize,
    },
    /// Two entries of a table are the same.
    #[error("{table} has the entry at {place} twice")]
    EntryRepeated {
        /// The table, by its key.
        table: &'static str,
        /// The second of them, counted from 0.
        place: usize,
    },
    /// A node refers to a list that is not there.
    #[error("node {node} of the tree refers to price list {list}, which is not there")]
    NoSuchList {
        /// The node, counted from 0.
        node: usize,
        /// The list.
        list: usize,
    },
    /// A choice of a trade that cannot go to the account there, or nowhere else.
    #[error("node {node} of the tree is about trade {trade} at account {account}, which is no open choice there")]
    NotOpen {
        /// The node, counted from 0.
        node: usize,
        /// The trade.
        trade: TradeId,
        /// The account.
        account: AccountId,
    },
    /// The tree ends before every branch has both its cases.
    #[error("the tree ends before every branch has both its cases")]
    Incomplete,
    /// Nodes that belong to no branch.
    #[error("the tree is complete before node {node}")]
    Overlong {
        /// The first of them, counted from 0.
        node: usize,
    },
    /// Prices that are to show that there is no plan, and do not.
    #[error("the prices of node {node} do not show that it has no plan: their sum may reach {reached}")]
    NotShown {
        /// The node, counted from 0.
        node: usize,
        /// `L`, which is not below 0.
        reached: Amount,
    },
}

/// What `certificate` shows of `desk` and `day`; `book` is the two made ready for arithmetic, and [`crate::verify`]
/// says whether it is.
///
/// # Errors
/// Why it shows nothing.
pub fn certified_bound(desk: &Desk, day: &Day, book: &Book, certificate: &Certificate) -> Result<Certified, NoProof> {
    shown(desk, day, book, certificate, Scope::Whole)
}

/// As [`certified_bound`] for one level of an objective with strict priorities: what the level cannot exceed in any
/// assignment that keeps every limit and the floors that are stated with it. Nothing where nothing is certified.
///
/// # Errors
/// Why it shows nothing.
pub fn certified_level(
    desk: &Desk,
    day: &Day,
    book: &Book,
    level: &LevelCertificate,
) -> Result<Option<Certified>, NoProof> {
    let Some(certificate) = &level.certificate else { return Ok(None) };
    shown(desk, day, book, certificate, Scope::Level(level)).map(Some)
}

fn shown(
    desk: &Desk,
    day: &Day,
    book: &Book,
    certificate: &Certificate,
    scope: Scope<'_>,
) -> Result<Certified, NoProof> {
    let mut found = inputs::structure(desk, day, book);
    if found.is_empty() {
        let opening = numbers::opening(desk, day, book, &mut found);
        if found.is_empty() {
            let prices = priced::Prices::new(desk, day, book, &opening, scope)?;
            let shown = match tree::walk::<i128>(book, &prices, certificate)? {
                Some(certified) => certified,
                // Whole numbers of 128 bits do not hold it; amounts hold everything.
                None => tree::walk::<Amount>(book, &prices, certificate)?.expect("an amount has any length"),
            };
            return Ok(match shown {
                Certified::Bound(bound) => Certified::Bound(grid::lowered(&bound, book, &prices)),
                Certified::Infeasible => Certified::Infeasible,
            });
        }
    }
    Err(NoProof::Inputs(Box::new(found.swap_remove(0))))
}

#[cfg(test)]
mod tests;
