//! Cash is a bond with price 1 and no accrued interest. It is never traded: trades settle through it.

use super::SecurityType;
use crate::PriceQuote;

/// The rules of `cash`.
pub const TYPE: SecurityType = SecurityType {
    name: "cash",
    price_quote: Some(PriceQuote::PerUnit),
    fixed_price: Some(1),
    accrues: false,
    tradable: false,
    settles: true,
};
