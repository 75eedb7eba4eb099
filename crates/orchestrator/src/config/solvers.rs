//! Who looks for an assignment, how long and how closely.

use std::path::{Path, PathBuf};

use domain::{Decimal, Problem, Setting};

use super::codes::{EFFORT_OF_NOBODY, OUT_OF_RANGE};
use super::keys::{DEFAULT_MEMORY_BYTES, DEFAULT_PYTHON, DEFAULT_TIMEOUT_MS};
use super::read::{at, check_name, decimal_at, duration_ms_at, refuse, size_bytes_at, text_at};
use super::{BackendChoice, SolverSettings};

/// The settings under `solver`. Paths are relative to `folder`.
pub(super) fn solver(tree: &Setting, folder: &Path, problems: &mut Vec<Problem>) -> SolverSettings {
    let gap = decimal_at(tree, &["solver", "gap"]);
    if let Some((setting, gap)) = at(tree, &["solver", "gap"]).zip(gap)
        && (gap < Decimal::ZERO || gap >= Decimal::ONE)
    {
        let hint = "write a fraction from 0 to below 1: 0.0001 stops within 0.01 % of the best possible";
        problems.push(refuse(OUT_OF_RANGE, setting, format!("a gap of {gap} is not from 0 to below 1"), hint));
    }
    let backends = backends(tree, problems);
    SolverSettings {
        timeout_ms: duration_ms_at(tree, &["solver", "timeout"]).unwrap_or(DEFAULT_TIMEOUT_MS),
        gap: gap.unwrap_or(Decimal::new(1, 4)),
        effort: effort(tree, &backends, problems),
        backends,
        memory_bytes: size_bytes_at(tree, &["solver", "memory"]).unwrap_or(DEFAULT_MEMORY_BYTES),
        threads: threads(tree, problems),
        python: python(text_at(tree, &["solver", "python"]).unwrap_or(DEFAULT_PYTHON), folder),
        folder: folder.to_owned(),
    }
}

/// A command as it is, a path relative to the folder.
fn python(text: &str, folder: &Path) -> PathBuf {
    if text.contains(['/', '\\']) { folder.join(text) } else { PathBuf::from(text) }
}

/// The most threads: more than any machine this is meant for has cores.
const MOST_THREADS: u32 = 64;

fn threads(tree: &Setting, problems: &mut Vec<Problem>) -> u32 {
    let Some((setting, threads)) = at(tree, &["solver", "threads"]).zip(decimal_at(tree, &["solver", "threads"]))
    else {
        return 1;
    };
    let whole = u32::try_from(threads.trunc()).ok().filter(|_| threads.fract().is_zero());
    whole.filter(|whole| (1..=MOST_THREADS).contains(whole)).unwrap_or_else(|| {
        let hint = format!("write a whole number from 1 to {MOST_THREADS}");
        problems.push(refuse(OUT_OF_RANGE, setting, format!("{threads} is no number of threads"), hint));
        1
    })
}

/// Rounds of our own search, which somebody has to do.
fn effort(tree: &Setting, backends: &[BackendChoice], problems: &mut Vec<Problem>) -> Option<u64> {
    let (setting, rounds) = at(tree, &["solver", "effort"]).zip(decimal_at(tree, &["solver", "effort"]))?;
    if !backends.iter().any(BackendChoice::is_search) {
        let hint = "add search to solver.backends, or remove the effort: solver.timeout limits the others";
        let message = "an effort counts rounds of search, which is not among the backends".to_owned();
        problems.push(refuse(EFFORT_OF_NOBODY, setting, message, hint));
    }
    let whole = u64::try_from(rounds.trunc()).ok().filter(|whole| rounds.fract().is_zero() && *whole > 0);
    if whole.is_none() {
        let hint = "write a whole number, 1 or above; run.json of an earlier run says how many it did in searches";
        problems.push(refuse(OUT_OF_RANGE, setting, format!("{rounds} is no number of rounds"), hint));
    }
    whole
}

fn backends(tree: &Setting, problems: &mut Vec<Problem>) -> Vec<BackendChoice> {
    let Some(list) = at(tree, &["solver", "backends"]) else {
        return solver::backends::DEFAULT.iter().map(|kind| BackendChoice::Known(kind.name)).collect();
    };
    if list.items().is_empty() {
        let hint = "write at least one, such as `[search, highs]`, or leave the key out";
        problems.push(refuse(OUT_OF_RANGE, list, "no backends".to_owned(), hint));
    }
    let mut names: Vec<&str> = Vec::new();
    let mut choices = Vec::new();
    for item in list.items() {
        let known = item.text().and_then(|word| solver::backends::named(word.trim()));
        let Some(name) = known.map(|kind| kind.name).or_else(|| text_at(item, &["name"])) else { continue };
        if names.contains(&name) {
            let message = format!("the backend {name} is listed twice");
            problems.push(refuse(OUT_OF_RANGE, item, message, "list each backend once, in the order of preference"));
        }
        names.push(name);
        match known {
            Some(kind) => choices.push(BackendChoice::Known(kind.name)),
            None => choices.extend(own(item, name, problems)),
        }
    }
    choices
}

/// A backend of the desk's own.
fn own(item: &Setting, name: &str, problems: &mut Vec<Problem>) -> Option<BackendChoice> {
    let setting = at(item, &["name"])?;
    check_name(name, &setting.place, problems);
    if solver::backends::named(name).is_some() {
        let hint = "choose a name of your own, or list the word alone for the one that is built in";
        problems.push(refuse(OUT_OF_RANGE, setting, format!("{name} is the name of a backend that is built in"), hint));
    }
    let command = at(item, &["command"])?;
    let words: Vec<String> = command.items().iter().filter_map(|word| Some(word.text()?.to_owned())).collect();
    if words.is_empty() {
        let hint = "write the program and its arguments, such as `[python3, adapter.py]`";
        problems.push(refuse(OUT_OF_RANGE, command, "an empty command".to_owned(), hint));
    }
    Some(BackendChoice::Own { name: name.to_owned(), command: words })
}
