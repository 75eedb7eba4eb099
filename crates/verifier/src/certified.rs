//! Whether what a result calls certified follows from its certificates.
//!
//! **Levels.** With strict priorities let `bestₖ = valueₖ + given_upₖ` be the published best value of level `k`, and
//! `leastₖ = bestₖ - allowedₖ` what the desk lets it end at. That `bestₖ` is the best there is among the assignments that
//! keep the levels before, to within the certified gap, takes two things:
//!
//! - *No assignment has more.* The bound of the level holds where its stated floors are kept. A floor above `leastⱼ` would
//!   leave out assignments that the desk allows, so that each must be at or below it; a lower one bounds more of them.
//! - *One has that.* Were `bestₖ` made up, then so were `leastₖ`, and every bound after it would leave out assignments.
//!   The bookings that are listed for a level, with the published ones for all other trades, have to be an assignment
//!   that keeps the limits and `leastⱼ` of every level before, and is worth `bestₖ` in it.

use std::collections::BTreeMap;

use domain::{AccountId, Amount, Certificates, Day, Desk, LevelCertificate, MetricName, TradeId};
use metric_engine::Book;

use crate::claim::{ClaimedLevel, level_name};
use crate::goals::{Goals, allowed};
use crate::{Certified, Claim, Discrepancy, bookings, certified_bound, certified_level, inputs, limits, numbers};

/// Everything that `claim` calls certified and `certificates` do not show, and what they show and the claim leaves out.
/// A claim without certificates has nothing certified.
pub fn verify_certificates(
    desk: &Desk,
    day: &Day,
    book: &Book,
    claim: &Claim,
    certificates: &Certificates,
) -> Vec<Discrepancy> {
    let inputs = Inputs { desk, day, book };
    let mut found = Vec::new();
    let of_levels = levels(inputs, claim, &certificates.levels, &mut found);
    let shown = certificates.whole.as_ref().and_then(|certificate| {
        let shown = certified_bound(desk, day, book, certificate);
        shown.map_err(|reason| found.push(Discrepancy::CertificateShowsNothing { reason })).ok()
    });
    let (recomputed, is_infeasible) = match shown {
        // A bound is a bound on what an assignment is worth, and only published beside that.
        Some(Certified::Bound(bound)) => (claim.objective.is_some().then_some(bound), false),
        Some(Certified::Infeasible) => (None, true),
        None => (None, false),
    };
    // One level is the whole objective.
    let only = if let [only] = of_levels.as_slice() { only.clone() } else { None };
    let recomputed = recomputed.or(only);
    if claim.certified_bound != recomputed {
        found.push(Discrepancy::CertifiedBoundDiffers { published: claim.certified_bound.clone(), recomputed });
    }
    if claim.certified_infeasible != is_infeasible {
        found.push(Discrepancy::InfeasibilityDiffers { published: claim.certified_infeasible });
    }
    found
}

/// What everything is recomputed from.
#[derive(Clone, Copy)]
struct Inputs<'a> {
    desk: &'a Desk,
    day: &'a Day,
    book: &'a Book,
}

/// The certified bound of each published level, where its certificate shows one.
fn levels(
    inputs: Inputs<'_>,
    claim: &Claim,
    certificates: &[LevelCertificate],
    found: &mut Vec<Discrepancy>,
) -> Vec<Option<Amount>> {
    let differs = |level: &ClaimedLevel, recomputed: Option<&Amount>| {
        let (level, published) = (level.name(), level.certified_bound.clone());
        let recomputed = recomputed.cloned();
        (published != recomputed).then_some(Discrepancy::CertifiedLevelDiffers { level, published, recomputed })
    };
    if certificates.is_empty() {
        found.extend(claim.levels.iter().filter_map(|level| differs(level, None)));
        return Vec::new();
    }
    let is_about = |(certificate, level): (&LevelCertificate, &ClaimedLevel)| certificate.metric == level.metric;
    if certificates.len() != claim.levels.len() || !certificates.iter().zip(&claim.levels).all(is_about) {
        let certified: Vec<String> = certificates.iter().map(|level| level_name(level.metric.as_ref())).collect();
        let published: Vec<String> = claim.levels.iter().map(ClaimedLevel::name).collect();
        let (certified, published) = (certified.join(", "), published.join(", "));
        found.push(Discrepancy::CertifiedLevelsDiffer { certified, published });
        return Vec::new();
    }
    let mut bounds = Vec::with_capacity(certificates.len());
    for (index, (certificate, level)) in certificates.iter().zip(&claim.levels).enumerate() {
        let before = Before { desk: inputs.desk, levels: &claim.levels[..index] };
        check_floors(before, level, certificate, found);
        check_best(inputs, before, claim, level, certificate, found);
        let recomputed = bound_of(inputs, level, certificate, found);
        found.extend(differs(level, recomputed.as_ref()));
        bounds.push(recomputed);
    }
    bounds
}

