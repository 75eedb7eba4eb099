//! What else knows of entries. Where the kept archives or the history know of one that the ledger does not have, entries are
//! missing at its end: it was cut, or an older copy was put in its place.
//!
//! An archive is written before its entry, so that one of the number that comes next may be what a crash left. The history
//! is told after it.

use std::path::Path;

use crate::archive::Archive;
use crate::ledger::Ledger;

/// Everything that knows of entries behind the last one of the ledger, in words. The history was `told` up to an entry; where
/// that cannot be had, nothing.
pub(crate) fn beyond(archive: &Archive, history: &Path, told: Option<(u64, String)>, ledger: &Ledger) -> Vec<String> {
    // What cannot be looked at shows nothing, and is told by who has to use it.
    let numbers = archive.numbers().unwrap_or_default();
    let archives = numbers.into_iter().filter(|seq| *seq > ledger.next_seq());
    let mut found: Vec<String> =
        archives.map(|seq| format!("{} was kept for entry {seq}", archive.path(seq).display())).collect();
    if let Some((seq, head)) = told.filter(|(seq, _)| *seq > ledger.seq()) {
        found.push(format!("{} was told entry {seq} with the hash {head}", history.display()));
    }
    found
}
