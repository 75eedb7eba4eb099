//! Benchmarks: how fast whole runs are, how good next to other solvers and published optima, how they grow, and what many
//! small ones cost.

mod canvas;
mod desks;
mod gap;
mod limits;
mod measure;
mod once;
mod peers;
mod scale;
mod speed;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use crate::cargo;
use crate::error::{Outcome, XtaskError};

/// Where all of them work, relative to the workspace.
const WORK: &str = "target/bench";

/// What `bench` takes.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: Option<Benchmark>,
    /// Which of the benchmarks run; all without it.
    #[arg(long, value_name = "BENCHMARK,...", value_delimiter = ',')]
    only: Vec<Part>,
    #[command(flatten)]
    peers: peers::Options,
}

/// A benchmark, as a word of `--only`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Speed,
    Peers,
    Gap,
    Scale,
    Limits,
    Desks,
}

#[derive(Debug, Subcommand)]
enum Benchmark {
    /// Whole runs: a day of 200 trades and a flood of 20,000, their time and memory against goals.
    #[command(after_help = "Example:\n  cargo xtask bench speed")]
    Speed,
    /// Us, HiGHS, OR-Tools CP-SAT and SCIP on the same desks: plans, distance from the best known, times.
    ///
    /// Installs the peers under target/peers-venv first (python3 and a network). Each runs in a process of its own with
    /// two threads; every plan is checked exactly. Writes target/bench/peers.csv and peers.svg. It fails where a peer
    /// proves its plan best and ours has another objective.
    #[command(after_help = "Examples:\n  cargo xtask bench peers --quick\n  \
        cargo xtask bench peers --classes tight,band --time-limit 10\n  \
        cargo xtask bench peers --solvers ours    (the others' rows are kept)")]
    Peers(peers::Options),
    /// Generalized assignment instances against their published optima.
    #[command(after_help = "Examples:\n  cargo xtask bench gap --data ../shared/data/gap\n  \
        cargo xtask bench gap --strict")]
    Gap {
        /// The folder with optima.csv and an INSTANCE.txt each, from the workspace; where it is absent,
        /// nothing is run.
        #[arg(long, value_name = "DIR", default_value = "../shared/data/gap")]
        data: PathBuf,
        /// Seconds for each; d05100 has a minute more to be proven.
        #[arg(long, value_name = "SECONDS", default_value_t = 10.0)]
        time_limit: f64,
        /// Fail where a goal is not met, not only where a published value is contradicted.
        #[arg(long)]
        strict: bool,
    },
    /// Tight desks of 1,000 to 100,000 trades, 20 accounts and 20 metrics: time, memory, gap and certified gap.
    #[command(after_help = "Examples:\n  cargo xtask bench scale\n  \
        cargo xtask bench scale --sizes 1000,3000 --time-limit 20")]
    Scale(scale::Options),
    /// Runs that use up their time: how far each goes beyond its limit, seen from outside.
    #[command(
        after_help = "Examples:\n  cargo xtask bench limits\n  cargo xtask bench limits --time-limits 2 --busy 2"
    )]
    Limits(limits::Options),
    /// Many small desks: what a run costs beside its solve.
    #[command(after_help = "Examples:\n  cargo xtask bench desks\n  cargo xtask bench desks --desks 100 --workers 1")]
    Desks(desks::Options),
}

/// Builds the product and runs what was asked for.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Outcome {
    let work = root.join(WORK);
    std::fs::create_dir_all(&work).map_err(XtaskError::write(&work))?;
    let program = &cargo::build_product(root, cargo::BUILD)?;
    match &arguments.what {
        Some(Benchmark::Speed) => speed::run(root, program),
        Some(Benchmark::Peers(options)) => peers::run(root, program, options),
        Some(Benchmark::Gap { data, time_limit, strict }) => {
            gap::run(root, program, &root.join(data), *time_limit, *strict)
        }
        Some(Benchmark::Scale(options)) => scale::run(root, program, options),
        Some(Benchmark::Limits(options)) => limits::run(root, program, options),
        Some(Benchmark::Desks(options)) => desks::run(root, program, options),
        None => run_parts(root, program, arguments),
    }
}

/// Runs all of them, or those that are named, whatever one comes to; the first failure is the whole's.
fn run_parts(root: &Path, program: &Path, arguments: &Arguments) -> Outcome {
    let peers = &arguments.peers;
    let mut ending = Ok(());
    for part in Part::value_variants() {
        if !arguments.only.is_empty() && !arguments.only.contains(part) {
            continue;
        }
        println!("\n## {}\n", part.title());
        let ended = match part {
            Part::Speed => speed::run(root, program),
            Part::Peers => peers::run(root, program, peers),
            Part::Gap => gap::run(root, program, &root.join(&peers.data), peers.time_limit, false),
            Part::Scale => scale::run(root, program, &scale::Options::default()),
            Part::Limits => limits::run(root, program, &limits::Options::default()),
            Part::Desks => desks::run(root, program, &desks::Options::default()),
        };
        if let Err(error) = &ended {
            eprintln!("bench: failed to {error}");
        }
        ending = ending.and(ended);
    }
    ending
}

impl Part {
    fn title(self) -> &'static str {
        match self {
            Self::Speed => "Speed of whole runs",
            Self::Peers => "Next to other solvers",
            Self::Gap => "Generalized assignment",
            Self::Scale => "Growth with trades",
            Self::Limits => "Beyond the time limit",
            Self::Desks => "Many small desks",
        }
    }
}
