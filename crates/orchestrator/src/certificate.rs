//! What is certified, and what follows from it for the answer.

mod slopes;

use constraint_manager::{AssignmentProblem, LimitOrigin, Origin, Row, Why};
use domain::Amount;
use domain::certificate::{Aim, Certificate, KeptLimit, Node, Part, PriceList, ShadowPrice, Subject, TradePrice};
use metric_engine::{Book, MetricValue};
use reporter::{Evidence, ObjectiveReport, Reason};
use solver::solve_model::{gap_rel, is_within};
use solver::{LevelOutcome, Outcome, Proof, SolvedByLevels, proof};
use verifier::Certified;

use crate::answer;
use crate::commands::Prepared;

/// How the run ended, with what is certified of it.
pub(crate) struct Ending {
    pub(crate) reason: Reason,
    pub(crate) objective: Option<ObjectiveReport>,
    pub(crate) infeasibility: Option<Evidence>,
    /// What the certified numbers follow from; nothing where there are none.
    pub(crate) certificate: Option<Certificate>,
}

/// The ending of a run: the solver's word and its proof, checked, whichever of the two says more. By levels only the
/// statement that there is no plan is certified: nothing that bounds the whole objective says how good a level is.
pub(crate) fn ending(prepared: &Prepared, solved: &SolvedByLevels) -> Ending {
    let certificate = solved.proof.as_ref().map(|proof| named(&prepared.book, &prepared.problem, proof));
    let (desk, day, book) = (&prepared.config.desk, &prepared.read.day, &prepared.book);
    let shown = certificate.as_ref().and_then(|certificate| {
        // A proof that does not hold costs the answer its certificate and nothing else.
        verifier::certified_bound(desk, day, book, certificate)
            .inspect_err(|reason| tracing::warn!(%reason, "the solver's proof shows nothing"))
            .ok()
    });
    let gap = Amount::from(prepared.config.solver.gap);
    let ending = conclude(&solved.outcome, &solved.levels, shown.as_ref(), &gap);
    let is_used = ending.infeasibility == Some(Evidence::Certified)
        || ending.objective.as_ref().is_some_and(|objective| objective.certified_bound.is_some());
    Ending { certificate: certificate.filter(|_| is_used), ..ending }
}

/// The published bound is the tighter of the claimed and the certified one, and the reason follows from it.
fn conclude(outcome: &Outcome, levels: &[LevelOutcome], shown: Option<&Certified>, gap_asked: &Amount) -> Ending {
    let mut ending = Ending {
        reason: answer::reason(outcome),
        objective: outcome.plan().and_then(|plan| answer::objective(plan, levels)),
        infeasibility: None,
        certificate: None,
    };
    match shown {
        Some(Certified::Bound(certified)) => {
            if let Some(objective) = &mut ending.objective {
                tighten(objective, certified);
                if objective.gap.as_ref().is_some_and(Amount::is_zero) {
                    ending.reason = Reason::Proven;
                } else if objective.bound.as_ref().is_some_and(|bound| is_within(&objective.value, bound, gap_asked)) {
                    ending.reason = Reason::WithinGap;
                }
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

fn tighten(objective: &mut ObjectiveReport, certified: &Amount) {
    let bound = objective.bound.iter().chain([certified]).min().expect("one is there").clone();
    objective.gap = Some(gap_rel(&objective.value, &bound));
    objective.bound = Some(bound);
    objective.certified_gap = Some(gap_rel(&objective.value, certified));
    objective.certified_bound = Some(certified.clone());
}

/// A proof by the desk's own names.
fn named(book: &Book, problem: &AssignmentProblem, proof: &Proof) -> Certificate {
    let opening = book.opening_values();
    let has_objective = proof.tree.iter().any(|node| matches!(node, proof::Node::Leaf { aim: Aim::Best, .. }));
    let list = |list: &proof::PriceList| PriceList {
        shadow_prices: list
            .rows
            .iter()
            .map(|(row, price)| shadow_price(book, &opening, &problem.rows[*row], price))
            .collect(),
        slopes: slopes::of(book, problem, &opening, list, has_objective),
        trade_prices: list
            .trades
            .iter()
            .map(|(trade, price)| TradePrice { trade: book.trades[*trade].id.clone(), price: price.clone() })
            .collect(),
        kept_limits: list
            .kept
            .iter()
            .filter_map(|(row, step)| kept_limit(book, &opening, &problem.rows[*row], step))
            .collect(),
    };
    let node = |node: &proof::Node| match *node {
        proof::Node::Branch { trade, account } => {
            Node::Branch { trade: book.trades[trade].id.clone(), account: book.accounts[account].id.clone() }
        }
        proof::Node::Leaf { prices, aim } => Node::Leaf { prices, aim },
    };
    Certificate {
        price_lists: proof.price_lists.iter().map(list).collect(),
        tree: proof.tree.iter().map(node).collect(),
    }
}

/// Digits of a price that is converted; any price is as good as another to the verifier.
const PRICE_DIGITS: i64 = 18;

fn shadow_price(book: &Book, opening: &[Vec<MetricValue>], row: &Row, price: &Amount) -> ShadowPrice {
    let origin = match &row.origin {
        Origin::Limit(origin) => origin,
        Origin::Changes { .. } => return ShadowPrice { subject: Subject::MaxChanges, price: price.clone() },
        Origin::Floor { .. } => unreachable!("the problem of a desk has no floors, only that of a level has"),
    };
    let account = row.parts[0].account;
    let metrics = &book.accounts[account].metrics;
    let index = metrics.iter().position(|metric| metric.name == origin.metric);
    let index = index.expect("a row comes from a metric of its account");
    let price = match &opening[account][index] {
        // The row has the opening ratio as `N·D0 - N0·D`, the certificate as `N - (N0/D0)·D`.
        MetricValue::Ratio { denominator, .. } if origin.why == Why::NotWorse && denominator.is_positive() => {
            with_digits(&(price * denominator), PRICE_DIGITS)
        }
        _ => price.clone(),
    };
    ShadowPrice { subject: subject(origin), price }
}

/// A row that an account keeps; nothing for changes, which are no account's. Where the certificate has another unit for
/// the room, the step is in that unit.
fn kept_limit(book: &Book, opening: &[Vec<MetricValue>], row: &Row, step: &Amount) -> Option<KeptLimit> {
    let one = shadow_price(book, opening, row, &Amount::from(1));
    let step = if one.price == Amount::from(1) { step.clone() } else { step.divided_rounded(&one.price, PRICE_DIGITS) };
    (one.subject != Subject::MaxChanges).then_some(KeptLimit { subject: one.subject, step })
}

fn subject(origin: &LimitOrigin) -> Subject {
    Subject::Limit {
        account: origin.account.clone(),
        metric: origin.metric.clone(),
        end: origin.bound,
        part: if origin.why == Why::Defined { Part::Defined } else { Part::Limit },
    }
}

/// Rounded to so many significant digits.
fn with_digits(amount: &Amount, digits: i64) -> Amount {
    let (whole, scale) = amount.abs().to_parts();
    let length = i64::try_from(whole.to_string().len()).unwrap_or(digits);
    amount.rounded(scale - (length - digits).max(0))
}

#[cfg(test)]
mod tests;
