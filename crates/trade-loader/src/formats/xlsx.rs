//! Workbooks: `.xlsx` and `.xlsm`.
//!
//! A workbook is an archive of XML parts; [`package`] bounds what unpacking can cost before the library sees
//! it. Cells are streamed: a sheet may say that it reaches to its last row and column, and a library that
//! believes it takes gigabytes for two cells.

mod package;

use std::collections::HashSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{DataRef, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{Format, Input};
use crate::error::{LoadError, Reason};
use crate::limits;
use crate::table::{Cell, Kind, Row, Table};
use crate::text::trimmed;

/// A workbook.
pub(crate) const FORMAT: Format =
    Format { noun: "a workbook", extensions: &["xlsx", "xlsm"], looks_like: Some("a workbook or an archive"), read };

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

fn read(input: &Input<'_>) -> Result<Table, LoadError> {
    package::check(input.bytes).map_err(|reason| input.error(reason))?;
    // The library asserts things about a file that only its writer can keep, and overflow checks are on:
    // a hostile workbook is one more damaged file, not the end of the program.
    let outcome = catch_unwind(AssertUnwindSafe(|| read_workbook(input)));
    outcome
        .unwrap_or_else(|_| Err(Reason::Damaged("the workbook breaks the rules of its format".into())))
        .map_err(|reason| input.error(reason))
}

fn read_workbook(input: &Input<'_>) -> Result<Table, Reason> {
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(input.bytes)).map_err(damaged)?;
    let named = input.format.sheet.is_some();
    // A hidden sheet holds what others look up; it is read when it is asked for by name.
    let readable =
        |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet && (named || sheet.visible == SheetVisible::Visible);
    let sheets = workbook.sheets_metadata().iter().filter(readable);
    let sheets = sheets.map(|sheet| sheet.name.clone()).collect::<Vec<_>>();
    let sheet = match &input.format.sheet {
        Some(wanted) => match sheets.iter().find(|name| trimmed(name).eq_ignore_ascii_case(trimmed(wanted))) {
            Some(sheet) => sheet.clone(),
            None => return Err(Reason::Sheet { wanted: Some(wanted.clone()), sheets }),
        },
        None => only_sheet(&mut workbook, sheets)?,
    };
    let percentages = percentages(&mut workbook, &sheet)?;
    let cells = cells(&mut workbook, &sheet, &percentages)?;
    let mut table = Table::new(&input.file, Some(Arc::from(sheet)));
    for row in rows(cells)? {
        table.push(row)?;
    }
    if table.headers.cells.is_empty() { Err(Reason::Empty) } else { Ok(table) }
}

/// The one sheet that has content.
fn only_sheet(workbook: &mut Workbook<'_>, mut sheets: Vec<String>) -> Result<String, Reason> {
    if sheets.len() > 1 {
        let mut filled = Vec::new();
        for sheet in sheets {
            if has_content(workbook, &sheet)? {
                filled.push(sheet);
            }
        }
        sheets = filled;
    }
    match (sheets.pop(), sheets.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => {
            sheets.extend(last);
            Err(Reason::Sheet { wanted: None, sheets })
        }
    }
}

fn has_content(workbook: &mut Workbook<'_>, sheet: &str) -> Result<bool, Reason> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(damaged)?;
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        if !matches!(cell.get_value(), DataRef::Empty) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where the sheet shows a number as a percentage: it stores 0.995 and shows 99.5 %.
fn percentages(workbook: &mut Workbook<'_>, sheet: &str) -> Result<HashSet<(u32, u32)>, Reason> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(damaged)?;
    let in_percent = reader
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().is_some_and(|format| format.format_code.contains('%')));
    let in_percent = in_percent.collect::<Vec<_>>();
    let mut found = HashSet::new();
    if !in_percent.contains(&true) {
        return Ok(found);
    }
    while let Some((row, column, style)) = reader.next_style_id().map_err(damaged)? {
        if in_percent.get(style) == Some(&true) {
            found.insert((row, column));
        }
        within_cells(found.len())?;
    }
    Ok(found)
}

/// A cell with its row and column, both from 0.
type Placed = ((u32, u32), Cell);

fn cells(workbook: &mut Workbook<'_>, sheet: &str, percentages: &HashSet<(u32, u32)>) -> Result<Vec<Placed>, Reason> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(damaged)?;
    let mut cells = Vec::new();
    let mut text_bytes = 0;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(damaged)? {
        let is_formula = record.formula.is_some();
        let in_percent = percentages.contains(&record.pos);
        let cell = cell(&record.value, is_formula, in_percent);
        if cell.is_empty() {
            continue;
        }
        if record.pos.1 as usize >= limits::COLUMNS {
            return Err(Reason::TooLarge {
                what: "the sheet has content beyond column",
                limit: limits::COLUMNS as u64,
            });
        }
        text_bytes += cell.text.len();
        if text_bytes > limits::TEXT_BYTES {
            return Err(Reason::TooLarge {
                what: "the sheet has more bytes of text than",
                limit: limits::TEXT_BYTES as u64,
            });
        }
        cells.push((record.pos, cell));
        within_cells(cells.len())?;
    }
    Ok(cells)
}

