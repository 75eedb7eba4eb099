//! Why nothing of a file could be read.

use std::sync::Arc;

use domain::{Code, Place, Problem, place::At};

use crate::codes;

/// A file of which nothing could be read.
#[derive(Debug, thiserror::Error)]
#[error("load {place}: {reason}")]
pub struct LoadError {
    /// The file, and the line where one is to blame.
    pub place: Place,
    /// Why.
    pub reason: Reason,
}

/// Why nothing could be read; each text reads on its own, after the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The path leads nowhere.
    #[error("there is no such file")]
    Missing,
    /// The path leads to a folder.
    #[error("this is a folder, not a file")]
    Folder,
    /// The path leads to a pipe or a device, which could be read without end.
    #[error("this is not a regular file")]
    NotRegular,
    /// The system refused.
    #[error("the file cannot be opened: {0}")]
    Unopened(#[source] std::io::Error),
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The name does not end as a format's names do.
    #[error("{}", extension_text(extension))]
    Extension {
        /// The end of the name, with its point; empty where there is none.
        extension: String,
        /// The ends that are read.
        known: String,
    },
    /// The content is something else than the name says.
    #[error("the content is {found}, not {expected}")]
    Content {
        /// What the name promises.
        expected: &'static str,
        /// What the bytes are.
        found: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// The text's encoding is not known.
    #[error("the text cannot be decoded: {0}")]
    Encoding(&'static str),
    /// The field delimiter is not known.
    #[error("fields of the header line could be divided by {}", found.join(" or by "))]
    Delimiter {
        /// The candidates, in quotes.
        found: Vec<String>,
    },
    /// The stated delimiter cannot be one.
    #[error("{0:?} cannot divide fields")]
    BadDelimiter(char),
    /// The file breaks the rules of its format.
    #[error("{0}")]
    Damaged(String),
    /// Quotes of a text file do not come in pairs; what stands after them cannot be told from what is inside.
    #[error("{0}")]
    Quotes(String),
    /// The sheet is not there, or more than one could be meant.
    #[error("{}", sheet_text(wanted.as_deref(), sheets))]
    Sheet {
        /// The sheet that was asked for.
        wanted: Option<String>,
        /// The sheets there are, or those with content where none was asked for.
        sheets: Vec<String>,
    },
    /// Larger than we read, or built to hurt.
    #[error("{what} {limit}")]
    TooLarge {
        /// What is too large: "the file has more bytes than".
        what: &'static str,
        /// The bound.
        limit: u64,
    },
}

impl LoadError {
    /// A reason that concerns the file as a whole.
    pub(crate) fn file(file: &Arc<str>, reason: Reason) -> Self {
        Self { place: Place::file(file), reason }
    }

    /// A reason at a line of text.
    pub(crate) fn line(file: &Arc<str>, line: u32, reason: Reason) -> Self {
        Self { place: Place { file: file.clone(), at: At::Line(line), field: "".into() }, reason }
    }

    /// The same as a problem, to be shown with others.
    pub fn problem(&self) -> Problem {
        Problem::error(self.reason.code(), self.place.clone(), self.reason.to_string(), self.reason.hint())
    }
}

impl Reason {
    fn code(&self) -> Code {
        match self {
            Self::Missing | Self::Folder | Self::NotRegular | Self::Unopened(_) | Self::Empty => codes::UNREADABLE,
            Self::Extension { .. } | Self::Content { .. } => codes::FORMAT,
            Self::Encoding(_) => codes::ENCODING,
            Self::Delimiter { .. } | Self::BadDelimiter(_) => codes::DELIMITER,
            Self::Damaged(_) | Self::Quotes(_) => codes::DAMAGED,
            Self::Sheet { .. } => codes::SHEET,
            Self::TooLarge { .. } => codes::TOO_LARGE,
        }
    }

    fn hint(&self) -> String {
        match self {
            Self::Missing => {
                "check the path, which starts at the configuration's folder, and that the file has arrived".into()
            }
            Self::Folder => "name the file inside it".into(),
            Self::NotRegular => "save what it delivers to a file first".into(),
            Self::Unopened(_) => "check the permissions, and that no other program holds the file".into(),
            Self::Empty => "a day without rows still needs the header line".into(),
            Self::Extension { known, .. } => format!("save it as one of {known}"),
            Self::Content { hint, .. } => (*hint).into(),
            Self::Encoding(_) => "save it as UTF-8".into(),
            Self::Delimiter { .. } => "state the delimiter, for example `format: { delimiter: \";\" }`".into(),
            Self::BadDelimiter(_) => "state a comma, a semicolon, a tab, a bar or another sign".into(),
            Self::Damaged(_) => "export the file again".into(),
            Self::Quotes(_) => "close the quote, and double a quote that belongs to a text in quotes".into(),
            Self::Sheet { sheets, .. } if sheets.is_empty() => "put the table on a sheet of its own".into(),
            Self::Sheet { .. } => "state the sheet, for example `sheet: NAME`".into(),
            Self::TooLarge { .. } => "export only the rows and columns of the day".into(),
        }
    }
}

fn extension_text(extension: &str) -> String {
    match extension {
        "" => "the name has no file extension".to_owned(),
        _ => format!("\"{extension}\" is not a file extension that is read here"),
    }
}

fn sheet_text(wanted: Option<&str>, sheets: &[String]) -> String {
    let names = sheets.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    match wanted {
        Some(wanted) => format!("there is no sheet \"{wanted}\" among {names}"),
        None if sheets.is_empty() => "no sheet has content".to_owned(),
        None => format!("more than one sheet has content: {names}"),
    }
}
