//! A line about a solve that takes long: what it has, what is still possible, how far apart they are.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use domain::Amount;
use solver::solve_model::Progress;

use crate::telemetry;

/// A solve shorter than this says nothing.
const QUIET: Duration = Duration::from_secs(1);

/// Shows progress: on a terminal one line that is written over, elsewhere a log line now and then.
pub(crate) struct ProgressLine {
    on_terminal: bool,
    every: Duration,
    next: Instant,
    shown: bool,
}

impl ProgressLine {
    /// A line that has not said anything yet.
    pub(crate) fn new() -> Self {
        let on_terminal = telemetry::is_for_people() && std::io::stderr().is_terminal();
        let every = if on_terminal { Duration::from_millis(500) } else { Duration::from_secs(5) };
        Self { on_terminal, every, next: Instant::now() + QUIET, shown: false }
    }

    /// Takes a look, and shows it when it is time.
    pub(crate) fn look(&mut self, progress: &Progress) {
        if Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + self.every;
        let number =
            |amount: &Option<Amount>| amount.as_ref().map_or("none".to_owned(), |amount| amount.rounded(2).to_string());
        let (best, bound) = (number(&progress.best), number(&progress.bound));
        let gap = gap_percent(progress).map_or("unknown".to_owned(), |gap| format!("{gap} %"));
        let (purpose, seconds, nodes) = (progress.purpose.name(), progress.elapsed_ms / 1000, progress.nodes);
        if self.on_terminal {
            let line = format!("solving ({purpose}) {seconds} s: best {best}, bound {bound}, gap {gap}, {nodes} nodes");
            // A terminal that is gone is no reason to stop.
            let _ = write!(std::io::stderr(), "\r\u{1b}[K{line}").and_then(|()| std::io::stderr().flush());
            self.shown = true;
        } else {
            tracing::info!(purpose, seconds, best, bound, gap, nodes, "solving");
        }
    }

    /// Clears the line.
    pub(crate) fn done(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K").and_then(|()| std::io::stderr().flush());
        }
    }
}

fn gap_percent(progress: &Progress) -> Option<Amount> {
    let (best, bound) = (progress.best.as_ref()?, progress.bound.as_ref()?);
    let size = best.abs().max(bound.abs());
    (!size.is_zero()).then(|| (&(bound - best).abs() * &Amount::from(100)).divided_rounded(&size, 3))
}
