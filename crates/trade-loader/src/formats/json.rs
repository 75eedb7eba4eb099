//! JSON: a list of objects, each a row; the keys are the columns. Values are text, numbers, `true`, `false`
//! or `null`, which is an empty cell. Numbers keep every digit: they are taken as text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use domain::{Place, place::At};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Format, Input};
use crate::error::{LoadError, Reason};
use crate::limits;
use crate::table::{Cell, Kind, Row, Table};
use crate::text;

/// A list of objects.
pub(crate) const FORMAT: Format = Format { noun: "JSON", extensions: &["json"], looks_like: None, read };

fn read(input: &Input<'_>) -> Result<Table, LoadError> {
    if input.bytes.len() as u64 > limits::JSON_BYTES {
        return Err(input.error(Reason::TooLarge { what: "the file has more bytes than", limit: limits::JSON_BYTES }));
    }
    let text = text::decode(input.bytes).map_err(|reason| input.error(reason))?;
    let at = |line, column, reason| LoadError {
        place: Place { file: input.file.clone(), at: At::LineColumn(line, column), field: "".into() },
        reason,
    };
    let Rows(objects) = serde_json::from_str(&text).map_err(|error| {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        at(number(error.line()), number(error.column()).max(1), Reason::Damaged(without_place(&error)))
    })?;
    let mut lines = Lines { text: &text, at: 0, line: 1 };
    let mut columns = Columns::default();
    for (key, value) in objects.iter().flat_map(|object| &object.0) {
        let line = lines.of(value.get());
        columns.add(key, line).map_err(|reason| LoadError::line(&input.file, line, reason))?;
    }
    let mut table = Table::new(&input.file, None);
    let header_line = columns.cells.first().map_or(1, |cell| cell.line);
    let header = Row { line: header_line, cells: std::mem::take(&mut columns.cells) };
    table.push(header).map_err(|reason| input.error(reason))?;
    lines = Lines { text: &text, at: 0, line: 1 };
    for object in &objects {
        let row =
            columns.row(object, &mut lines).map_err(|(line, reason)| LoadError::line(&input.file, line, reason))?;
        let line = row.line;
        table.push(row).map_err(|reason| LoadError::line(&input.file, line, reason))?;
    }
    Ok(table)
}

fn cell(written: &str, line: u32) -> Result<Cell, Reason> {
    Ok(match written.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(written).map_err(|error| Reason::Damaged(without_place(&error)))?;
            Cell::text(&text, line)
        }
        Some(b'n') => Cell::text("", line),
        Some(b't' | b'f') => Cell::new(written, Kind::Flag, line),
        Some(b'[' | b'{') => Cell::new(written, Kind::Nested, line),
        _ => Cell::new(written, Kind::Number, line),
    })
}

/// The message of an error without the place at its end: ours is more precise.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned()
}

/// The union of the keys of all objects, in the order of their first occurrence.
#[derive(Default)]
struct Columns {
    cells: Vec<Cell>,
    index_by_key: HashMap<String, usize>,
}

impl Columns {
    fn add(&mut self, key: &str, line: u32) -> Result<(), Reason> {
        if self.index_by_key.contains_key(key) {
            return Ok(());
        }
        if self.cells.len() == limits::COLUMNS {
            return Err(Reason::TooLarge { what: "the file has more keys than", limit: limits::COLUMNS as u64 });
        }
        self.index_by_key.insert(key.to_owned(), self.cells.len());
        self.cells.push(Cell::text(key, line));
        Ok(())
    }

    fn row(&self, object: &Object<'_>, lines: &mut Lines<'_>) -> Result<Row, (u32, Reason)> {
        let mut row = Row::default();
        for (key, value) in &object.0 {
            let line = lines.of(value.get());
            let index = self.index_by_key[key.as_ref()];
            row.line = if row.line == 0 { line } else { row.line };
            if row.cells.len() <= index {
                row.cells.resize(index + 1, Cell::default());
            }
            // A cell without a line was not written yet.
            if row.cells[index].line > 0 {
                return Err((line, Reason::Damaged(format!("the key {} occurs twice", text::quoted(key)))));
            }
            row.cells[index] = cell(value.get(), line).map_err(|reason| (line, reason))?;
        }
        Ok(row)
    }
}

