//! A book made into a problem.

use domain::Problem;
use metric_engine::{Book, Form, Metric};

use crate::codes::LIMITED_PRIORITY;
use crate::contradictions;
use crate::limits::LimitedMetric;
use crate::positions::Positions;
use crate::{AssignmentProblem, Expression, Note, Objective, ObjectiveTerm, TradeChoice};

/// Makes the problem. `include_limited` says whether a metric with a limit also counts in the objective.
///
/// # Errors
/// Every contradiction that shows without solving, by name.
pub fn build(book: &Book, include_limited: bool) -> Result<AssignmentProblem, Vec<Problem>> {
    let allowed: Vec<Vec<usize>> = (0..book.trades.len())
        .map(|trade| (0..book.accounts.len()).filter(|account| book.allows(trade, *account)).collect())
        .collect();
    let contradictions = contradictions::find(book, &allowed);
    if !contradictions.is_empty() {
        return Err(contradictions);
    }
    let opening = book.opening_values();
    let mut problem = AssignmentProblem {
        accounts: book.accounts.iter().map(|account| account.id.clone()).collect(),
        trades: Vec::new(),
        positions: Vec::new(),
        rows: Vec::new(),
        objective: None,
        notes: Vec::new(),
    };
    let mut terms = Vec::new();
    for (account, here) in book.accounts.iter().enumerate() {
        let mut positions = Positions::of(book, account, &allowed);
        let expressions: Vec<Option<Expression>> = here
            .metrics
            .iter()
            .map(|metric| match &metric.form {
                Form::Additive(additive) => Some(positions.expression(additive, &mut problem.positions)),
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
                    metric: metric.name.clone(),
                    worth: metric.worth.clone(),
                    expression: expression.clone(),
                })),
                Counts::NotWithItsLimit => problem.notes.push(left_out(&here.id, metric)),
                Counts::No => {}
            }
        }
    }
    problem.objective = (!terms.is_empty()).then_some(Objective { terms });
    let choice =
        |(trade, accounts): (&metric_engine::TradeLine, Vec<usize>)| TradeChoice { id: trade.id.clone(), accounts };
    problem.trades = book.trades.iter().zip(allowed).map(choice).collect();
    Ok(problem)
}

/// Whether a metric counts in the objective.
enum Counts {
    Yes,
    NotWithItsLimit,
    No,
}

fn counts(metric: &Metric, include_limited: bool) -> Counts {
    if metric.worth.is_zero() {
        Counts::No
    } else if metric.limit.is_empty() || include_limited {
        Counts::Yes
    } else {
        Counts::NotWithItsLimit
    }
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
