//! The files that a run was the first to read or publish, compressed, under their SHA-256: `kept/000012.zip` for entry 12.
//!
//! A file that an earlier entry has is not kept again: the entry says in which archive it lies. An archive is written before
//! its entry, and counts with it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::digest::sha256;
use crate::error::MonitorError;

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

    /// Writes the archive of an entry that is about to be written, in place of what a run left there that never had its entry;
    /// none where there is nothing to keep.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn write(&self, seq: u64, contents: &BTreeMap<String, &[u8]>) -> Result<(), MonitorError> {
        let path = self.path(seq);
        if contents.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(MonitorError::io("remove", &path)(error)),
                _ => Ok(()),
            };
        }
        let result = || {
            std::fs::create_dir_all(&self.folder)?;
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
            let bytes = archive.finish()?.into_inner();
            let mut file = File::create(&path)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            if cfg!(unix) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
        };
        result().map_err(MonitorError::io("write", &path))
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
    fn what_a_run_kept_that_never_had_its_entry_makes_way() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::at(folder.path());
        let name = |text: &str| sha256([text.as_bytes()]);
        let kept = |text: &'static str| BTreeMap::from([(name(text), text.as_bytes())]);
        archive.write(3, &kept("of a run that was killed")).unwrap();
        archive.write(3, &kept("of the next")).unwrap();
        assert_eq!(archive.read(3, &name("of the next")).unwrap(), b"of the next");
        assert!(archive.read(3, &name("of a run that was killed")).is_err());
        archive.write(3, &BTreeMap::new()).unwrap();
        assert!(!archive.path(3).exists());
        archive.write(3, &BTreeMap::new()).unwrap();
    }
}
