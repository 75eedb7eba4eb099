//! A file as rows of cells, the same whichever format it came in: each cell keeps its text as written
//! and knows where it stands.

use std::sync::Arc;

use domain::{Place, place::At};

use crate::error::Reason;
use crate::file::sha256;
use crate::limits;
use crate::text::trimmed;
use crate::{DecimalMark, number};

/// A file as rows of cells.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The file as its user names it.
    pub(crate) file: Arc<str>,
    /// The sheet of a workbook; text files have lines instead.
    pub(crate) sheet: Option<Arc<str>>,
    /// The first row that is not blank.
    pub(crate) headers: Row,
    /// The rows under it that are not blank.
    pub(crate) rows: Vec<Row>,
    cells: usize,
    text_bytes: usize,
}

/// A row of cells, the first of them in the first column.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The line it begins on, or its number in the sheet; from 1.
    pub(crate) line: u32,
    /// The cells; trailing empty ones may be missing.
    pub(crate) cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What was written, without blanks at its ends.
    pub(crate) text: String,
    /// What the format says it is.
    pub(crate) kind: Kind,
    /// The line it begins on; 0 where nothing was written, and for a cell of a sheet, which has an address.
    pub(crate) line: u32,
}

/// What a format says about a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, which may be a number in any of the ways people write one.
    #[default]
    Text,
    /// A number, its text in plain digits with a point.
    Number,
    /// A number that the spreadsheet shows as a percentage; the text is the fraction it stores.
    Percent,
    /// A number that a formula gave: leading zeros are lost where it was meant as a text.
    Computed,
    /// A formula whose value was not stored.
    Uncomputed,
    /// A date or a time.
    Date,
    /// True or false.
    Flag,
    /// `#N/A` and its like.
    Error,
    /// A list or an object.
    Nested,
}

impl Cell {
    /// A cell of text.
    pub(crate) fn text(text: &str, line: u32) -> Self {
        Self::new(text, Kind::Text, line)
    }

    /// A cell of any kind.
    pub(crate) fn new(text: &str, kind: Kind, line: u32) -> Self {
        Self { text: trimmed(text).to_owned(), kind, line }
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl Table {
    /// An empty table.
    pub(crate) fn new(file: &Arc<str>, sheet: Option<Arc<str>>) -> Self {
        Self { file: file.clone(), sheet, ..Self::default() }
    }

    /// Adds a row unless it is blank; the first becomes the header row.
    pub(crate) fn push(&mut self, mut row: Row) -> Result<(), Reason> {
        let used = row.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        if used == 0 {
            return Ok(());
        }
        row.cells.truncate(used);
        self.cells += used;
        self.text_bytes += row.cells.iter().map(|cell| cell.text.len()).sum::<usize>();
        let longest = row.cells.iter().map(|cell| cell.text.len()).max().unwrap_or(0);
        let bounds = [
            ("a row has more columns than", used, limits::COLUMNS),
            ("a cell has more bytes than", longest, limits::CELL_BYTES),
            ("the table has more cells than", self.cells, limits::CELLS),
            ("the table has more bytes of text than", self.text_bytes, limits::TEXT_BYTES),
            ("the table has more rows than", self.rows.len(), limits::ROWS - 1),
        ];
        if let Some((what, _, limit)) = bounds.into_iter().find(|(_, found, limit)| found > limit) {
            let limit = if limit == limits::ROWS - 1 { limits::ROWS } else { limit };
            return Err(Reason::TooLarge { what, limit: limit as u64 });
        }
        if self.headers.cells.is_empty() {
            self.headers = row;
        } else {
            self.rows.push(row);
        }
        Ok(())
    }

    /// Where a row stands.
    pub(crate) fn row_place(&self, row: &Row, field: &Arc<str>) -> Place {
        let at = match &self.sheet {
            Some(sheet) => At::Row { sheet: sheet.clone(), row: row.line },
            None => At::Line(row.line),
        };
        Place { file: self.file.clone(), at, field: field.clone() }
    }

    /// Where the cell of a row in the column of this index stands.
    pub(crate) fn cell_place(&self, row: &Row, index: usize, field: &str) -> Place {
        let at = match &self.sheet {
            Some(sheet) => At::Cell { sheet: sheet.clone(), cell: address(index, row.line).into() },
            None => At::Line(row.cells.get(index).map_or(0, |cell| cell.line).max(row.line)),
        };
        Place { file: self.file.clone(), at, field: field.into() }
    }

    /// SHA-256 of the header row, then the other rows in the order of their text, so that no order of
    /// rows in the file changes it. A number counts by its value: 101.40 as text is 101.4 in a workbook.
    pub(crate) fn rows_sha256(&self, is_number: impl Fn(usize) -> bool, mark: DecimalMark) -> String {
        const CELL_END: char = '\u{1F}';
        const ROW_END: char = '\u{1E}';
        let decoded = |index: usize, cell: &Cell| match cell.kind {
            Kind::Text if is_number(index) => number::read(&cell.text, mark).ok().map(|number| number.value),
            Kind::Number | Kind::Computed | Kind::Percent if is_number(index) => number::read_plain(&cell.text).ok(),
            _ => None,
        };
        let line = |row: &Row| {
            let mut line = String::new();
            for (index, cell) in row.cells.iter().enumerate() {
                if index > 0 {
                    line.push(CELL_END);
                }
                // Inside a cell the two marks are blanks; at its ends they were trimmed.
                let text = decoded(index, cell).map_or(cell.text.clone(), |value| value.normalize().to_string());
                line.extend(text.chars().map(|c| if matches!(c, CELL_END | ROW_END) { ' ' } else { c }));
            }
            line
        };
        let mut lines = self.rows.iter().map(line).collect::<Vec<_>>();
        lines.sort_unstable();
        lines.insert(0, line(&self.headers));
        sha256([lines.join(&ROW_END.to_string())])
    }
}

/// The address of a cell as a spreadsheet shows it: index 2, row 14 is `C14`.
fn address(index: usize, row: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    let letters = letters.iter().rev().map(|letter| char::from(*letter)).collect::<String>();
    format!("{letters}{row}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_a_spreadsheet() {
        assert_eq!(address(2, 14), "C14");
        assert_eq!(address(25, 1), "Z1");
        assert_eq!(address(26, 1), "AA1");
        assert_eq!(address(16_383, 1_048_576), "XFD1048576");
    }
}
