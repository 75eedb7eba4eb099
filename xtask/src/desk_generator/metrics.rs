//! The metrics of a made-up desk, in the order in which a desk of few metrics has them: sums, long/short sums,
//! ratios and one cost to be minimised.
//!
//! Every limit is three times what an even split of the trades comes to, so that few decide anything; what
//! each security costs differs by account, so that no account is cheapest for all.

use super::book::{Account, Book, Holding, ISSUERS, Security, decimal};
use super::{Class, DeskPlan};
use crate::random::Random;

/// A metric: how it is defined, and what each account has of it.
pub(super) struct Metric {
    pub(super) name: String,
    /// Its shared definition, in YAML.
    pub(super) definition: String,
    /// What an account adds: limits, in YAML.
    pub(super) terms: Terms,
    /// Its long and short coefficients for a security (by number) at an account, where these have a row.
    pub(super) rates: Rates,
}

type Terms = Box<dyn Fn(&Book, &Account) -> String>;
type Rates = Box<dyn Fn(&Account, usize, &Security) -> Option<(String, String)>>;

/// How many times an even split a limit is.
const SLACK: f64 = 3.0;

/// The first metrics of the list.
pub(super) fn first(plan: &DeskPlan, book: &Book) -> Vec<Metric> {
    let fixed: [fn() -> Metric; 7] = [gross, equity, leverage, margin, dv01, margin_use, corporate_gross];
    let cost = financing_cost(plan.class);
    let issuers = (1..=ISSUERS).filter(|issuer| book.securities.iter().any(|security| security.issuer == *issuer));
    let others = (ISSUERS + 1..).map(|issuer| issuer - ISSUERS);
    // Where there are fewer issuers than asked for, some are measured twice under different names.
    let named = issuers.chain(others).enumerate().map(|(index, issuer)| issuer_net(index + 1, issuer));
    std::iter::once(cost).chain(fixed.into_iter().map(|make| make())).chain(named).take(plan.metrics).collect()
}

fn financing_cost(class: Class) -> Metric {
    Metric {
        name: "financing_cost".to_owned(),
        definition: "{ coefficients: { cash: { long: -0.00009, short: 0.00011 } }, priority: -1 }".to_owned(),
        terms: Box::new(|_, _| "{}".to_owned()),
        rates: Box::new(move |account, index, _| {
            // 2 to 8 parts in a million a day for what is long; for what is short minus that, or up to twice it.
            let seed = u64::try_from(account.number * 1_000_000 + index).unwrap_or_default();
            let mut random = Random::new(seed);
            let long = random.between(20_000, 80_000);
            let short = long + random.between(0, long);
            let long_rate = decimal(long, 10);
            Some(if class == Class::Netted { (long_rate, decimal(short, 10)) } else { both_sides(&long_rate) })
        }),
    }
}

fn gross() -> Metric {
    let definition = "{ coefficients: { government: { long: 1, short: 1 }, agency: { long: 1, short: 1 }, \
        corporate: { long: 1, short: 1 } } }";
    by_type("gross", definition, |book, account| format!("{{ max: {} }}", limit(even_gross(book, account))))
}

fn equity() -> Metric {
    let definition = "{ coefficients: { government: 1, agency: 1, corporate: 1, cash: 1 } }";
    by_type("equity", definition, |_, account| format!("{{ min: {:.0} }}", equity_of(account) / SLACK))
}

fn leverage() -> Metric {
    let definition = "{ ratio: { of: gross, to: equity } }";
    by_type("leverage", definition, |book, account| to_equity(even_gross(book, account), account, 2))
}

fn margin() -> Metric {
    let definition = "{ coefficients: { government: { long: 0.02, short: 0.025 }, \
        agency: { long: 0.04, short: 0.05 }, corporate: { long: 0.1, short: 0.15 } } }";
    by_type("margin", definition, |book, account| format!("{{ max: {} }}", limit(even_margin(book, account))))
}

