//! Random numbers that are the same on every machine: `SplitMix64` (Steele, Lea, Flood 2014).

/// A stream of random numbers, set by its seed.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_4E5B)
    }

    #[inline]
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A whole number below `end`, which is at most 2^32.
    #[inline]
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (((self.next() >> 32) * end as u64) >> 32) as usize
    }

    /// A number that follows the exponential distribution with mean 1, to three digits: `-ln u`, from the exponent of `u`
    /// and a cubic for its mantissa. The logarithm of the platform would not be the same everywhere.
    #[inline]
    pub(crate) fn exponential(&mut self) -> f32 {
        const DIGITS: i32 = 24;
        let bits = (((self.next() >> (64 - DIGITS)) + 1) as f32).to_bits();
        let exponent = (bits >> 23).cast_signed() - 127;
        let mantissa = f32::from_bits((bits & 0x007F_FFFF) | 0x3F80_0000);
        let log = ((0.158_248_7 * mantissa - 1.051_875) * mantissa + 3.047_884_2) * mantissa - 2.153_620_7;
        std::f32::consts::LN_2 * ((DIGITS - exponent) as f32 - log).max(0.0)
    }
}
