//! Whether the book that everybody computes with says what the desk and the day say.
//! `V = (q·p·k + sgn(q)·ai) · fx` in base currency, with `q` the signed quantity, `p` the clean price, `k` = 1/100
//! for prices per 100 of par and 1 per unit, `ai` the accrued interest as an amount, `fx` base per unit.

use std::collections::BTreeMap;
use std::fmt::Display;

use domain::{
    AccruedQuote, Amount, Currency, Day, Decimal, Desk, Position, PriceQuote, SecurityId, SecurityType,
    SecurityTypeName, Trade, TradeId,
};
use metric_engine::{Book, TradeLine};

use crate::Discrepancy;

/// What makes two holdings one position: cash by its currency, anything else by its id.
type Key = (bool, String);

/// Accounts, metrics, trades and securities: whether the book has those of desk and day, in their order.
pub(crate) fn structure(desk: &Desk, day: &Day, book: &Book) -> Vec<Discrepancy> {
    let mut found = Vec::new();
    let ids = |ids: Vec<String>| ids.join(", ");
    let given = ids(desk.accounts.iter().map(|account| account.id.to_string()).collect());
    let used = ids(book.accounts.iter().map(|account| account.id.to_string()).collect());
    compare(|| "the list of accounts".to_owned(), &used, &given, &mut found);
    for (account, used) in desk.accounts.iter().zip(&book.accounts) {
        let given = ids(account.metrics.iter().map(|metric| metric.name.to_string()).collect());
        let names = ids(used.metrics.iter().map(|metric| metric.name.to_string()).collect());
        compare(|| format!("the list of metrics of {}", account.id), &names, &given, &mut found);
        compare(
            || format!("the count of positions of {}", account.id),
            &used.opening.len(),
            &book.securities.len(),
            &mut found,
        );
        compare(
            || format!("the count of acceptances of {}", account.id),
            &used.accepts.len(),
            &book.securities.len(),
            &mut found,
        );
    }
    let mut given: Vec<&TradeId> = day.trades.iter().map(|trade| &trade.id).collect();
    given.sort();
    if !book.trades.iter().map(|line| &line.id).eq(given.iter().copied()) {
        let (used, given) = (book.trades.len().to_string(), given.len().to_string());
        found.push(Discrepancy::InputDiffers { what: "the list of trades, by count".to_owned(), used, given });
    }
    found
}

/// Values of trades and positions, pins, acceptances, limits and worths.
pub(crate) fn values(desk: &Desk, day: &Day, book: &Book) -> Vec<Discrepancy> {
    let mut found = Vec::new();
    let index = index_of(book);
    let lines: BTreeMap<&TradeId, &TradeLine> = book.trades.iter().map(|line| (&line.id, line)).collect();
    for trade in &day.trades {
        if let Some(line) = lines.get(&trade.id) {
            check_trade(desk, trade, line, &index, &mut found);
        }
    }
    check_positions(desk, day, book, &index, &mut found);
    for (account, used) in desk.accounts.iter().zip(&book.accounts) {
        for (security, accepts) in book.securities.iter().zip(&used.accepts) {
            let given =
                account.accepts.security_types.as_ref().is_none_or(|types| types.contains(&security.security_type));
            compare(|| format!("whether {} accepts {}", account.id, security.id), accepts, &given, &mut found);
        }
        for (metric, used) in account.metrics.iter().zip(&used.metrics) {
            let what = |part: &str| format!("the {part} of metric {} at {}", metric.name, account.id);
            let given = worth(desk, metric);
            compare(|| what("worth"), &used.worth, &given, &mut found);
            if used.limit != metric.limit {
                let (used, given) = (format!("{:?}", used.limit), format!("{:?}", metric.limit));
                found.push(Discrepancy::InputDiffers { what: what("limit"), used, given });
            }
        }
    }
    found
}

/// `OP · W`: what one unit of a metric is worth in the objective.
pub(crate) fn worth(desk: &Desk, metric: &domain::MetricDefinition) -> Amount {
    let weight = desk.objective.weights.get(&metric.name).copied().unwrap_or(Decimal::ONE);
    &Amount::from(metric.priority) * &Amount::from(weight)
}

fn index_of(book: &Book) -> BTreeMap<Key, usize> {
    let key = |security: &metric_engine::Security| {
        (SecurityType::of(&security.security_type).settles, security.id.as_str().to_owned())
    };
    book.securities.iter().map(key).zip(0..).collect()
}

