//! What is shipped, under `target/dist`: a Python wheel that carries the program, the same program with its licences and
//! completions in a tar.gz, a bill of materials, and checksums of them.
//!
//! Nothing leaves without having been tried: the wheel is installed into an empty environment and the archive unpacked,
//! and both run the starter desk.

mod licenses;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Outcome, XtaskError};
use crate::native_tools::Machine;
use crate::{cargo, files, process, python};

/// Relative to the workspace, as all of these. pyproject.toml names the licences too.
const FOLDER: &str = "target/dist";
const LICENSES: &str = "target/dist/THIRD-PARTY-LICENSES.txt";
const TOOLS: &str = "target/dist-tools";
const PACKAGES: [&str; 3] = ["maturin==1.16.0", "auditwheel==6.8.2", "cyclonedx-python-lib[json-validation]==11.12.0"];
const PACK: &str = "xtask/dist/pack.py";

/// What the archive holds besides the program and its completions.
const DOCUMENTS: [&str; 6] =
    ["LICENSE-APACHE", "LICENSE-MIT", LICENSES, "README.md", "CHANGELOG.md", "config/default.yaml"];

const HINT: &str = "with python3, its venv module and a network the tools install themselves \
    (`apt install python3-venv`; PIP_INDEX_URL names another index)";

/// Makes everything, tries it, and says where it is.
pub(crate) fn run(root: &Path) -> Outcome {
    let python = Machine::this(root).python().map_err(refused)?;
    let tools = python::with_packages(&python, &root.join(TOOLS), &PACKAGES).map_err(refused)?;
    files::make_empty(&root.join(FOLDER))?;
    let materials = licenses::collect(root, &host(root)?)?;
    files::write(&root.join(LICENSES), &materials.licenses)?;
    let wheel = build_wheel(root, &tools)?;
    audit(root, &tools, &wheel)?;
    pack(root, &tools, &wheel, &materials)?;
    trial::run(root, &python, &wheel)?;
    eprintln!("dist: in {FOLDER}, each tried");
    for name in files::names_below(&root.join(FOLDER))? {
        eprintln!("  {FOLDER}/{name}");
    }
    Ok(())
}

/// The licences alone, for what is packed by others, such as the container's file.
pub(crate) fn write_licenses(root: &Path, file: &Path) -> Outcome {
    files::write(file, &licenses::collect(root, &host(root)?)?.licenses)
}

/// The wheel, with the lowest manylinux tag that the program fulfils: maturin looks at the symbols that it needs.
fn build_wheel(root: &Path, tools: &Path) -> Outcome<PathBuf> {
    let mut maturin = cargo::in_a_shell(root, python::program_beside(tools, "maturin"));
    maturin.args(["build", "--release", "--locked", "--auditwheel", "check", "--out", FOLDER]);
    finish(with_time_of_last_commit(root, &mut maturin))?;
    let names = files::names_below(&root.join(FOLDER))?;
    let wheel = names.iter().find(|name| name.ends_with(".whl"));
    wheel.map(|name| root.join(FOLDER).join(name)).ok_or_else(|| refused("maturin built no wheel".to_owned()))
}

/// A second opinion on the tag: auditwheel has tables of its own.
fn audit(root: &Path, tools: &Path, wheel: &Path) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let mut python = cargo::in_a_shell(root, tools);
    finish(python.args(["-B", "xtask/dist/audit.py"]).arg(wheel))
}

/// Everything that is made from the wheel and so holds the same program.
fn pack(root: &Path, tools: &Path, wheel: &Path, materials: &licenses::Materials) -> Outcome {
    let mut python = cargo::in_a_shell(root, tools);
    python.args(["-B", PACK, "--target", &host(root)?, "--carried", &materials.carried.to_string()]);
    python.args(["--out", FOLDER, "--wheel"]);
    python.arg(wheel).args(DOCUMENTS);
    finish(with_time_of_last_commit(root, &mut python))
}

/// The same commit gives archives with the same times in them.
fn with_time_of_last_commit<'a>(root: &Path, command: &'a mut Command) -> &'a mut Command {
    let time = Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root).output();
    let time = time.ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    match time.trim() {
        "" => command,
        time => command.env("SOURCE_DATE_EPOCH", time),
    }
}

/// The platform that is built for, in rustc's words.
fn host(root: &Path) -> Outcome<String> {
    let said = cargo::output(root, &["--version", "--verbose"])?;
    let said = String::from_utf8_lossy(&said).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| refused("cargo does not say what it builds for".to_owned()))
}

fn refused(mut reason: String) -> XtaskError {
    reason.insert_str(0, "make what is shipped: ");
    XtaskError::Refused { what: reason, hint: HINT.to_owned() }
}

/// Runs a program and lets its output through.
fn finish(command: &mut Command) -> Outcome {
    process::finish(command, HINT)
}

/// What a version of the program is called, from the name of its wheel: `pb_assign-0.1.0-py3-none-….whl`.
fn version_of(wheel: &Path) -> Option<String> {
    let name = wheel.file_name()?.to_string_lossy().into_owned();
    name.split('-').nth(1).map(str::to_owned)
}

/// The one file of the folder whose name ends so.
fn file_ending(folder: &Path, end: &str) -> Outcome<PathBuf> {
    let entries = fs::read_dir(folder).map_err(XtaskError::read(folder))?;
    let mut paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let found = paths.find(|path| path.to_string_lossy().ends_with(end));
    found.ok_or_else(|| refused(format!("there is no file *{end} in {}", folder.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_s_name_says_its_version() {
        let wheel = Path::new("target/dist/pb_assign-0.1.0-py3-none-manylinux_2_35_x86_64.whl");
        assert_eq!(version_of(wheel).as_deref(), Some("0.1.0"));
    }

    /// The packing script's own tests, where there is a Python: building needs none where the system has its tools.
    #[test]
    fn the_packing_scripts_do_what_they_say() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let Ok(python) = Machine::this(root).python() else { return };
        let mut command = Command::new(python);
        command.args(["-B", "-m", "unittest"]).current_dir(root.join("dist"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
