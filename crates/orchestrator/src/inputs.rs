//! The files of a run, read, with everything wrong in any of them reported together.

use std::collections::BTreeSet;

use domain::{Code, Currency, Day, Place, Problem};
use jiff::civil::Date;
use reporter::InputDigest;
use trade_loader::{Conventions, LoadError, Loaded, Reason, Source};

use crate::config::{Config, Given, Inputs};
use crate::{Failure, telemetry};

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    /// The rows.
    pub day: Day,
    /// What was read, by content: the same whatever the order of the rows.
    pub digests: Vec<InputDigest>,
    /// What was read, by the bytes of each file.
    pub files: Vec<InputDigest>,
    /// Everything wrong with the files, and what the user should know.
    pub problems: Vec<Problem>,
}

impl Read {
    /// Whether something of the files is refused, so that nothing may be assigned.
    pub(crate) fn is_refused(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }

    /// Whether something of one of the files is refused.
    pub(crate) fn is_file_refused(&self, source: Option<&Source>) -> bool {
        let of_file = |problem: &&Problem| source.is_some_and(|source| *source.name == *problem.place.file);
        self.problems.iter().filter(of_file).any(Problem::is_error)
    }
}

/// How the desk's files are to be read besides what is said of each.
pub(crate) fn conventions(allow_negative_accrued: bool, base: &Currency) -> Conventions {
    Conventions { allow_negative_accrued, base_currency: Some(base.clone()) }
}

/// What to do about a file of the command line that is not there.
const NOT_HERE: &str = "check the path: on the command line it starts at the folder that the program is called in";

/// What to do about a last plan that is not there.
const NO_PLAN: &str = "copy the assignments.csv of the last run there, or another file with the columns trade_id and account; \
                       where there is no last plan yet, one with the line trade_id,account alone will do";

/// Reads every file of the configuration, with those that the command line gives instead.
pub(crate) fn read(inputs: &Inputs, conventions: &Conventions, given: &Given) -> Read {
    let mut reading = Reading::default();
    let from_here = |given: &Option<String>| given.as_ref().map(|_| NOT_HERE);
    let mut day = Day {
        trades: reading.file(inputs.trades.as_ref(), from_here(&given.trades), |source| {
            trade_loader::load_trades(source, conventions)
        }),
        positions: reading.file(inputs.positions.as_ref(), from_here(&given.positions), |source| {
            trade_loader::load_positions(source, conventions)
        }),
        current_metrics: reading.file(inputs.current_metrics.as_ref(), None, |source| {
            trade_loader::load_current_metrics(source, conventions)
        }),
        coefficients: reading
            .file(inputs.coefficients.as_ref(), None, |source| trade_loader::load_coefficients(source, conventions)),
        last_plan: reading
            .file(inputs.last_plan.as_ref(), Some(NO_PLAN), |source| trade_loader::load_last_plan(source, conventions)),
    };
    if let Some(base) = &conventions.base_currency {
        let contradictions = trade_loader::contradictions(&day.trades, &day.positions, base);
        let at: BTreeSet<Place> = contradictions.iter().map(|problem| problem.place.with_field("")).collect();
        // A trade that says something else of its security than the positions do is no whole row.
        day.trades.retain(|trade| at.is_empty() || !at.contains(&trade.place.with_field("")));
        reading.problems.extend(contradictions);
    }
    // The order of rows in a file means nothing, so that nothing downstream can depend on it.
    day.trades.sort_by(|a, b| a.id.cmp(&b.id));
    day.positions.sort_by(|a, b| (&a.account, &a.security).cmp(&(&b.account, &b.security)));
    day.last_plan.sort_by(|a, b| a.trade.cmp(&b.trade));
    tracing::info!(
        trades = day.trades.len(),
        positions = day.positions.len(),
        coefficients = day.coefficients.len(),
        "read the day's files"
    );
    let mut digests = reading.digests;
    for (source, given) in [(&inputs.trades, &given.trades), (&inputs.positions, &given.positions)] {
        let given = source.as_ref().filter(|_| given.is_some());
        digests
            .iter_mut()
            .filter(|digest| given.is_some_and(|given| given.name == digest.path))
            .for_each(recorded_by_name);
    }
    Read { day, digests, files: reading.files, problems: reading.problems }
}

/// A file that is older than the desk lets it be.
const STALE: Code = Code { id: "I001", title: "a file that is older than it may be" };

