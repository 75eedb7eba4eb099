//! Text with fields divided by a sign: `.csv`, `.tsv`, `.txt`.
//!
//! Fields may stand in quotes, a quote inside being doubled (RFC 4180). The reader is our own because it has
//! to be stricter than libraries are: they take a quote that is never closed for the rest of the file, so
//! that rows are lost in one long field; and because it knows the line of every field, blank lines and line
//! breaks in quotes counted.

use super::{Format, Input};
use crate::error::{LoadError, Reason};
use crate::limits;
use crate::table::{Cell, Row, Table};
use crate::text;

/// Text with fields divided by a sign.
pub(crate) const FORMAT: Format =
    Format { noun: "a text table", extensions: &["csv", "txt", "tsv"], looks_like: None, read };

/// The signs that divide fields when none is stated.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

fn read(input: &Input<'_>) -> Result<Table, LoadError> {
    let text = text::decode(input.bytes).map_err(|reason| input.error(reason))?;
    let mut fields = Fields::new(&text);
    let announced = fields.take_announcement();
    let delimiter = match input.format.delimiter.or(announced) {
        Some(delimiter) if delimiter.is_alphanumeric() || matches!(delimiter, '"' | '\n' | '\r') => {
            return Err(input.error(Reason::BadDelimiter(delimiter)));
        }
        Some(delimiter) => delimiter,
        None => {
            let header = fields.rest().trim_start_matches(|c: char| text::is_blank(c) && c != '\t');
            let line = fields.line + line_breaks(&fields.rest()[..fields.rest().len() - header.len()]);
            detected(header).map_err(|found| LoadError::line(&input.file, line, Reason::Delimiter { found }))?
        }
    };
    let mut table = Table::new(&input.file, None);
    loop {
        let line = fields.line;
        match fields.row(delimiter).and_then(|row| row.map(|row| table.push(row)).transpose()) {
            Ok(Some(())) => {}
            Ok(None) if table.headers.cells.is_empty() => return Err(input.error(Reason::Empty)),
            Ok(None) => return Ok(table),
            Err(reason) => return Err(LoadError::line(&input.file, line, reason)),
        }
    }
}

/// The one candidate that occurs outside quotes in the first line; a comma where none does.
fn detected(text: &str) -> Result<char, Vec<String>> {
    let mut in_quotes = false;
    let header = text.chars().take_while(|c| {
        in_quotes ^= *c == '"';
        in_quotes || !matches!(c, '\n' | '\r')
    });
    let mut outside = true;
    let signs = header.filter(|c| {
        outside ^= *c == '"';
        outside
    });
    let signs = signs.collect::<Vec<_>>();
    match DELIMITERS.iter().filter(|sign| signs.contains(sign)).copied().collect::<Vec<_>>().as_slice() {
        [] => Ok(','),
        [only] => Ok(*only),
        several => Err(several.iter().map(|sign| text::quoted(&sign.to_string())).collect()),
    }
}

/// The fields of a text, one after the other.
struct Fields<'a> {
    text: &'a str,
    at: usize,
    /// The line of the next character.
    line: u32,
}

/// What ended a field.
enum End {
    Field,
    Row,
}

