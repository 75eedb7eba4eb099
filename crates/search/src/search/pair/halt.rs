//! When a round is broken off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The clock, and others.
pub(super) struct Halt {
    deadline: Option<Instant>,
    /// Set by others.
    asked: Option<Arc<AtomicBool>>,
    /// Once it is time it stays so.
    is_on: AtomicBool,
}

impl Halt {
    pub(super) fn new(deadline: Option<Instant>, asked: Option<Arc<AtomicBool>>) -> Self {
        Self { deadline, asked, is_on: AtomicBool::new(false) }
    }

    pub(super) fn is_now(&self) -> bool {
        let is_on =
            || self.asked.as_ref().is_some_and(|asked| asked.load(Ordering::Relaxed)) || !self.leaves(Duration::ZERO);
        if !self.is_on.load(Ordering::Relaxed) && is_on() {
            self.is_on.store(true, Ordering::Relaxed);
        }
        self.is_on.load(Ordering::Relaxed)
    }

    /// Whether there is so much time before the deadline.
    pub(super) fn leaves(&self, time: Duration) -> bool {
        self.deadline.is_none_or(|deadline| Instant::now() + time < deadline)
    }
}
