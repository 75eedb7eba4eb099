//! What an account holds before the day's trades.

use crate::{AccountId, Currency, Decimal, Place, SecurityId, SecurityTypeName};

/// An opening position. Cash is a position in a security of type `cash` with price 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Where it was read.
    pub place: Place,
    /// The account that holds it.
    pub account: AccountId,
    /// The security.
    pub security: SecurityId,
    /// Its type.
    pub security_type: SecurityTypeName,
    /// Par or units, signed: long +, short -.
    pub quantity: Decimal,
    /// Clean price in the unit of the desk's valuation; 1 for cash.
    pub price: Decimal,
    /// Accrued interest in the unit of the desk's valuation, as paid by a buyer: it takes the sign of
    /// the quantity when valued, and is negative only in an ex-dividend period.
    pub accrued: Decimal,
    /// Currency of price and accrued; the base currency where none was written.
    pub currency: Option<Currency>,
}
