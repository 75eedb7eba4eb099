//! `pb-assign run`: the whole job. Files in, an assignment that keeps every limit, files out.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use domain::Day;
use monitor::{Chained, Locked};
use reporter::formats::result_json;
use reporter::{Impact, InputDigest, OtherRecord, Report, ResultDocument, RunInfo, Style};
use serde_json::json;
use sha2::{Digest, Sha256};
use solver::outcome::Work;
use solver::{Settings, SolvedByLevels};

use super::{Prepared, engine, load, prepare_loaded, settings, verify};
use crate::arguments::RunArguments;
use crate::certificate::{self, Ending};
use crate::config::{Config, Loaded};
use crate::exit::Exit;
use crate::progress::ProgressLine;
use crate::record::{Before, Record, host};
use crate::stage::Stages;
use crate::watch::{self, Found, Recorded};
use crate::{Failure, answer, claim, config, course, impact, inputs, interrupt, telemetry};

/// What a run leaves undone that is refused.
pub(crate) const UNDONE: &str = "nothing was assigned";

/// Runs the stages in order. The last line of the answer is the summary for standard output.
///
/// # Errors
/// None: whatever stops a run before it has an outcome, or an outcome that does not stand up to recomputation, is recorded
/// and part of the answer; nothing is published then.
pub fn run(arguments: &RunArguments) -> Result<(Exit, String), Failure> {
    let mut stages = Stages::new();
    let (of_signal, begun) = (arguments.clone(), stages.clone());
    interrupt::listen(move |failure| {
        let config = config::load(&of_signal.inputs.config, &of_signal.given()).ok().map(|loaded| loaded.config);
        conclude(&of_signal, config.as_ref(), Err(failure), &begun)
    });
    let mut config = None;
    let attempted = catch_unwind(AssertUnwindSafe(|| {
        let loaded = load(&arguments.inputs.config, &arguments.given(), &mut stages)?;
        config = Some(loaded.config.clone());
        attempt(arguments, loaded, &mut stages)
    }));
    let attempted = attempted.unwrap_or(Err(Failure::Panic));
    if attempted.is_err() {
        let _turn = interrupt::turn();
        interrupt::decide();
    }
    Ok(conclude(arguments, config.as_ref(), attempted, &stages))
}

/// What came of a run: what it ends with, its line, and its entry unless it was a dry run.
type Attempted = Result<(Exit, String, Option<Recorded>), Failure>;

/// How a run ends: what went wrong is recorded and said, and who has to know is told.
fn conclude(
    arguments: &RunArguments,
    config: Option<&Config>,
    attempted: Attempted,
    stages: &Stages,
) -> (Exit, String) {
    match &attempted {
        Ok((exit, line, _)) => interrupt::answer(*exit, line),
        Err(failure) => interrupt::answer(failure.exit(), &failure.summary_line()),
    }
    let told = |failure: Failure| {
        telemetry::tell(&failure.told(UNDONE));
        (failure.exit(), failure.summary_line())
    };
    if arguments.dry_run {
        return attempted.map_or_else(told, |(exit, line, _)| (exit, line));
    }
    let record = Record::of(arguments, config.map(|config| config.state.as_path()));
    let watch = watch::of(config, &arguments.inputs.config, record.state());
    let watch = if arguments.no_monitoring { watch.muted() } else { watch };
    let (exit, line, recorded) = attempted.unwrap_or_else(|failure| {
        let is_a_desk = config.is_some() || watch::may_be_a_desk(&arguments.inputs.config, record.state());
        let found = || Found::of_failure(&failure, config, arguments.inputs.as_of);
        let run = record.refusal(&failure, &watch, if is_a_desk { found() } else { Found::default() });
        let (exit, line) = told(failure);
        (exit, line, run.map(|run| Recorded { run, is_new: true }))
    });
    let ended = watch::Ended { recorded, exit, stages };
    (exit, watch::after_run(record.state(), &watch, &ended, &line))
}

