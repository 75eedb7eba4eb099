//! What the desk wants besides keeping its limits: maximise `Σ OP[a,m]·W[m]·M[a,m] - c·changes`, with `c` what a change
//! from the last plan costs.

use std::sync::Arc;

use domain::{AccountId, Amount, MetricName};

use crate::Expression;

/// The sum to be maximised, term by term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    /// One term for each metric of an account that counts, and for the changes at each account; never empty.
    pub terms: Vec<ObjectiveTerm>,
}

/// What one account adds to the objective for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectiveTerm {
    /// The account.
    pub account: AccountId,
    /// The account, as an index.
    pub account_index: usize,
    /// The metric; nothing for the changes from the last plan.
    pub metric: Option<MetricName>,
    /// `OP · W`, what one unit of the metric is worth, or `c`; never zero.
    pub worth: Amount,
    /// `M[a,m]`, or minus the changes of the trades that the last plan has at the account.
    pub expression: Arc<Expression>,
    /// The level that it counts in, from 0; see [`AssignmentProblem::levels`](crate::AssignmentProblem::levels).
    pub level: usize,
}
