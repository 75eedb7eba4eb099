//! A program of one's own: the message as one line of JSON on its standard input; taken when it ends with 0.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::super::halt::is_halted;
use super::{Channel, Message, Refusal, Service, webhook};

pub(super) static SERVICE: Service = Service {
    name: "command",
    needs: &["command"],
    takes: &[],
    about: "a program, which gets the message as a line of JSON on standard input",
    deliver,
    form: webhook::form,
};

/// How long we sleep before we look again whether it has ended.
const NAP: Duration = Duration::from_millis(5);

fn deliver(channel: &Channel, message: &Message) -> Result<(), Refusal> {
    let Some((program, arguments)) = channel.command.split_first() else {
        return Err(Refusal::Channel("it has no command".to_owned()));
    };
    // What it says might hold what nobody may read.
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    if !channel.folder.as_os_str().is_empty() {
        command.current_dir(&channel.folder);
    }
    // A group of its own, so that what it starts can be ended with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child =
        command.spawn().map_err(|error| Refusal::Channel(format!("it does not start: {}", error.kind())))?;
    if let Some(mut input) = child.stdin.take() {
        // One that does not read is judged by how it ends.
        drop(writeln!(input, "{}", SERVICE.form(message, "")));
    }
    wait(&mut child, channel.timeout)
}

fn wait(child: &mut Child, timeout: Duration) -> Result<(), Refusal> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => {
                let how = status.code().map_or_else(|| "by a signal".to_owned(), |code| format!("with {code}"));
                return Err(Refusal::Passing(format!("it ended {how}")));
            }
            Ok(None) if begun.elapsed() < timeout && !is_halted() => std::thread::sleep(NAP),
            _ => {
                end(child);
                return Err(Refusal::Passing("it took too long and was ended".to_owned()));
            }
        }
    }
}

/// Ends it with everything that it started.
fn end(child: &mut Child) {
    // The group first: until its status is taken, no other process can have its number.
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // One that has gone already is no failure.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    drop(child.kill());
    drop(child.wait());
}
