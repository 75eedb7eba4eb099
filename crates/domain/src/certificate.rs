//! A certificate: what somebody needs to recompute, without any search, that no assignment can be better than a bound,
//! or that none keeps the limits.
//!
//! It is a search tree whose nodes carry shadow prices (Lagrangian multipliers). A shadow price `λ >= 0` of a limit
//! turns the limit into a term `λ · room` of the objective, `room >= 0` where the limit is kept. What then remains is
//! an assignment without limits, whose best value is found trade by trade, those that move one position together, and no
//! feasible assignment of the node can be worth more. The verifier states the sum in full; whatever numbers stand here,
//! it is a bound, good or bad. Prices of trades turn the sum around: each account then keeps a limit of its own, and is a
//! knapsack.
//!
//! Limits say more than their sums do, since trades go whole: of some bookings a limit does not allow more than a few.
//! Such a cut is checked by itself, and then a price may be paid on it as on a limit.
//!
//! What prices show closes a whole node, or those of its assignments that have one of some bookings: prices good
//! enough to close a node mostly show of many choices that they belong to no better assignment.
//!
//! With strict priorities each level has a certificate of its own: what the levels before it must not lose is one more
//! limit each, a floor.
//!
//! Everything is named by the desk's own identifiers, so that a certificate can be read beside the desk's files. A proof may
//! be long, and says the same names again and again: each stands once in a table, and everything else refers to it by its
//! place there, counted from 0.

use std::fmt;

use crate::limit::Bound;
use crate::{AccountId, Amount, MetricName, SecurityId, TradeId};

/// A search tree over the trades with prices that close its branches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Certificate {
    /// What prices are paid on. No entry of a table is there twice.
    pub rooms: Vec<Subject>,
    /// The positions that have a slope.
    pub positions: Vec<Position>,
    /// The bookings that branches, closed choices and cuts are about.
    pub bookings: Vec<(TradeId, AccountId)>,
    /// What follows from limits because trades go whole; price lists refer to them by place.
    pub cuts: Vec<Cut>,
    /// The prices; nodes refer to them by place, so that many nodes may share one list.
    pub price_lists: Vec<PriceList>,
    /// The tree, depth first: a branch is followed by the whole of its first child, then the whole of its second, and
    /// closed choices by what is left.
    pub tree: Vec<Node>,
}

/// Everything that a run has certified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Certificates {
    /// Of the whole objective, or that no assignment keeps the limits; nothing where neither is certified.
    pub whole: Option<Certificate>,
    /// Of each level of an objective with strict priorities, in their order; empty for one without.
    pub levels: Vec<LevelCertificate>,
}

/// What is certified of one level of an objective with strict priorities: a bound on the level's own part of the
/// objective, over the assignments that keep the limits and the floors of the levels before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelCertificate {
    /// The level's metric; nothing for the last level, of all that is not in the order.
    pub metric: Option<MetricName>,
    /// What the levels before it must not end below. A lower floor bounds more assignments, and a floor that is not
    /// stated bounds all.
    pub floors: Vec<Floor>,
    /// The bookings of the assignment with the level's best value that differ from the published ones.
    pub best: Vec<(TradeId, AccountId)>,
    /// What the bound follows from; nothing where none is certified. Its prices may be paid on the floors.
    pub certificate: Option<Certificate>,
}

/// What a level must not end below: `L = Σ_a OP·W·M >= least` over the accounts at which its metric counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floor {
    /// The level, by its metric.
    pub metric: MetricName,
    /// In units of the objective.
    pub least: Amount,
}