/// Counts lines up to a part of the text; parts come in their order.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn of(&mut self, part: &str) -> u32 {
        // A raw value is a part of the text it was read from, so that its address says where it stands.
        let at = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if let Some(between) = self.text.get(self.at..at) {
            let breaks = between.bytes().filter(|byte| *byte == b'\n').count();
            self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
            self.at = at;
        }
        self.line
    }
}

struct Rows<'a>(Vec<Object<'a>>);

struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// A key, borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Rows<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Rows<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = items.next_element()? {
                    if rows.len() == limits::ROWS {
                        return Err(A::Error::custom(format!("the list has more items than {}", limits::ROWS)));
                    }
                    rows.push(row);
                }
                Ok(Rows(rows))
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, one for each row")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut row: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
                while let Some(Key(key)) = entries.next_key()? {
                    if row.len() == limits::COLUMNS {
                        return Err(A::Error::custom(format!("an object has more keys than {}", limits::COLUMNS)));
                    }
                    row.push((key, entries.next_value()?));
                }
                Ok(Object(row))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileFormat;

    fn table(text: &str) -> Result<Table, LoadError> {
        read(&Input { file: "t.json".into(), bytes: text.as_bytes(), format: &FileFormat::default() })
    }

    fn refusal(text: &str) -> String {
        table(text).unwrap_err().to_string()
    }

    #[test]
    fn every_digit_of_a_number_survives() {
        let text = r#"[{"a": 1234567890123456789.012345678, "b": 1.50, "c": 1e-4, "d": null, "e": true}]"#;
        let table = table(text).unwrap();
        let cells = table.rows[0].cells.iter().map(|cell| (cell.text.as_str(), cell.kind)).collect::<Vec<_>>();
        let number = |text| (text, Kind::Number);
        assert_eq!(cells[..3], [number("1234567890123456789.012345678"), number("1.50"), number("1e-4")]);
        assert_eq!(cells[3..], [("", Kind::Text), ("true", Kind::Flag)]);
    }

    #[test]
    fn rows_need_not_have_the_same_keys_and_know_their_lines() {
        let table = table("[\n {\"a\": 1,\n  \"b\": 2},\n\n {\"c\": \"x\\ny\",\n  \"a\": 3}\n]").unwrap();
        assert_eq!(table.headers.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!((table.rows[0].line, table.rows[1].line), (2, 5));
        assert_eq!(table.rows[1].cells.iter().map(|cell| cell.line).collect::<Vec<_>>(), [6, 0, 5]);
    }

    #[test]
    fn what_is_no_list_of_objects_is_refused_with_its_line() {
        assert_eq!(refusal("[\n{\"a\":1,\"a\":2}]"), "load t.json:2: the key \"a\" occurs twice");
        assert_eq!(refusal("{}"), "load t.json:1:1: invalid type: map, expected a list of objects");
        assert_eq!(refusal("[1]"), "load t.json:1:2: invalid type: integer `1`, expected an object, one for each row");
        assert!(refusal("[{\"a\":1}").starts_with("load t.json:1:8: EOF while parsing a list"));
    }

    #[test]
    fn deep_nesting_is_refused_or_one_bad_cell() {
        let deep = format!("[{{\"a\":{}{}}}]", "[".repeat(500_000), "]".repeat(500_000));
        assert!(table(&deep).is_err());
        assert_eq!(table("[{\"a\":[1]}]").unwrap().rows[0].cells[0].kind, Kind::Nested);
        assert!(table(&"[".repeat(500_000)).is_err());
    }
}
