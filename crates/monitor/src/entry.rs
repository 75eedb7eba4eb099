//! What an entry of the ledger says.
//!
//! Texts and whole numbers only: a decimal is a text, so that its digits are its digits. Members are added, never taken
//! away or given another meaning.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::alerts::Standing;

/// The form of entries.
pub const SCHEMA: &str = "pb-assign/ledger/1";

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// [`SCHEMA`].
    pub schema: String,
    /// When it was written, in UTC: `2026-11-20T18:00:03.5Z`. Nothing depends on it.
    pub time: String,
    /// Who ran the program, as the system or the caller says.
    pub actor: String,
    /// On which machine.
    pub host: String,
    /// Archives that lay where those of this entry belong, and that no entry names, by the names that they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<String>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run ended, however it did.
    Run(Box<RunEntry>),
    /// A run that was done before was asked for again; nothing changed.
    Rerun(Rerun),
    /// The last line of the ledger was torn, and was taken off.
    Healed(Healed),
    /// Somebody ended the alerts of a desk that is no more.
    AlertsEnded(AlertsEnded),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunEntry {
    /// What the desk is called; nothing where that could not be read.
    #[serde(default)]
    pub desk: Option<String>,
    /// Where its configuration lies, whatever folder the program ran in.
    #[serde(default)]
    pub config_at: Option<String>,
    /// What the run goes by; the same for the same configuration, files, date and version. Nothing where it was refused.
    pub run_id: Option<String>,
    /// The date that it is about.
    pub as_of: Option<String>,
    /// `optimal`, `feasible` or `failed`.
    pub status: String,
    /// Why, in the word that the summary line has.
    pub reason: String,
    /// What the process ended with.
    pub exit: u8,
    /// The version of the product.
    pub engine: String,
    /// What solved, with versions.
    pub solver: String,
    /// The configuration; nothing where it was refused and a secret may stand in it.
    pub config: Option<Kept>,
    /// Every file that was read besides it.
    pub inputs: Vec<Kept>,
    /// SHA-256 of the stated problem.
    pub problem: Option<String>,
    /// Where the answer was published; nothing where none was.
    pub out: Option<String>,
    /// Every file of the answer. That of `run.json` is from before the entry's own hash was written into it.
    pub outputs: Vec<Kept>,
    /// What the assignment is worth.
    pub objective: Option<ObjectiveEntry>,
    /// Which ways of falling back were taken, by reason.
    pub fallbacks: Vec<String>,
    /// How many by name: trades, accounts, assigned, breaches, warnings.
    pub counts: BTreeMap<String, u64>,
    /// Every limit that is broken after the run, or was before it.
    pub breaches: Vec<Breach>,
    /// What was refused: the first problems, by code and place.
    pub problems: Vec<ProblemEntry>,
    /// How many there were.
    pub problem_count: u64,
    /// Which alerts fire after the run, and which of them changed with it.
    #[serde(default)]
    pub alerts: Standing,
}

/// A file as it was, and where a copy of it lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kept {
    /// Its path as the run had it, or its name in the answer.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The number of the entry whose archive holds it.
    pub kept_in: u64,
}

/// The objective of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveEntry {
    /// What the assignment is worth.
    pub value: String,
    /// What no assignment exceeds, as claimed; nothing where there are several levels.
    pub bound: Option<String>,
    /// The claimed gap; of several levels, the largest of theirs.
    pub gap: Option<String>,
    /// The gap that the certificate shows; of several levels, the largest of theirs.
    pub certified_gap: Option<String>,
}

/// A limit that does not hold, or did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// The account.
    pub account: String,
    /// The metric.
    pub metric: String,
    /// `inherited`, `caused` or `cured`.
    pub breach: String,
}

/// Why a run was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemEntry {
    /// The stable code, where it has one.
    pub code: Option<String>,
    /// Where: file, line, column.
    pub place: Option<String>,
    /// What.
    pub message: String,
}

/// The same run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rerun {
    /// What the run goes by.
    pub run_id: String,
    /// The date that it is about.
    pub as_of: Option<String>,
    /// The number of the entry of the run.
    pub of: u64,
}

/// What a crash left of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Healed {
    /// How many bytes were taken off.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: String,
    /// Their beginning, where it is text.
    pub text: String,
}

