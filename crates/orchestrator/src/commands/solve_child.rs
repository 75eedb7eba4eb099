//! `pb-assign solve-child`: the process of one solve. Started by a run, not by people.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
#[cfg(unix)]
use std::process::{Command, Stdio};

use solver::backends;
use solver::child::{Launch, confine, serve};

use crate::arguments::{ChildArguments, ChildWork};
use crate::config::SolverSettings;
use crate::telemetry;

/// What solves in the process.
pub(crate) enum Start {
    /// A library that is linked into this program.
    Library(&'static str),
    /// Another program.
    Command {
        /// The program and its arguments.
        command: Vec<OsString>,
        /// The folder it runs in; ours without one.
        folder: Option<PathBuf>,
    },
}

/// Our allocator sets so much address space aside at a time. By itself it takes a gigabyte, which a child may not have.
const FEW_AT_A_TIME: [&str; 2] = ["MIMALLOC_ARENA_RESERVE", "32MiB"];

/// The command that starts a process, confined, for one solve.
pub(crate) fn launch(start: &Start, settings: &SolverSettings) -> Launch {
    let (parent, memory) = (std::process::id().to_string(), settings.memory_bytes.to_string());
    let mut arguments: Vec<OsString> = vec!["solve-child".into(), "--parent".into(), parent.into()];
    arguments.extend(["--memory-bytes".into(), memory.into()]);
    let mut environment = Vec::new();
    let folder = match start {
        Start::Library(name) => {
            arguments.extend(["library".into(), name.into()]);
            environment.push(FEW_AT_A_TIME.map(OsString::from).into());
            None
        }
        Start::Command { command, folder } => {
            arguments.extend(["command".into(), "--".into()]);
            arguments.extend(command.iter().cloned());
            folder.clone().filter(|folder| *folder != Path::new(""))
        }
    };
    // Where the path of this program cannot be told, its name has to do.
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("pb-assign"));
    Launch { program, arguments, folder, environment }
}

/// Confines this process and solves one task, or becomes the program that does. What goes wrong goes to stderr, where
/// the parent listens.
pub(crate) fn run(arguments: &ChildArguments) -> ExitCode {
    match work(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            telemetry::tell(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn work(arguments: &ChildArguments) -> io::Result<u8> {
    let confine = || confine::confine(arguments.parent, arguments.memory_bytes);
    match &arguments.work {
        ChildWork::Library { name } => confine().and_then(|()| solve_with(name)).map(|()| 0),
        ChildWork::Command { command } => {
            #[cfg(unix)]
            start_guard(arguments)?;
            confine()?;
            confine::become_command(command).map_err(|error| {
                let program = command.first().map_or(String::new(), |program| program.to_string_lossy().into_owned());
                io::Error::new(error.kind(), format!("failed to start {program}: {error}"))
            })
        }
        #[cfg(unix)]
        ChildWork::Guard => confine::guard(arguments.parent).map(|()| 0),
    }
}

/// Starts the guard of this process group. Nobody waits for it: it goes with the group.
#[cfg(unix)]
fn start_guard(arguments: &ChildArguments) -> io::Result<()> {
    let numbers = [arguments.parent.to_string(), arguments.memory_bytes.to_string()];
    let mut guard = Command::new(std::env::current_exe()?);
    guard.args(["solve-child", "--parent", &numbers[0], "--memory-bytes", &numbers[1], "guard"]);
    guard.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    guard.spawn().map(drop)
}

fn solve_with(name: &str) -> io::Result<()> {
    let library = backends::library(name).ok_or_else(|| io::Error::other(format!("there is no library {name}")))?;
    let mut output = messages()?;
    serve(library, io::stdin(), &mut output)
}

/// Where messages go: standard output, which from then on nothing else reaches. What a library prints goes to stderr.
#[cfg(unix)]
fn messages() -> io::Result<impl Write> {
    use std::os::fd::AsFd;
    let output = std::fs::File::from(io::stdout().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(output)
}

#[cfg(not(unix))]
fn messages() -> io::Result<impl Write> {
    Ok(io::stdout())
}
