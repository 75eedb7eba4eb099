//! Where the coefficient of a metric for a security comes from.
//! The first that is there wins: a row for the account and the security, a row for every account and the
//! security, the metric's coefficient for the security's type, the metric's default. None of them is an
//! error, never 0; cash alone may have none, and then does not count in the metric.

use std::collections::{BTreeMap, HashMap};

use domain::problem::nearest;
use domain::shape::decimal;
use domain::{
    AccountId, CoefficientRow, MetricDefinition, MetricName, Place, Problem, SecurityId, SecurityType, Setting,
    SideRates,
};

use crate::Security;
use crate::codes::MISSING_COEFFICIENT;

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
    /// The first row that names each.
    pub(crate) named_at: &'a [Place],
    pub(crate) row_ids: &'a [SecurityId],
    /// Which of them can be at this account at all.
    pub(crate) present: &'a [bool],
}

impl Coefficients<'_> {
    /// The rates of every security that can be here.
    pub(crate) fn rates_of(&self, definition: &MetricDefinition) -> Result<Vec<Option<SideRates>>, Vec<Problem>> {
        let setting = |key: &str| definition.settings.iter().find(|(name, _)| name == key).map(|(_, setting)| setting);
        let by_type: BTreeMap<&str, SideRates> = setting("coefficients")
            .into_iter()
            .flat_map(Setting::entries)
            .filter_map(|(name, setting)| Some((name.as_str(), rates(setting)?)))
            .collect();
        let default = setting("default").and_then(rates);
        let row_of = self.rows.of(self.account, &definition.name);
        let mut missing = Vec::new();
        let mut found = vec![None; self.securities.len()];
        for (index, security) in self.securities.iter().enumerate().filter(|(index, _)| self.present[*index]) {
            let settles = SecurityType::of(&security.security_type).settles;
            let rate = row_of(&self.row_ids[index])
                .or_else(|| by_type.get(security.security_type.as_str()).copied())
                .or(if settles { Some(SideRates::linear(domain::Decimal::ZERO)) } else { default });
            match rate {
                Some(rate) => found[index] = Some(rate),
                None => missing.push(self.missing(definition, index, by_type.keys().copied())),
            }
        }
        if missing.is_empty() { Ok(found) } else { Err(missing) }
    }

    fn missing<'t>(
        &self,
        definition: &MetricDefinition,
        index: usize,
        types: impl Iterator<Item = &'t str>,
    ) -> Problem {
        let (account, metric) = (self.account, &definition.name);
        let Security { id, security_type } = &self.securities[index];
        let named_at = &self.named_at[index];
        let remedy = format!(
            "add a row {account},{metric},{id} to the coefficients file, or \"{security_type}\" or a default to the metric"
        );
        Problem::error(
            MISSING_COEFFICIENT,
            definition.place.clone(),
            format!(
                "account {account}, metric {metric}: no coefficient for security {id} of type {security_type}, named at \
                 {named_at}"
            ),
            match nearest(security_type.as_str(), types) {
                Some(near) => format!("is \"{security_type}\" meant to be \"{near}\"? otherwise {remedy}"),
                None => remedy,
            },
        )
    }
}

/// The rates that a setting states: a number, or one for each side.
pub(crate) fn rates(setting: &Setting) -> Option<SideRates> {
    if let Some(text) = setting.text() {
        return decimal(text).map(SideRates::linear);
    }
    let side = |key: &str| setting.get(key).and_then(Setting::text).and_then(decimal);
    Some(SideRates { long: side("long")?, short: side("short")? })
}
