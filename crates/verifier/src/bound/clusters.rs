//! Open trades that are counted together, because they move the same positions: a cluster.
//!
//! Its best is the largest of `Σ added + Σ F(P)` over all of its joint choices, found account by account:
//! `B_a(S) = max over T ⊆ S of B_{a-1}(S \ T) + g_a(T)`, the trades `T` of `S` being booked at account `a` for
//! `g_a(T) = Σ added + Σ F(P(T))`. The accounts at which it has no position of its own come first, as one: there each trade
//! goes where it adds most.
//!
//! A position belongs to a cluster when that leaves the cluster within [`MOST_TOGETHER`] trades, those that the fewest
//! trades move first. The larger a cluster, the tighter the bound; it is one either way.

use super::number::Number;

/// Trades in a cluster at most: there are `3^k` divisions of `k` trades at an account.
const MOST_TOGETHER: usize = 9;

/// Open trades with the positions that they move together.
pub(super) struct Cluster<N: Number> {
    /// Ascending, as indices; bit `j` of a set stands for the `j`-th.
    pub(super) trades: Vec<usize>,
    /// Ascending by account.
    seats: Vec<Seat<N>>,
}

/// An account with positions that the cluster moves.
struct Seat<N: Number> {
    account: usize,
    /// `Σ F(P)` by the set of trades booked here.
    worth: Vec<N::Product>,
}

/// A position that could belong to a cluster.
pub(super) struct Tie<N> {
    pub(super) position: usize,
    pub(super) account: usize,
    pub(super) base: N,
    /// The open trades that move it, as indices, with what they move it by.
    pub(super) trades: Vec<(usize, N)>,
}

/// What a set adds; nothing where one of its trades may not go there.
type Sum<N> = Option<<N as Number>::Product>;

/// The clusters of so many trades, and the positions that belong to one; `worth` says `F(P)` by position.
pub(super) fn clusters<N: Number>(
    trades: usize,
    mut ties: Vec<Tie<N>>,
    worth: impl Fn(usize, &N) -> N::Product,
) -> (Vec<Cluster<N>>, Vec<usize>) {
    ties.sort_by_key(|tie| (tie.trades.len(), tie.position));
    let mut groups = Groups { parent: (0..trades).collect(), size: vec![1; trades] };
    ties.retain(|tie| groups.joined(&tie.trades));
    let mut at = vec![None; trades];
    let mut found: Vec<Cluster<N>> = Vec::new();
    for trade in 0..trades {
        let root = groups.root(trade);
        if groups.size[root] > 1 {
            let place = *at[root].get_or_insert(found.len());
            if place == found.len() {
                found.push(Cluster { trades: Vec::new(), seats: Vec::new() });
            }
            found[place].trades.push(trade);
        }
    }
    ties.sort_by_key(|tie| (tie.account, tie.position));
    for tie in &ties {
        let place = at[groups.root(tie.trades[0].0)].expect("a tie has two trades");
        found[place].seat(tie, |position| worth(tie.position, position));
    }
    (found, ties.iter().map(|tie| tie.position).collect())
}

impl<N: Number> Cluster<N> {
    /// Takes a position in, accounts ascending.
    fn seat(&mut self, tie: &Tie<N>, worth: impl Fn(&N) -> N::Product) {
        let moved = |trade: &usize| tie.trades.iter().find(|(other, _)| other == trade).map(|(_, value)| value);
        let mut positions = vec![tie.base.clone()];
        for value in self.trades.iter().map(moved) {
            let with = |position: &N| value.map_or_else(|| position.clone(), |value| position.plus(value));
            let more: Vec<N> = positions.iter().map(with).collect();
            positions.extend(more);
        }
        match self.seats.last_mut() {
            Some(seat) if seat.account == tie.account => {
                for (sum, position) in seat.worth.iter_mut().zip(&positions) {
                    *sum = N::sum(sum, &worth(position));
                }
            }
            _ => self.seats.push(Seat { account: tie.account, worth: positions.iter().map(worth).collect() }),
        }
    }

