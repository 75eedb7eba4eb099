//! Which trade is booked where.

use std::collections::BTreeMap;

use crate::{AccountId, TradeId};

/// The answer: every trade of the day with the one account it is booked at, ordered by trade.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignment {
    /// The account of each trade.
    pub account_of: BTreeMap<TradeId, AccountId>,
}
