//! Kinds of security that are treated in a way of their own. One file a kind, one line in [`TABLE`].
//!
//! A security's type is a label that coefficients and acceptance are stated for; any label may be used.
//! The table holds the labels that change how a holding is read or valued; every other label follows
//! [`bond::TYPE`].

pub mod bill;
pub mod bond;
pub mod cash;

use crate::{PriceQuote, SecurityTypeName};

/// How holdings of a type are read and valued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityType {
    /// The label that selects it.
    pub name: &'static str,
    /// The unit of its prices; `None` follows the desk's valuation.
    pub price_quote: Option<PriceQuote>,
    /// The price where a file leaves it blank; any other price is then refused.
    pub fixed_price: Option<i64>,
    /// Whether it accrues interest; accrued interest other than 0 or blank is refused where not.
    pub accrues: bool,
    /// Whether it can be traded; only positions may have it where not.
    pub tradable: bool,
    /// Whether it is the leg that trades settle through.
    pub settles: bool,
}

/// The types with rules of their own.
pub const TABLE: &[SecurityType] = &[cash::TYPE, bill::TYPE];

impl SecurityType {
    /// The rules for a label.
    pub fn of(label: &SecurityTypeName) -> &'static Self {
        TABLE.iter().find(|kind| kind.name == label.as_str()).unwrap_or(&bond::TYPE)
    }
}
