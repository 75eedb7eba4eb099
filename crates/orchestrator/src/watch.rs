//! What a run found that somebody has to know, and the telling of it once the run is done.
//!
//! Nothing here changes a run: what goes wrong is said on stderr, and made up for by the next run.

use std::path::Path;
use std::time::Duration;

use domain::{Amount, Breach};
use jiff::civil::Date;
use monitor::alerts::message::Cause;
use monitor::alerts::outbox::SCHEMA;
use monitor::alerts::{self, Delivered, Fact, Kind, Message, Outbox, Parcel, Seen, Standing, kind};
use monitor::metrics::{self, Snapshot};
use monitor::{Chained, Entry, Event, Kept, Ledger, RunEntry, State};
use reporter::formats::result_json::{LevelEntry, MetricEntry, ObjectiveEntry};
use reporter::{Report, ResultDocument};
use serde_json::json;

use crate::config::{self, Config, Watch};
use crate::exit::Exit;
use crate::record::path_text;
use crate::stage::Stages;
use crate::{Failure, answer, inputs, telemetry};

/// How long a run tells people things at most; what is left then is kept.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a run found, and about which kinds of alerts that says something.
#[derive(Debug, Default)]
pub(crate) struct Found {
    known: Vec<&'static Kind>,
    facts: Vec<Fact>,
    as_of: Option<String>,
}

impl Found {
    /// What a run with an outcome found.
    pub(crate) fn of_report(report: &Report<'_>, watch: &Watch) -> Self {
        let as_of = report.as_of.clone();
        let read = [&kind::MISSING_INPUT, &kind::STALE_INPUT, &kind::FAILED];
        if report.placement.is_none() {
            // How metrics would have ended is not known.
            let limit = reporter::worst_limit(&report.diagnostics);
            let limit = limit.map_or_else(String::new, |limit| format!(": {limit}"));
            let text = format!("the run ended without an assignment: {}{limit}", report.reason);
            let fact = dated(&kind::FAILED, None, as_of.as_deref(), text);
            return Self { known: read.to_vec(), facts: vec![fact], as_of };
        }
        let document = ResultDocument::of(report);
        let mut facts: Vec<Fact> = document.metrics.iter().filter_map(breach).collect();
        facts.extend(answer::fallbacks(report).into_iter().map(fallback));
        let mut known = kind::TABLE.to_vec();
        if let (Some(objective), Some(above)) = (&document.objective, watch.gap_above) {
            match gap_above(objective, &Amount::from(above)) {
                Some(fact) => facts.push(fact),
                // Nobody knows whether it is over.
                None if objective.largest_gap().is_none() => known.retain(|kind| **kind != kind::GAP),
                None => {}
            }
        }
        Self { known, facts, as_of }
    }

    /// Whether it says anything: what is no desk has no alerts.
    pub(crate) fn is_of_a_desk(&self) -> bool {
        !self.known.is_empty()
    }

    /// What a run found that was refused, or failed before it had an outcome.
    pub(crate) fn of_failure(failure: &Failure, config: Option<&Config>, as_of: Option<Date>) -> Self {
        let as_of = as_of.map(|date| date.to_string());
        let mut found = Self { as_of, ..Self::default() };
        if let (Failure::Refused(_), Some(config)) = (failure, config) {
            found.known = vec![&kind::MISSING_INPUT, &kind::STALE_INPUT];
            let missing = config.inputs.named().filter(|(_, source)| !source.path.exists());
            let missing = missing.map(|(name, source)| {
                let text = format!("there is no file {}", source.name);
                dated(&kind::MISSING_INPUT, Some(name), found.as_of.as_deref(), text)
            });
            let stale = inputs::stale(config).into_iter().map(|(name, problem)| {
                let text = format!("{}: {}", problem.place, problem.message);
                dated(&kind::STALE_INPUT, Some(name), found.as_of.as_deref(), text)
            });
            found.facts = missing.chain(stale).collect();
        }
        if found.facts.is_empty() {
            // Nothing more special is to be said about why.
            let text = format!("the run ended with {}: {}", failure.exit() as u8, first_line(failure));
            found.facts.push(dated(&kind::FAILED, None, found.as_of.as_deref(), text));
            found.known.push(&kind::FAILED);
        }
        found
    }
}

