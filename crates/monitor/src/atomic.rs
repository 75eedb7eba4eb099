//! Files that are there whole or as they were before.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file beside its place, waits for the disk, and puts it there in one step. Whoever reads it finds the old or the
/// new one.
///
/// # Errors
/// What the system refuses; the file is then as it was.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The end of its name is another one, so that nobody who collects files by theirs takes it.
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    let written = write();
    if written.is_err() {
        drop(std::fs::remove_file(&beside));
    }
    written?;
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
