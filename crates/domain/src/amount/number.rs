//! How an exact decimal number is held: in sixteen bytes of digits where they fit, which is nearly always, and at any
//! length where they do not. Both are exact, and nothing outside this file can tell which it is.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Add, Mul, Neg, Sub};

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, Signed, Zero};

/// `digits * 10^-scale`. The digits may end in zeros.
#[derive(Clone)]
pub(super) enum Number {
    /// Digits that fit.
    Short { digits: Digits, scale: i32 },
    /// Digits that do not, or a scale that is beyond any number somebody writes.
    Long(Box<BigDecimal>),
}

/// An integer on a boundary of eight bytes, so that a [`Number`] takes 24 and not 48: a large day has millions.
#[derive(Clone, Copy)]
#[repr(Rust, packed(8))]
pub(super) struct Digits(i128);

impl Digits {
    fn whole(self) -> i128 {
        self.0
    }
}

/// 10^k for every k for which it fits.
const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut k = 1;
    while k < powers.len() {
        powers[k] = powers[k - 1] * 10;
        k += 1;
    }
    powers
};

impl Number {
    pub(super) fn new(digits: i128, scale: i64) -> Self {
        match i32::try_from(scale) {
            Ok(scale) => Self::short(digits, scale),
            Err(_) => Self::of(BigDecimal::new(BigInt::from(digits), scale)),
        }
    }

    fn short(digits: i128, scale: i32) -> Self {
        Self::Short { digits: Digits(digits), scale }
    }

    /// The number with these digits before and behind the point, where they fit; quicker than at any length.
    pub(super) fn read(whole: &str, fraction: &str) -> Option<Self> {
        if whole.len() + fraction.len() >= POWERS.len() {
            return None;
        }
        let digit = |digit: u8| i128::from(digit - b'0');
        let digits = whole.bytes().chain(fraction.bytes()).fold(0, |digits, next| 10 * digits + digit(next));
        Some(Self::short(digits, i32::try_from(fraction.len()).ok()?))
    }

    /// Its size in plain digits with a point, without zeros at the end, where that is quicker than at any length.
    pub(super) fn plain(&self) -> Option<String> {
        let (digits, scale) = self.parts()?;
        let scale = usize::try_from(scale).ok()?;
        let (size, unit) = (digits.unsigned_abs(), POWERS.get(scale)?.unsigned_abs());
        let (whole, fraction) = (size / unit, size % unit);
        if fraction == 0 {
            return Some(whole.to_string());
        }
        let mut text = format!("{whole}.{fraction:0scale$}");
        text.truncate(text.trim_end_matches('0').len());
        Some(text)
    }

    /// The number in the fewest bytes.
    pub(super) fn of(long: BigDecimal) -> Self {
        let (digits, scale) = long.as_bigint_and_scale();
        match (i128::try_from(&*digits), i32::try_from(scale)) {
            (Ok(digits), Ok(scale)) => Self::short(digits, scale),
            _ => Self::Long(Box::new(long)),
        }
    }

    /// The number at any length.
    pub(super) fn long(&self) -> BigDecimal {
        match self {
            Self::Short { digits, scale } => BigDecimal::new(BigInt::from(digits.whole()), i64::from(*scale)),
            Self::Long(long) => long.as_ref().clone(),
        }
    }

    /// Its digits and scale as they are, where they fit.
    pub(super) fn parts(&self) -> Option<(i128, i32)> {
        match self {
            Self::Short { digits, scale } => Some((digits.whole(), *scale)),
            Self::Long(_) => None,
        }
    }

    pub(super) fn signum(&self) -> i32 {
        match self {
            Self::Short { digits, .. } => digits.whole().signum() as i32,
            Self::Long(long) if long.is_zero() => 0,
            Self::Long(long) if long.is_negative() => -1,
            Self::Long(_) => 1,
        }
    }
}

/// The digits of two numbers at the larger of their scales; nothing where they do not fit.
fn aligned(one: &Number, other: &Number) -> Option<(i128, i128, i32)> {
    let ((a, scale_a), (b, scale_b)) = (one.parts()?, other.parts()?);
    let raised = |digits: i128, by: i64| digits.checked_mul(*POWERS.get(usize::try_from(by).ok()?)?);
    let difference = i64::from(scale_a) - i64::from(scale_b);
    match difference.cmp(&0) {
        Ordering::Equal => Some((a, b, scale_a)),
        Ordering::Less => Some((raised(a, -difference)?, b, scale_b)),
        Ordering::Greater => Some((a, raised(b, difference)?, scale_a)),
    }
}

impl Add for &Number {
    type Output = Number;
    fn add(self, other: &Number) -> Number {
        let sum = aligned(self, other).and_then(|(a, b, scale)| Some(Number::short(a.checked_add(b)?, scale)));
        sum.unwrap_or_else(|| Number::of(self.long() + other.long()))
    }
}

