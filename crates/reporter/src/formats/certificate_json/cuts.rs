//! Cuts in a certificate.

use domain::certificate::Cut;
use domain::{AccountId, Bound, MetricName, TradeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::result_json::text;

/// Bookings of which a limit does not allow more than some: the sum of the weights of those that are made is at most
/// `most`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Cut")]
pub(super) struct CutEntry {
    /// The account of the bookings and of the limit.
    #[serde(with = "text::account_id")]
    #[schemars(with = "String")]
    account: AccountId,
    /// The metric of the limit.
    #[serde(with = "text::metric_name")]
    #[schemars(with = "String")]
    metric: MetricName,
    /// Which end of the limit.
    #[serde(with = "text::bound")]
    #[schemars(schema_with = "text::bound::schema")]
    bound: Bound,
    /// What the weights come to at most.
    most: i32,
    /// The weights; 0 for trades that are not listed.
    weights: Vec<WeightEntry>,
}

/// What a booking counts in a cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Weight")]
pub(super) struct WeightEntry {
    /// The trade.
    #[serde(with = "text::trade_id")]
    #[schemars(with = "String")]
    trade_id: TradeId,
    /// Its weight; below 0 where it counts to stay away.
    weight: i32,
}

impl CutEntry {
    pub(super) fn of(cut: &Cut) -> Self {
        let weight = |(trade_id, weight): &(TradeId, i32)| WeightEntry { trade_id: trade_id.clone(), weight: *weight };
        Self {
            account: cut.account.clone(),
            metric: cut.metric.clone(),
            bound: cut.end,
            most: cut.most,
            weights: cut.weights.iter().map(weight).collect(),
        }
    }

    pub(super) fn into_cut(self) -> Cut {
        let Self { account, metric, bound, most, weights } = self;
        let weights = weights.into_iter().map(|WeightEntry { trade_id, weight }| (trade_id, weight)).collect();
        Cut { account, metric, end: bound, weights, most }
    }
}
