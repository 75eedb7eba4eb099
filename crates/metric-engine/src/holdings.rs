//! The securities of a day and what the accounts hold of them at the opening.

use std::collections::BTreeMap;

use domain::{
    Amount, Currency, Day, Decimal, Desk, Place, Position, Problem, SecurityId, SecurityType, SecurityTypeName,
};

use crate::Security;
use crate::book::PositionKey;
use crate::codes::{CASH, MISSING_RATE, SECURITY_CONFLICT};
use crate::references::account_index;

/// Securities, opening values and the ids that coefficient rows know cash by.
pub(crate) struct Holdings {
    pub(crate) securities: Vec<Security>,
    /// `[security]`: the first row that names it.
    pub(crate) named_at: Vec<Place>,
    index: BTreeMap<PositionKey, usize>,
    /// `[account][security]`, base currency.
    pub(crate) opening: Vec<Vec<Amount>>,
    /// `[account][security]`: whether a position row names it.
    pub(crate) held: Vec<Vec<bool>>,
    /// The id of each security in coefficient rows: for cash the name that positions have for it.
    pub(crate) row_ids: Vec<SecurityId>,
}

impl Holdings {
    pub(crate) fn collect(desk: &Desk, day: &Day, problems: &mut Vec<Problem>) -> Self {
        let mut types: BTreeMap<PositionKey, (SecurityTypeName, Place)> = BTreeMap::new();
        let mut meet = |key: PositionKey, label: &SecurityTypeName, place: &Place, problems: &mut Vec<Problem>| {
            let (known, first) = types.entry(key.clone()).or_insert_with(|| (label.clone(), place.clone()));
            if known != label {
                problems.push(type_conflict(&key, known, first, label, place));
            }
        };
        for position in &day.positions {
            meet(position_key(desk, position), &position.security_type, &position.place, problems);
        }
        let cash = SecurityTypeName::new(domain::security_type::cash::TYPE.name);
        for trade in &day.trades {
            meet(PositionKey::Security(trade.security.clone()), &trade.security_type, &trade.place, problems);
            if desk.settle_trades {
                meet(PositionKey::Cash(currency(desk, trade.currency.as_ref())), &cash, &trade.place, problems);
            }
        }
        let index = types.keys().cloned().enumerate().map(|(index, key)| (key, index)).collect();
        let named_at = types.values().map(|(_, place)| place.clone()).collect();
        let securities: Vec<Security> = types.into_iter().map(|(key, (label, _))| security(&key, label)).collect();
        let ids: Vec<SecurityId> = securities.iter().map(|security| security.id.clone()).collect();
        let blank = vec![Amount::zero(); securities.len()];
        let mut holdings = Self {
            opening: vec![blank; desk.accounts.len()],
            held: vec![vec![false; securities.len()]; desk.accounts.len()],
            row_ids: ids,
            securities,
            named_at,
            index,
        };
        for position in &day.positions {
            holdings.add(desk, position, problems);
        }
        holdings
    }

    /// The index of a security by its id.
    pub(crate) fn security(&self, id: &SecurityId) -> usize {
        self.index[&PositionKey::Security(id.clone())]
    }

    /// The index of a currency's cash, if the day has it.
    pub(crate) fn cash(&self, currency: &Currency) -> usize {
        self.index[&PositionKey::Cash(currency.clone())]
    }

    fn add(&mut self, desk: &Desk, position: &Position, problems: &mut Vec<Problem>) {
        // An account that is not there was reported with the other references.
        let Some(account) = account_index(desk, &position.account) else { return };
        let key = position_key(desk, position);
        let security = self.index[&key];
        if matches!(key, PositionKey::Cash(_)) {
            problems.extend(self.check_cash(desk, position, account, security));
            self.row_ids[security] = position.security.clone();
        }
        self.held[account][security] = true;
        let Some(fx) = rate(desk, position.currency.as_ref(), &position.place, problems) else { return };
        let kind = SecurityType::of(&position.security_type);
        let mut valuation = desk.valuation;
        valuation.price_quote = kind.price_quote.unwrap_or(valuation.price_quote);
        let value = valuation.value_base(position.quantity, position.price, position.accrued, fx);
        self.opening[account][security] += &value;
    }
}

