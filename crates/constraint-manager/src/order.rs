//! Strict priorities: the metrics of `objective.order` come first, one after the other, and whatever else counts
//! comes last, together.
//!
//! ```text
//! level k:  maximise Lₖ = Σ OP·W·M (- c·changes in the last level)  over the terms of level k
//!           so that every limit holds, and Lⱼ >= bestⱼ - give_upⱼ for every level j before it
//! ```
//!
//! A level is a problem of its own ([`AssignmentProblem::level`]): what the levels before it reached stands in it as rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Amount, GiveUp, MetricName, ObjectiveSettings, OrderedMetric, Problem};
use metric_engine::{Book, Form, Metric};

use crate::codes::{GIVEN_UP_FOR_NOTHING, ORDER_OF_LIMITED, ORDER_OF_RATIO, ORDER_WITHOUT_PRIORITY};
use crate::counts::{Counts, counts};
use crate::{AssignmentProblem, Expression, Note, Objective, ObjectiveTerm, Origin, Part, Relation, Row};

/// A level of the objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The metric that it is about, at every account; nothing for the last level, which has all that is not in the order.
    pub metric: Option<MetricName>,
    /// How far below its best value it may end for the sake of the levels after it.
    pub give_up: GiveUp,
}

impl AssignmentProblem {
    /// The problem of one level, from 0: its terms as the objective, and the floors of the levels before it as rows.
    /// Expressions are shared with this problem, so that it takes little memory.
    #[must_use]
    pub fn level(&self, level: usize, floors: &[Amount]) -> Self {
        let terms = self.terms_of(level).cloned().collect();
        let floors = floors.iter().enumerate().take(level).map(|(level, floor)| self.floor(level, floor.clone()));
        Self {
            rows: self.rows.iter().cloned().chain(floors).collect(),
            objective: Some(Objective { terms }),
            levels: Vec::new(),
            ..self.clone()
        }
    }

    /// What a placement is worth in a level.
    pub fn level_value(&self, level: usize, placement: &[usize]) -> Amount {
        let shorts = self.shorts(placement);
        let value = |term: &ObjectiveTerm| {
            let here = |trade: usize| placement[trade] == term.account_index;
            &term.worth * &term.expression.value(here, |position| shorts[position].clone())
        };
        self.terms_of(level).map(value).sum()
    }

    fn terms_of(&self, level: usize) -> impl Iterator<Item = &ObjectiveTerm> {
        self.objective.iter().flat_map(|objective| &objective.terms).filter(move |term| term.level == level)
    }

    /// `Lₖ >= bound`.
    fn floor(&self, level: usize, bound: Amount) -> Row {
        let mut by_account: BTreeMap<usize, Expression> = BTreeMap::new();
        for term in self.terms_of(level) {
            let sum = by_account.entry(term.account_index).or_default();
            *sum = sum.plus(&term.worth, &term.expression);
        }
        let part = |(account, expression)| Part { account, expression: Arc::new(expression) };
        Row {
            origin: Origin::Floor { level, metric: self.levels[level].metric.clone() },
            parts: by_account.into_iter().map(part).collect(),
            relation: Relation::AtLeast,
            bound,
        }
    }
}

/// Every metric of the order that counts nowhere.
pub(crate) fn contradictions(book: &Book, objective: &ObjectiveSettings) -> Vec<Problem> {
    objective.order.iter().filter_map(|ordered| contradiction(book, objective.include_limited, ordered)).collect()
}

fn contradiction(book: &Book, include_limited: bool, ordered: &OrderedMetric) -> Option<Problem> {
    let name = &ordered.metric;
    let named = || book.accounts.iter().flat_map(|account| &account.metrics).filter(|metric| metric.name == *name);
    let is_ratio = |metric: &Metric| matches!(metric.form, Form::Quotient { .. });
    let mut sums = named().filter(|metric| !is_ratio(metric)).map(|metric| counts(metric, include_limited)).peekable();
    let refused = |code, what: &str, hint: &str| {
        Some(Problem::error(code, ordered.place.clone(), format!("{name} {what}"), hint))
    };
    if sums.peek().is_none() && named().next().is_some() {
        return refused(
            ORDER_OF_RATIO,
            "is a ratio and cannot be in the objective",
            "order a metric with coefficients",
        );
    }
    let found: Vec<Counts> = sums.collect();
    if found.contains(&Counts::Yes) {
        None
    } else if found.contains(&Counts::NotWithItsLimit) {
        let hint = "write `include_limited: true` in the objective, or take the metric out of the order: its limit holds anyway";
        refused(
            ORDER_OF_LIMITED,
            "has a limit wherever it has a priority, and so does not count in the objective",
            hint,
        )
    } else {
        let hint = "give it a priority, below 0 for a cost, or take it out of the order";
        refused(ORDER_WITHOUT_PRIORITY, "has no priority at any account", hint)
    }
}

/// Gives every term its level.
pub(crate) fn apply(order: &[OrderedMetric], terms: &mut [ObjectiveTerm], problem: &mut AssignmentProblem) {
    if order.is_empty() {
        return;
    }
    for term in terms.iter_mut() {
        let rank = order.iter().position(|ordered| Some(&ordered.metric) == term.metric.as_ref());
        term.level = rank.unwrap_or(order.len());
    }
    let level = |ordered: &OrderedMetric| Level { metric: Some(ordered.metric.clone()), give_up: ordered.give_up };
    problem.levels = order.iter().map(level).collect();
    if terms.iter().any(|term| term.level == order.len()) {
        problem.levels.push(Level { metric: None, give_up: GiveUp::default() });
    } else if let Some(last) = order.last().filter(|last| !last.give_up.is_nothing()) {
        problem.notes.push(Note {
            code: GIVEN_UP_FOR_NOTHING,
            message: format!(
                "objective.order ends with {} and nothing counts after it, so that nothing of it is given up",
                last.metric
            ),
        });
    }
}
