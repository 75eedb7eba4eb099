//! A trade to be booked, whole, at exactly one account.

use std::collections::BTreeMap;
use std::fmt;

use crate::{AccountId, Currency, Decimal, Place, SecurityId, SecurityTypeName, TradeId};

/// A trade as the desk did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trade {
    /// Where it was read.
    pub place: Place,
    /// The desk's own identifier, unique within the day.
    pub id: TradeId,
    /// Bought or sold.
    pub side: Side,
    /// The security.
    pub security: SecurityId,
    /// Its type.
    pub security_type: SecurityTypeName,
    /// Par or units, always above 0: the side carries the sign.
    pub quantity: Decimal,
    /// Clean price in the unit of the desk's valuation.
    pub price: Decimal,
    /// Accrued interest in the unit of the desk's valuation, as the buyer pays it.
    pub accrued: Decimal,
    /// Currency of price and accrued; the base currency where none was written.
    pub currency: Option<Currency>,
    /// The account it has to be booked at, if the desk said so.
    pub pin: Option<AccountId>,
    /// Further columns of the file, kept as they were written.
    pub attributes: BTreeMap<String, String>,
}

/// The direction of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Quantity counts +, cash goes out.
    Buy,
    /// Quantity counts -, cash comes in; a short sale is a sell.
    Sell,
}

impl Trade {
    /// The quantity with its sign: buys +, sells -.
    pub fn signed_quantity(&self) -> Decimal {
        match self.side {
            Side::Buy => self.quantity,
            Side::Sell => -self.quantity,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        })
    }
}
