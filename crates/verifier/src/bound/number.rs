//! The numbers that a bound is added up in: whole numbers of a fixed unit, which are fast, or amounts of any length.
//! Both are exact and give the same sums.

use domain::{Amount, Decimal};

use super::wide::Wide;

/// Decimals at which a quotient is cut off: the slope of a position without one, and an opening ratio as a limit.
pub(super) const QUOTIENT_DECIMALS: i64 = 18;

/// In which units whole numbers count: `10^-decimals`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    /// Of position values.
    pub(super) value: i64,
    /// Of rates.
    pub(super) rate: i64,
    /// Of weights of metrics; a slope is a weight times a rate.
    pub(super) weight: i64,
}

impl Units {
    pub(super) fn slope(self) -> i64 {
        self.weight + self.rate
    }

    /// `10^-QUOTIENT_DECIMALS` as a whole number of slopes; nothing where it does not fit.
    fn rounding(self) -> Option<i128> {
        10_i128.checked_pow(u32::try_from(self.slope() - QUOTIENT_DECIMALS).ok()?)
    }
}

/// A value of a position, a weight of a metric, or a slope: weight times rate.
pub(super) trait Number: Clone + Ord {
    /// A slope times a value.
    type Product: Clone + Ord;

    /// A number in units of `10^-decimals`; nothing where it does not fit.
    fn read(amount: &Amount, decimals: i64) -> Option<Self>;
    /// A rate in units of `10^-decimals`, which is no coarser than its own.
    fn read_rate(rate: Decimal, decimals: i64) -> Option<Self>;

    fn zero() -> Self;
    fn one() -> Self;
    fn plus(&self, other: &Self) -> Self;
    fn minus(&self, other: &Self) -> Self;
    fn negated(&self) -> Self {
        Self::zero().minus(self)
    }
    fn size(&self) -> Self {
        if *self < Self::zero() { self.negated() } else { self.clone() }
    }

    /// `self + weight · rate`, in units of slopes. [`fits`](Self::fits) has shown that it can be held.
    fn plus_priced(&self, weight: &Self, rate: Decimal, units: Units) -> Self;
    /// `self + weight · rate` for sizes; nothing where it does not fit.
    fn plus_size(&self, weight: &Self, rate: &Self) -> Option<Self>;
    /// Whether every sum of `terms` products of a slope and a value of at most these sizes can be held; a slope may be
    /// off by what is rounded away.
    fn fits(slope: &Self, value: &Self, terms: usize, units: Units) -> bool;

    fn no_product() -> Self::Product;
    fn times(&self, value: &Self) -> Self::Product;
    fn sum(one: &Self::Product, other: &Self::Product) -> Self::Product;
    fn difference(one: &Self::Product, other: &Self::Product) -> Self::Product;
    /// `product / value`, `value` above 0, rounded down at [`QUOTIENT_DECIMALS`] decimals, as a slope.
    fn slope_of(product: &Self::Product, value: &Self, units: Units) -> Self;
    fn to_amount(product: &Self::Product, units: Units) -> Amount;
    /// A product as a whole number of `10^-decimals`, rounded down, and whether nothing was lost; nothing where that
    /// does not fit.
    fn whole(product: &Self::Product, decimals: i64, units: Units) -> Option<(i128, bool)>;
}

impl Number for i128 {
    type Product = Wide;

    fn read(amount: &Amount, decimals: i64) -> Option<Self> {
        if amount.is_zero() { Some(0) } else { amount.in_units(decimals) }
    }

    fn read_rate(rate: Decimal, decimals: i64) -> Option<Self> {
        let places = u32::try_from(decimals - i64::from(rate.scale())).ok()?;
        rate.mantissa().checked_mul(10_i128.checked_pow(places)?)
    }

    fn zero() -> Self {
        0
    }

    fn one() -> Self {
        1
    }

    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    fn minus(&self, other: &Self) -> Self {
        self - other
    }

    fn plus_priced(&self, weight: &Self, rate: Decimal, units: Units) -> Self {
        let places = units.rate - i64::from(rate.scale());
        let unit = u32::try_from(places).map_or(0, |places| 10_i128.wrapping_pow(places));
        self.wrapping_add(weight.wrapping_mul(rate.mantissa().wrapping_mul(unit)))
    }

