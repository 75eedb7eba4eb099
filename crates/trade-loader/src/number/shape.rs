//! What a text that is no number looks like, so that the refusal says what to write instead; and the
//! currencies that may stand beside a number.

use super::{Refusal, plain, unsigned};
use crate::DecimalMark;
use crate::codes;
use crate::text::{quoted, unwrapped};

/// Signs of currencies, with the codes each may stand for; an empty list could be many.
const SIGNS: [(&str, &[&str]); 6] = [
    ("€", &["EUR"]),
    ("£", &["GBP"]),
    ("$", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "BRL", "CLP", "COP", "ARS"]),
    ("¥", &["JPY", "CNY", "CNH"]),
    ("₹", &["INR"]),
    ("₩", &["KRW"]),
];

/// Codes of currencies that may stand beside a number; other words of three letters are not taken for one.
const CODES: [&str; 40] = [
    "AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNH", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD",
    "HUF", "IDR", "ILS", "INR", "JPY", "KRW", "KWD", "MXN", "MYR", "NOK", "NZD", "PEN", "PHP", "PLN", "QAR", "RON",
    "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "ZAR",
];

/// Letters behind a number that shorten it.
const MULTIPLES: [&str; 15] =
    ["k", "m", "mm", "mn", "mio", "mil", "mln", "mill", "million", "b", "bn", "bln", "billion", "t", "tn"];

/// Words for a value that is not there.
const ABSENT: [&str; 12] = ["-", "--", "–", "—", "n/a", "na", "null", "none", "nil", "tbd", "nan", "?"];

/// The currency before or behind an amount, and the amount.
pub(super) fn split_currency(text: &str) -> Option<(&str, &str)> {
    for (sign, _) in SIGNS {
        let amount = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign));
        if let Some(amount) = amount {
            let at = if text.starts_with(sign) { 0 } else { amount.len() };
            return Some((&text[at..at + sign.len()], amount));
        }
    }
    // A hyphen next to the letters could join them to the number or be its sign.
    let split_front =
        text.split_at_checked(3).filter(|(code, amount)| CODES.contains(code) && !amount.starts_with('-'));
    let split_back = || {
        let (amount, code) = text.split_at_checked(text.len().checked_sub(3)?)?;
        (CODES.contains(&code) && !amount.trim_end().ends_with('-')).then_some((code, amount))
    };
    split_front.or_else(split_back)
}

/// Whether what was written beside a number may stand for a currency.
pub(crate) fn may_mean(written: &str, currency: &str) -> bool {
    match SIGNS.iter().find(|(sign, _)| *sign == written) {
        Some((_, codes)) => codes.contains(&currency),
        None => written == currency,
    }
}

/// Whether a text is a price in whole numbers and 32nds: `99-16`, `99-16+`, `99'16`, `99'165`.
pub(crate) fn is_in_32nds(text: &str) -> bool {
    let Some((handle, rest)) = text.split_once(['-', '\'', '\u{2019}']) else { return false };
    let rest = rest.strip_suffix('+').unwrap_or(rest);
    let are_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let ticks = rest.get(..2).and_then(|ticks| ticks.parse::<u8>().ok());
    (1..=3).contains(&handle.len())
        && (2..=3).contains(&rest.len())
        && are_digits(handle)
        && are_digits(rest)
        && ticks.is_some_and(|ticks| ticks < 32)
}

/// Why a text is no number, as precisely as its shape tells.
pub(super) fn refusal(written: &str, mark: DecimalMark) -> Refusal {
    let text = unwrapped(written).trim();
    let shown = quoted(written);
    if text.starts_with('#') {
        return spreadsheet_error(written);
    }
    if ABSENT.contains(&text.to_lowercase().as_str()) {
        let message = format!("{shown} could be 0 or a value that is missing");
        return Refusal::new(codes::NOT_A_NUMBER, message, "write the number; 0 where it is zero");
    }
    if text.contains('%') {
        return Refusal::new(codes::PERCENT, format!("{shown} is a percentage"), "write 5% as 0.05, a price as 99.5");
    }
    if is_date(text) {
        return Refusal::new(codes::DATE, format!("{shown} is a date"), "check which column holds the number");
    }
    if is_in_32nds(text) || is_fraction(text) {
        return fraction(written);
    }
    if let Some((digits, letters)) = text.split_at_checked(text.trim_end_matches(char::is_alphabetic).len())
        && MULTIPLES.contains(&letters.to_lowercase().as_str())
        && digits.ends_with(|c: char| c.is_ascii_digit() || c == ' ')
    {
        let message = format!("{shown} is abbreviated");
        return Refusal::new(codes::ABBREVIATED, message, "write every digit: ten million is 10000000");
    }
    two_readings(text, &shown, mark).unwrap_or_else(|| {
        let hint = format!("write digits alone, such as 1234{}5", mark.mark());
        Refusal::new(codes::NOT_A_NUMBER, format!("{shown} is not a number"), hint)
    })
}

