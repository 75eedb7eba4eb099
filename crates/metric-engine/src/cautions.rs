//! What is allowed and seldom meant.

use std::collections::{BTreeMap, BTreeSet};

use domain::names::Names;
use domain::problem::nearest;
use domain::{
    Account, AccountId, CoefficientRow, Currency, Day, Decimal, Desk, MetricDefinition, MetricName, PlannedBooking,
    Problem, SecurityId, SecurityType, SecurityTypeName, Setting, SideRates, TradeId,
};

use crate::codes::{GONE_ACCOUNT, LINEAR_ROW, NO_POSITIONS, OTHER_PLAN, UNMATCHED_ROW};
use crate::coefficients::rates;
use crate::kinds::ratio;
use crate::prices;

/// Everything that desk and day allow and that somebody should look at.
pub fn cautions(desk: &Desk, day: &Day) -> Vec<Problem> {
    let of_coefficients = linear_rows(desk, day).into_iter().chain(unmatched_rows(desk, day));
    let of_positions = prices::cautions(desk, day).into_iter().chain(no_positions(desk, day));
    of_coefficients.chain(of_positions).chain(of_last_plan(desk, day)).collect()
}

/// Accounts that have no position where others have, and a metric that needs one: a ratio, which is undefined then, or a
/// lower limit above 0.
fn no_positions(desk: &Desk, day: &Day) -> Vec<Problem> {
    let holders: BTreeSet<&AccountId> = day.positions.iter().map(|position| &position.account).collect();
    let given: BTreeSet<(&AccountId, &str)> =
        day.current_metrics.iter().map(|row| (&row.account, row.metric.as_str())).collect();
    let suffers = |account: &Account, metric: &MetricDefinition| {
        let of_ratio = metric.settings.iter().find(|(key, _)| key == ratio::KIND.key).map(|(_, setting)| setting);
        let (sum, what) = match of_ratio {
            Some(ratio) => (ratio.get("to").and_then(Setting::text)?, "is undefined"),
            None => {
                metric.limit.min.filter(|min| *min > Decimal::ZERO)?;
                (metric.name.as_str(), "is below its min")
            }
        };
        (!given.contains(&(&account.id, sum))).then(|| format!("{} {what}", metric.name))
    };
    let caution = |account: &Account| {
        let suffering = account.metrics.iter().filter_map(|metric| suffers(account, metric)).collect::<Vec<_>>();
        if suffering.is_empty() {
            return None;
        }
        let message = format!("{} has no positions: at the opening {}", account.id, suffering.join(", "));
        let hint = "add its positions, its cash above all, unless the account is new and empty";
        Some(Problem::warning(NO_POSITIONS, account.place.clone(), message, hint))
    };
    let without = desk.accounts.iter().filter(|account| !holders.is_empty() && !holders.contains(&account.id));
    without.filter_map(caution).collect()
}

/// How many rows of coefficients are for securities that are held or traded.
pub fn coefficients_used(desk: &Desk, day: &Day) -> usize {
    let of_the_day = of_the_day(desk, day);
    day.coefficients.iter().filter(|row| of_the_day.contains(row.security.as_str())).count()
}

/// What coefficient rows can be about: every security that is held or traded, and the cash that trades settle in by its
/// currency where no position gives it a name.
fn of_the_day<'a>(desk: &'a Desk, day: &'a Day) -> BTreeSet<&'a str> {
    let held = day.positions.iter().map(|position| position.security.as_str());
    let traded = day.trades.iter().map(|trade| trade.security.as_str());
    let mut names: BTreeSet<&str> = held.chain(traded).collect();
    if desk.settle_trades {
        let currency = |written: &'a Option<Currency>| written.as_ref().unwrap_or(&desk.fx.base);
        let cash = day.positions.iter().filter(|position| SecurityType::of(&position.security_type).settles);
        let named: BTreeSet<&Currency> = cash.map(|position| currency(&position.currency)).collect();
        let settled = day.trades.iter().map(|trade| currency(&trade.currency));
        names.extend(settled.filter(|currency| !named.contains(currency)).map(Currency::as_str));
    }
    names
}