fn dated(kind: &'static Kind, metric: Option<&str>, as_of: Option<&str>, text: String) -> Fact {
    Fact { kind, account: None, metric: metric.map(str::to_owned), measure: as_of.map(str::to_owned), text }
}

fn first_line(failure: &Failure) -> String {
    match failure {
        Failure::Refused(problems) => {
            let first = problems.iter().find(|problem| problem.is_error());
            let first = first.map(|problem| format!("{}: {}: {}", problem.place, problem.code.id, problem.message));
            let more = problems.iter().filter(|problem| problem.is_error()).count().saturating_sub(1);
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            first.unwrap_or_default() + &more
        }
        other => other.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

/// A limit that is broken after the run, and by how much.
fn breach(metric: &MetricEntry) -> Option<Fact> {
    if !matches!(metric.breach, Breach::Inherited | Breach::Caused) {
        return None;
    }
    let value = metric.last.as_ref().map(|value| &value.0);
    let end = |limit: &Option<reporter::formats::result_json::Exact>| limit.as_ref().map(|limit| limit.0.clone());
    let above = value.zip(end(&metric.max)).filter(|(value, max)| *value > max).map(|(_, max)| ("above", max));
    let below = value.zip(end(&metric.min)).filter(|(value, min)| *value < min).map(|(_, min)| ("below", min));
    let text = match (value, above.or(below)) {
        (Some(value), Some((side, limit))) => format!("{value} is {side} the limit of {limit} ({})", metric.breach),
        _ => format!("the limit does not hold, and the metric is undefined ({})", metric.breach),
    };
    let excess = metric.headroom.as_ref().map(|headroom| -headroom.0.clone());
    Some(Fact {
        kind: &kind::BREACH,
        account: Some(metric.account.to_string()),
        metric: Some(metric.metric.to_string()),
        measure: excess.map(|excess| excess.to_string()),
        text,
    })
}

fn fallback(taken: String) -> Fact {
    let text = format!("the run fell back: {taken}");
    Fact { kind: &kind::FALLBACK, account: None, metric: Some(taken), measure: None, text }
}

/// A gap that is too large: the largest that is known, of the whole objective or of a level.
fn gap_above(objective: &ObjectiveEntry, above: &Amount) -> Option<Fact> {
    let of_level = |level: &LevelEntry| {
        let name = level.metric.as_ref().map_or("everything else".to_owned(), ToString::to_string);
        level.gap.clone().map(|gap| (gap.0, format!(" at level {name}")))
    };
    let whole = objective.gap.clone().map(|gap| (gap.0, String::new()));
    let of_levels = || objective.levels.iter().filter_map(of_level).max_by(|a, b| a.0.cmp(&b.0));
    let (gap, at) = whole.or_else(of_levels).filter(|(gap, _)| gap > above)?;
    Some(Fact {
        kind: &kind::GAP,
        account: None,
        metric: None,
        measure: Some(gap.to_string()),
        text: format!("the gap of {gap}{at} is above {above}"),
    })
}

/// Who is told: by the configuration; where it cannot be read, by as much of it as concerns that; and where that is wrong
/// itself, by the configuration of the last run that was answered.
pub(crate) fn of(config: Option<&Config>, path: &Path, state: &State) -> Watch {
    if let Some(config) = config {
        return config.watch.clone();
    }
    let now = || config::watch(path, &std::fs::read(path).ok()?);
    let before = || {
        let answered = answered(path, state)?;
        config::watch(path, &state.archive().read(answered.kept_in, &answered.sha256).ok()?)
    };
    now().or_else(before).unwrap_or_else(|| Watch::nobody(path))
}

/// The configuration at a path as the last run had it that was answered.
fn answered(path: &Path, state: &State) -> Option<Kept> {
    let at = path_text(path);
    let ledger = Ledger::open(&state.ledger_path()).ok()?;
    let of_answered = |chained: Chained| {
        let run = chained.entry.run().filter(|run| run.run_id.is_some() && run.config_at == at)?;
        run.config.clone()
    };
    ledger.with_text("\"run_id\":\"", usize::MAX).find_map(of_answered)
}

/// Whether a configuration that was refused may be that of a desk. A file of trades that was named by mistake is none's: what
/// fired under its name would fire for ever.
pub(crate) fn may_be_a_desk(path: &Path, state: &State) -> bool {
    let is_other = std::fs::read(path).is_ok_and(|bytes| config::is_other_text(&bytes));
    !is_other || answered(path, state).is_some()
}

/// Removes messages of runs that never were. Only who has the record may.
pub(crate) fn settle(state: &State, ledger: &Ledger) {
    Outbox::of(state.folder()).settle(ledger);
}

/// Says in the entry of a run which alerts fire with it.
pub(crate) fn decide(entry: &mut Entry, ledger: &Ledger, watch: &Watch, found: Found) {
    let before = ledger.standing();
    let unread = entry.run().and_then(|run| unread(run, ledger, &before));
    let seen = Seen {
        desk: &watch.desk,
        as_of: found.as_of.as_deref(),
        time: &entry.time,
        latest: &inputs::latest().to_string(),
        unread: unread.as_deref(),
        known: found.known,
        facts: found.facts,
    };
    let after = before.after(&seen, &watch.worse_by.to_string());
    if let Event::Run(run) = &mut entry.event {
        run.alerts = after;
    }
}

/// The name under which the desk of a run failed while its configuration could not be read: that of the file, unless it is
/// another desk's.
fn unread(run: &RunEntry, ledger: &Ledger, before: &Standing) -> Option<String> {
    let name = config::file_stem(Path::new(run.config_at.as_ref()?));
    let has_failed = before.firing.iter().any(|alert| alert.desk == name && alert.kind == kind::FAILED.name);
    let is_answered = |chained: Chained| {
        chained.entry.run().is_some_and(|run| run.run_id.is_some() && run.desk.as_ref() == Some(&name))
    };
    let is_a_desk = || ledger.with_text(&format!("\"desk\":{}", json!(name)), usize::MAX).any(is_answered);
    (has_failed && run.desk.as_ref() != Some(&name) && !is_a_desk()).then_some(name)
}

/// Puts into the outbox what an entry that is about to be written has to tell.
pub(crate) fn pack(state: &State, ledger: &Ledger, entry: &Entry, watch: &Watch) {
    let Some(standing) = entry.standing() else { return };
    let cause = Cause {
        previous: ledger.head(),
        as_of: entry.as_of(),
        time: &entry.time,
        run_id: entry.run().and_then(|run| run.run_id.as_deref()),
    };
    let messages: Vec<Message> = standing.changes.iter().map(|change| Message::of(change, &cause)).collect();
    let wanted = |channel: &alerts::Channel| {
        let wanted = messages.iter().enumerate().filter(|(_, message)| channel.wants(message));
        (channel.name.clone(), wanted.map(|(index, _)| index).collect())
    };
    let waiting =
        watch.channels.iter().map(wanted).filter(|(_, wanted): &(_, Vec<usize>)| !wanted.is_empty()).collect();
    let parcel = Parcel {
        schema: SCHEMA.to_owned(),
        entry: ledger.next_seq(),
        head: ledger.hash_of_next(entry),
        messages,
        waiting,
    };
    if let Err(error) = Outbox::of(state.folder()).put(&parcel) {
        telemetry::tell(&format!("What changed is in the ledger, and cannot be sent: failed to {error}"));
    }
}

/// What the ledger has of a run that just ended.
pub(crate) struct Recorded {
    /// How it ended; where it was done before, how it ended then.
    pub(crate) run: RunEntry,
    /// Whether its entry is new.
    pub(crate) is_new: bool,
}

/// A run that just ended.
pub(crate) struct Ended<'a> {
    /// Nothing where it could not be recorded.
    pub(crate) recorded: Option<Recorded>,
    /// What the process ends with.
    pub(crate) exit: Exit,
    /// The stages that it had.
    pub(crate) stages: &'a Stages,
}

/// Sends what is to be told, writes the file of metrics, and adds to the summary line what came of it.
pub(crate) fn after_run(state: &State, watch: &Watch, ended: &Ended<'_>, line: &str) -> String {
    let delivered = send(state, watch);
    if let Some(path) = &watch.prometheus {
        let written = metrics_of(state, watch, ended, &delivered, path);
        if let Err(error) = written {
            telemetry::tell(&format!("failed to write {}: {error}", path.display()));
        }
    }
    let new = ended.recorded.as_ref().filter(|recorded| recorded.is_new);
    let fired = new.map_or(0, |recorded| recorded.run.alerts.changes.len());
    let alerts = json!({ "fired": fired, "sent": delivered.sent, "kept": delivered.kept });
    // Behind the others, which stay in their order.
    let members = line.strip_suffix('}').expect("the summary is a JSON object");
    format!("{members},\"alerts\":{alerts}}}")
}

/// Sends what waits, and says what went wrong.
pub(crate) fn send(state: &State, watch: &Watch) -> Delivered {
    let delivered = alerts::deliver(state, &watch.channels, PATIENCE);
    for trouble in &delivered.troubles {
        telemetry::tell(&format!("An alert waits: {trouble}"));
    }
    delivered
}

/// How many alerts of a desk fire.
fn firing(ledger: &Ledger, desk: &str) -> usize {
    ledger.standing().firing.iter().filter(|alert| alert.desk == desk).count()
}

fn metrics_of(
    state: &State,
    watch: &Watch,
    ended: &Ended<'_>,
    delivered: &Delivered,
    path: &Path,
) -> std::io::Result<()> {
    let unrecorded = RunEntry {
        status: "failed".to_owned(),
        reason: ended.exit.word().to_owned(),
        exit: ended.exit as u8,
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        ..RunEntry::default()
    };
    let run = ended.recorded.as_ref().map_or(&unrecorded, |recorded| &recorded.run);
    let now = jiff::Timestamp::now().as_millisecond();
    let ledger = Ledger::open(&state.ledger_path()).ok();
    let succeeded = || {
        let is_success = |chained: &Chained| {
            let is_ours = |run: &RunEntry| run.exit == Exit::Done as u8 && run.desk.as_ref() == Some(&watch.desk);
            chained.entry.run().is_some_and(is_ours)
        };
        let last = ledger.as_ref()?.with_text("\"exit\":0,", usize::MAX).find(is_success)?;
        Some(last.entry.time.parse::<jiff::Timestamp>().ok()?.as_millisecond())
    };
    let as_of = run.as_of.as_ref().and_then(|date| date.parse::<Date>().ok());
    let midnight = as_of.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let stages_us: Vec<(String, u64)> =
        ended.stages.times().into_iter().map(|stage| (stage.stage, stage.elapsed_us)).collect();
    let snapshot = Snapshot {
        desk: &watch.desk,
        run,
        ended_ms: now,
        succeeded_ms: if run.exit == Exit::Done as u8 { Some(now) } else { succeeded() },
        as_of_s: midnight.map(|midnight| midnight.timestamp().as_second()),
        duration_ms: ended.stages.elapsed_ms(),
        stages: &stages_us,
        alerts_firing: ledger.as_ref().map(|ledger| firing(ledger, &watch.desk)),
        alerts_kept: delivered.kept,
    };
    metrics::write(path, &snapshot)
}
