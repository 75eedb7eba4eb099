//! The formats that are read. One file a format, one line in [`TABLE`]; the file's extension selects.

pub(crate) mod csv;
pub(crate) mod json;
pub(crate) mod xlsx;

use std::path::Path;
use std::sync::Arc;

use crate::FileFormat;
use crate::error::{LoadError, Reason};
use crate::file;
use crate::table::Table;

/// A way in which a table is stored.
pub(crate) struct Format {
    /// What it is, for a message.
    pub(crate) noun: &'static str,
    /// The ends of names that select it, in lower case.
    pub(crate) extensions: &'static [&'static str],
    /// What the beginning of a file in this format is taken for, if for anything.
    pub(crate) looks_like: Option<&'static str>,
    /// Turns the bytes into a table.
    pub(crate) read: fn(&Input<'_>) -> Result<Table, LoadError>,
}

/// A file to be turned into a table.
pub(crate) struct Input<'a> {
    /// The file as its user names it.
    pub(crate) file: Arc<str>,
    /// Everything in it.
    pub(crate) bytes: &'a [u8],
    /// What it does not say itself.
    pub(crate) format: &'a FileFormat,
}

/// The formats.
pub(crate) const TABLE: &[Format] = &[csv::FORMAT, xlsx::FORMAT, json::FORMAT];

/// The format that the end of a file's name selects.
pub(crate) fn of(path: &Path) -> Result<&'static Format, Reason> {
    let extension = path.extension().map_or_else(String::new, |e| e.to_string_lossy().to_lowercase());
    TABLE.iter().find(|format| format.extensions.contains(&extension.as_str())).ok_or_else(|| {
        let known = TABLE.iter().flat_map(|format| format.extensions).map(|e| format!(".{e}"));
        let extension = if extension.is_empty() { extension } else { format!(".{extension}") };
        Reason::Extension { extension, known: known.collect::<Vec<_>>().join(", ") }
    })
}

impl Input<'_> {
    /// The table, unless the content is something else than the format says.
    pub(crate) fn read(&self, format: &Format) -> Result<Table, LoadError> {
        match file::sniffed(self.bytes) {
            Some((found, hint)) if format.looks_like != Some(found) => {
                Err(self.error(Reason::Content { expected: format.noun, found, hint }))
            }
            None if format.looks_like.is_some() => Err(self.error(Reason::Content {
                expected: format.noun,
                found: "plain text or unknown",
                hint: "name a text table .csv; export a workbook again",
            })),
            _ => (format.read)(self),
        }
    }

    /// A reason that concerns the file as a whole.
    pub(crate) fn error(&self, reason: Reason) -> LoadError {
        LoadError::file(&self.file, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_selects_the_format_in_any_case() {
        let of = |name: &str| of(Path::new(name));
        assert_eq!(of("in/Trades.CSV").unwrap().noun, csv::FORMAT.noun);
        assert_eq!(of("t.XLSM").unwrap().noun, xlsx::FORMAT.noun);
        assert!(of("trades.xls").is_err() && of("trades").is_err() && of("t.csv.gz").is_err());
    }

    #[test]
    fn no_extension_selects_two_formats() {
        let mut all = TABLE.iter().flat_map(|format| format.extensions).collect::<Vec<_>>();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
