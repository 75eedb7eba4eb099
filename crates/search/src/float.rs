//! Between exact decimals and floats.

use std::fmt::Display;

use domain::Amount;

/// The float nearest to an exact number.
pub fn to_float(amount: &Amount) -> f64 {
    match amount.to_small_parts() {
        // Both parts exact in a float: one correctly rounded division.
        Some((digits, scale @ 0..=22)) if digits.unsigned_abs() <= 1 << 53 => {
            digits as f64 / 10_f64.powi(i32::try_from(scale).unwrap_or(0))
        }
        Some((digits, scale)) => parsed(digits, scale),
        None => {
            let (digits, scale) = amount.to_parts();
            parsed(digits, scale)
        }
    }
}

fn parsed(digits: impl Display, scale: i64) -> f64 {
    format!("{digits}e{}", -scale).parse().unwrap_or(f64::NAN)
}

/// The shortest decimal that reads back as this float; nothing for infinities and NaN.
pub fn to_amount(value: f64) -> Option<Amount> {
    // Rust prints floats without an exponent and with as few digits as identify them.
    value.is_finite().then(|| format!("{value}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_the_nearest_however_many_digits_there_are() {
        for text in [
            "0",
            "-0.1",
            "1.10",
            "120",
            "9007199254740993",
            "0.30000000000000004",
            "123456789.000000000000000000000000001",
            "-98765432109876543210987654321098765432109.87654321",
            "0.00000000000000000000000000000000000000000000012345",
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(to_float(&amount), text.parse::<f64>().unwrap(), "{text}");
            // However many zeros it carries along.
            assert_eq!(to_float(&(&amount * &"1.000".parse().unwrap())), text.parse::<f64>().unwrap(), "{text}");
        }
    }
}
