//! Where the last plan has each trade, as far as a desk that stays close to it counts changes: a trade of the plan that
//! is booked at another account is one.

use std::collections::BTreeMap;

use domain::{AccountId, Day, Desk, TradeId};
use metric_engine::Book;

/// Where the last plan has a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// It does not have it, or the desk does not ask.
    Nowhere,
    /// At this account, an index.
    At(usize),
    /// At an account that the desk does not have.
    Gone,
}

impl Home {
    /// Whether a booking at an account is a change.
    pub(super) fn is_left_for(self, account: usize) -> bool {
        match self {
            Self::Nowhere => false,
            Self::At(home) => home != account,
            Self::Gone => true,
        }
    }
}

/// The home of each trade of the book.
pub(super) fn homes(desk: &Desk, day: &Day, book: &Book) -> Vec<Home> {
    if desk.objective.keep.is_none() {
        return vec![Home::Nowhere; book.trades.len()];
    }
    let planned: BTreeMap<&TradeId, &AccountId> = day.last_plan.iter().map(|row| (&row.trade, &row.account)).collect();
    let accounts: BTreeMap<&AccountId, usize> = desk.accounts.iter().map(|account| &account.id).zip(0..).collect();
    let home = |trade: &TradeId| match planned.get(trade) {
        None => Home::Nowhere,
        Some(account) => accounts.get(*account).map_or(Home::Gone, |account| Home::At(*account)),
    };
    book.trades.iter().map(|line| home(&line.id)).collect()
}
