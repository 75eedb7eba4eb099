//! Where the coefficient of a metric for a security comes from.
//! The first that is there wins: a row for the account and the security, a row for every account and the
//! security, the metric's coefficient for the security's type, the metric's default. None of them is an
//! error, never 0 (`missing` says so); cash alone may have none, and then does not count in the metric.

use std::collections::{BTreeMap, HashMap};

use domain::shape::decimal;
use domain::{AccountId, CoefficientRow, MetricDefinition, MetricName, SecurityId, SecurityType, Setting, SideRates};

use crate::Security;

/// The rows of a coefficients file, findable: by account, where one is named, and metric, then by security.
pub(crate) struct Rows<'a> {
    of: BTreeMap<(Option<&'a AccountId>, &'a MetricName), HashMap<&'a SecurityId, SideRates>>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(rows: &'a [CoefficientRow]) -> Self {
        let mut of: BTreeMap<_, HashMap<_, _>> = BTreeMap::new();
        // Rows about the same metric of an account usually stand together.
        for together in rows.chunk_by(|a, b| a.account == b.account && a.metric == b.metric) {
            let rates = together.iter().map(|row| (&row.security, row.rates));
            of.entry((together[0].account.as_ref(), &together[0].metric)).or_default().extend(rates);
        }
        Self { of }
    }

    /// The rates of a metric by security, those of the account itself first.
    fn of<'r>(&'r self, account: &'r AccountId, metric: &'r MetricName) -> impl Fn(&SecurityId) -> Option<SideRates> {
        let (own, of_all) = (self.of.get(&(Some(account), metric)), self.of.get(&(None, metric)));
        move |security| [own, of_all].into_iter().flatten().find_map(|rates| rates.get(security)).copied()
    }
}

/// The coefficients of one account's metrics.
pub(crate) struct Coefficients<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) rows: &'a Rows<'a>,
    /// Every security of the book, with the id that rows have for it at this account.
    pub(crate) securities: &'a [Security],
    pub(crate) row_ids: &'a [SecurityId],
    /// Which of them can be at this account at all.
    pub(crate) present: &'a [bool],
}

impl Coefficients<'_> {
    /// The rates of every security that can be here; nothing where one has no coefficient.
    pub(crate) fn rates_of(&self, definition: &MetricDefinition) -> Vec<Option<SideRates>> {
        let by_type: BTreeMap<&str, SideRates> =
            of_types(definition).iter().filter_map(|(name, setting)| Some((name.as_str(), rates(setting)?))).collect();
        let default = setting(definition, "default").and_then(rates);
        let row_of = self.rows.of(self.account, &definition.name);
        let rate = |(index, security): (usize, &Security)| {
            if !self.present[index] {
                return None;
            }
            let settles = SecurityType::of(&security.security_type).settles;
            row_of(&self.row_ids[index])
                .or_else(|| by_type.get(security.security_type.as_str()).copied())
                .or(if settles { Some(SideRates::linear(domain::Decimal::ZERO)) } else { default })
        };
        self.securities.iter().enumerate().map(rate).collect()
    }
}

/// The coefficients that a metric has by security type.
pub(crate) fn of_types(definition: &MetricDefinition) -> &[(String, Setting)] {
    setting(definition, "coefficients").map_or(&[], Setting::entries)
}

fn setting<'a>(definition: &'a MetricDefinition, key: &str) -> Option<&'a Setting> {
    definition.settings.iter().find(|(name, _)| name == key).map(|(_, setting)| setting)
}

/// The rates that a setting states: a number, or one for each side.
pub(crate) fn rates(setting: &Setting) -> Option<SideRates> {
    if let Some(text) = setting.text() {
        return decimal(text).map(SideRates::linear);
    }
    let side = |key: &str| setting.get(key).and_then(Setting::text).and_then(decimal);
    Some(SideRates { long: side("long")?, short: side("short")? })
}
