//! Published answers that know of an entry which the ledger does not have.
//!
//! An archive of the number that comes next, without an entry, is what a run leaves that is ended before its entry. It is also
//! what is left of an entry that was cut off. An answer is published after its entry: one of that number tells the two apart.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use monitor::{Ledger, State};
use reporter::formats::run_json;
use reporter::{LedgerHead, RunRecord};

/// An answer of an entry behind the last one, in words, where an archive of that entry lies in the record: at `out`, where runs
/// of the ledger published, and in folders beside these, since a day has a folder.
pub(crate) fn beyond(state: &State, ledger: &Ledger, out: Option<&Path>) -> Option<String> {
    let kept: Vec<u64> =
        (ledger.seq() + 1..=ledger.next_seq()).filter(|seq| state.archive().path(*seq).is_file()).collect();
    if kept.is_empty() {
        return None;
    }
    let published = ledger.with_text("\"out\":\"", usize::MAX).filter_map(|chained| chained.entry.run()?.out.clone());
    let known: BTreeSet<PathBuf> = published.map(PathBuf::from).chain(out.map(Path::to_owned)).collect();
    let parents: BTreeSet<&Path> = known.iter().filter_map(|out| out.parent()).collect();
    let beside = parents.into_iter().filter_map(|parent| std::fs::read_dir(parent).ok()).flatten().flatten();
    // What a crash left beside a target is hidden, and was not published.
    let beside = beside.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    let folders: BTreeSet<PathBuf> = known.iter().cloned().chain(beside.map(|entry| entry.path())).collect();
    let of_missing = |folder: PathBuf| {
        let run = folder.join(run_json::FORMAT.file);
        let head = std::fs::read(&run).ok().and_then(|bytes| head_of(&bytes))?;
        kept.contains(&head.seq)
            .then(|| format!("{} is of entry {}, and so is an archive in kept", run.display(), head.seq))
    };
    folders.into_iter().find_map(of_missing)
}

/// The entry that a `run.json` says it is of.
pub(crate) fn head_of(run_json: &[u8]) -> Option<LedgerHead> {
    RunRecord::read(std::str::from_utf8(run_json).ok()?).ok()?.ledger
}
