//! Movers that are priced together, because they move the same positions: a cluster.
//!
//! With prices `λ` a position costs `κ·n(P)`, `n(P) = max(-P, 0)`, and ties those together that move it. Where they are
//! few, the cheapest of all their joint choices is found exactly, for either sign of `κ`, by a dynamic programme over
//! accounts: `F_a(S) = min over T ⊆ S of F_{a-1}(S \ T) + g_a(T)`, the movers `T` of `S` being booked at account `a`
//! for `g_a(T) = Σ reduced costs + Σ κ·n(P(T))`. All accounts at which no position ties the cluster together are one
//! table, to begin with: there each mover chooses for itself.
//!
//! A position is tied together by a cluster when that keeps the cluster small, those with the fewest movers first.

use crate::kernel::{Kernel, MANY};

/// No choice there is open, or no position's.
const NONE: usize = usize::MAX;
/// Movers in a cluster at most: the programme takes `3^k` steps an account.
const MOST_TOGETHER: usize = 9;
/// With more movers than [`MANY`] so few that the programme costs no more than the choices themselves.
const MOST_OF_MANY: usize = 5;

/// Movers that are priced together.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// As indices of the view's open movers; bit `j` of a set stands for the `j`-th.
    pub(crate) movers: Vec<usize>,
    /// Places among the view's choices where no position ties the cluster together, by mover.
    alone: Vec<Vec<usize>>,
    seats: Vec<Seat>,
}

/// An account where positions tie the cluster together.
#[derive(Debug)]
struct Seat {
    /// The place of each mover's choice among the view's, or [`NONE`].
    places: Vec<usize>,
    /// Each position with `n(P)` by the set of movers that are booked here.
    shorts: Vec<(usize, Vec<f64>)>,
}

/// A position that could tie movers together: between two signs, and moved by two movers or more.
pub(crate) struct Tie {
    pub(crate) position: usize,
    pub(crate) base: f64,
    /// Open movers, as indices of the view's, with what they move it by.
    pub(crate) movers: Vec<(usize, f64)>,
}

/// The tables of a cluster, kept to be used again: one for those that are alone, one for each seat.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// How many sets there are.
    sets: usize,
    /// What a set costs at a seat.
    own: Vec<f64>,
    /// The cheapest for a set at the seats up to this one.
    before: Vec<f64>,
}

/// The clusters of a view; `is_tied` says by position which are exact in them.
pub(crate) fn clusters(
    kernel: &Kernel<'_>,
    (first, choices): (&[usize], &[usize]),
    mut ties: Vec<Tie>,
) -> (Vec<Cluster>, Vec<bool>) {
    let mut is_tied = vec![false; kernel.positions.len()];
    ties.sort_by_key(|tie| (tie.movers.len(), tie.position));
    let most = if kernel.movers.len() > MANY { MOST_OF_MANY } else { MOST_TOGETHER };
    let mut groups = Groups::new(first.len() - 1, most);
    ties.retain(|tie| groups.joined(&tie.movers));
    let mut of_root = vec![NONE; first.len() - 1];
    let mut found: Vec<Cluster> = Vec::new();
    for mover in 0..first.len() - 1 {
        let root = groups.root(mover);
        if groups.size[root] < 2 {
            continue;
        }
        if of_root[root] == NONE {
            of_root[root] = found.len();
            found.push(Cluster { movers: Vec::new(), alone: Vec::new(), seats: Vec::new() });
        }
        let cluster = &mut found[of_root[root]];
        cluster.movers.push(mover);
        cluster.alone.push((first[mover]..first[mover + 1]).collect());
    }
    // Seats stand in the order of accounts, whichever tie came first.
    ties.sort_by_key(|tie| (kernel.positions[tie.position].account, tie.position));
    let mut last_seat = vec![NONE; found.len()];
    for tie in &ties {
        is_tied[tie.position] = true;
        let at = of_root[groups.root(tie.movers[0].0)];
        let account = kernel.positions[tie.position].account;
        found[at].seat(tie, (kernel, choices), last_seat[at] == account);
        last_seat[at] = account;
    }
    (found, is_tied)
}

