//! What a developer does here, each a command of `cargo xtask`: set-up, tests, demo, scenarios, benchmark and
//! structure checks.
//!
//! This program never compiles HiGHS and knows no crate of the product: it runs the product as its users do. Start
//! with [`Task`], the table of commands.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "talking to a developer is what this program is for")]

mod airflow;
mod bench;
mod cargo;
mod demo;
mod desk_generator;
mod dist;
mod error;
mod files;
mod gap_instance;
mod monitoring;
mod native_tools;
mod process;
mod python;
mod random;
mod scenarios;
mod test;
mod tidy;
mod workflows;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use desk_generator::DeskPlan;
use error::Outcome;

/// Set-up, tests, demo, scenarios, benchmark and structure checks of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
#[command(after_help = "Examples:\n  \
    cargo xtask demo               build, run the shipped desk, show the result\n  \
    cargo xtask test               every test and check; the last line counts them\n  \
    cargo xtask scenarios breach   the scenarios with `breach` in their name\n  \
    cargo xtask tidy --fix         rewrite what tidy can rewrite")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Make sure of cmake, libclang and a C++ compiler, so that `cargo build` works.
    ///
    /// Uses the system's cmake and libclang where it has them. Otherwise installs private ones under
    /// target/native-tools, without root; this takes python3 and a network.
    #[command(after_help = "Example:\n  cargo xtask setup && cargo build --release")]
    Setup,
    /// Build the product, run the shipped desk, show the result.
    #[command(after_help = "Example:\n  cargo xtask demo")]
    Demo,
    /// Run every test and check, after set-up; ends with a table of steps and `N passed, M failed`.
    #[command(after_help = "Examples:\n  cargo xtask test\n  \
        cargo xtask test --skip airflow    (it takes minutes, and a network the first time)")]
    Test {
        /// A step to leave out; may be given several times.
        #[arg(long, value_name = "STEP", value_parser = test::step_names())]
        skip: Vec<String>,
    },
    /// Run the days of fixtures/scenarios through the program and compare what comes out.
    ///
    /// Each is compared with what its scenario.json expects and with its expected.json, verified, and run again
    /// from elsewhere, which must give the same bytes.
    #[command(after_help = "Examples:\n  cargo xtask scenarios\n  cargo xtask scenarios breach\n  \
        cargo xtask scenarios pins --bless    (after reading target/scenarios/pins/out/result.json)")]
    Scenarios {
        /// Part of a name; all scenarios without it.
        name: Option<String>,
        /// Write what came out to expected.json, where everything else is as expected.
        #[arg(long)]
        bless: bool,
    },
    /// Benchmarks: speed, peers (next to other solvers), gap (published optima), scale, limits, desks; all without a name.
    #[command(after_help = "Examples:\n  cargo xtask bench --quick\n  cargo xtask bench --only speed,gap\n  \
        cargo xtask bench peers --classes band    (`bench peers --help` says more)")]
    Bench(bench::Arguments),
    /// Write a made-up desk into a folder, the same for the same seed.
    ///
    /// Classes mid, tight and band have limits around a planted plan, which planted.csv holds: one limit for each
    /// metric and account 0.75 or 0.15 standard deviations away from it, or two at 0.1. Their seed decides the
    /// kinds of metrics: divisible by three, all linear; remainder two, a cost that nets too.
    #[command(after_help = "Examples:\n  \
        cargo xtask desk --class band --trades 200 --accounts 5 --metrics 20 --seed 1 --out target/desk\n  \
        target/release/pb-assign run --config target/desk/desk.yaml")]
    Desk {
        /// How hard its limits make it.
        #[arg(long)]
        class: desk_generator::Class,
        #[arg(long, default_value_t = 200)]
        trades: usize,
        #[arg(long, default_value_t = 5)]
        accounts: usize,
        /// Metrics of each account: 6 to 60 around a planted plan, 2 of class hard, otherwise 1 to 60.
        #[arg(long, default_value_t = 12)]
        metrics: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The solver's settings, as the configuration has them.
        #[arg(long, value_name = "YAML", default_value = "{ timeout: 10s, gap: 0.0001 }")]
        solver: String,
        /// Pin every trade to the planted plan.
        #[arg(long)]
        pinned: bool,
        /// The folder, new or empty, or with a desk that is replaced.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Build what is shipped, under target/dist: a Python wheel, an archive, checksums, a bill of materials.
    ///
    /// The wheel is installed into an empty environment, the archive unpacked, and both run the starter desk. Takes
    /// python3 and a network the first time.
    #[command(after_help = "Example:\n  cargo xtask dist && pip install target/dist/pb_assign-*.whl")]
    Dist,
    /// Write the licences of what is linked into the program, as the wheel and the archive have them.
    #[command(after_help = "Example:\n  cargo xtask licenses target/THIRD-PARTY-LICENSES.txt")]
    Licenses {
        /// The file; one that is there is replaced.
        file: PathBuf,
    },
    /// Check the structure: arrows between crates, tables of kinds, problem codes, file lengths, layout.
    #[command(after_help = "Examples:\n  cargo xtask tidy\n  cargo xtask tidy --fix")]
    Tidy {
        /// Rewrite docs/codes.md from the sources.
        #[arg(long)]
        fix: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match cargo::workspace_root().and_then(|root| run(&root, &arguments.task)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: failed to {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, task: &Task) -> Outcome<ExitCode> {
    if !matches!(task, Task::Test { .. } | Task::Tidy { .. } | Task::Desk { .. } | Task::Licenses { .. }) {
        setup(root)?;
    }
    match task {
        Task::Setup => eprintln!("setup: ready for `cargo build`"),
        Task::Demo => demo::run(root)?,
        Task::Test { skip } => return Ok(test::run(root, skip)),
        Task::Scenarios { name, bless } => scenarios::run(root, cargo::BUILD, name.as_deref(), *bless)?,
        Task::Bench(arguments) => bench::run(root, arguments)?,
        Task::Desk { class, trades, accounts, metrics, seed, solver, pinned, out } => {
            let (trades, accounts, metrics) = (*trades, *accounts, *metrics);
            let (class, seed, solver, pinned) = (*class, *seed, solver.clone(), *pinned);
            let plan = DeskPlan { trades, accounts, metrics, class, seed, solver, pinned };
            desk_generator::write_new_desk(&plan, out)?;
            eprintln!("desk: wrote {}", out.display());
        }
        Task::Dist => dist::run(root)?,
        Task::Licenses { file } => dist::write_licenses(root, file)?,
        Task::Tidy { fix } => tidy::run(root, *fix)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn setup(root: &Path) -> Outcome {
    if let Some(summary) = native_tools::ensure(root)? {
        eprintln!("setup: HiGHS will be built with\n{summary}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed_and_every_command_shows_an_example() {
        let mut command = Arguments::command();
        command.clone().debug_assert();
        command.build();
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("cargo xtask"), "{}", sub.get_name());
        }
    }
}
