//! One knapsack in whole numbers: the largest `Σ profit·y` with `Σ weight·y <= room`, and what that comes to with an item
//! put in or left out.
//!
//! `F[c]` is the best of some items in a room of `c`; another item makes it `max(F[c], F[c - weight] + profit)`. With `F`
//! of all items before one and `B` of all after it, the best without it is `max_c F[c] + B[room - c]`, and with it
//! `max_c F[c] + B[room - weight - c] + profit`.
//!
//! The complement of a trade may be an item in its place: it is in the knapsack where the trade is not taken.

use domain::Amount;

/// What a certificate may have filled: places of tables, all leaves together. A few seconds.
const MOST_PLACES: u64 = 4_000_000_000;
/// Decimals of a profit at most.
pub(super) const PROFIT_DECIMALS: i64 = 18;
/// Profits of an account together stay below this, and so does each loss, unless its decimals would become fewer than these.
const MOST_PROFIT: i128 = 1 << 62;
const DECIMALS_OF_LOSSES: i64 = 9;
/// Places of all tables that are held at once.
const MOST_HELD: usize = 1 << 20;

/// A knapsack: the items that could be taken, and what fits.
pub(super) struct Sack {
    items: Vec<Item>,
    room: i128,
    /// The profit of what is taken before anything is decided.
    for_sure: i128,
}

/// A trade that may be taken.
#[derive(Clone, Copy)]
struct Item {
    weight: i128,
    profit: i128,
    /// Whether it is in the knapsack where its trade is not taken.
    is_complement: bool,
}

/// What an account comes to with a trade taken, or not: nothing where no choice of the others leaves room for that.
pub(super) struct Forced {
    pub(super) put_in: Option<Amount>,
    pub(super) left_out: Option<Amount>,
}

/// The best with an item inside and with it outside; nothing where that does not fit.
type Sides = (Option<i64>, Option<i64>);

/// Places filled so far.
#[derive(Default)]
pub(super) struct Effort(u64);

/// The items in numbers of 64 bits, at a decimal at which sums of profits fit.
struct Scaled {
    /// Weight and profit by item; nothing for one that does not fit by itself.
    items: Vec<Option<(i128, i64)>>,
    /// Those that are worth something, and what they weigh together.
    worthy: Vec<usize>,
    weights: i128,
    room: i128,
    decimals: i64,
}

impl Sack {
    pub(super) fn with_room(room: i128) -> Self {
        Self { items: Vec::new(), room, for_sure: 0 }
    }

    /// An item that is in the knapsack where its trade is taken.
    pub(super) fn offer(&mut self, weight: i128, profit: i128) {
        self.items.push(Item { weight, profit, is_complement: false });
    }

    /// An item that is in the knapsack where its trade is not taken; nothing where a number does not fit.
    pub(super) fn offer_complement(&mut self, weight: i128, profit: i128) -> Option<()> {
        self.for_sure = self.for_sure.checked_add(profit)?;
        self.items.push(Item { weight, profit: profit.checked_neg()?, is_complement: true });
        Some(())
    }

    pub(super) fn set_room(&mut self, room: i128) {
        self.room = room;
    }

    pub(super) fn has_no_room(&self) -> bool {
        self.room < 0
    }

    /// The best that fits; nothing where that takes more than may be done.
    pub(super) fn filled(&self, effort: &mut Effort) -> Option<Amount> {
        let scaled = self.scaled()?;
        Some(self.amount(scaled.best(effort)?, scaled.decimals))
    }

    /// The best that fits, and what it is with each of these items' trades taken or not; nothing where that takes more
    /// than may be done.
    pub(super) fn forced(&self, items: &[usize], effort: &mut Effort) -> Option<(Amount, Vec<Forced>)> {
        let scaled = self.scaled()?;
        let best = scaled.best(effort)?;
        let inside = scaled.forced(items, best, effort)?;
        let amount = |sum: Option<i64>| sum.map(|sum| self.amount(sum, scaled.decimals));
        let forced = items.iter().zip(inside).map(|(item, (inside, outside))| {
            let (put_in, left_out) =
                if self.items[*item].is_complement { (outside, inside) } else { (inside, outside) };
            Forced { put_in: amount(put_in), left_out: amount(left_out) }
        });
        Some((self.amount(best, scaled.decimals), forced.collect()))
    }

    fn amount(&self, sum: i64, decimals: i64) -> Amount {
        Amount::from_parts(self.for_sure, PROFIT_DECIMALS) + Amount::from_parts(i128::from(sum), decimals)
    }

