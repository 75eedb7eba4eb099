//! What a run leaves in the ledger, and when: its entry is its commit.
//!
//! ```text
//! answer ──► files kept (archive) ──► files staged beside --out ──► entry appended ──► staged files swapped in
//!                                                                  ▲ from here on the run is done: what a crash
//!                                                                    leaves undone the next run does first
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use domain::Problem;
use monitor::entry::SCHEMA;
use monitor::state::ToKeep;
use monitor::{
    Breach, Chained, Entry, Event, History, Kept, Ledger, Locked, MonitorError, ObjectiveEntry, ProblemEntry, Rerun,
    RunEntry, State,
};
use reporter::formats::result_json::Exact;
use reporter::formats::run_json;
use reporter::{InputDigest, LedgerHead, Rendered, Report, ResultDocument};
use sha2::{Digest, Sha256};

use crate::arguments::RunArguments;
use crate::commands::Prepared;
use crate::config::{self, Watch};
use crate::exit::Exit;
use crate::published::{self, head_of};
use crate::watch::{self, Found};
use crate::{Failure, answer, interrupt, telemetry};

/// The most problems that an entry of a refused run names; the rest is counted.
const MOST_PROBLEMS: usize = 20;

/// How long a run waits for the record before it looks whether it was told to end.
const WAIT_AT_ONCE: Duration = Duration::from_millis(100);

/// Who runs, and where it is recorded.
pub(crate) struct Record<'a> {
    arguments: &'a RunArguments,
    state: State,
}

/// What came of the same run before.
pub(crate) enum Before {
    /// It was not done, or another run published there since.
    NotDone,
    /// It was done, and what it published is there: its entry.
    Done(Box<Chained>),
    /// It was done, and what it published was changed since.
    Changed {
        /// The number of its entry.
        seq: u64,
        /// The files that are not what they were.
        files: String,
    },
}

impl<'a> Record<'a> {
    /// The record of a run whose configuration holds `configured`; without a configuration that can be read, `state` beside
    /// where it lies.
    pub(crate) fn of(arguments: &'a RunArguments, configured: Option<&Path>) -> Self {
        let beside = || arguments.inputs.config.parent().unwrap_or(Path::new("")).join("state");
        let folder = arguments.state.clone().or(configured.map(Path::to_owned)).unwrap_or_else(beside);
        Self { arguments, state: State::at(&folder) }
    }

    /// The record as a folder.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Gets hold of the record, and first finishes what a crash interrupted; `out` is where this run publishes. A run that is
    /// told to end waits for nobody.
    pub(crate) fn lock(&self, out: &Path) -> Result<Locked, Failure> {
        self.lock_within(self.arguments.wait, Some(out))
    }

    fn lock_within(&self, wait: Duration, out: Option<&Path>) -> Result<Locked, Failure> {
        let begun = Instant::now();
        let left = || if interrupt::is_asked() { Duration::ZERO } else { wait.saturating_sub(begun.elapsed()) };
        let locked = loop {
            let left = left();
            match self.state.lock(left.min(WAIT_AT_ONCE), &who()) {
                Err(MonitorError::Busy { .. }) if !left.is_zero() => interrupt::check()?,
                locked => break locked?,
            }
        };
        settle(&self.state, &locked, out, &|| !left().is_zero())?;
        Ok(locked)
    }

    /// Whether the same run, of the same files byte by byte, was done before, and what it published is there as it was.
    pub(crate) fn same_run(&self, locked: &Locked, run_id: &str, read: &[InputDigest], out: &Path) -> Before {
        if self.arguments.again {
            return Before::NotDone;
        }
        let is_same = |run: &RunEntry| {
            let before = run.config.iter().chain(&run.inputs).map(|file| &file.sha256);
            run.run_id.as_deref() == Some(run_id)
                && run.out == path_text(out)
                && before.eq(read.iter().map(|file| &file.sha256))
        };
        let found =
            locked.ledger.with_text(run_id, usize::MAX).find(|chained| chained.entry.run().is_some_and(is_same));
        let Some((found, run)) = found.as_ref().and_then(|found| Some((found, found.entry.run()?))) else {
            return Before::NotDone;
        };
        // A run that ran out of time, or whose solver failed, may do better another time.
        if run.exit != Exit::Done as u8 && run.reason != "infeasible" {
            return Before::NotDone;
        }
        let changed: Vec<&str> = run
            .outputs
            .iter()
            .filter(|file| !is_as_published(file, out, found))
            .map(|file| file.path.as_str())
            .collect();
        let is_last = || last_to(locked, out).is_some_and(|last| last.seq == found.seq);
        match changed.as_slice() {
            [] => Before::Done(Box::new(found.clone())),
            // Another run published there since, or nothing is there.
            _ if !out.exists() || !is_last() => Before::NotDone,
            changed => Before::Changed { seq: found.seq, files: changed.join(", ") },
        }
    }