/// A date that nobody's files are about yet.
const AHEAD: Code = Code { id: "I101", title: "a date far ahead of the clock" };

/// How far ahead of today a date may be for alerts to go by it: over the longest run of holidays.
const AHEAD_DAYS: i64 = 7;

/// The last date that alerts go by, counted from today in UTC.
pub(crate) fn latest() -> Date {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.saturating_add(jiff::Span::new().days(AHEAD_DAYS))
}

/// Says so where the date is far ahead of the clock. It is no part of the answer, which depends on no clock.
pub(crate) fn tell_if_ahead(config: &Config) {
    let Some(date) = config.as_of.filter(|date| *date > latest()) else { return };
    let message = format!("the as-of date {date} is more than {AHEAD_DAYS} days ahead of today (UTC)");
    let hint = "check --as-of and the clock: no alert begins or ends by a run about such a date";
    telemetry::tell(&Problem::warning(AHEAD, Place::nowhere(), message, hint).to_string());
}

/// Refuses files that are older than they may be.
///
/// # Errors
/// Each of them.
pub(crate) fn refuse_stale(config: &Config) -> Result<(), Failure> {
    let problems: Vec<Problem> = stale(config).into_iter().map(|(_, problem)| problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(Failure::Refused(problems)) }
}

/// The files that are older than they may be at the end of the as-of date, or now, by their names in the configuration.
pub(crate) fn stale(config: &Config) -> Vec<(&'static str, Problem)> {
    let (by, at) = match config.as_of {
        Some(date) => (format!("at the end of {date} (UTC)"), end_of(date)),
        None => ("now".to_owned(), jiff::Timestamp::now()),
    };
    let check = |(name, source): (&'static str, &Source)| {
        let may_be_ms = *config.watch.stale_after_ms.get(name)?;
        let written = std::fs::metadata(&source.path).and_then(|about| about.modified()).ok()?;
        let written = jiff::Timestamp::try_from(written).ok()?;
        let is_ms = u64::try_from(at.as_millisecond().saturating_sub(written.as_millisecond())).unwrap_or(0);
        if is_ms <= may_be_ms {
            return None;
        }
        let written = written.strftime("%Y-%m-%d %H:%M:%S");
        let message = format!(
            "the file was written at {written} (UTC): {} old {by}, and may be {}",
            hours(is_ms),
            hours(may_be_ms)
        );
        let hint = "have the day's file written, or change alerts.stale_after in the configuration";
        Some((name, Problem::error(STALE, Place::file(&source.name), message, hint)))
    };
    config.inputs.named().filter_map(check).collect()
}

fn end_of(date: Date) -> jiff::Timestamp {
    let next = date.tomorrow().unwrap_or(date);
    next.to_zoned(jiff::tz::TimeZone::UTC).map_or(jiff::Timestamp::MAX, |begin| begin.timestamp())
}

/// A length of time for people: `36 h 5 min`.
fn hours(ms: u64) -> String {
    let minutes = ms / 60_000;
    if minutes < 60 { format!("{minutes} min") } else { format!("{} h {} min", minutes / 60, minutes % 60) }
}

/// A file of the command line is recorded by its name alone: its path depends on where the program was run.
fn recorded_by_name(digest: &mut InputDigest) {
    if let Some(name) = std::path::Path::new(&digest.path).file_name() {
        digest.path = name.to_string_lossy().into_owned();
    }
}

#[derive(Default)]
struct Reading {
    problems: Vec<Problem>,
    digests: Vec<InputDigest>,
    files: Vec<InputDigest>,
}

impl Reading {
    fn file<T>(
        &mut self,
        source: Option<&Source>,
        where_missing: Option<&str>,
        load: impl FnOnce(&Source) -> Result<Loaded<T>, LoadError>,
    ) -> Vec<T> {
        let Some(source) = source else { return Vec::new() };
        match load(source) {
            Ok(loaded) => {
                self.problems.extend(loaded.problems);
                self.digests.push(InputDigest { path: source.name.clone(), sha256: loaded.rows_sha256 });
                self.files.push(InputDigest { path: source.name.clone(), sha256: loaded.bytes_sha256 });
                loaded.rows
            }
            Err(error) => {
                let problem = error.problem();
                let hint = where_missing.filter(|_| matches!(error.reason, Reason::Missing));
                let hint = hint.map_or(problem.hint.clone(), str::to_owned);
                self.problems.push(Problem { hint, ..problem });
                Vec::new()
            }
        }
    }
}