/// The published levels before one.
#[derive(Clone, Copy)]
struct Before<'a> {
    desk: &'a Desk,
    levels: &'a [ClaimedLevel],
}

impl<'a> Before<'a> {
    /// Each of them with the least that it may end at.
    fn least(self) -> impl Iterator<Item = (&'a ClaimedLevel, Amount)> {
        self.levels.iter().enumerate().map(move |(index, level)| {
            let best = level.best();
            let allowed = allowed(self.desk, index, &best);
            (level, best - allowed)
        })
    }
}

fn check_floors(
    before: Before<'_>,
    level: &ClaimedLevel,
    certificate: &LevelCertificate,
    found: &mut Vec<Discrepancy>,
) {
    for (other, least) in before.least() {
        let stated = certificate.floors.iter().filter(|floor| Some(&floor.metric) == other.metric.as_ref());
        found.extend(stated.filter(|floor| floor.least > least).map(|floor| Discrepancy::FloorTooHigh {
            level: level.name(),
            before: other.name(),
            stated: floor.least.clone(),
            allowed: least.clone(),
        }));
    }
}

/// Adds whatever keeps the listed bookings from being an assignment with the level's best value.
fn check_best(
    inputs: Inputs<'_>,
    before: Before<'_>,
    claim: &Claim,
    level: &ClaimedLevel,
    certificate: &LevelCertificate,
    found: &mut Vec<Discrepancy>,
) {
    let mut wrong = Vec::new();
    let values = values_with(inputs, claim, &certificate.best, &mut wrong);
    let none = |discrepancy| Discrepancy::BestIsNone { level: level.name(), discrepancy: Box::new(discrepancy) };
    found.extend(wrong.into_iter().map(none));
    let Some(values) = values else { return };
    for (other, least) in before.least() {
        let reached = values.get(&other.metric).cloned().unwrap_or_default();
        if reached < least {
            let (level, before) = (level.name(), other.name());
            found.push(Discrepancy::BestBelowFloor { level, before, reached, least });
        }
    }
    let (published, recomputed) = (level.best(), values.get(&level.metric).cloned().unwrap_or_default());
    if published != recomputed {
        found.push(Discrepancy::BestDiffers { level: level.name(), published, recomputed });
    }
}

/// What the levels come to with `others` booked as they are listed and every other trade as published; nothing where
/// that is no assignment.
fn values_with(
    Inputs { desk, day, book }: Inputs<'_>,
    claim: &Claim,
    others: &[(TradeId, AccountId)],
    found: &mut Vec<Discrepancy>,
) -> Option<BTreeMap<Option<MetricName>, Amount>> {
    let broken = inputs::structure(desk, day, book);
    if !broken.is_empty() {
        found.extend(broken);
        return None;
    }
    let listed: BTreeMap<&TradeId, &AccountId> = others.iter().map(|(trade, account)| (trade, account)).collect();
    let kept = claim.assignments.iter().filter(|(trade, _)| !listed.contains_key(trade));
    let assignments = kept.chain(others).cloned().collect();
    let with = Claim { has_plan: true, assignments, ..Claim::default() };
    let opening = numbers::opening(desk, day, book, found);
    let placement = bookings::placement(desk, day, book, &with, found)?;
    let after = numbers::after(book, &opening, &placement, found);
    limits::check(desk, &opening, &after, found);
    let goals = Goals::of(desk, day, book, &placement, &after);
    goals.limit_changes(found);
    Some(goals.expected_levels().into_iter().collect())
}

fn bound_of(
    Inputs { desk, day, book }: Inputs<'_>,
    level: &ClaimedLevel,
    certificate: &LevelCertificate,
    found: &mut Vec<Discrepancy>,
) -> Option<Amount> {
    match certified_level(desk, day, book, certificate) {
        Ok(Some(Certified::Bound(bound))) => Some(bound),
        Ok(Some(Certified::Infeasible)) => {
            found.push(Discrepancy::LevelAgainstCertificate { level: level.name() });
            None
        }
        Ok(None) => None,
        Err(reason) => {
            found.push(Discrepancy::LevelShowsNothing { level: level.name(), reason });
            None
        }
    }
}
