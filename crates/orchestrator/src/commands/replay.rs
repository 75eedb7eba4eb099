//! `pb-assign replay`: a run again, its searches cut where they were cut, and the answers compared.
//!
//! A search looks at the clock at counted points. `run.json` has which of these looks said stop, so that the same work is
//! done again on any machine under any load. Another solver's work is not counted by us: where it had a part in the
//! answer, what it said is on record and is said again. A run without our own search, or with a solver that failed, has
//! nothing of that kind: the others are asked again with the whole time limit, and the line on standard output says so.
//!
//! A run of the ledger is repeated from its kept files (`replay/kept.rs`), a published folder from the files where they are
//! (`replay/folder.rs`).

mod difference;
mod folder;
mod kept;

use reporter::formats::{certificate_json, result_json};
use reporter::{Report, RunRecord};
use serde_json::{Value, json};
use solver::{Backends, Course, Settings};

use self::difference::Difference;
use super::run::{report, solve};
use super::{Prepared, settings};
use crate::arguments::ReplayArguments;
use crate::certificate;
use crate::exit::Exit;
use crate::stage::Stages;
use crate::{Failure, course, telemetry, wanted};

/// What is compared, byte by byte.
const COMPARED: [reporter::formats::Format; 2] = [result_json::FORMAT, certificate_json::FORMAT];

/// The most differences below one member of a file that are shown to people; the line on standard output has all.
const MOST_SHOWN: usize = 5;

/// Repeats the run. Nothing is written but copies of kept files, which are gone when it ends.
///
/// # Errors
/// A run that cannot be repeated: no answer, lost files, other files than it had.
pub fn run(arguments: &ReplayArguments) -> Result<(Exit, String), Failure> {
    match (&arguments.wanted, &arguments.run) {
        (Some(run), _) if wanted::is_a_run(run) => kept::replay(run, arguments),
        (Some(dir), _) => folder::replay(dir.as_ref(), arguments),
        (None, Some(dir)) => folder::replay(dir, arguments),
        (None, None) => unreachable!("the command line has one of them"),
    }
}

/// What was published, and what it takes to do it again.
struct Published {
    /// What it goes by in a sentence: `the run in out/latest`.
    name: String,
    /// The number of its entry in the ledger, where it is taken from there.
    seq: Option<u64>,
    record: RunRecord,
    /// The files of [`COMPARED`], in that order.
    files: Vec<Vec<u8>>,
}

/// Does the run again with what `prepared` has read, and says whether the answer is the same.
fn repeated(published: &Published, prepared: &Prepared, stages: &mut Stages) -> Result<(Exit, String), Failure> {
    let configured = settings(&prepared.config);
    let courses = published.record.searches.iter().map(|search| course::read(&prepared.problem, search));
    let courses: Vec<Course> = courses.collect::<Option<_>>().ok_or_else(|| Failure::Request {
        message: format!("run.json of {} has a plan in its searches that is none of this day's trades", published.name),
        hint:
            "take the folder from a backup, or repeat the run from what the ledger keeps of it: replay RUN --state DIR"
                .to_owned(),
    })?;
    let from_record = from_record(&published.record, &courses);
    let again = stages.run("solve", || repeat(prepared, &published.record, courses, &configured));
    let mut differences = Vec::new();
    for (format, recorded) in COMPARED.iter().zip(&published.files) {
        differences.extend(difference::between(format.file, recorded, &(format.write)(&again, &[])?));
    }
    let help = helpers(&published.record);
    let by = other_engine(&published.files[0], &again);
    if differences.is_empty() {
        telemetry::tell(&said(published, &help, &from_record));
    } else {
        telemetry::tell(&account(published, &help, by.as_deref(), &differences));
    }
    let exit = if differences.is_empty() { Exit::Done } else { Exit::Failed };
    let files: Vec<&str> = COMPARED.iter().map(|format| format.file).collect();
    let record = &published.record;
    let mut line = json!({
        "replay": if differences.is_empty() { "same" } else { "differs" }, "exit": exit as u8, "run_id": record.run_id,
        "entry": published.seq, "repeatable": record.repeatable, "compared": files, "searches": record.searches.len(),
        "asked_again": help, "from_record": from_record,
    });
    if !differences.is_empty() {
        line["status"] = "failed".into();
        line["reason"] = exit.word().into();
        line["other_engine"] = by.into();
        line["differences"] = differences.iter().map(Difference::to_json).collect();
    }
    Ok((exit, line.to_string()))
}

