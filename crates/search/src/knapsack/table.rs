//! One knapsack in whole numbers, by dynamic programming: `maximise Σ profit·y` with `Σ weight·y <= room`.
//!
//! `F_k[c]` is the best of the first `k` items in a room of `c`, `F_{k+1}[c] = max(F_k[c], F_k[c - weight] + profit)`. The
//! same from the other end, `B_k[c]`, gives what the best is with an item left out or put in (Posta, Ferland, Michelon
//! 2012): `max_c F_k[c] + B_{k+1}[room - c]`, and with the item's weight taken off the room and its profit added.

/// An item that may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) weight: usize,
    pub(crate) profit: i32,
}

/// What being put in or left out costs the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forced {
    /// Nothing where the item does not fit.
    pub(crate) put_in: Option<i32>,
    pub(crate) left_out: i32,
}

/// Tables of one knapsack, reused for the next.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The items worth a place in the table.
    worthy: Vec<usize>,
    width: usize,
    forward: Vec<i32>,
    backward: Vec<i32>,
    /// The best of all.
    best: i32,
    /// Whether everything that is worth something fits together.
    all_fit: bool,
}

/// All profits above 0 together stay below this.
pub(crate) const MOST_PROFIT: i32 = 1 << 29;

impl Table {
    /// The best that fits; `taken` says of each item whether it is in it.
    pub(crate) fn fill(&mut self, items: &[Item], room: usize, taken: &mut Vec<bool>) -> i32 {
        taken.clear();
        taken.resize(items.len(), false);
        self.worthy.clear();
        let (mut total, mut profit) = (0, 0);
        for (index, item) in items.iter().enumerate().filter(|(_, item)| item.profit > 0 && item.weight <= room) {
            self.worthy.push(index);
            total += item.weight;
            profit += item.profit;
        }
        self.width = room.min(total) + 1;
        if total <= room {
            self.worthy.iter().for_each(|index| taken[*index] = true);
            (self.best, self.all_fit) = (profit, true);
            return profit;
        }
        self.all_fit = false;
        let width = self.width;
        let rows = self.worthy.len() + 1;
        if self.forward.len() < rows * width {
            self.forward.resize(rows * width, 0);
        }
        self.forward[..width].fill(0);
        for (row, index) in self.worthy.iter().enumerate() {
            let (done, next) = self.forward.split_at_mut((row + 1) * width);
            extend(&done[row * width..], &mut next[..width], items[*index]);
        }
        let mut room = width - 1;
        self.best = self.forward[self.worthy.len() * width + room];
        for (row, index) in self.worthy.iter().enumerate().rev() {
            if self.forward[(row + 1) * width + room] != self.forward[row * width + room] {
                taken[*index] = true;
                room -= items[*index].weight;
            }
        }
        self.best
    }

    /// How many places the last table had.
    pub(crate) fn places(&self) -> u64 {
        if self.all_fit { 0 } else { (self.worthy.len() * self.width) as u64 }
    }

    /// What forcing each item costs, after [`fill`](Self::fill) with the same items and the same room.
    pub(crate) fn force(&mut self, items: &[Item], room: usize, forced: &mut Vec<Forced>) {
        let (width, best) = (self.width, self.best);
        forced.clear();
        if self.all_fit {
            self.force_where_all_fit(items, room, forced);
            return;
        }
        let last = &self.forward[self.worthy.len() * width..][..width];
        // Items without a place in the table stay out at no cost.
        forced.extend(items.iter().map(|item| {
            let fits = item.weight <= room && item.weight < width;
            Forced { put_in: fits.then(|| best - last[width - 1 - item.weight] - item.profit), left_out: 0 }
        }));
        // From the other end, and from the full room down: the place `c` is for a room of `room - c`.
        self.backward.clear();
        self.backward.resize(2 * width, 0);
        let (mut now, mut next) = self.backward.split_at_mut(width);
        for (row, index) in self.worthy.iter().enumerate().rev() {
            let item = items[*index];
            let before = &self.forward[row * width..][..width];
            let left_out = most(before, now);
            let put_in = most(before, &now[item.weight..]) + item.profit;
            forced[*index] = Forced { put_in: Some(best - put_in), left_out: best - left_out };
            extend_down(now, next, item);
            std::mem::swap(&mut now, &mut next);
        }
    }

