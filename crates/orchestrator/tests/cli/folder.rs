//! What is in a folder, so that two moments can be compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// Every file and folder below, by its path: when it was changed, and its bytes.
pub(crate) fn everything(folder: &Path) -> BTreeMap<String, (SystemTime, Vec<u8>)> {
    let mut found = BTreeMap::new();
    add(folder, "", &mut found);
    found
}

/// As [`everything`], without the record: what a run changes of it is no part of what it publishes.
pub(crate) fn everything_but_the_record(folder: &Path) -> BTreeMap<String, (SystemTime, Vec<u8>)> {
    let mut found = everything(folder);
    found.retain(|name, _| !name.starts_with("/state/"));
    // Making the record changed the time of the folder it is in.
    found.remove("/");
    found
}

fn add(folder: &Path, prefix: &str, found: &mut BTreeMap<String, (SystemTime, Vec<u8>)>) {
    let changed = |path: &Path| path.metadata().and_then(|data| data.modified()).expect("a time of change");
    found.insert(format!("{prefix}/"), (changed(folder), Vec::new()));
    for entry in std::fs::read_dir(folder).expect("a folder to look into") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}/{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            add(&path, &name, found);
        } else {
            found.insert(name, (changed(&path), std::fs::read(&path).expect("a file to read")));
        }
    }
}