    /// Refuses a folder that another desk of the same record publishes to: each would take away the answers of the other.
    pub(crate) fn check_owner(&self, locked: &Locked, out: &Path, desk: &str) -> Result<(), Failure> {
        let last = last_to(locked, out);
        let (out, config) = (path_text(out), path_text(&self.arguments.inputs.config));
        let Some(run) = last.as_ref().and_then(|last| last.entry.run()) else { return Ok(()) };
        let (Some(owner), Some(its_config)) = (&run.desk, &run.config_at) else { return Ok(()) };
        // A desk that was given another name, and one with two configurations, are still that desk.
        if owner == desk || config.as_ref() == Some(its_config) {
            return Ok(());
        }
        Err(Failure::Request {
            message: format!("{} has the answer of another desk: {owner}, by {its_config}", out.unwrap_or_default()),
            hint: format!(
                "give {desk} a folder of its own, as `outputs` or --out; or, where both are one desk, the same `desk` in both \
                 configurations"
            ),
        })
    }

    /// Records that a run was asked for again, and says how it had ended.
    pub(crate) fn rerun(&self, locked: &mut Locked, of: &Chained) -> Result<LedgerHead, Failure> {
        let run = of.entry.run().expect("the entry of a run");
        let (run_id, as_of) = (run.run_id.clone().unwrap_or_default(), run.as_of.clone());
        interrupt::check()?;
        interrupt::decide();
        let set_aside = make_way(locked)?;
        let chained = locked.append(&self.entry(Event::Rerun(Rerun { run_id, as_of, of: of.seq }), set_aside))?;
        let head = LedgerHead { seq: chained.seq, head: chained.hash.clone() };
        remember(locked);
        Ok(head)
    }

    /// Publishes the answer and records it, both or neither.
    pub(crate) fn publish(
        &self,
        locked: &mut Locked,
        prepared: &Prepared,
        report: &mut Report<'_>,
        exit: Exit,
    ) -> Result<RunEntry, Failure> {
        let out = &prepared.config.outputs;
        interrupt::check()?;
        let files = reporter::render(report)?;
        let (config, inputs) = files_read(prepared, &self.arguments.inputs.config, report)?;
        let to_keep = std::iter::once(&config).chain(&inputs).map(|(path, bytes)| ToKeep { path, bytes });
        let to_keep: Vec<ToKeep<'_>> =
            to_keep.chain(files.iter().map(|file| ToKeep { path: file.file, bytes: &file.bytes })).collect();
        let set_aside = make_way(locked)?;
        let mut kept = locked.keep(&to_keep)?;
        interrupt::check()?;
        let outputs = kept.split_off(1 + inputs.len());
        let config = Some(kept.remove(0));
        let watch = &prepared.config.watch;
        let run = RunEntry {
            desk: Some(watch.desk.clone()),
            config_at: path_text(&self.arguments.inputs.config),
            config,
            inputs: kept,
            problem: Some(digest(&prepared.problem)),
            out: path_text(out),
            outputs,
            ..run_entry(report, exit)
        };
        let mut entry = self.entry(Event::Run(Box::new(run)), set_aside);
        watch::decide(&mut entry, &locked.ledger, watch, Found::of_report(report, watch));
        let (seq, head) = (locked.ledger.next_seq(), locked.ledger.hash_of_next(&entry));
        report.run.ledger = Some(LedgerHead { seq, head });
        let files: Vec<Rendered> = reporter::render_run(report, files)?;
        let begun = Instant::now();
        let patience = || !interrupt::is_asked() && begun.elapsed() < self.arguments.wait;
        // The disk is waited for once, for what is kept and for what is to be published.
        let (kept, staged) = std::thread::scope(|scope| {
            let kept = scope.spawn(|| locked.flush());
            let staged = reporter::stage(out, &files, &patience);
            (kept.join().expect("a flush does not panic"), staged)
        });
        interrupt::check()?;
        kept?;
        let staged = staged?;
        interrupt::decide();
        watch::pack(&self.state, &locked.ledger, &entry, watch);
        locked.append(&entry)?;
        staged.swap_and(|| remember(locked))?;
        Ok(entry.run().expect("the entry of a run").clone())
    }

