//! What a solve may use up and when it may stop.

use std::sync::Arc;
use std::time::Duration;

use domain::Amount;

use crate::Backend;
use crate::course::Course;
use crate::in_turn::Backends;

/// How to solve.
#[derive(Clone)]
pub struct Settings {
    /// Wall-clock time for everything: full problem, fallback and all repeats.
    pub timeout: Duration,
    /// The relative gap at which a plan counts as optimal; 0 asks for a proof.
    pub gap_rel: Amount,
    /// Whether our own search looks for a plan and a proof.
    pub search: bool,
    /// Rounds of our own search after which to stop, whatever the clock says; others are not asked then.
    pub effort: Option<u64>,
    /// The courses of the searches of an earlier solve, to be taken again, whatever the clock says: each as its
    /// [`Work::course`](crate::outcome::Work::course) has it. Others that are asked besides get the whole time.
    pub courses: Option<Vec<Course>>,
    /// How many threads a backend may use.
    pub threads: u32,
    /// Who else solves.
    pub backends: Backends,
}

/// What is kept of the time for the end of a solve, and at most: a child that does not stop when it is asked to has to be
/// ended, and what was found checked.
const SHARE_FOR_THE_END: f64 = 0.03;
const MOST_FOR_THE_END: Duration = Duration::from_millis(300);

impl Settings {
    /// The time after which whoever searches is to stop.
    pub(crate) fn time_to_search(&self) -> Duration {
        self.timeout - self.timeout.mul_f64(SHARE_FOR_THE_END).min(MOST_FOR_THE_END)
    }

    /// Our own search and this backend on one thread.
    pub fn with(timeout: Duration, gap_rel: Amount, backend: Arc<dyn Backend>) -> Self {
        Self {
            timeout,
            gap_rel,
            search: true,
            effort: None,
            courses: None,
            threads: 1,
            backends: Backends::new(vec![backend]),
        }
    }
}
