//! Whether every metric of the book has the coefficients that files and configuration state.
//! The first that is there wins: a row for the account and the security, a row for every account and the
//! security, the coefficient of the security's type, the default (never for cash); cash without any
//! counts 0. A metric of a kind with keys that are unknown here is taken with the coefficients it was given.

use std::collections::{BTreeMap, HashMap};

use domain::shape::decimal;
use domain::{
    AccountId, Currency, Day, Decimal, Desk, MetricDefinition, MetricName, SecurityId, SecurityType, Setting, SideRates,
};
use metric_engine::{Additive, Book, Form};

use crate::Discrepancy;

/// What the rows state for a security, by account, where one is named, and metric.
type Rows<'a> = BTreeMap<(Option<&'a AccountId>, &'a MetricName), HashMap<&'a SecurityId, SideRates>>;

/// Coefficients of sums and parts of ratios.
pub(crate) fn rates(desk: &Desk, day: &Day, book: &Book) -> Vec<Discrepancy> {
    let mut found = Vec::new();
    let mut rows: Rows<'_> = BTreeMap::new();
    for together in day.coefficients.chunk_by(|a, b| a.account == b.account && a.metric == b.metric) {
        let rates = together.iter().map(|row| (&row.security, row.rates));
        rows.entry((together[0].account.as_ref(), &together[0].metric)).or_default().extend(rates);
    }
    for (account, used) in desk.accounts.iter().zip(&book.accounts) {
        let names = row_ids(desk, day, book);
        for (metric, used) in account.metrics.iter().zip(&used.metrics) {
            match &used.form {
                Form::Additive(additive) if known_sum(metric) => {
                    let of_metric = Coefficients::new(&account.id, metric, &rows);
                    check_sum(book, &of_metric, &names, additive, &mut found);
                }
                Form::Quotient { of, to } => {
                    let name = |index: usize| account.metrics[index].name.as_str();
                    for (part, index) in [("of", *of), ("to", *to)] {
                        let given = setting(metric, "ratio").and_then(|ratio| ratio.get(part)).and_then(Setting::text);
                        if given.is_some_and(|given| given != name(index)) {
                            let what = format!("\"{part}\" of metric {} at {}", metric.name, account.id);
                            found.push(differs(what, name(index), given.unwrap_or_default()));
                        }
                    }
                }
                Form::Additive(_) => {}
            }
        }
    }
    found
}

fn check_sum(
    book: &Book,
    stated: &Coefficients<'_>,
    names: &[SecurityId],
    additive: &Additive,
    found: &mut Vec<Discrepancy>,
) {
    for (index, used) in additive.rates.iter().enumerate() {
        let Some(used) = used else { continue };
        let security = &book.securities[index];
        let given = stated.of(&names[index], &security.security_type);
        if given != Some(*used) {
            let what = format!("the coefficient of {} in {} at {}", security.id, stated.metric.name, stated.account);
            let text = |rates: SideRates| format!("long {} short {}", rates.long, rates.short);
            found.push(differs(what, &text(*used), &given.map_or("none".to_owned(), text)));
        }
    }
}

/// Where one metric's coefficients are stated.
struct Coefficients<'a> {
    account: &'a AccountId,
    metric: &'a MetricDefinition,
    /// The rows about it, those of the account itself first.
    rows: [Option<&'a HashMap<&'a SecurityId, SideRates>>; 2],
    by_type: BTreeMap<&'a str, SideRates>,
    default: Option<SideRates>,
}

impl<'a> Coefficients<'a> {
    fn new(account: &'a AccountId, metric: &'a MetricDefinition, rows: &'a Rows<'a>) -> Self {
        let stated = setting(metric, "coefficients").map_or(&[][..], Setting::entries);
        let by_type = stated.iter().filter_map(|(label, rates)| Some((label.as_str(), read(rates)?))).collect();
        let rows = [Some(account), None].map(|account| rows.get(&(account, &metric.name)));
        Self { account, metric, rows, by_type, default: setting(metric, "default").and_then(read) }
    }

    fn of(&self, id: &SecurityId, label: &domain::SecurityTypeName) -> Option<SideRates> {
        let row = self.rows.into_iter().flatten().find_map(|rates| rates.get(id));
        let stated = row.or_else(|| self.by_type.get(label.as_str()));
        let zero = SideRates { long: Decimal::ZERO, short: Decimal::ZERO };
        let otherwise = if SecurityType::of(label).settles { Some(zero) } else { self.default };
        stated.copied().or(otherwise)
    }
}

/// The id that coefficient rows have for each security: cash goes by the name that positions have for it,
/// everything else by its id.
fn row_ids(desk: &Desk, day: &Day, book: &Book) -> Vec<SecurityId> {
    let named: BTreeMap<&Currency, &SecurityId> = day
        .positions
        .iter()
        .filter(|position| SecurityType::of(&position.security_type).settles)
        .map(|position| (position.currency.as_ref().unwrap_or(&desk.fx.base), &position.security))
        .collect();
    let own = |security: &metric_engine::Security| {
        let settles = SecurityType::of(&security.security_type).settles;
        settles.then(|| named.get(&Currency::new(security.id.as_str())).copied()).flatten()
    };
    book.securities.iter().map(|security| own(security).unwrap_or(&security.id).clone()).collect()
}

fn known_sum(metric: &MetricDefinition) -> bool {
    metric.settings.iter().all(|(key, _)| key == "coefficients" || key == "default")
}

fn setting<'a>(metric: &'a MetricDefinition, key: &str) -> Option<&'a Setting> {
    metric.settings.iter().find(|(name, _)| name == key).map(|(_, setting)| setting)
}

/// A number `w` is linear: `w` a unit held long, `-w` a unit held short.
fn read(setting: &Setting) -> Option<SideRates> {
    match setting.text() {
        Some(text) => decimal(text).map(|w| SideRates { long: w, short: -w }),
        None => {
            let side = |key: &str| decimal(setting.get(key)?.text()?);
            Some(SideRates { long: side("long")?, short: side("short")? })
        }
    }
}

fn differs(what: String, used: &str, given: &str) -> Discrepancy {
    Discrepancy::InputDiffers { what, used: used.to_owned(), given: given.to_owned() }
}
