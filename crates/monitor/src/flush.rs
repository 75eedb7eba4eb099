//! Changes that the disk does not have yet, waited for all at once: it takes hardly longer for several files than for one
//! when it is asked together.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use crate::error::MonitorError;

/// Files and folders that were changed, by their paths.
#[derive(Debug, Default)]
#[must_use = "the disk does not have them yet"]
pub struct Unflushed(Vec<(PathBuf, File)>);

impl Unflushed {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: &Path, file: File) {
        self.0.push((path.to_owned(), file));
    }

    /// Adds the names in a folder, where the system can open a folder.
    ///
    /// # Errors
    /// What the system refuses.
    pub(crate) fn add_folder(&mut self, folder: &Path) -> io::Result<()> {
        if cfg!(unix) {
            let opened = File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?;
            self.add(folder, opened);
        }
        Ok(())
    }

    /// Adds those of another.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Waits until the disk has everything.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn flush(self) -> Result<(), MonitorError> {
        self.wait().map_err(|(path, source)| MonitorError::io("flush", &path)(source))
    }

    /// The same; where the system refuses something, what that is.
    pub(crate) fn wait(self) -> Result<(), (PathBuf, io::Error)> {
        let Some(((path, file), others)) = self.0.split_first() else { return Ok(()) };
        let or_path = |path: &Path, flushed: io::Result<()>| flushed.map_err(|source| (path.to_owned(), source));
        thread::scope(|scope| {
            let others = others
                .iter()
                .map(|(path, file)| (path, file, thread::Builder::new().spawn_scoped(scope, move || file.sync_all())));
            let others: Vec<_> = others.collect();
            let first = or_path(path, file.sync_all());
            others.into_iter().fold(first, |so_far, (path, file, begun)| {
                // Where there is no thread to be had, one after the other.
                let flushed = begun.map_or_else(|_| file.sync_all(), |begun| begun.join().expect("no panic"));
                so_far.and(or_path(path, flushed))
            })
        })
    }
}