    fn scaled(&self) -> Option<Scaled> {
        let mut items: Vec<(i128, i128)> = self.items.iter().map(|item| (item.weight, item.profit)).collect();
        let is_worthy = |item: &&(i128, i128)| item.1 > 0 && item.0 <= self.room;
        let profits = |items: &[(i128, i128)]| {
            items.iter().filter(is_worthy).try_fold(0_i128, |sum, (_, profit)| sum.checked_add(*profit))
        };
        let mut decimals = PROFIT_DECIMALS;
        let has_large_loss = |items: &[(i128, i128)]| items.iter().any(|(_, profit)| *profit <= -MOST_PROFIT);
        while profits(&items)? >= MOST_PROFIT || decimals > DECIMALS_OF_LOSSES && has_large_loss(&items) {
            items.iter_mut().for_each(|(_, profit)| *profit = (*profit + 9).div_euclid(10));
            decimals -= 1;
        }
        let weights = items.iter().filter(is_worthy).try_fold(0_i128, |sum, (weight, _)| sum.checked_add(*weight))?;
        let worthy = (0..items.len()).filter(|item| is_worthy(&&items[*item])).collect();
        // A loss that is too large for a number may be taken for a smaller one.
        let small = |(weight, profit): &(i128, i128)| {
            (*weight <= self.room).then_some((*weight, i64::try_from((*profit).max(-MOST_PROFIT)).unwrap_or(i64::MAX)))
        };
        let items = items.iter().map(small).collect();
        Some(Scaled { items, worthy, weights, room: self.room, decimals })
    }
}

impl Scaled {
    /// Places of a table, for rooms up to what the worthy items need at most, where so many tables may be filled.
    fn width(&self, tables: usize, effort: &mut Effort) -> Option<usize> {
        let width = usize::try_from(self.weights.min(self.room)).ok()?.checked_add(1)?;
        effort.0 = effort.0.checked_add((width as u64).checked_mul(tables as u64)?)?;
        (effort.0 <= MOST_PLACES).then_some(width)
    }

    fn all_fit(&self) -> bool {
        self.weights <= self.room
    }

    fn profit(&self, item: usize) -> i64 {
        self.items[item].map_or(0, |(_, profit)| profit)
    }

    /// The table with one more item; `spare` is as long and loses what it holds.
    fn add(&self, (table, spare): (&mut Vec<i64>, &mut Vec<i64>), item: usize) {
        let Some((weight, profit)) = self.items[item] else { return };
        let weight = usize::try_from(weight).unwrap_or(usize::MAX).min(table.len());
        let (same, more) = spare.split_at_mut(weight);
        same.copy_from_slice(&table[..weight]);
        for ((to, without), with) in more.iter_mut().zip(&table[weight..]).zip(&*table) {
            // All profits together are a number of 64 bits.
            *to = (*without).max(with.wrapping_add(profit));
        }
        std::mem::swap(table, spare);
    }

    /// The table of all these items.
    fn table(&self, width: usize, items: impl Iterator<Item = usize>) -> Vec<i64> {
        let (mut table, mut spare) = (vec![0; width], vec![0; width]);
        items.for_each(|item| self.add((&mut table, &mut spare), item));
        table
    }

    /// The best that fits.
    fn best(&self, effort: &mut Effort) -> Option<i64> {
        if self.all_fit() {
            return Some(self.worthy.iter().map(|item| self.profit(*item)).sum());
        }
        let width = self.width(self.worthy.len(), effort)?;
        self.table(width, self.worthy.iter().copied()).last().copied()
    }

    /// For each of these items the best with it inside, nothing where it does not fit, and with it outside.
    fn forced(&self, items: &[usize], best: i64, effort: &mut Effort) -> Option<Vec<Sides>> {
        let mut is_worthy = vec![false; self.items.len()];
        self.worthy.iter().for_each(|item| is_worthy[*item] = true);
        let mut forced: Vec<Sides> = vec![(None, Some(best)); items.len()];
        let (taken, others): (Vec<usize>, Vec<usize>) = (0..items.len()).partition(|place| is_worthy[items[*place]]);
        self.force_others(items, &others, (best, &mut forced), effort)?;
        if self.all_fit() {
            for place in taken {
                forced[place] = (Some(best), Some(best - self.profit(items[place])));
            }
        } else if !taken.is_empty() {
            let width = self.width(0, effort)?;
            for places in taken.chunks((MOST_HELD / width).max(1)) {
                let width = self.width(self.worthy.len() + 3 * places.len(), effort)?;
                self.force_worthy(items, places, width, &mut forced);
            }
        }
        Some(forced)
    }

