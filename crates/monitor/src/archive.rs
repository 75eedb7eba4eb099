//! The files that a run was the first to read or publish, compressed, under their SHA-256: `kept/000012.zip` for entry 12.
//!
//! A file that an earlier entry has is not kept again: the entry says in which archive it lies. An archive is written before
//! its entry, and counts with it. One that was left by a run that never had its entry is moved aside, as
//! `kept/000012.not-recorded-1.zip`: nothing here is ever overwritten.

use std::collections::BTreeMap;
use std::fs::{DirEntry, File};
use std::io::{Cursor, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::atomic::{beside, clear_left_over, write_unflushed};
use crate::digest::sha256;
use crate::error::MonitorError;
use crate::flush::Unflushed;

/// What is in the name of an archive that was set aside.
const NOT_RECORDED: &str = ".not-recorded-";

/// The folder of archives.
#[derive(Debug, Clone)]
pub struct Archive {
    folder: PathBuf,
}

impl Archive {
    /// The archives under a folder, which may not be there yet.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Where the archive of an entry lies.
    pub fn path(&self, seq: u64) -> PathBuf {
        self.folder.join(format!("{seq:06}.zip"))
    }

    /// The numbers of the entries that have an archive here, in order.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn numbers(&self) -> Result<Vec<u64>, MonitorError> {
        let number = |name: String| name.strip_suffix(".zip")?.parse::<u64>().ok();
        let mut numbers: Vec<u64> = self.names()?.into_iter().filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Writes the archive of an entry that is about to be written; none where there is nothing to keep. What lies there
    /// already is moved aside. The disk has to have what is left to be flushed before the entry.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn write(&self, seq: u64, contents: &BTreeMap<String, &[u8]>) -> Result<Unflushed, MonitorError> {
        self.set_aside(seq)?;
        if contents.is_empty() {
            return Ok(Unflushed::default());
        }
        let path = self.path(seq);
        let result = || {
            // In memory first: the format goes back and forth, which would be a call of the system each time.
            let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
            // No times and no rights, so that the same contents give the same bytes.
            // A fast compression: a large day's files are tens of megabytes, and somebody waits.
            let options =
                SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated).compression_level(Some(1));
            for (name, bytes) in contents {
                archive.start_file(name.as_str(), options.large_file(bytes.len() as u64 > u64::from(u32::MAX)))?;
                archive.write_all(bytes)?;
            }
            write_unflushed(&path, &archive.finish()?.into_inner())
        };
        result().map_err(MonitorError::io("write", &path))
    }

    /// Moves an archive that no entry names to a name that says so, and says which.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn set_aside(&self, seq: u64) -> Result<Option<String>, MonitorError> {
        let path = self.path(seq);
        clear_left_over(&beside(&path));
        if !path.exists() {
            return Ok(None);
        }
        let free = (1_u32..).map(|turn| format!("{seq:06}{NOT_RECORDED}{turn}.zip"));
        let free = free.into_iter().find(|free| !self.folder.join(free).exists());
        let free = free.expect("there are more names than files");
        std::fs::rename(&path, self.folder.join(&free)).map_err(MonitorError::io("move aside", &path))?;
        Ok(Some(free))
    }

    /// The names of the archives that were set aside, in order.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn aside(&self) -> Result<Vec<String>, MonitorError> {
        let names = self.names()?.into_iter();
        Ok(names.filter(|name| name.contains(NOT_RECORDED) && name.ends_with(".zip")).collect())
    }

    /// The names of everything here, in order.
    fn names(&self) -> Result<Vec<String>, MonitorError> {
        let names = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            names => names.map_err(MonitorError::io("look into", &self.folder))?,
        };
        let name = |entry: std::io::Result<DirEntry>| Ok(entry?.file_name().into_string().ok());
        let names: std::io::Result<Vec<Option<String>>> = names.map(name).collect();
        let mut names: Vec<String> =
            names.map_err(MonitorError::io("look into", &self.folder))?.into_iter().flatten().collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The bytes with this SHA-256 in the archive of an entry.
    ///
    /// # Errors
    /// An archive that is not there or cannot be read, and bytes that are not what they were.
    pub fn read(&self, seq: u64, digest: &str) -> Result<Vec<u8>, MonitorError> {
        let path = self.path(seq);
        let mut bytes = Vec::new();
        let mut read = || {
            let mut archive = ZipArchive::new(File::open(&path)?)?;
            archive.by_name(digest)?.read_to_end(&mut bytes)
        };
        read().map_err(MonitorError::io("read", &path))?;
        if sha256([bytes.as_slice()]) != digest {
            return Err(MonitorError::Broken { path, what: format!("{digest} is not what its name says") });
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_kept_that_never_had_its_entry_is_moved_aside() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::at(folder.path());
        let name = |text: &str| sha256([text.as_bytes()]);
        let kept = |text: &'static str| BTreeMap::from([(name(text), text.as_bytes())]);
        let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        archive.write(3, &kept("of a run that was killed")).unwrap().flush().unwrap();
        let first = bytes("000003.zip");
        archive.write(3, &kept("of the next")).unwrap().flush().unwrap();
        assert_eq!(archive.read(3, &name("of the next")).unwrap(), b"of the next");
        assert_eq!(bytes("000003.not-recorded-1.zip"), first);
        let second = bytes("000003.zip");
        archive.write(3, &BTreeMap::new()).unwrap().flush().unwrap();
        assert!(!archive.path(3).exists());
        assert_eq!(archive.aside().unwrap(), ["000003.not-recorded-1.zip", "000003.not-recorded-2.zip"]);
        assert_eq!(bytes("000003.not-recorded-2.zip"), second);
        assert_eq!(archive.numbers().unwrap(), Vec::<u64>::new());
        archive.write(12, &kept("of another")).unwrap().flush().unwrap();
        assert_eq!(archive.numbers().unwrap(), [12]);
    }
}
