//! The time and memory of a whole process and of those it starts.
//!
//! Memory is the sum, over the process and its descendants, of the most that each held in RAM: an upper bound of
//! what all held at once. Read from `/proc` while it runs, so on Linux only; a last growth within a few
//! milliseconds of the end may be missed.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Outcome, XtaskError};

/// What a run cost, and how it ended.
pub(super) struct Measured {
    pub(super) seconds: f64,
    /// In units of 1,000,000 bytes; nothing where it cannot be read.
    pub(super) peak_mb: Option<f64>,
    pub(super) status: ExitStatus,
    pub(super) stderr: String,
    /// Whether it had to be ended.
    pub(super) was_ended: bool,
}

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Runs a command to its end, or ends it when it takes longer than anybody should wait.
pub(super) fn run(mut command: Command, patience: Duration) -> Outcome<Measured> {
    let start = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let child = child.map_err(XtaskError::start_of_product)?;
    let id = child.id();
    let is_over = AtomicBool::new(false);
    let (output, seconds, watched) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(id, &is_over, start + patience));
        let output = child.wait_with_output();
        let seconds = start.elapsed().as_secs_f64();
        is_over.store(true, Ordering::Relaxed);
        (output, seconds, watcher.join().unwrap_or_default())
    });
    let output = output.map_err(XtaskError::start_of_product)?;
    let (peak_kb, was_ended) = watched;
    Ok(Measured {
        seconds,
        peak_mb: peak_kb.map(|kb| kb as f64 * 1.024 / 1_000.0),
        status: output.status,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        was_ended,
    })
}

/// The sum of the peaks seen, in units of 1,024 bytes; and whether the time was up, which ends the whole family.
fn watch(id: u32, is_over: &AtomicBool, deadline: Instant) -> (Option<u64>, bool) {
    let mut was_ended = false;
    let mut peaks: BTreeMap<u32, u64> = BTreeMap::new();
    while !is_over.load(Ordering::Relaxed) {
        for process in family(id) {
            let peak = fs::read_to_string(format!("/proc/{process}/status")).ok().and_then(|text| peak_in(&text));
            if let Some(peak) = peak {
                let known = peaks.entry(process).or_default();
                *known = (*known).max(peak);
            }
        }
        if Instant::now() > deadline && !was_ended {
            was_ended = true;
            family(id).into_iter().for_each(end);
        }
        thread::sleep(LOOK_EVERY);
    }
    ((!peaks.is_empty()).then(|| peaks.values().sum()), was_ended)
}

/// Ends a process that we started, or that one of those started.
fn end(process: u32) {
    let _ = Command::new("kill").args(["-KILL", &process.to_string()]).stderr(Stdio::null()).status();
}

/// A process and all that it, or one of them, started.
fn family(id: u32) -> Vec<u32> {
    let mut members = vec![id];
    let mut next = 0;
    while let Some(member) = members.get(next).copied() {
        next += 1;
        let Ok(threads) = fs::read_dir(format!("/proc/{member}/task")) else { continue };
        for thread in threads.filter_map(Result::ok) {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            members.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
    }
    members
}

/// The number of the line `VmHWM:     1234 kB`.
fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_status() {
        assert_eq!(peak_in("Name:\tx\nVmHWM:\t    1234 kB\nVmRSS:\t 1 kB\n"), Some(1_234));
        assert_eq!(peak_in("Name:\tx\n"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_and_its_child_are_measured() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 0.2 & wait; echo done >&2"]);
        let measured = run(command, Duration::from_secs(60)).unwrap();
        assert!(measured.seconds >= 0.2 && measured.status.success());
        assert!(measured.peak_mb.is_some_and(|mb| mb > 0.1));
        assert_eq!(measured.stderr, "done\n");
        assert!(!measured.was_ended);
    }

    #[test]
    #[cfg(unix)]
    fn a_process_that_does_not_end_is_ended() {
        let mut command = Command::new("sh");
        command.args(["-c", "exec sleep 60"]);
        let measured = run(command, Duration::from_millis(50)).unwrap();
        assert!(measured.was_ended && !measured.status.success());
    }
}
