//! Between exact decimals and floats.

use domain::Amount;

/// The float nearest to an exact number.
pub fn to_float(amount: &Amount) -> f64 {
    let (digits, scale) = amount.to_parts();
    // Both parts exact in a float: one correctly rounded division.
    if let (Ok(digits), 0..=22) = (i64::try_from(&digits), scale)
        && digits.unsigned_abs() <= 1 << 53
    {
        return digits as f64 / 10_f64.powi(i32::try_from(scale).unwrap_or(0));
    }
    format!("{digits}e{}", -scale).parse().unwrap_or(f64::NAN)
}

/// The shortest decimal that reads back as this float; nothing for infinities and NaN.
pub fn to_amount(value: f64) -> Option<Amount> {
    // Rust prints floats without an exponent and with as few digits as identify them.
    value.is_finite().then(|| format!("{value}").parse().ok())?
}