fn within_cells(count: usize) -> Result<(), Reason> {
    if count <= limits::CELLS {
        return Ok(());
    }
    Err(Reason::TooLarge { what: "the sheet has more cells than", limit: limits::CELLS as u64 })
}

fn cell(value: &DataRef<'_>, is_formula: bool, in_percent: bool) -> Cell {
    let number = |text: &str| match (in_percent, is_formula) {
        (true, _) => Cell::new(text, Kind::Percent, 0),
        (false, true) => Cell::new(text, Kind::Computed, 0),
        (false, false) => Cell::new(text, Kind::Number, 0),
    };
    match value {
        DataRef::Empty if is_formula => Cell::new("a formula", Kind::Uncomputed, 0),
        DataRef::Empty => Cell::default(),
        DataRef::Int(whole) => number(&whole.to_string()),
        DataRef::Float(float) => number(&plain_digits(*float)),
        DataRef::String(text) => Cell::text(text, 0),
        DataRef::SharedString(text) => Cell::text(text, 0),
        DataRef::Bool(flag) => Cell::new(if *flag { "TRUE" } else { "FALSE" }, Kind::Flag, 0),
        DataRef::DateTime(time) => Cell::new(&time_text(time), Kind::Date, 0),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::new(text, Kind::Date, 0),
        DataRef::Error(error) => Cell::new(&error.to_string(), Kind::Error, 0),
    }
}

/// The number with 15 significant digits, which is what a spreadsheet shows and all it promises: 0.1 + 0.2
/// is stored as 0.30000000000000004 and is 0.3.
fn plain_digits(float: f64) -> String {
    let text = format!("{float:.14e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (Ok(exponent), true) = (exponent.parse::<i32>(), float.is_finite()) else { return text };
    let digits = digits.replace('.', "");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    if exponent.abs() > 40 {
        return format!("{sign}{}.{}e{exponent}", &digits[..1], &digits[1..]);
    }
    // The point stands behind this many digits; zeros fill up on either side.
    let whole = exponent + 1;
    let Ok(whole) = usize::try_from(whole) else {
        return format!("{sign}0.{}{digits}", "0".repeat(whole.unsigned_abs() as usize));
    };
    match digits.split_at_checked(whole) {
        _ if whole == 0 => format!("{sign}0.{digits}"),
        Some((digits, "")) => format!("{sign}{digits}"),
        Some((digits, decimals)) => format!("{sign}{digits}.{decimals}"),
        None => format!("{sign}{digits}{}", "0".repeat(whole - digits.len())),
    }
}

fn time_text(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        return format!("{} days", plain_digits(time.as_f64()));
    }
    match time.to_ymd_hms_milli() {
        (year, month, day, 0, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        (year, month, day, hour, minute, second, _) => {
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
    }
}

/// Cells as rows. Files keep them in order; where one does not, they are sorted first.
fn rows(mut cells: Vec<Placed>) -> Result<Vec<Row>, Reason> {
    if !cells.is_sorted_by_key(|(at, _)| *at) {
        cells.sort_by_key(|(at, _)| *at);
    }
    if cells.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(Reason::Damaged("one cell of the sheet is stored twice".into()));
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut held = 0;
    for ((row, column), cell) in cells {
        let (line, column) = (row.saturating_add(1), column as usize);
        if rows.last().is_none_or(|last| last.line != line) {
            // The header row comes on top.
            if rows.len() > limits::ROWS {
                return Err(Reason::TooLarge { what: "the sheet has more rows than", limit: limits::ROWS as u64 });
            }
            rows.push(Row { line, cells: Vec::new() });
        }
        let Some(last) = rows.last_mut() else { continue };
        held += column + 1 - last.cells.len();
        within_cells(held)?;
        last.cells.resize(column, Cell::default());
        last.cells.push(cell);
    }
    Ok(rows)
}

fn damaged(error: XlsxError) -> Reason {
    Reason::Damaged(match error {
        XlsxError::Password => "the workbook has a password".to_owned(),
        other => format!("the workbook cannot be read: {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_a_spreadsheet_shows() {
        let shown = [
            (0.1 + 0.2, "0.3"),
            (99.515625, "99.515625"),
            (10_000_000.0, "10000000"),
            (1_234_567.891, "1234567.891"),
            (0.00012, "0.00012"),
            (0.5, "0.5"),
            (-0.05, "-0.05"),
            (0.0, "0"),
            (-0.0, "0"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e21, "1000000000000000000000"),
            (1.0 / 3.0, "0.333333333333333"),
            (4.35, "4.35"),
            (1.1 * 3.0, "3.3"),
            (9.999_999_999_999_999, "10"),
        ];
        for (float, text) in shown {
            assert_eq!(plain_digits(float), text, "{float}");
        }
        assert_eq!(plain_digits(1.5e300), "1.5e300");
    }

    #[test]
    fn cells_in_any_order_make_the_same_rows() {
        let cell = |text: &str| Cell::text(text, 0);
        let made = rows(vec![((4, 1), cell("d")), ((0, 0), cell("a")), ((4, 0), cell("c"))]).unwrap();
        assert_eq!(made.iter().map(|row| (row.line, row.cells.len())).collect::<Vec<_>>(), [(1, 1), (5, 2)]);
        assert!(rows(vec![((0, 0), cell("a")), ((0, 0), cell("b"))]).is_err());
    }
}