fn attempt(arguments: &RunArguments, loaded: Loaded, stages: &mut Stages) -> Attempted {
    inputs::tell_if_ahead(&loaded.config);
    let mut prepared = prepare_loaded(loaded, &arguments.given(), stages)?;
    if arguments.no_monitoring {
        prepared.config.watch = prepared.config.watch.muted();
    }
    inputs::refuse_stale(&prepared.config)?;
    let out = &prepared.config.outputs;
    let record = Record::of(arguments, Some(&prepared.config.state));
    if !arguments.dry_run {
        reporter::check_target(out)?;
        let read = files_read(&prepared, &arguments.inputs.config);
        let _turn = interrupt::turn();
        let mut locked = record.lock(out)?;
        record.check_owner(&locked, out, &prepared.config.watch.desk)?;
        match record.same_run(&locked, &run_id(&prepared), &read, out) {
            Before::NotDone => {}
            Before::Done(same) => return again(&record, &mut locked, &same, &prepared),
            Before::Changed { seq, files } => telemetry::tell(&format!(
                "{} is not as entry {seq} published it: {files}. The run is done anew and replaces it; `pb-assign audit show {seq} \
                 --extract DIR` gives what was published.",
                out.display()
            )),
        }
    }
    let configured = settings(&prepared.config);
    let settings = Settings { timeout: stages.left_of(configured.timeout), ..configured };
    let mut solved = stages.run("solve", || solve(&prepared, &settings));
    // A solver that was ended with the run has not failed.
    interrupt::check()?;
    let ending = stages.run("certify", || certificate::ending(&prepared, &mut solved));
    let mut report = stages.run("evaluate", || report(&prepared, &solved, ending, &settings));
    report.run = run_info(&prepared, &solved, arguments);
    stages.run("verify", || verify(&prepared, &report))?;
    report.run.stages = stages.times();
    let exit = Exit::of_status(report.status());
    let mut recorded = None;
    if !arguments.dry_run {
        let _turn = interrupt::turn();
        let mut locked = record.lock(out)?;
        // Somebody else may have done the same run meanwhile.
        if let Before::Done(same) = record.same_run(&locked, &report.run_id, &report.run.read, out) {
            return again(&record, &mut locked, &same, &prepared);
        }
        let run = record.publish(&mut locked, &prepared, &mut report, exit)?;
        recorded = Some(Recorded { run, is_new: true });
        tracing::info!(out = %out.display(), "published");
    }
    let impact = arguments.dry_run.then(|| impact::of(&report, &prepared.config, record.state()));
    show(&report, impact.as_ref());
    let line =
        reporter::summary_line(&report, exit as u8, (!arguments.dry_run).then_some(out.as_path()), impact.as_ref());
    Ok((exit, line, recorded))
}

/// How the same run ended before, of which nothing changes.
fn again(record: &Record<'_>, locked: &mut Locked, same: &Chained, prepared: &Prepared) -> Attempted {
    let ledger = record.rerun(locked, same)?;
    let run = same.entry.run().expect("the entry of a run");
    let out = &prepared.config.outputs;
    let published = std::fs::read_to_string(out.join(result_json::FORMAT.file)).ok();
    let published = published.and_then(|text| ResultDocument::read(&text).ok());
    let said = published.as_ref().and_then(|document| verify::report(document, prepared));
    let said = said.map_or_else(String::new, |report| format!("{}\n", reporter::sentence(&report)));
    telemetry::tell(&format!(
        "{said}The same run is in the ledger as entry {}, and what it published is there: nothing changed (--again runs it anew).",
        same.seq
    ));
    let exit = if run.exit == Exit::Done as u8 { Exit::Done } else { Exit::Failed };
    let line = json!({
        "status": run.status, "reason": run.reason, "exit": run.exit, "run_id": run.run_id, "as_of": run.as_of,
        "dry_run": false, "rerun": true, "out": out.display().to_string(),
        "result": out.join(result_json::FORMAT.file).display().to_string(),
        "objective": published.and_then(|document| document.objective), "counts": run.counts, "ledger": ledger,
    });
    Ok((exit, line.to_string(), Some(Recorded { run: run.clone(), is_new: false })))
}

pub(crate) fn solve(prepared: &Prepared, settings: &Settings) -> SolvedByLevels {
    let mut line = ProgressLine::new();
    let solved = solver::solve_by_levels(&prepared.problem, settings, &mut |progress| line.look(&progress));
    line.done();
    for work in &solved.work {
        tracing::info!(
            purpose = work.purpose,
            backend = work.backend,
            stop = work.stop,
            rows = work.rows,
            columns = work.columns,
            nodes = work.nodes,
            elapsed_ms = work.elapsed_ms,
            "solver call"
        );
    }
    solved
}

