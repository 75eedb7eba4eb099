//! What the desk wants besides keeping its limits: maximise `Σ OP[a,m]·W[m]·M[a,m]`.

use domain::{AccountId, Amount, MetricName};

use crate::Expression;

/// The sum to be maximised, term by term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    /// One term for each metric that counts; never empty.
    pub terms: Vec<ObjectiveTerm>,
}

/// One metric's part of the objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectiveTerm {
    /// The account.
    pub account: AccountId,
    /// The account, as an index.
    pub account_index: usize,
    /// The metric.
    pub metric: MetricName,
    /// `OP · W`: what one unit of the metric is worth; never zero.
    pub worth: Amount,
    /// `M[a,m]`.
    pub expression: Expression,
}
