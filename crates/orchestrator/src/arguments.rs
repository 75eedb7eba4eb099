//! What can be asked for on the command line, and in which words.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;

use crate::config::Given;
use crate::telemetry::{self, LogFormat};

/// Books each bond trade, whole, at one prime broker account: keeps every hard limit exactly and is best by the desk's
/// own priorities.
#[derive(Debug, Parser)]
#[command(name = "pb-assign", version, after_help = EXAMPLES)]
pub struct Cli {
    /// How logs on stderr are written.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Human)]
    pub(crate) log: LogFormat,
    /// What is logged: error, warn, info, debug, or a filter such as solver=debug.
    #[arg(long, global = true, default_value = "warn", env = "PB_ASSIGN_LOG", value_parser = telemetry::filter)]
    pub(crate) log_level: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  pb-assign init my-desk                                     a commented configuration and sample files
  pb-assign run --config my-desk/desk.yaml                   the whole job
  pb-assign run --config desk.yaml --as-of 2026-11-20 --dry-run
  pb-assign verify my-desk/out/latest                        check a published answer against its inputs
  pb-assign replay latest --state my-desk/state              repeat a run by its counts, and compare

Exit codes:
  0 done   2 configuration or command line   3 input data refused   4 no assignment, or an answer or the ledger does not hold
  70 fault of the program   75 try again later (disk, memory)   130, 143 ended by a signal";

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Assign the day's trades and publish the answer.
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArguments),
    /// Check configuration and files, solve nothing.
    #[command(after_help = "Example:\n  pb-assign validate --config desk.yaml --as-of 2026-11-20")]
    Validate(InputArguments),
    /// Recompute a published answer from its inputs, in exact arithmetic.
    #[command(after_help = "Example:\n  pb-assign verify out/2026-11-20")]
    Verify(VerifyArguments),
    /// Check the ledger of runs, list it, show what a run read and published, copy a span of days for somebody else.
    #[command(after_help = "Examples:\n  pb-assign audit verify --state state\n  pb-assign audit list\n  \
        pb-assign audit show 12 --extract kept-run\n  \
        pb-assign audit export --from 2026-11-01 --to 2026-11-30 --output november.zip")]
    Audit(AuditArguments),
    /// Show runs and metrics over time, or make the history anew from the ledger.
    #[command(after_help = "Examples:\n  pb-assign history --since 2026-11-01\n  \
        pb-assign history --account PB1 --metric leverage\n  pb-assign history rebuild --state state")]
    History(HistoryArguments),
    /// List the limits that were broken: since when, how badly, and how they stand.
    #[command(after_help = "Examples:\n  pb-assign breaches --open\n  \
        pb-assign breaches --since 2026-11-01 --account PB1 | jq .breaches")]
    Breaches(BreachesArguments),
    /// List the alerts that fire, send those that wait, end those of a desk that is no more, try whether they arrive.
    #[command(
        after_help = "Examples:\n  pb-assign alerts --state state\n  pb-assign alerts send --config desk.yaml\n  \
        pb-assign alerts test --config desk.yaml"
    )]
    Alerts(AlertsArguments),
    /// Repeat a run by its recorded counts, whatever the clock says, and compare the answers byte by byte.
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayArguments),
    /// Write the mixed-integer program, for auditors and other solvers.
    #[command(after_help = "Example:\n  pb-assign model --config desk.yaml --format lp --output model.lp")]
    Model(ModelArguments),
    /// Print the JSON Schema of configurations, results, certificates or what a dry run says; or the table of keys.
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
    /// Solve one task of a run, in a process of its own.
    #[command(hide = true)]
    SolveChild(ChildArguments),
}

const RUN_EXAMPLES: &str = "\
Examples:
  pb-assign run --config desk.yaml --as-of 2026-11-20
  pb-assign run --config desk.yaml --trades late.csv --out late --dry-run
  pb-assign run --config desk.yaml | tail -n 1 | jq .status";

const REPLAY_EXAMPLES: &str = "\
Examples:
  pb-assign replay 12                                        entry 12 of state/ledger.jsonl, from its kept files
  pb-assign replay latest --state my-desk/state
  pb-assign replay out/2026-11-20                            a published folder, from the files where they are
  pb-assign replay --run out/2026-11-20
  pb-assign replay --run kept/2026-11-20 --config desk.yaml --as-of 2026-11-20
  pb-assign replay --run late --trades late.csv | jq .replay";

