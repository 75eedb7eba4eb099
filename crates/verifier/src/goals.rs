//! The levels of an objective with strict priorities, and the changes from the last plan.
//! `Lₖ = Σ_a OP·W·M` of the level's metric; in the last level of all that is not in the order, less
//! `cost_per_change · changes`. A change is a trade of the day that the last plan has at one account and that is booked
//! at another.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountId, Amount, Day, Desk, MetricName, TradeId};
use metric_engine::Book;

use crate::claim::{ClaimedChanges, ClaimedLevel, level_name};
use crate::inputs::worth;
use crate::numbers::Values;
use crate::value::Value;
use crate::{Claim, Discrepancy};

/// What the desk's wishes come to in an assignment.
pub(crate) struct Goals<'a> {
    desk: &'a Desk,
    /// The part of the objective that each metric has, all accounts together; metrics that count alone.
    parts: BTreeMap<&'a MetricName, Amount>,
    changes: Option<ClaimedChanges>,
}

impl<'a> Goals<'a> {
    /// Of the values `after` an assignment, `placement`.
    pub(crate) fn of(desk: &'a Desk, day: &Day, book: &Book, placement: &[usize], after: &Values) -> Self {
        let mut parts: BTreeMap<&MetricName, Amount> = BTreeMap::new();
        for (account, after) in desk.accounts.iter().zip(after) {
            for (metric, value) in account.metrics.iter().zip(after) {
                let unlimited = metric.limit.min.is_none() && metric.limit.max.is_none();
                let worth = worth(desk, metric);
                if let Value::Sum(value) = value
                    && !worth.is_zero()
                    && (unlimited || desk.objective.include_limited)
                {
                    *parts.entry(&metric.name).or_default() += &(&worth * value);
                }
            }
        }
        Self { desk, parts, changes: changes(desk, day, book, placement) }
    }

    /// The whole objective; nothing where no metric counts and no change costs anything.
    pub(crate) fn objective(&self) -> Option<Amount> {
        let cost = self.cost();
        let counts = !self.parts.is_empty() || !cost.is_zero();
        counts.then(|| self.parts.values().sum::<Amount>() - cost)
    }

    /// Adds that there are more changes than there may be.
    pub(crate) fn limit_changes(&self, found: &mut Vec<Discrepancy>) {
        if let Some(ClaimedChanges { changed, max_changes: Some(most), .. }) = self.changes
            && changed > u64::from(most)
        {
            found.push(Discrepancy::TooManyChanges { changes: changed, most });
        }
    }

    fn cost(&self) -> Amount {
        self.changes.as_ref().map_or_else(Amount::zero, |changes| changes.cost.clone())
    }

    /// What everything that is not in the order comes to; nothing where there is nothing of the kind.
    fn rest(&self) -> Option<Amount> {
        let ordered: BTreeSet<&MetricName> = self.desk.objective.order.iter().map(|ordered| &ordered.metric).collect();
        let rest = || self.parts.iter().filter(|(metric, _)| !ordered.contains(*metric)).map(|(_, part)| part);
        let cost = self.cost();
        (rest().next().is_some() || !cost.is_zero()).then(|| rest().sum::<Amount>() - cost)
    }

    /// What each level comes to, by its metric.
    pub(crate) fn expected_levels(&self) -> Vec<(Option<MetricName>, Amount)> {
        if self.desk.objective.order.is_empty() {
            return Vec::new();
        }
        let ordered = self.desk.objective.order.iter().map(|ordered| {
            let part = self.parts.get(&ordered.metric).cloned().unwrap_or_default();
            (Some(ordered.metric.clone()), part)
        });
        ordered.chain(self.rest().map(|rest| (None, rest))).collect()
    }
}

