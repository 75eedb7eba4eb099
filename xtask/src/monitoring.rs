//! The alert rules and the file of metrics, judged by Prometheus' own promtool.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Outcome, XtaskError};
use crate::native_tools::Machine;
use crate::{cargo, files, process};

/// Relative to the workspace, as all of these.
const RULES: &str = "config/monitoring";
const TOOLS: &str = "target/monitoring-tools";
const DESK: &str = "target/monitoring-desk";
/// What lies in Debian's package of Prometheus.
const IN_PACKAGE: &str = "usr/bin/promtool";

const HINT: &str = "install promtool, which comes with Prometheus, or skip the step";

/// Checks the rules, tests them, and checks the file that a run writes. Nothing that the product needs depends on promtool.
pub(crate) fn run(root: &Path, build: &[&str]) -> Outcome {
    let not_here = || XtaskError::NotHere { what: "promtool, or Debian's package of Prometheus with apt".to_owned() };
    let promtool = promtool(root).ok_or_else(not_here)?;
    let rules = root.join(RULES);
    process::finish(Command::new(&promtool).args(["check", "rules", "alert-rules.yml"]).current_dir(&rules), HINT)?;
    process::finish(Command::new(&promtool).args(["test", "rules", "alert-rules-test.yml"]).current_dir(&rules), HINT)?;
    let metrics = metrics_of_a_run(root, build)?;
    let stdin = fs::File::open(&metrics).map_err(XtaskError::read(&metrics))?;
    process::finish(Command::new(&promtool).args(["check", "metrics"]).stdin(stdin), HINT)
}

/// The machine's, or one of our own out of Debian's package, which needs no root where there is apt.
fn promtool(root: &Path) -> Option<PathBuf> {
    if let Some(promtool) = Machine::this(root).program("promtool") {
        return Some(promtool);
    }
    let folder = root.join(TOOLS);
    let own = folder.join(IN_PACKAGE);
    if !own.is_file() {
        files::make_empty(&folder).ok()?;
        let fetched = Command::new("apt-get").args(["download", "--quiet", "prometheus"]).current_dir(&folder).output();
        fetched.ok().filter(|output| output.status.success())?;
        let name = files::names_below(&folder).ok()?.into_iter().find(|name| name.ends_with(".deb"))?;
        let unpacked = Command::new("dpkg-deb").arg("-x").arg(folder.join(name)).arg(&folder).status();
        unpacked.ok().filter(std::process::ExitStatus::success)?;
    }
    own.is_file().then_some(own)
}

/// The file that a run of the starter desk writes for Prometheus.
fn metrics_of_a_run(root: &Path, build: &[&str]) -> Outcome<PathBuf> {
    let program = cargo::build_product(root, build)?;
    let folder = root.join(DESK);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(XtaskError::write(&folder))?;
    }
    let quietly = |command: &mut Command| process::finish(command.stdout(Stdio::null()).stderr(Stdio::null()), HINT);
    quietly(Command::new(&program).arg("init").arg(&folder))?;
    let config = folder.join("desk.yaml");
    let text = files::read(&config)?;
    files::write(&config, &format!("{text}\nmonitoring: {{ prometheus: desk.prom }}\n"))?;
    quietly(Command::new(&program).args(["run", "--as-of", "2026-11-20", "--config"]).arg(&config))?;
    Ok(folder.join("desk.prom"))
}
