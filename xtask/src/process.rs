//! Programs that are run for what they do, with their output let through.

use std::process::Command;

use crate::error::{Outcome, XtaskError};

/// Runs a program to its end; `hint` says what to do where it cannot be started.
pub(crate) fn finish(command: &mut Command, hint: &'static str) -> Outcome {
    let shown = format!("{command:?}").replace('"', "");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(XtaskError::Ended { command: shown, status: status.to_string() }),
        Err(source) => Err(XtaskError::Start { program: shown, source, hint }),
    }
}