impl Sub for &Number {
    type Output = Number;
    fn sub(self, other: &Number) -> Number {
        let difference = aligned(self, other).and_then(|(a, b, scale)| Some(Number::short(a.checked_sub(b)?, scale)));
        difference.unwrap_or_else(|| Number::of(self.long() - other.long()))
    }
}

impl Mul for &Number {
    type Output = Number;
    fn mul(self, other: &Number) -> Number {
        let short = self.parts().zip(other.parts());
        let product = short.and_then(|((a, scale_a), (b, scale_b))| {
            Some(Number::short(a.checked_mul(b)?, scale_a.checked_add(scale_b)?))
        });
        product.unwrap_or_else(|| Number::of(self.long() * other.long()))
    }
}

impl Neg for &Number {
    type Output = Number;
    fn neg(self) -> Number {
        let negated = self.parts().and_then(|(digits, scale)| Some(Number::short(digits.checked_neg()?, scale)));
        negated.unwrap_or_else(|| Number::of(-self.long()))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.signum().cmp(&other.signum());
        by_sign.then_with(|| match aligned(self, other) {
            Some((a, b, _)) => a.cmp(&b),
            None => self.long().cmp(&other.long()),
        })
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.long(), f)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl Hash for Number {
    /// Equal numbers have equal hashes, however many zeros their digits end in.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (digits, scale) = self.long().normalized().into_bigint_and_exponent();
        (digits, scale).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use proptest::prelude::*;

    /// Numbers of every size up to where the digits stop to fit, small ones as often as large ones.
    fn number() -> impl Strategy<Value = Number> {
        (any::<i128>(), 0_u32..128, 0_i64..45).prop_map(|(digits, shift, scale)| Number::new(digits >> shift, scale))
    }

    proptest! {
        #[test]
        fn arithmetic_is_that_of_numbers_of_any_length(a in number(), b in number()) {
            prop_assert_eq!((&a + &b).long(), a.long() + b.long());
            prop_assert_eq!((&a - &b).long(), a.long() - b.long());
            prop_assert_eq!((&a * &b).long(), a.long() * b.long());
            prop_assert_eq!((-&a).long(), -a.long());
            prop_assert_eq!(a.cmp(&b), a.long().cmp(&b.long()));
            prop_assert_eq!(a.signum(), a.cmp(&Number::new(0, 0)) as i32);
        }

        #[test]
        fn text_is_that_of_numbers_of_any_length(a in number()) {
            let text = a.long().normalized().to_plain_string();
            let size = text.trim_start_matches('-');
            prop_assert!(a.plain().is_none_or(|plain| plain == size), "{:?} is {size}", a.plain());
            let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
            let read = Number::read(whole, fraction);
            prop_assert_eq!(read.is_none(), whole.len() + fraction.len() > 38);
            prop_assert!(read.is_none_or(|read| read.long() == a.long().abs()));
        }

        #[test]
        fn zeros_at_the_end_change_nothing(digits in any::<i64>(), scale in 0_i64..30, zeros in 0_i64..40) {
            let one = Number::new(i128::from(digits), scale);
            let padded = Number::of(one.long().with_scale(scale + zeros));
            prop_assert!(one == padded);
            prop_assert_eq!(HashSet::from([one, padded]).len(), 1);
        }
    }

    #[test]
    fn text_of_what_fits_takes_no_long_number() {
        let plain = |digits, scale| Number::new(digits, scale).plain();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!([plain(-18_234_550, 3), plain(5, 0), plain(0, 7)], [text("18234.55"), text("5"), text("0")]);
        assert_eq!(
            [plain(12, 6), plain(1_000, 3), plain(7, 38)],
            [text("0.000012"), text("1"), text(&format!("0.{}7", "0".repeat(37)))]
        );
        assert_eq!([plain(5, -3), plain(5, 39)], [None, None]);
        let read = |whole, fraction| Number::read(whole, fraction).map(|number| number.long());
        assert_eq!(read("007", "50"), Some(Number::new(75, 1).long()));
        assert_eq!(read("1", &"0".repeat(38)), None);
    }

    #[test]
    fn the_ends_of_what_fits_are_no_ends() {
        let (least, most) = (Number::new(i128::MIN, 2), Number::new(i128::MAX, 2));
        let one = Number::new(1, 2);
        assert_eq!((-&least).long(), most.long() + one.long());
        assert!((&most + &one).parts().is_none());
        assert!((&(&most + &one) - &one).parts().is_some());
        assert_eq!(Number::new(1, i64::from(i32::MAX) + 1).signum(), 1);
    }

    #[test]
    fn a_number_takes_24_bytes() {
        assert_eq!(std::mem::size_of::<Number>(), 24);
    }
}
