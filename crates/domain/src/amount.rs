//! Exact decimal numbers.
//!
//! Two types, two jobs. A [`Decimal`] is a number somebody wrote: a price, a quantity, a coefficient, a
//! bound; at most 28 significant digits, and anything longer is refused where it is read. An [`Amount`]
//! is what follows from such numbers by `+`, `-` and `*`: its digits grow as needed, so that no sum or
//! product is ever rounded and none can overflow. Division does not exist here; a ratio is kept as its
//! numerator and denominator and compared by multiplication.

mod number;

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::str::FromStr;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode, Signed, Zero};

use number::Number;

/// A number as written in an input: at most 28 significant digits, exact.
pub use rust_decimal::Decimal;

/// An exact decimal number of any length. Unit and sign convention are those of the field that holds it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Amount(Number);

impl Amount {
    /// The number 0.
    pub fn zero() -> Self {
        Self(Number::new(0, 0))
    }

    /// The number `digits * 10^-scale`.
    pub fn from_parts(digits: i128, scale: i64) -> Self {
        Self(Number::new(digits, scale))
    }

    /// `(digits, scale)` with `self = digits * 10^-scale`, no trailing zero in `digits`.
    pub fn to_parts(&self) -> (BigInt, i64) {
        self.0.long().normalized().into_bigint_and_exponent()
    }

    /// `(digits, scale)` with `self = digits * 10^-scale`, as it is at hand: `digits` may end in zeros. Nothing where they
    /// are more than fit. Much faster than [`to_parts`](Self::to_parts).
    pub fn to_small_parts(&self) -> Option<(i128, i64)> {
        self.0.parts().map(|(digits, scale)| (digits, i64::from(scale)))
    }

    /// Whether the number is 0.
    pub fn is_zero(&self) -> bool {
        self.0.signum() == 0
    }

    /// Whether the number is below 0.
    pub fn is_negative(&self) -> bool {
        self.0.signum() < 0
    }

    /// Whether the number is above 0.
    pub fn is_positive(&self) -> bool {
        self.0.signum() > 0
    }

    /// The number without its sign.
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// The sign: -1, 0 or 1.
    pub fn signum(&self) -> i32 {
        self.0.signum()
    }

    /// Rounded half to even at `places` decimals. For display and for published ratios only: nothing
    /// is decided on a rounded number.
    pub fn rounded(&self, places: i64) -> Self {
        Self(Number::of(self.0.long().with_scale_round(places, RoundingMode::HalfEven)))
    }

    /// `self / divisor` rounded half to even at `places` decimals, for publishing a ratio.
    ///
    /// # Panics
    /// If `divisor` is 0; callers publish a ratio only where it is defined.
    pub fn divided_rounded(&self, divisor: &Self, places: i64) -> Self {
        assert!(!divisor.is_zero(), "a ratio with denominator 0 is undefined and is never published");
        // Integers on one grid: q = n / d with n, d whole, then the remainder decides the last digit.
        let (dividend, divisor) = (self.0.long(), divisor.0.long());
        let scale = dividend.fractional_digit_count().max(divisor.fractional_digit_count()).max(0);
        let (n, _) = dividend.with_scale(scale + places).into_bigint_and_exponent();
        let (d, _) = divisor.with_scale(scale).into_bigint_and_exponent();
        let (n, d) = if d.is_negative() { (-n, -d) } else { (n, d) };
        let mut quotient = &n / &d;
        let remainder = &n - &quotient * &d;
        let twice = remainder.abs() * BigInt::from(2);
        let up = match twice.cmp(&d) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => !(&quotient % BigInt::from(2)).is_zero(),
        };
        if up {
            quotient += BigInt::from(if n.is_negative() { -1 } else { 1 });
        }
        Self(Number::of(BigDecimal::new(quotient, places)))
    }

    /// The number as a whole count of units of `10^-decimals`; nothing where it is not whole or too large to hold.
    pub fn in_units(&self, decimals: i64) -> Option<i128> {
        let in_units = |digits: i128, scale: i64| {
            let up = u32::try_from(decimals - scale).ok()?;
            digits.checked_mul(10_i128.checked_pow(up)?)
        };
        // Trailing zeros may be in the way, and are seldom there to be taken off.
        let as_it_is = self.to_small_parts().and_then(|(digits, scale)| in_units(digits, scale));
        as_it_is.or_else(|| {
            let (digits, scale) = self.to_parts();
            in_units(i128::try_from(digits).ok()?, scale)
        })
    }

    /// How many decimals the number has, trailing zeros not counted; 0 for whole numbers.
    pub fn decimals(&self) -> i64 {
        match self.to_small_parts() {
            Some((digits, scale)) if digits % 10 != 0 => scale.max(0),
            _ => self.to_parts().1.max(0),
        }
    }
}

impl Default for Amount {
    fn default() -> Self {
        Self::zero()
    }
}

impl From<Decimal> for Amount {
    fn from(value: Decimal) -> Self {
        Self::from_parts(value.mantissa(), i64::from(value.scale()))
    }
}

impl From<i64> for Amount {
    fn from(value: i64) -> Self {
        Self::from_parts(i128::from(value), 0)
    }
}

/// The text is not a plain decimal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotADecimal(pub String);

impl fmt::Display for NotADecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not a plain decimal number", self.0)
    }
}

