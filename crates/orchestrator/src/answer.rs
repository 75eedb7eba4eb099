//! A solver's outcome in the words of a report.

use std::path::Path;

use constraint_manager::{AssignmentProblem, LimitOrigin, Origin, Planned, Why};
use domain::limit::Bound;
use domain::{Amount, MetricName, Place, Problem};
use metric_engine::value::RATIO_DECIMALS;
use metric_engine::{Book, Form, MetricValue};
use reporter::{
    Change, ChangesReport, ConflictChanges, ConflictLimit, Diagnostics, Evidence, LevelReport, Note, ObjectiveReport,
    Reason, Report,
};
use solver::outcome::Excess;
use solver::{LevelOutcome, Outcome, Plan, SolvedByLevels};

/// What the outcome is called.
pub(crate) fn reason(outcome: &Outcome) -> Reason {
    match outcome {
        Outcome::Proven(_) => Reason::Proven,
        Outcome::WithinGap(_) => Reason::WithinGap,
        Outcome::TimeLimit(_) => Reason::TimeLimit,
        Outcome::ObjectiveDropped(_) => Reason::ObjectiveDropped,
        Outcome::NoObjective(_) => Reason::NoObjective,
        Outcome::Infeasible { .. } => Reason::Infeasible,
        Outcome::Unknown => Reason::Unknown,
        Outcome::Failed(_) => Reason::SolverError,
    }
}

/// What the plan is worth.
pub(crate) fn objective(plan: &Plan, levels: &[LevelOutcome]) -> Option<ObjectiveReport> {
    let value = plan.value.clone()?;
    let levels = levels.iter().map(level).collect();
    let (bound, gap) = (plan.bound.clone(), plan.gap_rel.clone());
    Some(ObjectiveReport { value, bound, gap, certified_bound: None, certified_gap: None, levels })
}

fn level(level: &LevelOutcome) -> LevelReport {
    let best = level.best.plan();
    LevelReport {
        metric: level.metric.clone(),
        value: level.value.clone(),
        bound: best.and_then(|best| best.bound.clone()),
        gap: best.and_then(|best| best.gap_rel.clone()),
        given_up: level.given_up.clone(),
        certified_bound: None,
        certified_gap: None,
        reason: reason(&level.best),
    }
}

/// How far a placement is from the last plan, where the desk wants to stay close to one.
pub(crate) fn changes(book: &Book, problem: &AssignmentProblem, placement: &[usize]) -> Option<ChangesReport> {
    let kept = problem.kept.as_ref()?;
    let account = |index: usize| book.accounts[index].id.clone();
    let change = |trade: usize| {
        let from = match &kept.planned[trade] {
            Planned::At(home) => account(*home),
            Planned::Gone(home) => home.clone(),
            Planned::Nowhere => return None,
        };
        Some(Change { trade: book.trades[trade].id.clone(), from, to: account(placement[trade]) })
    };
    let trades: Vec<Change> = kept.changes(placement).into_iter().filter_map(change).collect();
    let number = Amount::from(i64::try_from(trades.len()).unwrap_or(i64::MAX));
    let cost = &kept.cost_per_change * &number;
    Some(ChangesReport { planned: kept.known(), trades, cost, max_changes: kept.max_changes })
}

/// Everything that a person should know besides the numbers.
pub(crate) fn diagnostics(
    book: &Book,
    problem: &AssignmentProblem,
    solved: &SolvedByLevels,
    infeasibility: Option<Evidence>,
    warnings: &[Problem],
) -> Diagnostics {
    let note = |note: &constraint_manager::Note| Note { code: note.code.id.to_owned(), message: note.message.clone() };
    Diagnostics {
        notes: problem.notes.iter().map(note).collect(),
        warnings: warning_notes(warnings),
        conflict: match &solved.outcome {
            Outcome::Infeasible { rows, nearest } => conflict(book, problem, rows, nearest.as_deref()),
            _ => Vec::new(),
        },
        conflict_changes: match &solved.outcome {
            Outcome::Infeasible { rows, nearest } => conflict_changes(problem, rows, nearest.as_deref()),
            _ => None,
        },
        infeasibility,
        message: failures(solved),
    }
}

/// What failed, each once, in order: a plan that was found all the same is no reason to keep it quiet.
fn failures(solved: &SolvedByLevels) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    let of_calls = solved.work.iter().filter_map(|work| work.failure.as_deref());
    let of_outcome = if let Outcome::Failed(message) = &solved.outcome { Some(message.as_str()) } else { None };
    for message in of_calls.chain(of_outcome) {
        if !said.contains(&message) {
            said.push(message);
        }
    }
    (!said.is_empty()).then(|| said.join("; "))
}

/// The warnings, whatever the order of the rows and however the paths were given: without lines, sorted.
fn warning_notes(warnings: &[Problem]) -> Vec<Note> {
    let note = |warning: &Problem| {
        let file = Path::new(&*warning.place.file).file_name().map_or("".into(), |name| name.to_string_lossy());
        let place = Place::file(&file).with_field(&warning.place.field);
        Note { code: warning.code.id.to_owned(), message: format!("{place}: {}", warning.message) }
    };
    let mut notes: Vec<Note> = warnings.iter().map(note).collect();
    notes.sort_by(|a, b| (&a.code, &a.message).cmp(&(&b.code, &b.message)));
    notes
}