/// What a run reads.
#[derive(Debug, Clone, Args)]
pub struct InputArguments {
    /// The desk's configuration, YAML or JSON.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The date of the run, YYYY-MM-DD; fills {as_of} in paths.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// Trades from this file instead of the configured one; the path starts at the current folder.
    #[arg(long, value_name = "FILE")]
    pub trades: Option<String>,
    /// Positions from this file instead of the configured one; the path starts at the current folder.
    #[arg(long, value_name = "FILE")]
    pub positions: Option<String>,
}

/// What `solve-child` takes.
#[derive(Debug, Args)]
pub(crate) struct ChildArguments {
    /// The process that started this one, and that it does not outlive.
    #[arg(long, value_name = "PID")]
    pub(crate) parent: u32,
    /// The address space it may have, in bytes.
    #[arg(long, value_name = "BYTES")]
    pub(crate) memory_bytes: u64,
    /// What solves.
    #[command(subcommand)]
    pub(crate) work: ChildWork,
}

/// What solves in a child process.
#[derive(Debug, Subcommand)]
pub(crate) enum ChildWork {
    /// A library that is linked into this program.
    Library {
        /// Its word in the configuration.
        name: String,
    },
    /// Another program.
    Command {
        /// The program and its arguments.
        #[arg(trailing_var_arg = true, required = true)]
        command: Vec<OsString>,
    },
    /// Nothing: it ends what the other program of its process group started, once that is gone.
    #[cfg(unix)]
    Guard,
}

/// What `run` takes.
#[derive(Debug, Clone, Args)]
pub struct RunArguments {
    /// What it reads.
    #[command(flatten)]
    pub inputs: InputArguments,
    /// The folder to publish to, replaced whole; the path starts at the current folder. By default out/DATE, or out/latest
    /// without a date, beside the configuration.
    #[arg(long, value_name = "DIR")]
    pub out: Option<String>,
    /// Compute and show everything, write nothing anywhere.
    #[arg(long)]
    pub dry_run: bool,
    /// The folder of the ledger and of kept files; by default `state` of the configuration.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Solve and publish even where the same run was done before.
    #[arg(long)]
    pub again: bool,
    /// Send no alert and write no metrics file, whatever the configuration says: for trials, with a --state of their own.
    #[arg(long)]
    pub no_monitoring: bool,
    /// Who runs it, for the ledger; by default the user that it runs as, by name.
    #[arg(long, value_name = "NAME", env = "PB_ASSIGN_ACTOR")]
    pub actor: Option<String>,
    /// How long to wait for another run that has the record, such as 30s or 5m.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub wait: Duration,
}

/// What `audit` takes.
#[derive(Debug, Args)]
pub struct AuditArguments {
    /// The folder of the ledger.
    #[arg(long, value_name = "DIR", default_value = "state", global = true)]
    pub state: PathBuf,
    /// How long to wait for a run that has the record.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration, global = true)]
    pub wait: Duration,
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What can be asked of the ledger.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check every entry and every kept file.
    #[command(after_help = "Examples:\n  pb-assign audit verify --state state\n  \
        pb-assign audit verify --expect-head 5d41…    (against a head that was kept elsewhere)")]
    Verify {
        /// A head from a summary line or run.json: an entry must have it, or some are missing.
        #[arg(long, value_name = "HASH")]
        expect_head: Option<String>,
        /// Check the entries alone, not the kept files.
        #[arg(long)]
        entries_only: bool,
    },
    /// List the entries, the last ones last.
    List {
        /// Entries about this date and later; one without a date counts by the day on which it was recorded.
        #[arg(long, alias = "since", value_name = "DATE", value_parser = date)]
        from: Option<Date>,
        /// Entries about this date and earlier.
        #[arg(long, value_name = "DATE", value_parser = date)]
        to: Option<Date>,
    },
    /// Show an entry whole, and write the files that it names into a folder.
    #[command(after_help = "Examples:\n  pb-assign audit show 12\n  pb-assign audit show 8c1f… --extract kept-run")]
    Show {
        /// The number of an entry, a run_id, a date, or `latest`; of several runs the last one is taken.
        #[arg(value_name = "RUN")]
        run: String,
        /// A new folder for the files; those of a rerun are the files of the run that it repeats.
        #[arg(long, value_name = "DIR")]
        extract: Option<PathBuf>,
    },
    /// Copy everything about a span of days to a new folder or archive that needs no program of ours to be read and checked.
    #[command(
        after_help = "Examples:\n  pb-assign audit export --from 2026-10-01 --to 2026-12-31 --output fourth-quarter\n  \
        pb-assign audit export --from 2026-11-20 --to 2026-11-20 --output 2026-11-20.zip"
    )]
    Export {
        /// The first as-of date; a run without one counts by the day on which it was recorded.
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: Date,
        /// The last as-of date.
        #[arg(long, value_name = "DATE", value_parser = date)]
        to: Date,
        /// The folder to make, or the archive where the name ends with .zip.
        #[arg(long, value_name = "PATH")]
        output: PathBuf,
    },
}

