//! Numbers as people and programs write them in text: `1,234.56`, `(1 234.56)`, `$ 1'234`, `1.5E+06`.
//!
//! A text is a number here only when it has one reading. Group separators have to divide groups of three;
//! a comma or a point that could be a decimal mark as well is refused, with both readings. The decimal mark
//! is never found out from the numbers: it is stated for the file.

mod shape;

use domain::{Code, Decimal};

use crate::DecimalMark;
use crate::codes;
use crate::text::{quoted, unwrapped};

pub(crate) use shape::{fraction, is_in_32nds, lone_group, may_mean, spreadsheet_error};

/// A number that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number<'a> {
    /// Its value.
    pub(crate) value: Decimal,
    /// The currency that was written with it: `USD`, `$`, `€`.
    pub(crate) currency: Option<&'a str>,
}

/// Why a text is not taken for a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The code of the problem.
    pub(crate) code: Code,
    /// What is wrong, quoting the text.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
}

/// Most significant digits of a number.
const DIGITS: usize = 28;

impl Refusal {
    pub(crate) fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }
}

/// The number that a text stands for.
pub(crate) fn read(written: &str, mark: DecimalMark) -> Result<Number<'_>, Refusal> {
    match as_programs_write(written, mark) {
        Some(value) => Ok(Number { value, currency: None }),
        None => as_people_write(written, mark),
    }
}

fn as_people_write(written: &str, mark: DecimalMark) -> Result<Number<'_>, Refusal> {
    let refused = || shape::refusal(written, mark);
    let (negative, unsigned, currency) = unsigned(unwrapped(written)).ok_or_else(refused)?;
    let (digits, exponent) = split_exponent(unsigned);
    let plain = match (plain(digits, mark), exponent) {
        // Programs group digits or write an exponent, never both.
        (Some(plain), Some(_)) if plain.len() < digits.len() => return Err(refused()),
        (Some(plain), _) => plain,
        (None, _) => return Err(refused()),
    };
    Ok(Number { value: decimal(written, negative, &plain, exponent)?, currency })
}

/// The number that plain digits with a point stand for, as a spreadsheet cell or JSON has them.
pub(crate) fn read_plain(written: &str) -> Result<Decimal, Refusal> {
    let (negative, unsigned) = written.strip_prefix('-').map_or((false, written), |rest| (true, rest));
    let (digits, exponent) = split_exponent(unsigned);
    let plain = plain(digits, DecimalMark::Point).ok_or_else(|| shape::refusal(written, DecimalMark::Point))?;
    decimal(written, negative, &plain, exponent)
}

/// Digits and nothing else but a sign before them and a mark between them: what nearly every number of a large file is,
/// read without looking for anything else. Nothing where there is more to it.
fn as_programs_write(text: &str, mark: DecimalMark) -> Option<Decimal> {
    /// As many digits as surely fit.
    const MOST: usize = 18;
    let mark = u8::try_from(mark.mark()).ok()?;
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    if unsigned.len() > MOST {
        return None;
    }
    let (mut digits, mut decimals) = (0_i64, None);
    for (at, byte) in unsigned.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits * 10 + i64::from(byte - b'0'),
            _ if byte == mark && decimals.is_none() && at > 0 && at + 1 < unsigned.len() => decimals = Some(at + 1),
            _ => return None,
        }
    }
    // Zero keeps its sign, which a whole number does not have.
    if digits == 0 {
        return None;
    }
    let scale = decimals.map_or(0, |at| unsigned.len() - at);
    Some(Decimal::new(if negative { -digits } else { digits }, u32::try_from(scale).ok()?))
}

/// Whether the value is below zero, the text without sign, parentheses and currency, and the currency.
fn unsigned(text: &str) -> Option<(bool, &str, Option<&str>)> {
    let mut rest = text;
    let mut negative = None;
    let mut currency = None;
    loop {
        rest = rest.trim();
        if let Some(inside) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            (negative.replace(true).is_none()).then_some(())?;
            rest = inside;
        } else if let Some(unsigned) = rest.strip_prefix(['-', '\u{2212}']).or_else(|| rest.strip_suffix('-')) {
            // A sign behind the digits is how accounting systems write it.
            (negative.replace(true).is_none()).then_some(())?;
            rest = unsigned;
        } else if let Some(unsigned) = rest.strip_prefix('+') {
            (negative.replace(false).is_none()).then_some(())?;
            rest = unsigned;
        } else if let Some((found, amount)) = shape::split_currency(rest) {
            (currency.replace(found).is_none()).then_some(())?;
            rest = amount;
        } else {
            return Some((negative == Some(true), rest, currency));
        }
    }
}

