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

/// What comes after the solve takes about as long as what came before it, stage by stage: every metric is computed again
/// for the check, files are written and kept in somewhat more time than they were read in, and a certificate is checked in
/// a part of the time that the problem took to state. Measured on days of 1,000 to 100,000 trades.
const AFTER_THE_SOLVE: [(&str, f64); 3] = [("metrics", 1.0), ("load", 1.5), ("constraints", 0.4)];

impl Stages {
    /// A run that begins now.
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), done: Vec::new() }
    }

    /// What is left for the solve of the time that a run may take: less what was used, and less what the answer will take
    /// after it, as far as the stages before tell.
    pub(crate) fn left_of(&self, limit: Duration) -> Duration {
        let still_to_come: f64 = AFTER_THE_SOLVE
            .iter()
            .flat_map(|(like, share)| {
                self.done.iter().filter(|done| done.stage == *like).map(move |done| share * done.elapsed_us as f64)
            })
            .sum();
        let still_to_come = Duration::from_secs_f64(still_to_come / 1e6);
        limit.saturating_sub(self.begun.elapsed() + still_to_come).max(limit.mul_f64(LEAST_SHARE))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_the_solve_has_its_time() {
        let done = |stage: &str, elapsed_us| StageTime { stage: stage.to_owned(), elapsed_us };
        let done = vec![done("load", 1_000_000), done("metrics", 2_000_000), done("constraints", 4_000_000)];
        let left = Stages { begun: Instant::now(), done }.left_of(Duration::from_secs(100));
        // 100 - (1.5 * 1 + 2 + 0.4 * 4) = 94.9, less the moment that this takes.
        assert!(left <= Duration::from_millis(94_900) && left > Duration::from_secs(80), "{left:?}");
    }

    #[test]
    fn a_solve_has_a_tenth_of_the_time_in_any_case() {
        let done = vec![StageTime { stage: "load".to_owned(), elapsed_us: 9_000_000 }];
        let left = Stages { begun: Instant::now(), done }.left_of(Duration::from_secs(5));
        assert_eq!(left, Duration::from_millis(500));
    }
}
