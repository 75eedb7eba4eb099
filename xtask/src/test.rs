//! Every test and check, each a named step with its time: what somebody runs before a change goes in.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::builder::PossibleValuesParser;

use crate::error::{Outcome, XtaskError};
use crate::{airflow, cargo, demo, dist, monitoring, native_tools, scenarios, tidy, workflows};

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
    Step { name: "airflow", run: |root| airflow::run(root, BUILD), is_ground: false },
    Step { name: "monitoring", run: |root| monitoring::run(root, BUILD), is_ground: false },
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
    /// What it stands on has failed.
    NotRun,
    /// Somebody asked for that, or what it needs is not to be had here.
    Skipped,
}

/// The names of the steps, for the command line.
pub(crate) fn step_names() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().map(|step| step.name))
}

/// Runs every step but those to skip; the last line printed, whatever happens, counts them.
pub(crate) fn run(root: &Path, skip: &[String]) -> ExitCode {
    let endings = run_steps(STEPS, root, skip);
    println!("\n{}", table(&endings));
    let failed = count(&endings, Ending::Failed);
    println!("{} passed, {failed} failed", count(&endings, Ending::Passed));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_steps(steps: &[Step], root: &Path, skip: &[String]) -> Vec<(&'static str, Ending, Duration)> {
    let mut endings = Vec::new();
    let mut ground_lost = false;
    for step in steps {
        let is_skipped = skip.iter().any(|name| name == step.name);
        if is_skipped || ground_lost {
            let ending = if is_skipped { Ending::Skipped } else { Ending::NotRun };
            endings.push((step.name, ending, Duration::ZERO));
            continue;
        }
        eprintln!("\n== {}", step.name);
        let start = Instant::now();
        let ending = match (step.run)(root) {
            Ok(()) => Ending::Passed,
            Err(error @ XtaskError::NotHere { .. }) => {
                eprintln!("skipped: failed to {error}");
                Ending::Skipped
            }
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
            Ending::Skipped => ("skipped", "-".to_owned()),
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
        endings_without(steps, &[])
    }

    fn endings_without(steps: &[Step], skip: &[String]) -> Vec<(&'static str, Ending)> {
        run_steps(steps, Path::new("."), skip).into_iter().map(|(name, ending, _)| (name, ending)).collect()
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
    fn a_step_that_is_skipped_neither_passes_nor_fails() {
        let steps = [step("a", GOOD, false), step("b", BAD, false), step("c", BAD, true), step("d", BAD, false)];
        assert_eq!(
            endings_without(&steps, &["b".to_owned()]),
            [("a", Ending::Passed), ("b", Ending::Skipped), ("c", Ending::Failed), ("d", Ending::NotRun)]
        );
    }

    #[test]
    fn what_cannot_be_checked_here_does_not_pass() {
        let here = step("a", |_| Err(XtaskError::NotHere { what: "promtool".to_owned() }), false);
        assert_eq!(endings(&[here, step("b", GOOD, false)]), [("a", Ending::Skipped), ("b", Ending::Passed)]);
    }

    #[test]
    fn only_steps_that_there_are_can_be_skipped() {
        let command = || clap::Command::new("test").arg(clap::Arg::new("skip").long("skip").value_parser(step_names()));
        assert!(command().try_get_matches_from(["test", "--skip", "airflow"]).is_ok());
        let unknown = command().try_get_matches_from(["test", "--skip", "airflwo"]).unwrap_err().to_string();
        assert!(unknown.contains("airflow"), "{unknown}");
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
