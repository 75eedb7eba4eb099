//! A desk and a day made into a [`Book`], with every problem of the two together in one pass.

use domain::problem::nearest;
use domain::{Amount, CurrentMetric, Day, Desk, MetricDefinition, Problem, SecurityType};

use crate::codes::{COEFFICIENT_OF_RATIO, CURRENT_RATIO, KIND, UNKNOWN_METRIC};
use crate::coefficients::{Coefficients, Rows};
use crate::holdings::{Holdings, account_index, currency, rate, unknown_account};
use crate::kinds::{self, Kind, Surroundings, kinds_of};
use crate::{AccountBook, Book, Form, Leg, Metric, TradeLine};

/// Makes the book.
///
/// # Errors
/// Everything that files and configuration contradict each other in: accounts, metrics, currencies or
/// coefficients that are missing, metrics of no kind, cash that could settle in two ways.
pub fn compile(desk: &Desk, day: &Day) -> Result<Book, Vec<Problem>> {
    let mut problems = Vec::new();
    let holdings = Holdings::collect(desk, day, &mut problems);
    let trades = trade_lines(desk, day, &holdings, &mut problems);
    check_references(desk, day, &mut problems);
    let mut book = Book { accounts: bare_accounts(desk, &holdings), securities: holdings.securities.clone(), trades };
    check_pins(desk, &book, &mut problems);
    let rows = Rows::new(&day.coefficients);
    for (index, account) in desk.accounts.iter().enumerate() {
        let present = present(&book, &holdings, index);
        let coefficients = Coefficients {
            account: &account.id,
            rows: &rows,
            securities: &holdings.securities,
            row_ids: &holdings.row_ids[index],
            present: &present,
        };
        let around = Surroundings { siblings: &account.metrics, coefficients: &coefficients };
        for definition in &account.metrics {
            match compile_metric(desk, definition, &around) {
                Ok(metric) => book.accounts[index].metrics.push(metric),
                Err(found) => problems.extend(found),
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    open(day, &mut book);
    Ok(book)
}

fn bare_accounts(desk: &Desk, holdings: &Holdings) -> Vec<AccountBook> {
    let with_opening = desk.accounts.iter().zip(&holdings.opening);
    with_opening
        .map(|(account, opening)| AccountBook {
            place: account.place.clone(),
            id: account.id.clone(),
            opening: opening.clone(),
            metrics: Vec::new(),
            accepts: holdings
                .securities
                .iter()
                .map(|security| account.accepts.takes(&security.security_type))
                .collect(),
        })
        .collect()
}

fn trade_lines(desk: &Desk, day: &Day, holdings: &Holdings, problems: &mut Vec<Problem>) -> Vec<TradeLine> {
    let mut lines = Vec::with_capacity(day.trades.len());
    for trade in &day.trades {
        let Some(fx) = rate(desk, trade.currency.as_ref(), &trade.place, problems) else { continue };
        let mut valuation = desk.valuation;
        let kind = SecurityType::of(&trade.security_type);
        valuation.price_quote = kind.price_quote.unwrap_or(valuation.price_quote);
        let value = valuation.value_base(trade.signed_quantity(), trade.price, trade.accrued, fx);
        let security = holdings.security(&trade.security);
        let mut legs = vec![Leg { security, value_base: value.clone() }];
        if desk.settle_trades {
            let cash = holdings.cash(&currency(desk, trade.currency.as_ref()));
            legs.push(Leg { security: cash, value_base: -&value });
        }
        lines.push(TradeLine {
            place: trade.place.clone(),
            id: trade.id.clone(),
            legs,
            security,
            value_base: value,
            pin: trade.pin.clone(),
        });
    }
    lines.sort_by(|a, b| a.id.cmp(&b.id));
    lines
}

/// Which securities can be at an account: those that it holds and those that may be booked there, with
/// the cash that they settle in.
fn present(book: &Book, holdings: &Holdings, account: usize) -> Vec<bool> {
    let mut present = holdings.held[account].clone();
    for (index, trade) in book.trades.iter().enumerate() {
        if book.allows(index, account) {
            trade.legs.iter().for_each(|leg| present[leg.security] = true);
        }
    }
    present
}

fn compile_metric(
    desk: &Desk,
    definition: &MetricDefinition,
    around: &Surroundings<'_>,
) -> Result<Metric, Vec<Problem>> {
    let kind = kind_of(definition).map_err(|problem| vec![problem])?;
    let form = (kind.compile)(definition, around)?;
    let weight = desk.objective.weights.get(&definition.name).copied().map_or(Amount::from(1), Amount::from);
    Ok(Metric {
        place: definition.place.clone(),
        name: definition.name.clone(),
        form,
        limit: definition.limit.clone(),
        worth: &Amount::from(definition.priority) * &weight,
    })
}

/// The kind of a metric. One without any kind's key takes all its coefficients from the file.
fn kind_of(definition: &MetricDefinition) -> Result<&'static Kind, Problem> {
    match kinds_of(definition).as_slice() {
        [] => Ok(&kinds::TABLE[0]),
        [kind] => Ok(kind),
        several => {
            let keys: Vec<&str> = several.iter().map(|kind| kind.key).collect();
            let message = format!("metric {} has {}", definition.name, keys.join(" and "));
            Err(Problem::error(
                KIND,
                definition.place.clone(),
                message,
                "keep one of them: each makes another kind of metric",
            ))
        }
    }
}

fn check_references(desk: &Desk, day: &Day, problems: &mut Vec<Problem>) {
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

fn unknown_metric(desk: &Desk, accounts: &[usize], name: &str, place: domain::Place) -> Problem {
    let known = || accounts.iter().flat_map(|index| &desk.accounts[*index].metrics).map(|metric| metric.name.as_str());
    let hint = match nearest(name, known()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "add the metric to the account, or remove the row".to_owned(),
    };
    Problem::error(UNKNOWN_METRIC, place, format!("no account here has a metric \"{name}\""), hint)
}

fn check_pins(desk: &Desk, book: &Book, problems: &mut Vec<Problem>) {
    for trade in &book.trades {
        if let Some(pin) = trade.pin.as_ref().filter(|pin| account_index(desk, pin).is_none()) {
            problems.push(unknown_account(desk, pin, &trade.place));
        }
    }
}

/// Sets the opening value of every additive metric: the given one, or else what the positions add up to.
fn open(day: &Day, book: &mut Book) {
    for account in &mut book.accounts {
        for metric in &mut account.metrics {
            let Form::Additive(additive) = &mut metric.form else { continue };
            let given = day.current_metrics.iter().find(|row| row.account == account.id && row.metric == metric.name);
            additive.opening = match given {
                Some(row) => Amount::from(row.value),
                None => additive.value_of(&account.opening),
            };
        }
    }
}
