//! A private Python environment that holds the tools a system lacks: no root, nothing outside `target/`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{FOLDER, Machine, Source, Tool};
use crate::error::{Outcome, XtaskError};
use crate::python;

/// The packages, at versions that HiGHS was built with.
fn package(tool: Tool) -> &'static str {
    match tool {
        Tool::Cmake => "cmake==4.4.4",
        Tool::Libclang => "libclang==18.1.1",
        Tool::Builder => "ninja==1.13.2",
    }
}

const HINT: &str = "install them by hand, then run this again:\n\
    \x20 Debian, Ubuntu:  apt install cmake make libclang-dev    (with python3-venv and a network, this does it)\n\
    \x20 Fedora:          dnf install cmake make clang-devel\n\
    \x20 macOS:           brew install cmake llvm\n\
    \x20 elsewhere:       name them in CMAKE (the program) and LIBCLANG_PATH (the folder of the library)";

/// Installs what is missing; downloads a few tens of megabytes.
pub(super) fn install(root: &Path, machine: &Machine, missing: &[Tool]) -> Outcome {
    let names = missing.iter().map(|tool| tool.name()).collect::<Vec<_>>().join(" and ");
    let refused = |reason: String| XtaskError::NoNativeTools { missing: names.clone(), reason, hint: HINT };
    let Some(python) = machine.program("python3").or_else(|| machine.program("python")) else {
        return Err(refused("the system has none, and no python3 to install private ones with".to_owned()));
    };
    eprintln!("setup: the system has no {names}; installing private ones under {FOLDER}");
    let venv = root.join(FOLDER).join("venv");
    let packages: Vec<&str> = missing.iter().map(|tool| package(*tool)).collect();
    python::environment(&python, &venv).and_then(|own| python::install(&own, &packages)).map_err(refused)
}

/// Where a tool is in the environment, relative to the workspace. The programs themselves are taken, not the
/// scripts that start them: a script names its Python by an absolute path and breaks when the folder moves.
pub(super) fn locate(root: &Path, tool: Tool) -> Outcome<Source> {
    let venv = Path::new(FOLDER).join("venv");
    let packages = site_packages(root, &venv).unwrap_or_else(|| venv.join("lib"));
    let places = match tool {
        Tool::Cmake => vec![packages.join("cmake/data/bin/cmake"), packages.join("cmake/data/bin/cmake.exe")],
        Tool::Libclang => vec![packages.join("clang/native")],
        Tool::Builder => vec![venv.join("bin/ninja"), venv.join("Scripts/ninja.exe")],
    };
    let found = places.into_iter().find(|place| root.join(place).exists());
    found.map(Source::Private).ok_or_else(|| XtaskError::NoNativeTools {
        missing: tool.name().to_owned(),
        reason: format!("`{}` was installed, but not where it was expected", package(tool)),
        hint: HINT,
    })
}

/// `lib/python3.X/site-packages` of an environment, relative to the workspace.
fn site_packages(root: &Path, venv: &Path) -> Option<PathBuf> {
    let windows = venv.join("Lib/site-packages");
    if root.join(&windows).is_dir() {
        return Some(windows);
    }
    let entries = fs::read_dir(root.join(venv).join("lib")).ok()?;
    let mut names: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
    names.sort();
    let pythons = names.iter().map(|name| venv.join("lib").join(name).join("site-packages"));
    pythons.into_iter().find(|folder| root.join(folder).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_found_inside_the_environment() {
        let root = tempfile::tempdir().unwrap();
        let packages = "target/native-tools/venv/lib/python3.12/site-packages";
        fs::create_dir_all(root.path().join(packages).join("clang/native")).unwrap();
        let place = Path::new(packages).join("clang/native");
        assert_eq!(locate(root.path(), Tool::Libclang).unwrap(), Source::Private(place));
        let error = locate(root.path(), Tool::Cmake).unwrap_err().to_string();
        assert!(error.contains("apt install cmake"), "{error}");
    }
}