fn split_exponent(text: &str) -> (&str, Option<i32>) {
    let split = text.split_once(['e', 'E']);
    match split.and_then(|(digits, exponent)| Some((digits, exponent.parse().ok()?))) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (text, None),
    }
}

/// The digits with a point before the decimals and no separators, if they have one reading.
fn plain(text: &str, mark: DecimalMark) -> Option<String> {
    let (whole, decimals) = text.split_once(mark.mark()).unwrap_or((text, ""));
    let are_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !are_digits(decimals) || (whole.is_empty() && decimals.is_empty()) {
        return None;
    }
    let whole = ungrouped(whole, mark)?;
    Some(if decimals.is_empty() { whole } else { format!("{whole}.{decimals}") })
}

/// The digits before the decimal mark without their separators: one kind of separator, groups of three.
fn ungrouped(whole: &str, mark: DecimalMark) -> Option<String> {
    let separator = match whole.chars().find(|c| !c.is_ascii_digit()) {
        None if whole.is_empty() => return Some("0".to_owned()),
        None => return Some(whole.to_owned()),
        Some(separator) => separator,
    };
    let divides = match separator {
        ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}' | '\'' | '\u{2019}' => true,
        other => other == mark.other().mark(),
    };
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or("");
    let is_number = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    // A group of zeros in front is no grouping: 0,123 is a decimal mark that was not stated.
    let first_fits = (1..=3).contains(&first.len()) && is_number(first) && !first.starts_with('0');
    let all_fit = groups.all(|group| group.len() == 3 && is_number(group));
    (divides && first_fits && all_fit).then(|| whole.replace(separator, ""))
}

