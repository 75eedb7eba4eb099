//! What is certified, and what follows from it for the answer.

mod named;
mod slopes;

use constraint_manager::AssignmentProblem;
use domain::certificate::Floor;
use domain::{Amount, Certificates, LevelCertificate};
use metric_engine::Book;
use reporter::{Evidence, LevelReport, ObjectiveReport, Reason};
use solver::solve_model::{gap_rel, is_within};
use solver::{LevelOutcome, Outcome, SolvedByLevels};
use verifier::{Certified, NoProof};

use self::named::named;
use crate::answer;
use crate::commands::Prepared;

/// How the run ended, with what is certified of it.
pub(crate) struct Ending {
    pub(crate) reason: Reason,
    pub(crate) objective: Option<ObjectiveReport>,
    pub(crate) infeasibility: Option<Evidence>,
    /// What the certified numbers follow from.
    pub(crate) certificates: Certificates,
}

/// The ending of a run: the solver's word and its proof, checked, whichever of the two says more; level by level where
/// the objective has an order. Proofs are taken out of `solved`, since they may be long.
pub(crate) fn ending(prepared: &Prepared, solved: &mut SolvedByLevels) -> Ending {
    let (desk, day, book) = (&prepared.config.desk, &prepared.read.day, &prepared.book);
    let certificate = solved.proof.take().map(|proof| named(book, &prepared.problem, proof));
    let shown = certificate
        .as_ref()
        .and_then(|certificate| held(verifier::certified_bound(desk, day, book, certificate).map(Some)));
    let mut of_levels = level_certificates(book, &prepared.problem, solved);
    let shown_of_levels: Vec<Option<Certified>> = of_levels
        .iter_mut()
        .map(|level| {
            let shown = held(verifier::certified_level(desk, day, book, level));
            level.certificate = level.certificate.take().filter(|_| shown.is_some());
            shown
        })
        .collect();
    let gap = Amount::from(prepared.config.solver.gap);
    let mut ending = conclude(&solved.outcome, &solved.levels, shown.as_ref(), &gap);
    conclude_levels(&mut ending, &shown_of_levels, &gap);
    let is_used = shown.as_ref().is_some_and(|shown| match shown {
        Certified::Bound(_) => ending.objective.is_some(),
        Certified::Infeasible => true,
    });
    ending.certificates = Certificates { whole: certificate.filter(|_| is_used), levels: of_levels };
    ending
}

/// A proof that does not hold costs the answer its certificate and nothing else.
fn held(shown: Result<Option<Certified>, NoProof>) -> Option<Certified> {
    shown.inspect_err(|reason| tracing::warn!(%reason, "the solver's proof shows nothing")).ok().flatten()
}

/// The published bound is the tighter of the claimed and the certified one, and the reason follows from it.
fn conclude(outcome: &Outcome, levels: &[LevelOutcome], shown: Option<&Certified>, gap_asked: &Amount) -> Ending {
    let mut ending = Ending {
        reason: answer::reason(outcome),
        objective: outcome.plan().and_then(|plan| answer::objective(plan, levels)),
        infeasibility: None,
        certificates: Certificates::default(),
    };
    match shown {
        Some(Certified::Bound(certified)) => {
            if let Some(objective) = &mut ending.objective {
                let best = objective.value.clone();
                let ObjectiveReport { bound, gap, certified_bound, certified_gap, .. } = objective;
                let reason = &mut ending.reason;
                Stated { bound, gap, certified_bound, certified_gap, reason }.tighten(&best, certified, gap_asked);
            }
        }
        // With a plan at hand the two contradict each other, which the verifier finds.
        Some(Certified::Infeasible) => {
            ending.infeasibility = Some(Evidence::Certified);
            if outcome.plan().is_none() {
                ending.reason = Reason::Infeasible;
            }
        }
        None => {}
    }
    if ending.reason == Reason::Infeasible {
        ending.infeasibility.get_or_insert(Evidence::Claimed);
    }
    ending
}

/// The same for each level; what is shown of all of them together decides the reason of the whole.
fn conclude_levels(ending: &mut Ending, shown: &[Option<Certified>], gap_asked: &Amount) {
    let Some(objective) = ending.objective.as_mut().filter(|objective| !objective.levels.is_empty()) else { return };
    for (level, shown) in objective.levels.iter_mut().zip(shown) {
        match shown {
            Some(Certified::Bound(certified)) => {
                let best = &level.value + &level.given_up;
                let LevelReport { bound, gap, certified_bound, certified_gap, reason, .. } = level;
                Stated { bound, gap, certified_bound, certified_gap, reason }.tighten(&best, certified, gap_asked);
            }
            // A contradiction, for the verifier to find.
            Some(Certified::Infeasible) => ending.infeasibility = Some(Evidence::Certified),
            None => {}
        }
    }
    if let [only] = objective.levels.as_slice() {
        // One level is the whole objective.
        (objective.bound, objective.gap) = (only.bound.clone(), only.gap.clone());
        (objective.certified_bound, objective.certified_gap) =
            (only.certified_bound.clone(), only.certified_gap.clone());
    }
    let all = |are: &[Reason]| objective.levels.iter().all(|level| are.contains(&level.reason));
    if all(&[Reason::Proven]) {
        ending.reason = Reason::Proven;
    } else if all(&[Reason::Proven, Reason::WithinGap]) {
        ending.reason = Reason::WithinGap;
    }
}

/// What is said of the best value that was found, of the whole objective or of a level.
struct Stated<'a> {
    bound: &'a mut Option<Amount>,
    gap: &'a mut Option<Amount>,
    certified_bound: &'a mut Option<Amount>,
    certified_gap: &'a mut Option<Amount>,
    reason: &'a mut Reason,
}

impl Stated<'_> {
    fn tighten(self, best: &Amount, certified: &Amount, gap_asked: &Amount) {
        let bound = self.bound.iter().chain([certified]).min().expect("one is there").clone();
        let gap = gap_rel(best, &bound);
        if gap.is_zero() {
            *self.reason = Reason::Proven;
        } else if is_within(best, &bound, gap_asked) {
            *self.reason = Reason::WithinGap;
        }
        (*self.gap, *self.bound) = (Some(gap), Some(bound));
        *self.certified_gap = Some(gap_rel(best, certified));
        *self.certified_bound = Some(certified.clone());
    }
}

/// The proof of each level by the desk's own names, with the floors that it rests on, and where the best plan of the
/// level differs from the published one.
fn level_certificates(book: &Book, problem: &AssignmentProblem, solved: &mut SolvedByLevels) -> Vec<LevelCertificate> {
    let SolvedByLevels { outcome, levels, .. } = solved;
    let published = outcome.plan().map_or(&[][..], |plan| &plan.placement);
    let of_level = |(index, level): (usize, &mut LevelOutcome)| {
        let of_level = problem.level(index, &level.floors);
        let floors = problem.levels.iter().zip(&level.floors).map(|(before, least)| Floor {
            metric: before.metric.clone().expect("what is not in the order comes last"),
            least: least.clone(),
        });
        let best = level.best.plan().map_or(&[][..], |plan| &plan.placement);
        let moved =
            book.trades.iter().zip(best.iter().zip(published)).filter(|(_, (best, published))| best != published);
        LevelCertificate {
            metric: level.metric.clone(),
            floors: floors.collect(),
            best: moved.map(|(trade, (best, _))| (trade.id.clone(), book.accounts[*best].id.clone())).collect(),
            certificate: level.proof.take().map(|proof| named(book, &of_level, proof)),
        }
    };
    levels.iter_mut().enumerate().map(of_level).collect()
}

#[cfg(test)]
mod tests;
