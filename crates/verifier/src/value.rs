//! A metric's value and how it stands against a limit, written for this crate alone.
//! `f(P) = w⁺·P` for `P > 0`, `w⁻·(-P)` for `P < 0`; a bound `C` on `N / D` is a bound `C·D` on `N` together
//! with `D > 0`. Nothing is divided but for the text of a ratio.

use domain::limit::Bound;
use domain::{Amount, Breach, Limit, SideRates};
use metric_engine::value::RATIO_DECIMALS;

/// A value in the metric's own unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A sum over positions.
    Sum(Amount),
    /// A numerator and a denominator; undefined unless the denominator is above zero.
    Quotient(Amount, Amount),
}

/// `f(P)`: what a position adds to a metric.
pub(crate) fn contribution(rates: SideRates, position_base: &Amount) -> Amount {
    match position_base.signum() {
        1 => position_base * &Amount::from(rates.long),
        -1 => &position_base.abs() * &Amount::from(rates.short),
        _ => Amount::zero(),
    }
}

impl Value {
    /// As it is published.
    pub(crate) fn text_value(&self) -> Option<Amount> {
        match self {
            Self::Sum(value) => Some(value.clone()),
            Self::Quotient(_, below) if !below.is_positive() => None,
            Self::Quotient(above, below) => Some(above.divided_rounded(below, RATIO_DECIMALS)),
        }
    }

    /// Whether one end of a limit is kept.
    pub(crate) fn keeps(&self, side: Bound, end: &Amount) -> bool {
        let within = |value: &Amount, end: &Amount| match side {
            Bound::Min => value >= end,
            Bound::Max => value <= end,
        };
        match self {
            Self::Sum(value) => within(value, end),
            Self::Quotient(above, below) => below.is_positive() && within(above, &(end * below)),
        }
    }

    /// Whether an end that `opened` breaks is broken no further by this value.
    pub(crate) fn no_worse_than(&self, opened: &Self, side: Bound) -> bool {
        let no_further = |now: &Amount, before: &Amount| match side {
            Bound::Min => now >= before,
            Bound::Max => now <= before,
        };
        match (self, opened) {
            (Self::Sum(now), Self::Sum(before)) => no_further(now, before),
            // It had no value: all that can be asked is that its denominator goes no further below zero.
            (Self::Quotient(_, below), Self::Quotient(_, opened)) if !opened.is_positive() => below >= opened,
            (Self::Quotient(above, below), Self::Quotient(above_0, below_0)) => {
                below.is_positive() && no_further(&(above * below_0), &(above_0 * below))
            }
            _ => unreachable!("a metric is a sum or a quotient both before and after"),
        }
    }

    /// The distance to the nearer end of the limit, as it is published.
    pub(crate) fn headroom(&self, limit: &Limit) -> Option<Amount> {
        let nearer = |value: &Amount, unit: &Amount| {
            let distance = |(side, end): (Bound, Amount)| match side {
                Bound::Min => value - &(&end * unit),
                Bound::Max => &(&end * unit) - value,
            };
            ends(limit).map(distance).min()
        };
        match self {
            Self::Sum(value) => nearer(value, &Amount::from(1)),
            Self::Quotient(_, below) if !below.is_positive() => None,
            Self::Quotient(above, below) => {
                nearer(above, below).map(|room| room.divided_rounded(below, RATIO_DECIMALS))
            }
        }
    }
}

/// The ends that a limit has.
pub(crate) fn ends(limit: &Limit) -> impl Iterator<Item = (Bound, Amount)> {
    let min = limit.min.map(|end| (Bound::Min, Amount::from(end)));
    min.into_iter().chain(limit.max.map(|end| (Bound::Max, Amount::from(end))))
}

/// The word for what happened to a limit: for each end, then the one that matters most.
pub(crate) fn breach(opened: &Value, now: &Value, limit: &Limit) -> Breach {
    let of_end = |(side, end): (Bound, Amount)| match (opened.keeps(side, &end), now.keeps(side, &end)) {
        (true, true) => Breach::None,
        (true, false) => Breach::Caused,
        (false, true) => Breach::Cured,
        (false, false) => Breach::Inherited,
    };
    let ends: Vec<Breach> = ends(limit).map(of_end).collect();
    let first = |word: &Breach| ends.contains(word);
    [Breach::Caused, Breach::Inherited, Breach::Cured].into_iter().find(first).unwrap_or(Breach::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotient(above: i64, below: i64) -> Value {
        Value::Quotient(Amount::from(above), Amount::from(below))
    }

    fn limit(min: Option<i64>, max: Option<i64>) -> Limit {
        Limit { min: min.map(Into::into), max: max.map(Into::into), ..Limit::default() }
    }

    #[test]
    fn each_side_of_a_position_has_its_own_rate() {
        let rates = SideRates { long: "0.02".parse().unwrap(), short: "0.05".parse().unwrap() };
        assert_eq!(contribution(rates, &Amount::from(300)).to_string(), "6"); // 300 × 0.02
        assert_eq!(contribution(rates, &Amount::from(-300)).to_string(), "15"); // 300 × 0.05
        assert_eq!(contribution(rates, &Amount::zero()).to_string(), "0");
    }

    #[test]
    fn a_ratio_is_held_to_its_bound_without_a_division() {
        assert!(quotient(12, 2).keeps(Bound::Max, &Amount::from(6))); // 12 <= 6 × 2
        assert!(!quotient(13, 2).keeps(Bound::Max, &Amount::from(6))); // 13 > 6 × 2
        assert!(!quotient(-13, -2).keeps(Bound::Max, &Amount::from(100))); // no value below zero
        assert!(!quotient(0, 0).keeps(Bound::Min, &Amount::from(-100))); // nor at zero
    }

    #[test]
    fn a_ratio_worsens_by_cross_multiplication() {
        // 7/1 opened. 20/3 = 6.67 is better, 15/2 = 7.5 worse, 14/2 the same.
        assert!(quotient(20, 3).no_worse_than(&quotient(7, 1), Bound::Max));
        assert!(!quotient(15, 2).no_worse_than(&quotient(7, 1), Bound::Max));
        assert!(quotient(14, 2).no_worse_than(&quotient(7, 1), Bound::Max));
        assert!(!quotient(20, 3).no_worse_than(&quotient(7, 1), Bound::Min));
    }

    #[test]
    fn a_ratio_that_had_a_value_must_keep_one_and_one_without_may_only_rise_in_its_denominator() {
        assert!(!quotient(0, 0).no_worse_than(&quotient(7, 1), Bound::Max));
        assert!(quotient(99, -4).no_worse_than(&quotient(1, -5), Bound::Max));
        assert!(!quotient(1, -6).no_worse_than(&quotient(1, -5), Bound::Max));
    }

    #[test]
    fn headroom_is_the_distance_to_the_nearer_end_in_the_unit_of_the_metric() {
        let room = |value: Value, limit: &Limit| value.headroom(limit).map(|room| room.to_string());
        assert_eq!(room(quotient(11, 2), &limit(Some(1), Some(6))).as_deref(), Some("0.5")); // 6 - 5.5
        assert_eq!(room(Value::Sum(Amount::from(3)), &limit(Some(5), None)).as_deref(), Some("-2")); // 3 - 5
        assert_eq!(room(quotient(11, 0), &limit(None, Some(6))), None);
        assert_eq!(room(quotient(11, 2), &limit(None, None)), None);
    }
}
