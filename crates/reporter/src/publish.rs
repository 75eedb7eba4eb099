//! A folder published whole or not at all.
//! The files are written into a hidden folder beside the target, flushed, and swapped in by one exchange of names where
//! the system has that (Linux), by two renames elsewhere. Until the swap nothing that was published changes; a
//! folder that holds anything but our own files is never replaced. What a crashed publication left behind is put right
//! by the next one to the same target.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::formats::run_json;
use crate::{FORMATS, Rendered, ReporterError};

/// Files that lie beside their target, on disk and ready. Nothing that was published has changed yet; what nobody asked to
/// swap in is cleared away.
#[derive(Debug)]
pub struct Staged<'a> {
    target: Target<'a>,
    /// Held until the end: what lies beside the target is then left over, and not somebody's work in progress.
    _lock: Option<File>,
    /// Whether they were to be swapped in.
    is_to_stay: bool,
}

/// Whether to go on waiting while somebody else publishes in the same folder; asked again and again.
pub type Patience<'a> = &'a dyn Fn() -> bool;

/// How long to sleep before the folder is tried again.
const NAP: Duration = Duration::from_millis(20);

/// Writes the files beside the folder `out`, which [`Staged::swap`] then replaces. Folders above it are made.
///
/// # Errors
/// A target that is not ours to replace, what the system refused, or somebody else who publishes there for too long.
pub fn stage<'a>(out: &'a Path, files: &[Rendered], patience: Patience<'_>) -> Result<Staged<'a>, ReporterError> {
    let target = Target::resolve(out)?;
    make_folder(&target.parent).map_err(|source| target.refused("create", &target.parent, source))?;
    let lock = target.lock(patience)?;
    target.recover()?;
    target.check()?;
    let staged = Staged { target, _lock: lock, is_to_stay: false };
    staged.target.stage(files)?;
    Ok(staged)
}

impl Staged<'_> {
    /// Publishes: the folder changes from what was there before to these files in one step.
    ///
    /// # Errors
    /// What the system refused. What was there before is then still there, as it was, and the files lie beside it for
    /// [`finish`].
    pub fn swap(self) -> Result<(), ReporterError> {
        self.swap_and(|| ())
    }

    /// Publishes, and does something else while the disk is waited for: the files are in their place then.
    ///
    /// # Errors
    /// As [`Self::swap`]; where nothing was published, nothing else is done.
    pub fn swap_and<T>(mut self, meanwhile: impl FnOnce() -> T) -> Result<T, ReporterError> {
        self.is_to_stay = true;
        let target = &self.target;
        let replaced = target.swap()?;
        thread::scope(|scope| {
            let settle = || target.settle(replaced.as_deref());
            let settled = thread::Builder::new().spawn_scoped(scope, settle);
            let done = meanwhile();
            // Where there is no thread to be had, one after the other.
            let settled = settled.map_or_else(|_| settle(), |settled| settled.join().expect("a flush does not panic"));
            settled.map(|()| done)
        })
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.is_to_stay {
            clear_ours_quietly(&self.target.staged());
        }
    }
}

/// Finishes what a crash interrupted: staged files whose `run.json` is one that was `committed` are swapped in, any others
/// cleared away. Says whether anything was swapped in.
///
/// # Errors
/// What the system refused, or somebody else who publishes there for too long.
pub fn finish(out: &Path, committed: impl Fn(&[u8]) -> bool, patience: Patience<'_>) -> Result<bool, ReporterError> {
    let target = Target::resolve(out)?;
    let staged = target.staged();
    if !staged.is_dir() {
        return Ok(false);
    }
    let _lock = target.lock(patience)?;
    // The last file: where it is whole, all of them are.
    let is_committed = fs::read(staged.join(run_json::FORMAT.file)).is_ok_and(|bytes| committed(&bytes));
    if is_committed {
        target.check()?;
        let replaced = target.swap()?;
        target.settle(replaced.as_deref())?;
    } else {
        target.recover()?;
    }
    Ok(is_committed)
}

/// Whether [`stage`] would take what is at `out`, so that a run can be refused before it has worked for long.
///
/// # Errors
/// What is in the way.
pub fn check_target(out: &Path) -> Result<(), ReporterError> {
    Target::resolve(out)?.check()
}

/// A folder to publish to. `path` is `parent` and `name`, links resolved where it exists.
#[derive(Debug)]
struct Target<'a> {
    out: &'a Path,
    parent: PathBuf,
    name: OsString,
    path: PathBuf,
}