/// Shadow prices of limits, slopes of positions and whatever else has a price; in each of its parts, one thing at most once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceList {
    /// What one unit of room is worth, by place in [`Certificate::rooms`]: `λ >= 0`, units of the objective for one unit of
    /// the metric, of `C·D - N` for a ratio `N / D`, for one change, or for one unit of a level before. What is not listed
    /// has the price 0.
    pub shadow_prices: Vec<(usize, Amount)>,
    /// By place in [`Certificate::positions`], the slope `d` of a line `c + d·P` above what a position `P` adds to the priced
    /// objective, `c` the least that leaves it above for every value that `P` can have: units of the objective for one unit
    /// of base currency. With a line for a position its trades are independent of each other. Without one they are counted
    /// together, which is tighter, as far as they are few: the verifier says how many. Any slope gives a bound; a good one is
    /// close to what one more unit of the position is worth at the best assignment.
    pub slopes: Vec<(usize, Amount)>,
    /// What one unit of room under a cut is worth, by place in [`Certificate::cuts`]: `μ >= 0`, units of the objective, the
    /// room being `most - Σ weight·[booked]`. A cut that is not listed has the price 0.
    pub cut_prices: Vec<(usize, Amount)>,
    /// What a trade has to be worth to be taken, `π` of either sign, in units of the objective; 0 for one that is not listed.
    /// Where there are prices of trades or kept limits, accounts choose in place of trades: each takes what is worth most to
    /// it under the limit that it keeps, and a trade costs whoever takes it its price.
    pub trade_prices: Vec<(TradeId, Amount)>,
    /// The limit that an account keeps then, by place in [`Certificate::rooms`]: what it takes is a knapsack. With it what room
    /// and weights are counted in, above 0, in units of the room; weights are rounded down to whole steps. At most one for
    /// each account; an account without one takes whatever is worth more than its price.
    pub kept_limits: Vec<(usize, Amount)>,
}

/// `Σ weight·[booking] <= most` for every assignment that keeps the limit: no set of bookings for which the limit leaves room
/// weighs more, counted trade by trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// What is to have room, by place in [`Certificate::rooms`]: an end of a metric's limit. Its room is a sum over trades: no
    /// position that it counts by side may be moved to either side of 0 by several of them.
    pub room: usize,
    /// Bookings at the account of the limit by place in [`Certificate::bookings`], each at most once, with their weights; a
    /// negative weight is one for staying away.
    pub weights: Vec<(usize, i32)>,
    /// What the weights come to at most.
    pub most: i32,
}

/// A limit that has room.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An end of the limit of a metric.
    Limit {
        /// The account.
        account: AccountId,
        /// The metric.
        metric: MetricName,
        /// Which end of its limit.
        end: Bound,
        /// What the end asks for that the price is paid on.
        part: Part,
    },
    /// The number of changes from the last plan.
    MaxChanges,
    /// The floor of a level before the one that is certified.
    Floor {
        /// The level before, by its metric.
        metric: MetricName,
    },
}

/// What one end of a limit asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The end itself.
    Limit,
    /// A ratio with a limit has a value: its denominator is above 0.
    Defined,
}

/// A position above which a line is laid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The account that holds it.
    pub account: AccountId,
    /// The security; the currency for cash.
    pub security: SecurityId,
    /// Whether it is the cash of that currency and not a security of that name.
    pub is_cash: bool,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Two cases, by a booking's place in [`Certificate::bookings`]. First child: it is made; second: the trade is booked
    /// elsewhere. The account is one of two or more that the trade may still go to.
    Branch(usize),
    /// Choices that need not be looked at: what the prices show holds for every assignment of the node that has one of
    /// these bookings, one after the other forced upon the priced sum. The node goes on without them.
    Close {
        /// The choices by place in [`Certificate::bookings`]: each an open one, and each trade has one left besides.
        choices: Vec<usize>,
        /// The list of prices, by place in [`Certificate::price_lists`].
        prices: usize,
        /// What the prices show.
        aim: Aim,
    },
    /// An end of the search.
    Leaf {
        /// The list of prices, by place in [`Certificate::price_lists`].
        prices: usize,
        /// What the prices show.
        aim: Aim,
    },
}

/// What prices show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aim {
    /// No assignment here is worth more than the priced sum.
    Best,
    /// No assignment here keeps the limits: priced without the objective, every one lacks room.
    NoPlan,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit { account, metric, end, .. } => write!(f, "the {end} of metric {metric} at account {account}"),
            Self::MaxChanges => f.write_str("the number of changes from the last plan"),
            Self::Floor { metric } => write!(f, "the floor of level {metric}"),
        }
    }
}

impl Part {
    /// Every part with the word that certificates use.
    pub const TABLE: [(&'static str, Self); 2] = [("limit", Self::Limit), ("defined", Self::Defined)];
}

impl Aim {
    /// Every aim with the word that certificates use.
    pub const TABLE: [(&'static str, Self); 2] = [("best", Self::Best), ("no_plan", Self::NoPlan)];
}
