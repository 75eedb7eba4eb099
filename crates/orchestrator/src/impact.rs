//! What a dry run is compared with: the last run with an assignment that was published to the same target, about the same
//! day or an earlier one. Of the same day that is the plan which a run would replace; for a new day it is how the day
//! before ended.
//!
//! It is found in the ledger and read from its kept files, or from the published folder where there is no ledger. Nothing is
//! written, no lock is taken, and what cannot be read is said: a dry run needs none of it.

use std::path::Path;

use monitor::{Chained, Kept, Ledger, MonitorError, State};
use reporter::formats::{result_json, run_json};
use reporter::{Impact, Published, Report, ResultDocument, RunRecord};

use crate::config::Config;
use crate::record::path_text;

/// What stands for the date in a target.
const DAY: &str = "{as_of}";

/// The impact of an answer that is not published.
pub(crate) fn of(report: &Report<'_>, config: &Config, state: &State) -> Impact {
    let mut remarks = Vec::new();
    let published = find(report, &config.outputs, state, &mut remarks);
    Impact::of(ResultDocument::of(report), published, remarks)
}

fn find(report: &Report<'_>, out: &Path, state: &State, remarks: &mut Vec<String>) -> Option<Published> {
    let as_of = report.as_of.as_deref();
    let target = Target::of(&path_text(out)?, as_of);
    let found = Ledger::open(&state.ledger_path()).map(|ledger| last(&ledger, &target, as_of));
    match found {
        Ok(Some((found, failed))) => {
            if let Some(failed) = failed {
                let why = failed.entry.run().map_or("", |run| run.reason.as_str());
                remarks.push(format!("run {} after it was published without an assignment ({why})", failed.seq));
            }
            kept(&found, state).map_err(|why| remarks.push(why)).ok()
        }
        Ok(None) => in_folder(out, as_of, remarks),
        Err(error) => {
            remarks.push(format!("failed to {error}"));
            in_folder(out, as_of, remarks)
        }
    }
}

/// A folder to publish to, the same for every day: the date in its path stands for itself.
#[derive(Debug, PartialEq, Eq)]
struct Target(String);

impl Target {
    fn of(out: &str, as_of: Option<&str>) -> Self {
        Self(as_of.map_or_else(|| out.to_owned(), |date| out.replace(date, DAY)))
    }

    /// What every line of the ledger about it holds.
    fn text(&self) -> String {
        let beginning = self.0.split(DAY).next().unwrap_or_default();
        let quoted = serde_json::Value::from(beginning).to_string();
        format!("\"out\":{}", quoted.trim_end_matches('"'))
    }
}

/// The last run with an assignment that was published to the target, by date, and the last one after it about the same date
/// that had none.
fn last(ledger: &Ledger, target: &Target, as_of: Option<&str>) -> Option<(Chained, Option<Chained>)> {
    let text = target.text();
    let is_asked_for = |chained: &Chained| {
        let Some(run) = chained.entry.run() else { return false };
        let date = run.as_of.as_deref();
        let is_there = run.out.as_deref().is_some_and(|out| Target::of(out, date) == *target);
        // A day's view uses earlier days only; a run without a date is no day at all.
        is_there && date.is_some() == as_of.is_some() && date <= as_of
    };
    let is_failed = |chained: &Chained| chained.entry.run().is_some_and(|run| run.status == "failed");
    let date = |chained: &Chained| chained.entry.run().and_then(|run| run.as_of.clone());
    let runs = ledger.with_text(&text, usize::MAX).filter(is_asked_for);
    let (failed, answered): (Vec<Chained>, Vec<Chained>) = runs.partition(is_failed);
    let found = answered.into_iter().max_by_key(|chained| (date(chained), chained.seq))?;
    let after = failed.into_iter().filter(|failed| date(failed) == date(&found) && failed.seq > found.seq);
    let after = after.max_by_key(|failed| failed.seq);
    Some((found, after))
}

/// The answer of an entry, from its kept file, or from what it published where that is still the same.
fn kept(found: &Chained, state: &State) -> Result<Published, String> {
    let run = found.entry.run().expect("the entry of a run");
    let day = run.as_of.as_ref().map_or_else(String::new, |day| format!(" of {day}"));
    let refused = |why: String| format!("what run {}{day} published cannot be read: {why}", found.seq);
    let is_result = |kept: &&Kept| kept.path == result_json::FORMAT.file;
    let file = run.outputs.iter().find(is_result).ok_or_else(|| refused("its entry names no answer".to_owned()))?;
    let out = run.out.clone().unwrap_or_default();
    let bytes = state.archive().read(file.kept_in, &file.sha256);
    let bytes = bytes.or_else(|error: MonitorError| {
        let published = std::fs::read(Path::new(&out).join(&file.path)).unwrap_or_default();
        let is_it = monitor::sha256([published.as_slice()]) == file.sha256;
        if is_it { Ok(published) } else { Err(refused(format!("failed to {error}"))) }
    })?;
    let document =
        ResultDocument::read(&String::from_utf8_lossy(&bytes)).map_err(|error| refused(error.to_string()))?;
    Ok(Published { entry: Some(found.seq), recorded_at: Some(found.entry.time.clone()), out, document })
}

/// What lies in the published folder, where no ledger says anything about it.
fn in_folder(out: &Path, as_of: Option<&str>, remarks: &mut Vec<String>) -> Option<Published> {
    let text = std::fs::read_to_string(out.join(result_json::FORMAT.file)).ok()?;
    let document = match ResultDocument::read(&text) {
        Ok(document) => document,
        Err(error) => {
            remarks.push(format!("what is published in {} cannot be read: failed to {error}", out.display()));
            return None;
        }
    };
    let date = document.as_of.as_deref();
    if !document.status.has_assignment() || date.is_some() != as_of.is_some() || date > as_of {
        return None;
    }
    let record = std::fs::read_to_string(out.join(run_json::FORMAT.file)).ok();
    let record = record.and_then(|text| RunRecord::read(&text).ok());
    let entry = record.and_then(|record| record.ledger).map(|ledger| ledger.seq);
    Some(Published { entry, recorded_at: None, out: path_text(out).unwrap_or_default(), document })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_the_same_every_day() {
        let target = Target::of("/d/out/2026-11-20", Some("2026-11-20"));
        assert_eq!(target, Target::of("/d/out/2026-11-19", Some("2026-11-19")));
        assert_ne!(target, Target::of("/d/scratch", Some("2026-11-19")));
        assert_eq!(target.text(), "\"out\":\"/d/out/");
        assert_eq!(Target::of("C:\\out\\now", None).text(), "\"out\":\"C:\\\\out\\\\now");
    }
}
