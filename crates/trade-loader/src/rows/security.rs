//! One security has one type and one currency, whichever row speaks of it: rows that disagree would be
//! charged, netted and converted in two ways.

use std::collections::HashMap;

use domain::{Currency, Place, Position, Problem, SecurityId, SecurityTypeName, Trade};

use crate::codes;
use crate::text::quoted;

/// What the first row about each security said.
#[derive(Default)]
pub(crate) struct Securities(HashMap<SecurityId, Claim>);

/// What a row says about a security.
pub(crate) struct Claim {
    /// Where it says so.
    pub(crate) place: Place,
    /// The type.
    pub(crate) security_type: SecurityTypeName,
    /// The currency, the base currency where none is stated.
    pub(crate) currency: Option<Currency>,
}

impl Securities {
    /// Takes note of a claim; a problem when an earlier row said something else.
    pub(crate) fn check(&mut self, security: &SecurityId, claim: Claim) -> Option<Problem> {
        let Some(first) = self.0.get(security) else {
            self.0.insert(security.clone(), claim);
            return None;
        };
        let named =
            |currency: &Option<Currency>| currency.as_ref().map_or("no stated currency".into(), ToString::to_string);
        let (field, here, there) = if first.security_type != claim.security_type {
            ("security_type", quoted(claim.security_type.as_str()), quoted(first.security_type.as_str()))
        } else if first.currency != claim.currency {
            ("currency", named(&claim.currency), named(&first.currency))
        } else {
            return None;
        };
        Some(Problem::error(
            codes::CONTRADICTION,
            claim.place.with_field(field),
            format!("{} has {here} here and {there} at {}", quoted(security.as_str()), first.place),
            "a security has one type and one currency: mend one of the two",
        ))
    }
}

/// Securities that the trades and the positions of a day describe in two ways. Each file was checked in
/// itself when it was loaded.
pub fn contradictions(trades: &[Trade], positions: &[Position], base: &Currency) -> Vec<Problem> {
    let claim = |place: &Place, security_type: &SecurityTypeName, currency: &Option<Currency>| Claim {
        place: place.clone(),
        security_type: security_type.clone(),
        currency: Some(currency.as_ref().unwrap_or(base).clone()),
    };
    let mut held = Securities::default();
    for position in positions {
        held.check(&position.security, claim(&position.place, &position.security_type, &position.currency));
    }
    let problems = trades.iter().filter_map(|trade| {
        held.0.contains_key(&trade.security).then_some(())?;
        held.check(&trade.security, claim(&trade.place, &trade.security_type, &trade.currency))
    });
    problems.collect()
}

#[cfg(test)]
mod tests {
    use domain::{AccountId, Decimal, Side, TradeId};

    use super::*;

    fn trade(security_type: &str, currency: Option<&str>) -> Trade {
        Trade {
            place: Place::file("trades.csv"),
            id: TradeId::new("T1"),
            side: Side::Buy,
            security: SecurityId::new("S1"),
            security_type: SecurityTypeName::new(security_type),
            quantity: Decimal::ONE,
            price: Decimal::ONE,
            accrued: Decimal::ZERO,
            currency: currency.map(Currency::new),
            pin: None,
            attributes: Default::default(),
        }
    }

    fn messages(trade: Trade) -> Vec<String> {
        let held = Position {
            place: Place::file("positions.csv"),
            account: AccountId::new("PB1"),
            security: SecurityId::new("S1"),
            security_type: SecurityTypeName::new("government"),
            quantity: Decimal::ONE,
            price: Decimal::ONE,
            accrued: Decimal::ZERO,
            currency: Some(Currency::new("USD")),
        };
        let found = contradictions(&[trade], &[held], &Currency::new("USD"));
        found.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn trades_and_positions_agree_on_a_security() {
        assert!(messages(trade("government", None)).is_empty());
        let of_another_type = "\"S1\" has \"corporate\" here and \"government\" at positions.csv";
        assert_eq!(messages(trade("corporate", None)), [of_another_type]);
        assert_eq!(messages(trade("government", Some("EUR"))), ["\"S1\" has EUR here and USD at positions.csv"]);
    }
}