    fn plus_size(&self, weight: &Self, rate: &Self) -> Option<Self> {
        self.checked_add(weight.checked_mul(*rate)?)
    }

    fn fits(slope: &Self, value: &Self, terms: usize, units: Units) -> bool {
        let bits = |number: u128| u128::BITS - number.leading_zeros();
        let Some(slope) = units.rounding().and_then(|rounding| slope.checked_add(rounding)) else { return false };
        // Below 2^126 each sum of two is within 127 bits.
        let (slope, value) = (bits(slope.unsigned_abs()), bits(value.unsigned_abs()));
        slope < 126 && value < 126 && slope + value + 2 + bits(terms as u128) < 255
    }

    fn no_product() -> Wide {
        Wide::ZERO
    }

    fn times(&self, value: &Self) -> Wide {
        Wide::product(*self, *value)
    }

    fn sum(one: &Wide, other: &Wide) -> Wide {
        one.plus(*other)
    }

    fn difference(one: &Wide, other: &Wide) -> Wide {
        one.minus(*other)
    }

    fn slope_of(product: &Wide, value: &Self, units: Units) -> Self {
        let quotient = product.divided_down(*value).expect("a slope between two others is no larger than they are");
        quotient - quotient.rem_euclid(units.rounding().expect("what does not fit was refused"))
    }

    fn to_amount(product: &Wide, units: Units) -> Amount {
        product.to_amount(units.slope() + units.value)
    }

    fn whole(product: &Wide, decimals: i64, units: Units) -> Option<(i128, bool)> {
        let power = |places: i64| 10_i128.checked_pow(u32::try_from(places).ok()?);
        let more = units.slope() + units.value - decimals;
        if more <= 0 {
            return Some((product.narrow()?.checked_mul(power(-more)?)?, true));
        }
        let unit = power(more)?;
        if let Some(product) = product.narrow() {
            return Some((product.div_euclid(unit), product.rem_euclid(unit) == 0));
        }
        let whole = product.divided_down(unit)?;
        Some((whole, Wide::product(whole, unit) == *product))
    }
}

impl Number for Amount {
    type Product = Self;

    fn read(amount: &Amount, _: i64) -> Option<Self> {
        Some(amount.clone())
    }

    fn read_rate(rate: Decimal, _: i64) -> Option<Self> {
        Some(Self::from(rate))
    }

    fn zero() -> Self {
        Self::zero()
    }

    fn one() -> Self {
        Self::from(1)
    }

    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    fn minus(&self, other: &Self) -> Self {
        self - other
    }

    fn plus_priced(&self, weight: &Self, rate: Decimal, _: Units) -> Self {
        self + &(weight * &Self::from(rate))
    }

    fn plus_size(&self, weight: &Self, rate: &Self) -> Option<Self> {
        Some(self + &(weight * rate))
    }

    fn fits(_: &Self, _: &Self, _: usize, _: Units) -> bool {
        true
    }

    fn no_product() -> Self {
        Self::zero()
    }

    fn times(&self, value: &Self) -> Self {
        self * value
    }

    fn sum(one: &Self, other: &Self) -> Self {
        one + other
    }

    fn difference(one: &Self, other: &Self) -> Self {
        one - other
    }

    fn slope_of(product: &Self, value: &Self, _: Units) -> Self {
        divided_down(product, value)
    }

    fn to_amount(product: &Self, _: Units) -> Amount {
        product.clone()
    }

    fn whole(product: &Self, decimals: i64, _: Units) -> Option<(i128, bool)> {
        if let Some(whole) = product.in_units(decimals) {
            return Some((whole, true));
        }
        let nearest = product.rounded(decimals);
        let whole = nearest.in_units(decimals)?;
        Some((whole - i128::from(nearest > *product), nearest == *product))
    }
}

/// `amount / divisor`, `divisor` above 0, rounded down at [`QUOTIENT_DECIMALS`] decimals.
pub(super) fn divided_down(amount: &Amount, divisor: &Amount) -> Amount {
    let nearest = amount.divided_rounded(divisor, QUOTIENT_DECIMALS);
    if &nearest * divisor > *amount { nearest - Amount::from_parts(1, QUOTIENT_DECIMALS) } else { nearest }
}
