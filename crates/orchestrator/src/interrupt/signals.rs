//! The thread that hears signals, and the end of a run from beside it.

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use super::{ANSWER, ASKED, DECIDED, may_end, turn};
use crate::Failure;
use crate::exit::Exit;

/// How long people are still told things after a signal.
const TELLING: Duration = Duration::from_millis(1_000);

/// After how long the process ends wherever it is with the telling.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// How long a second signal counts as the first one: `timeout` of GNU sends each to the program and to its group.
const ECHO: Duration = Duration::from_millis(250);

const NAP: Duration = Duration::from_millis(10);

/// Enough to write a record, and the same whatever the environment says about threads.
const STACK_BYTES: usize = 8 << 20;

/// Hears signals from now on. `conclude` records the run that was told to end, and says what the process ends with. Called
/// while there is no other thread yet.
pub(crate) fn listen(conclude: impl FnOnce(Failure) -> (Exit, String) + Send + 'static) {
    let heard = held_back(|| Signals::new([SIGINT, SIGTERM]));
    if let Err(error) = heard.and_then(|signals| spawn("signals", move || follow(signals, conclude))) {
        tracing::warn!(%error, "a signal will end this run where it is, or not at all");
    }
}

/// Does `work` while signals wait: a handler that is just being set up is called before it knows what to do, and a signal
/// that comes then would be lost.
fn held_back<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let both = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
    let before = both.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let done = work();
    before.thread_set_mask()?;
    done
}

fn follow(mut signals: Signals, conclude: impl FnOnce(Failure) -> (Exit, String) + Send + 'static) {
    let Some(first) = signals.forever().next() else { return };
    let begun = Instant::now();
    ASKED.store(first, std::sync::atomic::Ordering::SeqCst);
    if spawn("end", move || end_beside(Exit::of_signal(first), conclude)).is_err() {
        low_level::exit(Exit::of_signal(first) as i32);
    }
    loop {
        thread::sleep(NAP);
        let elapsed = begun.elapsed();
        let second = signals.pending().last().filter(|_| elapsed >= ECHO);
        if let Some(signal) = second {
            low_level::exit(Exit::of_signal(signal) as i32);
        }
        if elapsed >= TELLING {
            monitor::alerts::halt();
        }
        if let Some((exit, line)) = ANSWER.get().filter(|_| elapsed >= PATIENCE) {
            end(*exit, line);
        }
    }
}

/// Ends the run, unless it is decided: then it does that itself.
fn end_beside(exit: Exit, conclude: impl FnOnce(Failure) -> (Exit, String)) {
    solver::child::end_all();
    let _for_good = turn();
    if DECIDED.load(std::sync::atomic::Ordering::SeqCst) {
        return;
    }
    let (exit, line) = conclude(Failure::Interrupted(exit));
    end(exit, &line);
}

/// Says how the run went and ends the process, unless somebody does that already. Other threads are left where they are:
/// nothing is torn down under them.
fn end(exit: Exit, line: &str) {
    if may_end() {
        // A reader that has gone is no reason to stay.
        drop(writeln!(io::stdout(), "{line}").and_then(|()| io::stdout().flush()));
        low_level::exit(exit as i32);
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(work).map(drop)
}
