//! What a holding is worth.
//! `V = (q·p·k + sgn(q)·ai) · fx`, in base currency, with `q` the signed quantity in par or units, `p`
//! the clean price, `k` = 1/100 where prices are quoted per 100 of par and 1 where per unit, `ai` the
//! accrued interest as an amount without sign, `fx` base per unit of the security's currency.
//! The buyer pays the accrued interest and the seller receives it, so it takes the sign of `q`:
//! selling 10m at 99.50 with 125,000 accrued is worth `-(9,950,000 + 125,000)`.

use crate::{Amount, Decimal};

/// How this desk's files state prices and accrued interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valuation {
    /// What a price of 99.5 means.
    pub price_quote: PriceQuote,
    /// What an accrued interest of 1.25 means.
    pub accrued: AccruedQuote,
}

/// The unit of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceQuote {
    /// Per 100 of par: 99.5 is 99.5 % of par.
    Per100,
    /// Per unit: 99.5 is 99.5 for each unit of quantity.
    PerUnit,
}

/// The unit of accrued interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccruedQuote {
    /// The whole amount for the holding.
    Amount,
    /// For each 100 of par.
    Per100,
}

impl PriceQuote {
    /// The factor `k` that turns quantity times price into an amount.
    pub fn factor(self) -> Amount {
        match self {
            Self::Per100 => Amount::from_parts(1, 2),
            Self::PerUnit => Amount::from(1),
        }
    }
}

impl Valuation {
    /// `V`, the value in base currency of `quantity` (signed) at the clean `price` with accrued
    /// interest `accrued` (without sign), `fx` being base per unit.
    pub fn value_base(self, quantity: Decimal, price: Decimal, accrued: Decimal, fx: Decimal) -> Amount {
        let quantity = Amount::from(quantity);
        let clean = &(&quantity * &Amount::from(price)) * &self.price_quote.factor();
        let accrued = match self.accrued {
            AccruedQuote::Amount => Amount::from(accrued),
            AccruedQuote::Per100 => &(&Amount::from(accrued) * &quantity.abs()) * &Amount::from_parts(1, 2),
        };
        let local = match quantity.signum() {
            -1 => clean - accrued,
            0 => clean,
            _ => clean + accrued,
        };
        &local * &Amount::from(fx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn value(valuation: Valuation, quantity: &str, price: &str, accrued: &str, fx: &str) -> String {
        valuation.value_base(dec(quantity), dec(price), dec(accrued), dec(fx)).to_string()
    }

    const BOND: Valuation = Valuation { price_quote: PriceQuote::Per100, accrued: AccruedQuote::Amount };

    #[test]
    fn a_sell_gives_away_its_accrued_interest_too() {
        // 10m × 99.50 / 100 = 9,950,000, and 125,000 accrued received with it.
        assert_eq!(value(BOND, "10000000", "99.50", "125000", "1"), "10075000");
        assert_eq!(value(BOND, "-10000000", "99.50", "125000", "1"), "-10075000");
    }

    #[test]
    fn a_price_per_100_is_a_hundredth_of_a_price_per_unit() {
        let unit = Valuation { price_quote: PriceQuote::PerUnit, ..BOND };
        assert_eq!(value(unit, "300", "0.995", "0", "1"), "298.5"); // 300 × 0.995
        assert_eq!(value(BOND, "300", "99.5", "0", "1"), "298.5"); // 300 × 99.5 / 100
    }

    #[test]
    fn accrued_per_100_scales_with_par() {
        let per_100 = Valuation { accrued: AccruedQuote::Per100, ..BOND };
        // 1m × 101.25 / 100 = 1,012,500; 1.25 per 100 on 1m par = 12,500.
        assert_eq!(value(per_100, "1000000", "101.25", "1.25", "1"), "1025000");
        assert_eq!(value(per_100, "-1000000", "101.25", "1.25", "1"), "-1025000");
    }

    #[test]
    fn the_cash_of_a_repo_is_its_value_less_the_haircut() {
        // Par 1,000,000 at 99.50 + 0.50 accrued = 1,000,000 of value; haircut 0.25 %: 997,500 of cash.
        let per_100 = Valuation { accrued: AccruedQuote::Per100, ..BOND };
        let value = per_100.value_base(dec("1000000"), dec("99.50"), dec("0.50"), dec("1"));
        assert_eq!((&value * &Amount::from(dec("0.9975"))).to_string(), "997500");
    }

    #[test]
    fn foreign_values_are_turned_into_base_exactly() {
        // 9,950,000 + 125,000 = 10,075,000 EUR × 1.0842 = 10,923,315 USD.
        assert_eq!(value(BOND, "10000000", "99.50", "125000", "1.0842"), "10923315");
    }
}