fn decimal(written: &str, negative: bool, plain: &str, exponent: Option<i32>) -> Result<Decimal, Refusal> {
    let too_long = || {
        Refusal::new(
            codes::TOO_MANY_DIGITS,
            format!("{} has more digits than are kept", quoted(written)),
            format!("write it with at most {DIGITS} digits"),
        )
    };
    // Zeros behind the last decimal say nothing; they may go where the number would be too long with them.
    let short = match plain.contains('.') && plain.len() > DIGITS {
        true => plain.trim_end_matches('0').trim_end_matches('.'),
        false => plain,
    };
    if short.trim_start_matches(['0', '.']).bytes().filter(u8::is_ascii_digit).count() > DIGITS {
        return Err(too_long());
    }
    let sign = if negative { "-" } else { "" };
    let exponent = exponent.map_or_else(String::new, |exponent| format!("e{exponent}"));
    domain::shape::decimal(&format!("{sign}{short}{exponent}")).ok_or_else(too_long)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str, mark: DecimalMark) -> String {
        read(text, mark).map_or_else(|refusal| refusal.message, |number| number.value.to_string())
    }

    #[test]
    fn the_ways_people_write_a_number_are_read() {
        let read = [
            ("1234.5", "1234.5"),
            ("1,234.56", "1234.56"),
            ("10,000,000", "10000000"),
            ("1.000", "1.000"),
            ("(1,234.56)", "-1234.56"),
            ("-1,234.56", "-1234.56"),
            ("\u{2212}5", "-5"),
            ("1,234.56-", "-1234.56"),
            ("+5", "5"),
            ("$1,234.56", "1234.56"),
            ("-$1,234.56", "-1234.56"),
            ("($1,234.56)", "-1234.56"),
            ("$ (5)", "-5"),
            ("€99.50", "99.50"),
            ("99.50 €", "99.50"),
            ("USD 1,234", "1234"),
            ("1,234 USD", "1234"),
            ("1\u{A0}234\u{A0}567.5", "1234567.5"),
            ("1\u{202F}234", "1234"),
            ("1\u{2009}234", "1234"),
            ("1 234", "1234"),
            ("1'234'567.25", "1234567.25"),
            ("=\"1,234\"", "1234"),
            ("1.5E+06", "1500000.0"),
            ("1.2e-4", "0.00012"),
            (".5", "0.5"),
            ("5.", "5"),
            ("007", "7"),
        ];
        for (text, expected) in read {
            assert_eq!(value(text, DecimalMark::Point), expected, "{text}");
        }
    }

    #[test]
    fn a_stated_decimal_comma_turns_the_marks_round() {
        let read = [
            ("1.000,50", "1000.50"),
            ("1.234", "1234"),
            ("99,515625", "99.515625"),
            ("1 234,5", "1234.5"),
            ("(1.234,56)", "-1234.56"),
            ("1.234,56 €", "1234.56"),
            ("1,5E+06", "1500000.0"),
        ];
        for (text, expected) in read {
            assert_eq!(value(text, DecimalMark::Comma), expected, "{text}");
        }
    }

    #[test]
    fn more_digits_than_are_kept_are_refused_and_never_rounded() {
        let too_long = |text: &str| read(text, DecimalMark::Point).unwrap_err().code == codes::TOO_MANY_DIGITS;
        assert!(too_long("12345678901234567890123456789"));
        assert!(too_long("1.2345678901234567890123456789"));
        assert!(too_long("1e29") && too_long("1e-29") && too_long("1e999999999"));
        assert_eq!(value("1.00000000000000000000000000000000", DecimalMark::Point), "1");
        assert_eq!(value("1234567890123456789012345678", DecimalMark::Point), "1234567890123456789012345678");
    }

    #[test]
    fn plain_digits_take_no_separators_of_the_file() {
        assert_eq!(read_plain("-1.5").unwrap().to_string(), "-1.5");
        assert_eq!(read_plain("1e-4").unwrap().to_string(), "0.0001");
        assert!(read_plain("1.5e300").is_err());
    }

    /// The whole part in groups of three.
    fn grouped(digits: &str, separator: &str) -> String {
        let groups = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap());
        groups.collect::<Vec<_>>().join(separator)
    }

    proptest! {
        #[test]
        fn the_short_way_reads_what_the_long_way_reads(text in "-?[0-9]{0,12}[.,]?[0-9]{0,8}") {
            for mark in [DecimalMark::Point, DecimalMark::Comma] {
                let Some(value) = as_programs_write(&text, mark) else { continue };
                let long = as_people_write(&text, mark).unwrap().value;
                prop_assert_eq!((value, value.scale()), (long, long.scale()));
            }
        }

        #[test]
        fn a_number_in_any_formatting_reads_back_equal(
            digits in -99_999_999_999_999_999_i64..99_999_999_999_999_999,
            scale in 0_u32..12,
            separator in 0_usize..7,
            style in 0_usize..6,
            comma in any::<bool>(),
        ) {
            let expected = Decimal::new(digits, scale);
            let (mark, other) = if comma { (DecimalMark::Comma, ".") } else { (DecimalMark::Point, ",") };
            let text = expected.abs().to_string();
            let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
            let separator = ["", other, " ", "\u{A0}", "\u{2009}", "\u{202F}", "'"][separator];
            let mut text = grouped(whole, separator);
            if !decimals.is_empty() {
                text = format!("{text}{}{decimals}", mark.mark());
            }
            let text = match (expected.is_sign_negative() && !expected.is_zero(), style) {
                (true, 0) => format!("({text})"),
                (true, 1) => format!("{text}-"),
                (true, 2) => format!("-${text}"),
                (true, 3) => format!("(EUR {text})"),
                (true, _) => format!("-{text}"),
                (false, 0) => format!("=\"{text}\""),
                (false, 1) => format!("{text} USD"),
                (false, 2) => format!("€ {text}"),
                (false, _) => text,
            };
            prop_assert_eq!(read(&text, mark).unwrap().value, expected, "{}", text);
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in "\\PC{0,40}", digits in "[-+0-9.,'eE() $%/#]{0,40}") {
            for mark in [DecimalMark::Point, DecimalMark::Comma] {
                let _ = read(&text, mark);
                let _ = read(&digits, mark);
                let _ = read_plain(&digits);
            }
        }

        #[test]
        fn a_text_read_under_either_mark_without_refusal_has_no_separators_or_two_kinds(
            whole in "[1-9][0-9]{0,4}", decimals in "[0-9]{1,5}",
        ) {
            // Only a well formed group of three may be read as a group; any other count is refused.
            let text = format!("{whole},{decimals}");
            let as_group = decimals.len() == 3 && whole.len() <= 3;
            prop_assert_eq!(read(&text, DecimalMark::Point).is_ok(), as_group);
        }
    }
}