impl std::error::Error for NotADecimal {}

impl FromStr for Amount {
    type Err = NotADecimal;

    /// Reads what [`Amount`]'s `Display` writes: an optional `-`, digits, and at most one point with
    /// digits on both sides. No exponent, so that no short text stands for an endless number.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || NotADecimal(text.to_owned());
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !fraction.is_none_or(all_digits) {
            return Err(refused());
        }
        if let Some(number) = Number::read(whole, fraction.unwrap_or_default()) {
            return Ok(Self(if text.starts_with('-') { -&number } else { number }));
        }
        BigDecimal::from_str(text).map(|number| Self(Number::of(number))).map_err(|_| refused())
    }
}

impl fmt::Display for Amount {
    /// Plain digits with a point, no exponent, no trailing zeros: `-18234.55`, `0.000012`, `5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.plain().unwrap_or_else(|| self.0.long().normalized().to_plain_string());
        f.pad_integral(!self.is_negative(), "", text.trim_start_matches('-'))
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! arithmetic {
    ($($operation:ident $method:ident),*) => {$(
        impl $operation<&Amount> for &Amount {
            type Output = Amount;
            fn $method(self, other: &Amount) -> Amount {
                Amount((&self.0).$method(&other.0))
            }
        }
        impl $operation for Amount {
            type Output = Amount;
            fn $method(self, other: Amount) -> Amount {
                Amount((&self.0).$method(&other.0))
            }
        }
        impl $operation<&Amount> for Amount {
            type Output = Amount;
            fn $method(self, other: &Amount) -> Amount {
                Amount((&self.0).$method(&other.0))
            }
        }
    )*};
}
arithmetic!(Add add, Sub sub, Mul mul);

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-&self.0)
    }
}

impl Neg for &Amount {
    type Output = Amount;
    fn neg(self) -> Amount {
        Amount(-&self.0)
    }
}

impl AddAssign<&Self> for Amount {
    fn add_assign(&mut self, other: &Self) {
        self.0 = &self.0 + &other.0;
    }
}

impl SubAssign<&Self> for Amount {
    fn sub_assign(&mut self, other: &Self) {
        self.0 = &self.0 - &other.0;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::zero(), |total, part| total + part)
    }
}

impl<'a> Sum<&'a Self> for Amount {
    fn sum<I: Iterator<Item = &'a Self>>(parts: I) -> Self {
        parts.fold(Self::zero(), |total, part| total + part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn products_keep_every_digit() {
        // 28 digits times 28 digits: more than any fixed-size decimal holds.
        let long = amount("1234567890123456789012345.678");
        assert_eq!((&long * &long).to_string(), "1524157875323883675049535154031397676527968299765.279684");
    }

    #[test]
    fn text_has_no_exponent_and_no_trailing_zeros() {
        assert_eq!(amount("100.500").to_string(), "100.5");
        assert_eq!(amount("0.0000000000000000000001").to_string(), "0.0000000000000000000001");
        assert_eq!(amount("-1000000000000000000000").to_string(), "-1000000000000000000000");
        assert_eq!(amount("-0").to_string(), "0");
    }

    #[test]
    fn units_are_whole_or_nothing() {
        assert_eq!(amount("-12.5").in_units(2), Some(-1250));
        assert_eq!(amount("100").in_units(0), Some(100));
        assert_eq!(amount("12.5").in_units(0), None);
        assert_eq!(amount("12.500").in_units(1), Some(125));
        let long = amount("1.00000000000000000000000000000000000000000000");
        assert_eq!((long.in_units(2), long.decimals()), (Some(100), 0));
        assert_eq!([amount("12.500").decimals(), amount("1200").decimals(), amount("0.00").decimals()], [1, 0, 0]);
        assert_eq!(amount("1000000000000000000000000000000000000000").in_units(0), None);
    }

    #[test]
    fn ratios_round_half_to_even() {
        let ratio = |n: &str, d: &str| amount(n).divided_rounded(&amount(d), 2).to_string();
        assert_eq!(ratio("1", "3"), "0.33");
        assert_eq!(ratio("2", "3"), "0.67");
        assert_eq!(ratio("0.125", "1"), "0.12");
        assert_eq!(ratio("0.135", "1"), "0.14");
        assert_eq!(ratio("-2", "3"), "-0.67");
        assert_eq!(ratio("2", "-3"), "-0.67");
    }

    #[test]
    fn exponents_and_stray_signs_are_not_numbers() {
        for text in ["1e9", "", "-", "+1", ".5", "5.", "1,000", "NaN", "--1"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn sums_agree_with_integers(a in -1_000_000_000_i64..1_000_000_000, b in -1_000_000_000_i64..1_000_000_000) {
            let on_cents = |n: i64| Amount::from_parts(i128::from(n), 2);
            prop_assert_eq!(&on_cents(a) + &on_cents(b), on_cents(a + b));
            prop_assert_eq!(on_cents(a).cmp(&on_cents(b)), a.cmp(&b));
        }

        #[test]
        fn text_round_trips(digits in any::<i64>(), scale in 0_i64..30) {
            let value = Amount::from_parts(i128::from(digits), scale);
            prop_assert_eq!(value.to_string().parse::<Amount>().unwrap(), value);
        }
    }
}