    /// Records that a run was refused, or failed before it had an outcome. What goes wrong with that is said, and changes
    /// nothing about the run; there is no entry then.
    pub(crate) fn refusal(&self, failure: &Failure, watch: &Watch, found: Found) -> Option<RunEntry> {
        let (config, exit) = (&self.arguments.inputs.config, failure.exit());
        // A mistyped path is no desk, and gets no record.
        let bytes = std::fs::read(config).ok()?;
        let problems: Vec<ProblemEntry> = match failure {
            Failure::Refused(problems) => problems.iter().take(MOST_PROBLEMS).map(problem_entry).collect(),
            other => vec![ProblemEntry { code: None, place: None, message: other.to_string() }],
        };
        let count = if let Failure::Refused(problems) = failure { problems.len() } else { 1 };
        // Who waited in vain does not wait again.
        let is_busy = matches!(failure, Failure::Record(MonitorError::Busy { .. }));
        let wait = if is_busy { Duration::ZERO } else { self.arguments.wait };
        let written = self.lock_within(wait, None).and_then(|mut locked| {
            let path = config.display().to_string();
            // Where a secret may stand in it, it is not copied.
            let to_keep = [ToKeep { path: &path, bytes: &bytes }];
            let set_aside = make_way(&locked)?;
            let kept = locked.keep(if config::may_be_kept(config, &bytes) { &to_keep } else { &[] })?;
            let run = RunEntry {
                desk: found.is_of_a_desk().then(|| watch.desk.clone()),
                config_at: path_text(config),
                as_of: self.arguments.inputs.as_of.map(|date| date.to_string()),
                status: "failed".to_owned(),
                reason: exit.word().to_owned(),
                exit: exit as u8,
                engine: env!("CARGO_PKG_VERSION").to_owned(),
                config: kept.into_iter().next(),
                problems,
                problem_count: count as u64,
                ..RunEntry::default()
            };
            let mut entry = self.entry(Event::Run(Box::new(run)), set_aside);
            watch::decide(&mut entry, &locked.ledger, watch, found);
            watch::pack(&self.state, &locked.ledger, &entry, watch);
            locked.append(&entry)?;
            remember(&locked);
            Ok(entry.run().cloned())
        });
        match written {
            Ok(run) => return run,
            // The same is said as the reason why the run failed.
            Err(Failure::Record(_)) if matches!(failure, Failure::Record(_)) => {
                telemetry::tell("The run could not be recorded.");
            }
            Err(error) => telemetry::tell(&format!("The run could not be recorded: {error}")),
        }
        None
    }

    fn entry(&self, event: Event, set_aside: Vec<String>) -> Entry {
        entry(self.arguments.actor.as_deref(), event, set_aside)
    }
}

