//! What is certified, and what follows from it for the answer.

mod slopes;

use constraint_manager::{AssignmentProblem, LimitOrigin, Origin, Row, Why};
use domain::certificate::{
    Aim, Certificate, Cut, CutPrice, Floor, KeptLimit, Node, Part, PriceList, ShadowPrice, Subject, TradePrice,
};
use domain::{Amount, Certificates, LevelCertificate};
use metric_engine::{Book, MetricValue};
use reporter::{Evidence, LevelReport, ObjectiveReport, Reason};
use solver::solve_model::{gap_rel, is_within};
use solver::{LevelOutcome, Outcome, Proof, SolvedByLevels, proof};
use verifier::{Certified, NoProof};

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
/// the objective has an order.
pub(crate) fn ending(prepared: &Prepared, solved: &SolvedByLevels) -> Ending {
    let (desk, day, book) = (&prepared.config.desk, &prepared.read.day, &prepared.book);
    let certificate = solved.proof.as_ref().map(|proof| named(book, &prepared.problem, proof));
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
fn level_certificates(book: &Book, problem: &AssignmentProblem, solved: &SolvedByLevels) -> Vec<LevelCertificate> {
    let published = solved.outcome.plan().map_or(&[][..], |plan| &plan.placement);
    let of_level = |(index, level): (usize, &LevelOutcome)| {
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
            certificate: level.proof.as_ref().map(|proof| named(book, &of_level, proof)),
        }
    };
    solved.levels.iter().enumerate().map(of_level).collect()
}

/// A proof by the desk's own names.
fn named(book: &Book, problem: &AssignmentProblem, proof: &Proof) -> Certificate {
    let opening = book.opening_values();
    let has_objective = proof.tree.iter().any(|node| {
        matches!(node, proof::Node::Leaf { aim: Aim::Best, .. } | proof::Node::Close { aim: Aim::Best, .. })
    });
    let list = |list: &proof::PriceList| PriceList {
        shadow_prices: list
            .rows
            .iter()
            .map(|(row, price)| shadow_price(book, &opening, &problem.rows[*row], price))
            .collect(),
        slopes: slopes::of(book, problem, &opening, list, has_objective),
        cut_prices: list.cuts.iter().map(|(cut, price)| CutPrice { cut: *cut, price: price.clone() }).collect(),
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
    let cut = |cut: &proof::Cut| {
        let limit = problem.rows[cut.row].origin.limit().expect("a cut is made of a limit");
        Cut {
            account: limit.account.clone(),
            metric: limit.metric.clone(),
            end: limit.bound,
            weights: cut.weights.iter().map(|(trade, weight)| (book.trades[*trade].id.clone(), *weight)).collect(),
            most: cut.most,
        }
    };
    let choice = |trade: &usize, account: &usize| (book.trades[*trade].id.clone(), book.accounts[*account].id.clone());
    let node = |node: &proof::Node| match node {
        proof::Node::Branch { trade, account } => {
            let (trade, account) = choice(trade, account);
            Node::Branch { trade, account }
        }
        proof::Node::Close { choices, prices, aim } => {
            let choices = choices.iter().map(|(trade, account)| choice(trade, account)).collect();
            Node::Close { choices, prices: *prices, aim: *aim }
        }
        proof::Node::Leaf { prices, aim } => Node::Leaf { prices: *prices, aim: *aim },
    };
    Certificate {
        cuts: proof.cuts.iter().map(cut).collect(),
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
        Origin::Floor { metric, .. } => {
            let metric = metric.clone().expect("what is not in the order comes last and has no floor");
            return ShadowPrice { subject: Subject::Floor { metric }, price: price.clone() };
        }
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

/// A row that an account keeps; nothing for what is of no account. Where the certificate has another unit for
/// the room, the step is in that unit.
fn kept_limit(book: &Book, opening: &[Vec<MetricValue>], row: &Row, step: &Amount) -> Option<KeptLimit> {
    let one = shadow_price(book, opening, row, &Amount::from(1));
    let step = if one.price == Amount::from(1) { step.clone() } else { step.divided_rounded(&one.price, PRICE_DIGITS) };
    matches!(one.subject, Subject::Limit { .. }).then_some(KeptLimit { subject: one.subject, step })
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
