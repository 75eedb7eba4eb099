//! What the tests of this folder share: files of the fixtures, files made in place, problems as text.

use std::path::{Path, PathBuf};

use domain::{Currency, Problem};
use trade_loader::{Conventions, Source};

/// A file under `fixtures/`.
pub(crate) fn fixture(path: &str) -> Source {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    source(&root.join(path))
}

/// A file anywhere, named by its last part.
pub(crate) fn source(path: &Path) -> Source {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Source { path: path.to_owned(), name, ..Source::default() }
}

/// A file that lives as long as the folder.
pub(crate) fn written(folder: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> Source {
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    source(&path)
}

/// A desk in dollars.
pub(crate) fn dollars() -> Conventions {
    Conventions { base_currency: Some(Currency::new("USD")), ..Conventions::default() }
}

/// Problems as a user sees them.
pub(crate) fn shown(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
