//! A price list by indices: what one unit of each metric is worth under it.
//! `weight[a,m] = OP·W` where the metric counts and the leaf aims at the objective, `+ Σ λ · coefficient of M[a,m]` in
//! the room that `λ` is paid on. The room for changes from the last plan is `max_changes - changes`. Under a level of an
//! order the metrics of that level alone count; the room over the floor of a level before it is `Σ OP·W·M - floor`.

use std::collections::{BTreeMap, BTreeSet};

use domain::certificate::{Aim, Position, PriceList, Subject};
use domain::{AccountId, Amount, Day, Desk, Keep, MetricName, SecurityId, SecurityType};
use metric_engine::Book;

use super::NoProof;
use super::changes::{Home, homes};
use super::level::Scope;
use super::room::{Room, RoomKey, rooms};
use super::tables::Tables;
use super::worth::worths;
use crate::numbers::Values;
use crate::value::Value;

/// Names turned into indices, and what prices are paid on.
pub(super) struct Prices<'a> {
    accounts: BTreeMap<&'a AccountId, usize>,
    metrics: BTreeMap<(usize, &'a MetricName), usize>,
    securities: BTreeMap<(&'a SecurityId, bool), usize>,
    rooms: BTreeMap<RoomKey, Room>,
    /// What the desk says of changes from its last plan; nothing where it has none to stay close to.
    keep: Option<&'a Keep>,
    /// What each change takes off what is bounded: `cost_per_change`, or 0 where that counts in another level.
    cost_per_change: Amount,
    homes: Vec<Home>,
    /// What the levels before the one that is bounded must not end below; none without an order.
    floors: BTreeMap<&'a MetricName, Room>,
    /// `[account][metric]`: what one unit is worth in what is bounded; 0 where it does not count.
    worths: Vec<Vec<Amount>>,
    /// `[account][metric]`: where a sum opens; 0 for ratios.
    opening: Vec<Vec<Amount>>,
}

/// What a price may be paid on.
pub(super) enum Priceable<'a> {
    /// Room over metrics.
    Metrics(&'a Room),
    /// So many changes from the last plan, less those that are made.
    Changes(u32),
}

/// A price list by indices.
pub(super) struct Weights {
    /// `[account][metric]`.
    pub(super) by_metric: Vec<Vec<Amount>>,
    /// `Σ λ·constant + Σ weight·M0`.
    pub(super) constant: Amount,
    /// What each change from the last plan takes off: `cost_per_change` where the leaf aims at the objective, `+ λ`.
    pub(super) per_change: Amount,
    /// What a booking adds, by trade and account: prices that are paid on cuts.
    pub(super) by_booking: BTreeMap<(usize, usize), Amount>,
    /// Slopes by account and security.
    pub(super) slopes: BTreeMap<(usize, usize), Amount>,
    /// Whether a price above 0 is paid on a room that has to be above 0.
    pub(super) is_strict: bool,
}

impl<'a> Prices<'a> {
    /// The prices of a certificate about `scope`.
    ///
    /// # Errors
    /// A level that the order of the desk does not have, or a floor of one that does not come before it.
    pub(super) fn new(
        desk: &'a Desk,
        day: &Day,
        book: &'a Book,
        opening: &Values,
        scope: Scope<'a>,
    ) -> Result<Self, NoProof> {
        let named = |(account, here): (usize, &'a domain::Account)| {
            here.metrics.iter().enumerate().map(move |(metric, definition)| ((account, &definition.name), metric))
        };
        let opens = |value: &Value| match value {
            Value::Sum(opens) => opens.clone(),
            Value::Quotient(..) => Amount::zero(),
        };
        let is_cash = |security: &metric_engine::Security| SecurityType::of(&security.security_type).settles;
        let cost = desk.objective.keep.as_ref().filter(|_| scope.has_changes()).map(|keep| keep.cost_per_change);
        Ok(Self {
            accounts: desk.accounts.iter().map(|account| &account.id).zip(0..).collect(),
            metrics: desk.accounts.iter().enumerate().flat_map(named).collect(),
            securities: book.securities.iter().map(|security| (&security.id, is_cash(security))).zip(0..).collect(),
            rooms: rooms(desk, book, opening),
            keep: desk.objective.keep.as_ref(),
            cost_per_change: cost.map_or_else(Amount::zero, Amount::from),
            homes: homes(desk, day, book),
            floors: scope.floors(desk, book)?,
            worths: worths(desk, book, |metric| scope.counts(desk, metric)),
            opening: opening.iter().map(|values| values.iter().map(opens).collect()).collect(),
        })
    }

    /// `[account][metric]`: what one unit is worth in what is bounded; 0 where it does not count.
    pub(super) fn worths(&self) -> &[Vec<Amount>] {
        &self.worths
    }

    /// What a change from the last plan takes off what is bounded.
    pub(super) fn cost_per_change(&self) -> &Amount {
        &self.cost_per_change
    }

    /// What is bounded, at the opening: `Σ OP·W·M0`.
    pub(super) fn opening_objective(&self) -> Amount {
        let each = self.worths.iter().flatten().zip(self.opening.iter().flatten());
        each.map(|(worth, opens)| worth * opens).sum()
    }

    /// The list by indices.
    ///
    /// # Errors
    /// A place that a table does not have, a negative or a repeated price.
    pub(super) fn weights(&self, tables: &Tables<'_>, list: &PriceList, aim: Aim) -> Result<Weights, NoProof> {
        let (mut by_metric, mut per_change) = match aim {
            Aim::Best => (self.worths.clone(), self.cost_per_change.clone()),
            Aim::NoPlan => {
                (self.worths.iter().map(|worths| vec![Amount::zero(); worths.len()]).collect(), Amount::zero())
            }
        };
        let (mut constant, mut is_strict, mut seen) = (Amount::zero(), false, BTreeSet::new());
        for (place, price) in &list.shadow_prices {
            let (subject, room) = tables.room(*place)?;
            if price.is_negative() {
                return Err(NoProof::NegativePrice(subject.clone()));
            }
            if !seen.insert(place) {
                return Err(NoProof::PriceRepeated(subject.clone()));
            }
            match room {
                Priceable::Metrics(room) => {
                    constant += &(price * &room.constant);
                    is_strict |= room.is_strict && price.is_positive();
                    for (account, metric, coefficient) in &room.terms {
                        by_metric[*account][*metric] += &(price * coefficient);
                    }
                }
                Priceable::Changes(most) => {
                    constant += &(price * &Amount::from(i64::from(*most)));
                    per_change += price;
                }
            }
        }
        for (weights, opening) in by_metric.iter().zip(&self.opening) {
            for (weight, opens) in weights.iter().zip(opening).filter(|(weight, _)| !weight.is_zero()) {
                constant += &(weight * opens);
            }
        }
        let (by_booking, mut slopes) = (BTreeMap::new(), BTreeMap::new());
        for (place, slope) in &list.slopes {
            let (account, security) = tables.position(*place)?;
            if slopes.insert((account, security), slope.clone()).is_some() {
                return Err(tables.slope_repeated(*place));
            }
        }
        Ok(Weights { by_metric, constant, per_change, by_booking, slopes, is_strict })
    }

    /// The account of a limit, and what room under it is; the limit by its place among the rooms.
    ///
    /// # Errors
    /// A place that is not there, or a limit of no account.
    pub(super) fn room_weights(&self, tables: &Tables<'_>, room: usize) -> Result<(usize, Weights), NoProof> {
        let list = PriceList { shadow_prices: vec![(room, Amount::from(1))], ..PriceList::default() };
        let weights = self.weights(tables, &list, Aim::NoPlan)?;
        let (subject, _) = tables.room(room)?;
        let Subject::Limit { account, .. } = subject else { return Err(NoProof::NoAccount(subject.clone())) };
        Ok((self.account(account)?, weights))
    }

    /// How many accounts there are.
    pub(super) fn accounts(&self) -> usize {
        self.worths.len()
    }

    /// What a price on a subject is paid on.
    ///
    /// # Errors
    /// A name that the desk does not have, or a price that nothing is to be had for.
    pub(super) fn priceable(&self, subject: &Subject) -> Result<Priceable<'_>, NoProof> {
        let found = match subject {
            Subject::Limit { account, metric, end, part } => {
                let here = self.account(account)?;
                let key = self.metrics.get(&(here, metric)).map(|metric| (here, *metric, *end, *part));
                key.and_then(|key| self.rooms.get(&key)).map(Priceable::Metrics)
            }
            Subject::MaxChanges => self.keep.and_then(|keep| keep.max_changes).map(Priceable::Changes),
            Subject::Floor { metric } => self.floors.get(metric).map(Priceable::Metrics),
        };
        found.ok_or_else(|| NoProof::NoSuchLimit(subject.clone()))
    }

    /// Where the last plan has each trade of the book.
    pub(super) fn homes(&self) -> &[Home] {
        &self.homes
    }

    /// A position, as an account and a security.
    ///
    /// # Errors
    /// A name that desk and day do not have.
    pub(super) fn position(&self, position: &Position) -> Result<(usize, usize), NoProof> {
        let Position { account, security, is_cash } = position;
        let Some(index) = self.securities.get(&(security, *is_cash)) else {
            return Err(NoProof::UnknownSecurity(security.clone()));
        };
        Ok((self.account(account)?, *index))
    }

    pub(super) fn account(&self, id: &AccountId) -> Result<usize, NoProof> {
        self.accounts.get(id).copied().ok_or_else(|| NoProof::UnknownAccount(id.clone()))
    }
}