/// The answer, made again.
fn repeat<'a>(prepared: &'a Prepared, record: &RunRecord, courses: Vec<Course>, configured: &Settings) -> Report<'a> {
    // A search that failed recorded no cuts: it is done again in the time that it had.
    let has_failed = record.searches.iter().any(|search| search.stop == "failed");
    let mut repeating = Settings { courses: (!has_failed).then_some(courses), ..configured.clone() };
    if record.repeatable {
        // What others said changed nothing, or is on record.
        repeating.backends = Backends::new(Vec::new());
    }
    let mut solved = solve(prepared, &repeating);
    let ending = certificate::ending(prepared, &mut solved);
    report(prepared, &solved, ending, configured)
}

/// The other solvers that have to be asked again, each once.
fn helpers(record: &RunRecord) -> Vec<&str> {
    if record.repeatable { Vec::new() } else { others(record) }
}

/// The other solvers whose part in the answer is on record, each once.
fn from_record<'a>(record: &'a RunRecord, courses: &[Course]) -> Vec<&'a str> {
    let is_alone = courses.iter().all(Course::is_alone);
    if is_alone || !record.repeatable { Vec::new() } else { others(record) }
}

/// The other solvers that were asked, each once.
fn others(record: &RunRecord) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for other in &record.others {
        if !names.contains(&other.backend.as_str()) {
            names.push(&other.backend);
        }
    }
    names
}

/// That another version of the product or of a solver made the answer, where it did.
fn other_engine(recorded: &[u8], again: &Report<'_>) -> Option<String> {
    let recorded: Value = serde_json::from_slice(recorded).ok()?;
    let [version, solver] = ["version", "solver"].map(|key| recorded["engine"][key].as_str().unwrap_or("unknown"));
    let now = &again.engine;
    (version != now.version || solver != now.solver).then(|| {
        format!("it was made by pb-assign {version} with {solver}, and this is {} with {}", now.version, now.solver)
    })
}

/// What is not as it was.
fn account(published: &Published, help: &[&str], by: Option<&str>, differences: &[Difference]) -> String {
    let had_a_part = (!help.is_empty())
        .then(|| format!("{} had a part in it, whose work the counts do not repeat", help.join(", ")));
    let why: Vec<String> = had_a_part.into_iter().chain(by.map(str::to_owned)).collect();
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) };
    let mut lines = vec![format!("{} does not give the same answer again{why}:", published.name)];
    for group in differences.chunk_by(|a, b| a.member() == b.member()) {
        lines.extend(group.iter().take(MOST_SHOWN).map(ToString::to_string));
        let more = group.len().saturating_sub(MOST_SHOWN);
        if more > 0 {
            let (file, member) = group[0].member();
            lines.push(format!("{file}: … and {more} more below /{member}, all of them on standard output"));
        }
    }
    lines.join("\n")
}

fn said(published: &Published, help: &[&str], from_record: &[&str]) -> String {
    let count = published.record.searches.len();
    let searches = if count == 1 { "1 search".to_owned() } else { format!("{count} searches") };
    let files = COMPARED.map(|format| format.file).join(" and ");
    let same = format!(
        "Repeated {}: {searches} cut where the run cut them; {files} are the same to the byte.",
        published.name
    );
    if !from_record.is_empty() {
        return format!(
            "{same}\nWhat {} said was not asked again but taken from its run.json.",
            from_record.join(", ")
        );
    }
    if help.is_empty() {
        return same;
    }
    let names = help.join(", ");
    format!("{same}\nThe counts do not repeat the work of {names}: it was asked again, and said the same this time.")
}