    /// Everything that is worth something is in: what comes in besides may have to push others out.
    fn force_where_all_fit(&mut self, items: &[Item], room: usize, forced: &mut Vec<Forced>) {
        let width = self.width;
        let total = width - 1;
        let most_beside = items.iter().filter(|item| item.weight <= room && item.profit <= 0).map(|item| item.weight);
        let is_pushing = most_beside.max().is_some_and(|weight| total + weight > room);
        if is_pushing {
            let mut flat = vec![0_i32; width];
            let mut next = vec![0_i32; width];
            for index in &self.worthy {
                extend(&flat, &mut next, items[*index]);
                std::mem::swap(&mut flat, &mut next);
            }
            self.backward = flat;
        }
        for item in items {
            let is_in = item.profit > 0;
            let put_in = match () {
                () if item.weight > room => None,
                () if is_in => Some(0),
                () if total + item.weight <= room => Some(-item.profit),
                () => Some(self.best - self.backward[room - item.weight] - item.profit),
            };
            forced.push(Forced { put_in, left_out: if is_in && item.weight <= room { item.profit } else { 0 } });
        }
    }
}

/// `to[c] = max(from[c], from[c - weight] + profit)`
fn extend(from: &[i32], to: &mut [i32], item: Item) {
    let (low, high) = to.split_at_mut(item.weight);
    low.copy_from_slice(&from[..item.weight]);
    for ((to, stay), take) in high.iter_mut().zip(&from[item.weight..]).zip(from) {
        *to = (*stay).max(take.wrapping_add(item.profit));
    }
}

/// `to[c] = max(from[c], from[c + weight] + profit)`
fn extend_down(from: &[i32], to: &mut [i32], item: Item) {
    let (low, high) = to.split_at_mut(from.len() - item.weight);
    for ((to, stay), take) in low.iter_mut().zip(from).zip(&from[item.weight..]) {
        *to = (*stay).max(take.wrapping_add(item.profit));
    }
    high.copy_from_slice(&from[from.len() - item.weight..]);
}

/// The largest sum of two at the same place.
fn most(one: &[i32], other: &[i32]) -> i32 {
    let mut lanes = [i32::MIN; 8];
    let length = one.len().min(other.len());
    let (ones, others) = (one[..length].chunks_exact(8), other[..length].chunks_exact(8));
    let rest = ones.remainder().iter().zip(others.remainder()).map(|(a, b)| a.wrapping_add(*b)).max();
    for (ones, others) in ones.zip(others) {
        for lane in 0..8 {
            lanes[lane] = lanes[lane].max(ones[lane].wrapping_add(others[lane]));
        }
    }
    lanes.into_iter().chain(rest).max().unwrap_or(i32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The best over all subsets that agree with `is_allowed`.
    fn enumerated(items: &[Item], room: usize, is_allowed: impl Fn(u32) -> bool) -> Option<i32> {
        let of = |set: u32| {
            let taken = items.iter().enumerate().filter(move |(index, _)| set >> index & 1 == 1);
            taken.fold((0, 0), |(weight, profit), (_, item)| (weight + item.weight, profit + item.profit))
        };
        let sets = (0..1_u32 << items.len()).filter(|set| is_allowed(*set));
        sets.map(of).filter(|(weight, _)| *weight <= room).map(|(_, profit)| profit).max()
    }

    #[test]
    fn tables_agree_with_enumeration() {
        let mut random = Random::new(7);
        let mut table = Table::default();
        let (mut taken, mut forced) = (Vec::new(), Vec::new());
        for _ in 0..2_000 {
            let count = random.below(9);
            let profit = |random: &mut Random| random.below(60) as i32 - 15;
            let items: Vec<Item> =
                (0..count).map(|_| Item { weight: random.below(20), profit: profit(&mut random) }).collect();
            let most = 20 + 10 * random.below(8);
            let room = random.below(most);
            let best = table.fill(&items, room, &mut taken);
            assert_eq!(Some(best), enumerated(&items, room, |_| true), "{items:?} in {room}");
            let set = taken.iter().enumerate().fold(0, |set, (index, is_in)| set | u32::from(*is_in) << index);
            assert_eq!(enumerated(&items, room, |other| other == set), Some(best), "{items:?} in {room}");
            table.force(&items, room, &mut forced);
            for (index, forced) in forced.iter().enumerate() {
                let put_in = enumerated(&items, room, |set| set >> index & 1 == 1);
                let left_out = enumerated(&items, room, |set| set >> index & 1 == 0);
                assert_eq!(forced.put_in.map(|loss| best - loss), put_in, "{items:?} in {room}, {index}");
                assert_eq!(Some(best - forced.left_out), left_out, "{items:?} in {room}, {index}");
            }
        }
    }
}
