//! A process that was started, with everything that it starts itself: how it is started, told to go, made to go, and
//! what its end says. The one place that differs between systems.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// How a process is made to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Force {
    /// It may still tidy up.
    Terminate,
    /// It is taken away.
    Kill,
}

/// The processes that run, so that they can be ended by whoever ends this one; nothing once that was done.
static RUNNING: Mutex<Option<BTreeSet<u32>>> = Mutex::new(Some(BTreeSet::new()));

fn running() -> MutexGuard<'static, Option<BTreeSet<u32>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills every process that was started, with its group. From then on none can be started: this process is about to end.
pub fn end_all() {
    let running = taken(GRACE).or_else(|| {
        end_unstarted();
        taken(GRACE)
    });
    let running = running.flatten();
    #[cfg(unix)]
    for process in running.into_iter().flatten() {
        use rustix::process::{Pid, Signal, kill_process_group};
        if let Some(group) = i32::try_from(process).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
    // Elsewhere they end when nobody reads what they say any more.
    #[cfg(not(unix))]
    drop(running);
}

/// How long somebody may take who is just starting a process.
const GRACE: Duration = Duration::from_millis(200);

/// The processes that run, taken away from those who start some; nothing where one of them does not get on with it for so long.
fn taken(grace: Duration) -> Option<Option<BTreeSet<u32>>> {
    let begun = Instant::now();
    loop {
        match RUNNING.try_lock() {
            Ok(mut running) => return Some(running.take()),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner().take()),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= grace => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(POLL),
        }
    }
}

/// Kills what was started and is not its program yet. Whoever starts a process waits for that; where somebody has stopped it
/// before, for as long as it stands still, and it has the files of this process open all that time.
fn end_unstarted() {
    #[cfg(target_os = "linux")]
    for thread in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        use rustix::process::{Pid, Signal, kill_process};
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| Pid::from_raw(child.parse().ok()?)) {
            let _ = kill_process(child, Signal::KILL);
        }
    }
}

/// A running process and its group. Dropping it kills them.
pub(super) struct Process {
    child: Child,
    reaped: Option<ExitStatus>,
    gives_way: bool,
}

impl Process {
    /// Starts `command` in a group of its own, so that what it starts can be ended with it.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut running = running();
        let Some(running) = running.as_mut() else {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "this process is about to end"));
        };
        let child = command.spawn()?;
        running.insert(child.id());
        Ok(Self { child, reaped: None, gives_way: false })
    }

    /// Its pipes.
    pub(super) fn pipes(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Sends the whole group away. A group that is gone already is no failure.
    pub(super) fn force(&mut self, force: Force) {
        if self.reaped.is_some() {
            return;
        }
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let signal = if force == Force::Kill { Signal::KILL } else { Signal::TERM };
            let _ = kill_process_group(Pid::from_child(&self.child), signal);
        }
        #[cfg(not(unix))]
        if force == Force::Kill {
            let _ = self.child.kill();
        }
    }

    /// Leaves every processor to whoever wants it from now on, with its whole group. There is no way back.
    pub(super) fn give_way(&mut self) {
        if std::mem::replace(&mut self.gives_way, true) {
            return;
        }
        #[cfg(unix)]
        {
            use rustix::process::{Pid, setpriority_pgrp};
            // A group that is gone already wants no processor.
            let _ = setpriority_pgrp(Some(Pid::from_child(&self.child)), LAST_IN_LINE);
        }
    }

    /// Waits for it to end by itself, so long and no longer; then kills what is left of its group, and says how the
    /// process ended.
    pub(super) fn end(mut self, grace: Duration) -> io::Result<ExitStatus> {
        let deadline = Instant::now() + grace;
        while !self.has_ended() && Instant::now() < deadline {
            std::thread::sleep(POLL);
        }
        self.kill()
    }

    /// Kills the group and takes the process's status. The group goes first: until its status is taken, no other
    /// process can have its number.
    fn kill(&mut self) -> io::Result<ExitStatus> {
        self.force(Force::Kill);
        if let Some(status) = self.reaped {
            return Ok(status);
        }
        if let Some(running) = running().as_mut() {
            running.remove(&self.child.id());
        }
        let status = self.child.wait()?;
        self.reaped = Some(status);
        Ok(status)
    }

    /// Whether the process has ended; its status stays to be taken.
    fn has_ended(&mut self) -> bool {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            let status = waitid(WaitId::Pid(Pid::from_child(&self.child)), options);
            !matches!(status, Ok(None))
        }
        #[cfg(not(unix))]
        {
            self.reaped = self.child.try_wait().ok().flatten();
            self.reaped.is_some()
        }
    }
}

/// The largest niceness there is.
#[cfg(unix)]
const LAST_IN_LINE: i32 = 19;

/// How often it is asked whether a process has ended.
const POLL: Duration = Duration::from_millis(1);

impl Drop for Process {
    fn drop(&mut self) {
        // A process that cannot be waited for is beyond us.
        let _ = self.kill();
    }
}

/// How a process ended, in words.
pub(super) fn in_words(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match SIGNALS.iter().find(|(number, _)| *number == signal) {
            Some((_, name)) => format!("it was ended by signal {signal} ({name})"),
            None => format!("it was ended by signal {signal}"),
        };
    }
    match status.code() {
        Some(code) => format!("it ended with exit code {code}"),
        None => "it ended without an exit code".to_owned(),
    }
}

/// The signals that end programs most often.
#[cfg(unix)]
const SIGNALS: [(i32, &str); 7] = {
    use rustix::process::Signal;
    [
        (Signal::ABORT.as_raw(), "SIGABRT"),
        (Signal::BUS.as_raw(), "SIGBUS"),
        (Signal::FPE.as_raw(), "SIGFPE"),
        (Signal::ILL.as_raw(), "SIGILL"),
        (Signal::KILL.as_raw(), "SIGKILL"),
        (Signal::SEGV.as_raw(), "SIGSEGV"),
        (Signal::TERM.as_raw(), "SIGTERM"),
    ]
};

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn who_gives_way_is_last_in_line_with_its_whole_group() {
        // The shell's own child is of its group.
        let mut process = Process::start(Command::new("sh").args(["-c", "sleep 60 & wait"])).unwrap();
        let niceness = |id: u32| -> i32 {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
            // The 17th field after the name, which ends with the last bracket.
            stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().parse().unwrap()
        };
        let shell = process.child.id();
        let children = format!("/proc/{shell}/task/{shell}/children");
        let deadline = Instant::now() + Duration::from_secs(60);
        let child = loop {
            let children = std::fs::read_to_string(&children).unwrap();
            if let Some(child) = children.split_whitespace().next() {
                break child.parse().unwrap();
            }
            assert!(Instant::now() < deadline, "the shell starts nothing");
            std::thread::sleep(POLL);
        };
        process.give_way();
        assert_eq!([niceness(shell), niceness(child)], [LAST_IN_LINE; 2]);
    }
}
