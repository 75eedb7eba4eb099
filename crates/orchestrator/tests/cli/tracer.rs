//! A program watched through every system call of all its threads and processes: which of them can change a file, and what
//! the program leaves when it is killed at one.
//!
//! ```text
//! sh stops itself ──► seized (ptrace) ──► becomes the program ──► each call stops it twice: on its way in and out
//! ```

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Watched {
    /// Every call that can change a file, in order, each on its way in: `openat state/lock`.
    pub(crate) changes: Vec<String>,
    /// How many programs it became or started: one is itself.
    pub(crate) programs: usize,
    /// What it ended with; nothing where it was killed.
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// What is done to a program that is stopped at a call.
enum Deed {
    GoOn,
    /// It is killed with all its processes.
    Kill,
    /// The thread that makes the call gets a signal as soon as it is back.
    Send(Signal),
}

/// Runs a program to its end, or kills it with all its processes when it enters the call of this number, from 1.
pub(crate) fn watch(command: &Command, kill_at: Option<usize>) -> Watched {
    let mut changes = Vec::new();
    let watched = follow(command, |pid| {
        let Some(change) = change_of(pid) else { return Deed::GoOn };
        changes.push(change);
        if kill_at == Some(changes.len()) { Deed::Kill } else { Deed::GoOn }
    });
    Watched { changes, ..watched }
}

/// Runs a program to its end, and sends it a signal at the instant from which on it handles that signal itself.
pub(crate) fn tell_at_once(command: &Command, signal: Signal) -> Watched {
    let (mut handling, mut is_sent) = (None, false);
    follow(command, |pid| {
        if is_sent {
            return Deed::GoOn;
        }
        if handling == Some(pid) {
            is_sent = true;
            return Deed::Send(signal);
        }
        let is_new = |[number, action, ..]: [u64; 6]| number == signal as u64 && action != 0;
        if entered(pid).is_some_and(|(call, arguments)| call == libc::SYS_rt_sigaction && is_new(arguments)) {
            handling = Some(pid);
        }
        Deed::GoOn
    })
}

/// Runs a program to its end. Whenever it enters a call or leaves one, it is asked what is to be done.
#[expect(clippy::zombie_processes, reason = "its status is taken by number, as that of everything it starts")]
fn follow(command: &Command, mut at_call: impl FnMut(Pid) -> Deed) -> Watched {
    let mut child = seized(command);
    let first = pid_of(&child);
    let (mut programs, mut exit, mut all) = (0, None, BTreeSet::from([first]));
    // Only what this thread started: other tests have processes of their own.
    let ours = Some(WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD);
    loop {
        let status = match waitpid(None, ours) {
            Err(Errno::ECHILD) => break,
            status => status.expect("a process to wait for"),
        };
        let (pid, signal) = match status {
            WaitStatus::Exited(pid, code) => {
                exit = if pid == first { Some(code) } else { exit };
                all.remove(&pid);
                continue;
            }
            WaitStatus::Signaled(pid, ..) => {
                all.remove(&pid);
                continue;
            }
            WaitStatus::PtraceSyscall(pid) => match at_call(pid) {
                Deed::GoOn => (pid, None),
                Deed::Kill => {
                    all.iter().for_each(end);
                    (pid, None)
                }
                Deed::Send(signal) => (pid, Some(signal)),
            },
            WaitStatus::PtraceEvent(pid, _, event) => {
                programs += usize::from(event == libc::PTRACE_EVENT_EXEC);
                (pid, None)
            }
            WaitStatus::Stopped(pid, signal) => (pid, Some(signal)),
            other => panic!("a status that nobody asked for: {other:?}"),
        };
        all.insert(pid);
        match ptrace::syscall(pid, signal) {
            // Killed meanwhile.
            Ok(()) | Err(Errno::ESRCH) => {}
            Err(error) => panic!("{pid} does not go on: {error}"),
        }
    }
    let (stdout, stderr) = (text_of(child.stdout.take()), text_of(child.stderr.take()));
    Watched { changes: Vec::new(), programs, exit, stdout, stderr }
}

/// The program, stopped before it begins, and ours to follow.
fn seized(command: &Command) -> Child {
    let mut shell = Command::new("sh");
    shell.args(["-c", "kill -STOP $$; exec \"$@\"", "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    let child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell");
    let pid = pid_of(&child);
    let stopped = waitpid(pid, Some(WaitPidFlag::WUNTRACED)).expect("a shell that stops");
    assert_eq!(stopped, WaitStatus::Stopped(pid, Signal::SIGSTOP));
    let follow = Options::PTRACE_O_TRACEFORK | Options::PTRACE_O_TRACEVFORK | Options::PTRACE_O_TRACECLONE;
    let options = follow | Options::PTRACE_O_TRACEEXEC | Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_EXITKILL;
    if let Err(error) = ptrace::seize(pid, options) {
        end(&pid);
        panic!("this machine does not allow tracing a process (ptrace: {error}), and this test cannot do without");
    }
    kill(pid, Signal::SIGCONT).expect("the shell goes on");
    child
}

/// Kills a process, or that of a thread. One that has ended is no failure.
fn end(pid: &Pid) {
    let _ = kill(*pid, Signal::SIGKILL);
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).expect("the number of a process"))
}