/// The refusal of `#N/A` and its like.
pub(crate) fn spreadsheet_error(written: &str) -> Refusal {
    Refusal::new(
        codes::SPREADSHEET_VALUE,
        format!("{} is an error of a spreadsheet formula", quoted(written)),
        "mend the formula, or write the value",
    )
}

/// The refusal of a price in 32nds or another fraction.
pub(crate) fn fraction(written: &str) -> Refusal {
    Refusal::new(
        codes::FRACTION,
        format!("{} is a price in 32nds or another fraction", quoted(written)),
        "convert it to decimals: 99-16 is 99.5, 99-16+ is 99.515625",
    )
}

/// The refusal of a number with a single group of three digits, `99,515`, for a column where it is as likely
/// to have three decimals.
pub(crate) fn lone_group(written: &str, mark: DecimalMark) -> Option<Refusal> {
    let text = unwrapped(written).trim();
    let is_lone = text.matches(mark.other().mark()).count() == 1 && !text.contains(mark.mark());
    is_lone.then(|| two_readings(text, &quoted(written), mark)).flatten()
}

/// A number with both marks or with groups that are not of three digits, where one was meant as the other.
fn two_readings(text: &str, shown: &str, mark: DecimalMark) -> Option<Refusal> {
    let (_, number, _) = unsigned(text)?;
    let fits = number.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',')
        && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{A0}' | '\''));
    if !fits || !number.contains(['.', ',']) {
        return None;
    }
    let other = mark.other();
    // What is left when the separators of the stated convention are dropped wherever they stand.
    let dropped = number.replace(other.mark(), "");
    let as_stated = plain(&dropped, mark).map(|digits| normal(&digits));
    let as_other = plain(number, other).map(|digits| normal(&digits));
    let state = format!("state `format: {{ decimal: \"{}\" }}` in the configuration", other.mark());
    let (message, hint) = match (as_stated, as_other) {
        (Some(stated), Some(turned)) if stated != turned => {
            let mut readings = [&stated, &turned];
            readings.sort_by_key(|digits| digits.len());
            let message = format!("{shown} could be {} or {}", readings[0], readings[1]);
            (message, format!("{state} if {turned} is meant; otherwise write it without separators"))
        }
        // Only with the other mark: a number for the other convention.
        (_, Some(turned)) => (format!("{shown} is {turned} only if \"{}\" is the decimal mark", other.mark()), state),
        (Some(_), None) => {
            let message = format!("{shown} has groups that are not of three digits");
            (message, "write it without separators between thousands".to_owned())
        }
        (None, None) => return None,
    };
    Some(Refusal::new(codes::TWO_READINGS, message, hint))
}

/// Digits without zeros that say nothing.
fn normal(digits: &str) -> String {
    let digits = digits.trim_start_matches('0');
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    match digits {
        "" => "0".to_owned(),
        _ if digits.starts_with('.') => format!("0{digits}"),
        _ => digits.to_owned(),
    }
}

/// `2026-11-20`, `20/11/2026`, `20.11.26`, `20-Nov-2026`.
fn is_date(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    let Some(sign) = day.chars().find(|c| matches!(c, '-' | '/' | '.')) else { return false };
    let parts = day.split(sign).collect::<Vec<_>>();
    let is_number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let is_month = |part: &str| part.len() >= 3 && part.bytes().all(|b| b.is_ascii_alphabetic());
    match parts.as_slice() {
        [first, middle, last] => {
            let short = middle.len() <= 2 && is_number(middle);
            is_number(first) && is_number(last) && (short || is_month(middle)) && (first.len() <= 2 || last.len() <= 2)
        }
        _ => false,
    }
}

