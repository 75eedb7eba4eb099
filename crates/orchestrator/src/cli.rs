//! The command line: what can be asked for, and how the answer reaches the caller.
//! Standard output carries what a program reads, one line of JSON last; everything for people goes to stderr.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use jiff::civil::Date;
use serde_json::json;

use crate::Failure;
use crate::commands::schema::SchemaOf;
use crate::commands::{completions, init, model, run, schema, validate, verify};
use crate::config::Given;
use crate::exit::Exit;
use crate::telemetry::{self, LogFormat};

/// Books each bond trade, whole, at one prime broker account: keeps every hard limit exactly and is best by the desk's
/// own priorities.
#[derive(Debug, Parser)]
#[command(name = "pb-assign", version, after_help = EXAMPLES)]
pub struct Cli {
    /// How logs on stderr are written.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Human)]
    log: LogFormat,
    /// What is logged: error, warn, info, debug, or a filter such as solver=debug.
    #[arg(long, global = true, default_value = "warn", env = "PB_ASSIGN_LOG", value_parser = telemetry::filter)]
    log_level: String,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  pb-assign init my-desk                                     a commented configuration and sample files
  pb-assign run --config my-desk/desk.yaml                   the whole job
  pb-assign run --config desk.yaml --as-of 2026-11-20 --dry-run
  pb-assign verify my-desk/out                               check a published answer against its inputs

Exit codes:
  0 done   2 configuration or command line   3 input data refused   4 no assignment, or an answer does not hold
  70 fault of the program   75 try again later (disk, memory)";

#[derive(Debug, Subcommand)]
enum Command {
    /// Assign the day's trades and publish the answer.
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArguments),
    /// Check configuration and files, solve nothing.
    #[command(after_help = "Example:\n  pb-assign validate --config desk.yaml --as-of 2026-11-20")]
    Validate(InputArguments),
    /// Recompute a published answer from its inputs, in exact arithmetic.
    #[command(after_help = "Example:\n  pb-assign verify out/2026-11-20")]
    Verify(VerifyArguments),
    /// Write the mixed-integer program, for auditors and other solvers.
    #[command(after_help = "Example:\n  pb-assign model --config desk.yaml --format lp --output model.lp")]
    Model(ModelArguments),
    /// Print the JSON Schema of configurations or results.
    #[command(after_help = "Example:\n  pb-assign schema config > desk.schema.json")]
    Schema {
        /// What to describe.
        #[arg(value_enum, default_value_t = SchemaOf::Result)]
        of: SchemaOf,
    },
    /// Write a commented starting configuration and sample files that run.
    #[command(after_help = "Example:\n  pb-assign init my-desk && pb-assign run --config my-desk/desk.yaml")]
    Init {
        /// The folder, made if it is not there.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Print the completion script of a shell.
    #[command(after_help = "Example:\n  pb-assign completions bash > /etc/bash_completion.d/pb-assign")]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

const RUN_EXAMPLES: &str = "\
Examples:
  pb-assign run --config desk.yaml --as-of 2026-11-20
  pb-assign run --config desk.yaml --trades late.csv --out late --dry-run
  pb-assign run --config desk.yaml | tail -n 1 | jq .status";

/// What a run reads.
#[derive(Debug, Args)]
pub struct InputArguments {
    /// The desk's configuration, YAML or JSON.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The date of the run, YYYY-MM-DD; fills {as_of} in paths.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// Trades from this file instead of the configured one.
    #[arg(long, value_name = "FILE")]
    pub trades: Option<String>,
    /// Positions from this file instead of the configured one.
    #[arg(long, value_name = "FILE")]
    pub positions: Option<String>,
}

/// What `run` takes.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// What it reads.
    #[command(flatten)]
    pub inputs: InputArguments,
    /// The folder to publish to, replaced whole; by default out/DATE beside the configuration.
    #[arg(long, value_name = "DIR")]
    pub out: Option<String>,
    /// Compute and show everything, write nothing anywhere.
    #[arg(long)]
    pub dry_run: bool,
}

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The published folder.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The configuration; by default the one that run.json names.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The trades, if the run was given a file of its own.
    #[arg(long, value_name = "FILE")]
    pub trades: Option<String>,
    /// The positions, if the run was given a file of its own.
    #[arg(long, value_name = "FILE")]
    pub positions: Option<String>,
}

/// What `model` takes.
#[derive(Debug, Args)]
pub struct ModelArguments {
    /// What it reads.
    #[command(flatten)]
    pub inputs: InputArguments,
    /// The format of the file.
    #[arg(long, default_value = "lp", value_parser = model_formats())]
    pub format: String,
    /// The file to write; standard output without one.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl InputArguments {
    /// What the command line adds to a configuration.
    pub(crate) fn given(&self) -> Given {
        Given { as_of: self.as_of, trades: self.trades.clone(), positions: self.positions.clone(), out: None }
    }
}

impl RunArguments {
    /// What the command line adds to a configuration.
    pub(crate) fn given(&self) -> Given {
        Given { out: self.out.clone(), ..self.inputs.given() }
    }
}

fn model_formats() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(solver::model_file::TABLE.iter().map(|format| format.name))
}

fn date(text: &str) -> Result<Date, String> {
    // The parser of dates takes more than this one spelling.
    let is_iso = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let parsed = if is_iso { text.parse().ok() } else { None };
    parsed.ok_or_else(|| "write a date of the calendar as YYYY-MM-DD, such as 2026-11-20".to_owned())
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    telemetry::start(cli.log, &cli.log_level);
    let result = std::panic::catch_unwind(|| dispatch(cli.command));
    let (exit, text) = match result {
        Ok(Ok(answer)) => answer,
        Ok(Err(failure)) => (failure.exit(), explain(&failure)),
        Err(_) => (Exit::Internal, internal_error()),
    };
    let printed = writeln!(std::io::stdout(), "{text}");
    // A reader that has gone, as behind `| head`, is no failure of the run.
    drop(printed);
    ExitCode::from(exit as u8)
}

fn dispatch(command: Command) -> Result<(Exit, String), Failure> {
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Model(arguments) => model::run(&arguments),
        Command::Init { folder } => init::run(&folder),
        Command::Schema { of } => Ok((Exit::Done, schema::text(of).trim_end().to_owned())),
        Command::Completions { shell } => Ok((Exit::Done, completions::text(shell).trim_end().to_owned())),
    }
}

fn explain(failure: &Failure) -> String {
    telemetry::tell(&failure.to_string());
    failure.summary_line()
}

fn internal_error() -> String {
    telemetry::tell(
        "This is a fault of pb-assign; nothing was published. Please report the lines above with the input that led here.",
    );
    json!({ "status": "failed", "reason": Exit::Internal.word(), "exit": Exit::Internal as u8 }).to_string()
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
