//! The kinds of files, one file each, and what they share: the pass over the rows.

pub(crate) mod coefficients;
pub(crate) mod current_metrics;
pub(crate) mod last_plan;
pub(crate) mod positions;
pub(crate) mod security;
pub(crate) mod trades;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use domain::Problem;

use crate::columns::{Columns, Layout};
use crate::error::{LoadError, Reason};
use crate::formats::{self, Input};
use crate::row::RowReader;
use crate::table::{Cell, Row, Table};
use crate::text::{quoted, unwrapped};
use crate::{Conventions, Loaded, Source, codes, file, limits};

/// The bytes from which on a file's digests, which take about as long as its rows, have a thread of their own.
const WORTH_A_THREAD: usize = 100_000;

/// Loads a file, each row with `read`, which reports to the reader what is wrong.
pub(crate) fn load<T>(
    source: &Source,
    conventions: &Conventions,
    layout: &'static Layout,
    read: impl FnMut(&mut RowReader<'_>) -> Option<T>,
) -> Result<Loaded<T>, LoadError> {
    let file: Arc<str> = Arc::from(source.name.as_str());
    let failed = |reason: Reason| LoadError::file(&file, reason);
    let format = formats::of(&source.path).map_err(failed)?;
    let bytes = file::bytes(&source.path).map_err(failed)?;
    let input = Input { file: file.clone(), bytes: &bytes, format: &source.format };
    let table = input.read(format)?;
    let mut problems = Vec::new();
    // An empty JSON list names no columns and lacks none.
    let columns = match table.headers.cells.is_empty() {
        true => None,
        false => Columns::of(&table, source, layout, &mut problems),
    };
    let is_number = |index| columns.as_ref().is_some_and(|columns| columns.is_number(index));
    let digests = || (table.rows_sha256(is_number, source.format.decimal), file::sha256([&bytes]));
    let rows = || match &columns {
        Some(columns) => read_rows(&table, source, conventions, columns, &mut problems, read),
        None => Vec::new(),
    };
    let (rows, (rows_sha256, bytes_sha256)) = if bytes.len() < WORTH_A_THREAD {
        (rows(), digests())
    } else {
        std::thread::scope(|scope| {
            let digests = scope.spawn(digests);
            (rows(), digests.join().expect("a digest does not panic"))
        })
    };
    Ok(Loaded { rows, problems, rows_sha256, bytes_sha256, rows_read: table.rows.len() })
}

fn read_rows<T>(
    table: &Table,
    source: &Source,
    conventions: &Conventions,
    columns: &Columns,
    problems: &mut Vec<Problem>,
    mut read: impl FnMut(&mut RowReader<'_>) -> Option<T>,
) -> Vec<T> {
    let mut rows = Vec::new();
    let no_field = Arc::from("");
    for row in &table.rows {
        if problems.len() >= limits::PROBLEMS {
            let place = table.row_place(row, &no_field);
            let message = format!("reading stopped after {} problems", limits::PROBLEMS);
            problems.push(Problem::error(codes::STOPPED, place, message, "mend those before it and try again"));
            break;
        }
        if let Some(warning) = total(table, row, columns) {
            problems.push(warning);
            continue;
        }
        let beyond = beyond_header(table, row);
        // A line of text with one field too many has its fields in the wrong columns; a sheet has not.
        if let (Some(problem), None) = (&beyond, &table.sheet) {
            problems.push(problem.clone());
            continue;
        }
        let mut reader = RowReader {
            table,
            row,
            columns,
            conventions,
            mark: source.format.decimal,
            no_field: &no_field,
            problems,
            is_refused: false,
            currencies_seen: Vec::new(),
        };
        let read = read(&mut reader);
        beyond.into_iter().for_each(|problem| reader.add(problem));
        if !reader.is_refused {
            rows.extend(read);
        }
    }
    rows
}

fn filled(row: &Row) -> impl Iterator<Item = (usize, &Cell)> {
    row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty())
}

/// What is said about a row that sums up others: its first cell says so, and nothing says what it is about.
fn total(table: &Table, row: &Row, columns: &Columns) -> Option<Problem> {
    let (first, label) = filled(row).next()?;
    let is_set = |name: &&str| columns.index(name).is_some_and(|at| filled(row).any(|(i, _)| i == at && i != first));
    if !is_total(unwrapped(&label.text)) || columns.layout.identity.iter().any(is_set) {
        return None;
    }
    let message = format!("the row {} is taken for a total and skipped", quoted(&label.text));
    let hint = format!("if it is one of the {}, fill in {}", columns.layout.noun, columns.layout.identity.join(", "));
    Some(Problem::warning(codes::TOTAL_ROW, table.row_place(row, &"".into()), message, hint))
}

/// What is said about a row that has content where the header row has none.
fn beyond_header(table: &Table, row: &Row) -> Option<Problem> {
    let is_named = |index: usize| table.headers.cells.get(index).is_some_and(|header| !header.is_empty());
    let (index, cell) = filled(row).find(|(index, _)| !is_named(*index))?;
    let message = format!("{} stands where the header row is empty", quoted(&cell.text));
    let hint = match table.sheet {
        Some(_) => "name the column, or move the note to another sheet",
        None => "name the column, or put the text into quotes if it holds a delimiter",
    };
    Some(Problem::error(codes::BEYOND_HEADER, table.cell_place(row, index, ""), message, hint))
}

/// Whether a row's label says that it sums up others: `Total`, `Grand total:`, `PB1 Total`.
fn is_total(label: &str) -> bool {
    // Nearly no label has any of the words, and to take a label to pieces takes time.
    let has = |word: &[u8]| label.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    if !has(b"total") && !has(b"sum") {
        return false;
    }
    let label = label.trim_end_matches([':', '.']).to_lowercase().replace(['-', '_'], " ");
    let mut words = label.split_whitespace();
    let sums = |word: &str| matches!(word, "total" | "totals" | "subtotal" | "subtotals" | "sum");
    words.clone().next().is_some_and(sums) || words.next_back().is_some_and(sums)
}

/// What was seen of each thing, to refuse it the second time.
pub(crate) struct Seen<K>(HashMap<K, u32>);

impl<K: Eq + Hash> Seen<K> {
    pub(crate) fn new() -> Self {
        Self(HashMap::new())
    }

    /// Reports a second row for `key`, which `what` describes.
    pub(crate) fn check(
        &mut self,
        reader: &mut RowReader<'_>,
        key: K,
        column: &str,
        what: impl Fn() -> String,
        hint: &str,
    ) {
        let line = reader.row.line;
        if self.0.is_empty() {
            // Growing took a quarter of the time that a large file took to read.
            self.0.reserve(reader.table.rows.len());
        }
        match self.0.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(line);
            }
            Entry::Occupied(first) => {
                let first = Row { line: *first.get(), cells: Vec::new() };
                let place = reader.table.row_place(&first, reader.no_field);
                reader.refuse(column, codes::DUPLICATE_ROW, format!("{} is also at {place}", what()), hint);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_sums_up_is_a_total() {
        for label in ["Total", "TOTAL:", "Grand Total", "Sub-total", "Subtotal PB1", "PB1 Total", "Sum"] {
            assert!(is_total(label), "{label}");
        }
        for label in ["T1", "Totalenergies 2030", "PB1", "Summit", "count"] {
            assert!(!is_total(label), "{label}");
        }
    }
}
