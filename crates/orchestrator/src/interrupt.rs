//! What SIGTERM and Ctrl-C do to a run: it ends soon, with its line, and leaves nothing half done and nothing running.
//!
//! ```text
//! the run      computes ─────────────► publishes ────────► entry written ─► tells people ─────────► ends
//! a signal     ends and records it     breaks it off at    ends nothing     breaks off the telling
//!              from a thread beside    its next step       any more         after a moment
//! ```
//!
//! What is computed cannot be stopped at any instant, and need not be: nothing of it is on disk. It is left where it is, and
//! the process ends beside it. Hence *the turn*: whoever changes something on disk, the run or the end beside it, has it.
//! From the moment in which the run is *decided* (its entry is about to be written, or it failed by itself) the run goes on
//! to its own end.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::Failure;
use crate::exit::Exit;

#[cfg(unix)]
mod signals;

#[cfg(unix)]
pub(crate) use signals::listen;

/// The signal that came first; 0 where none came.
static ASKED: AtomicI32 = AtomicI32::new(0);

static TURN: Mutex<()> = Mutex::new(());

/// Set in a turn.
static DECIDED: AtomicBool = AtomicBool::new(false);

/// What the process ends with, as soon as that is known.
static ANSWER: OnceLock<(Exit, String)> = OnceLock::new();

static ENDED: AtomicBool = AtomicBool::new(false);

/// Nobody sends a signal here that could be followed.
#[cfg(not(unix))]
pub(crate) fn listen(_conclude: impl FnOnce(Failure) -> (Exit, String) + Send + 'static) {}

/// The turn to change what is on disk; whoever has it gives it back by dropping it. Once the run is being ended from beside,
/// the run never gets it.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on the run comes to its own end. Said by who has the turn.
pub(crate) fn decide() {
    DECIDED.store(true, Ordering::SeqCst);
}

/// Whether the run was told to end.
pub(crate) fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst) != 0
}

/// A step of a run at which it can be broken off.
///
/// # Errors
/// It was told to end.
pub(crate) fn check() -> Result<(), Failure> {
    match ASKED.load(Ordering::SeqCst) {
        0 => Ok(()),
        signal => Err(Failure::Interrupted(Exit::of_signal(signal))),
    }
}

/// Says what the process ends with, for the case that it is ended before it gets there.
pub(crate) fn answer(exit: Exit, line: &str) {
    ANSWER.get_or_init(|| (exit, line.to_owned()));
}

/// Whether who asks may end the process: the first one, and no other.
pub(crate) fn may_end() -> bool {
    !ENDED.swap(true, Ordering::SeqCst)
}
