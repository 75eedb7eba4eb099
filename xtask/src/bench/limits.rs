//! How far whole runs go beyond their time limit, on days that use all of it, alone and on a machine that is busy.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Args;

use super::WORK;
use super::once::run_once;
use crate::desk_generator::{self, Class, DeskPlan};
use crate::error::Outcome;
use crate::files;

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Time limits in seconds.
    #[arg(long, value_name = "SECONDS,...", value_delimiter = ',', default_values_t = [1.0, 2.0, 10.0])]
    time_limits: Vec<f64>,
    /// Threads that do nothing but keep the machine busy meanwhile.
    #[arg(long, value_name = "THREADS", default_value_t = 0)]
    busy: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { time_limits: vec![1.0, 2.0, 10.0], busy: 0 }
    }
}

/// A day that uses up its time.
struct Case {
    class: Class,
    trades: usize,
    accounts: usize,
    seed: u64,
}

const METRICS: usize = 20;
const CASES: &[Case] = &[
    Case { class: Class::Mid, trades: 200, accounts: 5, seed: 8 },
    Case { class: Class::Tight, trades: 200, accounts: 5, seed: 14 },
    Case { class: Class::Band, trades: 200, accounts: 5, seed: 11 },
    Case { class: Class::Tight, trades: 3_000, accounts: 20, seed: 1 },
];

/// Who else is asked: nobody worth a name, and one that neither answers nor goes when it is told to.
const BACKENDS: &[(&str, &str)] = &[
    ("highs", "highs"),
    ("a hanging child", "{ name: hanging, command: [sh, -c, \"trap '' TERM; sleep 99 & wait; sleep 99\"] }"),
];

/// What a run may take beyond its limit.
const ALLOWED_S: f64 = 0.5;
const CSV: &str = "target/bench/limits.csv";

struct Run {
    desk: String,
    beside: &'static str,
    limit_s: f64,
    seconds: f64,
    status: String,
}

impl Run {
    fn over_s(&self) -> f64 {
        self.seconds - self.limit_s
    }
}

/// Measures every case with every limit and prints a table, the worst last.
pub(super) fn run(root: &Path, program: &Path, options: &Options) -> Outcome {
    let is_over = AtomicBool::new(false);
    let runs = thread::scope(|scope| {
        for _ in 0..options.busy {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let runs = measure(root, program, options);
        is_over.store(true, Ordering::Relaxed);
        runs
    })?;
    files::write(&root.join(CSV), &csv(&runs))?;
    println!("{}\nAlso in {CSV}.", markdown(&runs, options.busy));
    Ok(())
}

fn measure(root: &Path, program: &Path, options: &Options) -> Outcome<Vec<Run>> {
    let mut runs = Vec::new();
    for Case { class, trades, accounts, seed } in CASES {
        for (beside, backend) in BACKENDS {
            for limit_s in &options.time_limits {
                let folder = root.join(WORK).join("limits");
                let plan = DeskPlan {
                    trades: *trades,
                    accounts: *accounts,
                    metrics: METRICS,
                    class: *class,
                    seed: *seed,
                    solver: format!("{{ timeout: {limit_s}s, gap: 0.0001, backends: [search, {backend}] }}"),
                    pinned: false,
                };
                desk_generator::write_desk(&plan, &folder.join("desk"))?;
                let (measured, ending) = run_once(program, &folder.join("desk"), &folder.join("out"), *limit_s)?;
                let desk = format!("{class:?} {trades} x {accounts} x {METRICS}").to_lowercase();
                eprintln!("{desk}, {beside}, {limit_s} s: {:+.2} s", measured.seconds - limit_s);
                let (seconds, status) = (measured.seconds, ending.status);
                runs.push(Run { desk, beside, limit_s: *limit_s, seconds, status });
            }
        }
    }
    Ok(runs)
}

fn markdown(runs: &[Run], busy: usize) -> String {
    let mut text = "| desk | beside the search | limit s | whole run s | over by s | ending |\n\
        | --- | --- | ---: | ---: | ---: | --- |\n"
        .to_owned();
    for run in runs {
        let Run { desk, beside, limit_s, seconds, status } = run;
        let _ = writeln!(text, "| {desk} | {beside} | {limit_s} | {seconds:.2} | {:.2} | {status} |", run.over_s());
    }
    let worst = runs.iter().map(Run::over_s).fold(f64::MIN, f64::max);
    let verdict = if worst <= ALLOWED_S { "met" } else { "NOT met" };
    let _ =
        writeln!(text, "\nOver the limit by at most {worst:.2} s with {busy} busy threads ({ALLOWED_S} s: {verdict}).");
    text
}

fn csv(runs: &[Run]) -> String {
    let mut text = "desk,beside,limit_s,seconds,over_s,status\n".to_owned();
    for run in runs {
        let Run { desk, beside, limit_s, seconds, status } = run;
        let _ = writeln!(text, "{desk},{beside},{limit_s},{seconds:.3},{:.3},{status}", run.over_s());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_run_decides() {
        let run = |seconds| Run {
            desk: "mid".to_owned(),
            beside: "highs",
            limit_s: 2.0,
            seconds,
            status: "optimal".to_owned(),
        };
        let text = markdown(&[run(1.0), run(2.25)], 2);
        assert!(text.contains("| mid | highs | 2 | 2.25 | 0.25 | optimal |"), "{text}");
        assert!(text.ends_with("Over the limit by at most 0.25 s with 2 busy threads (0.5 s: met).\n"), "{text}");
        assert!(markdown(&[run(2.6)], 0).contains("0.60 s with 0 busy threads (0.5 s: NOT met)"));
        assert_eq!(csv(&[run(2.25)]).lines().nth(1), Some("mid,highs,2,2.250,0.250,optimal"));
    }
}
