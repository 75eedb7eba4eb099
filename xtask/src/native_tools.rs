//! cmake, libclang and a build tool, which compiling HiGHS needs: the system's where it has them, otherwise
//! private ones under `target/native-tools`, installed without root.
//!
//! What was found is recorded in `target/native-tools.toml`, which `.cargo/config.toml` includes, so that plain
//! `cargo build` sees the same tools. HiGHS is compiled anew whenever that environment changes: a recorded choice
//! is therefore kept for as long as it is there, and the file is written only when it would differ.

mod private;
mod record;
mod search;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Outcome, XtaskError};
use record::Record;
pub(crate) use search::Machine;

/// Where a tool comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The build finds it by itself, here.
    System(PathBuf),
    /// The system has it where the build would not look.
    Named(PathBuf),
    /// Installed by us; relative to the workspace.
    Private(PathBuf),
}

/// The tools that compiling HiGHS needs, in the order in which they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Configures the build of HiGHS.
    Cmake,
    /// Reads its headers.
    Libclang,
    /// Runs the build: make, or ninja in its place.
    Builder,
}

/// All of them.
pub(crate) const TOOLS: [Tool; 3] = [Tool::Cmake, Tool::Libclang, Tool::Builder];

/// The folder of everything private, relative to the workspace whatever `CARGO_TARGET_DIR` says: the path in
/// `.cargo/config.toml` is fixed.
pub(crate) const FOLDER: &str = "target/native-tools";
const RECORD: &str = "target/native-tools.toml";

const COMPILER_HINT: &str = "install one: `apt install g++` (Debian, Ubuntu), `dnf install gcc-c++` (Fedora), \
    `xcode-select --install` (macOS); or name one in CXX";

impl Tool {
    /// The word for it in messages and in the record.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cmake => "cmake",
            Self::Libclang => "libclang",
            Self::Builder => "make",
        }
    }
}

/// Makes sure of everything that `cargo build` needs besides Rust; says what it did, or nothing when there was
/// nothing to do.
pub(crate) fn ensure(root: &Path) -> Outcome<Option<String>> {
    let machine = Machine::this(root);
    if !machine.has_compiler() {
        return Err(XtaskError::NoCompiler { hint: COMPILER_HINT });
    }
    let path = root.join(RECORD);
    let old_text = fs::read_to_string(&path).unwrap_or_default();
    let old = Record::parse(&old_text);
    let mut found: Vec<(Tool, Option<Source>)> = TOOLS
        .into_iter()
        .map(|tool| {
            let kept = old.source(tool).filter(|source| source.exists(root)).cloned();
            (tool, kept.or_else(|| machine.find(tool)))
        })
        .collect();
    let missing: Vec<Tool> = found.iter().filter(|(_, source)| source.is_none()).map(|(tool, _)| *tool).collect();
    if !missing.is_empty() {
        private::install(root, &machine, &missing)?;
        for (tool, source) in found.iter_mut().filter(|(_, source)| source.is_none()) {
            *source = Some(private::locate(root, *tool)?);
        }
    }
    let record = Record::new(found.into_iter().filter_map(|(tool, source)| Some((tool, source?))));
    let text = record.render();
    if text == old_text {
        return Ok(None);
    }
    fs::create_dir_all(root.join("target")).map_err(XtaskError::write(&root.join("target")))?;
    fs::write(&path, &text).map_err(XtaskError::write(&path))?;
    Ok(Some(record.summary()))
}

impl Source {
    /// Whether it is still where it was.
    fn exists(&self, root: &Path) -> bool {
        match self {
            Self::System(path) | Self::Named(path) => path.exists(),
            Self::Private(path) => root.join(path).exists(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_tool_is_kept_while_it_is_there() {
        let root = tempfile::tempdir().unwrap();
        let here = root.path().join("cmake");
        assert!(!Source::System(here.clone()).exists(root.path()));
        fs::write(&here, "").unwrap();
        assert!(Source::System(here).exists(root.path()));
        assert!(Source::Private("cmake".into()).exists(root.path()));
    }
}
