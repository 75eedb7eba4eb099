//! Many small desks, as a nightly batch has them: what a run costs beside its solve, the program called directly by a
//! few workers.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use clap::Args;
use serde_json::Value;

use super::WORK;
use crate::desk_generator::{self, Class, DeskPlan};
use crate::error::{Outcome, XtaskError};
use crate::files;

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// How many desks.
    #[arg(long, value_name = "DESKS", default_value_t = 1_000)]
    desks: usize,
    /// How many run at a time.
    #[arg(long, value_name = "WORKERS", default_value_t = 2)]
    workers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { desks: 1_000, workers: 2 }
    }
}

/// The first day makes the ledger and the history of its desk; the second is as every day after it.
const DAYS: [&str; 2] = ["2026-11-19", "2026-11-20"];
const TRADES: usize = 10;
const ACCOUNTS: usize = 3;
const METRICS: usize = 6;
/// What a run may cost beside its solve.
const GOAL_MS: f64 = 20.0;
/// The exit code of a run that ends without an assignment.
const NO_ASSIGNMENT: i32 = 4;

/// One run, in milliseconds.
struct Run {
    whole_ms: f64,
    solve_ms: f64,
}

/// Runs every desk on each day and prints a table.
pub(super) fn run(root: &Path, program: &Path, options: &Options) -> Outcome {
    let folder = root.join(WORK).join("desks");
    files::make_empty(&folder)?;
    let desks: Vec<PathBuf> = (0..options.desks).map(|desk| folder.join(desk.to_string())).collect();
    for (seed, desk) in (0..).zip(&desks) {
        let solver = "{ timeout: 10s, gap: 0.0001 }".to_owned();
        let class = Class::Loose;
        let plan =
            DeskPlan { trades: TRADES, accounts: ACCOUNTS, metrics: METRICS, class, seed, solver, pinned: false };
        desk_generator::write_desk(&plan, desk)?;
    }
    let mut text = format!(
        "{} desks of {TRADES} trades, {ACCOUNTS} accounts and {METRICS} metrics, {} at a time:\n\n\
         | day | all s | run ms, mean | median | slowest | solve ms, mean | beside the solve ms, mean |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        options.desks, options.workers
    );
    let mut costs = Vec::new();
    for (name, day) in ["first", "next"].into_iter().zip(DAYS) {
        let start = Instant::now();
        let mut runs = run_all(program, &desks, day, options.workers)?;
        let seconds = start.elapsed().as_secs_f64();
        runs.sort_by(|a, b| a.whole_ms.total_cmp(&b.whole_ms));
        let mean = |of: fn(&Run) -> f64| runs.iter().map(of).sum::<f64>() / runs.len().max(1) as f64;
        let (whole, solve) = (mean(|run| run.whole_ms), mean(|run| run.solve_ms));
        let median = runs.get(runs.len() / 2).map_or(0.0, |run| run.whole_ms);
        let slowest = runs.last().map_or(0.0, |run| run.whole_ms);
        let cost = whole - solve;
        let _ = writeln!(
            text,
            "| {name} | {seconds:.1} | {whole:.1} | {median:.1} | {slowest:.1} | {solve:.1} | {cost:.1} |"
        );
        costs.push(cost);
    }
    println!("{text}\n{}", verdict(&costs));
    Ok(())
}

fn verdict(costs: &[f64]) -> String {
    let worst = costs.iter().copied().fold(0.0, f64::max);
    let verdict = if worst < GOAL_MS { "met" } else { "NOT met" };
    format!("A run costs {worst:.1} ms beside its solve on the dearer day (under {GOAL_MS} ms: {verdict}).")
}

/// Runs every desk once, each worker the next that nobody has.
fn run_all(program: &Path, desks: &[PathBuf], day: &str, workers: usize) -> Outcome<Vec<Run>> {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let work = || {
            let mut runs = Vec::new();
            while let Some(desk) = desks.get(next.fetch_add(1, Ordering::Relaxed)) {
                runs.push(run_one(program, desk, day)?);
            }
            Ok(runs)
        };
        let workers: Vec<_> = (0..workers.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.join().unwrap_or_else(|_| Ok(Vec::new()))?);
        }
        Ok(all)
    })
}

fn run_one(program: &Path, desk: &Path, day: &str) -> Outcome<Run> {
    let (config, out) = (desk.join("desk.yaml"), desk.join("out"));
    let mut command = Command::new(program);
    command.args(["run", "--as-of", day, "--config"]).arg(&config).arg("--out").arg(&out);
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().map_err(XtaskError::start_of_product)?;
    let whole_ms = start.elapsed().as_secs_f64() * 1_000.0;
    // A desk whose day has no answer is a desk too, and its run leaves everything that others do.
    if !output.status.success() && output.status.code() != Some(NO_ASSIGNMENT) {
        let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        return Err(XtaskError::Ended {
            command: format!("pb-assign run --config {}", config.display()),
            status: format!("{}\n{said}", output.status),
        });
    }
    let run: Value = serde_json::from_str(&files::read(&out.join("run.json"))?).unwrap_or_default();
    let stages = run["stages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let solve_us: u64 =
        stages.iter().filter(|stage| stage["stage"] == "solve").filter_map(|stage| stage["elapsed_us"].as_u64()).sum();
    Ok(Run { whole_ms, solve_ms: solve_us as f64 / 1_000.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearer_day_decides() {
        assert!(verdict(&[12.0, 9.5]).ends_with("12.0 ms beside its solve on the dearer day (under 20 ms: met)."));
        assert!(verdict(&[9.5, 20.0]).ends_with("NOT met)."));
    }

    #[test]
    #[cfg(unix)]
    fn a_run_that_fails_fails_the_benchmark() {
        let place = tempfile::tempdir().unwrap();
        let desks = vec![place.path().to_owned()];
        let error = run_all(Path::new("/bin/false"), &desks, DAYS[0], 2).err().unwrap();
        assert!(error.to_string().contains("exit status: 1"), "{error}");
        assert!(run_all(Path::new("/bin/false"), &[], DAYS[0], 2).unwrap().is_empty());
    }
}
