//! Prices of trades in a certificate, and the limits that accounts keep where trades have prices.

use domain::certificate::{KeptLimit, Part, Subject, TradePrice};
use domain::{AccountId, Bound, MetricName, TradeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::result_json::{Exact, text};

/// What a trade has to be worth to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TradePrice")]
pub(super) struct TradePriceEntry {
    /// The trade.
    #[serde(with = "text::trade_id")]
    #[schemars(with = "String")]
    trade_id: TradeId,
    /// Units of the objective.
    price: Exact,
}

/// A limit that its account keeps: what it takes is a knapsack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "KeptLimit")]
pub(super) struct KeptLimitEntry {
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
    /// What room and weights are counted in, above 0: units of the metric, or of limit times denominator minus
    /// numerator where it is a ratio.
    step: Exact,
}

impl TradePriceEntry {
    pub(super) fn of(price: &TradePrice) -> Self {
        Self { trade_id: price.trade.clone(), price: Exact(price.price.clone()) }
    }

    pub(super) fn into_price(self) -> TradePrice {
        TradePrice { trade: self.trade_id, price: self.price.0 }
    }
}

impl KeptLimitEntry {
    /// The entry; nothing for a limit of no account, which none can keep.
    pub(super) fn of(kept: &KeptLimit) -> Option<Self> {
        let Subject::Limit { account, metric, end, part } = &kept.subject else { return None };
        let step = Exact(kept.step.clone());
        Some(Self { account: account.clone(), metric: metric.clone(), bound: *end, part: *part, step })
    }

    pub(super) fn into_limit(self) -> KeptLimit {
        let Self { account, metric, bound, part, step } = self;
        KeptLimit { subject: Subject::Limit { account, metric, end: bound, part }, step: step.0 }
    }
}
