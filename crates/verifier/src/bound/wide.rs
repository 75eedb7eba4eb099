//! A whole number of 256 bits, for sums of products of two numbers of 128 bits.
//!
//! Nothing here looks for overflow: whoever adds up has shown before that the sum fits.

use domain::Amount;

/// `high · 2^128 + low`, two's complement. Ordered by the two fields in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wide {
    high: i128,
    low: u128,
}

impl Wide {
    pub(super) const ZERO: Self = Self { high: 0, low: 0 };

    /// `a · b`; both are above `-2^127`.
    pub(super) fn product(a: i128, b: i128) -> Self {
        let (low, high) = a.unsigned_abs().carrying_mul(b.unsigned_abs(), 0);
        let size = Self { high: high.cast_signed(), low };
        if (a < 0) == (b < 0) { size } else { size.negated() }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        Self { high: self.high.wrapping_add(other.high).wrapping_add(i128::from(carry)), low }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(i128::from(borrow)), low }
    }

    fn negated(self) -> Self {
        Self::ZERO.minus(self)
    }

    /// `self / divisor` rounded down, `divisor` above 0; nothing where the result needs more than 127 bits.
    pub(super) fn divided_down(self, divisor: i128) -> Option<i128> {
        let is_negative = self.high < 0;
        let size = if is_negative { self.negated() } else { self };
        let (divisor, mut rest, mut quotient) = (divisor.unsigned_abs(), size.high.unsigned_abs(), 0_u128);
        if rest >= divisor {
            return None;
        }
        // Long division, bit by bit; the rest stays below the divisor and so below 2^127.
        for bit in (0..u128::BITS).rev() {
            rest = (rest << 1) | ((size.low >> bit) & 1);
            quotient <<= 1;
            if rest >= divisor {
                rest -= divisor;
                quotient |= 1;
            }
        }
        let quotient = i128::try_from(quotient).ok()?;
        Some(if is_negative { -quotient - i128::from(rest > 0) } else { quotient })
    }

    /// The same as a number of 128 bits; nothing where it does not fit.
    pub(super) fn narrow(self) -> Option<i128> {
        let narrow = self.low.cast_signed();
        (self.high == narrow >> (i128::BITS - 1)).then_some(narrow)
    }

    /// `self · 10^-decimals`.
    pub(super) fn to_amount(self, decimals: i64) -> Amount {
        if let Some(narrow) = self.narrow() {
            return Amount::from_parts(narrow, decimals);
        }
        let half = Amount::from_parts(1 << 64, 0);
        let part = |bits: u128| Amount::from_parts(i128::from(bits as u64), decimals);
        let low = &(&part(self.low >> 64) * &half) + &part(self.low);
        &(&(&Amount::from_parts(self.high, decimals) * &half) * &half) + &low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = i128> {
        (any::<i128>(), 1_u32..127).prop_map(|(number, shift)| number >> shift)
    }

    fn amount(number: i128) -> Amount {
        Amount::from_parts(number, 0)
    }

    proptest! {
        #[test]
        fn sums_of_products_are_those_of_exact_numbers(a in number(), b in number(), c in number(), d in number()) {
            let (one, other) = (Wide::product(a, b), Wide::product(c, d));
            let (exact_one, exact_other) = (&amount(a) * &amount(b), &amount(c) * &amount(d));
            prop_assert_eq!(one.to_amount(0), &exact_one + &Amount::zero());
            prop_assert_eq!(one.plus(other).to_amount(0), &exact_one + &exact_other);
            prop_assert_eq!(one.minus(other).to_amount(0), &exact_one - &exact_other);
            prop_assert_eq!(one.cmp(&other), exact_one.cmp(&exact_other));
            prop_assert_eq!(one.narrow(), exact_one.in_units(0));
            prop_assert_eq!(one.to_amount(3), &exact_one * &Amount::from_parts(1, 3));
        }

        #[test]
        fn a_quotient_is_the_largest_whole_number_that_fits(a in number(), b in number(), divisor in number()) {
            prop_assume!(divisor > 0);
            let (product, quotient) = (&amount(a) * &amount(b), Wide::product(a, b).divided_down(divisor));
            if let Some(quotient) = quotient {
                let below = &amount(quotient) * &amount(divisor);
                prop_assert!(below <= product && product < below + amount(divisor));
            } else {
                prop_assert!(product.abs() >= &amount(i128::MAX) * &amount(divisor));
            }
        }
    }
}