fn text_of(stream: Option<impl Read>) -> String {
    let mut text = String::new();
    stream.expect("a pipe").read_to_string(&mut text).expect("UTF-8");
    text
}

/// How a call names what it changes.
enum Object {
    /// A path in the argument with this number; a change whatever else is said.
    Path(usize),
    /// The same, where the flags in the second of these say so.
    Opened(usize, usize),
    /// An open file; pipes and devices are no files.
    Open(usize),
    /// A file put into memory, where what is written there goes to the file.
    Mapped,
}

/// Every call that can change a file. Locks change nothing.
const CALLS: &[(libc::c_long, &str, Object)] = &[
    (libc::SYS_openat, "openat", Object::Opened(1, 2)),
    // Its flags lie elsewhere; nobody here uses it to read.
    (libc::SYS_openat2, "openat2", Object::Path(1)),
    (libc::SYS_write, "write", Object::Open(0)),
    (libc::SYS_writev, "writev", Object::Open(0)),
    (libc::SYS_pwrite64, "pwrite64", Object::Open(0)),
    (libc::SYS_pwritev, "pwritev", Object::Open(0)),
    (libc::SYS_pwritev2, "pwritev2", Object::Open(0)),
    (libc::SYS_sendfile, "sendfile", Object::Open(0)),
    (libc::SYS_copy_file_range, "copy_file_range", Object::Open(2)),
    (libc::SYS_splice, "splice", Object::Open(2)),
    (libc::SYS_fallocate, "fallocate", Object::Open(0)),
    (libc::SYS_ftruncate, "ftruncate", Object::Open(0)),
    (libc::SYS_truncate, "truncate", Object::Path(0)),
    (libc::SYS_fsync, "fsync", Object::Open(0)),
    (libc::SYS_fdatasync, "fdatasync", Object::Open(0)),
    (libc::SYS_sync_file_range, "sync_file_range", Object::Open(0)),
    (libc::SYS_renameat, "renameat", Object::Path(1)),
    (libc::SYS_renameat2, "renameat2", Object::Path(1)),
    (libc::SYS_linkat, "linkat", Object::Path(3)),
    (libc::SYS_symlinkat, "symlinkat", Object::Path(2)),
    (libc::SYS_unlinkat, "unlinkat", Object::Path(1)),
    (libc::SYS_mkdirat, "mkdirat", Object::Path(1)),
    (libc::SYS_mknodat, "mknodat", Object::Path(1)),
    (libc::SYS_fchmod, "fchmod", Object::Open(0)),
    (libc::SYS_fchmodat, "fchmodat", Object::Path(1)),
    (libc::SYS_fchown, "fchown", Object::Open(0)),
    (libc::SYS_fchownat, "fchownat", Object::Path(1)),
    (libc::SYS_utimensat, "utimensat", Object::Path(1)),
    (libc::SYS_setxattr, "setxattr", Object::Path(0)),
    (libc::SYS_fsetxattr, "fsetxattr", Object::Open(0)),
    (libc::SYS_mmap, "mmap", Object::Mapped),
];

