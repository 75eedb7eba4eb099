//! What is shipped, used as somebody would who has nothing else of this project: installed or unpacked, then run on the
//! starter desk with a search path that has no other copy of the program.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{FOLDER, file_ending, finish, refused, version_of};
use crate::error::{Outcome, XtaskError};
use crate::{files, python};

/// Relative to the workspace; new for each trial.
const PLACE: &str = "target/dist-trial";

/// Tries the wheel and the archive.
pub(super) fn run(root: &Path, system_python: &Path, wheel: &Path) -> Outcome {
    let place = root.join(PLACE);
    files::make_empty(&place)?;
    let version = version_of(wheel).ok_or_else(|| refused("the wheel has no version".to_owned()))?;

    let own = python::environment(system_python, &place.join("venv")).map_err(refused)?;
    let wheel = wheel.to_string_lossy();
    python::install(&own, &["--no-index", "--no-deps", &wheel]).map_err(refused)?;
    use_program(&python::program_beside(&own, "pb-assign"), &place.join("from-wheel"), &version)?;

    let archive = file_ending(&root.join(FOLDER), ".tar.gz")?;
    finish(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&place))?;
    let folder = archive.file_name().unwrap_or_default().to_string_lossy().replace(".tar.gz", "");
    use_program(&place.join(folder).join("pb-assign"), &place.join("from-archive"), &version)
}

/// A desk's first minutes: the version, a starter desk, its run, a check of the answer.
fn use_program(program: &Path, folder: &Path, version: &str) -> Outcome {
    files::make_empty(folder)?;
    let said = said_by(program, folder, &["--version"])?;
    expect(said == format!("pb-assign {version}"), program, &said)?;
    said_by(program, folder, &["init", "desk"])?;
    let run: Value = last_line(&said_by(program, folder, &["run", "--config", "desk/desk.yaml"])?);
    expect(run["status"] == "optimal" && run["counts"]["assigned"] == run["counts"]["trades"], program, &run)?;
    let verified = last_line(&said_by(program, folder, &["verify", "desk/out/latest"])?);
    expect(verified["exit"] == 0, program, &verified)
}

/// What the program writes to standard output.
fn said_by(program: &Path, folder: &Path, arguments: &[&str]) -> Outcome<String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").stderr(Stdio::piped());
    let output = command.output().map_err(XtaskError::start_of_product)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let status = format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    Err(XtaskError::Ended { command: format!("{} {}", program.display(), arguments.join(" ")), status })
}

fn last_line(stdout: &str) -> Value {
    serde_json::from_str(stdout.lines().last().unwrap_or_default()).unwrap_or_default()
}

fn expect(is_so: bool, program: &Path, said: &impl std::fmt::Display) -> Outcome {
    if is_so { Ok(()) } else { Err(refused(format!("{} said {said}", program.display()))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_program_that_only_pretends_is_found_out() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("pb-assign");
        let write = |text: &str| {
            files::write(&program, text).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
            use_program(&program, &folder.path().join("desk"), "1.2.3").map_err(|error| error.to_string())
        };
        assert!(write("#!/bin/sh\nexit 7\n").unwrap_err().contains("exit status: 7"));
        assert!(write("#!/bin/sh\necho pb-assign 1.2.4\n").unwrap_err().contains("said pb-assign 1.2.4"));
        let failed =
            "#!/bin/sh\ncase $1 in --version) echo pb-assign 1.2.3;; *) echo '{\"status\":\"failed\"}';; esac\n";
        assert!(write(failed).unwrap_err().contains("failed"));
    }
}
