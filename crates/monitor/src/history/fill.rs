//! From an entry of the ledger to rows. Only the entry and the kept files of its run count.

use domain::Amount;
use rusqlite::{Transaction, params};

use super::answer::{Answer, Booking, Metric};
use crate::chain::Chained;
use crate::entry::{Event, Rerun, RunEntry};
use crate::error::MonitorError;
use crate::state::State;

/// Why an entry could not be told.
pub(super) enum Failed {
    Database(rusqlite::Error),
    Record(MonitorError),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Adds the rows of an entry. A published run whose kept files are gone or are not what they were has its row in `runs` and no
/// others; what is the matter is the answer then.
pub(super) fn entry(transaction: &Transaction<'_>, state: &State, chained: &Chained) -> Result<Option<String>, Failed> {
    match &chained.entry.event {
        Event::Run(run) => self::run(transaction, state, chained, run),
        Event::Rerun(rerun) => Ok(self::rerun(transaction, chained, rerun).map(|()| None)?),
        Event::Healed(_) | Event::AlertsEnded(_) => Ok(None),
    }
}

fn run(
    transaction: &Transaction<'_>,
    state: &State,
    chained: &Chained,
    run: &RunEntry,
) -> Result<Option<String>, Failed> {
    let answer = if run.out.is_some() { Some(Answer::of(state, run)) } else { None };
    let (answer, lost) = match answer.transpose() {
        Ok(answer) => (answer, None),
        Err(error) if error.is_lost() => (None, Some(error.to_string())),
        Err(error) => return Err(Failed::Record(error)),
    };
    run_row(transaction, chained, run, answer.as_ref(), lost.as_deref())?;
    for fallback in &run.fallbacks {
        let mut row = transaction.prepare_cached("INSERT INTO fallbacks VALUES (?, ?)")?;
        row.execute(params![chained.seq, fallback])?;
    }
    for (position, problem) in (1_i64..).zip(&run.problems) {
        let mut row = transaction.prepare_cached("INSERT INTO problems VALUES (?, ?, ?, ?, ?)")?;
        row.execute(params![chained.seq, position, problem.code, problem.place, problem.message])?;
    }
    if let Some(answer) = &answer {
        let has_plan = run.status != "failed";
        for metric in &answer.metrics {
            metric_rows(transaction, chained.seq, metric, has_plan)?;
        }
        let values = answer.values_base.iter().map(Some).chain(std::iter::repeat(None));
        for (booking, value) in answer.assignments.iter().zip(values) {
            booking_row(transaction, chained.seq, booking, value)?;
        }
    }
    Ok(lost)
}

fn run_row(
    transaction: &Transaction<'_>,
    chained: &Chained,
    run: &RunEntry,
    answer: Option<&Answer>,
    lost: Option<&str>,
) -> rusqlite::Result<()> {
    const COLUMNS: &str = "seq, hash, time, actor, host, run_id, as_of, status, reason, exit, engine, solver, config, problem, \
        published, lost, objective, objective_approx, bound, gap, gap_approx, certified_gap, trades, accounts, assigned, broken, \
        warnings, changed, problems";
    const PLACES: &str = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";
    let Chained { seq, hash, entry } = chained;
    let objective = run.objective.as_ref();
    let value = objective.map(|objective| &objective.value);
    let gap = objective.and_then(|objective| objective.gap.as_ref());
    let count = |name: &str| run.counts.get(name);
    let mut row = transaction.prepare_cached(&format!("INSERT INTO runs ({COLUMNS}) VALUES ({PLACES})"))?;
    row.execute(params![
        seq,
        hash,
        entry.time,
        entry.actor,
        entry.host,
        run.run_id,
        run.as_of,
        run.status,
        run.reason,
        run.exit,
        run.engine,
        run.solver,
        run.config.as_ref().map(|config| &config.sha256),
        run.problem,
        run.out.is_some(),
        lost,
        value,
        value.and_then(|text| approx(text)),
        objective.and_then(|objective| objective.bound.as_ref()),
        gap,
        gap.and_then(|text| approx(text)),
        objective.and_then(|objective| objective.certified_gap.as_ref()),
        count("trades"),
        count("accounts"),
        count("assigned"),
        count("breaches"),
        count("warnings"),
        answer.and_then(|answer| answer.changes.as_ref()).map(|changes| changes.changed),
        run.problem_count,
    ])?;
    Ok(())
}

fn metric_rows(transaction: &Transaction<'_>, seq: u64, metric: &Metric, has_plan: bool) -> rusqlite::Result<()> {
    let Metric { account, metric: name, initial, last, min, max, headroom, breach } = metric;
    // Without a plan the day ends as it opened.
    let closing = if has_plan { last } else { initial };
    let mut row = transaction.prepare_cached("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    row.execute(params![seq, account, name, initial, last, closing, some_approx(closing)])?;
    if min.is_some() || max.is_some() {
        let mut row = transaction.prepare_cached("INSERT INTO limits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
        let ends = [min, max, headroom].map(some_approx);
        row.execute(params![seq, account, name, min, ends[0], max, ends[1], headroom, ends[2]])?;
    }
    if breach != "none" {
        let beyond = [initial, closing].map(|value| beyond(value.as_ref(), min.as_ref(), max.as_ref()));
        let worst = beyond.iter().flatten().max();
        let mut row = transaction.prepare_cached("INSERT INTO breaches VALUES (?, ?, ?, ?, ?, ?, ?)")?;
        let text = |amount: &Option<Amount>| amount.as_ref().map(ToString::to_string);
        let worst = worst.and_then(|worst| approx(&worst.to_string()));
        row.execute(params![seq, account, name, breach, text(&beyond[0]), text(&beyond[1]), worst])?;
    }
    Ok(())
}

/// How far a value lies beyond its limit, above 0; nothing where it keeps it or is undefined.
pub(super) fn beyond(value: Option<&String>, min: Option<&String>, max: Option<&String>) -> Option<Amount> {
    let amount = |text: Option<&String>| text.and_then(|text| text.parse::<Amount>().ok());
    let value = amount(value)?;
    let below = amount(min).map(|min| &min - &value);
    let above = amount(max).map(|max| &value - &max);
    below.into_iter().chain(above).max().filter(Amount::is_positive)
}

fn booking_row(
    transaction: &Transaction<'_>,
    seq: u64,
    booking: &Booking,
    value: Option<&Amount>,
) -> rusqlite::Result<()> {
    let value = value.map(ToString::to_string);
    let mut row = transaction.prepare_cached("INSERT INTO assignments VALUES (?, ?, ?, ?, ?)")?;
    row.execute(params![seq, booking.trade_id, booking.account, value, some_approx(&value)])?;
    Ok(())
}

fn rerun(transaction: &Transaction<'_>, chained: &Chained, rerun: &Rerun) -> rusqlite::Result<()> {
    let Chained { seq, entry, .. } = chained;
    let mut row = transaction.prepare_cached("INSERT INTO reruns VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    row.execute(params![seq, entry.time, entry.actor, entry.host, rerun.run_id, rerun.as_of, rerun.of])?;
    Ok(())
}

/// The nearest float, for sorting alone.
fn approx(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn some_approx(text: &Option<String>) -> Option<f64> {
    text.as_deref().and_then(approx)
}
