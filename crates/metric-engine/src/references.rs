//! The accounts and metrics that the day's rows name, against those of the configuration. Nothing is computed
//! here, so that it can be said of the rows that load even when others do not.

use domain::problem::nearest;
use domain::{AccountId, CurrentMetric, Day, Desk, MetricDefinition, Place, Problem};

use crate::codes::{COEFFICIENT_OF_RATIO, CURRENT_RATIO, UNKNOWN_ACCOUNT, UNKNOWN_METRIC};
use crate::kinds::{self, kinds_of};

/// Every account and metric that a row names and the configuration does not have, and every value stated for a
/// metric that takes none; in the order of the files.
pub fn check(desk: &Desk, day: &Day) -> Vec<Problem> {
    let mut problems = Vec::new();
    let pins = day.trades.iter().filter_map(|trade| Some((trade.pin.as_ref()?, &trade.place)));
    let holders = day.positions.iter().map(|position| (&position.account, &position.place));
    for (account, place) in pins.chain(holders).filter(|(account, _)| account_index(desk, account).is_none()) {
        problems.push(unknown_account(desk, account, place));
    }
    for current in &day.current_metrics {
        problems.extend(check_current(desk, current));
    }
    for row in &day.coefficients {
        let accounts: Vec<usize> = match &row.account {
            None => (0..desk.accounts.len()).collect(),
            Some(id) => match account_index(desk, id) {
                Some(index) => vec![index],
                None => {
                    problems.push(unknown_account(desk, id, &row.place));
                    continue;
                }
            },
        };
        let of_name = |index: &usize| desk.accounts[*index].metrics.iter().find(|metric| metric.name == row.metric);
        let found: Vec<&MetricDefinition> = accounts.iter().filter_map(of_name).collect();
        if found.is_empty() {
            let place = row.place.with_field("metric");
            problems.push(unknown_metric(desk, &accounts, row.metric.as_str(), place));
        } else if found.iter().all(|metric| is_ratio(metric)) {
            let message = format!("metric {} is a ratio and has no coefficients", row.metric);
            let hint = "give the coefficient to the metrics that the ratio is made of";
            problems.push(Problem::error(COEFFICIENT_OF_RATIO, row.place.with_field("metric"), message, hint));
        }
    }
    problems
}

/// The index of an account of the desk.
pub(crate) fn account_index(desk: &Desk, id: &AccountId) -> Option<usize> {
    desk.accounts.iter().position(|account| account.id == *id)
}

fn check_current(desk: &Desk, current: &CurrentMetric) -> Option<Problem> {
    let Some(index) = account_index(desk, &current.account) else {
        return Some(unknown_account(desk, &current.account, &current.place));
    };
    let Some(metric) = desk.accounts[index].metrics.iter().find(|metric| metric.name == current.metric) else {
        return Some(unknown_metric(desk, &[index], current.metric.as_str(), current.place.with_field("metric")));
    };
    is_ratio(metric).then(|| {
        let message = format!("metric {} is a ratio: its value follows from its two parts", current.metric);
        let hint = "give the current values of the metrics that the ratio is made of";
        Problem::error(CURRENT_RATIO, current.place.with_field("metric"), message, hint)
    })
}

fn is_ratio(definition: &MetricDefinition) -> bool {
    kinds_of(definition).iter().any(|kind| kind.key == kinds::ratio::KIND.key)
}

fn unknown_metric(desk: &Desk, accounts: &[usize], name: &str, place: Place) -> Problem {
    let known = || accounts.iter().flat_map(|index| &desk.accounts[*index].metrics).map(|metric| metric.name.as_str());
    let hint = match nearest(name, known()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "add the metric to the account, or remove the row".to_owned(),
    };
    Problem::error(UNKNOWN_METRIC, place, format!("no account here has a metric \"{name}\""), hint)
}

fn unknown_account(desk: &Desk, id: &AccountId, place: &Place) -> Problem {
    let known: Vec<&str> = desk.accounts.iter().map(|account| account.id.as_str()).collect();
    let has = format!("the configuration has {}; add \"{id}\" under accounts if it is new", known.join(", "));
    let hint = match nearest(id.as_str(), known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"? {has}"),
        None => has,
    };
    Problem::error(UNKNOWN_ACCOUNT, place.with_field("account"), format!("unknown account \"{id}\""), hint)
}