/// Whose alerts were ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertsEnded {
    /// What the desk was called.
    pub desk: String,
    /// Which alerts fire after it, and which were ended.
    pub alerts: Standing,
}

impl Entry {
    /// Which alerts fire after it, where it says anything about that.
    pub fn standing(&self) -> Option<&Standing> {
        match &self.event {
            Event::Run(run) => Some(&run.alerts),
            Event::AlertsEnded(ended) => Some(&ended.alerts),
            Event::Rerun(_) | Event::Healed(_) => None,
        }
    }

    /// The run that the entry is about, if it is one.
    pub fn run(&self) -> Option<&RunEntry> {
        if let Event::Run(run) = &self.event { Some(run) } else { None }
    }

    /// The date that the run is about which it tells of, where it has one.
    pub fn as_of(&self) -> Option<&str> {
        match &self.event {
            Event::Run(run) => run.as_of.as_deref(),
            Event::Rerun(rerun) => rerun.as_of.as_deref(),
            Event::Healed(_) | Event::AlertsEnded(_) => None,
        }
    }
}

impl RunEntry {
    /// Every file that it names: the configuration, what was read, what was published.
    pub fn files(&self) -> impl Iterator<Item = &Kept> {
        self.config.iter().chain(&self.inputs).chain(&self.outputs)
    }

    /// Every file that it names, with the path that a copy gets in a folder of the run: under `config`, `inputs` or `outputs`
    /// by its own name. Of two with one name, the later has its number before it, or the next number that makes it another
    /// name; what a file system or a list of digests could stumble over is an underline. `verify_chain.py` has the same rule.
    pub fn laid_out(&self) -> Vec<(String, &Kept)> {
        let parts = [("config", self.config.as_slice()), ("inputs", &self.inputs), ("outputs", &self.outputs)];
        let mut taken = BTreeSet::new();
        let mut laid_out = Vec::new();
        for (part, files) in parts {
            for (mut number, file) in (1_usize..).zip(files) {
                let name = plain_name(&file.path);
                let mut path = format!("{part}/{name}");
                // Some file systems take two spellings for one name.
                while !taken.insert(path.to_lowercase()) {
                    path = format!("{part}/{number}-{name}");
                    number += 1;
                }
                laid_out.push((path, file));
            }
        }
        laid_out
    }
}

/// The name of a file without its folders, those of another system included.
fn plain_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_harmful = |c: char| c.is_control() || "<>:\"|?*".contains(c);
    let name: String = name.chars().map(|c| if is_harmful(c) { '_' } else { c }).collect();
    if name.trim_matches('.').is_empty() { "file".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_and_names_that_lead_elsewhere_get_paths_of_their_own() {
        let kept = |path: &str| Kept { path: path.to_owned(), sha256: String::new(), kept_in: 1 };
        let inputs = ["a/data.csv", "b/DATA.csv", "C:\\in\\data.xlsx", "x/..", "two\nlines"].map(kept).to_vec();
        let run = RunEntry { config: Some(kept("/etc/desk.yaml")), inputs, ..RunEntry::default() };
        let paths: Vec<String> = run.laid_out().into_iter().map(|(path, _)| path).collect();
        let expected =
            ["data.csv", "2-DATA.csv", "data.xlsx", "file", "two_lines"].map(|name| format!("inputs/{name}"));
        assert_eq!(paths[0], "config/desk.yaml");
        assert_eq!(paths[1..], expected);
    }

    #[test]
    fn a_name_with_its_number_before_it_may_be_taken_too() {
        let kept = |path: &str| Kept { path: path.to_owned(), sha256: String::new(), kept_in: 1 };
        let inputs = ["a/3-data.csv", "b/data.csv", "c/data.csv", "d/4-Data.csv", "e/data.csv"].map(kept).to_vec();
        let run = RunEntry { inputs, ..RunEntry::default() };
        let paths: Vec<String> = run.laid_out().into_iter().map(|(path, _)| path).collect();
        // The third would be 3-data.csv, which the first is; the fourth and fifth meet what that leads to.
        let expected = ["3-data.csv", "data.csv", "4-data.csv", "4-4-Data.csv", "5-data.csv"];
        assert_eq!(paths, expected.map(|name| format!("inputs/{name}")));
    }
}