impl<'a> Target<'a> {
    fn resolve(out: &'a Path) -> Result<Self, ReporterError> {
        let refuse = |problem: &str, remedy| {
            let (out, problem) = (out.to_owned(), problem.to_owned());
            Err(ReporterError::Target { out, problem, remedy })
        };
        let path = match fs::canonicalize(out) {
            Ok(path) => path,
            Err(_) if out.is_symlink() => return refuse("it is a link that leads nowhere", "mend or remove the link"),
            Err(_) => out.to_owned(),
        };
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return refuse("it is not a folder of its own", "name a folder that may be replaced");
        };
        if std::env::current_dir().and_then(fs::canonicalize).is_ok_and(|here| here.starts_with(&path)) {
            return refuse("it is the current folder, or holds it", "name a folder inside it");
        }
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        Ok(Self { out, parent: parent.to_owned(), name: name.to_owned(), path: parent.join(name) })
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(suffix);
        self.parent.join(name)
    }

    /// Where the new files are until the swap; after an exchange, the old ones.
    fn staged(&self) -> PathBuf {
        self.beside(".pb-assign-new")
    }

    /// Where the old files are between two renames.
    fn aside(&self) -> PathBuf {
        self.beside(".pb-assign-old")
    }

    /// Puts right what a crash left: old files without a successor come back, half-written ones go.
    fn recover(&self) -> Result<(), ReporterError> {
        let aside = self.aside();
        if aside.is_dir() && !self.path.exists() {
            fs::rename(&aside, &self.path).map_err(|source| self.refused("restore", &aside, source))?;
        }
        for left in [aside, self.staged()] {
            if left.is_dir() {
                clear(&left, FORMATS.iter().map(|format| format.file))
                    .map_err(|source| self.refused("clear away", &left, source))?;
            }
        }
        Ok(())
    }

    /// Whether what is there may be replaced.
    fn check(&self) -> Result<(), ReporterError> {
        let refuse = |problem: String, remedy| Err(ReporterError::Target { out: self.out.to_owned(), problem, remedy });
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return refuse("it is a file".to_owned(), "name a folder, or remove the file");
            }
            Err(source) => return Err(self.refused("look into", &self.path, source)),
        };
        let mut foreign = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| self.refused("look into", &self.path, source))?;
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if !is_file || !is_ours(&entry.file_name()) {
                foreign.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        foreign.sort();
        match foreign.as_slice() {
            [] => Ok(()),
            [first, others @ ..] => {
                let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
                let problem = format!("it holds what this program did not write: {first}{more}");
                refuse(problem, "name another folder, or move those files away")
            }
        }
    }

    fn stage(&self, files: &[Rendered]) -> Result<(), ReporterError> {
        let staged = self.staged();
        fs::create_dir(&staged).map_err(|source| self.refused("create", &staged, source))?;
        let mut written = Vec::new();
        for file in files {
            let path = staged.join(file.file);
            let opened = OpenOptions::new().write(true).create_new(true).open(&path).and_then(|mut handle| {
                handle.write_all(&file.bytes)?;
                Ok(handle)
            });
            written.push((opened.map_err(|source| self.refused("write", &path, source))?, path));
        }
        // All at once: a disk takes hardly longer for five files than for one, when it is asked together. Their names too, and
        // that of their folder: whoever commits to what is staged finds it after a power cut.
        thread::scope(|scope| {
            let files: Vec<_> = written.iter().map(|(file, path)| (path, scope.spawn(|| file.sync_all()))).collect();
            let folders = [&staged, &self.parent].map(|path| ("flush", path, flush_folder(path)));
            let files =
                files.into_iter().map(|(path, flush)| ("write", path, flush.join().expect("a flush does not panic")));
            files
                .chain(folders)
                .try_for_each(|(action, path, flushed)| flushed.map_err(|source| self.refused(action, path, source)))
        })
    }

    /// One publication in a folder at a time, where the file system has locks.
    fn lock(&self, patience: Patience<'_>) -> Result<Option<File>, ReporterError> {
        let Ok(folder) = File::open(&self.parent) else { return Ok(None) };
        loop {
            match folder.try_lock() {
                Ok(()) => return Ok(Some(folder)),
                Err(TryLockError::Error(_)) => return Ok(None),
                Err(TryLockError::WouldBlock) if patience() => thread::sleep(NAP),
                Err(TryLockError::WouldBlock) => {
                    return Err(self.refused("lock", &self.parent, ErrorKind::ResourceBusy.into()));
                }
            }
        }
    }

    /// Puts the staged files into their place, and says where those are that were there before.
    fn swap(&self) -> Result<Option<PathBuf>, ReporterError> {
        let (staged, aside) = (self.staged(), self.aside());
        let swapped = if !self.path.exists() {
            fs::rename(&staged, &self.path).map(|()| None)
        } else if exchange(&staged, &self.path).is_ok() {
            Ok(Some(staged))
        } else {
            rename_by_way_of(&staged, &self.path, &aside).map(|()| Some(aside))
        };
        swapped.map_err(|source| self.refused("replace", &self.path, source))
    }

    /// Clears away what was replaced, and waits until the disk has the names. What cannot be cleared away now is cleared away
    /// by the next publication.
    fn settle(&self, replaced: Option<&Path>) -> Result<(), ReporterError> {
        if let Some(replaced) = replaced {
            clear_ours_quietly(replaced);
        }
        flush_folder(&self.parent).map_err(|source| self.refused("flush", &self.parent, source))
    }

    fn refused(&self, action: &'static str, path: &Path, source: io::Error) -> ReporterError {
        let remedy = match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space, or publish elsewhere",
            ErrorKind::ResourceBusy => {
                "somebody else publishes there: wait longer with --wait, or see who it is with fuser"
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "allow writing there, or publish elsewhere",
            _ => "check the path, or publish elsewhere",
        };
        ReporterError::Publish { out: self.out.to_owned(), action, path: path.to_owned(), source, remedy }
    }
}

