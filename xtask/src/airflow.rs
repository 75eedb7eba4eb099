//! The Airflow package, run in a real Airflow: its tests have a scheduler, workers, a triggerer and an API server, and the
//! program that a user would build.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desk_generator::{self, Class, DeskPlan};
use crate::error::{Outcome, XtaskError};
use crate::native_tools::Machine;
use crate::{cargo, files, process, python};

/// The package, relative to the workspace as all of these.
const PACKAGE: &str = "config/airflow";
/// What it is built from.
const PARTS: [&str; 3] = ["src", "pyproject.toml", "README.md"];
/// Everything at its version, Airflow and the tools of the tests.
const LOCK: &str = "config/airflow/requirements.txt";
const ENVIRONMENT: &str = "target/airflow-venv";
const COPY: &str = "target/airflow/package";
/// The desks, logs and databases of the last tests: what to read when one fails.
const TESTS: &str = "target/airflow/tests";
const SLOW_DESK: &str = "target/airflow/slow-desk";

const HINT: &str = "with python3 (3.11 to 3.13), its venv module and a network this installs itself \
    (`apt install python3-venv`; PIP_INDEX_URL names another index); `--skip airflow` leaves it out";

/// Checks the package's sources and runs its tests, with the program that `build` builds.
pub(crate) fn run(root: &Path, build: &[&str]) -> Outcome {
    let program = cargo::build_product(root, build)?;
    let own = environment(root)?;
    install_package(root, &own)?;
    desk_generator::write_new_desk(&slow_desk(), &root.join(SLOW_DESK))?;
    for arguments in [["check", "--no-cache", "."].as_slice(), &["format", "--no-cache", "--check", "."]] {
        finish(tool(root, &own, "ruff").args(arguments))?;
    }
    let mut tests = tool(root, &own, "pytest");
    tests.args(["-q", "--basetemp"]).arg(root.join(TESTS)).arg("tests");
    tests.env("PYTHONDONTWRITEBYTECODE", "1");
    finish(tests.env("PB_ASSIGN_PROGRAM", program).env("PB_ASSIGN_SLOW_DESK", root.join(SLOW_DESK)))
}

/// The Python with everything of the lock; installs it first where the lock has changed.
fn environment(root: &Path) -> Outcome<PathBuf> {
    let python = Machine::this(root).python();
    let own = python.and_then(|python| python::with_lock(&python, &root.join(ENVIRONMENT), &root.join(LOCK)));
    own.map_err(|why| refused(&why))
}

/// Installs the package as a user's pip would. From a copy, so that nothing is built among the sources.
fn install_package(root: &Path, own: &Path) -> Outcome {
    let copy = root.join(COPY);
    files::make_empty(&copy)?;
    for part in PARTS {
        let (from, to) = (root.join(PACKAGE).join(part), copy.join(part));
        if from.is_dir() {
            files::copy_folder(&from, &to)?;
        } else {
            files::write(&to, &files::read(&from)?)?;
        }
    }
    let anew = ["--no-build-isolation", "--no-deps", "--force-reinstall", &copy.to_string_lossy()];
    python::install(own, &anew).map_err(|why| refused(&why))
}

/// A desk that nobody solves in the minutes that it has: tests end runs of it.
fn slow_desk() -> DeskPlan {
    let solver = "{ timeout: 10m, gap: 0 }".to_owned();
    DeskPlan { trades: 300, accounts: 5, metrics: 20, class: Class::Band, seed: 3, solver, pinned: false }
}

/// A program of the environment, in the folder of the package.
fn tool(root: &Path, own: &Path, name: &str) -> Command {
    let mut command = Command::new(python::program_beside(own, name));
    command.current_dir(root.join(PACKAGE));
    command
}

fn finish(command: &mut Command) -> Outcome {
    process::finish(command, HINT)
}

fn refused(reason: &str) -> XtaskError {
    XtaskError::Refused { what: format!("get Airflow: {reason}"), hint: HINT.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A version that is not pinned would make another environment tomorrow, under the same stamp.
    #[test]
    fn every_package_of_the_lock_has_its_version() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let lock = files::read(&root.join(LOCK)).unwrap();
        let packages: Vec<&str> = lock.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(packages.iter().all(|line| line.contains("==")), "{packages:?}");
        for name in ["apache-airflow==3.", "apache-airflow-providers-standard==", "flit_core==", "pytest==", "ruff=="] {
            assert!(packages.iter().any(|line| line.starts_with(name)), "{name}");
        }
    }

    #[test]
    fn the_parts_of_the_package_are_there() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PACKAGE);
        assert!(PARTS.iter().all(|part| package.join(part).exists()));
    }
}