    /// The same for those of the items that are worth nothing, at these places.
    fn force_others(
        &self,
        items: &[usize],
        places: &[usize],
        (best, forced): (i64, &mut [Sides]),
        effort: &mut Effort,
    ) -> Option<()> {
        let mut table: Option<Vec<i64>> = None;
        for place in places {
            let Some((weight, profit)) = self.items[items[*place]] else { continue };
            let rest = self.room - weight;
            if rest >= self.weights {
                forced[*place].0 = Some(best + profit);
                continue;
            }
            if table.is_none() {
                let width = self.width(self.worthy.len(), effort)?;
                table = Some(self.table(width, self.worthy.iter().copied()));
            }
            let rest = usize::try_from(rest).ok()?;
            forced[*place].0 = table.as_ref().map(|table| table[rest] + profit);
        }
        Some(())
    }

    /// The same for those of the items that are worth something, at these places.
    fn force_worthy(&self, items: &[usize], places: &[usize], width: usize, forced: &mut [Sides]) {
        let mut is_here = vec![false; self.items.len()];
        places.iter().for_each(|place| is_here[items[*place]] = true);
        let others = self.worthy.iter().copied().filter(|item| !is_here[*item]);
        let mut before = vec![self.table(width, others)];
        let mut spare = vec![0; width];
        for place in &places[..places.len() - 1] {
            let mut table = before[before.len() - 1].clone();
            self.add((&mut table, &mut spare), items[*place]);
            before.push(table);
        }
        let mut after = vec![0; width];
        for (place, before) in places.iter().zip(&before).rev() {
            let joined = |room: usize| {
                let both = before[..=room].iter().zip(after[..=room].iter().rev());
                both.map(|(before, after)| before.wrapping_add(*after)).max()
            };
            let inside = self.items[items[*place]].and_then(|(weight, profit)| {
                let rest = (width - 1).checked_sub(usize::try_from(weight).ok()?)?;
                Some(joined(rest)? + profit)
            });
            forced[*place] = (inside, joined(width - 1));
            self.add((&mut after, &mut spare), items[*place]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// The best over all sets of items that fit and agree with what is asked of one of them.
    fn enumerated(sack: &Sack, asked: Option<(usize, bool)>) -> Option<i128> {
        let is_in = |set: u32, item: usize| (set >> item & 1 == 1) != sack.items[item].is_complement;
        let sets =
            (0..1_u32 << sack.items.len()).filter(|set| asked.is_none_or(|(item, taken)| is_in(*set, item) == taken));
        let inside = |set: u32| sack.items.iter().enumerate().filter(move |(item, _)| set >> item & 1 == 1);
        let fits = |set: &u32| inside(*set).map(|(_, item)| item.weight).sum::<i128>() <= sack.room;
        sets.filter(fits).map(|set| sack.for_sure + inside(set).map(|(_, item)| item.profit).sum::<i128>()).max()
    }

    /// A knapsack of weights, profits, and whether they are complements.
    fn sack(items: &[(i128, i128, bool)], room: i128) -> Sack {
        let mut sack = Sack::with_room(room);
        for (weight, profit, is_complement) in items {
            match is_complement {
                true => sack.offer_complement(*weight, *profit).unwrap(),
                false => sack.offer(*weight, *profit),
            }
        }
        sack
    }

    proptest! {
        #[test]
        fn forcing_agrees_with_enumeration(
            items in vec((0_i128..12, -9_i128..30, prop::bool::weighted(0.3)), 1..8), room in 0_i128..50,
            is_large in prop::bool::ANY,
        ) {
            // In whole units no digit is lost either, whatever a loss comes to.
            let units = if is_large { 10_i128.pow(PROFIT_DECIMALS as u32) } else { 1 };
            let items: Vec<_> = items.into_iter().map(|(weight, profit, is)| (weight, profit * units, is)).collect();
            let sack = sack(&items, room);
            let amount = |sum: Option<i128>| sum.map(|sum| Amount::from_parts(sum, PROFIT_DECIMALS));
            let all: Vec<usize> = (0..items.len()).collect();
            let (best, forced) = sack.forced(&all, &mut Effort::default()).unwrap();
            prop_assert_eq!(Some(best), amount(enumerated(&sack, None)));
            prop_assert_eq!(sack.filled(&mut Effort::default()), amount(enumerated(&sack, None)));
            for (item, Forced { put_in, left_out }) in forced.into_iter().enumerate() {
                prop_assert_eq!(put_in, amount(enumerated(&sack, Some((item, true)))));
                prop_assert_eq!(left_out, amount(enumerated(&sack, Some((item, false)))));
            }
        }
    }
}
