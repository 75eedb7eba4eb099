//! Which run of the ledger somebody means: by the number of its entry, its `run_id`, its date, or as `latest`.

use jiff::civil::Date;
use monitor::{Chained, Event, Ledger, Line, State};

use crate::{Failure, telemetry};

/// What stands for the last run.
const LATEST: &str = "latest";

/// How many digits a `run_id` has.
const ID_DIGITS: usize = 16;

/// Whether a text names a run of the ledger, whatever the ledger holds.
pub(crate) fn is_a_run(text: &str) -> bool {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = text.len() == ID_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text == LATEST || is_number || is_id || is_date(text)
}

/// The entry that a text names; of several runs with one date or `run_id`, and of all for `latest`, the last.
///
/// # Errors
/// A ledger that does not hold, and a run that it does not have.
pub(crate) fn find(state: &State, ledger: &Ledger, text: &str) -> Result<Chained, Failure> {
    let found = entries(ledger)?.into_iter().rfind(|chained| is_named(chained, chained.seq, text));
    found.ok_or_else(|| unknown(state, ledger.seq(), text))
}

/// The same among lines of which not all may hold: by its place, where it cannot be read.
///
/// # Errors
/// A run that is not among them.
pub(crate) fn line<'a>(state: &State, lines: &'a [Line], text: &str) -> Result<&'a Line, Failure> {
    let is_it = |line: &&Line| match &line.says {
        Some(chained) => is_named(chained, line.place, text),
        None => line.place.to_string() == text,
    };
    lines.iter().rfind(is_it).ok_or_else(|| unknown(state, lines.len() as u64, text))
}

fn is_named(chained: &Chained, seq: u64, text: &str) -> bool {
    let run = chained.entry.run();
    let has = |name: Option<&String>| name.is_some_and(|name| name == text);
    seq.to_string() == text
        || run.is_some_and(|run| text == LATEST || has(run.run_id.as_ref()) || has(run.as_of.as_ref()))
}

fn unknown(state: &State, last: u64, text: &str) -> Failure {
    Failure::Request {
        message: format!("failed to find entry or run {text} in {}", state.ledger_path().display()),
        hint: match last {
            0 => "it has no entry yet: the first run adds one".to_owned(),
            last => format!("it has the entries 1 to {last}; `pb-assign audit list` shows their runs and dates"),
        },
    }
}

/// The entry whose files are those of this one, by its number: of a rerun, that of the run which it repeats.
pub(crate) fn with_files(found: &Chained) -> u64 {
    match &found.entry.event {
        Event::Rerun(rerun) => {
            telemetry::tell(&format!("Entry {} is a rerun of entry {}.", found.seq, rerun.of));
            rerun.of
        }
        _ => found.seq,
    }
}

/// Every entry, all of them checked.
///
/// # Errors
/// The first that does not hold.
pub(crate) fn entries(ledger: &Ledger) -> Result<Vec<Chained>, Failure> {
    let entries: Result<Vec<Chained>, (u64, String)> = ledger.entries().collect();
    entries.map_err(|(seq, what)| Failure::DoesNotHold {
        what: "the ledger".to_owned(),
        discrepancies: vec![format!("entry {seq}: {what}")],
        internal: false,
    })
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_folders_in_it_is_never_a_run() {
        for run in ["12", "latest", "2026-11-20", "8c1f00aa00bb00cc"] {
            assert!(is_a_run(run), "{run}");
            assert!(!is_a_run(&format!("./{run}")), "{run}");
        }
        assert!(!["out", "", "12a", "out/latest", "2026-11-31"].into_iter().any(is_a_run));
    }
}
