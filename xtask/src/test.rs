//! Every test and check, each a named step with its time: what somebody runs before a change goes in.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::error::Outcome;
use crate::{cargo, demo, dist, native_tools, scenarios, tidy, workflows};

/// One check.
struct Step {
    name: &'static str,
    run: fn(&Path) -> Outcome,
    /// Whether nothing after it can work when it fails.
    is_ground: bool,
}

/// The steps, quick ones first. Everything is built in one profile, so that HiGHS is compiled once.
const STEPS: &[Step] = &[
    Step { name: "setup", run: |root| native_tools::ensure(root).map(|_| ()), is_ground: true },
    Step { name: "format", run: |root| cargo::run(root, &["fmt", "--all", "--check"], &[]), is_ground: false },
    Step { name: "tidy", run: |root| tidy::run(root, false), is_ground: false },
    Step { name: "build", run: |root| cargo::run(root, BUILD, &[]), is_ground: true },
    Step { name: "lints", run: |root| cargo::run(root, LINTS, &[]), is_ground: false },
    Step { name: "tests", run: |root| cargo::run(root, TESTS, &[]), is_ground: false },
    Step {
        name: "documentation",
        run: |root| cargo::run(root, DOCS, &[("RUSTDOCFLAGS", "-Dwarnings")]),
        is_ground: false,
    },
    Step { name: "scenarios", run: |root| scenarios::run(root, BUILD, None, false), is_ground: false },
    Step { name: "shipped desk", run: |root| demo::dry_run(root, BUILD), is_ground: false },
    Step { name: "workflows", run: |root| workflows::run(root, BUILD), is_ground: false },
    Step { name: "dist", run: dist::run, is_ground: false },
];

/// Tests and lints build with the features of test dependencies; so does this, and nothing is built twice.
const BUILD: &[&str] = &["build", "--release", "--workspace", "--all-targets"];
const LINTS: &[&str] = &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"];
const TESTS: &[&str] = &["test", "--release", "--workspace", "--no-fail-fast"];
const DOCS: &[&str] = &["doc", "--release", "--workspace", "--no-deps"];

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Passed,
    Failed,
    NotRun,
}

/// Runs every step; the last line printed, whatever happens, counts them.
pub(crate) fn run(root: &Path) -> ExitCode {
    let endings = run_steps(STEPS, root);
    println!("\n{}", table(&endings));
    let failed = count(&endings, Ending::Failed);
    println!("{} passed, {failed} failed", count(&endings, Ending::Passed));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_steps(steps: &[Step], root: &Path) -> Vec<(&'static str, Ending, Duration)> {
    let mut endings = Vec::new();
    let mut ground_lost = false;
    for step in steps {
        if ground_lost {
            endings.push((step.name, Ending::NotRun, Duration::ZERO));
            continue;
        }
        eprintln!("\n== {}", step.name);
        let start = Instant::now();
        let ending = match (step.run)(root) {
            Ok(()) => Ending::Passed,
            Err(error) => {
                eprintln!("error: failed to {error}");
                ground_lost = step.is_ground;
                Ending::Failed
            }
        };
        endings.push((step.name, ending, start.elapsed()));
    }
    endings
}

fn count(endings: &[(&str, Ending, Duration)], ending: Ending) -> usize {
    endings.iter().filter(|(_, each, _)| *each == ending).count()
}

fn table(endings: &[(&str, Ending, Duration)]) -> String {
    let mut text = format!("{:<16}{:<10}{:>8}\n", "step", "ending", "seconds");
    for (name, ending, took) in endings {
        let (ending, seconds) = match ending {
            Ending::Passed => ("passed", format!("{:.1}", took.as_secs_f64())),
            Ending::Failed => ("FAILED", format!("{:.1}", took.as_secs_f64())),
            Ending::NotRun => ("not run", "-".to_owned()),
        };
        text.push_str(&format!("{name:<16}{ending:<10}{seconds:>8}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn step(name: &'static str, run: fn(&Path) -> Outcome, is_ground: bool) -> Step {
        Step { name, run, is_ground }
    }

    fn endings(steps: &[Step]) -> Vec<(&'static str, Ending)> {
        run_steps(steps, Path::new(".")).into_iter().map(|(name, ending, _)| (name, ending)).collect()
    }

    const GOOD: fn(&Path) -> Outcome = |_| Ok(());
    const BAD: fn(&Path) -> Outcome = |_| Err(crate::error::XtaskError::Untidy { found: 1 });

    #[test]
    fn a_failed_check_does_not_stop_the_others() {
        let steps = [step("a", BAD, false), step("b", GOOD, false)];
        assert_eq!(endings(&steps), [("a", Ending::Failed), ("b", Ending::Passed)]);
    }

    #[test]
    fn nothing_runs_on_a_broken_build() {
        let steps = [step("a", GOOD, true), step("b", BAD, true), step("c", GOOD, false)];
        assert_eq!(endings(&steps), [("a", Ending::Passed), ("b", Ending::Failed), ("c", Ending::NotRun)]);
    }

    #[test]
    fn the_table_shows_every_step() {
        let endings = [
            ("format", Ending::Passed, Duration::from_millis(1_240)),
            ("tests", Ending::Failed, Duration::from_secs(75)),
            ("documentation", Ending::NotRun, Duration::ZERO),
        ];
        assert_eq!(
            table(&endings),
            "step            ending     seconds\n\
             format          passed         1.2\n\
             tests           FAILED        75.0\n\
             documentation   not run          -\n"
        );
    }
}
