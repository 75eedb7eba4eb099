//! From a command line to its command, and from the answer to the caller.
//! Standard output carries what a program reads, one line of JSON last; everything for people goes to stderr.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use serde_json::json;

use crate::arguments::{Cli, Command};
use crate::commands::{
    alerts, audit, breaches, completions, history, init, model, replay, run, schema, solve_child, validate, verify,
};
use crate::exit::Exit;
use crate::{Failure, interrupt, telemetry};

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    telemetry::start(cli.log, &cli.log_level);
    if let Command::SolveChild(arguments) = &cli.command {
        return solve_child::run(arguments);
    }
    let undone = undone(&cli.command);
    let result = std::panic::catch_unwind(|| dispatch(cli.command));
    let (exit, text) = match result.unwrap_or(Err(Failure::Panic)) {
        Ok(answer) => answer,
        Err(failure) => (failure.exit(), explain(&failure, undone)),
    };
    while !interrupt::may_end() {
        // Somebody else ends the process.
        std::thread::park();
    }
    match writeln!(std::io::stdout(), "{text}").and_then(|()| std::io::stdout().flush()) {
        // A reader that has gone, as behind `| head`, is no failure of the run.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            telemetry::tell(&format!("failed to write to standard output: {error}"));
            ExitCode::from(Exit::TryAgain as u8)
        }
        _ => ExitCode::from(exit as u8),
    }
}

fn dispatch(command: Command) -> Result<(Exit, String), Failure> {
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::History(arguments) => history::run(&arguments),
        Command::Breaches(arguments) => breaches::run(&arguments),
        Command::Alerts(arguments) => alerts::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Model(arguments) => model::run(&arguments),
        Command::Init { folder } => init::run(&folder),
        Command::Schema { of } => Ok((Exit::Done, schema::text(of).trim_end().to_owned())),
        Command::SolveChild(_) => unreachable!("a child says nothing of its own on standard output"),
        Command::Completions { shell } => Ok((Exit::Done, completions::text(shell).trim_end().to_owned())),
    }
}

/// What a command leaves undone when configuration or files are refused, where that has to be said.
fn undone(command: &Command) -> &'static str {
    match command {
        Command::Run(_) => run::UNDONE,
        Command::Verify(_) => "nothing was verified",
        Command::Replay(_) => "nothing was repeated",
        Command::Model(_) => "nothing was written",
        _ => "",
    }
}

fn explain(failure: &Failure, undone: &str) -> String {
    telemetry::tell(&failure.told(undone));
    failure.summary_line()
}

/// Help and version end well; anything else is a wrong command line.
fn usage(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    drop(printed);
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    let line = json!({
        "status": "failed", "reason": Exit::Configuration.word(), "exit": Exit::Configuration as u8,
        "counts": { "problems": 1 }, "problems": [{ "message": usage_message(error) }],
    });
    let printed = writeln!(std::io::stdout(), "{line}");
    drop(printed);
    ExitCode::from(Exit::Configuration as u8)
}

/// What is wrong with the command line, without the help around it.
fn usage_message(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a command is missing".to_owned();
    }
    let text = error.to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    words.join(" ").trim_start_matches("error: ").to_owned()
}
