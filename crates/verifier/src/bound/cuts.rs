//! Cuts: what a limit allows of some bookings, since trades go whole.
//!
//! Where no position has a side to choose, the room of a limit is `base + Σ gain·x` over the trades that may be booked at
//! its account, `x` 1 for those that are. A cut `Σ weight·x <= most` holds if no choice of `x` with room at or above 0
//! weighs more. Who gains room is taken first, and leaving it out costs its gain; then `least[v]`, the least room that a
//! weight of `v` or more costs, is found trade by trade, and the cut holds if there is not room for `most + 1`.

use std::collections::{BTreeMap, BTreeSet};

use domain::Amount;
use domain::certificate::Cut;

use super::NoProof;
use super::number::Number;
use super::positions::Positions;
use super::priced::{Prices, Weights};
use super::sum::Sum;
use super::tables::Tables;

/// A cut that holds.
pub(super) struct Checked {
    account: usize,
    weights: Vec<(usize, Amount)>,
    most: Amount,
}

/// Weights beyond this would take long to check, and no search needs them.
const HEAVIEST: i64 = 100_000;

/// The cuts of a certificate, each of which holds, with every choice open in `positions`; nothing where a number does not
/// fit.
///
/// # Errors
/// A name that is not there, a trade that cannot go to the account, or a cut that the limit does not make.
pub(super) fn checked<N: Number>(
    cuts: &[Cut],
    prices: &Prices<'_>,
    positions: &Positions<'_, N>,
    tables: &Tables<'_>,
) -> Result<Option<Vec<Checked>>, NoProof> {
    let mut all = Vec::with_capacity(cuts.len());
    let mut rooms: BTreeMap<usize, (usize, Room)> = BTreeMap::new();
    for (number, Cut { room: place, weights, most }) in cuts.iter().enumerate() {
        if !rooms.contains_key(place) {
            let Some(room) = room(prices, positions, tables, *place)? else { return Ok(None) };
            rooms.insert(*place, room.ok_or(NoProof::CutNotShown { cut: number })?);
        }
        let (account, (base, gains)) = &rooms[place];
        let mut weighed: BTreeMap<usize, i64> = BTreeMap::new();
        for (booking, weight) in weights {
            let (trade, here) = tables.booking(*booking)?;
            let is_own = here == *account && gains.contains_key(&trade);
            if !is_own || weighed.insert(trade, i64::from(*weight)).is_some() {
                return Err(NoProof::CutNotShown { cut: number });
            }
        }
        if !holds(base, gains, &weighed, i64::from(*most)) {
            return Err(NoProof::CutNotShown { cut: number });
        }
        let weights = weighed.into_iter().map(|(trade, weight)| (trade, Amount::from(weight))).collect();
        all.push(Checked { account: *account, weights, most: Amount::from(i64::from(*most)) });
    }
    Ok(Some(all))
}

/// A room over bookings: what there is without any, and what each trade adds to it.
type Room = (Amount, BTreeMap<usize, Amount>);

/// The account of a limit, and its room over the bookings there; the inner nothing where it is no such sum, the outer one
/// where a number does not fit.
fn room<N: Number>(
    prices: &Prices<'_>,
    positions: &Positions<'_, N>,
    tables: &Tables<'_>,
    place: usize,
) -> Result<Option<Option<(usize, Room)>>, NoProof> {
    let (account, weights) = prices.room_weights(tables, place)?;
    let Some(priced) = positions.price(&weights) else { return Ok(None) };
    Ok(Some(Sum::of(positions, &priced).by_booking(positions, account).map(|room| (account, room))))
}