/// Everything there is to say about the outcome; not yet what differs from run to run.
pub(crate) fn report<'a>(
    prepared: &'a Prepared,
    solved: &SolvedByLevels,
    ending: Ending,
    settings: &Settings,
) -> Report<'a> {
    let Prepared { config, read, book, problem, warnings } = prepared;
    let plan = solved.outcome.plan();
    let placement = plan.map(|plan| plan.placement.clone());
    Report {
        book,
        day: &read.day,
        base_currency: &config.desk.fx.base,
        as_of: config.as_of.map(|date| date.to_string()),
        run_id: run_id(prepared),
        reason: ending.reason,
        objective: ending.objective,
        certificates: ending.certificates,
        changes: plan.and_then(|plan| answer::changes(book, problem, &plan.placement)),
        standings: book.standings(placement.as_deref()),
        placement,
        diagnostics: answer::diagnostics(book, problem, solved, ending.infeasibility, warnings),
        inputs: read.digests.clone(),
        engine: engine(settings, !solved.is_alone),
        run: RunInfo::default(),
    }
}

/// What the run goes by: the same for the same configuration, content of files, date and version.
pub(crate) fn run_id(prepared: &Prepared) -> String {
    let Prepared { config, read, .. } = prepared;
    let mut hash = Sha256::new();
    let date = config.as_of.map(|date| date.to_string()).unwrap_or_default();
    for part in [env!("CARGO_PKG_VERSION"), &date, &config.sha256] {
        hash.update(part);
        hash.update([0]);
    }
    for input in &read.digests {
        hash.update(&input.sha256);
    }
    domain::hex(&hash.finalize()[..8])
}

fn run_info(prepared: &Prepared, solved: &SolvedByLevels, arguments: &RunArguments) -> RunInfo {
    let (searches, others) = solved.work.iter().partition::<Vec<&Work>, _>(|work| work.purpose == "search");
    let config = &arguments.inputs.config;
    RunInfo {
        started_at: jiff::Timestamp::now().to_string(),
        host: host(),
        config: std::path::absolute(config).unwrap_or_else(|_| config.clone()).display().to_string(),
        arguments: std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
        out: (!arguments.dry_run).then(|| prepared.config.outputs.display().to_string()),
        read: files_read(prepared, config),
        stages: Vec::new(),
        work: counts(&solved.work),
        searches: searches.into_iter().map(|work| course::record(&prepared.problem, work)).collect(),
        others: others.into_iter().map(other_record).collect(),
        repeatable: solved.is_repeatable,
        ledger: None,
    }
}

fn other_record(work: &Work) -> OtherRecord {
    OtherRecord { backend: work.backend.clone(), purpose: work.purpose.to_owned(), stop: work.stop.to_owned() }
}

/// What was done, by name.
fn counts(work: &[Work]) -> BTreeMap<String, u64> {
    let sum = |part: fn(&Work) -> u64| work.iter().map(part).sum::<u64>();
    let mut counts = BTreeMap::from([
        ("solver_calls".to_owned(), work.len() as u64),
        ("nodes".to_owned(), sum(|work| u64::try_from(work.nodes).unwrap_or(0))),
        ("search_rounds".to_owned(), sum(|work| work.rounds)),
        ("moves".to_owned(), sum(|work| work.moves)),
    ]);
    if let Some(first) = work.iter().find_map(|work| work.first_plan_ms) {
        counts.insert("first_plan_ms".to_owned(), first);
    }
    counts
}

/// Every file that was read, by its bytes.
pub(crate) fn files_read(prepared: &Prepared, config: &Path) -> Vec<InputDigest> {
    let config = InputDigest { path: config.display().to_string(), sha256: prepared.config.sha256.clone() };
    std::iter::once(config).chain(prepared.read.files.iter().cloned()).collect()
}

/// Recomputes what is about to be published. Nothing leaves this program that does not follow from its inputs.
fn verify(prepared: &Prepared, report: &Report<'_>) -> Result<(), Failure> {
    let day: &Day = &prepared.read.day;
    let claim = claim::of(&ResultDocument::of(report));
    let found = verifier::verify(&prepared.config.desk, day, &prepared.book, &claim);
    if found.is_empty() {
        return Ok(());
    }
    let discrepancies = found.iter().map(ToString::to_string).collect();
    Err(Failure::DoesNotHold { what: "the answer that was found".to_owned(), discrepancies, internal: true })
}

fn show(report: &Report<'_>, impact: Option<&Impact>) {
    let width = terminal_size::terminal_size_of(std::io::stderr()).map_or(100, |(width, _)| usize::from(width.0));
    let colour =
        telemetry::is_for_people() && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let style = Style { colour, width };
    let mut view = reporter::terminal(report, style);
    view.extend(impact.map(|impact| format!("\n{}", reporter::terminal_impact(impact, report, style))));
    telemetry::tell(&view);
}
