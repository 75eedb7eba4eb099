//! A price list by indices: what one unit of each metric is worth under it.
//! `weight[a,m] = OP·W` where the metric counts and the leaf aims at the objective, `+ Σ λ · coefficient of M[a,m]` in
//! the room that `λ` is paid on. The room for changes from the last plan is `max_changes - changes`.

use std::collections::{BTreeMap, BTreeSet};

use domain::certificate::{Aim, PriceList, ShadowPrice, Slope, Subject};
use domain::{AccountId, Amount, Day, Desk, Keep, MetricName, SecurityId, SecurityType};
use metric_engine::{Book, Form};

use super::NoProof;
use super::changes::{Home, homes};
use super::room::{Room, RoomKey, rooms};
use crate::inputs::worth;
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
    homes: Vec<Home>,
    /// `[account][metric]`: what one unit is worth in the objective; 0 where it does not count.
    worths: Vec<Vec<Amount>>,
    /// `[account][metric]`: where a sum opens; 0 for ratios.
    opening: Vec<Vec<Amount>>,
}

/// What a price may be paid on.
enum Priceable<'a> {
    /// Room over metrics of an account, an index.
    Metrics(usize, &'a Room),
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
    /// Slopes by account and security.
    pub(super) slopes: BTreeMap<(usize, usize), Amount>,
    /// Whether a price above 0 is paid on a room that has to be above 0.
    pub(super) is_strict: bool,
}

impl<'a> Prices<'a> {
    pub(super) fn new(desk: &'a Desk, day: &Day, book: &'a Book, opening: &Values) -> Self {
        let named = |(account, here): (usize, &'a domain::Account)| {
            here.metrics.iter().enumerate().map(move |(metric, definition)| ((account, &definition.name), metric))
        };
        let of_account = |(here, book): (&domain::Account, &metric_engine::AccountBook)| {
            let counts = |(definition, metric): (&domain::MetricDefinition, &metric_engine::Metric)| {
                let is_sum = matches!(metric.form, Form::Additive(_));
                let counts = definition.limit.is_empty() || desk.objective.include_limited;
                if is_sum && counts { worth(desk, definition) } else { Amount::zero() }
            };
            here.metrics.iter().zip(&book.metrics).map(counts).collect()
        };
        let opens = |value: &Value| match value {
            Value::Sum(opens) => opens.clone(),
            Value::Quotient(..) => Amount::zero(),
        };
        let is_cash = |security: &metric_engine::Security| SecurityType::of(&security.security_type).settles;
        Self {
            accounts: desk.accounts.iter().map(|account| &account.id).zip(0..).collect(),
            metrics: desk.accounts.iter().enumerate().flat_map(named).collect(),
            securities: book.securities.iter().map(|security| (&security.id, is_cash(security))).zip(0..).collect(),
            rooms: rooms(desk, book, opening),
            keep: desk.objective.keep.as_ref(),
            homes: homes(desk, day, book),
            worths: desk.accounts.iter().zip(&book.accounts).map(of_account).collect(),
            opening: opening.iter().map(|values| values.iter().map(opens).collect()).collect(),
        }
    }

    /// `[account][metric]`: what one unit is worth in the objective; 0 where it does not count.
    pub(super) fn worths(&self) -> &[Vec<Amount>] {
        &self.worths
    }

    /// What a change from the last plan costs.
    pub(super) fn cost_per_change(&self) -> Amount {
        self.keep.map_or_else(Amount::zero, |keep| keep.cost_per_change.into())
    }

    /// The objective of the opening: `Σ OP·W·M0`.
    pub(super) fn opening_objective(&self) -> Amount {
        let each = self.worths.iter().flatten().zip(self.opening.iter().flatten());
        each.map(|(worth, opens)| worth * opens).sum()
    }