    /// The largest sum of any joint choice. `added` says what each trade adds at each account that it may go to.
    pub(super) fn best<'s>(&self, added: impl Fn(usize) -> &'s [(usize, N::Product)]) -> N::Product
    where
        N: 's,
    {
        let (_, tables) = self.tables(&added);
        let (last, before) = tables.split_last().expect("a cluster has positions at some account");
        let before =
            before.iter().fold(None, |before: Option<Vec<Sum<N>>>, own| both::<N>(before.as_deref(), Some(own)));
        let best = match before {
            // Of the last account only the whole counts.
            Some(before) => divided::<N>(&before, last),
            None => last.last().cloned().flatten(),
        };
        best.expect("every trade may go somewhere")
    }

    /// The largest sums with one of some choices each, trades and accounts where those may go.
    pub(super) fn forced<'s>(
        &self,
        added: impl Fn(usize) -> &'s [(usize, N::Product)],
        choices: &[(usize, usize)],
    ) -> Vec<N::Product>
    where
        N: 's,
    {
        let (is_alone_first, tables) = self.tables(&added);
        let first_seat = usize::from(is_alone_first);
        let seat = |account: usize| self.seats.iter().position(|seat| seat.account == account);
        let table_of = |account: usize| seat(account).map_or(0, |seat| first_seat + seat);
        let asked: Vec<usize> = choices.iter().map(|(_, account)| table_of(*account)).collect();
        let (Some(lowest), Some(highest)) = (asked.iter().min(), asked.iter().max()) else { return Vec::new() };
        let mut before: Vec<Option<Vec<Sum<N>>>> = vec![None];
        for own in &tables[..*highest] {
            before.push(both::<N>(before.last().and_then(Option::as_deref), Some(own)));
        }
        let mut largest = vec![N::no_product(); choices.len()];
        let mut after: Option<Vec<Sum<N>>> = None;
        for (table, own) in tables.iter().enumerate().skip(*lowest).rev() {
            if asked.contains(&table) {
                let rest = both::<N>(before[table].as_deref(), after.as_deref());
                for choice in (0..choices.len()).filter(|choice| asked[*choice] == table) {
                    let (trade, account) = choices[choice];
                    let bit =
                        self.trades.iter().position(|other| *other == trade).expect("the trade is in its cluster");
                    let forced = with_bit::<N>(own, rest.as_deref(), bit).expect("the account is open");
                    largest[choice] = if is_alone_first && table == 0 {
                        let best = self.alone(added(trade)).expect("the account is one of those");
                        N::sum(&N::difference(&forced, best), at::<N>(added(trade), account).expect("it is open"))
                    } else {
                        forced
                    };
                }
            }
            if table > *lowest {
                after = both::<N>(Some(own), after.as_deref());
            }
        }
        largest
    }

    /// What each set of trades adds at each account that has a position of the cluster. First of all, and said so, at those
    /// that have none, where a trade may go to one.
    fn tables<'s>(&self, added: &impl Fn(usize) -> &'s [(usize, N::Product)]) -> (bool, Vec<Vec<Sum<N>>>)
    where
        N: 's,
    {
        let mut tables = Vec::with_capacity(self.seats.len() + 1);
        let alone: Vec<Option<&N::Product>> = self.trades.iter().map(|trade| self.alone(added(*trade))).collect();
        let is_alone_first = alone.iter().any(Option::is_some);
        if is_alone_first {
            tables.push(subsets::<N>(alone.into_iter()));
        }
        for seat in &self.seats {
            let mut own = subsets::<N>(self.trades.iter().map(|trade| at::<N>(added(*trade), seat.account)));
            for (sum, worth) in own.iter_mut().zip(&seat.worth) {
                *sum = sum.as_ref().map(|sum| N::sum(sum, worth));
            }
            tables.push(own);
        }
        (is_alone_first, tables)
    }

    /// The most that a trade adds at an account without a position of the cluster; nothing where it may go to none.
    fn alone<'s>(&self, added: &'s [(usize, N::Product)]) -> Option<&'s N::Product> {
        let is_alone = |account: usize| self.seats.iter().all(|seat| seat.account != account);
        added.iter().filter(|(account, _)| is_alone(*account)).map(|(_, added)| added).max()
    }
}

/// What is added at an account; nothing where a trade may not go there.
fn at<N: Number>(added: &[(usize, N::Product)], account: usize) -> Option<&N::Product> {
    added.iter().find(|(other, _)| *other == account).map(|(_, added)| added)
}

/// The largest sums of all sets divided between the two, if they are there.
fn both<N: Number>(one: Option<&[Sum<N>]>, other: Option<&[Sum<N>]>) -> Option<Vec<Sum<N>>> {
    let (Some(one), Some(other)) = (one, other) else { return one.or(other).map(<[Sum<N>]>::to_vec) };
    let mut most = vec![None; one.len()];
    merge::<N>(one, other, &mut most);
    Some(most)
}

