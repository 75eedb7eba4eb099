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
    /// The last line was not finished. A crash leaves that; the next run puts it right.
    Torn {
        /// Its bytes.
        bytes: usize,
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
    let mut audit = Audit { entries: 0, head: GENESIS.to_owned(), files: 0, findings: Vec::new() };
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
    if !is_broken {
        // Behind the last entry a crash may leave one.
        let numbers = state.archive().numbers().unwrap_or_default().into_iter();
        let unnamed = numbers.filter(|seq| *seq <= audit.entries && !named.contains(seq));
        audit.findings.extend(unnamed.map(|seq| Finding::Unnamed { seq }));
        audit.findings.extend(state.beyond(&record.ledger).into_iter().map(|what| Finding::Beyond { what }));
    }
    if let Tail::Torn(bytes) = record.ledger.tail() {
        audit.findings.push(Finding::Torn { bytes });
    }
    if let Some(expected) = expected.filter(|_| !is_expected_found) {
        audit.findings.push(Finding::Head { expected: expected.to_owned() });
    }
    audit
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { seq, what } => write!(f, "entry {seq}: {what}"),
            Self::Torn { bytes } => {
                write!(f, "the last line was not finished: {bytes} bytes, which the next run takes off and says so")
            }
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
