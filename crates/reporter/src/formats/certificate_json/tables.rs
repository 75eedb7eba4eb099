//! What price lists and nodes name again and again: each once, to be referred to by place.

use std::collections::HashMap;
use std::hash::Hash;

use domain::certificate::{Part, Subject};
use domain::{AccountId, Bound, MetricName, SecurityId, TradeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::result_json::text;

/// What a price may be paid on: something that every assignment with all limits kept has at 0 or above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[schemars(rename = "Room")]
pub(super) enum RoomEntry {
    /// Room under an end of a metric's limit, in units of the metric, or of limit times denominator minus numerator where
    /// it is a ratio.
    Limit {
        /// The account.
        #[serde(with = "text::account_id")]
        #[schemars(with = "String")]
        account: AccountId,
        /// The metric.
        #[serde(with = "text::metric_name")]
        #[schemars(with = "String")]
        metric: MetricName,
        /// Which end of its limit.
        #[serde(with = "text::bound")]
        #[schemars(schema_with = "text::bound::schema")]
        bound: Bound,
        /// The limit itself, or that a ratio with a limit has a denominator above 0.
        #[serde(with = "text::part")]
        #[schemars(schema_with = "text::part::schema")]
        part: Part,
    },
    /// Changes from the last plan that there may still be.
    MaxChanges {},
    /// What a level before has above its floor.
    Floor {
        /// The level, by its metric.
        #[serde(with = "text::metric_name")]
        #[schemars(with = "String")]
        metric: MetricName,
    },
}

/// A position above which a line may be laid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Position")]
pub(super) struct PositionEntry {
    /// The account that holds it.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    pub(super) account: AccountId,
    /// The security; the currency for cash.
    #[serde(with = "text::security_id")]
    #[schemars(with = "String")]
    pub(super) security: SecurityId,
    /// Whether it is the cash of that currency.
    pub(super) cash: bool,
}

/// A trade at an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Booking")]
pub(super) struct BookingEntry {
    /// The trade.
    #[serde(with = "text::trade_id")]
    #[schemars(with = "String")]
    trade_id: TradeId,
    /// The account.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    account: AccountId,
}

/// The tables of a certificate while it is written.
#[derive(Default)]
pub(super) struct Tables<'c> {
    rooms: Table<&'c Subject>,
    positions: Table<(&'c AccountId, &'c SecurityId, bool)>,
    bookings: Table<(&'c TradeId, &'c AccountId)>,
}

/// Names in the order in which they were first used.
struct Table<N> {
    places: HashMap<N, usize>,
    names: Vec<N>,
}

impl<'c> Tables<'c> {
    /// The place of what a price is paid on.
    pub(super) fn room(&mut self, subject: &'c Subject) -> usize {
        self.rooms.place(subject)
    }

    /// The place of a position.
    pub(super) fn position(&mut self, account: &'c AccountId, security: &'c SecurityId, is_cash: bool) -> usize {
        self.positions.place((account, security, is_cash))
    }

    /// The place of a booking.
    pub(super) fn booking(&mut self, trade: &'c TradeId, account: &'c AccountId) -> usize {
        self.bookings.place((trade, account))
    }

    pub(super) fn into_entries(self) -> (Vec<RoomEntry>, Vec<PositionEntry>, Vec<BookingEntry>) {
        let position = |(account, security, cash): (&AccountId, &SecurityId, bool)| PositionEntry {
            account: account.clone(),
            security: security.clone(),
            cash,
        };
        (
            self.rooms.names.into_iter().map(RoomEntry::of).collect(),
            self.positions.names.into_iter().map(position).collect(),
            self.bookings.names.into_iter().map(|(trade, account)| BookingEntry::of(trade, account)).collect(),
        )
    }
}

impl<N> Default for Table<N> {
    fn default() -> Self {
        Self { places: HashMap::new(), names: Vec::new() }
    }
}

impl<N: Eq + Hash + Copy> Table<N> {
    fn place(&mut self, name: N) -> usize {
        let Self { places, names } = self;
        *places.entry(name).or_insert_with(|| {
            names.push(name);
            names.len() - 1
        })
    }
}

/// The entry of a table at a place.
///
/// # Errors
/// The table by name, where it does not have that.
pub(super) fn at<'t, E>(table: &'t [E], name: &str, place: usize) -> Result<&'t E, String> {
    table.get(place).ok_or_else(|| format!("{name} has {} entries, and there is a reference to {place}", table.len()))
}

impl RoomEntry {
    fn of(subject: &Subject) -> Self {
        match subject {
            Subject::Limit { account, metric, end, part } => {
                Self::Limit { account: account.clone(), metric: metric.clone(), bound: *end, part: *part }
            }
            Subject::MaxChanges => Self::MaxChanges {},
            Subject::Floor { metric } => Self::Floor { metric: metric.clone() },
        }
    }

    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::Limit { account, metric, bound, part } => {
                Subject::Limit { account: account.clone(), metric: metric.clone(), end: *bound, part: *part }
            }
            Self::MaxChanges {} => Subject::MaxChanges,
            Self::Floor { metric } => Subject::Floor { metric: metric.clone() },
        }
    }
}

impl BookingEntry {
    pub(super) fn of(trade: &TradeId, account: &AccountId) -> Self {
        Self { trade_id: trade.clone(), account: account.clone() }
    }

    pub(super) fn booking(&self) -> (TradeId, AccountId) {
        (self.trade_id.clone(), self.account.clone())
    }
}
