//! What price lists, cuts and nodes refer to by place.

use domain::certificate::{Part, Position, Subject};
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
    account: AccountId,
    /// The security; the currency for cash.
    #[serde(with = "text::security_id")]
    #[schemars(with = "String")]
    security: SecurityId,
    /// Whether it is the cash of that currency.
    cash: bool,
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

impl RoomEntry {
    pub(super) fn of(subject: &Subject) -> Self {
        match subject {
            Subject::Limit { account, metric, end, part } => {
                Self::Limit { account: account.clone(), metric: metric.clone(), bound: *end, part: *part }
            }
            Subject::MaxChanges => Self::MaxChanges {},
            Subject::Floor { metric } => Self::Floor { metric: metric.clone() },
        }
    }

    pub(super) fn into_subject(self) -> Subject {
        match self {
            Self::Limit { account, metric, bound, part } => Subject::Limit { account, metric, end: bound, part },
            Self::MaxChanges {} => Subject::MaxChanges,
            Self::Floor { metric } => Subject::Floor { metric },
        }
    }
}

impl PositionEntry {
    pub(super) fn of(position: &Position) -> Self {
        let Position { account, security, is_cash } = position.clone();
        Self { account, security, cash: is_cash }
    }

    pub(super) fn into_position(self) -> Position {
        Position { account: self.account, security: self.security, is_cash: self.cash }
    }
}

impl BookingEntry {
    pub(super) fn of((trade, account): &(TradeId, AccountId)) -> Self {
        Self { trade_id: trade.clone(), account: account.clone() }
    }

    pub(super) fn into_booking(self) -> (TradeId, AccountId) {
        (self.trade_id, self.account)
    }
}