impl Cluster {
    /// Takes a position in; at the seat of the one before, or at a new one.
    fn seat(&mut self, tie: &Tie, (kernel, choices): (&Kernel<'_>, &[usize]), is_same: bool) {
        let account = kernel.positions[tie.position].account;
        if !is_same {
            let mut places = vec![NONE; self.movers.len()];
            for (place, alone) in places.iter_mut().zip(&mut self.alone) {
                if let Some(here) = alone.iter().position(|place| kernel.account[choices[*place]] == account) {
                    *place = alone.remove(here);
                }
            }
            self.seats.push(Seat { places, shorts: Vec::new() });
        }
        let mut values = vec![0.0; self.movers.len()];
        for (mover, value) in &tie.movers {
            if let Some(bit) = self.movers.iter().position(|other| other == mover) {
                values[bit] = *value;
            }
        }
        let mut sums = Vec::with_capacity(1 << values.len());
        subsets(&mut sums, tie.base, values.into_iter());
        let shorts = sums.into_iter().map(|value| (-value).max(0.0)).collect();
        if let Some(seat) = self.seats.last_mut() {
            seat.shorts.push((tie.position, shorts));
        }
    }

    /// What pricing it takes, in choices priced.
    pub(crate) fn work(&self) -> usize {
        3_usize.pow(u32::try_from(self.movers.len()).unwrap_or(0)) * self.seats.len() / 32
    }

    /// The cheapest joint choice; `cheapest` gets the place of each mover's.
    pub(crate) fn settle(&self, reduced: &[f64], worth: &[f64], tables: &mut Tables, cheapest: &mut [usize]) -> f64 {
        self.fill(reduced, worth, tables);
        let all = tables.sets - 1;
        let mut left = all;
        for (index, seat) in self.seats.iter().enumerate().rev() {
            let here = cheapest_part(tables.before(index), tables.own(index + 1), left).1;
            for (bit, mover) in self.movers.iter().enumerate().filter(|(bit, _)| here & (1 << bit) != 0) {
                cheapest[*mover] = seat.places[bit];
            }
            left ^= here;
        }
        for (bit, mover) in self.movers.iter().enumerate().filter(|(bit, _)| left & (1 << bit) != 0) {
            cheapest[*mover] = self.cheapest_alone(bit, reduced).1;
        }
        tables.before(self.seats.len())[all]
    }

    /// What each choice costs more than the cheapest joint one when it is forced: into `excess`, by place.
    pub(crate) fn force(&self, reduced: &[f64], worth: &[f64], tables: &mut Tables, excess: &mut [f64]) {
        self.fill(reduced, worth, tables);
        let all = tables.sets - 1;
        let value = tables.before(self.seats.len())[all];
        let mut after: Option<Vec<f64>> = None;
        for index in (0..=self.seats.len()).rev() {
            let own = tables.own(index);
            let rest = match (index.checked_sub(1), &after) {
                (Some(before), Some(after)) => merged(tables.before(before), after),
                (Some(before), None) => tables.before(before).to_vec(),
                (None, Some(after)) => after.clone(),
                (None, None) => unreachable!("a cluster has a seat"),
            };
            for bit in 0..self.movers.len() {
                let with = (0..=all).filter(|set| set & (1 << bit) != 0);
                let forced = with.map(|set| own[set] + rest[all ^ set]).fold(f64::INFINITY, f64::min) - value;
                match index.checked_sub(1) {
                    Some(seat) if self.seats[seat].places[bit] == NONE => {}
                    Some(seat) => excess[self.seats[seat].places[bit]] = forced,
                    None => {
                        let least = self.cheapest_alone(bit, reduced).0;
                        self.alone[bit].iter().for_each(|place| excess[*place] = forced + (reduced[*place] - least));
                    }
                }
            }
            after = Some(after.map_or_else(|| own.to_vec(), |after| merged(&after, own)));
        }
    }

    /// The tables under these costs.
    fn fill(&self, reduced: &[f64], worth: &[f64], tables: &mut Tables) {
        let sets = 1 << self.movers.len();
        let Tables { own, before, .. } = tables;
        tables.sets = sets;
        own.clear();
        before.clear();
        let alone = |bit| self.cheapest_alone(bit, reduced).0;
        subsets(own, 0.0, (0..self.movers.len()).map(alone));
        let is_nobody_alone = own[1..].iter().all(|cost| cost.is_infinite());
        before.extend_from_slice(own);
        for (index, seat) in self.seats.iter().enumerate() {
            let cost = |place: &usize| if *place == NONE { f64::INFINITY } else { reduced[*place] };
            subsets(own, 0.0, seat.places.iter().map(cost));
            let here = &mut own[(index + 1) * sets..];
            for (position, shorts) in &seat.shorts {
                let worth = worth[*position];
                here.iter_mut().zip(shorts).for_each(|(cost, short)| *cost += worth * short);
            }
            let known = &before[index * sets..];
            if index == 0 && is_nobody_alone {
                before.extend_from_slice(here);
            } else if index + 1 == self.seats.len() {
                // Of the last account only the whole counts.
                let whole = cheapest_part(known, here, sets - 1).0;
                before.resize((index + 2) * sets - 1, f64::INFINITY);
                before.push(whole);
            } else {
                before.resize((index + 2) * sets, f64::INFINITY);
                let (known, next) = before.split_at_mut((index + 1) * sets);
                merge(&known[index * sets..], here, next);
            }
        }
    }

    /// The cheapest choice of a mover where no position ties it, with its place.
    fn cheapest_alone(&self, bit: usize, reduced: &[f64]) -> (f64, usize) {
        let alone = self.alone[bit].iter();
        alone.fold(
            (f64::INFINITY, NONE),
            |best, place| {
                if reduced[*place] < best.0 { (reduced[*place], *place) } else { best }
            },
        )
    }
}

impl Tables {
    fn own(&self, index: usize) -> &[f64] {
        &self.own[index * self.sets..][..self.sets]
    }