fn is_ours(name: &OsStr) -> bool {
    FORMATS.iter().any(|format| name == format.file)
}

/// Exchanges the names of two folders in one step.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).map_err(io::Error::from)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Replaces `target` by `staged` in two renames, back again if the second fails.
fn rename_by_way_of(staged: &Path, target: &Path, aside: &Path) -> io::Result<()> {
    fs::rename(target, aside)?;
    if let Err(error) = fs::rename(staged, target) {
        return Err(match fs::rename(aside, target) {
            Ok(()) => error,
            Err(second) => io::Error::other(format!("{error}; the old files are in {}: {second}", aside.display())),
        });
    }
    Ok(())
}

/// Removes a folder with these files; any other file in it stays, and the folder with it.
fn clear(folder: &Path, files: impl Iterator<Item = &'static str>) -> io::Result<()> {
    for file in files {
        match fs::remove_file(folder.join(file)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::remove_dir(folder)
}

/// Clears away what cannot be helped: its own error is not the one to report.
fn clear_ours_quietly(folder: &Path) {
    drop(clear(folder, FORMATS.iter().map(|format| format.file)));
}

/// Makes a folder and those above it, where there are none, so that their names last through a power cut.
fn make_folder(folder: &Path) -> io::Result<()> {
    let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new: Vec<&Path> = folder.ancestors().take_while(is_new).collect();
    fs::create_dir_all(folder)?;
    let mut parents = new.into_iter().filter_map(Path::parent);
    parents.try_for_each(|parent| flush_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }))
}

/// Makes the names in a folder last through a power cut, where the system can open a folder.
fn flush_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_renames_do_what_an_exchange_does() {
        let root = tempfile::tempdir().unwrap();
        let [staged, target, aside] = ["staged", "target", "aside"].map(|name| root.path().join(name));
        for (folder, text) in [(&staged, "new"), (&target, "old")] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("result.json"), text).unwrap();
        }
        rename_by_way_of(&staged, &target, &aside).unwrap();
        assert_eq!(fs::read_to_string(target.join("result.json")).unwrap(), "new");
        assert!(!staged.exists());
        assert_eq!(fs::read_to_string(aside.join("result.json")).unwrap(), "old");
    }

    #[test]
    fn a_second_rename_that_fails_takes_the_first_back() {
        let root = tempfile::tempdir().unwrap();
        let [staged, target, aside] = ["staged", "target", "aside"].map(|name| root.path().join(name));
        fs::create_dir(&target).unwrap();
        fs::write(target.join("result.json"), "old").unwrap();
        assert!(rename_by_way_of(&staged, &target, &aside).is_err()); // there is no staged folder
        assert_eq!(fs::read_to_string(target.join("result.json")).unwrap(), "old");
        assert!(!aside.exists());
    }

    #[test]
    fn a_full_disk_may_have_room_again_and_a_locked_door_stays_locked() {
        let target = Target::resolve(Path::new("out")).unwrap();
        let refused = |kind: ErrorKind| target.refused("write", Path::new("out/result.json"), kind.into());
        let full = refused(ErrorKind::StorageFull);
        assert_eq!(
            full.to_string(),
            "publish to out: write out/result.json: no storage space; free some space, or publish elsewhere"
        );
        assert!(full.is_temporary());
        assert!(!refused(ErrorKind::PermissionDenied).is_temporary());
    }
}
