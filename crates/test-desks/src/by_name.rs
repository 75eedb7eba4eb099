//! Certificates in which everything has its name where it is used, so that a test can be read; [`Certificate::placed`] makes
//! the one with tables of it.

use domain::certificate::{self, Aim, Part, Position, Subject};
use domain::{AccountId, Amount, Bound, MetricName, SecurityId, TradeId};

/// As [`domain::Certificate`].
#[derive(Debug, Clone, Default)]
pub struct Certificate {
    /// What follows from limits because trades go whole.
    pub cuts: Vec<Cut>,
    /// The prices.
    pub price_lists: Vec<PriceList>,
    /// The tree, depth first.
    pub tree: Vec<Node>,
}

/// As [`certificate::PriceList`].
#[derive(Debug, Clone, Default)]
pub struct PriceList {
    /// `λ`.
    pub shadow_prices: Vec<ShadowPrice>,
    /// `d`.
    pub slopes: Vec<Slope>,
    /// `μ`, by the cut's place.
    pub cut_prices: Vec<(usize, Amount)>,
    /// `π`.
    pub trade_prices: Vec<(TradeId, Amount)>,
    /// What accounts keep, with the step.
    pub kept_limits: Vec<(Subject, Amount)>,
}

/// A price on room.
#[derive(Debug, Clone)]
pub struct ShadowPrice {
    /// What it is paid on.
    pub subject: Subject,
    /// `λ`.
    pub price: Amount,
}

/// A slope of a position.
#[derive(Debug, Clone)]
pub struct Slope {
    /// The account that holds it.
    pub account: AccountId,
    /// The security, or the currency.
    pub security: SecurityId,
    /// Whether it is cash.
    pub is_cash: bool,
    /// `d`.
    pub slope: Amount,
}

/// As [`certificate::Cut`].
#[derive(Debug, Clone)]
pub struct Cut {
    /// The account of the limit and of the bookings.
    pub account: AccountId,
    /// The metric of the limit.
    pub metric: MetricName,
    /// Which end of it.
    pub end: Bound,
    /// Trades with their weights.
    pub weights: Vec<(TradeId, i32)>,
    /// What they come to at most.
    pub most: i32,
}

/// As [`certificate::Node`].
#[derive(Debug, Clone)]
pub enum Node {
    /// A trade at an account, and elsewhere.
    Branch {
        /// The trade.
        trade: TradeId,
        /// The account.
        account: AccountId,
    },
    /// Choices that are closed.
    Close {
        /// Trades and accounts.
        choices: Vec<(TradeId, AccountId)>,
        /// The list by place.
        prices: usize,
        /// What it shows.
        aim: Aim,
    },
    /// An end.
    Leaf {
        /// The list by place.
        prices: usize,
        /// What it shows.
        aim: Aim,
    },
}

impl Certificate {
    /// The same with tables.
    pub fn placed(&self) -> domain::Certificate {
        let mut placed = domain::Certificate::default();
        for Cut { account, metric, end, weights, most } in &self.cuts {
            let (end, part) = (*end, Part::Limit);
            let limit = Subject::Limit { account: account.clone(), metric: metric.clone(), end, part };
            let room = place(&mut placed.rooms, &limit);
            let bookings = &mut placed.bookings;
            let weight =
                |(trade, weight): &(TradeId, i32)| (place(bookings, &(trade.clone(), account.clone())), *weight);
            let weights = weights.iter().map(weight).collect();
            placed.cuts.push(certificate::Cut { room, weights, most: *most });
        }
        for list in &self.price_lists {
            let rooms = &mut placed.rooms;
            let shadow_prices =
                list.shadow_prices.iter().map(|shadow| (place(rooms, &shadow.subject), shadow.price.clone())).collect();
            let kept_limits =
                list.kept_limits.iter().map(|(limit, step)| (place(rooms, limit), step.clone())).collect();
            let positions = &mut placed.positions;
            let slope = |Slope { account, security, is_cash, slope }: &Slope| {
                let (account, security, is_cash) = (account.clone(), security.clone(), *is_cash);
                (place(positions, &Position { account, security, is_cash }), slope.clone())
            };
            let slopes = list.slopes.iter().map(slope).collect();
            let (cut_prices, trade_prices) = (list.cut_prices.clone(), list.trade_prices.clone());
            let list = certificate::PriceList { shadow_prices, slopes, cut_prices, trade_prices, kept_limits };
            placed.price_lists.push(list);
        }
        for node in &self.tree {
            let mut booking = |booking: &(TradeId, AccountId)| place(&mut placed.bookings, booking);
            placed.tree.push(match node {
                Node::Branch { trade, account } => {
                    certificate::Node::Branch(booking(&(trade.clone(), account.clone())))
                }
                Node::Close { choices, prices, aim } => {
                    let choices = choices.iter().map(booking).collect();
                    certificate::Node::Close { choices, prices: *prices, aim: *aim }
                }
                Node::Leaf { prices, aim } => certificate::Node::Leaf { prices: *prices, aim: *aim },
            });
        }
        placed
    }
}

/// The place of an entry in a table, which has it from now on.
fn place<E: PartialEq + Clone>(table: &mut Vec<E>, entry: &E) -> usize {
    table.iter().position(|other| other == entry).unwrap_or_else(|| {
        table.push(entry.clone());
        table.len() - 1
    })
}