fn check_trade(
    desk: &Desk,
    trade: &Trade,
    line: &TradeLine,
    index: &BTreeMap<Key, usize>,
    found: &mut Vec<Discrepancy>,
) {
    let id = &trade.id;
    let security = index.get(&(false, trade.security.as_str().to_owned())).copied();
    compare(|| format!("the security of trade {id}"), &text(Some(line.security)), &text(security), found);
    let pin = |pin: Option<&domain::AccountId>| pin.map_or("none".to_owned(), ToString::to_string);
    compare(|| format!("the pin of trade {id}"), &pin(line.pin.as_ref()), &pin(trade.pin.as_ref()), found);
    let holding = Holding {
        quantity: trade.signed_quantity(),
        price: trade.price,
        accrued: trade.accrued,
        security_type: &trade.security_type,
        currency: trade.currency.as_ref(),
    };
    let Some(value) = holding.value_base(desk) else {
        found.push(no_rate(format!("the value of trade {id}"), &line.value_base));
        return;
    };
    compare(|| format!("the value of trade {id}"), &line.value_base, &value, found);
    let mut moves: BTreeMap<usize, Amount> = BTreeMap::new();
    security.into_iter().for_each(|security| *moves.entry(security).or_default() += &value);
    if desk.settle_trades {
        let currency = trade.currency.as_ref().unwrap_or(&desk.fx.base);
        let cash = index.get(&(true, currency.as_str().to_owned()));
        cash.into_iter().for_each(|cash| *moves.entry(*cash).or_default() -= &value);
        compare(|| format!("the cash that trade {id} settles in"), &cash.is_some(), &true, found);
    }
    let mut used: BTreeMap<usize, Amount> = BTreeMap::new();
    line.legs.iter().for_each(|leg| *used.entry(leg.security).or_default() += &leg.value_base);
    compare(|| format!("what trade {id} moves"), &legs(&used), &legs(&moves), found);
}

fn check_positions(desk: &Desk, day: &Day, book: &Book, index: &BTreeMap<Key, usize>, found: &mut Vec<Discrepancy>) {
    let mut given: BTreeMap<(&str, usize), Amount> = BTreeMap::new();
    for position in &day.positions {
        let what = || format!("the opening position of {} in {}", position.account, position.security);
        let Some(security) = index.get(&key_of(desk, position)) else {
            found.push(Discrepancy::InputDiffers { what: what(), used: "none".to_owned(), given: "one".to_owned() });
            continue;
        };
        let holding = Holding {
            quantity: position.quantity,
            price: position.price,
            accrued: position.accrued,
            security_type: &position.security_type,
            currency: position.currency.as_ref(),
        };
        match holding.value_base(desk) {
            Some(value) => *given.entry((position.account.as_str(), *security)).or_default() += &value,
            None => found.push(no_rate(what(), &Amount::zero())),
        }
    }
    for account in &book.accounts {
        for (security, used) in account.opening.iter().enumerate() {
            let given = given.remove(&(account.id.as_str(), security)).unwrap_or_default();
            let id: &SecurityId = &book.securities[security].id;
            compare(|| format!("the opening position of {} in {id}", account.id), used, &given, found);
        }
    }
}

fn key_of(desk: &Desk, position: &Position) -> Key {
    if SecurityType::of(&position.security_type).settles {
        (true, position.currency.as_ref().unwrap_or(&desk.fx.base).as_str().to_owned())
    } else {
        (false, position.security.as_str().to_owned())
    }
}

/// What the value of a trade or position follows from.
struct Holding<'a> {
    quantity: Decimal,
    price: Decimal,
    accrued: Decimal,
    security_type: &'a SecurityTypeName,
    currency: Option<&'a Currency>,
}

impl Holding<'_> {
    /// `V`; nothing where the currency has no rate.
    fn value_base(&self, desk: &Desk) -> Option<Amount> {
        let hundredth = || Amount::from_parts(1, 2);
        let quantity = Amount::from(self.quantity);
        let mut clean = &quantity * &Amount::from(self.price);
        let quote = SecurityType::of(self.security_type).price_quote.unwrap_or(desk.valuation.price_quote);
        if quote == PriceQuote::Per100 {
            clean = &clean * &hundredth();
        }
        let mut accrued = &Amount::from(self.accrued) * &Amount::from(i64::from(quantity.signum()));
        if desk.valuation.accrued == AccruedQuote::Per100 {
            accrued = &(&accrued * &quantity.abs()) * &hundredth();
        }
        let rate = match self.currency {
            Some(currency) if *currency != desk.fx.base => *desk.fx.base_per_unit.get(currency)?,
            _ => Decimal::ONE,
        };
        Some(&(clean + accrued) * &Amount::from(rate))
    }
}

fn compare<T: PartialEq + Display>(what: impl FnOnce() -> String, used: &T, given: &T, found: &mut Vec<Discrepancy>) {
    if used != given {
        let (used, given) = (used.to_string(), given.to_string());
        found.push(Discrepancy::InputDiffers { what: what(), used, given });
    }
}

fn no_rate(what: String, used: &Amount) -> Discrepancy {
    Discrepancy::InputDiffers { what, used: used.to_string(), given: "a currency without a rate".to_owned() }
}

fn text(index: Option<usize>) -> String {
    index.map_or("none".to_owned(), |index| index.to_string())
}

fn legs(moves: &BTreeMap<usize, Amount>) -> String {
    let parts: Vec<String> = moves.iter().map(|(security, value)| format!("{value} of security {security}")).collect();
    parts.join(", ")
}
