//! One row while it is read: its cells by our column names, and what is wrong with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Code, Currency, Decimal, Place, Problem, SecurityType, SecurityTypeName, security_type};

use crate::columns::Columns;
use crate::number::{self, Refusal};
use crate::table::{Cell, Kind, Row, Table};
use crate::text::{is_invisible, quoted, unwrapped};
use crate::{Conventions, DecimalMark, codes};

/// A row being read.
pub(crate) struct RowReader<'a> {
    pub(crate) table: &'a Table,
    pub(crate) row: &'a Row,
    pub(crate) columns: &'a Columns,
    pub(crate) conventions: &'a Conventions,
    pub(crate) mark: DecimalMark,
    /// The field of a place that means the whole row.
    pub(crate) no_field: &'a Arc<str>,
    pub(crate) problems: &'a mut Vec<Problem>,
    /// Whether something was refused, so that nothing may come of the row.
    pub(crate) is_refused: bool,
    /// Currencies written beside numbers, with the column.
    pub(crate) currencies_seen: Vec<(&'static str, &'a str)>,
}

/// What a number is used for, where that changes how it may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A quantity or an amount.
    Amount,
    /// A price: it may come in 32nds, and `99,515` is hardly ninety thousand.
    Price,
    /// A rate: a sheet may show it in percent, and `1,234` is hardly a thousand.
    Rate,
    /// A metric: a sheet may show it in percent.
    Metric,
}

/// What a cell held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// Nothing was written.
    Blank,
    /// Something was written and refused, or the column is missing, which was reported.
    Refused,
    /// A value.
    Value(T),
}

impl<'a> RowReader<'a> {
    /// Where the row stands.
    pub(crate) fn place(&self) -> Place {
        self.table.row_place(self.row, self.no_field)
    }