/// What `history` takes.
#[derive(Debug, Args)]
pub struct HistoryArguments {
    /// The folder of the ledger and the history.
    #[arg(long, value_name = "DIR", default_value = "state", global = true)]
    pub state: PathBuf,
    /// How long to wait for a run that has the record.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration, global = true)]
    pub wait: Duration,
    /// Days from this date on.
    #[arg(long, alias = "from", value_name = "DATE", value_parser = date)]
    pub since: Option<Date>,
    /// Metrics of this account.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Metrics of this name; where one is left, each of its days is shown.
    #[arg(long, value_name = "METRIC")]
    pub metric: Option<String>,
    /// What to do instead.
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
}

/// What can be done with the history besides showing it.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Make it anew from the ledger and the kept files, and say whether its content is the same.
    Rebuild,
}

/// What `breaches` takes.
#[derive(Debug, Args)]
pub struct BreachesArguments {
    /// The folder of the ledger and the history.
    #[arg(long, value_name = "DIR", default_value = "state")]
    pub state: PathBuf,
    /// How long to wait for a run that has the record.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub wait: Duration,
    /// Breaches that were seen on this date or later.
    #[arg(long, alias = "from", value_name = "DATE", value_parser = date)]
    pub since: Option<Date>,
    /// Breaches of this account.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Those that are open alone.
    #[arg(long)]
    pub open: bool,
}

/// What `alerts` takes.
#[derive(Debug, Args)]
pub struct AlertsArguments {
    /// The folder of the ledger; by default `state`, or that of the configuration where one is given.
    #[arg(long, value_name = "DIR", global = true)]
    pub state: Option<PathBuf>,
    /// What to do; by default, list what fires and what waits.
    #[command(subcommand)]
    pub command: Option<AlertsCommand>,
}

/// What can be done about alerts.
#[derive(Debug, Subcommand)]
pub enum AlertsCommand {
    /// Send what waits in the outbox.
    Send {
        /// The desk's configuration, which has the channels.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Take away, unsent, what waits for this channel.
        #[arg(long, value_name = "CHANNEL")]
        forget: Option<String>,
    },
    /// End the alerts of a desk that is no more, and tell the channels.
    #[command(after_help = "Example:\n  pb-assign alerts end --config desk.yaml --desk old-name")]
    End {
        /// The configuration of a desk with the same ledger, which has the channels.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The desk whose alerts end; `pb-assign alerts` shows whose fire.
        #[arg(long, value_name = "NAME")]
        desk: String,
        /// Who does it, for the ledger; by default the user that it runs as, by name.
        #[arg(long, value_name = "NAME", env = "PB_ASSIGN_ACTOR")]
        actor: Option<String>,
        /// How long to wait for a run that has the record.
        #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
        wait: Duration,
    },
    /// Send a marked test message through each channel, and then that it is over.
    Test {
        /// The desk's configuration, which has the channels.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
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

/// What `replay` takes.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// A run of the ledger: the number of its entry, its run_id, its date, or `latest`. Anything else, such as out/latest or
    /// ./12, is a published folder.
    #[arg(value_name = "RUN", required_unless_present = "run", conflicts_with = "run")]
    pub wanted: Option<String>,
    /// The folder of the ledger.
    #[arg(long, value_name = "DIR", default_value = "state")]
    pub state: PathBuf,
    /// How long to wait for a run that has the ledger.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub wait: Duration,
    /// The published folder.
    #[arg(long, value_name = "DIR")]
    pub run: Option<PathBuf>,
    /// The configuration of a published folder; by default the one that run.json names.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The date of the run; by default the one that result.json has.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
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

fn duration(text: &str) -> Result<Duration, String> {
    let milliseconds = domain::shape::duration_ms(text);
    milliseconds.map(Duration::from_millis).ok_or_else(|| "write a length of time such as 500ms, 30s or 2m".to_owned())
}

fn date(text: &str) -> Result<Date, String> {
    // The parser of dates takes more than this one spelling.
    let is_iso = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let parsed = if is_iso { text.parse().ok() } else { None };
    parsed.ok_or_else(|| "write a date of the calendar as YYYY-MM-DD, such as 2026-11-20".to_owned())
}

/// The document that `schema` describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The configuration, as JSON Schema.
    Config,
    /// result.json, as JSON Schema.
    Result,
    /// certificate.json, as JSON Schema.
    Certificate,
    /// What a dry run says of its impact, as JSON Schema.
    Impact,
    /// The configuration, as a table of keys in Markdown.
    ConfigReference,
}