impl<'a> Fields<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The delimiter of a first line `sep=;`, which spreadsheets write and hide; the line is taken.
    fn take_announcement(&mut self) -> Option<char> {
        let (first, _) = self.text.split_once('\n')?;
        let first = first.trim_end_matches('\r');
        let sign = first.strip_prefix("sep=").or_else(|| first.strip_prefix("\"sep=")?.strip_suffix('"'))?;
        let mut signs = sign.chars();
        let (delimiter, None) = (signs.next()?, signs.next()) else { return None };
        self.take_line_break(first.len());
        Some(delimiter)
    }

    /// The next row, or nothing at the end of the text.
    fn row(&mut self, delimiter: char) -> Result<Option<Row>, Reason> {
        if self.rest().is_empty() {
            return Ok(None);
        }
        let mut row = Row { line: self.line, cells: Vec::new() };
        loop {
            let (cell, end) =
                if self.rest().starts_with('"') { self.quoted(delimiter)? } else { self.plain(delimiter) };
            row.cells.push(cell);
            // Checked while reading: a line of nothing but delimiters must not fill memory first.
            if row.cells.len() > limits::BLANK_COLUMNS {
                return Err(Reason::TooLarge {
                    what: "a row has more columns than",
                    limit: limits::BLANK_COLUMNS as u64,
                });
            }
            if matches!(end, End::Row) {
                return Ok(Some(row));
            }
        }
    }

    fn plain(&mut self, delimiter: char) -> (Cell, End) {
        let rest = self.rest();
        let length = rest.find([delimiter, '\n', '\r']).unwrap_or(rest.len());
        let cell = Cell::text(&rest[..length], self.line);
        let end = self.take_end(length, delimiter);
        (cell, end)
    }

    fn quoted(&mut self, delimiter: char) -> Result<(Cell, End), Reason> {
        let line = self.line;
        let rest = &self.rest()[1..];
        let mut closed = None;
        let mut quotes = rest.match_indices('"').map(|(at, _)| at).peekable();
        while let Some(at) = quotes.next() {
            // A doubled quote is a quote of the field.
            if quotes.next_if_eq(&(at + 1)).is_none() {
                closed = Some(at);
                break;
            }
        }
        let Some(length) = closed else {
            return Err(Reason::Quotes("a quote is opened here and never closed".into()));
        };
        let inside = &rest[..length];
        let cell = Cell::text(&inside.replace("\"\"", "\""), line);
        self.line += line_breaks(inside);
        self.at += length + 2;
        let rest = self.rest();
        let after = rest.find([delimiter, '\n', '\r']).unwrap_or(rest.len());
        if !rest[..after].chars().all(text::is_blank) {
            return Err(Reason::Quotes(format!("text follows a closing quote: {}", text::quoted(&rest[..after]))));
        }
        let end = self.take_end(after, delimiter);
        Ok((cell, end))
    }

    /// Takes `length` bytes and what ends the field behind them.
    fn take_end(&mut self, length: usize, delimiter: char) -> End {
        if self.rest()[length..].starts_with(delimiter) {
            self.at += length + delimiter.len_utf8();
            return End::Field;
        }
        self.take_line_break(length);
        End::Row
    }

    /// Takes `length` bytes and the line break behind them: `\n`, `\r\n` or `\r`.
    fn take_line_break(&mut self, length: usize) {
        let behind = &self.rest()[length..];
        let break_bytes = if behind.starts_with("\r\n") { 2 } else { behind.len().min(1) };
        self.at += length + break_bytes;
        self.line += u32::from(break_bytes > 0);
    }
}

/// Line breaks as a text editor counts them.
fn line_breaks(text: &str) -> u32 {
    let count = text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileFormat;

    fn table(text: &str) -> Result<Table, LoadError> {
        read(&Input { file: "t.csv".into(), bytes: text.as_bytes(), format: &FileFormat::default() })
    }

    fn cells(text: &str) -> Vec<(u32, Vec<String>)> {
        let table = table(text).unwrap();
        let rows = std::iter::once(table.headers).chain(table.rows);
        rows.map(|row| (row.line, row.cells.into_iter().map(|cell| cell.text).collect())).collect()
    }

    fn refusal(text: &str) -> String {
        table(text).unwrap_err().to_string()
    }

    #[test]
    fn every_usual_delimiter_is_found_in_the_header_line() {
        for sign in DELIMITERS {
            let text = format!("\n\"a,;|\"{sign}b\n1{sign}2\n");
            assert_eq!(cells(&text)[1], (3, vec!["1".to_owned(), "2".to_owned()]), "{sign:?}");
        }
        assert_eq!(cells("sep=;\na,x;b\n1;2\n")[0].1, ["a,x", "b"]);
    }

    #[test]
    fn two_possible_delimiters_are_refused() {
        let expected = "load t.csv:2: fields of the header line could be divided by \",\" or by \";\"";
        assert_eq!(refusal("\na;b,c\n1;2,3\n"), expected);
    }

    #[test]
    fn lines_are_those_of_a_text_editor() {
        let text = "a,b\r\n\r\n\"x\r\ny\",1\r\n,\r\nz,2";
        let lines = cells(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(lines, [1, 3, 6]);
        assert_eq!(cells("a\rb\rc").last().unwrap().0, 3);
    }

    #[test]
    fn quotes_are_taken_at_their_word() {
        assert_eq!(cells("a,b\n\"say \"\"so\"\"\", x \n")[1].1, ["say \"so\"", "x"]);
        assert_eq!(cells("a,b\n=\"0100\",6\" pipe\n")[1].1, ["=\"0100\"", "6\" pipe"]);
    }

    #[test]
    fn an_unclosed_quote_never_swallows_rows() {
        assert_eq!(refusal("a,b\n1,\"2\n3,4\n"), "load t.csv:2: a quote is opened here and never closed");
        let closed_by_the_next = "load t.csv:2: text follows a closing quote: \"x\"";
        assert_eq!(refusal("a,b\n1,\"2\n3,\"x\n"), closed_by_the_next);
    }

    #[test]
    fn a_line_of_delimiters_is_blank() {
        assert_eq!(cells("a,b\n,,,\n1,2,,,\n").len(), 2);
    }
}
