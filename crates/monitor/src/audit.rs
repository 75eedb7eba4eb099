//! The whole record checked, for who trusts nobody: every line against those before it, every kept file against its
//! digest, and the head against one that was kept elsewhere.

use std::collections::BTreeSet;
use std::fmt;

use crate::chain::GENESIS;
use crate::ledger::Tail;
use crate::state::{Locked, State};

/// What was checked, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Entries that hold.
    pub entries: u64,
    /// The hash of the last of them.
    pub head: String,
    /// Files whose kept bytes were compared with their digests.
    pub files: u64,
    /// Everything wrong.
    pub findings: Vec<Finding>,
    /// Archives that no entry names and that a run may have left which was ended before its entry, in words. What a ledger
    /// lacks that was cut leaves the same.
    pub left_over: Vec<String>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A line that is not what was written, or not where it was; what comes after it cannot be trusted.
    Entry {
        /// Its number.
        seq: u64,
        /// What is wrong.
        what: String,
    },
    /// The last line is not whole.
    Torn {
        /// Its bytes.
        bytes: usize,
        /// Whether something knows of entries behind the last whole one: then it was whole. Else it was never finished, which a
        /// crash leaves and the next run puts right.
        was_whole: bool,
    },
    /// Something knows of entries behind the last one: they are missing.
    Beyond {
        /// What, in words.
        what: String,
    },
    /// An archive that no entry names: entries were changed, or somebody put it there.
    Unnamed {
        /// The number that it has.
        seq: u64,
    },
    /// No entry has the hash that was expected: entries are missing at the end, or the ledger is another one.
    Head {
        /// What was expected.
        expected: String,
    },
    /// A kept file that is gone or changed.
    File {
        /// The number of the entry that names it.
        seq: u64,
        /// Its path there.
        path: String,
        /// What is wrong.
        what: String,
    },
}

/// Checks a record. `expected` is a head that somebody kept: it must be that of an entry. With `files` every kept file is
/// read; it takes as long as that takes.
pub fn audit(state: &State, record: &Locked, expected: Option<&str>, files: bool) -> Audit {
    let mut audit =
        Audit { entries: 0, head: GENESIS.to_owned(), files: 0, findings: Vec::new(), left_over: Vec::new() };
    let mut is_expected_found = expected.is_none_or(|expected| expected == GENESIS);
    let (mut compared, mut named) = (BTreeSet::new(), BTreeSet::new());
    for entry in record.ledger.entries() {
        let entry = match entry {
            Ok(entry) => entry,
            Err((seq, what)) => {
                audit.findings.push(Finding::Entry { seq, what });
                break;
            }
        };
        audit.entries = entry.seq;
        is_expected_found |= expected == Some(entry.hash.as_str());
        named.extend(entry.entry.run().into_iter().flat_map(|run| run.files()).map(|file| file.kept_in));
        for file in entry.entry.run().filter(|_| files).into_iter().flat_map(|run| run.files()) {
            if !compared.insert((file.kept_in, file.sha256.clone())) {
                continue;
            }
            audit.files += 1;
            if let Err(error) = state.archive().read(file.kept_in, &file.sha256) {
                let (path, what) = (file.path.clone(), error.to_string());
                audit.findings.push(Finding::File { seq: entry.seq, path, what });
            }
        }
        audit.head = entry.hash;
    }
    let is_broken = !audit.findings.iter().all(|finding| matches!(finding, Finding::File { .. }));
    if let Tail::Torn(bytes) = record.ledger.tail() {
        audit.findings.push(Finding::Torn { bytes, was_whole: false });
    }
    if !is_broken {
        let numbers = state.archive().numbers().unwrap_or_default().into_iter();
        let unnamed = numbers.filter(|seq| *seq <= audit.entries && !named.contains(seq));
        audit.findings.extend(unnamed.map(|seq| Finding::Unnamed { seq }));
        for what in state.beyond(&record.ledger) {
            audit.add_beyond(what);
        }
        audit.left_over = left_over(state, record);
    }
    if let Some(expected) = expected.filter(|_| !is_expected_found) {
        audit.findings.push(Finding::Head { expected: expected.to_owned() });
    }
    audit
}

impl Audit {
    /// Adds that something knows of entries behind the last one: they are missing.
    pub fn add_beyond(&mut self, what: String) {
        for finding in &mut self.findings {
            if let Finding::Torn { was_whole, .. } = finding {
                *was_whole = true;
            }
        }
        self.findings.push(Finding::Beyond { what });
    }
}

/// Archives where that of the next entry belongs, and those that lay there before a run came.
fn left_over(state: &State, record: &Locked) -> Vec<String> {
    let next = record.ledger.seq() + 1..=record.ledger.next_seq();
    let next = next.filter(|seq| state.archive().path(*seq).is_file()).map(|seq| format!("{seq:06}.zip"));
    let told = |name: String| {
        format!(
            "kept/{name}: no entry names it. A run that was ended before its entry leaves such an archive; an entry that was cut \
             off does, too: --expect-head, with a head that was kept elsewhere, tells which"
        )
    };
    next.chain(state.archive().aside().unwrap_or_default()).map(told).collect()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { seq, what } => write!(f, "entry {seq}: {what}"),
            Self::Torn { bytes, was_whole: false } => {
                write!(f, "the last line was not finished: {bytes} bytes, which the next run takes off and says so")
            }
            Self::Torn { bytes, was_whole: true } => write!(
                f,
                "the last line is not whole any more: {bytes} bytes. Its entry was written, as is said here, so that no run \
                 takes them off: put the whole ledger back"
            ),
            Self::Beyond { what } => {
                write!(f, "{what}, which the ledger does not have: entries are missing at its end")
            }
            Self::Unnamed { seq } => write!(f, "kept/{seq:06}.zip: no entry names it"),
            Self::Head { expected } => {
                write!(f, "no entry has the hash {expected}: entries are missing, or it is another ledger")
            }
            Self::File { seq, path, what } => write!(f, "entry {seq}, {path}: failed to {what}"),
        }
    }
}
