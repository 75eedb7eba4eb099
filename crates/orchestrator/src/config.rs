//! What a desk says about itself, in one YAML or JSON file: its accounts, metrics, limits, files and wishes.
//!
//! ```text
//! bytes → tree of settings → one table of keys checks it → Config
//!         (tree)             (keys)                        (resolve)
//! ```
//!
//! A key is known to one table alone (`keys.rs`); the check, the [`json_schema`] and the
//! [`reference_markdown`] are made from it. Everything wrong is reported in one pass, each with its place.

mod codes;
mod tree;

mod keys;
mod read;

mod accounts;
mod alerts;
mod inputs;
mod objective;
mod resolve;
mod solvers;

mod reference;
mod schema;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use domain::{Decimal, Desk, Place, Problem};
use jiff::civil::Date;
use solver::backends::{self, Runs};

use codes::{NOT_TEXT, UNREADABLE};

pub use alerts::{Watch, file_stem};
pub use codes::CODES;
pub use inputs::Inputs;
pub use reference::reference_markdown;
pub use schema::json_schema;
pub use trade_loader::{Conventions, DecimalMark, FileFormat, Source as Input};

/// Everything a run needs to know besides the day's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The accounts with their metrics and limits, the currencies, the valuation, the objective.
    pub desk: Desk,
    /// The files to read.
    pub inputs: Inputs,
    /// Whether accrued interest below 0 is taken, or refused as a mistake of sign.
    pub allow_negative_accrued: bool,
    /// How long and how closely to look for the best assignment.
    pub solver: SolverSettings,
    /// The folder of the ledger, the kept inputs and outputs, and the history.
    pub state: PathBuf,
    /// Who is told of what a run finds.
    pub watch: Watch,
    /// The folder results are published in.
    pub outputs: PathBuf,
    /// The date of the run, where one was given.
    pub as_of: Option<Date>,
    /// Whether a path that is used holds `{as_of}`, so that another date reads or writes other files.
    pub uses_as_of: bool,
    /// SHA-256 of the configuration's bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// How long and how closely to look for the best assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolverSettings {
    /// Wall time after which the best assignment found so far is taken, in milliseconds; above 0.
    pub timeout_ms: u64,
    /// How far from the best possible objective is good enough, as a fraction of it: `0 ≤ gap < 1`.
    pub gap: Decimal,
    /// Rounds of our own search after which to stop, at least 1, instead of looking at the clock.
    pub effort: Option<u64>,
    /// Who looks for it, the preferred one first; at least one.
    pub backends: Vec<BackendChoice>,
    /// The address space that the process of a backend may have, in bytes.
    pub memory_bytes: u64,
    /// How many threads a backend may use, at least 1.
    pub threads: u32,
    /// The Python that runs adapters of ours.
    pub python: PathBuf,
    /// The folder that backends of the desk's own run in.
    pub folder: PathBuf,
}

/// Who looks for an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackendChoice {
    /// One of [`solver::backends::TABLE`], by its name.
    Known(&'static str),
    /// A program of the desk's own.
    Own {
        /// What it is called.
        name: String,
        /// The program and its arguments.
        command: Vec<String>,
    },
}

impl BackendChoice {
    /// Whether it is our own search.
    pub fn is_search(&self) -> bool {
        match self {
            Self::Known(name) => matches!(backends::named(name).map(|kind| kind.runs), Some(Runs::Search)),
            Self::Own { .. } => false,
        }
    }
}

/// What the command line adds to a configuration or replaces in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given {
    /// The date of the run.
    pub as_of: Option<Date>,
    /// A file of trades instead of the configured one, relative to where the program runs.
    pub trades: Option<String>,
    /// A file of positions instead of the configured one, relative to where the program runs.
    pub positions: Option<String>,
    /// A folder for results instead of the configured one, relative to where the program runs.
    pub out: Option<String>,
}

/// A configuration without errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// What its user should know, in the order of the file.
    pub warnings: Vec<Problem>,
}

