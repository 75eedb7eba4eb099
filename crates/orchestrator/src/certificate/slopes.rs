//! The slopes of a certificate: where between the worth of one more unit long and that of one less unit short.
//!
//! A position at price list `λ` is worth `up·max(P,0) + down·max(-P,0)`, `up` and `down` the rates of all metrics of the
//! account weighted by objective and prices. The search says by which share the line above it follows the short side:
//! `slope = (1 - share)·up - share·down`. Any slope is as good as any other to the verifier; this one is a tight one.

use constraint_manager::{AssignmentProblem, NetPosition, Origin, Part, Relation, Row, Why};
use domain::certificate;
use domain::{Amount, MetricName, SecurityType};
use metric_engine::{Book, Form, Leg, MetricValue};
use solver::proof::PriceList;

use super::named::{PRICE_DIGITS, with_digits};

/// The slopes of the positions that a list of prices has shares for; positions as indices of the problem.
pub(super) fn of(
    book: &Book,
    problem: &AssignmentProblem,
    opening: &[Vec<MetricValue>],
    list: &PriceList,
    has_objective: bool,
) -> Vec<(usize, Amount)> {
    if list.shares.is_empty() {
        return Vec::new();
    }
    let weights = weights(book, problem, opening, list, has_objective);
    let slope = |(index, share): &(usize, Amount)| {
        let position = &problem.positions[*index];
        let security = security(book, position);
        let (mut up, mut down) = (Amount::zero(), Amount::zero());
        for (metric, weight) in book.accounts[position.account].metrics.iter().zip(&weights[position.account]) {
            if let (Form::Additive(additive), false) = (&metric.form, weight.is_zero()) {
                let rates = additive.rates_of(security);
                up += &(weight * &Amount::from(rates.long));
                down += &(weight * &Amount::from(rates.short));
            }
        }
        let slope = &(&(&Amount::from(1) - share) * &up) - &(share * &down);
        (*index, with_digits(&slope, PRICE_DIGITS))
    };
    list.shares.iter().map(slope).collect()
}

/// A position by the names of the desk.
pub(super) fn name(book: &Book, position: &NetPosition) -> certificate::Position {
    certificate::Position {
        account: book.accounts[position.account].id.clone(),
        security: position.security.clone(),
        is_cash: SecurityType::of(&book.securities[security(book, position)].security_type).settles,
    }
}

/// What a unit of each metric is worth, by account: in the objective, and in the rows that have a price.
fn weights(
    book: &Book,
    problem: &AssignmentProblem,
    opening: &[Vec<MetricValue>],
    list: &PriceList,
    has_objective: bool,
) -> Vec<Vec<Amount>> {
    let mut weights: Vec<Vec<Amount>> =
        book.accounts.iter().map(|account| vec![Amount::zero(); account.metrics.len()]).collect();
    for term in problem.objective.iter().filter(|_| has_objective).flat_map(|objective| &objective.terms) {
        let metrics = &book.accounts[term.account_index].metrics;
        let counted = metrics.iter().position(|metric| Some(&metric.name) == term.metric.as_ref());
        if let Some(metric) = counted {
            weights[term.account_index][metric] += &term.worth;
        }
    }
    for (row, price) in &list.rows {
        for (account, metric, weight) in priced(book, opening, &problem.rows[*row], price) {
            weights[account][metric] += &weight;
        }
    }
    weights
}

/// What a price on a row adds to the weights of metrics: `price · room`, metric by metric.
fn priced(book: &Book, opening: &[Vec<MetricValue>], row: &Row, price: &Amount) -> Vec<(usize, usize, Amount)> {
    let origin = match &row.origin {
        Origin::Limit(origin) => origin,
        Origin::Floor { metric, .. } => return priced_floor(book, row, metric.as_ref(), price),
        Origin::Changes { .. } => return Vec::new(),
    };
    let account = row.parts[0].account;
    let metrics = &book.accounts[account].metrics;
    let index = metrics.iter().position(|metric| metric.name == origin.metric);
    let index = index.expect("a row comes from a metric of its account");
    let price = if row.relation == Relation::AtMost { -price } else { price.clone() };
    match (&metrics[index].form, &opening[account][index], origin.why) {
        (Form::Additive(_), ..) => vec![(account, index, price)],
        (Form::Quotient { to, .. }, _, Why::Defined) => vec![(account, *to, price)],
        (Form::Quotient { of, to }, MetricValue::Ratio { numerator, denominator }, Why::NotWorse) => {
            if denominator.is_positive() {
                vec![(account, *of, &price * denominator), (account, *to, -(&price * numerator))]
            } else {
                vec![(account, *to, price)]
            }
        }
        (Form::Quotient { of, to }, ..) => {
            let limit = Amount::from(origin.limit);
            vec![(account, *to, -(&price * &limit)), (account, *of, price)]
        }
    }
}

/// `price · OP·W` of the level's metric at every account at which it counts.
fn priced_floor(book: &Book, row: &Row, metric: Option<&MetricName>, price: &Amount) -> Vec<(usize, usize, Amount)> {
    let weight = |part: &Part| {
        let mut metrics = book.accounts[part.account].metrics.iter().enumerate();
        let (index, counted) = metrics.find(|(_, counted)| Some(&counted.name) == metric)?;
        Some((part.account, index, price * &counted.worth))
    };
    row.parts.iter().filter_map(weight).collect()
}

/// The security of a position. Cash and a security may go by one name; what a trade moves tells the two apart.
fn security(book: &Book, position: &NetPosition) -> usize {
    let (trade, value) = &position.bookings[0];
    let named = |leg: &&Leg| leg.value_base == *value && book.securities[leg.security].id == position.security;
    book.trades[*trade].legs.iter().find(named).expect("a booking of a position is a leg of its trade").security
}
