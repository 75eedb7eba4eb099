//! A stage of a run: a span in the logs and a line in `run.json`.

use std::time::{Duration, Instant};

use reporter::StageTime;

/// The stages done so far, with their times.
#[derive(Debug, Clone)]
pub(crate) struct Stages {
    begun: Instant,
    done: Vec<StageTime>,
}

/// The share of the time limit that a solve has in any case, however long the files took to read.
const LEAST_SHARE: f64 = 0.1;

impl Stages {
    /// A run that begins now.
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), done: Vec::new() }
    }

    /// What is left for the solve of the time that a run may take: less what was used, and less what checking and writing
    /// the answer will take. To compute every metric again for the check takes as long as it took before.
    pub(crate) fn left_of(&self, limit: Duration) -> Duration {
        let metrics = self.done.iter().filter(|stage| stage.stage == "metrics").map(|stage| stage.elapsed_us).sum();
        let left = limit.saturating_sub(self.begun.elapsed() + Duration::from_micros(metrics));
        left.max(limit.mul_f64(LEAST_SHARE))
    }

    /// Does a stage inside its span and notes how long it took.
    pub(crate) fn run<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let _inside = tracing::info_span!("run", stage = %name).entered();
        let begun = Instant::now();
        let result = work();
        let elapsed_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(elapsed_ms = elapsed_us / 1_000, "done");
        self.done.push(StageTime { stage: name.to_owned(), elapsed_us });
        result
    }

    /// The stages in order.
    pub(crate) fn times(&self) -> Vec<StageTime> {
        self.done.clone()
    }

    /// How long the run has taken so far, in milliseconds.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
