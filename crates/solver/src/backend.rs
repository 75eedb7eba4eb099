//! What every solver offers, whoever wrote it.

use std::time::Duration;

use crate::scale::FloatModel;

/// A solver of scaled mixed-integer models.
pub trait Backend: Send + Sync {
    /// The word that a configuration has for it.
    fn name(&self) -> &str;

    /// What a result says about who solved, `HiGHS 1.15.0`.
    fn version(&self) -> String;

    /// As much of that as is known of one that was never asked.
    fn known_version(&self) -> String {
        self.version()
    }

    /// Solves, and reports what it has when the time is up. `watch` is called now and then while it runs and
    /// may stop it early.
    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, watch: &mut dyn FnMut(News<'_>) -> Control) -> Ending;
}

/// What a solve may use up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort<'a> {
    /// Wall-clock time.
    pub time: Duration,
    /// The relative gap at which to stop.
    pub gap_rel: f64,
    /// Threads, at least one.
    pub threads: u32,
    /// What seeds its random choices: the same model, effort and seed take the same path on one thread.
    pub seed: u32,
    /// A point to start from: one value for each column.
    pub start: Option<&'a [f64]>,
}

/// One fixed seed, so that the same model takes the same path.
pub const SEED: u32 = 1;

/// What a solve tells while it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum News<'a> {
    /// How it stands.
    Glimpse(Glimpse),
    /// A better point: one value for each column.
    Point(&'a [f64]),
}

/// A look at a solve that is running, in scaled objective units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
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
    /// It does, with the processor time that nobody else wants: whoever started a process sees to that, and what runs in
    /// this one just goes on.
    Yield,
    /// It stops and reports what it has.
    Stop,
    /// It ends at once: nobody waits for what it has.
    Abandon,
}

impl Control {
    /// Whether it does.
    pub fn goes_on(self) -> bool {
        matches!(self, Self::GoOn | Self::Yield)
    }
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

impl Ending {
    /// An ending with nothing to show.
    pub fn empty(stop: Stop) -> Self {
        Self { stop, points: Vec::new(), bound: None, nodes: 0 }
    }

    /// Keeps a better point, and no more of the older ones than it takes to fall back on when the last one turns out
    /// to rest on a tolerance.
    pub fn keep(&mut self, point: Vec<f64>) {
        if self.points.len() == KEPT_POINTS {
            self.points.remove(0);
        }
        self.points.push(point);
    }
}

/// How many of the latest improving points are kept.
const KEPT_POINTS: usize = 8;

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
