//! What a unit of each metric is worth in the objective of the desk.

use domain::{Amount, Desk, MetricName};
use metric_engine::{Book, Form};

use crate::inputs::worth;

/// `[account][metric]`: what one unit of the metrics that `counts` names is worth in the objective of the desk.
pub(super) fn worths(desk: &Desk, book: &Book, counts: impl Fn(&MetricName) -> bool) -> Vec<Vec<Amount>> {
    let of_account = |(here, book): (&domain::Account, &metric_engine::AccountBook)| {
        let of_metric = |(definition, metric): (&domain::MetricDefinition, &metric_engine::Metric)| {
            let is_sum = matches!(metric.form, Form::Additive(_));
            let is_wanted = definition.limit.is_empty() || desk.objective.include_limited;
            if is_sum && is_wanted && counts(&definition.name) { worth(desk, definition) } else { Amount::zero() }
        };
        here.metrics.iter().zip(&book.metrics).map(of_metric).collect()
    };
    desk.accounts.iter().zip(&book.accounts).map(of_account).collect()
}
