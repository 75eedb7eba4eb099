//! The folder of the record, and who may add to it: one run at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::archive::Archive;
use crate::atomic::make_folder;
use crate::chain::Chained;
use crate::digest::sha256;
use crate::entry::{Entry, Kept, RunEntry};
use crate::error::MonitorError;
use crate::flush::Unflushed;
use crate::history::Opened;
use crate::history::place::{opened_to_read, place, told};
use crate::ledger::Ledger;
use crate::traces;

/// The folder of the record.
#[derive(Debug, Clone)]
pub struct State {
    folder: PathBuf,
    /// The last head that was compared with what else knows of entries: a run has the record twice.
    compared: OnceLock<String>,
    /// The history, from the comparison until it is told: to open it takes as long as to tell it.
    history: Arc<Mutex<Option<Opened>>>,
}

/// The record while nobody else may add to it.
#[derive(Debug)]
pub struct Locked {
    state: State,
    /// The ledger as it is.
    pub ledger: Ledger,
    /// The number of the entry that something was kept for.
    kept_for: Option<u64>,
    /// What was kept and the disk does not have yet.
    unflushed: Unflushed,
    /// Held as long as it is open.
    _lock: Option<File>,
}

/// A file to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToKeep<'a> {
    /// Its path as the run had it, or its name in the answer.
    pub path: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// How long a run that waits sleeps before it tries again.
const NAP: Duration = Duration::from_millis(20);

/// How many of the last entries are looked through for a file that is kept already.
const RECENT: usize = 400;

impl State {
    /// The record in a folder, which may not be there yet.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), compared: OnceLock::new(), history: Arc::default() }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of the ledger.
    pub fn ledger_path(&self) -> PathBuf {
        self.folder.join("ledger.jsonl")
    }

    /// The archives.
    pub fn archive(&self) -> Archive {
        Archive::at(&self.folder.join("kept"))
    }

    /// The database of the history.
    pub fn history_path(&self) -> PathBuf {
        self.folder.join("history.db")
    }

    /// Gets hold of the record to add to it; makes its folder where there is none. `who` is told to those who wait.
    ///
    /// # Errors
    /// [`MonitorError::Busy`] where somebody else has it for as long as `patience`; what the system refuses; a ledger whose
    /// last line does not hold, or that lacks entries which the kept archives or the history know of.
    pub fn lock(&self, patience: Duration, who: &str) -> Result<Locked, MonitorError> {
        make_folder(&self.folder).map_err(MonitorError::io("create", &self.folder))?;
        let path = self.folder.join("lock");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut lock = opened.map_err(MonitorError::io("open", &path))?;
        self.wait(&mut lock, patience, File::try_lock)?;
        let mut noted = || {
            lock.set_len(0)?;
            lock.rewind()?;
            lock.write_all(who.as_bytes())
        };
        noted().map_err(MonitorError::io("write", &path))?;
        let ledger = Ledger::open(&self.ledger_path())?;
        ledger.check_last()?;
        self.check_end(&ledger)?;
        Ok(Locked { state: self.clone(), ledger, kept_for: None, unflushed: Unflushed::default(), _lock: Some(lock) })
    }

    /// The ledger while nobody adds to it. Nothing is written; where there is no record yet, it is empty.
    ///
    /// # Errors
    /// As [`Self::lock`].
    pub fn read(&self, patience: Duration) -> Result<Locked, MonitorError> {
        // A copy on a medium that cannot be written to has nobody who adds to it.
        let mut lock = File::open(self.folder.join("lock")).ok();
        if let Some(lock) = &mut lock {
            self.wait(lock, patience, File::try_lock_shared)?;
        }
        let ledger = Ledger::open(&self.ledger_path())?;
        Ok(Locked { state: self.clone(), ledger, kept_for: None, unflushed: Unflushed::default(), _lock: lock })
    }

    /// Whether nothing knows of entries behind the last one of a ledger of this record.
    ///
    /// # Errors
    /// What knows of them: entries are missing.
    pub fn check(&self, ledger: &Ledger) -> Result<(), MonitorError> {
        match self.beyond(ledger).as_slice() {
            [] => Ok(()),
            found => Err(MonitorError::cut(&self.ledger_path(), ledger.seq(), &found.join("; "))),
        }
    }

    /// Everything that knows of entries behind the last one of a ledger of this record, in words: entries are missing there.
    pub(crate) fn beyond(&self, ledger: &Ledger) -> Vec<String> {
        let history = self.history_path();
        let told = || place(&opened_to_read(&history).ok()?).ok();
        let told = history.is_file().then(told).flatten();
        traces::beyond(&self.archive(), &history, told, ledger)
    }

    /// The history, if it was opened already, for whoever tells it.
    pub(crate) fn opened_history(&self) -> Option<Opened> {
        let opened = self.history.lock().unwrap_or_else(PoisonError::into_inner).take();
        opened.filter(|opened| opened.is_at(&self.history_path()))
    }

