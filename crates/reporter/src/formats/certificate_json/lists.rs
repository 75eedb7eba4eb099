//! Price lists: pairs of what has a price and its price.

use domain::TradeId;
use domain::certificate::{CutPrice, KeptLimit, PriceList, ShadowPrice, Slope, TradePrice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::result_json::Exact;
use super::tables::{PositionEntry, RoomEntry, Tables, at};

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
    pub(super) fn of<'c>(list: &'c PriceList, tables: &mut Tables<'c>) -> Self {
        let mut slope = |Slope { account, security, is_cash, slope }: &'c Slope| {
            (tables.position(account, security, *is_cash), Exact(slope.clone()))
        };
        let slopes = list.slopes.iter().map(&mut slope).collect();
        let mut room = |subject, amount: &domain::Amount| (tables.room(subject), Exact(amount.clone()));
        Self {
            shadow_prices: list.shadow_prices.iter().map(|shadow| room(&shadow.subject, &shadow.price)).collect(),
            slopes,
            cut_prices: list.cut_prices.iter().map(|price| (price.cut, Exact(price.price.clone()))).collect(),
            trade_prices: list
                .trade_prices
                .iter()
                .map(|price| (price.trade.as_str().to_owned(), Exact(price.price.clone())))
                .collect(),
            kept_limits: list.kept_limits.iter().map(|kept| room(&kept.subject, &kept.step)).collect(),
        }
    }

    pub(super) fn into_list(self, rooms: &[RoomEntry], positions: &[PositionEntry]) -> Result<PriceList, String> {
        let Self { shadow_prices, slopes, cut_prices, trade_prices, kept_limits } = self;
        let subject = |place| at(rooms, "rooms", place).map(RoomEntry::subject);
        let price = |(place, price): (usize, Exact)| Ok(ShadowPrice { subject: subject(place)?, price: price.0 });
        let slope = |(place, slope): (usize, Exact)| {
            let PositionEntry { account, security, cash } = at(positions, "positions", place)?.clone();
            Ok(Slope { account, security, is_cash: cash, slope: slope.0 })
        };
        let kept = |(place, step): (usize, Exact)| Ok(KeptLimit { subject: subject(place)?, step: step.0 });
        let trade = |(trade, price): (String, Exact)| TradePrice { trade: TradeId::new(trade), price: price.0 };
        Ok(PriceList {
            shadow_prices: shadow_prices.into_iter().map(price).collect::<Result<_, String>>()?,
            slopes: slopes.into_iter().map(slope).collect::<Result<_, String>>()?,
            cut_prices: cut_prices.into_iter().map(|(cut, price)| CutPrice { cut, price: price.0 }).collect(),
            trade_prices: trade_prices.into_iter().map(trade).collect(),
            kept_limits: kept_limits.into_iter().map(kept).collect::<Result<_, String>>()?,
        })
    }
}