fn margin_use() -> Metric {
    let definition = "{ ratio: { of: margin, to: equity } }";
    by_type("margin_use", definition, |book, account| to_equity(even_margin(book, account), account, 3))
}

fn corporate_gross() -> Metric {
    let definition = "{ coefficients: { government: 0, agency: 0, corporate: { long: 1, short: 1 } } }";
    by_type("corporate_gross", definition, |book, account| {
        let size = |security: &Security| if security.kind == "corporate" { 1.0 } else { 0.0 };
        format!("{{ max: {} }}", limit(even_split(book, account, size)))
    })
}

fn dv01() -> Metric {
    Metric {
        name: "dv01".to_owned(),
        definition: "{ coefficients: {} }".to_owned(),
        terms: Box::new(|book, account| {
            let bound = limit(even_split(book, account, |security| security.duration_hundredths as f64 * 1e-6));
            format!("{{ min: -{bound}, max: {bound} }}")
        }),
        // Years × a basis point: hundredths of a year × 0.000001.
        rates: Box::new(|_, _, security| Some(both_sides(&decimal(security.duration_hundredths, 6)))),
    }
}

fn issuer_net(number: usize, issuer: usize) -> Metric {
    Metric {
        name: format!("issuer_{number:02}"),
        definition: "{ coefficients: {}, default: 0 }".to_owned(),
        terms: Box::new(move |book, account| {
            let size = |security: &Security| if security.issuer == issuer { 1.0 } else { 0.0 };
            let bound = limit(even_split(book, account, size).max(1_000_000.0));
            format!("{{ min: -{bound}, max: {bound} }}")
        }),
        rates: Box::new(move |_, _, security| (security.issuer == issuer).then(|| both_sides("1"))),
    }
}

/// A metric whose coefficients are those of the types.
fn by_type(name: &str, definition: &str, terms: impl Fn(&Book, &Account) -> String + 'static) -> Metric {
    Metric {
        name: name.to_owned(),
        definition: definition.to_owned(),
        terms: Box::new(terms),
        rates: Box::new(|_, _, _| None),
    }
}

/// The two sides of a coefficient that is linear.
fn both_sides(coefficient: &str) -> (String, String) {
    (coefficient.to_owned(), format!("-{coefficient}"))
}

/// A limit with slack, as a whole number.
fn limit(even: f64) -> String {
    format!("{:.0}", SLACK * even)
}

/// The size of what an account holds, of an even share of what is traded and of the largest trade, which goes
/// somewhere whole; each security counted `size` times.
fn even_split(book: &Book, account: &Account, size: impl Fn(&Security) -> f64) -> f64 {
    let sizes = |holdings: &[Holding]| -> Vec<f64> {
        let sized = |each: &Holding| size(&book.securities[each.security]) * (each.value_cents.abs() as f64) / 100.0;
        holdings.iter().map(sized).collect()
    };
    let (held, traded) = (sizes(&account.positions), sizes(&book.trades));
    let largest = traded.iter().copied().fold(0.0, f64::max);
    held.iter().sum::<f64>() + traded.iter().sum::<f64>() / book.accounts.len() as f64 + largest
}

fn even_gross(book: &Book, account: &Account) -> f64 {
    even_split(book, account, |_| 1.0)
}

fn even_margin(book: &Book, account: &Account) -> f64 {
    even_split(book, account, |security| match security.kind {
        "government" => 0.0225,
        "agency" => 0.045,
        _ => 0.125,
    })
}

/// Positions and cash; trades leave it as it is, but for a spread of nothing.
/// The limit of a ratio to the equity that the account opens with; none where it opens with nothing.
fn to_equity(even: f64, account: &Account, places: usize) -> String {
    match equity_of(account) {
        0.0 => "{}".to_owned(),
        equity => format!("{{ max: {:.places$} }}", SLACK * even / equity),
    }
}

fn equity_of(account: &Account) -> f64 {
    let positions: i64 = account.positions.iter().map(|position| position.value_cents).sum();
    (positions + account.cash_cents) as f64 / 100.0
}
