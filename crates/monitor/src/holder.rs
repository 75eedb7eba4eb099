//! Who noted that they have the record, and whether they are still there.

/// What is said of a note as the binary writes it, `TIME, process NUMBER on HOST`.
pub(crate) fn said(note: &str) -> String {
    let reader = "it is held by a reader or a backup, which note nothing";
    match note.trim() {
        "" => reader.to_owned(),
        note if has_ended(note) => format!("{note}, had it last and has ended: {reader}"),
        note => format!("the last run that had it is {note}; readers and backups note nothing"),
    }
}

/// Whether the process of the note is known to be gone: only this machine's are known.
#[cfg(unix)]
fn has_ended(note: &str) -> bool {
    let here = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let noted = note.rsplit_once(", process ").and_then(|(_, process)| process.split_once(" on "));
    let pid = noted.filter(|(_, host)| *host == here.trim()).and_then(|(pid, _)| pid.parse().ok());
    let pid = pid.and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn has_ended(_: &str) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_has_ended_is_not_blamed() {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let note = |pid: u32, host: &str| said(&format!("17:00, process {pid} on {host}"));
        assert!(note(child.id(), host.trim()).contains("has ended: it is held by a reader"));
        assert!(note(std::process::id(), host.trim()).starts_with("the last run that had it is 17:00"));
        // Nobody here knows about the processes of another machine.
        assert!(note(child.id(), "another machine").starts_with("the last run that had it is 17:00"));
        assert!(said("").starts_with("it is held by a reader"));
    }
}