/// The limit on changes, where it has to give way.
fn conflict_changes(
    problem: &AssignmentProblem,
    rows: &[Excess],
    nearest: Option<&[usize]>,
) -> Option<ConflictChanges> {
    let max_changes = rows.iter().find_map(|excess| match problem.rows[excess.row].origin {
        Origin::Changes { max_changes, .. } => Some(max_changes),
        Origin::Limit(_) | Origin::Floor { .. } => None,
    })?;
    let reached = problem.kept.as_ref().zip(nearest).map(|(kept, nearest)| kept.changes(nearest).len());
    Some(ConflictChanges { max_changes, reached })
}

/// The limits behind the rows that have to give way. Rows are about sums; what is published is about metrics, so
/// that a ratio is named by its own value.
fn conflict(
    book: &Book,
    problem: &AssignmentProblem,
    rows: &[Excess],
    nearest: Option<&[usize]>,
) -> Vec<ConflictLimit> {
    let values = nearest.map(|placement| book.values(placement));
    let mut limits: Vec<ConflictLimit> = Vec::new();
    for excess in rows {
        let row = &problem.rows[excess.row];
        let (Origin::Limit(origin), [part]) = (&row.origin, row.parts.as_slice()) else { continue };
        let LimitOrigin { account, metric, bound, source, owner, .. } = origin;
        let known = |limit: &ConflictLimit| (&limit.account, &limit.metric, limit.bound) == (account, metric, *bound);
        if limits.iter().any(known) {
            continue;
        }
        let limit = limit_of(book, origin, part.account);
        let value = values.as_ref().map(|values| &values[part.account][index(book, part.account, origin)]);
        let undefined_by = value.and_then(|value| undefined_by(book, part.account, origin, value));
        let reached = value.and_then(|value| reached(value, *bound));
        let shortfall = reached.as_ref().map(|reached| match bound {
            Bound::Min => &limit - reached,
            Bound::Max => reached - &limit,
        });
        limits.push(ConflictLimit {
            account: account.clone(),
            metric: metric.clone(),
            bound: *bound,
            limit,
            reached,
            undefined_by,
            shortfall: shortfall.filter(Amount::is_positive),
            source: source.clone(),
            owner: owner.clone(),
        });
    }
    limits
}

/// Where a metric ended, rounded away from its limit where it is a ratio: a limit set to it would have held.
fn reached(value: &MetricValue, bound: Bound) -> Option<Amount> {
    let rounded = value.published()?;
    let MetricValue::Ratio { numerator, denominator } = value else { return Some(rounded) };
    let last_digit = Amount::from_parts(1, RATIO_DECIMALS);
    let product = &rounded * denominator;
    Some(match bound {
        Bound::Max if product < *numerator => rounded + last_digit,
        Bound::Min if product > *numerator => rounded - last_digit,
        _ => rounded,
    })
}

/// What makes a ratio undefined, with its value.
fn undefined_by(
    book: &Book,
    account: usize,
    origin: &LimitOrigin,
    value: &MetricValue,
) -> Option<(MetricName, Amount)> {
    let metrics = &book.accounts[account].metrics;
    match (value, &metrics[index(book, account, origin)].form) {
        (MetricValue::Ratio { denominator, .. }, Form::Quotient { to, .. }) if !value.is_defined() => {
            Some((metrics[*to].name.clone(), denominator.clone()))
        }
        _ => None,
    }
}

fn index(book: &Book, account: usize, origin: &LimitOrigin) -> usize {
    let metrics = &book.accounts[account].metrics;
    metrics.iter().position(|metric| metric.name == origin.metric).expect("a row comes from a metric of its account")
}

/// The value that had to be kept: the limit itself, or the opening where it must not get worse.
fn limit_of(book: &Book, origin: &LimitOrigin, account: usize) -> Amount {
    let configured = Amount::from(origin.limit);
    if origin.why != Why::NotWorse {
        return configured;
    }
    let opening = &book.opening_values()[account][index(book, account, origin)];
    match opening {
        MetricValue::Amount(value) => value.clone(),
        ratio @ MetricValue::Ratio { .. } => ratio.published().unwrap_or(configured),
    }
}

/// Which ways of falling back were taken: the objective was left out, or a solver failed and others went on.
pub(crate) fn fallbacks(report: &Report<'_>) -> Vec<String> {
    let dropped = (report.reason == reporter::Reason::ObjectiveDropped).then(|| "objective_dropped".to_owned());
    let searches = report.run.searches.iter().map(|search| ("search", &search.stop));
    let calls = searches.chain(report.run.others.iter().map(|other| (other.backend.as_str(), &other.stop)));
    let failed = calls.filter(|(_, stop)| *stop == "failed").map(|(name, _)| format!("{name} failed"));
    dropped.into_iter().chain(failed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_set_to_what_was_reached_would_have_held() {
        let third = MetricValue::Ratio { numerator: Amount::from(1), denominator: Amount::from(3) };
        // 1/3 lies between the two.
        assert_eq!(reached(&third, Bound::Max).map(|reached| reached.to_string()).as_deref(), Some("0.333333333334"));
        assert_eq!(reached(&third, Bound::Min).map(|reached| reached.to_string()).as_deref(), Some("0.333333333333"));
        let amount = MetricValue::Amount(Amount::from(5));
        assert_eq!(reached(&amount, Bound::Max), Some(Amount::from(5)));
    }
}