/// The largest sum of the whole that has a trade here, what is not here divided between the others.
fn with_bit<N: Number>(own: &[Sum<N>], rest: Option<&[Sum<N>]>, bit: usize) -> Sum<N> {
    let Some(rest) = rest else { return own.last().cloned().flatten() };
    let pairs = own.iter().zip(rest.iter().rev()).enumerate().filter(|(set, _)| set & (1 << bit) != 0);
    pairs.filter_map(|(_, (own, rest))| Some(N::sum(own.as_ref()?, rest.as_ref()?))).max()
}

/// The sums of all sets of these.
fn subsets<'s, N: Number + 's>(added: impl ExactSizeIterator<Item = Option<&'s N::Product>>) -> Vec<Sum<N>> {
    let mut sums = Vec::with_capacity(1 << added.len());
    sums.push(Some(N::no_product()));
    for added in added {
        for set in 0..sums.len() {
            let with = sums[set].as_ref().zip(added).map(|(sum, added)| N::sum(sum, added));
            sums.push(with);
        }
    }
    sums
}

/// The largest sum of the whole divided between the two.
fn divided<N: Number>(one: &[Sum<N>], other: &[Sum<N>]) -> Sum<N> {
    let pairs =
        one.iter().zip(other.iter().rev()).filter_map(|(one, other)| Some(N::sum(one.as_ref()?, other.as_ref()?)));
    pairs.max()
}

/// Raises `most` to the largest sum of each set divided between the two. With the last trade apart from the others: nobody
/// has it, or one of the two.
fn merge<N: Number>(one: &[Sum<N>], other: &[Sum<N>], most: &mut [Sum<N>]) {
    if let ([one], [other], [most]) = (one, other, &mut *most) {
        if let (Some(one), Some(other)) = (one, other) {
            let sum = N::sum(one, other);
            if most.as_ref().is_none_or(|most| *most < sum) {
                *most = Some(sum);
            }
        }
        return;
    }
    let half = one.len() / 2;
    let (without, with) = most.split_at_mut(half);
    let ((one_without, one_with), (other_without, other_with)) = (one.split_at(half), other.split_at(half));
    merge::<N>(one_without, other_without, without);
    merge::<N>(one_with, other_without, with);
    merge::<N>(one_without, other_with, with);
}

/// Groups of trades that grow together.
struct Groups {
    parent: Vec<usize>,
    size: Vec<usize>,
}

impl Groups {
    fn root(&self, trade: usize) -> usize {
        let mut root = trade;
        while self.parent[root] != root {
            root = self.parent[root];
        }
        root
    }

    /// Makes one group of these, unless it would be too large.
    fn joined<N>(&mut self, trades: &[(usize, N)]) -> bool {
        let mut roots: Vec<usize> = trades.iter().map(|(trade, _)| self.root(*trade)).collect();
        roots.sort_unstable();
        roots.dedup();
        let size = roots.iter().map(|root| self.size[*root]).sum();
        if size > MOST_TOGETHER {
            return false;
        }
        roots.iter().for_each(|root| self.parent[*root] = roots[0]);
        self.size[roots[0]] = size;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By set, what it adds at a place; every fifth set may not go there.
    fn sums(trades: u32, seed: i128) -> Vec<Sum<i128>> {
        let sum = |set: i128| (set % 5 != seed % 5).then(|| ((set + seed) * 7_919 % 1_009 - 500).times(&1));
        (0..1_i128 << trades).map(sum).collect()
    }

    #[test]
    fn the_largest_division_of_every_set_is_that_of_all_divisions() {
        for (trades, seed) in (1..6).flat_map(|trades| (0..20).map(move |seed| (trades, seed))) {
            let (one, other) = (sums(trades, seed), sums(trades, 3 * seed + 1));
            let largest = |set: usize| {
                let parts = (0..one.len()).filter(|part| part & !set == 0);
                parts.filter_map(|part| Some(i128::sum(one[set ^ part].as_ref()?, other[part].as_ref()?))).max()
            };
            let expected: Vec<Sum<i128>> = (0..one.len()).map(largest).collect();
            let mut merged = vec![None; one.len()];
            merge::<i128>(&one, &other, &mut merged);
            assert_eq!(merged, expected);
            assert_eq!(divided::<i128>(&one, &other), expected[one.len() - 1]);
        }
    }
}
