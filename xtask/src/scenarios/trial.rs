//! One run of the program on a scenario's desk, and all that came out of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::folders_of;
use super::scenario::Scenario;
use crate::error::{Outcome, XtaskError};
use crate::{desk_generator, files};

/// Lines of stderr that a failed scenario shows.
const LINES_SHOWN: usize = 12;

/// What came out.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// The exit code; nothing after a signal.
    pub(super) exit: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// `result.json`, where it was published and is JSON.
    pub(super) result: Option<Value>,
    pub(super) result_bytes: Option<Vec<u8>>,
    /// The folder that it was to be published in.
    pub(super) out: PathBuf,
}

/// What must not matter to the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surroundings {
    /// As xtask was started.
    Plain,
    /// Another working folder, time zone and locale.
    Foreign,
}

impl Trial {
    /// Runs the program once, on a copy of the desk: a run may write beside the configuration, and starts with
    /// nothing of an earlier one.
    pub(super) fn run(program: &Path, scenario: &Scenario, work: &Path, surroundings: Surroundings) -> Outcome<Self> {
        let (desk, out) = folders_of(work);
        match &scenario.generate {
            Some(plan) => desk_generator::write_desk(plan, &desk)?,
            None => files::copy_folder(&scenario.folder, &desk)?,
        }
        if out.exists() {
            fs::remove_dir_all(&out).map_err(XtaskError::write(&out))?;
        }
        let mut command = Command::new(program);
        command.arg("run").arg("--config").arg(desk.join("desk.yaml")).arg("--out").arg(&out).args(&scenario.args);
        if surroundings == Surroundings::Foreign {
            command.current_dir(&desk).env("TZ", "Asia/Kathmandu").env("LC_ALL", "de_DE.UTF-8");
        }
        let output = command.output().map_err(XtaskError::start_of_product)?;
        let result_bytes = fs::read(out.join("result.json")).ok();
        Ok(Self {
            exit: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            result: result_bytes.as_ref().and_then(|bytes| serde_json::from_slice(bytes).ok()),
            result_bytes,
            out,
        })
    }

    /// The result, or null; a dry run says what it says on stdout.
    pub(super) fn published(&self) -> Value {
        let last_line = || serde_json::from_str(self.stdout.lines().last().unwrap_or_default()).ok();
        self.result.clone().or_else(last_line).unwrap_or_default()
    }

    /// What `pb-assign verify` finds wrong with what was published.
    pub(super) fn verify(&self, program: &Path, scenario: &Scenario) -> Outcome<Option<String>> {
        let mut command = Command::new(program);
        command.arg("verify").arg(&self.out);
        let output = command.output().map_err(XtaskError::start_of_product)?;
        let text = || format!("{} for {}\n{}", output.status, scenario.name, String::from_utf8_lossy(&output.stderr));
        Ok((!output.status.success()).then(text))
    }

    /// The end of what the program said, for somebody who looks into a failure.
    pub(super) fn said(&self) -> String {
        let lines: Vec<&str> = self.stderr.lines().collect();
        let shown = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
        let quoted: Vec<String> = shown.iter().map(|line| format!("  | {line}")).collect();
        format!("stderr ended with\n{}", quoted.join("\n"))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A program that publishes its working folder's name and leaves a file beside the configuration.
    const PROGRAM: &str = "#!/bin/sh\n\
        mkdir -p \"$5\" && printf '{\"status\":\"optimal\",\"tz\":\"%s\"}' \"$TZ\" > \"$5/result.json\"\n\
        touch \"$(dirname \"$3\")/state\"\necho said >&2\necho '{\"status\":\"optimal\"}'\nexit 4\n";

    #[test]
    fn all_that_comes_out_is_kept_and_the_fixture_stays_as_it_was() {
        let root = tempfile::tempdir().unwrap();
        let fixture = root.path().join("fixture");
        fs::create_dir_all(&fixture).unwrap();
        files::write(&fixture.join("desk.yaml"), "version: 1\n").unwrap();
        let program = root.path().join("program");
        files::write(&program, PROGRAM).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let scenario = Scenario::in_folder(&fixture);
        let work = root.path().join("work");
        let trial = Trial::run(&program, &scenario, &work, Surroundings::Foreign).unwrap();
        assert_eq!((trial.exit, trial.stderr.as_str()), (Some(4), "said\n"));
        assert_eq!(trial.published()["tz"], "Asia/Kathmandu");
        assert_eq!(files::names_below(&fixture).unwrap(), ["desk.yaml"]);
        assert!(work.join("desk/state").exists());
        assert!(trial.said().ends_with("  | said"));
    }
}