    /// Reports what is wrong with the cell of a column.
    pub(crate) fn refuse(&mut self, column: &str, code: Code, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::error(code, self.cell_place(column), message, hint));
        self.is_refused = true;
    }

    /// Points out what is odd about the cell of a column; the row stands.
    pub(crate) fn warn(&mut self, column: &str, code: Code, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::warning(code, self.cell_place(column), message, hint));
    }

    /// Adds a problem that was found elsewhere.
    pub(crate) fn add(&mut self, problem: Problem) {
        self.is_refused |= problem.is_error();
        self.problems.push(problem);
    }

    /// Whether the file has the column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.index(column).is_some()
    }

    /// The text as written in the cell of a column, empty where there is none.
    pub(crate) fn written(&self, column: &str) -> &'a str {
        self.cell(column).map_or("", |cell| cell.text.as_str())
    }

    /// A name or an identifier that must be there.
    pub(crate) fn name(&mut self, column: &'static str) -> Option<&'a str> {
        match self.name_or_blank(column) {
            Found::Value(text) => Some(text),
            Found::Refused => None,
            Found::Blank => {
                self.refuse_blank(column, "fill it in");
                None
            }
        }
    }

    /// A name or an identifier.
    pub(crate) fn name_or_blank(&mut self, column: &'static str) -> Found<&'a str> {
        let Some(cell) = self.cell(column) else { return self.absent(column) };
        match name(cell) {
            Ok("") => Found::Blank,
            Ok(text) => Found::Value(text),
            Err(refusal) => self.refused(column, refusal),
        }
    }

    /// A number that must be there.
    pub(crate) fn number(&mut self, column: &'static str, used_as: Use) -> Option<Decimal> {
        match self.number_or_blank(column, used_as) {
            Found::Value(value) => Some(value),
            Found::Refused => None,
            Found::Blank => {
                self.refuse_blank(column, "write the number");
                None
            }
        }
    }

    /// A number.
    pub(crate) fn number_or_blank(&mut self, column: &'static str, used_as: Use) -> Found<Decimal> {
        let Some(cell) = self.cell(column) else { return self.absent(column) };
        if unwrapped(&cell.text).is_empty() {
            return Found::Blank;
        }
        match number(cell, used_as, self.mark) {
            Ok(number) => {
                self.currencies_seen.extend(number.currency.map(|currency| (column, currency)));
                Found::Value(number.value)
            }
            Err(refusal) => self.refused(column, refusal),
        }
    }

    /// Reports an empty cell.
    pub(crate) fn refuse_blank(&mut self, column: &str, hint: &str) {
        self.refuse(column, codes::EMPTY_CELL, "the cell is empty", hint);
    }

    /// The currency of the row, after its numbers were read: what was written beside them has to agree.
    pub(crate) fn currency(&mut self) -> Option<Currency> {
        const COLUMN: &str = "currency";
        let stated = match self.name_or_blank(COLUMN) {
            Found::Value(text) if text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphabetic()) => {
                Some(Currency::new(text.to_ascii_uppercase()))
            }
            Found::Value(text) => {
                let message = format!("{} is not the code of a currency", quoted(text));
                self.refuse(COLUMN, codes::CURRENCY, message, "write its three letters, such as USD");
                return None;
            }
            Found::Blank | Found::Refused => None,
        };
        let Some(meant) = stated.as_ref().or(self.conventions.base_currency.as_ref()) else { return stated };
        for (column, written) in std::mem::take(&mut self.currencies_seen) {
            if !number::may_mean(written, meant.as_str()) {
                let message = format!("{} is not in {meant}", quoted(self.written(column)));
                let hint = "state the currency of the row in a column `currency`, or convert the number";
                self.refuse(column, codes::CURRENCY, message, hint);
            }
        }
        stated
    }

    /// The type of a security. A label with rules of its own is known in any case: `Cash` is `cash`.
    pub(crate) fn security_type(&mut self) -> Option<SecurityTypeName> {
        let text = self.name("security_type")?;
        let known = security_type::TABLE.iter().find(|kind| kind.name.eq_ignore_ascii_case(text));
        Some(SecurityTypeName::new(known.map_or(text, |kind| kind.name)))
    }

    /// The price of a security of a type.
    pub(crate) fn price(&mut self, kind: Option<&SecurityType>) -> Option<Decimal> {
        const COLUMN: &str = "price";
        let found = self.number_or_blank(COLUMN, Use::Price);
        let fixed = kind.and_then(|kind| kind.fixed_price).map(Decimal::from);
        match (found, fixed) {
            (Found::Refused, _) => None,
            (Found::Blank, Some(fixed)) => Some(fixed),
            // Whether a price or accrued interest may be missing hangs on the type, which is missing itself then.
            (Found::Blank, None) if kind.is_none() => None,
            (Found::Blank, None) => {
                self.refuse_blank(COLUMN, "write the clean price");
                None
            }
            (Found::Value(price), Some(fixed)) if price != fixed => {
                let name = kind.map_or("", |kind| kind.name);
                let message = format!("the price of {name} is {fixed}, not {}", quoted(self.written(COLUMN)));
                self.refuse(COLUMN, codes::PRICE, message, "leave it blank, and put the amount into the quantity");
                None
            }
            (Found::Value(price), _) if price.is_sign_negative() && !price.is_zero() => {
                let message = format!("{} is a price below zero", quoted(self.written(COLUMN)));
                self.refuse(COLUMN, codes::PRICE, message, "write the clean price without a sign");
                None
            }
            (Found::Value(price), _) => Some(price),
        }
    }

    /// The accrued interest of a security of a type.
    pub(crate) fn accrued(&mut self, kind: Option<&SecurityType>) -> Option<Decimal> {
        const COLUMN: &str = "accrued_interest";
        let found = self.number_or_blank(COLUMN, Use::Amount);
        let silent = kind.filter(|kind| !kind.accrues);
        match (found, silent) {
            (Found::Refused, _) => None,
            (Found::Blank, Some(_)) => Some(Decimal::ZERO),
            (Found::Blank, None) if kind.is_none() => None,
            (Found::Blank, None) => {
                self.refuse_blank(COLUMN, "write 0 where nothing has accrued");
                None
            }
            (Found::Value(accrued), Some(kind)) if !accrued.is_zero() => {
                let message =
                    format!("{} accrues no interest, and {} is stated", kind.name, quoted(self.written(COLUMN)));
                self.refuse(COLUMN, codes::ACCRUED, message, "leave it blank, or mend the security type");
                None
            }
            (Found::Value(accrued), None)
                if accrued.is_sign_negative() && !accrued.is_zero() && !self.conventions.allow_negative_accrued =>
            {
                let message = format!("{} is accrued interest below zero", quoted(self.written(COLUMN)));
                let hint = "write it as a buyer pays it, above zero for sells and shorts too; for ex-dividend \
                            periods allow it in the configuration";
                self.refuse(COLUMN, codes::ACCRUED, message, hint);
                None
            }
            (Found::Value(accrued), _) => Some(accrued),
        }
    }

    /// The columns that are not ours, as written.
    pub(crate) fn others(&self) -> BTreeMap<String, String> {
        let text = |index: usize| self.row.cells.get(index).map(|cell| unwrapped(&cell.text).to_owned());
        self.columns.others.iter().map(|(index, header)| (header.clone(), text(*index).unwrap_or_default())).collect()
    }

    fn cell(&self, column: &str) -> Option<&'a Cell> {
        self.row.cells.get(self.columns.index(column)?)
    }

    fn cell_place(&self, column: &str) -> Place {
        match self.columns.index(column) {
            Some(index) => self.table.cell_place(self.row, index, column),
            None => self.table.row_place(self.row, &column.into()),
        }
    }

    /// A cell that is not there: blank where the row is short, refused already where the column is missing.
    fn absent<T>(&self, column: &str) -> Found<T> {
        if self.has(column) || !self.columns.is_reported(column) { Found::Blank } else { Found::Refused }
    }

    fn refused<T>(&mut self, column: &str, refusal: Refusal) -> Found<T> {
        self.refuse(column, refusal.code, refusal.message, refusal.hint);
        Found::Refused
    }
}

