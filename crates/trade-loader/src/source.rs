//! Where rows come from and how they are to be read: what the configuration says about a file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::{Currency, Problem};

/// A file to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The path to open.
    pub path: PathBuf,
    /// The file as its user names it, for every message and place.
    pub name: String,
    /// What the file does not say itself.
    pub format: FileFormat,
    /// Our column, then the header that stands for it in the file; others go by their own name.
    pub columns: BTreeMap<String, String>,
    /// Headers that look like one of our columns and are none of them.
    pub other_columns: Vec<String>,
}

/// What a file does not say itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileFormat {
    /// The decimal mark of numbers that are stored as text.
    pub decimal: DecimalMark,
    /// The sheet of a workbook; needed where more than one has content.
    pub sheet: Option<String>,
    /// The character between fields of a text file; found in the header line where it is not stated.
    pub delimiter: Option<char>,
}

/// What stands before the decimals of a number in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// `1,234.56`
    #[default]
    Point,
    /// `1.234,56`
    Comma,
}

/// What the desk has agreed on and no file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conventions {
    /// Whether accrued interest may be below zero, as in an ex-dividend period.
    pub allow_negative_accrued: bool,
    /// The currency of a row that names none; with it, `€99.50` in such a row of a USD desk is refused.
    pub base_currency: Option<Currency>,
}

/// What a file held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded<T> {
    /// The rows that load, in the order of the file.
    pub rows: Vec<T>,
    /// Everything wrong with the others, and warnings, in the order of the file. Nothing may be assigned
    /// while one of them is an error.
    pub problems: Vec<Problem>,
    /// SHA-256 of the decoded rows, the same for every order of the rows and every file format.
    pub rows_sha256: String,
    /// SHA-256 of the file's bytes.
    pub bytes_sha256: String,
    /// Rows under the header that are not blank, whether they loaded or not.
    pub rows_read: usize,
}

impl DecimalMark {
    /// The mark itself.
    pub(crate) fn mark(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }
}

impl<T> Loaded<T> {
    /// Whether anything stops the run.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}
