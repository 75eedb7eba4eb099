//! The value of a metric, exact, and how it stands against a bound.

use domain::limit::Bound;
use domain::{Amount, Limit};

/// Decimals of a published ratio. Ratios are decided on their exact numerator and denominator; only
/// their text is rounded, half to even.
pub const RATIO_DECIMALS: i64 = 12;

/// The value of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetricValue {
    /// A number in the metric's own unit.
    Amount(Amount),
    /// `N / D`, undefined unless `D > 0`.
    Ratio {
        /// `N`.
        numerator: Amount,
        /// `D`.
        denominator: Amount,
    },
}

impl MetricValue {
    /// Whether the value exists: a ratio needs a denominator above zero.
    pub fn is_defined(&self) -> bool {
        match self {
            Self::Amount(_) => true,
            Self::Ratio { denominator, .. } => denominator.is_positive(),
        }
    }

    /// The number to publish, rounded only where it is a ratio; nothing where it is undefined.
    pub fn published(&self) -> Option<Amount> {
        match self {
            Self::Amount(value) => Some(value.clone()),
            Self::Ratio { numerator, denominator } => {
                self.is_defined().then(|| numerator.divided_rounded(denominator, RATIO_DECIMALS))
            }
        }
    }

    /// How far the value is inside `bound`, times the denominator where it is a ratio: below zero when
    /// the bound is broken. Exact, so its sign decides. Nothing where the value is undefined.
    pub fn room(&self, side: Bound, bound: &Amount) -> Option<Amount> {
        let (value, scaled_bound) = match self {
            Self::Amount(value) => (value, bound.clone()),
            Self::Ratio { numerator, denominator } if denominator.is_positive() => (numerator, bound * denominator),
            Self::Ratio { .. } => return None,
        };
        Some(match side {
            Bound::Min => value - &scaled_bound,
            Bound::Max => &scaled_bound - value,
        })
    }

    /// Whether the value breaks `limit`. An undefined ratio breaks any bound on it.
    pub fn breaks(&self, limit: &Limit) -> bool {
        [Bound::Min, Bound::Max].into_iter().any(|side| self.breaks_bound(limit, side))
    }

    /// Whether the value breaks one end of `limit`.
    pub fn breaks_bound(&self, limit: &Limit, side: Bound) -> bool {
        limit
            .bound(side)
            .is_some_and(|bound| self.room(side, &Amount::from(bound)).is_none_or(|room| room.is_negative()))
    }

    /// The smaller distance to the two ends of `limit`, in the metric's own unit and negative where it is
    /// broken; rounded as [`published`](Self::published) is. Nothing without a limit or a value.
    pub fn headroom(&self, limit: &Limit) -> Option<Amount> {
        let room = [Bound::Min, Bound::Max]
            .into_iter()
            .filter_map(|side| self.room(side, &Amount::from(limit.bound(side)?)))
            .min()?;
        Some(match self {
            Self::Amount(_) => room,
            Self::Ratio { denominator, .. } => room.divided_rounded(denominator, RATIO_DECIMALS),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(min: Option<&str>, max: Option<&str>) -> Limit {
        let read = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        Limit { min: read(min), max: read(max), ..Limit::default() }
    }

    fn ratio(numerator: i64, denominator: i64) -> MetricValue {
        MetricValue::Ratio { numerator: Amount::from(numerator), denominator: Amount::from(denominator) }
    }

    #[test]
    fn a_third_keeps_a_limit_of_a_third_that_its_digits_would_break() {
        // 1/3 > 0.333333333333 by 1/3 of the last digit; published it reads the same.
        let value = ratio(1, 3);
        assert_eq!(value.published().unwrap().to_string(), "0.333333333333");
        assert!(value.breaks(&limit(None, Some("0.333333333333"))));
        assert!(!value.breaks(&limit(None, Some("0.333333333334"))));
    }

    #[test]
    fn an_undefined_ratio_breaks_any_bound_and_none_without_one() {
        for denominator in [0, -5] {
            assert!(ratio(1, denominator).breaks(&limit(Some("-100"), None)));
            assert!(!ratio(1, denominator).breaks(&limit(None, None)));
            assert_eq!(ratio(1, denominator).published(), None);
        }
    }

    #[test]
    fn headroom_is_the_distance_to_the_nearer_end() {
        let value = MetricValue::Amount("5.5".parse().unwrap());
        assert_eq!(value.headroom(&limit(Some("3"), Some("6"))).unwrap().to_string(), "0.5"); // 6 - 5.5
        assert_eq!(value.headroom(&limit(Some("6"), None)).unwrap().to_string(), "-0.5"); // 5.5 - 6
        assert_eq!(value.headroom(&limit(None, None)), None);
        assert_eq!(ratio(11, 2).headroom(&limit(None, Some("6"))).unwrap().to_string(), "0.5"); // 6 - 11/2
    }
}
