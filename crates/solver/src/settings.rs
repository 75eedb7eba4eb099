//! What a solve may use up and when it may stop.

use std::time::Duration;

use domain::Amount;

use crate::Backend;

/// How to solve.
#[derive(Clone)]
pub struct Settings {
    /// Wall-clock time for everything: full problem, fallback and all repeats.
    pub timeout: Duration,
    /// The relative gap at which a plan counts as optimal; 0 asks for a proof.
    pub gap_rel: Amount,
    /// Who solves.
    pub backend: &'static dyn Backend,
}