/// Whether no choice of bookings with room weighs more than `most`.
fn holds(base: &Amount, gains: &BTreeMap<usize, Amount>, weights: &BTreeMap<usize, i64>, most: i64) -> bool {
    let weight = |trade: &usize| weights.get(trade).copied().unwrap_or_default();
    // With everything taken that gains room.
    let (mut room, mut taken) = (base.clone(), 0);
    let mut items: Vec<(i64, Amount)> = Vec::new();
    for (trade, gain) in gains {
        let weight = weight(trade);
        if gain.is_positive() {
            room += gain;
            taken += weight;
            items.push((-weight, gain.clone()));
        } else {
            items.push((weight, -gain));
        }
    }
    if room.is_negative() {
        return true;
    }
    let Ok(beyond) = usize::try_from(most - taken + 1) else { return false };
    if beyond == 0 || i64::try_from(beyond).map_or(true, |beyond| beyond > HEAVIEST) {
        return false;
    }
    // Nothing where no items so far weigh as much.
    let mut least: Vec<Option<Amount>> = vec![None; beyond + 1];
    least[0] = Some(Amount::zero());
    for (weight, size) in items.iter().filter(|(weight, _)| *weight > 0) {
        let weight = usize::try_from(*weight).unwrap_or(beyond).min(beyond);
        for reached in (1..=beyond).rev() {
            let Some(with) = least[reached.saturating_sub(weight)].as_ref().map(|least| least + size) else { continue };
            if least[reached].as_ref().is_none_or(|least| with < *least) {
                least[reached] = Some(with);
            }
        }
    }
    least[beyond].as_ref().is_none_or(|least| *least > room)
}

/// Adds the prices that are paid on cuts.
///
/// # Errors
/// A cut that is not there, a negative price, or two for one cut.
pub(super) fn pay(cuts: &[Checked], prices: &[(usize, Amount)], weights: &mut Weights) -> Result<(), NoProof> {
    let mut seen = BTreeSet::new();
    for (cut, price) in prices {
        let Some(checked) = cuts.get(*cut).filter(|_| !price.is_negative() && seen.insert(*cut)) else {
            return Err(NoProof::CutPrice { cut: *cut });
        };
        weights.constant += &(price * &checked.most);
        for (trade, weight) in &checked.weights {
            *weights.by_booking.entry((*trade, checked.account)).or_insert_with(Amount::zero) -= &(price * weight);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    /// Whether the cut holds by trying every choice.
    fn enumerated(base: i64, gains: &[i64], weights: &[i64], most: i64) -> bool {
        (0..1_u32 << gains.len()).all(|chosen| {
            let sum = |of: &[i64]| -> i64 {
                of.iter().enumerate().filter(|(place, _)| chosen >> place & 1 == 1).map(|(_, value)| value).sum()
            };
            base + sum(gains) < 0 || sum(weights) <= most
        })
    }

    fn by_trade<T>(values: impl IntoIterator<Item = T>) -> BTreeMap<usize, T> {
        values.into_iter().enumerate().collect()
    }

    #[test]
    fn a_cover_holds_and_one_less_does_not() {
        // Room for 10; 6 + 5 > 10, and 4 fits beside either: one of the first two at most, whatever the third does.
        let gains = by_trade([amount("-6"), amount("-5"), amount("-4")]);
        let cover = by_trade([1, 1]);
        assert!(holds(&amount("10"), &gains, &cover, 1));
        assert!(!holds(&amount("11"), &gains, &cover, 1));
        assert!(!holds(&amount("10"), &gains, &by_trade([1, 1, 1]), 1));
        assert!(holds(&amount("10"), &gains, &by_trade([1, 1, 1]), 2));
        // A trade that makes room for 1 lets both in.
        let gains = by_trade([amount("-6"), amount("-5"), amount("1")]);
        assert!(!holds(&amount("10"), &gains, &cover, 1));
        // Unless coming counts against it: 1 + 1 - 1.
        assert!(holds(&amount("10"), &gains, &by_trade([1, 1, -1]), 1));
    }

    #[test]
    fn what_holds_is_what_enumeration_says() {
        let mut dice = 7_u64;
        let mut draw = |below: i64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(dice >> 40).unwrap() % below
        };
        let (mut held, mut broken) = (0, 0);
        for _ in 0..4_000 {
            let gains: Vec<i64> = (0..7).map(|_| draw(25) - 17).collect();
            let weights: Vec<i64> = (0..7).map(|_| draw(6) - 2).collect();
            let (base, most) = (draw(40) - 5, draw(12) - 4);
            let exact = by_trade(gains.iter().map(|gain| Amount::from(*gain)));
            let holds = holds(&Amount::from(base), &exact, &by_trade(weights.iter().copied()), most);
            assert_eq!(holds, enumerated(base, &gains, &weights, most), "{base} {gains:?} {weights:?} {most}");
            if holds { held += 1 } else { broken += 1 }
        }
        assert!(held > 500 && broken > 500, "{held} held, {broken} did not");
    }
}
