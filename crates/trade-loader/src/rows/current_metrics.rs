//! Current metrics: values that somebody else computed, one row for each account and metric.

use domain::{AccountId, CurrentMetric, MetricName};

use super::{Seen, load};
use crate::columns::{Layout, required};
use crate::error::LoadError;
use crate::row::{RowReader, Use};
use crate::text::quoted;
use crate::{Conventions, Loaded, Source};

const LAYOUT: Layout = Layout {
    noun: "current metrics",
    key: "current_metrics",
    columns: &[required("account"), required("metric"), required("value").of_numbers()],
    identity: &["account", "metric"],
    keeps_others: false,
};

/// Loads the current metric values of a file.
///
/// # Errors
/// When nothing of the file could be read.
pub fn load_current_metrics(source: &Source, conventions: &Conventions) -> Result<Loaded<CurrentMetric>, LoadError> {
    let mut values = Seen::new();
    load(source, conventions, &LAYOUT, |row| current_metric(row, &mut values))
}

fn current_metric(row: &mut RowReader<'_>, values: &mut Seen<(AccountId, MetricName)>) -> Option<CurrentMetric> {
    let account = row.name("account").map(AccountId::new);
    let metric = row.name("metric").map(MetricName::new);
    if let (Some(account), Some(metric)) = (&account, &metric) {
        let what = || format!("the {} of {}", quoted(metric.as_str()), quoted(account.as_str()));
        values.check(row, (account.clone(), metric.clone()), "metric", what, "delete one of the two");
    }
    let value = row.number("value", Use::Metric);
    // No column says a currency here: what stands beside the number has to be the base currency.
    row.currency();
    Some(CurrentMetric { place: row.place(), account: account?, metric: metric?, value: value? })
}