    fn before(&self, index: usize) -> &[f64] {
        &self.before[index * self.sets..][..self.sets]
    }
}

/// Appends the sums of all sets of these: `empty`, and the values of the members.
fn subsets(sums: &mut Vec<f64>, empty: f64, values: impl Iterator<Item = f64>) {
    let start = sums.len();
    sums.push(empty);
    for value in values {
        for set in start..sums.len() {
            sums.push(sums[set] + value);
        }
    }
}

/// By set, the cheapest division of it between the two.
fn merged(one: &[f64], other: &[f64]) -> Vec<f64> {
    let mut cheapest = vec![f64::INFINITY; one.len()];
    merge(one, other, &mut cheapest);
    cheapest
}

/// Lowers `cheapest` to the cheapest division of each set between the two. With the last member apart from the others:
/// nobody has it, or one of the two.
fn merge(one: &[f64], other: &[f64], cheapest: &mut [f64]) {
    if let (Ok(one), Ok(other), Ok(cheapest)) =
        (one.try_into(), other.try_into(), <&mut [f64; 4]>::try_from(&mut *cheapest))
    {
        return merge_two(one, other, cheapest);
    }
    let half = one.len() / 2;
    let (without, with) = cheapest.split_at_mut(half);
    let ((one_without, one_with), (other_without, other_with)) = (one.split_at(half), other.split_at(half));
    merge(one_without, other_without, without);
    merge(one_with, other_without, with);
    merge(one_without, other_with, with);
}

/// [`merge`] for sets of two.
fn merge_two(one: &[f64; 4], other: &[f64; 4], cheapest: &mut [f64; 4]) {
    let least = |known: f64, cost: f64| if cost < known { cost } else { known };
    cheapest[0] = least(cheapest[0], one[0] + other[0]);
    cheapest[1] = least(cheapest[1], least(one[1] + other[0], one[0] + other[1]));
    cheapest[2] = least(cheapest[2], least(one[2] + other[0], one[0] + other[2]));
    let apart = least(one[1] + other[2], one[2] + other[1]);
    cheapest[3] = least(cheapest[3], least(apart, least(one[3] + other[0], one[0] + other[3])));
}

/// The cheapest division of a set between the two, with what goes to the other.
fn cheapest_part(one: &[f64], other: &[f64], set: usize) -> (f64, usize) {
    let (one, other) = (&one[..=set], &other[..=set]);
    let mut best = (f64::INFINITY, set);
    let mut part = set;
    loop {
        let cost = one[set ^ part] + other[part];
        if cost < best.0 {
            best = (cost, part);
        }
        if part == 0 {
            return best;
        }
        part = (part - 1) & set;
    }
}

/// Groups of movers that grow together.
struct Groups {
    parent: Vec<usize>,
    size: Vec<usize>,
    /// The largest that a group may be.
    most: usize,
}

impl Groups {
    fn new(movers: usize, most: usize) -> Self {
        Self { parent: (0..movers).collect(), size: vec![1; movers], most }
    }

