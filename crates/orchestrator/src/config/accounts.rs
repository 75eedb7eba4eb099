//! The accounts, each with its metrics: shared definitions with what the account says of its own.
//!
//! - An account without `metrics` has every shared metric as it is; one with `metrics` has those alone.
//! - A key that the account states replaces the shared metric's key whole: `coefficients` are not mixed.
//! - A key without a value drops the shared one.
//! - Once the account states a key of one kind, the shared keys of every other kind no longer hold.

use std::collections::BTreeMap;

use domain::problem::nearest;
use domain::shape::decimal;
use domain::{
    Acceptance, Account, AccountId, Decimal, Key, Limit, MetricDefinition, MetricName, OnBreach, Place, Problem,
    SecurityTypeName, Setting, SettingValue,
};

use super::codes::{BLANK, DUPLICATE_ACCOUNT, NO_ACCOUNTS, UNDEFINED_METRIC};
use super::keys::kinds;
use super::read::{at, check_name, choice_at, refuse, refuse_blank, text_at};
use super::tree::spot;

/// The accounts of a configuration, in its order.
pub(super) fn accounts(tree: &Setting, problems: &mut Vec<Problem>) -> Vec<Account> {
    let shared = at(tree, &["metrics"]).map_or(&[][..], Setting::entries);
    for (name, setting) in shared {
        check_name(name, &setting.place, problems);
        warn_of_blank_limits(name, setting, problems);
    }
    let Some(list) = at(tree, &["accounts"]) else { return Vec::new() };
    if list.items().is_empty() && matches!(list.value, SettingValue::List(_)) {
        let hint = "list at least one account: `- id: PB1`";
        problems.push(refuse(NO_ACCOUNTS, list, "there are no accounts".to_owned(), hint));
    }
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    let mut accounts = Vec::new();
    for setting in list.items() {
        let id = text_at(setting, &["id"]).unwrap_or_default();
        if let Some(first) = seen.get(id) {
            let message = format!("the account \"{id}\" is stated twice, first at {}", spot(first));
            problems.push(refuse(DUPLICATE_ACCOUNT, setting, message, "give each account an id of its own"));
        } else if !id.is_empty() {
            check_name(id, &setting.place, problems);
            seen.insert(id, &setting.place);
        }
        accounts.push(Account {
            place: setting.place.clone(),
            id: AccountId::new(id),
            metrics: metrics(id, setting, shared, problems),
            accepts: acceptance(setting, problems),
        });
    }
    accounts
}

fn acceptance(account: &Setting, problems: &mut Vec<Problem>) -> Acceptance {
    // An empty list takes nothing and a missing key takes everything: what stands between is not guessed.
    const HINT: &str = "write `security_types: []` to take nothing, or remove the key to take everything";
    refuse_blank(account, &["accepts"], HINT, problems);
    let accepts = at(account, &["accepts"]);
    accepts.into_iter().for_each(|accepts| refuse_blank(accepts, &["security_types"], HINT, problems));
    let types = accepts.and_then(|accepts| at(accepts, &["security_types"]));
    let names = |list: &Setting| {
        list.items().iter().filter_map(Setting::text).map(|name| SecurityTypeName::new(name.trim())).collect()
    };
    Acceptance { security_types: types.map(names) }
}

fn metrics(
    account: &str,
    setting: &Setting,
    shared: &[(String, Setting)],
    problems: &mut Vec<Problem>,
) -> Vec<MetricDefinition> {
    const HINT: &str = "write `metrics: {}` for none, or remove the key for every shared metric";
    refuse_blank(setting, &["metrics"], HINT, problems);
    let Some(own) = at(setting, &["metrics"]) else {
        return shared
            .iter()
            .map(|(name, shared)| definition(name, &shared.place, shared.entries().to_vec()))
            .collect();
    };
    let kinds = kinds();
    let mut metrics = Vec::new();
    for (name, own) in own.entries() {
        check_name(name, &own.place, problems);
        warn_of_blank_limits(name, own, problems);
        let base = shared.iter().find(|(known, _)| known == name).map(|(_, setting)| setting);
        let entries = merged(own, base, &kinds);
        let defined = entries.iter().any(|(key, _)| kinds.iter().flatten().any(|known| known.name == key));
        // What is not a mapping at all was reported as such.
        let is_mapping = matches!(own.value, SettingValue::Map(_) | SettingValue::Empty);
        if base.is_none() && !defined && is_mapping {
            let message = format!("the metric \"{name}\" of account {account} has no definition");
            let hint = match nearest(name, shared.iter().map(|(name, _)| name.as_str())) {
                Some(known) => format!("did you mean \"{known}\"?"),
                None => "define it under the metrics at the top, or here by `coefficients` or `ratio`".to_owned(),
            };
            problems.push(refuse(UNDEFINED_METRIC, own, message, hint));
        }
        metrics.push(definition(name, &own.place, entries));
    }
    metrics
}

/// The keys of a shared metric with those that an account states.
fn merged(own: &Setting, shared: Option<&Setting>, kinds: &[Vec<Key>]) -> Vec<(String, Setting)> {
    let has = |setting: &Setting, keys: &[Key]| keys.iter().any(|key| at(setting, &[key.name]).is_some());
    let own_kind = kinds.iter().any(|keys| has(own, keys));
    let dropped: Vec<&str> = kinds
        .iter()
        .filter(|keys| own_kind && !has(own, keys))
        .flat_map(|keys| keys.iter().map(|key| key.name))
        .collect();
    let mut entries: Vec<(String, Setting)> = shared
        .map_or(&[][..], Setting::entries)
        .iter()
        .filter(|(key, _)| !dropped.contains(&key.as_str()))
        .cloned()
        .collect();
    for (key, value) in own.entries() {
        match entries.iter_mut().find(|(known, _)| known == key) {
            Some((_, shared)) => *shared = value.clone(),
            None => entries.push((key.clone(), value.clone())),
        }
    }
    entries
}

/// A definition from its keys, those of its kind as they are.
fn definition(name: &str, place: &Place, entries: Vec<(String, Setting)>) -> MetricDefinition {
    let whole = Setting { place: place.clone(), value: SettingValue::Map(entries) };
    let text = |key: &str| text_at(&whole, &[key]).map(str::to_owned);
    let number = |key: &str| at(&whole, &[key]).and_then(Setting::text).and_then(decimal);
    let limit = Limit {
        min: number("min"),
        max: number("max"),
        on_breach: choice_at(&whole, &["on_breach"], &OnBreach::TABLE).unwrap_or_default(),
        source: text("source"),
        owner: text("owner"),
    };
    let priority = number("priority").unwrap_or(Decimal::ZERO);
    let of_a_kind: Vec<&str> = kinds().iter().flatten().map(|key| key.name).collect();
    let settings = whole
        .entries()
        .iter()
        .filter(|(key, value)| of_a_kind.contains(&key.as_str()) && value.value != SettingValue::Empty)
        .cloned()
        .collect();
    MetricDefinition { place: place.clone(), name: MetricName::new(name), settings, limit, priority }
}

/// A limit without a value is no limit: that may be meant, or a number that somebody forgot.
fn warn_of_blank_limits(name: &str, metric: &Setting, problems: &mut Vec<Problem>) {
    for bound in ["min", "max"] {
        if let Some(blank) = metric.get(bound).filter(|bound| bound.value == SettingValue::Empty) {
            let message = format!("\"{bound}\" has no value, so {name} has no {bound} here");
            problems.push(Problem::warning(BLANK, blank.place.clone(), message, "write a number, or remove the key"));
        }
    }
}
