//! The tables of a certificate: its names as indices, by place.

use std::collections::{BTreeMap, BTreeSet};

use domain::certificate::{Certificate, Position, Subject};
use domain::{AccountId, TradeId};
use metric_engine::Book;

use super::NoProof;
use super::priced::{Priceable, Prices};

/// The tables of a certificate.
pub(super) struct Tables<'a> {
    certificate: &'a Certificate,
    rooms: Vec<Priceable<'a>>,
    /// Accounts and securities.
    positions: Vec<(usize, usize)>,
    /// Trades and accounts.
    bookings: Vec<(usize, usize)>,
    trades: BTreeMap<&'a TradeId, usize>,
}

impl<'a> Tables<'a> {
    /// # Errors
    /// A name that desk and day do not have, something that no price can be paid on, or an entry that is there twice.
    pub(super) fn of(book: &'a Book, prices: &'a Prices<'_>, certificate: &'a Certificate) -> Result<Self, NoProof> {
        let Certificate { rooms, positions, bookings, .. } = certificate;
        once("rooms", rooms)?;
        once("positions", positions)?;
        once("bookings", bookings)?;
        let trades: BTreeMap<&TradeId, usize> = book.trades.iter().map(|line| &line.id).zip(0..).collect();
        let trade = |id: &TradeId| trades.get(id).copied().ok_or_else(|| NoProof::UnknownTrade(id.clone()));
        let booking = |(id, account): &(TradeId, AccountId)| Ok((trade(id)?, prices.account(account)?));
        Ok(Self {
            certificate,
            rooms: rooms.iter().map(|subject| prices.priceable(subject)).collect::<Result<_, NoProof>>()?,
            positions: positions.iter().map(|position| prices.position(position)).collect::<Result<_, NoProof>>()?,
            bookings: bookings.iter().map(booking).collect::<Result<_, NoProof>>()?,
            trades,
        })
    }

    /// What a price is paid on.
    pub(super) fn room(&self, place: usize) -> Result<(&'a Subject, &Priceable<'a>), NoProof> {
        let room = at("rooms", &self.rooms, place)?;
        Ok((&self.certificate.rooms[place], room))
    }

    /// A position, as an account and a security.
    pub(super) fn position(&self, place: usize) -> Result<(usize, usize), NoProof> {
        at("positions", &self.positions, place).copied()
    }

    /// A booking, as a trade and an account.
    pub(super) fn booking(&self, place: usize) -> Result<(usize, usize), NoProof> {
        at("bookings", &self.bookings, place).copied()
    }

    /// A trade by name.
    pub(super) fn trade(&self, id: &TradeId) -> Result<usize, NoProof> {
        self.trades.get(id).copied().ok_or_else(|| NoProof::UnknownTrade(id.clone()))
    }

    /// How many trades there are.
    pub(super) fn trades(&self) -> usize {
        self.trades.len()
    }

    /// That a list has two slopes for a position.
    pub(super) fn slope_repeated(&self, position: usize) -> NoProof {
        let Position { account, security, .. } = self.certificate.positions[position].clone();
        NoProof::SlopeRepeated { account, security }
    }

    /// That a node has a choice that is not open there.
    pub(super) fn not_open(&self, node: usize, booking: usize) -> NoProof {
        let (trade, account) = self.certificate.bookings[booking].clone();
        NoProof::NotOpen { node, trade, account }
    }
}

/// The entry of a table at a place.
fn at<'t, E>(table: &'static str, entries: &'t [E], place: usize) -> Result<&'t E, NoProof> {
    entries.get(place).ok_or(NoProof::NoSuchEntry { table, entries: entries.len(), place })
}

/// Whether no entry is in a table twice.
fn once<E: Ord>(table: &'static str, entries: &[E]) -> Result<(), NoProof> {
    let mut seen = BTreeSet::new();
    match entries.iter().position(|entry| !seen.insert(entry)) {
        Some(place) => Err(NoProof::EntryRepeated { table, place }),
        None => Ok(()),
    }
}
