//! A certificate: what somebody needs to recompute, without any search, that no assignment can be better than a bound,
//! or that none keeps the limits.
//!
//! It is a search tree whose leaves carry shadow prices (Lagrangian multipliers). A shadow price `λ >= 0` of a limit
//! turns the limit into a term `λ · room` of the objective, `room >= 0` where the limit is kept. What then remains is
//! an assignment without limits, whose best value is found trade by trade, and no feasible assignment of the leaf can
//! be worth more. The verifier states the sum in full; whatever numbers stand here, it is a bound, good or bad. Prices of
//! trades turn the sum around: each account then keeps a limit of its own, and is a knapsack.
//!
//! Everything is named by the desk's own identifiers, so that a certificate can be read beside the desk's files.

use std::fmt;

use crate::limit::Bound;
use crate::{AccountId, Amount, MetricName, SecurityId, TradeId};

/// A search tree over the trades with prices at its leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Certificate {
    /// The prices; leaves refer to them by index, so that many leaves may share one list.
    pub price_lists: Vec<PriceList>,
    /// The tree, depth first: a branch is followed by the whole of its first child, then the whole of its second.
    pub tree: Vec<Node>,
}

/// Shadow prices of limits, and slopes of positions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceList {
    /// Each subject at most once; one that is not listed has the price 0.
    pub shadow_prices: Vec<ShadowPrice>,
    /// Each position at most once.
    pub slopes: Vec<Slope>,
    /// Each trade at most once. Where there are prices of trades or kept limits, accounts choose in place of trades: each
    /// takes what is worth most to it under the limit that it keeps, and a trade costs whoever takes it its price.
    pub trade_prices: Vec<TradePrice>,
    /// At most one for each account; an account without one takes whatever is worth more than its price.
    pub kept_limits: Vec<KeptLimit>,
}

/// What a trade has to be worth to be taken: `π`, of either sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradePrice {
    /// The trade.
    pub trade: TradeId,
    /// `π`: units of the objective. A trade that is not listed has the price 0.
    pub price: Amount,
}

/// A limit that its account keeps: what it takes is a knapsack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLimit {
    /// An end of the limit of a metric.
    pub subject: Subject,
    /// What room and weights are counted in, above 0: units of the room. Weights are rounded down to whole steps.
    pub step: Amount,
}

/// What one unit of room under a limit is worth: `λ`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowPrice {
    /// What the price is paid on.
    pub subject: Subject,
    /// `λ >= 0`: units of the objective for one unit of the metric, of `C·D - N` for a ratio `N / D`, or for one change.
    pub price: Amount,
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
}

/// What one end of a limit asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The end itself.
    Limit,
    /// A ratio with a limit has a value: its denominator is above 0.
    Defined,
}

/// The slope `d` of a line `c + d·P` above what a position `P` adds to the priced objective. Any slope gives a bound;
/// a good one is close to what one more unit of the position is worth at the best assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slope {
    /// The account that holds the position.
    pub account: AccountId,
    /// The security; the currency for cash.
    pub security: SecurityId,
    /// Whether it is the cash of that currency and not a security of that name.
    pub is_cash: bool,
    /// `d`: units of the objective for one unit of base currency.
    pub slope: Amount,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Two cases. First child: the trade is booked at the account; second: it is booked elsewhere. The account is one
    /// of two or more that the trade may still go to.
    Branch {
        /// The trade.
        trade: TradeId,
        /// The account.
        account: AccountId,
    },
    /// An end of the search.
    Leaf {
        /// The list of prices, as an index into [`Certificate::price_lists`].
        prices: usize,
        /// What the prices show.
        aim: Aim,
    },
}

/// What a leaf shows.
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