fn number(cell: &Cell, used_as: Use, mark: DecimalMark) -> Result<number::Number<'_>, Refusal> {
    match cell.kind {
        Kind::Text if used_as == Use::Price && number::is_in_32nds(unwrapped(&cell.text)) => {
            Err(number::fraction(&cell.text))
        }
        Kind::Text => {
            let number = number::read(&cell.text, mark)?;
            match number::lone_group(&cell.text, mark) {
                Some(refusal) if matches!(used_as, Use::Price | Use::Rate) => Err(refusal),
                _ => Ok(number),
            }
        }
        Kind::Percent if matches!(used_as, Use::Amount | Use::Price) => Err(Refusal::new(
            codes::PERCENT,
            format!("the sheet shows {} as a percentage", quoted(&cell.text)),
            "store the number itself and format the cell as a number: a price of 99.5% as 99.5",
        )),
        Kind::Number | Kind::Computed | Kind::Percent => {
            number::read_plain(&cell.text).map(|value| number::Number { value, currency: None })
        }
        Kind::Date => Err(Refusal::new(
            codes::DATE,
            format!("{} is a date or a time", quoted(&cell.text)),
            "check which column holds the number, and that its cells are formatted as numbers",
        )),
        Kind::Error | Kind::Flag | Kind::Nested | Kind::Uncomputed => Err(unusable(cell)),
    }
}

fn name(cell: &Cell) -> Result<&str, Refusal> {
    let written = cell.text.as_str();
    let damaged = |message: String, hint: &str| Err(Refusal::new(codes::IDENTIFIER, message, hint));
    let as_text = "format the column as text, and write it again";
    match cell.kind {
        Kind::Text => {}
        Kind::Number if written.len() <= 15 && written.bytes().all(|b| b.is_ascii_digit()) => {}
        Kind::Number | Kind::Percent => {
            return damaged(format!("{written} is stored as a number, not as text"), as_text);
        }
        Kind::Computed => {
            let message = format!("{written} is a number that a formula gave, so that leading zeros may be lost");
            return damaged(message, "turn the formula into text, for example with TEXT()");
        }
        Kind::Date => return damaged(format!("{} is stored as a date, not as text", quoted(written)), as_text),
        Kind::Error | Kind::Flag | Kind::Nested | Kind::Uncomputed => return Err(unusable(cell)),
    }
    let text = unwrapped(written);
    if text.starts_with(['=', '\'']) {
        return damaged(format!("{} begins with a sign of a spreadsheet", quoted(text)), "write it without the sign");
    }
    if text.contains(|c: char| is_invisible(c) || c == '\u{A0}') {
        let shown = text.replace('\u{A0}', "\\u{a0}");
        return damaged(format!("{} has characters that do not show", quoted(&shown)), "type it again");
    }
    if is_scientific(text) {
        let message = format!("{} is what a spreadsheet makes of an identifier with an E", quoted(text));
        return damaged(message, as_text);
    }
    Ok(text)
}

/// `9.13E+08`: no identifier has a point and a plus, and a spreadsheet writes them so.
fn is_scientific(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once('+') else { return false };
    let Some(digits) = digits.strip_suffix(['E', 'e']) else { return false };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(exponent) && all_digits(&digits.replacen('.', "", 1))
}

fn unusable(cell: &Cell) -> Refusal {
    match cell.kind {
        Kind::Error => number::spreadsheet_error(&cell.text),
        Kind::Uncomputed => Refusal::new(
            codes::SPREADSHEET_VALUE,
            "the cell holds a formula without its value",
            "open the workbook in a spreadsheet and save it, so that values are stored",
        ),
        _ => Refusal::new(
            codes::SPREADSHEET_VALUE,
            format!("{} is neither text nor a number", quoted(&cell.text)),
            "write the value itself",
        ),
    }
}
