//! The room under each end of a limit, and over the floor of a level, as a sum over metrics.
//!
//! | limit of | room, above or at 0 where it is kept |
//! | --- | --- |
//! | a sum `M`, `max C` | `C - M` |
//! | a sum `M`, `min C` | `M - C` |
//! | a ratio `N / D`, `max C` | `C·D - N`, and as a part of its own `D`, which has to be above 0 |
//! | a ratio `N / D`, `min C` | `N - C·D`, and `D` |
//! | broken at the opening, `must_not_worsen` | the same with the opening value in place of `C` |
//! | a ratio undefined at the opening, `must_not_worsen` | `D - D0`, and no other part |
//! | `report_only` | none |
//! | a level before the one that is bounded, `floor` | `Σ_a OP·W·M - floor` |
//!
//! An opening ratio is rounded away from where it may go, at [`QUOTIENT_DECIMALS`] decimals: who keeps the exact one
//! keeps the rounded one, since `D` is above 0.

use std::collections::BTreeMap;

use domain::certificate::Part;
use domain::limit::Bound;
use domain::{Amount, Desk, OnBreach};
use metric_engine::{Book, Form};

use super::number::{QUOTIENT_DECIMALS, divided_down};
use crate::numbers::Values;
use crate::value::{Value, ends};

/// Account and metric, as indices, with the end of the limit and its part.
pub(super) type RoomKey = (usize, usize, Bound, Part);

/// `constant + Σ coefficient · M` over metrics that are sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) constant: Amount,
    /// By account and metric, as indices.
    pub(super) terms: Vec<(usize, usize, Amount)>,
    /// Whether the room has to be above 0 and not only at it.
    pub(super) is_strict: bool,
}

impl Room {
    pub(super) fn of(constant: Amount, terms: Vec<(usize, usize, Amount)>) -> Self {
        Self { constant, terms, is_strict: false }
    }
}

/// Every room that the limits of the desk ask for.
pub(super) fn rooms(desk: &Desk, book: &Book, opening: &Values) -> BTreeMap<RoomKey, Room> {
    let mut rooms = BTreeMap::new();
    for (account, (definitions, here)) in desk.accounts.iter().zip(&book.accounts).enumerate() {
        for (index, (definition, metric)) in definitions.metrics.iter().zip(&here.metrics).enumerate() {
            let opened = &opening[account][index];
            for (end, limit) in ends(&definition.limit) {
                let is_inherited = match definition.limit.on_breach {
                    OnBreach::ReportOnly => continue,
                    OnBreach::MustNotWorsen => !opened.keeps(end, &limit),
                    OnBreach::MustCure => false,
                };
                let mut add = |part: Part, room: Room| rooms.insert((account, index, end, part), room);
                match (&metric.form, opened) {
                    (Form::Quotient { to, .. }, Value::Quotient(_, below)) if is_inherited && !below.is_positive() => {
                        add(Part::Limit, Room::of(-below, vec![(account, *to, Amount::from(1))]));
                    }
                    (Form::Quotient { of, to }, Value::Quotient(above, below)) => {
                        let limit = if is_inherited { outward(end, above, below) } else { limit };
                        add(Part::Limit, ratio_room(end, account, (*of, *to), &limit));
                        let denominator = Room::of(Amount::zero(), vec![(account, *to, Amount::from(1))]);
                        add(Part::Defined, Room { is_strict: true, ..denominator });
                    }
                    (_, Value::Sum(opened)) => {
                        let limit = if is_inherited { opened.clone() } else { limit };
                        add(Part::Limit, sum_room(end, (account, index), limit));
                    }
                    _ => unreachable!("a metric opens as what its form is"),
                }
            }
        }
    }
    rooms
}

fn sum_room(end: Bound, (account, metric): (usize, usize), limit: Amount) -> Room {
    match end {
        Bound::Max => Room::of(limit, vec![(account, metric, Amount::from(-1))]),
        Bound::Min => Room::of(-limit, vec![(account, metric, Amount::from(1))]),
    }
}

fn ratio_room(end: Bound, account: usize, (of, to): (usize, usize), limit: &Amount) -> Room {
    let terms = match end {
        Bound::Max => vec![(account, of, Amount::from(-1)), (account, to, limit.clone())],
        Bound::Min => vec![(account, of, Amount::from(1)), (account, to, -limit)],
    };
    Room::of(Amount::zero(), terms)
}

/// `above / below`, `below` above 0, rounded to where a limit is weaker.
fn outward(end: Bound, above: &Amount, below: &Amount) -> Amount {
    let down = divided_down(above, below);
    match end {
        Bound::Max if &down * below < *above => down + Amount::from_parts(1, QUOTIENT_DECIMALS),
        _ => down,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opening_ratio_is_rounded_to_where_it_asks_for_less() {
        let (two, three) = (Amount::from(2), Amount::from(3));
        assert_eq!(outward(Bound::Max, &two, &three).to_string(), "0.666666666666666667");
        assert_eq!(outward(Bound::Min, &two, &three).to_string(), "0.666666666666666666");
        assert_eq!(outward(Bound::Max, &-&two, &three).to_string(), "-0.666666666666666666");
        assert_eq!(outward(Bound::Min, &-&two, &three).to_string(), "-0.666666666666666667");
        assert_eq!(outward(Bound::Max, &three, &two).to_string(), "1.5");
    }
}
