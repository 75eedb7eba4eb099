//! Numbers for people: rounded to what a reader takes in, with thousands separators. Exact arithmetic throughout.

use domain::Amount;

/// Decimals beyond which a figure is only said to be tiny.
const MOST_PLACES: i64 = 8;

/// What the numbers of a row are, which decides how many digits they get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Money and sums like it: whole from 1,000 up, two decimals from 1 up, four significant digits below.
    Sum,
    /// Ratios: four significant digits.
    Ratio,
}

/// The decimals that numbers shown beside each other get: those of the largest, and no more than any has.
pub(super) fn places<'a>(unit: Unit, numbers: impl Iterator<Item = &'a Amount> + Clone) -> i64 {
    let written = numbers.clone().map(Amount::decimals).max().unwrap_or(0);
    let whole_digits = numbers.filter(|number| !number.is_zero()).map(whole_digits).max().unwrap_or(1);
    let wanted = match unit {
        Unit::Sum if whole_digits >= 4 => 0,
        Unit::Sum if whole_digits >= 1 => 2,
        Unit::Sum | Unit::Ratio => 4 - whole_digits,
    };
    wanted.clamp(0, MOST_PLACES).min(written)
}

/// `-1,234.50` with `places` decimals; a number that would read as 0 without being it gets more.
pub(super) fn figure(number: &Amount, places: i64) -> String {
    if number.is_zero() || !number.rounded(places).is_zero() {
        return grouped(&number.rounded(places), places);
    }
    let enough = 1 - whole_digits(number);
    if enough <= MOST_PLACES {
        return grouped(&number.rounded(enough), enough);
    }
    let smallest = Amount::from_parts(1, MOST_PLACES);
    if number.is_negative() { format!(">-{smallest}") } else { format!("<{smallest}") }
}

/// Four significant digits and a letter for the size: `12.35m`.
pub(super) fn compact(number: &Amount) -> String {
    let (letter, exponent) = match whole_digits(number) {
        ..=3 => return figure(number, (4 - whole_digits(number)).clamp(0, MOST_PLACES).min(number.decimals())),
        4..=6 => ("k", 3),
        7..=9 => ("m", 6),
        _ => ("bn", 9),
    };
    let scaled = number * &Amount::from_parts(1, exponent);
    let places = (4 - whole_digits(&scaled)).max(0);
    let scaled = scaled.rounded(places);
    format!("{}{letter}", grouped(&scaled, places.min(scaled.decimals())))
}

/// A fraction as a percentage of two significant digits, rounded up: `0.0025 %`.
pub(super) fn percent_up(fraction: &Amount) -> String {
    let percent = fraction * &Amount::from(100);
    let places = (2 - whole_digits(&percent)).clamp(0, 12);
    let mut rounded = percent.rounded(places);
    if rounded < percent {
        rounded += &Amount::from_parts(1, places);
    }
    format!("{} %", grouped(&rounded, rounded.decimals()))
}

/// `part / whole` in whole percent: rounded down up to 100, up beyond, so that 100 means exactly at the limit.
/// `part` is 0 or above, `whole` above 0.
pub(super) fn whole_percent(part: &Amount, whole: &Amount) -> Amount {
    let percent = part * &Amount::from(100);
    let one = Amount::from(1);
    let nearest = percent.divided_rounded(whole, 0);
    let product = &nearest * whole;
    if part <= whole && product > percent {
        nearest - one
    } else if part > whole && product < percent {
        nearest + one
    } else {
        nearest
    }
}

/// A count with its noun: `1 trade`, `1,234 trades`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let digits = group(&number.to_string());
    if number == 1 { format!("{digits} {noun}") } else { format!("{digits} {noun}s") }
}

/// How many digits stand before the point; 0 for 0.5, -1 for 0.05.
fn whole_digits(number: &Amount) -> i64 {
    let (digits, scale) = number.abs().to_parts();
    let length = i64::try_from(digits.to_string().len()).expect("a number has fewer digits than memory");
    if number.is_zero() { 1 } else { length - scale }
}

/// The text of a number that has at most `places` decimals.
fn grouped(number: &Amount, places: i64) -> String {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if number.is_negative() { "-" } else { "" };
    let places = usize::try_from(places).unwrap_or(0);
    let whole = group(whole);
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction:0<places$}") }
}

fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    fn row(unit: Unit, numbers: &[&str]) -> Vec<String> {
        let numbers: Vec<Amount> = numbers.iter().map(|text| amount(text)).collect();
        let places = places(unit, numbers.iter());
        numbers.iter().map(|number| figure(number, places)).collect()
    }

    #[test]
    fn numbers_beside_each_other_share_their_decimals() {
        assert_eq!(row(Unit::Ratio, &["5", "5.5", "6"]), ["5.0", "5.5", "6.0"]);
        assert_eq!(row(Unit::Ratio, &["5.123456789", "6"]), ["5.123", "6.000"]);
        assert_eq!(row(Unit::Sum, &["1234567.891", "0", "-12.5"]), ["1,234,568", "0", "-12"]);
        assert_eq!(row(Unit::Sum, &["123.456", "7"]), ["123.46", "7.00"]);
        assert_eq!(row(Unit::Sum, &["0.00123456"]), ["0.001235"]);
    }

    #[test]
    fn what_is_not_zero_never_reads_as_zero() {
        assert_eq!(row(Unit::Sum, &["6000000.004", "0.004"]), ["6,000,000", "0.004"]);
        assert_eq!(row(Unit::Sum, &["6000000", "-0.000000000001"]), ["6,000,000", ">-0.00000001"]);
    }

    #[test]
    fn compact_figures_keep_four_digits() {
        for (number, text) in [
            ("12345678", "12.35m"),
            ("-999.5", "-999.5"),
            ("1500", "1.5k"),
            ("2000000000", "2bn"),
            ("1234567890123", "1,235bn"),
            ("0.0123456", "0.01235"),
            ("0", "0"),
        ] {
            assert_eq!(compact(&amount(number)), text);
        }
    }

    #[test]
    fn a_gap_is_rounded_up() {
        assert_eq!(percent_up(&amount("0.0000247")), "0.0025 %"); // 0.00247 %
        assert_eq!(percent_up(&amount("0.0123")), "1.3 %");
        assert_eq!(percent_up(&amount("1.2345")), "124 %");
        assert_eq!(percent_up(&Amount::zero()), "0 %");
    }

    #[test]
    fn a_hundred_percent_is_exactly_at_the_limit() {
        let percent = |part: &str| whole_percent(&amount(part), &amount("6")).to_string();
        assert_eq!(percent("5.9999"), "99");
        assert_eq!(percent("6"), "100");
        assert_eq!(percent("6.0001"), "101");
        assert_eq!(percent("0"), "0");
    }

    proptest! {
        #[test]
        fn separators_change_no_digit(digits in any::<i64>(), scale in 0_i64..6) {
            let number = Amount::from_parts(i128::from(digits), scale);
            let text = figure(&number, scale).replace(',', "");
            prop_assert_eq!(text.parse::<Amount>().unwrap(), number);
        }
    }
}