    /// The list by indices.
    ///
    /// # Errors
    /// A name that the desk does not have, a price that nothing is to be had for, a negative or a repeated price.
    pub(super) fn weights(&self, list: &PriceList, aim: Aim) -> Result<Weights, NoProof> {
        let (mut by_metric, mut per_change) = match aim {
            Aim::Best => (self.worths.clone(), self.cost_per_change()),
            Aim::NoPlan => {
                (self.worths.iter().map(|worths| vec![Amount::zero(); worths.len()]).collect(), Amount::zero())
            }
        };
        let (mut constant, mut is_strict, mut seen) = (Amount::zero(), false, BTreeSet::new());
        for ShadowPrice { subject, price } in &list.shadow_prices {
            if price.is_negative() {
                return Err(NoProof::NegativePrice(subject.clone()));
            }
            if !seen.insert(subject) {
                return Err(NoProof::PriceRepeated(subject.clone()));
            }
            match self.room(subject)? {
                Priceable::Metrics(here, room) => {
                    constant += &(price * &room.constant);
                    is_strict |= room.is_strict && price.is_positive();
                    for (metric, coefficient) in &room.terms {
                        by_metric[here][*metric] += &(price * coefficient);
                    }
                }
                Priceable::Changes(most) => {
                    constant += &(price * &Amount::from(i64::from(most)));
                    per_change += price;
                }
            }
        }
        for (weights, opening) in by_metric.iter().zip(&self.opening) {
            for (weight, opens) in weights.iter().zip(opening).filter(|(weight, _)| !weight.is_zero()) {
                constant += &(weight * opens);
            }
        }
        Ok(Weights { by_metric, constant, per_change, slopes: self.slopes(&list.slopes)?, is_strict })
    }

    /// What room under a limit of an account is, as a sum over its metrics.
    ///
    /// # Errors
    /// A limit that nothing has to keep, or one of no account.
    pub(super) fn room_weights(&self, subject: &Subject) -> Result<(usize, Weights), NoProof> {
        let Priceable::Metrics(here, room) = self.room(subject)? else {
            return Err(NoProof::NoAccount(subject.clone()));
        };
        let mut by_metric: Vec<Vec<Amount>> =
            self.worths.iter().map(|worths| vec![Amount::zero(); worths.len()]).collect();
        let mut constant = room.constant.clone();
        for (metric, coefficient) in &room.terms {
            by_metric[here][*metric] += coefficient;
            constant += &(coefficient * &self.opening[here][*metric]);
        }
        let (per_change, slopes, is_strict) = (Amount::zero(), BTreeMap::new(), room.is_strict);
        Ok((here, Weights { by_metric, constant, per_change, slopes, is_strict }))
    }

    /// How many accounts there are.
    pub(super) fn accounts(&self) -> usize {
        self.worths.len()
    }

    /// The room that a price is paid on.
    fn room(&self, subject: &Subject) -> Result<Priceable<'_>, NoProof> {
        let found = match subject {
            Subject::Limit { account, metric, end, part } => {
                let here = self.account(account)?;
                let key = self.metrics.get(&(here, metric)).map(|metric| (here, *metric, *end, *part));
                key.and_then(|key| self.rooms.get(&key)).map(|room| Priceable::Metrics(here, room))
            }
            Subject::MaxChanges => self.keep.and_then(|keep| keep.max_changes).map(Priceable::Changes),
        };
        found.ok_or_else(|| NoProof::NoSuchLimit(subject.clone()))
    }

    /// Where the last plan has each trade of the book.
    pub(super) fn homes(&self) -> &[Home] {
        &self.homes
    }

    fn slopes(&self, slopes: &[Slope]) -> Result<BTreeMap<(usize, usize), Amount>, NoProof> {
        let mut by_position = BTreeMap::new();
        for Slope { account, security, is_cash, slope } in slopes {
            let Some(index) = self.securities.get(&(security, *is_cash)) else {
                return Err(NoProof::UnknownSecurity(security.clone()));
            };
            if by_position.insert((self.account(account)?, *index), slope.clone()).is_some() {
                return Err(NoProof::SlopeRepeated { account: account.clone(), security: security.clone() });
            }
        }
        Ok(by_position)
    }

    pub(super) fn account(&self, id: &AccountId) -> Result<usize, NoProof> {
        self.accounts.get(id).copied().ok_or_else(|| NoProof::UnknownAccount(id.clone()))
    }
}