/// Puts right what a crash left of the last entry, before there is another; `out` is where a run is about to publish. Whoever
/// adds an entry does this first.
pub(crate) fn settle(
    state: &State,
    locked: &Locked,
    out: Option<&Path>,
    patience: reporter::publish::Patience<'_>,
) -> Result<(), Failure> {
    let out = out.and_then(path_text);
    let last = locked.ledger.last().and_then(|last| Some((last, last.entry.run()?.out.clone()?)));
    if let Some(found) = published::beyond(state, &locked.ledger, out.as_deref().map(Path::new)) {
        return Err(MonitorError::cut(&state.ledger_path(), locked.ledger.seq(), &found).into());
    }
    watch::settle(state, &locked.ledger);
    let Some((last, last_out)) = last else { return Ok(()) };
    let is_it = |run: &[u8]| head_of(run).is_some_and(|ledger| ledger.head == last.hash);
    match reporter::finish(Path::new(&last_out), is_it, patience) {
        Ok(false) => {}
        Ok(true) => {
            let seq = last.seq;
            telemetry::tell(&format!("Finished what a crash interrupted: published entry {seq} to {last_out}."));
        }
        Err(error) if out.as_ref() == Some(&last_out) => return Err(error.into()),
        // A run of another folder, or one that publishes nothing, has nothing to do with it.
        Err(error) => telemetry::tell(&format!(
            "What entry {} published is not in its place: failed to {error}; put that right, and run that day again.",
            last.seq
        )),
    }
    Ok(())
}

/// Moves aside what lies where the archive of the next entry belongs, says so, and gives what the entry is to say of it.
pub(crate) fn make_way(locked: &Locked) -> Result<Vec<String>, Failure> {
    let aside = locked.make_way()?;
    for name in &aside {
        telemetry::tell(&format!(
            "An archive in kept was of no entry. It is kept/{name} now, and entry {} says so. A run that was ended before \
             its entry leaves one; an entry that was cut off the ledger does, too: `pb-assign audit verify --expect-head` \
             with a head that was kept elsewhere tells which.",
            locked.ledger.next_seq()
        ));
    }
    Ok(aside)
}

/// Tells the history what is new in the ledger. What goes wrong with that is said, and changes nothing: the next run tells it.
pub(crate) fn remember(locked: &Locked) {
    match History::tell(locked) {
        Ok(told) => tell_lost(&told),
        Err(error) => telemetry::tell(&format!("The history is behind the ledger: failed to {error}")),
    }
}

/// An entry of now, by whoever is named; without a name, by the user as the system knows them.
pub(crate) fn entry(actor: Option<&str>, event: Event, set_aside: Vec<String>) -> Entry {
    let actor = actor.map_or_else(user, str::to_owned);
    let time = jiff::Timestamp::now().to_string();
    Entry { schema: SCHEMA.to_owned(), time, actor, host: host(), set_aside, event }
}

/// The last run that published to a folder.
fn last_to(locked: &Locked, out: &Path) -> Option<Chained> {
    let out = path_text(out);
    let text = serde_json::json!(out).to_string();
    let published = |chained: &Chained| chained.entry.run().is_some_and(|run| run.out == out);
    locked.ledger.with_text(&text, usize::MAX).find(published)
}

/// Whether a file that an entry published is there as it was. `run.json` has the hash of the entry, which the digest there
/// cannot have.
fn is_as_published(file: &Kept, out: &Path, published: &Chained) -> bool {
    let bytes = std::fs::read(out.join(&file.path)).unwrap_or_default();
    if file.path == run_json::FORMAT.file {
        head_of(&bytes).is_some_and(|ledger| ledger.head == published.hash)
    } else {
        monitor::sha256([bytes.as_slice()]) == file.sha256
    }
}

/// What an entry says about an outcome.
fn run_entry(report: &Report<'_>, exit: Exit) -> RunEntry {
    let document = ResultDocument::of(report);
    let text = |exact: &Exact| exact.0.to_string();
    let objective = document.objective.map(|objective| ObjectiveEntry {
        value: text(&objective.value),
        bound: objective.bound.as_ref().map(text),
        gap: objective.largest_gap().map(text),
        certified_gap: objective.largest_certified_gap().map(text),
    });
    let breaches = document.metrics.iter().filter(|metric| metric.breach != domain::Breach::None);
    let counts = [
        ("trades", report.book.trades.len()),
        ("accounts", report.book.accounts.len()),
        ("assigned", report.placement.as_ref().map_or(0, Vec::len)),
        ("breaches", report.broken_limits()),
        ("warnings", report.diagnostics.warnings.len()),
    ];
    RunEntry {
        run_id: Some(report.run_id.clone()),
        as_of: report.as_of.clone(),
        status: report.status().to_string(),
        reason: report.reason.to_string(),
        exit: exit as u8,
        engine: report.engine.version.clone(),
        solver: report.engine.solver.clone(),
        objective,
        fallbacks: answer::fallbacks(report),
        counts: counts.into_iter().map(|(name, count)| (name.to_owned(), count as u64)).collect::<BTreeMap<_, _>>(),
        breaches: breaches
            .map(|metric| Breach {
                account: metric.account.to_string(),
                metric: metric.metric.to_string(),
                breach: metric.breach.to_string(),
            })
            .collect(),
        ..RunEntry::default()
    }
}

