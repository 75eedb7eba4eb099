//! Desks and days in a few lines, for tests only: never a dependency of the product.
//!
//! Prices are per unit and 1 unless a test says otherwise, so that a quantity is a value and a reader can
//! do the sum in the head. Start with [`desk`] and [`day`]. [`random`] makes up desks that are small enough to be
//! enumerated ([`case`]), [`goals`] what such a desk wants, and [`product`](mod@product) states them as the product reads
//! them; [`banded`](fn@banded) makes up days that have next to no plan. [`by_name`] states certificates.

mod banded;
pub mod by_name;
pub mod case;
pub mod goals;
pub mod product;
pub mod random;

pub use banded::banded;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Acceptance, Account, AccountId, AccruedQuote, CoefficientRow, Currency, CurrentMetric, Day, Decimal, Desk, FxRates,
    MetricDefinition, MetricName, ObjectiveSettings, OnBreach, Place, Position, PriceQuote, SecurityId,
    SecurityTypeName, Setting, SettingValue, Side, SideRates, Trade, TradeId, Valuation,
};

/// A number as a test writes it.
///
/// # Panics
/// If it is not one.
pub fn number(text: &str) -> Decimal {
    domain::shape::decimal(text).expect("a decimal number")
}

/// A desk in USD with these accounts.
pub fn desk(accounts: Vec<Account>) -> Desk {
    Desk {
        fx: FxRates { base: Currency::new("USD"), base_per_unit: BTreeMap::new() },
        valuation: Valuation { price_quote: PriceQuote::PerUnit, accrued: AccruedQuote::Amount },
        settle_trades: true,
        accounts,
        objective: ObjectiveSettings::default(),
    }
}

/// An account with these metrics that takes everything.
pub fn account(id: &str, metrics: Vec<MetricDefinition>) -> Account {
    let place = Place::file("desk.yaml").with_field(format!("accounts.{id}"));
    Account { place, id: AccountId::new(id), metrics, accepts: Acceptance::default() }
}

/// The account, taking these security types only.
pub fn accepting(mut account: Account, types: &[&str]) -> Account {
    account.accepts.security_types = Some(types.iter().map(SecurityTypeName::new).collect::<BTreeSet<_>>());
    account
}

/// A metric without limit or priority, made by one of the kinds' settings.
fn metric(name: &str, settings: Vec<(String, Setting)>) -> MetricDefinition {
    MetricDefinition {
        place: Place::file("desk.yaml").with_field(format!("metrics.{name}")),
        name: MetricName::new(name),
        settings,
        limit: domain::Limit::default(),
        priority: Decimal::ZERO,
    }
}

fn text(value: &str) -> Setting {
    Setting { place: Place::nowhere(), value: SettingValue::Text(value.to_owned()) }
}

fn map(entries: Vec<(String, Setting)>) -> Setting {
    Setting { place: Place::nowhere(), value: SettingValue::Map(entries) }
}

/// A metric with coefficients by type: `"government 1"`, or long and short `"cash -0.0001 0.0002"`.
///
/// # Panics
/// If a row has neither form.
pub fn by_type(name: &str, rows: &[&str]) -> MetricDefinition {
    let row = |row: &&str| {
        let parts: Vec<&str> = row.split(' ').collect();
        let setting = match parts[..] {
            [_, rate] => text(rate),
            [_, long, short] => map(vec![("long".to_owned(), text(long)), ("short".to_owned(), text(short))]),
            _ => panic!("\"{row}\" is neither \"type rate\" nor \"type long short\""),
        };
        (parts[0].to_owned(), setting)
    };
    metric(name, vec![("coefficients".to_owned(), map(rows.iter().map(row).collect()))])
}

/// A ratio of two metrics.
pub fn ratio(name: &str, of: &str, to: &str) -> MetricDefinition {
    let parts = vec![("of".to_owned(), text(of)), ("to".to_owned(), text(to))];
    metric(name, vec![("ratio".to_owned(), map(parts))])
}

