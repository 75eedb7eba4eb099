//! What was kept of a run, all of it or none: for who repeats the run, and for who wants its files back.

use std::collections::BTreeMap;

use monitor::{RunEntry, State};

use crate::Failure;

/// Every file of a run by its path in [`RunEntry::laid_out`].
///
/// # Errors
/// Every file that is lost or is not what it was, at once, and what the system refuses.
pub(crate) fn read(state: &State, seq: u64, run: &RunEntry) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let (mut bytes, mut lost) = (BTreeMap::new(), Vec::new());
    for (path, kept) in run.laid_out() {
        match state.archive().read(kept.kept_in, &kept.sha256) {
            Ok(read) => drop(bytes.insert(path, read)),
            Err(error) if error.is_lost() => lost.push(format!("{}: failed to {error}", kept.path)),
            Err(error) => return Err(error.into()),
        }
    }
    if lost.is_empty() {
        return Ok(bytes);
    }
    let what = format!("what was kept of the run of entry {seq}");
    Err(Failure::DoesNotHold { what, discrepancies: lost, internal: false })
}
