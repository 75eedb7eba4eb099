//! Where something was written, so that every refusal can point at it.

use std::fmt;
use std::sync::Arc;

/// A spot in an input: `trades.csv:14 quantity`, `trades.xlsx Blotter!C14 quantity`,
/// `desk.yaml:31:18 accounts.PB1.metrics.leverage.max`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file as its user named it; empty when the value was made in memory.
    pub file: Arc<str>,
    /// Where in the file.
    pub at: At,
    /// The column, or the path of keys; empty when the whole row or file is meant.
    pub field: Arc<str>,
}

/// A position inside a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// The file as a whole.
    File,
    /// A line of text, from 1.
    Line(u32),
    /// A line and a column of text, both from 1.
    LineColumn(u32, u32),
    /// A row of a sheet, from 1.
    Row {
        /// Name of the sheet.
        sheet: Arc<str>,
        /// Row number as the spreadsheet shows it.
        row: u32,
    },
    /// A cell of a sheet.
    Cell {
        /// Name of the sheet.
        sheet: Arc<str>,
        /// Address as the spreadsheet shows it, `C14`.
        cell: Arc<str>,
    },
}

impl Place {
    /// A file as a whole.
    pub fn file(file: impl AsRef<str>) -> Self {
        Self { file: Arc::from(file.as_ref()), at: At::File, field: Arc::from("") }
    }

    /// No file: a value that a program made.
    pub fn nowhere() -> Self {
        Self::file("")
    }

    /// The same spot, pointing at `field`.
    #[must_use]
    pub fn with_field(&self, field: impl AsRef<str>) -> Self {
        Self { field: Arc::from(field.as_ref()), ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        match &self.at {
            At::File => write!(f, "{file}")?,
            At::Line(line) => write!(f, "{file}:{line}")?,
            At::LineColumn(line, column) => write!(f, "{file}:{line}:{column}")?,
            At::Row { sheet, row } => write!(f, "{file} {sheet}!{row}")?,
            At::Cell { sheet, cell } => write!(f, "{file} {sheet}!{cell}")?,
        }
        match (file.is_empty() && self.at == At::File, self.field.is_empty()) {
            (_, true) => Ok(()),
            (true, false) => write!(f, "{}", self.field),
            (false, false) => write!(f, " {}", self.field),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_a_person_would_point() {
        let csv = Place { file: "trades.csv".into(), at: At::Line(14), field: "quantity".into() };
        assert_eq!(csv.to_string(), "trades.csv:14 quantity");
        let cell = At::Cell { sheet: "Blotter".into(), cell: "C14".into() };
        let xlsx = Place { file: "t.xlsx".into(), at: cell, field: "price".into() };
        assert_eq!(xlsx.to_string(), "t.xlsx Blotter!C14 price");
        let yaml = Place { file: "desk.yaml".into(), at: At::LineColumn(3, 7), field: "fx.EUR".into() };
        assert_eq!(yaml.to_string(), "desk.yaml:3:7 fx.EUR");
        assert_eq!(Place::nowhere().with_field("fx").to_string(), "fx");
    }
}
