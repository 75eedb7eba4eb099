//! Price lists: pairs of what has a price and its price.

use domain::certificate::PriceList;
use domain::{Amount, TradeId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::result_json::Exact;

/// Shadow prices of limits, slopes of positions and whatever else has a price; what is not listed has the price 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PriceList")]
pub(super) struct PriceListEntry {
    /// What room is worth: its place in rooms, and the price of one unit, 0 or above, in units of the objective.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shadow_prices: Vec<(usize, Exact)>,
    /// The lines that are laid above positions which may end on either side of 0: the place in positions, and units of the
    /// objective for one unit of base currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    slopes: Vec<(usize, Exact)>,
    /// What room under cuts is worth: the place in cuts, and the price of one unit, 0 or above, in units of the objective.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cut_prices: Vec<(usize, Exact)>,
    /// What trades have to be worth to be taken, where accounts choose in place of trades: the trade, and units of the
    /// objective.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trade_prices: Vec<(String, Exact)>,
    /// The limit that each account keeps then, a knapsack: its place in rooms, and what room and weights are counted in,
    /// above 0, in units of the room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kept_limits: Vec<(usize, Exact)>,
}

impl PriceListEntry {
    pub(super) fn of(list: &PriceList) -> Self {
        let exact =
            |prices: &[(usize, Amount)]| prices.iter().map(|(place, price)| (*place, Exact(price.clone()))).collect();
        let of_trade = |(trade, price): &(TradeId, Amount)| (trade.as_str().to_owned(), Exact(price.clone()));
        Self {
            shadow_prices: exact(&list.shadow_prices),
            slopes: exact(&list.slopes),
            cut_prices: exact(&list.cut_prices),
            trade_prices: list.trade_prices.iter().map(of_trade).collect(),
            kept_limits: exact(&list.kept_limits),
        }
    }

    pub(super) fn into_list(self) -> PriceList {
        let amounts = |prices: Vec<(usize, Exact)>| prices.into_iter().map(|(place, price)| (place, price.0)).collect();
        PriceList {
            shadow_prices: amounts(self.shadow_prices),
            slopes: amounts(self.slopes),
            cut_prices: amounts(self.cut_prices),
            trade_prices: self.trade_prices.into_iter().map(|(trade, price)| (TradeId::new(trade), price.0)).collect(),
            kept_limits: amounts(self.kept_limits),
        }
    }
}
