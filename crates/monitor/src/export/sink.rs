//! Where an export goes: a folder or an archive that is made beside its place, and moved there when it is whole.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::digest::sha256;
use crate::error::MonitorError;

/// An export that is being written. What is not finished is cleared away.
pub(super) struct Sink {
    output: PathBuf,
    /// Where it is until it is whole.
    beside: PathBuf,
    /// The archive and the folder within it; nothing where a folder is written.
    archive: Option<(ZipWriter<File>, String)>,
    sums: String,
    is_finished: bool,
}

impl Sink {
    /// An export to a new folder, or to a new archive where the name ends with `.zip`.
    pub(super) fn create(output: &Path) -> Result<Self, MonitorError> {
        let exists = || MonitorError::Exists { path: output.to_owned() };
        let name = output.file_name().ok_or_else(exists)?.to_string_lossy().into_owned();
        if output.symlink_metadata().is_ok() {
            return Err(exists());
        }
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(MonitorError::io("create", folder))?;
        let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
        let is_archive = output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
        let archive = if is_archive {
            let file = File::create_new(&beside).map_err(MonitorError::io("create", &beside))?;
            let stem = output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Some((ZipWriter::new(file), stem))
        } else {
            fs::create_dir(&beside).map_err(MonitorError::io("create", &beside))?;
            None
        };
        Ok(Self { output: output.to_owned(), beside, archive, sums: String::new(), is_finished: false })
    }

    /// Adds a file; `path` has `/` between its parts and leads to no other place.
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), MonitorError> {
        let _ = writeln!(self.sums, "{}  {path}", sha256([bytes]));
        self.write(path, bytes)
    }

    /// Adds the digests of all files, and puts the export where it belongs.
    pub(super) fn finish(mut self) -> Result<(), MonitorError> {
        let sums = std::mem::take(&mut self.sums);
        self.write("SHA256SUMS", sums.as_bytes())?;
        if let Some((archive, _)) = self.archive.take() {
            archive.finish().map_err(io::Error::from).map_err(MonitorError::io("write", &self.output))?;
        }
        fs::rename(&self.beside, &self.output).map_err(MonitorError::io("create", &self.output))?;
        self.is_finished = true;
        Ok(())
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), MonitorError> {
        let place = self.output.join(path);
        let Some((archive, folder)) = &mut self.archive else {
            let path = self.beside.join(path);
            let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
            return written.map_err(MonitorError::io("write", &place));
        };
        // No times and no rights, so that the same contents give the same bytes.
        let options = SimpleFileOptions::DEFAULT
            .compression_method(CompressionMethod::Deflated)
            .large_file(bytes.len() as u64 > u64::from(u32::MAX));
        let started = archive.start_file(format!("{folder}/{path}"), options).map_err(io::Error::from);
        started.and_then(|()| archive.write_all(bytes)).map_err(MonitorError::io("write", &place))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if self.is_finished {
            return;
        }
        // Some systems remove no file that is open.
        drop(self.archive.take());
        if self.beside.is_dir() {
            drop(fs::remove_dir_all(&self.beside));
        } else {
            drop(fs::remove_file(&self.beside));
        }
    }
}