    fn root(&mut self, mover: usize) -> usize {
        let mut root = mover;
        while self.parent[root] != root {
            self.parent[root] = self.parent[self.parent[root]];
            root = self.parent[root];
        }
        root
    }

    /// Makes one group of these, unless it would be too large.
    fn joined(&mut self, movers: &[(usize, f64)]) -> bool {
        let mut roots: Vec<usize> = movers.iter().map(|(mover, ..)| self.root(*mover)).collect();
        roots.sort_unstable();
        roots.dedup();
        let size: usize = roots.iter().map(|root| self.size[*root]).sum();
        if size > self.most {
            return false;
        }
        for root in &roots[1..] {
            self.parent[*root] = roots[0];
        }
        self.size[roots[0]] = size;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Two or more movers at a place each of `accounts` accounts, the first of which ties nobody; whole numbers for
    /// costs, positions and what short is worth, so that sums are exact.
    #[derive(Debug, Clone)]
    struct Case {
        movers: usize,
        accounts: usize,
        /// By mover, then account: whether it may go there, and what that costs.
        costs: Vec<(bool, i32)>,
        /// By account, two positions each: what they hold, and `κ`.
        positions: Vec<(i32, i32)>,
        /// By position, then mover: what it moves.
        moved: Vec<i32>,
    }

    fn case() -> impl Strategy<Value = Case> {
        (2_usize..5, 2_usize..5).prop_flat_map(|(movers, accounts)| {
            let costs = vec((prop::bool::weighted(0.8), -50_i32..50), movers * accounts);
            let positions = vec((-20_i32..20, -9_i32..9), 2 * accounts);
            (costs, positions, vec(-15_i32..15, 2 * accounts * movers)).prop_map(
                move |(mut costs, positions, moved)| {
                    (0..movers).for_each(|mover| costs[mover * accounts + mover % accounts].0 = true);
                    Case { movers, accounts, costs, positions, moved }
                },
            )
        })
    }

    impl Case {
        /// The cluster with what each of its places costs and each of its positions is worth. A choice that is not open
        /// has no place in it.
        fn cluster(&self) -> (Cluster, Vec<f64>, Vec<f64>) {
            let at = |mover: usize, account: usize| {
                let place = mover * self.accounts + account;
                if self.costs[place].0 { place } else { NONE }
            };
            let alone = |mover: usize| Some(at(mover, 0)).into_iter().filter(|place| *place != NONE).collect();
            let seat = |account: usize| Seat {
                places: (0..self.movers).map(|mover| at(mover, account)).collect(),
                shorts: [2 * account, 2 * account + 1].map(|position| (position, self.shorts(position))).into(),
            };
            let (movers, alone) = ((0..self.movers).collect(), (0..self.movers).map(alone).collect());
            let cluster = Cluster { movers, alone, seats: (1..self.accounts).map(seat).collect() };
            let reduced = self.costs.iter().map(|(_, cost)| f64::from(*cost)).collect();
            (cluster, reduced, self.positions.iter().map(|(_, worth)| f64::from(*worth)).collect())
        }

        /// `n(P)` by set.
        fn shorts(&self, position: usize) -> Vec<f64> {
            let moved =
                |set: usize, mover: usize| if set & (1 << mover) == 0 { 0 } else { self.moves(position, mover) };
            let value = |set| (0..self.movers).fold(self.positions[position].0, |sum, mover| sum + moved(set, mover));
            (0..1 << self.movers).map(|set| f64::from((-value(set)).max(0))).collect()
        }

        fn moves(&self, position: usize, mover: usize) -> i32 {
            self.moved[position * self.movers + mover]
        }

        /// Every joint choice, an account for each mover, with its cost.
        fn all(&self) -> Vec<(Vec<usize>, f64)> {
            let choices = (0..self.movers).fold(vec![Vec::new()], |known, mover| {
                let open = |choice: &Vec<usize>| {
                    let open = (0..self.accounts).filter(|account| self.costs[mover * self.accounts + account].0);
                    open.map(|account| [&choice[..], &[account]].concat()).collect::<Vec<_>>()
                };
                known.iter().flat_map(open).collect()
            });
            choices.into_iter().map(|choice| (choice.clone(), f64::from(self.cost(&choice)))).collect()
        }

        fn cost(&self, choice: &[usize]) -> i32 {
            let own = choice.iter().enumerate().map(|(mover, account)| self.costs[mover * self.accounts + account].1);
            let short = |position: usize| {
                let here = choice.iter().enumerate().filter(|(_, account)| **account == position / 2);
                let (base, worth) = self.positions[position];
                worth * (-here.fold(base, |value, (mover, _)| value + self.moves(position, mover))).max(0)
            };
            // The positions of the first account tie nobody.
            own.sum::<i32>() + (2..self.positions.len()).map(short).sum::<i32>()
        }
    }

    proptest! {
        #[test]
        fn the_cheapest_joint_choice_is_the_cheapest_of_all(case in case()) {
            let (cluster, reduced, worth) = case.cluster();
            let mut cheapest = vec![NONE; case.movers];
            let value = cluster.settle(&reduced, &worth, &mut Tables::default(), &mut cheapest);
            let least = case.all().into_iter().map(|(_, cost)| cost).fold(f64::INFINITY, f64::min);
            prop_assert_eq!(value, least);
            let choice: Vec<usize> = cheapest.iter().map(|place| place % case.accounts).collect();
            prop_assert_eq!(f64::from(case.cost(&choice)), least, "it is that of the choice it names");
        }

        #[test]
        fn a_forced_choice_costs_what_the_cheapest_with_it_costs(case in case()) {
            let (cluster, reduced, worth) = case.cluster();
            let mut excess = vec![f64::NAN; reduced.len()];
            cluster.force(&reduced, &worth, &mut Tables::default(), &mut excess);
            let all = case.all();
            let least = |with: &dyn Fn(&[usize]) -> bool| {
                let costs = all.iter().filter(|(choice, _)| with(choice)).map(|(_, cost)| *cost);
                costs.fold(f64::INFINITY, f64::min)
            };
            for place in (0..reduced.len()).filter(|place| case.costs[*place].0) {
                let (mover, account) = (place / case.accounts, place % case.accounts);
                prop_assert_eq!(excess[place], least(&|choice| choice[mover] == account) - least(&|_| true));
            }
        }

        #[test]
        fn merging_finds_the_cheapest_division_of_every_set(one in vec(-99_i32..99, 16), other in vec(-99_i32..99, 16)) {
            let floats = |numbers: &[i32]| numbers.iter().map(|number| f64::from(*number)).collect::<Vec<f64>>();
            let merged = merged(&floats(&one), &floats(&other));
            for (set, merged) in merged.into_iter().enumerate() {
                let parts = (0..16_usize).filter(|part| part & !set == 0);
                prop_assert_eq!(Some(merged), parts.map(|part| f64::from(one[set ^ part] + other[part])).reduce(f64::min));
            }
        }
    }
}