    /// What the history was told, which stays open.
    fn told_history(&self) -> Option<(u64, String)> {
        let path = self.history_path();
        let opened = self.opened_history().or_else(|| path.is_file().then(|| Opened::at(&path).ok()).flatten())?;
        let told = told(&opened);
        *self.history.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened);
        told
    }

    /// Nothing is added behind entries that are missing: what is left of them would be written over in time.
    fn check_end(&self, ledger: &Ledger) -> Result<(), MonitorError> {
        if self.compared.get().is_some_and(|head| head == ledger.head()) {
            return Ok(());
        }
        let (archive, history) = (self.archive(), self.history_path());
        match traces::beyond(&archive, &history, self.told_history(), ledger).as_slice() {
            [] => {
                self.compared.get_or_init(|| ledger.head().to_owned());
                Ok(())
            }
            found => Err(MonitorError::cut(&self.ledger_path(), ledger.seq(), &found.join("; "))),
        }
    }

    fn wait(
        &self,
        lock: &mut File,
        patience: Duration,
        try_lock: fn(&File) -> Result<(), TryLockError>,
    ) -> Result<(), MonitorError> {
        let begun = Instant::now();
        loop {
            match try_lock(lock) {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(source)) => return Err(MonitorError::io("lock", &self.folder)(source)),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                    let mut holder = String::new();
                    drop(lock.rewind().and_then(|()| lock.read_to_string(&mut holder)));
                    return Err(MonitorError::Busy { path: self.folder.clone(), holder });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(NAP),
            }
        }
    }
}

impl Locked {
    /// Whose record it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The ledger as it is now, and anybody may add to it again.
    pub fn release(self) -> Ledger {
        self.ledger
    }

    /// Moves aside what lies where the archives of the entries that come next belong, and says what it is called now: no entry
    /// names it, and the next one is to say so.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn make_way(&self) -> Result<Vec<String>, MonitorError> {
        let numbers = self.ledger.seq() + 1..=self.ledger.next_seq();
        let aside: Result<Vec<_>, _> = numbers.map(|seq| self.state.archive().set_aside(seq)).collect();
        Ok(aside?.into_iter().flatten().collect())
    }

    /// Keeps files for the entry that comes next, each where it was not kept before, and says where they lie, in order. The
    /// disk has them once [`Self::flush`] returns.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn keep(&mut self, files: &[ToKeep<'_>]) -> Result<Vec<Kept>, MonitorError> {
        let seq = self.ledger.next_seq();
        let digests: Vec<String> = files.iter().map(|file| sha256([file.bytes])).collect();
        let before = self.kept_before(&digests.iter().map(String::as_str).collect());
        let mut new = BTreeMap::new();
        let kept = files.iter().zip(digests).map(|(file, digest)| {
            let before = before.get(&digest).copied();
            if before.is_none() {
                new.insert(digest.clone(), file.bytes);
            }
            Kept { path: file.path.to_owned(), sha256: digest, kept_in: before.unwrap_or(seq) }
        });
        let kept = kept.collect();
        self.unflushed.extend(self.state.archive().write(seq, &new)?);
        self.kept_for = Some(seq);
        Ok(kept)
    }

    /// Waits until the disk has what was kept.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn flush(&mut self) -> Result<(), MonitorError> {
        std::mem::take(&mut self.unflushed).flush()
    }

    /// Adds an entry, once the disk has what was kept for it; it counts once this returns. An archive that a crash left
    /// under its number, or under that of the entry about a torn line before it, is moved aside: it is not theirs.
    ///
    /// # Errors
    /// What the system refuses; the entry does not count then.
    pub fn append(&mut self, entry: &Entry) -> Result<&Chained, MonitorError> {
        let numbers = self.ledger.seq() + 1..=self.ledger.next_seq();
        for seq in numbers.filter(|seq| self.kept_for != Some(*seq)) {
            self.state.archive().set_aside(seq)?;
        }
        self.flush()?;
        self.ledger.append(entry)
    }

    /// The numbers of the entries whose archives have these files already, among the last ones, by SHA-256.
    fn kept_before(&self, digests: &BTreeSet<&str>) -> BTreeMap<String, u64> {
        let mut before = BTreeMap::new();
        for chained in self.ledger.naming(digests, RECENT) {
            let files = chained.entry.run().into_iter().flat_map(RunEntry::files);
            for file in files.filter(|file| digests.contains(file.sha256.as_str())) {
                if !before.contains_key(&file.sha256) && self.state.archive().path(file.kept_in).is_file() {
                    before.insert(file.sha256.clone(), file.kept_in);
                }
            }
            if before.len() == digests.len() {
                break;
            }
        }
        before
    }
}
