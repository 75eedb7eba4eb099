//! What a thread came to.

use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;

/// What a thread came to. Its panic goes on here: whoever asked for the search hears what it was.
pub(crate) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