/// The most bytes a configuration may have; real ones have a few thousand.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Reads the configuration at `path`. Errors: every problem with it, in the order of the file, at least one
/// of which stops the run; or the one reason why it cannot be read at all.
pub fn load(path: &Path, given: &Given) -> Result<Loaded, Vec<Problem>> {
    let name = path.display().to_string();
    let bytes = read_bytes(path).map_err(|(message, hint)| {
        vec![Problem::error(UNREADABLE, Place::file(&name), format!("the configuration {message}"), hint)]
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    read(&name, folder, &bytes, given)
}

/// Reads a configuration from its `bytes`. Messages call it `name`; its paths are relative to `folder`.
/// Errors: as [`load`].
pub fn read(name: &str, folder: &Path, bytes: &[u8], given: &Given) -> Result<Loaded, Vec<Problem>> {
    let text = text_of(bytes).map_err(|hint| {
        vec![Problem::error(NOT_TEXT, Place::file(name), "the configuration is not UTF-8 text", hint)]
    })?;
    let (tree, duplicates) = tree::parse(name, text).map_err(|problem| vec![problem])?;
    let source = resolve::Source { path: Path::new(name), folder, bytes, given };
    resolve::resolve(&tree, &source, duplicates)
}

/// What of a configuration that is refused can be used all the same, to find what else is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The files that can be read, as nothing is wrong with what is said of them.
    pub inputs: Inputs,
    /// Whether these are all.
    pub are_inputs_whole: bool,
    /// How to read them; nothing where that is wrong.
    pub conventions: Option<Conventions>,
    /// The desk as far as it can be made.
    pub desk: Option<Desk>,
    /// Whether nothing is wrong with it.
    pub is_desk_whole: bool,
}

/// What of the refused configuration at `path` can be used; nothing where it is no tree of settings.
pub fn rest(path: &Path, given: &Given) -> Option<Rest> {
    let (name, bytes) = (path.display().to_string(), read_bytes(path).ok()?);
    let (tree, duplicates) = tree::parse(&name, text_of(&bytes).ok()?).ok()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let source = resolve::Source { path, folder, bytes: &bytes, given };
    Some(resolve::rest(&tree, &source, duplicates))
}

/// Who is told of what a run finds, by a configuration whose other parts may be wrong; nothing where this part is.
pub fn watch(path: &Path, bytes: &[u8]) -> Option<Watch> {
    let (tree, _) = tree::parse(&path.display().to_string(), text_of(bytes).ok()?).ok()?;
    alerts::watch_alone(&tree, path)
}

/// Whether a file holds other text than a configuration, such as a table or a list: not one that was emptied or has a mistake.
pub fn is_other_text(bytes: &[u8]) -> bool {
    text_of(bytes).is_ok_and(tree::is_other)
}

/// Whether a configuration may be kept that was refused: no secret can stand in it.
pub fn may_be_kept(path: &Path, bytes: &[u8]) -> bool {
    let parsed = text_of(bytes).ok().and_then(|text| tree::parse(&path.display().to_string(), text).ok());
    parsed.is_some_and(|(tree, duplicates)| duplicates.is_empty() && alerts::may_be_kept(&tree, path))
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, (String, &'static str)> {
    const INIT: &str = "`pb-assign init` writes a starting configuration";
    if path.is_dir() {
        return Err(("is a folder".to_owned(), "name the file in it: --config FOLDER/desk.yaml"));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(("does not exist".to_owned(), INIT)),
        Err(error) => Err((format!("cannot be read: {error}"), "check the path and the permissions of the file")),
        Ok(_) if bytes.len() as u64 > MAX_BYTES => Err((
            format!("has more than {} MiB", MAX_BYTES >> 20),
            "is this the right file? values by security belong in the coefficients file",
        )),
        Ok(_) => Ok(bytes),
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, &'static str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16: save it as UTF-8");
    }
    // Some editors put a byte order mark before the text.
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|_| "save it as UTF-8; is this the right file?")
}

#[cfg(test)]
mod tests;
