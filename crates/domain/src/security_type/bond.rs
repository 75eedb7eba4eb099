//! Anything that is not in the table: priced as the desk says, with accrued interest.

use super::SecurityType;

/// The rules of every label without rules of its own: `government`, `corporate`, `municipal`, …
pub const TYPE: SecurityType =
    SecurityType { name: "", price_quote: None, fixed_price: None, accrues: true, tradable: true, settles: false };
