//! What every solver offers, whoever wrote it.

use std::time::Duration;

use crate::scale::FloatModel;

/// A solver of scaled mixed-integer models.
pub trait Backend: Sync {
    /// The word that selects it in a configuration.
    fn name(&self) -> &'static str;

    /// What a result says about who solved, `HiGHS 1.15.0`.
    fn version(&self) -> String;

    /// Solves, and reports what it has when the time is up. `watch` is called now and then while it runs and
    /// may stop it early.
    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, watch: &mut dyn FnMut(Glimpse) -> Control) -> Ending;
}

/// What a solve may use up.
#[derive(Debug, Clone, Copy)]
pub struct Effort<'a> {
    /// Wall-clock time.
    pub time: Duration,
    /// The relative gap at which to stop.
    pub gap_rel: f64,
    /// A point to start from: one value for each column.
    pub start: Option<&'a [f64]>,
}

/// A look at a solve that is running, in scaled objective units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glimpse {
    /// The best objective so far; nothing without a point.
    pub best: Option<f64>,
    /// What no point can exceed; nothing before the first bound.
    pub bound: Option<f64>,
    /// Nodes so far.
    pub nodes: i64,
}

/// Whether a solve goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// It does.
    GoOn,
    /// It stops and reports what it has.
    Stop,
}

/// What a backend reports. Nothing of it is believed before it is checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// Why it stopped.
    pub stop: Stop,
    /// The points it found, best last: one value for each column.
    pub points: Vec<Vec<f64>>,
    /// What no point can exceed, in scaled objective units.
    pub bound: Option<f64>,
    /// Nodes.
    pub nodes: i64,
}

/// Why a backend stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It says that it is done.
    Finished,
    /// It says that there is no point.
    Infeasible,
    /// Time, or `watch`, stopped it.
    Limit,
    /// It failed, in its own words.
    Failed(String),
}

impl Stop {
    /// The word for it in work records.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Infeasible => "infeasible",
            Self::Limit => "limit",
            Self::Failed(_) => "failed",
        }
    }
}