/// Says which runs have nothing but their entries.
pub(crate) fn tell_lost(told: &monitor::history::Told) {
    for (seq, what) in &told.lost {
        telemetry::tell(&format!("What the run of entry {seq} found is not in the history: failed to {what}"));
    }
}

/// A file by its path, with its bytes.
type FileRead = (String, Vec<u8>);

/// The configuration and the files that were read, by their bytes, as they are now: which is as they were, or the run does
/// not count.
fn files_read(prepared: &Prepared, config: &Path, report: &Report<'_>) -> Result<(FileRead, Vec<FileRead>), Failure> {
    let sources = prepared.config.inputs.sources().map(|source| source.path.clone());
    let paths = std::iter::once(config.to_owned()).chain(sources);
    let mut files = Vec::new();
    for (path, read) in paths.zip(&report.run.read) {
        let bytes = std::fs::read(&path).map_err(|source| Failure::Io {
            action: "read",
            path: path.display().to_string(),
            source,
        })?;
        if monitor::sha256([bytes.as_slice()]) != read.sha256 {
            return Err(changed(&path));
        }
        files.push((read.path.clone(), bytes));
    }
    let config = files.remove(0);
    Ok((config, files))
}

fn changed(path: &Path) -> Failure {
    let source = std::io::Error::new(std::io::ErrorKind::ResourceBusy, "it changed while the run was reading it");
    Failure::Io { action: "read", path: path.display().to_string(), source }
}

fn digest(problem: &AssignmentProblem) -> String {
    let mut hash = Sha256::new();
    constraint_manager::digest::bytes(problem, &mut |part| hash.update(part));
    domain::hex(&hash.finalize())
}

fn problem_entry(problem: &Problem) -> ProblemEntry {
    ProblemEntry {
        code: Some(problem.code.id.to_owned()),
        place: Some(problem.place.to_string()),
        message: problem.message.clone(),
    }
}

/// Where something is, whatever folder the program runs in.
pub(crate) fn path_text(path: &Path) -> Option<String> {
    Some(std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path)).display().to_string())
}

/// Who gets hold of a record, for those who wait.
pub(crate) fn who() -> String {
    format!("{}, process {} on {}", jiff::Timestamp::now(), std::process::id(), host())
}

/// Who runs this, as the system knows them: the environment can say anything.
#[cfg(unix)]
fn user() -> String {
    let number = uzers::get_current_uid();
    let user = uzers::get_user_by_uid(number);
    user.map_or_else(|| format!("user {number}"), |user| user.name().to_string_lossy().into_owned())
}

/// Who runs this, as far as the environment says.
#[cfg(not(unix))]
fn user() -> String {
    std::env::var("USERNAME").unwrap_or_else(|_| "unknown".to_owned())
}

pub(crate) fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map_or_else(String::new, |name| name.trim().to_owned())
}

/// The record in a folder, for commands that only read it.
pub(crate) fn read(folder: &Path, patience: std::time::Duration) -> Result<(State, Locked), Failure> {
    let state = State::at(folder);
    require_ledger(&state)?;
    let locked = state.read(patience)?;
    Ok((state, locked))
}

/// Refuses a folder that has no ledger: whether there never was one, or it is gone.
pub(crate) fn require_ledger(state: &State) -> Result<(), Failure> {
    if state.ledger_path().is_file() {
        return Ok(());
    }
    state.check(&Ledger::open(&state.ledger_path())?)?;
    Err(Failure::Request {
        message: format!("failed to find a ledger in {}", state.folder().display()),
        hint: "name the folder that runs keep it in, such as --state my-desk/state; the first run of a desk makes it"
            .to_owned(),
    })
}