/// The calls that newer systems do without.
#[cfg(target_arch = "x86_64")]
const OLD_CALLS: &[(libc::c_long, &str, Object)] = &[
    (libc::SYS_open, "open", Object::Opened(0, 1)),
    (libc::SYS_creat, "creat", Object::Path(0)),
    (libc::SYS_rename, "rename", Object::Path(0)),
    (libc::SYS_link, "link", Object::Path(1)),
    (libc::SYS_symlink, "symlink", Object::Path(1)),
    (libc::SYS_unlink, "unlink", Object::Path(0)),
    (libc::SYS_rmdir, "rmdir", Object::Path(0)),
    (libc::SYS_mkdir, "mkdir", Object::Path(0)),
    (libc::SYS_mknod, "mknod", Object::Path(0)),
    (libc::SYS_chmod, "chmod", Object::Path(0)),
    (libc::SYS_chown, "chown", Object::Path(0)),
    (libc::SYS_lchown, "lchown", Object::Path(0)),
    (libc::SYS_utime, "utime", Object::Path(0)),
    (libc::SYS_utimes, "utimes", Object::Path(0)),
    (libc::SYS_futimesat, "futimesat", Object::Path(1)),
];
#[cfg(not(target_arch = "x86_64"))]
const OLD_CALLS: &[(libc::c_long, &str, Object)] = &[];

/// The call that a process enters, if it can change a file.
fn change_of(pid: Pid) -> Option<String> {
    let (number, arguments) = entered(pid)?;
    let (_, name, object) = CALLS.iter().chain(OLD_CALLS).find(|(call, ..)| *call == number)?;
    let says = |at: usize, flag: libc::c_int| arguments[at] & u64::from(flag.unsigned_abs()) != 0;
    let path = match object {
        Object::Path(at) => path_at(pid, arguments[*at]),
        Object::Opened(at, flags) => {
            let changing = libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC;
            says(*flags, changing).then(|| path_at(pid, arguments[*at]))?
        }
        Object::Open(at) => file_behind(pid, arguments[*at])?,
        Object::Mapped => {
            let is_shared = says(2, libc::PROT_WRITE) && says(3, libc::MAP_SHARED) && !says(3, libc::MAP_ANONYMOUS);
            is_shared.then(|| file_behind(pid, arguments[4]))??
        }
    };
    Some(format!("{name} {path}"))
}

/// The call that a process is about to make, and its arguments.
fn entered(pid: Pid) -> Option<(libc::c_long, [u64; 6])> {
    ptrace::syscall_info(pid).ok().filter(|info| info.op == libc::PTRACE_SYSCALL_INFO_ENTRY)?;
    call(pid)
}

#[cfg(target_arch = "x86_64")]
fn call(pid: Pid) -> Option<(libc::c_long, [u64; 6])> {
    let regs = ptrace::getregs(pid).ok()?;
    Some((regs.orig_rax.cast_signed(), [regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9]))
}

#[cfg(target_arch = "aarch64")]
fn call(pid: Pid) -> Option<(libc::c_long, [u64; 6])> {
    let regs = ptrace::getregs(pid).ok()?.regs;
    Some((regs[8].cast_signed(), [regs[0], regs[1], regs[2], regs[3], regs[4], regs[5]]))
}

/// The text at an address of a process.
fn path_at(pid: Pid, address: u64) -> String {
    let mut bytes = [0; 4096];
    let memory = File::open(format!("/proc/{pid}/mem"));
    let read = memory.and_then(|memory| memory.read_at(&mut bytes, address)).unwrap_or(0);
    let text = bytes[..read].split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// The path of an open file; nothing for pipes, sockets and devices.
fn file_behind(pid: Pid, number: u64) -> Option<String> {
    let path = std::fs::read_link(format!("/proc/{pid}/fd/{number}")).ok()?;
    let is_device = ["/dev/null", "/dev/tty"].iter().any(|device| path == Path::new(device));
    (path.is_absolute() && !is_device && !path.starts_with("/dev/pts")).then(|| path.display().to_string())
}
