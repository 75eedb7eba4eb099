//! The telling broken off, because the process is about to end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

static HALTED: AtomicBool = AtomicBool::new(false);

/// How often who sleeps looks whether to go on.
const LOOK: Duration = Duration::from_millis(10);

/// Breaks off the telling, for good: what nobody has taken yet is kept, and commands that run are ended.
pub fn halt() {
    HALTED.store(true, Ordering::SeqCst);
}

pub(super) fn is_halted() -> bool {
    HALTED.load(Ordering::SeqCst)
}

/// Sleeps, unless the telling is broken off.
pub(super) fn sleep(time: Duration) {
    let begun = Instant::now();
    while !is_halted() && begun.elapsed() < time {
        std::thread::sleep(LOOK.min(time));
    }
}
