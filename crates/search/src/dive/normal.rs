//! Moments of normal distributions that are cut.

/// Abscissas and weights of the Gauss-Legendre rule with 16 places on [-1, 1], the positive half. Source: Abramowitz and
/// Stegun, Handbook of Mathematical Functions, table 25.4.
const PLACES: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_5),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_7),
    (0.755_404_408_355_003, 0.124_628_971_255_533_9),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_09),
];
/// Beyond so many deviations nothing counts; where the mean is far outside, what counts ends after so many lengths of the
/// exponential that is left of it.
const TAIL: f64 = 8.0;
const LENGTHS: f64 = 12.0;
/// A mean farther outside than so many deviations counts as that far.
const FARTHEST: f64 = 30.0;
/// What is left of the deviation is at least so small a part of the interval, which may be a single value, and between these
/// parts of the deviation before: nothing is certain.
const LEAST_OF_WIDTH: f64 = 0.005;
const LEAST_OF_DEVIATION: (f64, f64) = (0.001, 0.03);
/// A cut leaves less than there was, so that what it says has a precision above 0.
const BELOW_ONE: f64 = 1.0 - 1e-6;

/// Mean and variance of a normal distribution that is truncated to an interval, whose ends may be infinite. The variance
/// is not below what the constants say.
pub(super) fn between(mean: f64, variance: f64, low: f64, high: f64) -> (f64, f64) {
    let deviation = variance.sqrt();
    let mean = mean.clamp(low - FARTHEST * deviation, high + FARTHEST * deviation);
    let near = mean.clamp(low, high);
    let apart = (near - mean).abs();
    let reach = if apart > deviation { LENGTHS * variance / apart } else { TAIL * deviation };
    let (from, to) = (low.max(near - reach), high.min(near + reach));
    let (middle, half) = (f64::midpoint(from, to), (to - from) / 2.0);
    let exponent = |x: f64| -(x - mean) * (x - mean) / (2.0 * variance);
    let highest = exponent(near);
    let mut sums = [0.0; 3];
    for (place, weight) in PLACES {
        for x in [middle - half * place, middle + half * place] {
            let density = weight * libm::exp(exponent(x) - highest);
            let off = x - near;
            sums[0] += density;
            sums[1] += density * off;
            sums[2] += density * off * off;
        }
    }
    let off = sums[1] / sums[0];
    let (little, more) = LEAST_OF_DEVIATION;
    let least = (LEAST_OF_WIDTH * (high - low)).clamp(little * deviation, more * deviation);
    let cut = (sums[2] / sums[0] - off * off).min(variance * BELOW_ONE).max(least * least);
    (near + off, cut)
}

/// What is short of a position on average, `E max(-v, 0)`, for a normal `v`: `σ·(φ(u) + u·Φ(u))` with `u = -μ/σ`.
pub(super) fn mean_short(mean: f64, deviation: f64) -> f64 {
    if deviation <= f64::EPSILON * mean.abs() || deviation <= f64::MIN_POSITIVE {
        return (-mean).max(0.0);
    }
    let u = -mean / deviation;
    let density = libm::exp(-u * u / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
    let below = libm::erfc(-u / std::f64::consts::SQRT_2) / 2.0;
    deviation * (density + u * below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by a million steps.
    fn summed(mean: f64, variance: f64, low: f64, high: f64) -> (f64, f64) {
        let steps = 1_000_000;
        let step = (high - low) / f64::from(steps);
        let mut sums = [0.0; 3];
        for number in 0..steps {
            let x = low + (f64::from(number) + 0.5) * step;
            let density = (-(x - mean) * (x - mean) / (2.0 * variance)).exp();
            sums[0] += density;
            sums[1] += density * x;
            sums[2] += density * x * x;
        }
        let mean = sums[1] / sums[0];
        (mean, sums[2] / sums[0] - mean * mean)
    }

    #[test]
    fn moments_are_those_of_a_fine_sum() {
        for (mean, variance, low, high) in [
            (0.0, 1.0, -0.5, 0.7),
            (0.0, 1.0, 2.0, 2.5),
            (3.0, 4.0, -1.0, 1.0),
            (-9.0, 1.0, 0.0, 3.0),
            (0.0, 1.0, -9.0, 1.0),
        ] {
            let (ours, wanted) = (between(mean, variance, low, high), summed(mean, variance, low, high));
            assert!((ours.0 - wanted.0).abs() < 1e-4 && (ours.1 / wanted.1 - 1.0).abs() < 1e-2, "{ours:?} {wanted:?}");
        }
    }

    #[test]
    fn an_open_end_is_an_end_far_away() {
        // A half-normal distribution: mean √(2/π) = 0.797885, variance 1 - 2/π = 0.363380.
        let (mean, variance) = between(0.0, 1.0, 0.0, f64::INFINITY);
        assert!((mean - 0.797_885).abs() < 1e-5 && (variance - 0.363_380).abs() < 1e-5, "{mean} {variance}");
        // Without any end nothing is cut, but for what keeps a variance below the one there was.
        let (mean, variance) = between(2.0, 9.0, f64::NEG_INFINITY, f64::INFINITY);
        assert!((mean - 2.0).abs() < 1e-9 && (variance - 9.0).abs() < 1e-4, "{mean} {variance}");
    }

    #[test]
    fn a_single_value_leaves_next_to_nothing() {
        let (mean, variance) = between(1.0, 4.0, 3.0, 3.0);
        assert_eq!(mean, 3.0);
        assert!(variance > 0.0 && variance < 1e-4, "{variance}");
    }

    #[test]
    fn what_is_short_on_average() {
        // At mean 0 it is σ·φ(0) = 2 · 0.398942.
        assert!((mean_short(0.0, 2.0) - 0.797_885).abs() < 1e-6);
        // At u = 1: φ(1) + Φ(1) = 0.241971 + 0.841345.
        assert!((mean_short(-1.0, 1.0) - 1.083_315).abs() < 1e-6);
        assert_eq!((mean_short(-3.0, 0.0), mean_short(3.0, 0.0)), (3.0, 0.0));
        assert!(mean_short(50.0, 1.0) < 1e-12 && (mean_short(-50.0, 1.0) - 50.0).abs() < 1e-9);
    }
}
