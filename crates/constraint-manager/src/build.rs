//! A book made into a problem.

use std::sync::Arc;

use domain::{ObjectiveSettings, PlannedBooking, Problem};
use metric_engine::{Book, Form, Metric};

use crate::codes::LIMITED_PRIORITY;
use crate::counts::{Counts, counts};
use crate::limits::LimitedMetric;
use crate::positions::Positions;
use crate::{AssignmentProblem, Expression, Note, Objective, ObjectiveTerm, TradeChoice};
use crate::{contradictions, keep, order};

/// What the desk wants besides keeping its limits.
#[derive(Debug, Clone, Copy)]
pub struct Wishes<'a> {
    /// What counts, in which order, and what a change from the last plan costs.
    pub objective: &'a ObjectiveSettings,
    /// The last plan; counts only where the objective says what to keep of it.
    pub last_plan: &'a [PlannedBooking],
}

/// The problem of a desk without an order of metrics and without a last plan. `include_limited` says whether a metric
/// with a limit also counts in the objective.
///
/// # Errors
/// As [`build_with`].
pub fn build(book: &Book, include_limited: bool) -> Result<AssignmentProblem, Vec<Problem>> {
    let objective = ObjectiveSettings { include_limited, ..ObjectiveSettings::default() };
    build_with(book, Wishes { objective: &objective, last_plan: &[] })
}

/// Makes the problem.
///
/// # Errors
/// Every contradiction that shows without solving, by name.
pub fn build_with(book: &Book, wishes: Wishes<'_>) -> Result<AssignmentProblem, Vec<Problem>> {
    let allowed = contradictions::allowed(book);
    let contradictions = contradictions::find(book, &allowed, wishes.objective);
    if !contradictions.is_empty() {
        return Err(contradictions);
    }
    let mut problem = AssignmentProblem {
        accounts: book.accounts.iter().map(|account| account.id.clone()).collect(),
        trades: Vec::new(),
        positions: Vec::new(),
        rows: Vec::new(),
        objective: None,
        levels: Vec::new(),
        kept: None,
        notes: Vec::new(),
    };
    let mut terms = rows_and_terms(book, &allowed, wishes.objective.include_limited, &mut problem);
    let choice =
        |(trade, accounts): (&metric_engine::TradeLine, Vec<usize>)| TradeChoice { id: trade.id.clone(), accounts };
    problem.trades = book.trades.iter().zip(allowed).map(choice).collect();
    if let Some(keep) = &wishes.objective.keep {
        terms.extend(keep::apply(book, keep, wishes.last_plan, &mut problem));
    }
    order::apply(&wishes.objective.order, &mut terms, &mut problem);
    problem.objective = (!terms.is_empty()).then_some(Objective { terms });
    Ok(problem)
}

/// Adds the rows of every limit, and returns the terms of every metric that counts.
fn rows_and_terms(
    book: &Book,
    allowed: &[Vec<usize>],
    include_limited: bool,
    problem: &mut AssignmentProblem,
) -> Vec<ObjectiveTerm> {
    let opening = book.opening_values();
    let mut terms = Vec::new();
    for (account, here) in book.accounts.iter().enumerate() {
        let mut positions = Positions::of(book, account, allowed);
        let expressions: Vec<Option<Arc<Expression>>> = here
            .metrics
            .iter()
            .map(|metric| match &metric.form {
                Form::Additive(additive) => Some(Arc::new(positions.expression(additive, &mut problem.positions))),
                Form::Quotient { .. } => None,
            })
            .collect();
        for (index, metric) in here.metrics.iter().enumerate() {
            let limited = LimitedMetric {
                account,
                account_id: &here.id,
                metric,
                index,
                opening: &opening[account][index],
                expressions: &expressions,
                positions: &problem.positions,
            };
            problem.rows.extend(limited.rows());
            match counts(metric, include_limited) {
                Counts::Yes => terms.extend(expressions[index].as_ref().map(|expression| ObjectiveTerm {
                    account: here.id.clone(),
                    account_index: account,
                    metric: Some(metric.name.clone()),
                    worth: metric.worth.clone(),
                    expression: Arc::clone(expression),
                    level: 0,
                })),
                Counts::NotWithItsLimit => problem.notes.push(left_out(&here.id, metric)),
                Counts::No => {}
            }
        }
    }
    terms
}

fn left_out(account: &domain::AccountId, metric: &Metric) -> Note {
    Note {
        code: LIMITED_PRIORITY,
        message: format!(
            "account {account}, metric {}: the priority is left out of the objective because the metric has a limit; \
             `objective: {{ include_limited: true }}` counts it",
            metric.name
        ),
    }
}