/// Adds everything that the claim says of levels and changes and that the inputs do not give. `goals` is nothing where
/// there is no assignment.
pub(crate) fn check(goals: Option<&Goals<'_>>, claim: &Claim, found: &mut Vec<Discrepancy>) {
    let changes = goals.and_then(|goals| goals.changes.as_ref());
    check_changes(changes, claim.changes.as_ref(), found);
    if let Some(goals) = goals {
        goals.limit_changes(found);
    }
    let mut expected = goals.map(Goals::expected_levels).unwrap_or_default();
    if expected.len() + 1 == claim.levels.len() && claim.levels.last().is_some_and(|level| level.metric.is_none()) {
        // A last level in which only changes count, and none was made.
        expected.push((None, Amount::zero()));
    }
    let published: Vec<String> = claim.levels.iter().map(ClaimedLevel::name).collect();
    let given: Vec<String> = expected.iter().map(|(metric, _)| level_name(metric.as_ref())).collect();
    if published != given {
        found.push(Discrepancy::LevelsDiffer { published: published.join(", "), given: given.join(", ") });
        return;
    }
    for (index, (claimed, (_, value))) in claim.levels.iter().zip(expected).enumerate() {
        let level = given[index].clone();
        let best = &value + &claimed.given_up;
        if claimed.value != value {
            let published = claimed.value.clone();
            found.push(Discrepancy::LevelDiffers { level: level.clone(), published, recomputed: value });
        }
        let allowed = goals.map_or_else(Amount::zero, |goals| allowed(goals.desk, index, &best));
        if claimed.given_up.is_negative() || claimed.given_up > allowed {
            let given_up = claimed.given_up.clone();
            found.push(Discrepancy::GivenUpTooMuch { level, given_up, allowed });
        }
        check_bounds(claimed, &best, found);
    }
}

/// How far a level of the order, from 0, may end below its best value.
pub(crate) fn allowed(desk: &Desk, level: usize, best: &Amount) -> Amount {
    desk.objective.order.get(level).map(|ordered| ordered.give_up).unwrap_or_default().allowed(best)
}

/// Adds a bound that is none, and one that is not the best that is known. Both hold for assignments that keep the levels
/// before, as the one with the best value does.
fn check_bounds(level: &ClaimedLevel, best: &Amount, found: &mut Vec<Discrepancy>) {
    if let Some(bound) = level.bound.iter().chain(&level.certified_bound).filter(|bound| *bound < best).min() {
        let (level, bound) = (level.name(), bound.clone());
        found.push(Discrepancy::LevelBoundExceeded { level, bound, reached: best.clone() });
    }
    if let Some(certified) = &level.certified_bound
        && level.bound.as_ref().is_none_or(|bound| bound > certified)
    {
        let (level, bound, certified) = (level.name(), level.bound.clone(), certified.clone());
        found.push(Discrepancy::LevelBoundAboveCertified { level, bound, certified });
    }
}

/// The changes that a placement makes; nothing where the desk has no last plan to stay close to.
fn changes(desk: &Desk, day: &Day, book: &Book, placement: &[usize]) -> Option<ClaimedChanges> {
    let keep = desk.objective.keep.as_ref()?;
    let homes: BTreeMap<&TradeId, &AccountId> = day.last_plan.iter().map(|row| (&row.trade, &row.account)).collect();
    let booked = book.trades.iter().zip(placement).map(|(line, account)| (&line.id, &desk.accounts[*account].id));
    let planned: Vec<_> = booked.filter_map(|(trade, to)| Some((trade, *homes.get(trade)?, to))).collect();
    let moved = planned.iter().filter(|(_, from, to)| from != to);
    let trades: Vec<_> = moved.map(|(trade, from, to)| ((*trade).clone(), (*from).clone(), (*to).clone())).collect();
    let number = Amount::from(i64::try_from(trades.len()).unwrap_or(i64::MAX));
    Some(ClaimedChanges {
        planned: planned.len() as u64,
        changed: trades.len() as u64,
        cost: &Amount::from(keep.cost_per_change) * &number,
        max_changes: keep.max_changes,
        trades,
    })
}

fn check_changes(given: Option<&ClaimedChanges>, published: Option<&ClaimedChanges>, found: &mut Vec<Discrepancy>) {
    if given != published {
        let text = |changes: Option<&ClaimedChanges>| changes.map_or("nothing".to_owned(), ToString::to_string);
        found.push(Discrepancy::ChangesDiffer { published: text(published), recomputed: text(given) });
    }
}