/// Rows for a security that is neither held nor traded, where one with nearly the same name is and has no row for the
/// metric: a misspelt row would leave it to the type or the default, which may switch a limit off. A table may well have
/// rows for many securities that no account has today.
fn unmatched_rows(desk: &Desk, day: &Day) -> Vec<Problem> {
    let of_the_day = of_the_day(desk, day);
    let mut unmatched = day.coefficients.iter().filter(|row| !of_the_day.contains(row.security.as_str())).peekable();
    if unmatched.peek().is_none() {
        return Vec::new();
    }
    let names = Names::new(of_the_day.iter().copied());
    let stated: BTreeSet<(Option<&AccountId>, &MetricName, &str)> =
        day.coefficients.iter().map(|row| (row.account.as_ref(), &row.metric, row.security.as_str())).collect();
    let is_without = |row: &CoefficientRow, security: &str| {
        let has = |account| stated.contains(&(account, &row.metric, security));
        let here = desk.accounts.iter().filter(|account| row.account.as_ref().is_none_or(|id| *id == account.id));
        let mut here = here.filter(|account| account.metrics.iter().any(|metric| metric.name == row.metric));
        here.any(|account| !has(None) && !has(Some(&account.id)))
    };
    let caution = |row: &CoefficientRow| {
        let near = names.close_to(row.security.as_str()).find(|name| is_without(row, name))?;
        let message = format!(
            "\"{}\" is neither held nor traded; \"{near}\" is, and has no row for {} of its own",
            row.security, row.metric
        );
        let hint = format!("write \"{near}\" if it is the same security; otherwise give it a row of its own");
        Some(Problem::warning(UNMATCHED_ROW, row.place.with_field("security"), message, hint))
    };
    unmatched.filter_map(caution).collect()
}

/// Accounts that the last plan books trades of the day at and the configuration does not have, each once, and a plan
/// that is about other trades altogether.
fn of_last_plan(desk: &Desk, day: &Day) -> Vec<Problem> {
    let trades: BTreeSet<&TradeId> = day.trades.iter().map(|trade| &trade.id).collect();
    let of_the_day: Vec<&PlannedBooking> = day.last_plan.iter().filter(|row| trades.contains(&row.trade)).collect();
    if let (Some(first), true, false) = (day.last_plan.first(), of_the_day.is_empty(), trades.is_empty()) {
        let message = "no trade of the last plan is among the day's, so that there is nothing to stay close to";
        let hint = "is this the right file, and does its trade_id hold the same identifiers?";
        return vec![Problem::warning(OTHER_PLAN, first.place.with_field("trade_id"), message, hint)];
    }
    let known: Vec<&str> = desk.accounts.iter().map(|account| account.id.as_str()).collect();
    let mut gone: BTreeMap<&AccountId, Vec<&PlannedBooking>> = BTreeMap::new();
    for row in of_the_day.into_iter().filter(|row| !known.contains(&row.account.as_str())) {
        gone.entry(&row.account).or_default().push(row);
    }
    let caution = |(account, rows): (&AccountId, Vec<&PlannedBooking>)| {
        let trades = if rows.len() == 1 {
            "1 trade of the day that was there counts".to_owned()
        } else {
            format!("{} trades of the day that were there count", rows.len())
        };
        let message =
            format!("the last plan has trades at \"{account}\", which is not configured; {trades} as changed");
        let hint = match nearest(account.as_str(), known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"? the configuration has {}", known.join(", ")),
            None => format!("the configuration has {}", known.join(", ")),
        };
        Problem::warning(GONE_ACCOUNT, rows[0].place.with_field("account"), message, hint)
    };
    gone.into_iter().map(caution).collect()
}

/// Rows with one coefficient for a security whose type has one for each side: a short position then counts below
/// zero and takes away from the others, where a margin or an exposure should add up.
fn linear_rows(desk: &Desk, day: &Day) -> Vec<Problem> {
    let traded = day.trades.iter().map(|trade| (&trade.security, &trade.security_type));
    let held = day.positions.iter().map(|position| (&position.security, &position.security_type));
    let types: BTreeMap<&SecurityId, &SecurityTypeName> = traded.chain(held).collect();
    let caution = |row: &CoefficientRow| {
        let label = types.get(&row.security)?;
        let plain = row.rates.is_linear() && !row.rates.long.is_zero();
        let here = desk.accounts.iter().filter(|account| row.account.as_ref().is_none_or(|id| *id == account.id));
        let mut metrics = here.flat_map(|account| &account.metrics).filter(|metric| metric.name == row.metric);
        let sided = metrics.any(|metric| of_type(metric, label).is_some_and(|rates| !rates.is_linear()));
        (plain && sided).then(|| linear_row(row, label))
    };
    day.coefficients.iter().filter_map(caution).collect()
}

fn of_type(metric: &MetricDefinition, label: &SecurityTypeName) -> Option<SideRates> {
    let coefficients = metric.settings.iter().find(|(key, _)| key == "coefficients").map(|(_, setting)| setting)?;
    coefficients.get(label.as_str()).and_then(|setting: &Setting| rates(setting))
}

fn linear_row(row: &CoefficientRow, label: &SecurityTypeName) -> Problem {
    let (metric, security, rate) = (&row.metric, &row.security, row.rates.long);
    Problem::warning(
        LINEAR_ROW,
        row.place.with_field("coefficient"),
        format!("{metric} of {security} counts a short position as {}, though {label} has a rate for each side", -rate),
        "write the row with long and short if a short position should add up",
    )
}
