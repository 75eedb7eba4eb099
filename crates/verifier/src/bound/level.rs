//! What a certificate is about: the whole objective of the desk, or one level of its order.
//!
//! The bound of a level is one on `Lₖ = Σ OP·W·M` over the level's metric at every account, or over all that is not in the
//! order, less what changes cost. It holds for every assignment that keeps the limits and `Lⱼ >= floorⱼ` for the levels
//! before it: a floor is a limit like any other, with the room `Lⱼ - floorⱼ`, which is at or above 0 where it is kept.

use std::collections::BTreeMap;

use domain::certificate::{Floor, LevelCertificate};
use domain::{Amount, Desk, MetricName};
use metric_engine::Book;

use super::NoProof;
use super::room::Room;
use super::worth::worths;

/// What a bound is one on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    /// The objective of the desk, all of it.
    Whole,
    /// One level of it.
    Level(&'a LevelCertificate),
}

impl<'a> Scope<'a> {
    /// Whether a metric counts in what is bounded.
    pub(super) fn counts(self, desk: &Desk, metric: &MetricName) -> bool {
        match self {
            Self::Whole => true,
            Self::Level(level) => match &level.metric {
                Some(own) => own == metric,
                None => rank(desk, metric).is_none(),
            },
        }
    }

    /// Whether what changes cost counts in what is bounded: it does in the last level.
    pub(super) fn has_changes(self) -> bool {
        match self {
            Self::Whole => true,
            Self::Level(level) => level.metric.is_none(),
        }
    }

    /// The room over each floor of the levels before.
    ///
    /// # Errors
    /// A level that the order does not have; a floor of one that does not come before it, or is stated already.
    pub(super) fn floors(self, desk: &Desk, book: &Book) -> Result<BTreeMap<&'a MetricName, Room>, NoProof> {
        let Self::Level(level) = self else { return Ok(BTreeMap::new()) };
        let before = match &level.metric {
            Some(metric) => rank(desk, metric).ok_or_else(|| NoProof::UnknownLevel(metric.clone()))?,
            None => desk.objective.order.len(),
        };
        let mut floors = BTreeMap::new();
        for Floor { metric, least } in &level.floors {
            if rank(desk, metric).is_none_or(|rank| rank >= before) {
                return Err(NoProof::FloorNotBefore(metric.clone()));
            }
            if floors.insert(metric, room(desk, book, metric, least)).is_some() {
                return Err(NoProof::FloorRepeated(metric.clone()));
            }
        }
        Ok(floors)
    }
}

/// `Σ_a OP·W·M - least`.
fn room(desk: &Desk, book: &Book, metric: &MetricName, least: &Amount) -> Room {
    let mut terms = Vec::new();
    for (account, worths) in worths(desk, book, |counted| counted == metric).into_iter().enumerate() {
        let counting = worths.into_iter().enumerate().filter(|(_, worth)| !worth.is_zero());
        terms.extend(counting.map(|(index, worth)| (account, index, worth)));
    }
    Room::of(-least, terms)
}

/// The place of a metric in the order of the desk.
fn rank(desk: &Desk, metric: &MetricName) -> Option<usize> {
    desk.objective.order.iter().position(|ordered| ordered.metric == *metric)
}