impl Holdings {
    /// What is ambiguous about a cash position, given those before it.
    fn check_cash(&self, desk: &Desk, position: &Position, account: usize, security: usize) -> Option<Problem> {
        let currency = currency(desk, position.currency.as_ref());
        let named = position.security.as_str();
        let looks_like_code = named.len() == 3 && named.bytes().all(|byte| byte.is_ascii_uppercase());
        let earlier = self.held.iter().any(|held| held[security]);
        if looks_like_code && named != currency.as_str() {
            Some(miscoded_cash(position, &currency))
        } else if self.held[account][security] {
            Some(second_cash(position, &currency))
        } else if earlier && self.row_ids[security] != position.security {
            Some(renamed_cash(position, &currency, &self.row_ids[security]))
        } else {
            None
        }
    }
}

/// The currency of a row: the base currency where none was written.
pub(crate) fn currency(desk: &Desk, written: Option<&Currency>) -> Currency {
    written.unwrap_or(&desk.fx.base).clone()
}

/// The rate of a row's currency; a problem, once a currency, where there is none.
pub(crate) fn rate(
    desk: &Desk,
    written: Option<&Currency>,
    place: &Place,
    problems: &mut Vec<Problem>,
) -> Option<Decimal> {
    let currency = currency(desk, written);
    let rate = desk.fx.rate(&currency);
    if rate.is_none() {
        let message = format!("no rate for currency {currency}");
        if !problems.iter().any(|problem| problem.code == MISSING_RATE && problem.message == message) {
            let base = &desk.fx.base;
            let hint = format!("state {base} per {currency} in the configuration: fx: {{ {currency}: … }}");
            problems.push(Problem::error(MISSING_RATE, place.with_field("currency"), message, hint));
        }
    }
    rate
}

fn position_key(desk: &Desk, position: &Position) -> PositionKey {
    if SecurityType::of(&position.security_type).settles {
        PositionKey::Cash(currency(desk, position.currency.as_ref()))
    } else {
        PositionKey::Security(position.security.clone())
    }
}

fn security(key: &PositionKey, security_type: SecurityTypeName) -> Security {
    let id = match key {
        PositionKey::Cash(currency) => SecurityId::new(currency.as_str()),
        PositionKey::Security(id) => id.clone(),
    };
    Security { id, security_type }
}

fn type_conflict(
    key: &PositionKey,
    known: &SecurityTypeName,
    first: &Place,
    label: &SecurityTypeName,
    place: &Place,
) -> Problem {
    let id = security(key, label.clone()).id;
    Problem::error(
        SECURITY_CONFLICT,
        place.with_field("security_type"),
        format!("security {id} is \"{label}\" here and \"{known}\" at {first}"),
        "give the security one type in every file",
    )
}

fn miscoded_cash(position: &Position, currency: &Currency) -> Problem {
    let id = &position.security;
    Problem::error(
        CASH,
        position.place.with_field("currency"),
        format!("cash \"{id}\" is in currency {currency}"),
        format!("write {id} into the currency column, or name the security after its own currency"),
    )
}

fn renamed_cash(position: &Position, currency: &Currency, earlier: &SecurityId) -> Problem {
    let (id, account) = (&position.security, &position.account);
    Problem::error(
        CASH,
        position.place.with_field("security"),
        format!("cash in {currency} is \"{id}\" at account {account} and \"{earlier}\" at another"),
        "give it one name at every account: coefficients go by that name",
    )
}

fn second_cash(position: &Position, currency: &Currency) -> Problem {
    let account = &position.account;
    Problem::error(
        CASH,
        position.place.with_field("security"),
        format!("account {account} has a second cash position in {currency}, \"{}\"", position.security),
        "trades settle through one cash position an account and currency: net them into one row",
    )
}
