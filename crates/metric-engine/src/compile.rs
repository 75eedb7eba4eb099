//! A desk and a day made into a [`Book`], with every problem of the two together in one pass.

use domain::{Amount, Day, Desk, MetricDefinition, Problem, SecurityType};

use crate::codes::KIND;
use crate::coefficients::{Coefficients, Rows};
use crate::holdings::{Holdings, currency, rate};
use crate::kinds::{self, Kind, Surroundings, kinds_of};
use crate::missing::Missing;
use crate::references;
use crate::{AccountBook, Additive, Book, Form, Leg, Metric, TradeLine};

/// A book as far as it can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Every account, metric and trade, with limits, priorities and pins. Its values mean something only where there are
    /// no problems.
    pub book: Book,
    /// Everything that files and configuration contradict each other in: accounts, metrics, currencies or coefficients
    /// that are missing, metrics of no kind, cash that could settle in two ways.
    pub problems: Vec<Problem>,
}

/// Makes the book.
///
/// # Errors
/// The problems of the [`Draft`].
pub fn compile(desk: &Desk, day: &Day) -> Result<Book, Vec<Problem>> {
    draft(desk, day).finish(day)
}

impl Draft {
    /// The book, where there are no problems.
    ///
    /// # Errors
    /// The problems.
    pub fn finish(self, day: &Day) -> Result<Book, Vec<Problem>> {
        let Self { mut book, problems } = self;
        if !problems.is_empty() {
            return Err(problems);
        }
        open(day, &mut book);
        Ok(book)
    }
}

/// Makes as much of the book as can be made, so that more can be found wrong with it in the same pass.
pub fn draft(desk: &Desk, day: &Day) -> Draft {
    let mut problems = references::check(desk, day);
    let holdings = Holdings::collect(desk, day, &mut problems);
    let trades = trade_lines(desk, day, &holdings, &mut problems);
    let mut book = Book { accounts: bare_accounts(desk, &holdings), securities: holdings.securities.clone(), trades };
    let rows = Rows::new(&day.coefficients);
    let mut missing = Missing::default();
    for (index, account) in desk.accounts.iter().enumerate() {
        let present = present(&book, &holdings, index);
        let coefficients = Coefficients {
            account: &account.id,
            rows: &rows,
            securities: &holdings.securities,
            row_ids: &holdings.row_ids,
            present: &present,
        };
        let around = Surroundings { siblings: &account.metrics, coefficients: &coefficients };
        for definition in &account.metrics {
            let metric = compile_metric(desk, definition, &around, &mut problems);
            missing.look(account, definition, &metric, &present);
            book.accounts[index].metrics.push(metric);
        }
    }
    problems.extend(missing.problems(desk, &holdings));
    Draft { book, problems }
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
        let fx = rate(desk, trade.currency.as_ref(), &trade.place, problems).unwrap_or_default();
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
            // One that names no account of the desk was reported with the other references.
            pin: trade.pin.clone().filter(|pin| references::account_index(desk, pin).is_some()),
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
    problems: &mut Vec<Problem>,
) -> Metric {
    let form = kind_of(definition)
        .map_err(|problem| vec![problem])
        .and_then(|kind| (kind.compile)(definition, around))
        .unwrap_or_else(|found| {
            problems.extend(found);
            Form::Additive(Additive { opening: Amount::zero(), rates: Vec::new() })
        });
    let weight = desk.objective.weights.get(&definition.name).copied().map_or(Amount::from(1), Amount::from);
    Metric {
        place: definition.place.clone(),
        name: definition.name.clone(),
        form,
        limit: definition.limit.clone(),
        worth: &Amount::from(definition.priority) * &weight,
    }
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