/// What tests say of a metric besides how it is computed.
pub trait With {
    /// With a lower limit.
    #[must_use]
    fn min(self, bound: &str) -> Self;
    /// With an upper limit.
    #[must_use]
    fn max(self, bound: &str) -> Self;
    /// With a rule for an opening breach.
    #[must_use]
    fn on_breach(self, rule: OnBreach) -> Self;
    /// With a priority in the objective.
    #[must_use]
    fn priority(self, priority: &str) -> Self;
}

impl With for MetricDefinition {
    fn min(mut self, bound: &str) -> Self {
        self.limit.min = Some(number(bound));
        self
    }

    fn max(mut self, bound: &str) -> Self {
        self.limit.max = Some(number(bound));
        self
    }

    fn on_breach(mut self, rule: OnBreach) -> Self {
        self.limit.on_breach = rule;
        self
    }

    fn priority(mut self, priority: &str) -> Self {
        self.priority = number(priority);
        self
    }
}

/// A day without anything.
pub fn day() -> Day {
    Day::default()
}

/// What tests add to a day.
pub trait Add {
    /// A trade in USD at price 1 without accrued interest: `"T1 buy 10 BOND government"`, and a pin if a
    /// sixth word follows.
    #[must_use]
    fn trade(self, row: &str) -> Self;
    /// An opening position at price 1: `"PB1 100 BOND government"`.
    #[must_use]
    fn position(self, row: &str) -> Self;
    /// A current value: `"PB1 gross 100"`.
    #[must_use]
    fn current(self, row: &str) -> Self;
    /// A coefficient row: `"PB1 dv01 BOND 0.0005"` or `"* gross BOND 1 1"`.
    #[must_use]
    fn coefficient(self, row: &str) -> Self;
}

impl Add for Day {
    fn trade(mut self, row: &str) -> Self {
        let words: Vec<&str> = row.split(' ').collect();
        self.trades.push(Trade {
            place: Place::file("trades.csv").with_field(words[0]),
            id: TradeId::new(words[0]),
            side: if words[1] == "buy" { Side::Buy } else { Side::Sell },
            security: SecurityId::new(words[3]),
            security_type: SecurityTypeName::new(words[4]),
            quantity: number(words[2]),
            price: Decimal::ONE,
            accrued: Decimal::ZERO,
            currency: None,
            pin: words.get(5).map(AccountId::new),
            attributes: BTreeMap::new(),
        });
        self
    }

    fn position(mut self, row: &str) -> Self {
        let words: Vec<&str> = row.split(' ').collect();
        self.positions.push(Position {
            place: Place::file("positions.csv").with_field(words[2]),
            account: AccountId::new(words[0]),
            security: SecurityId::new(words[2]),
            security_type: SecurityTypeName::new(words[3]),
            quantity: number(words[1]),
            price: Decimal::ONE,
            accrued: Decimal::ZERO,
            currency: None,
        });
        self
    }

    fn current(mut self, row: &str) -> Self {
        let words: Vec<&str> = row.split(' ').collect();
        self.current_metrics.push(CurrentMetric {
            place: Place::file("metrics.csv").with_field(words[1]),
            account: AccountId::new(words[0]),
            metric: MetricName::new(words[1]),
            value: number(words[2]),
        });
        self
    }

    fn coefficient(mut self, row: &str) -> Self {
        let words: Vec<&str> = row.split(' ').collect();
        let rates = match words[3..] {
            [rate] => SideRates::linear(number(rate)),
            [long, short] => SideRates { long: number(long), short: number(short) },
            _ => panic!("\"{row}\" has neither one rate nor two"),
        };
        self.coefficients.push(CoefficientRow {
            place: Place::file("coefficients.csv").with_field(words[1]),
            account: (words[0] != "*").then(|| AccountId::new(words[0])),
            metric: MetricName::new(words[1]),
            security: SecurityId::new(words[2]),
            rates,
        });
        self
    }
}
