//! What a child does to itself before it solves: it takes no more memory than it was given, leaves no core file, yields
//! to the search where both want a processor, and does not outlive its parent. Done by the child, because a parent could do it only between fork and exec, where
//! hardly anything is allowed; a foreign program is started through this one for the same reason ([`become_command`]).

use std::ffi::OsString;
use std::io;
use std::process::Command;

/// How much a child yields, in steps of niceness: with one processor for two it has a quarter of it, alone all.
#[cfg(unix)]
const YIELDS: i32 = 5;

/// Confines this process. `parent` is the process that started it, `memory_bytes` the address space it may have.
/// Errors: the system refused.
pub fn confine(parent: u32, memory_bytes: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let lower = |resource: Resource, bytes: u64| {
            // A limit that holds already may be lower still, and cannot be raised.
            let bytes = getrlimit(resource).maximum.map_or(bytes, |maximum| maximum.min(bytes));
            setrlimit(resource, Rlimit { current: Some(bytes), maximum: Some(bytes) })
        };
        lower(Resource::Core, 0)?;
        rustix::process::nice(YIELDS)?;
        // Not every system has this limit.
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd", target_os = "netbsd"))]
        lower(Resource::As, memory_bytes)?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        // A parent that had gone before that line sends no signal any more.
        let now = rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get().unsigned_abs());
        if now != parent {
            return Err(io::Error::other("the process that started this one is gone"));
        }
    }
    #[cfg(not(unix))]
    let _ = (parent, memory_bytes);
    Ok(())
}

/// Watches over a foreign program, as one more process of its group: once the program or `parent` is gone, what the
/// program started goes too. A signal at the parent's death reaches the program alone.
#[cfg(unix)]
pub fn guard(parent: u32) -> io::Result<()> {
    use rustix::process::{Pid, Signal, getppid, kill_current_process_group, test_kill_process};
    let program = getppid();
    let parent = i32::try_from(parent).ok().and_then(Pid::from_raw);
    let is_there = |parent: Pid| test_kill_process(parent).is_ok();
    while getppid() == program && parent.is_some_and(is_there) {
        std::thread::sleep(GUARD_EVERY);
    }
    Ok(kill_current_process_group(Signal::KILL)?)
}

/// How often a guard looks.
#[cfg(unix)]
const GUARD_EVERY: std::time::Duration = std::time::Duration::from_millis(100);

/// Becomes another program, with everything that [`confine`] did: where that is possible it takes over this process,
/// elsewhere this process waits for it. Returns its exit code, or why it could not be started.
pub fn become_command(command: &[OsString]) -> io::Result<u8> {
    let [program, arguments @ ..] = command else { return Err(io::Error::other("no program is named")) };
    let mut command = Command::new(program);
    command.args(arguments);
    #[cfg(unix)]
    {
        Err(std::os::unix::process::CommandExt::exec(&mut command))
    }
    #[cfg(not(unix))]
    {
        let code = command.status()?.code();
        Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }
}
