//! Private Python environments under `target/`: no root, nothing outside the workspace, packages at pinned versions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lists what was installed, so that pip is asked only when this changes.
const STAMP: &str = "installed.txt";

/// The Python of an environment, which is made where it is missing, half-made, or its Python has gone.
pub(crate) fn environment(python: &Path, folder: &Path) -> Result<PathBuf, String> {
    let own_python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let works =
        || Command::new(&own_python).args(["-m", "pip", "--version"]).output().is_ok_and(|o| o.status.success());
    if !works() {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let mut create = Command::new(python);
        create.args(["-m", "venv"]).arg(folder);
        run(&mut create).map_err(|why| format!("`python3 -m venv` failed: {why}"))?;
    }
    Ok(own_python)
}

/// The Python of an environment with these packages, which are installed when the list of them is another than before.
pub(crate) fn with_packages(python: &Path, folder: &Path, packages: &[&str]) -> Result<PathBuf, String> {
    with(python, folder, &packages.join("\n"), &packages.join(", "), packages)
}

/// The same with the packages that a file lists, each at its version.
pub(crate) fn with_lock(python: &Path, folder: &Path, lock: &Path) -> Result<PathBuf, String> {
    let wanted = fs::read_to_string(lock).map_err(|error| format!("cannot read {}: {error}", lock.display()))?;
    let lock = lock.to_string_lossy();
    with(python, folder, &wanted, &format!("what {lock} lists"), &["--requirement", &lock])
}

fn with(python: &Path, folder: &Path, wanted: &str, shown: &str, arguments: &[&str]) -> Result<PathBuf, String> {
    let own = environment(python, folder)?;
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(own);
    }
    eprintln!("setup: installing {shown} under {}", folder.display());
    install(&own, arguments)?;
    fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(own)
}

/// A program that a package has put beside the Python of its environment.
pub(crate) fn program_beside(own_python: &Path, name: &str) -> PathBuf {
    own_python.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Installs packages into the environment of a Python, from wherever pip is told to get them.
pub(crate) fn install(own_python: &Path, packages: &[&str]) -> Result<(), String> {
    let mut pip = Command::new(own_python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    pip.args(packages);
    run(&mut pip).map_err(|why| format!("`pip install` failed: {why}"))
}

/// Runs a program; what it says matters only when it fails.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let mut lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.drain(..lines.len().saturating_sub(6));
    Err(format!("{}\n{}", output.status, lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_failure_shows_the_end_of_what_was_said() {
        let mut command = Command::new("sh");
        command.args(["-c", "for i in 1 2 3 4 5 6 7; do echo line $i; done; echo; exit 3"]);
        let said = run(&mut command).unwrap_err();
        assert!(said.ends_with("line 2\nline 3\nline 4\nline 5\nline 6\nline 7"), "{said}");
        assert!(environment(Path::new("no-such-python"), &tempfile::tempdir().unwrap().path().join("venv")).is_err());
    }
}
