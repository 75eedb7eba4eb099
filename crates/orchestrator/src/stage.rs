//! A stage of a run: a span in the logs and a line in `run.json`.

use std::time::Instant;

use reporter::StageTime;

/// The stages done so far, with their times.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    done: Vec<StageTime>,
}

impl Stages {
    /// Does a stage inside its span and notes how long it took.
    pub(crate) fn run<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let _inside = tracing::info_span!("run", stage = %name).entered();
        let begun = Instant::now();
        let result = work();
        let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(elapsed_ms, "done");
        self.done.push(StageTime { stage: name.to_owned(), elapsed_ms });
        result
    }

    /// The stages in order.
    pub(crate) fn into_times(self) -> Vec<StageTime> {
        self.done
    }
}
