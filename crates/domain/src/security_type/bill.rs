//! Discount paper: it pays no coupon, so that any accrued interest on it is a mistake.

use super::SecurityType;

/// The rules of `bill`.
pub const TYPE: SecurityType =
    SecurityType { name: "bill", price_quote: None, fixed_price: None, accrues: false, tradable: true, settles: false };
