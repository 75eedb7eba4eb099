//! Files that are there whole or as they were before.
//!
//! Whoever writes one has a file beside it, `.NAME.tmp`, to itself by a lock, which a crash gives back: what was written so
//! far is then left over, and the next one to write the file takes it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::flush::Unflushed;

/// Writes a file beside its place, waits for the disk, and puts it there in one step. Whoever reads it finds the old or the
/// new one.
///
/// # Errors
/// What the system refuses; the file is then as it was.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder)?;
    put(path, bytes, File::sync_all)?;
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The same for a file that counts only once something else says so: nobody waits for the disk yet. Where that is lost before
/// it has everything, the file may be there in part.
///
/// # Errors
/// As [`write_atomically`].
pub(crate) fn write_unflushed(path: &Path, bytes: &[u8]) -> io::Result<Unflushed> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut unflushed = made_folder(folder)?;
    let file = put(path, bytes, |_| Ok(()))?;
    unflushed.add(path, file);
    unflushed.add_folder(folder)?;
    Ok(unflushed)
}

/// Writes a file beside its place, and puts it there when it is `ready`.
fn put(path: &Path, bytes: &[u8], ready: impl FnOnce(&File) -> io::Result<()>) -> io::Result<File> {
    let beside = beside(path);
    let mut file = taken(&beside)?;
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.write_all(bytes)?;
        ready(file)?;
        std::fs::rename(&beside, path)
    };
    let written = write(&mut file);
    if written.is_err() {
        drop(std::fs::remove_file(&beside));
    }
    written.map(|()| file)
}

/// Makes a folder and those above it, where there are none, so that their names last through a power cut.
///
/// # Errors
/// What the system refuses.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    made_folder(folder)?.wait().map_err(|(_, source)| source)
}

/// The same, without waiting for the disk yet.
fn made_folder(folder: &Path) -> io::Result<Unflushed> {
    let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new: Vec<&Path> = folder.ancestors().take_while(is_new).collect();
    std::fs::create_dir_all(folder)?;
    let mut unflushed = Unflushed::default();
    new.into_iter().filter_map(Path::parent).try_for_each(|parent| unflushed.add_folder(parent))?;
    Ok(unflushed)
}

/// Removes what a crash left beside a file, unless somebody is writing it. What cannot be removed stays.
pub(crate) fn clear_left_over(beside: &Path) {
    let Ok(file) = OpenOptions::new().write(true).open(beside) else { return };
    if file.try_lock().is_ok() && is_at(&file, beside) {
        drop(std::fs::remove_file(beside));
    }
}

/// Whether a file is one that lies beside another while that is written.
pub(crate) fn is_beside(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    is_hidden && path.extension().is_some_and(|end| end == END)
}

/// The end of its name is another one, so that nobody who collects files by theirs takes it.
const END: &str = "tmp";

/// The file in which another is written first.
pub(crate) fn beside(path: &Path) -> PathBuf {
    path.with_file_name(format!(".{}.{END}", path.file_name().unwrap_or_default().to_string_lossy()))
}

/// Opens the file beside, once nobody else has it.
fn taken(beside: &Path) -> io::Result<File> {
    loop {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(beside)?;
        // Where the file system has no locks, two who write the same file at once may disturb each other.
        drop(file.lock());
        // Who had it may have put it into its place meanwhile.
        if is_at(&file, beside) {
            return Ok(file);
        }
    }
}

/// Whether the file that is open is the one of this name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |data: io::Result<std::fs::Metadata>| data.ok().map(|data| (data.dev(), data.ino()));
    let open = number(file.metadata());
    open.is_some() && open == number(std::fs::metadata(path))
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_crash_left_is_taken_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".a.prom.tmp"), "longer than what follows").unwrap();
        write_atomically(&folder.path().join("a.prom"), b"new").unwrap();
        assert_eq!(std::fs::read(folder.path().join("a.prom")).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.prom"]);
    }

    #[test]
    fn many_who_write_one_file_at_once_leave_one_of_theirs_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.prom");
        std::thread::scope(|scope| {
            for writer in 0..8_u8 {
                let path = &path;
                scope.spawn(move || (0..50).for_each(|_| write_atomically(path, &[writer; 4_096]).unwrap()));
            }
        });
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.len() == 4_096 && bytes.iter().all(|byte| *byte == bytes[0]));
        assert_eq!(names(folder.path()), ["a.prom"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_somebody_is_writing_is_not_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let beside = folder.path().join(".a.json.tmp");
        let writer = taken(&beside).unwrap();
        clear_left_over(&beside);
        assert!(beside.exists());
        drop(writer);
        clear_left_over(&beside);
        assert!(!beside.exists());
    }
}
