//! Whether every trade is booked whole, once, where it may be.

use std::collections::BTreeMap;

use domain::{AccountId, Day, Desk, Trade, TradeId};
use metric_engine::Book;

use crate::{Claim, Discrepancy};

/// The account of each of the book's trades, by index; nothing when there is no assignment or when the
/// bookings are none that numbers could follow from.
pub(crate) fn placement(
    desk: &Desk,
    day: &Day,
    book: &Book,
    claim: &Claim,
    found: &mut Vec<Discrepancy>,
) -> Option<Vec<usize>> {
    if !claim.has_plan {
        if !claim.assignments.is_empty() {
            found.push(Discrepancy::PlanUnexpected { bookings: claim.assignments.len() });
        }
        return None;
    }
    if claim.assignments.is_empty() && !day.trades.is_empty() {
        found.push(Discrepancy::PlanMissing { trades: day.trades.len() });
        return None;
    }
    let trades: BTreeMap<&TradeId, &Trade> = day.trades.iter().map(|trade| (&trade.id, trade)).collect();
    let mut booked: BTreeMap<&TradeId, Vec<&AccountId>> = BTreeMap::new();
    for (trade, account) in &claim.assignments {
        booked.entry(trade).or_default().push(account);
    }
    for (trade, accounts) in &booked {
        match trades.get(trade) {
            None => found.push(Discrepancy::TradeUnknown { trade: (*trade).clone() }),
            Some(known) => accounts.iter().for_each(|account| check_booking(desk, known, account, found)),
        }
        if accounts.len() > 1 {
            found.push(Discrepancy::TradeRepeated { trade: (*trade).clone(), times: accounts.len() });
        }
    }
    let missing = trades.keys().filter(|trade| !booked.contains_key(*trade));
    found.extend(missing.map(|trade| Discrepancy::TradeMissing { trade: (*trade).clone() }));
    let index: BTreeMap<&AccountId, usize> = desk.accounts.iter().map(|account| &account.id).zip(0..).collect();
    let account = |trade: &TradeId| match booked.get(trade)?.as_slice() {
        [account] => index.get(account).copied(),
        _ => None,
    };
    book.trades.iter().map(|line| account(&line.id)).collect()
}

fn check_booking(desk: &Desk, trade: &Trade, account: &AccountId, found: &mut Vec<Discrepancy>) {
    let (id, account_id) = (|| trade.id.clone(), || account.clone());
    let Some(here) = desk.accounts.iter().find(|known| known.id == *account) else {
        found.push(Discrepancy::AccountUnknown { trade: id(), account: account_id() });
        return;
    };
    if let Some(pin) = trade.pin.as_ref().filter(|pin| *pin != account) {
        found.push(Discrepancy::PinBroken { trade: id(), account: account_id(), pin: pin.clone() });
    }
    let listed = here.accepts.security_types.as_ref();
    if listed.is_some_and(|types| !types.contains(&trade.security_type)) {
        let security_type = trade.security_type.clone();
        found.push(Discrepancy::NotAccepted { trade: id(), account: account_id(), security_type });
    }
}
