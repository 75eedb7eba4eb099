//! `pb-assign completions SHELL`: the script that completes commands and options.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::arguments::Cli;

/// The script.
pub fn text(shell: Shell) -> String {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "pb-assign", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