/// `99 1/2`, `1/2`.
fn is_fraction(text: &str) -> bool {
    let is_part = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b' ' || b == b'-') && !part.is_empty();
    text.split_once('/').is_some_and(|(above, below)| is_part(above) && is_part(below))
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn check(cases: &[(&str, &str, &str)], mark: DecimalMark) {
        for (text, code, message) in cases {
            let refusal = read(text, mark).expect_err(text);
            assert_eq!((refusal.code.id, refusal.message.as_str()), (*code, *message), "{text}");
        }
    }

    #[test]
    fn a_number_with_two_readings_is_refused_with_both() {
        let cases = [
            ("1.000,00", "L003", "\"1.000,00\" could be 1 or 1000"),
            ("1,00", "L003", "\"1,00\" could be 1 or 100"),
            ("0,123", "L003", "\"0,123\" could be 123 or 0.123"),
            ("99,515625", "L003", "\"99,515625\" could be 99515625 or 99.515625"),
            ("1.000.000", "L003", "\"1.000.000\" is 1000000 only if \",\" is the decimal mark"),
            ("12,34,567", "L003", "\"12,34,567\" has groups that are not of three digits"),
        ];
        check(&cases, DecimalMark::Point);
        let cases = [
            ("99.50", "L003", "\"99.50\" could be 9950 or 99.5"),
            ("0.123", "L003", "\"0.123\" could be 123 or 0.123"),
            ("1,234.56", "L003", "\"1,234.56\" could be 1.23456 or 1234.56"),
        ];
        check(&cases, DecimalMark::Comma);
    }

    #[test]
    fn what_is_no_number_is_named() {
        let cases = [
            ("99-16", "L014", "\"99-16\" is a price in 32nds or another fraction"),
            ("99-16+", "L014", "\"99-16+\" is a price in 32nds or another fraction"),
            ("99'16", "L014", "\"99'16\" is a price in 32nds or another fraction"),
            ("99 1/2", "L014", "\"99 1/2\" is a price in 32nds or another fraction"),
            ("5%", "L015", "\"5%\" is a percentage"),
            ("10mm", "L016", "\"10mm\" is abbreviated"),
            ("5k", "L016", "\"5k\" is abbreviated"),
            ("1M", "L016", "\"1M\" is abbreviated"),
            ("10 MIO", "L016", "\"10 MIO\" is abbreviated"),
            ("2026-11-20", "L017", "\"2026-11-20\" is a date"),
            ("20/11/2026", "L017", "\"20/11/2026\" is a date"),
            ("20.11.2026", "L017", "\"20.11.2026\" is a date"),
            ("20-Nov-26", "L017", "\"20-Nov-26\" is a date"),
            ("#N/A", "L019", "\"#N/A\" is an error of a spreadsheet formula"),
            ("-", "L004", "\"-\" could be 0 or a value that is missing"),
            ("NaN", "L004", "\"NaN\" could be 0 or a value that is missing"),
            ("inf", "L004", "\"inf\" is not a number"),
            ("1_000", "L004", "\"1_000\" is not a number"),
            ("0x10", "L004", "\"0x10\" is not a number"),
            ("(-5)", "L004", "\"(-5)\" is not a number"),
            ("--5", "L004", "\"--5\" is not a number"),
            ("$€5", "L004", "\"$€5\" is not a number"),
            ("1.2.3e4", "L004", "\"1.2.3e4\" is not a number"),
            ("=1+1", "L004", "\"=1+1\" is not a number"),
            ("100-USD", "L004", "\"100-USD\" is not a number"),
            ("USD-100", "L004", "\"USD-100\" is not a number"),
            ("BID 99.5", "L004", "\"BID 99.5\" is not a number"),
            ("twelve", "L004", "\"twelve\" is not a number"),
        ];
        check(&cases, DecimalMark::Point);
    }

    #[test]
    fn a_sign_means_the_currencies_that_use_it() {
        assert!(may_mean("€", "EUR") && !may_mean("€", "USD"));
        assert!(may_mean("$", "USD") && may_mean("$", "CAD") && !may_mean("$", "EUR"));
        assert!(may_mean("USD", "USD") && !may_mean("USD", "CAD"));
    }
}
