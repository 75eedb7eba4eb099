//! The processes of a run that has ended.

use std::time::{Duration, Instant};

/// Whether every solver that a process started goes in this time.
pub(crate) fn are_gone(parent: u32, patience: Duration) -> bool {
    is_gone(&parent.to_string(), patience)
}

/// Whether all that have this among their arguments go in this time: one that was killed takes a moment to do so.
pub(crate) fn is_gone(argument: &str, patience: Duration) -> bool {
    let begun = Instant::now();
    loop {
        if with_argument(argument).is_empty() {
            return true;
        }
        if begun.elapsed() > patience {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The processes that have this among their arguments. One that has ended has none, whoever may have to take its status.
pub(crate) fn with_argument(wanted: &str) -> Vec<u32> {
    let has = |pid: u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|argument| argument == wanted.as_bytes())
    };
    let entries = std::fs::read_dir("/proc").expect("the processes").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|pid| has(*pid)).collect()
}
