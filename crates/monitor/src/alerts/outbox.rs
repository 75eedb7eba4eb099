//! Messages that not every channel has taken yet: `state/outbox/000012.json` for those of entry 12.
//!
//! A parcel is written before its entry and counts with it, as kept files do. Each time a channel has taken a message, the
//! parcel is written again without it, and removed with the last.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::message::Message;
use crate::atomic::{clear_left_over, is_beside, write_atomically};
use crate::error::MonitorError;
use crate::ledger::Ledger;

/// The form of parcels.
pub const SCHEMA: &str = "pb-assign/outbox/1";

/// The folder of parcels.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

/// The messages of one entry, and who has still to take them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// [`SCHEMA`].
    pub schema: String,
    /// The number of the entry.
    pub entry: u64,
    /// Its hash: without an entry of this hash the parcel is of a run that never was.
    pub head: String,
    /// The messages.
    pub messages: Vec<Message>,
    /// By channel, the messages that it has not taken, by their place in the list.
    pub waiting: BTreeMap<String, Vec<usize>>,
}

/// How long somebody who waits for the outbox sleeps before the next try.
const NAP: Duration = Duration::from_millis(20);

impl Outbox {
    /// The outbox of a record.
    pub fn of(state: &Path) -> Self {
        Self { folder: state.join("outbox") }
    }

    /// Writes a parcel; where nobody waits for anything of it any more, removes it.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn put(&self, parcel: &Parcel) -> Result<(), MonitorError> {
        let path = self.path(parcel.entry);
        if parcel.waiting.values().all(Vec::is_empty) {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(MonitorError::io("remove", &path)(error))
                }
                _ => Ok(()),
            };
        }
        let text = serde_json::to_vec_pretty(parcel).expect("a parcel is texts and numbers");
        write_atomically(&path, &text).map_err(MonitorError::io("write", &path))
    }

    /// Every parcel whose entry is in the ledger, the oldest first. One that cannot be read is left where it is.
    pub fn parcels(&self, ledger: &Ledger) -> Vec<Parcel> {
        let mut parcels: Vec<Parcel> = self.files().filter_map(|path| read(&path)).collect();
        parcels.sort_by_key(|parcel| parcel.entry);
        parcels.retain(|parcel| is_committed(parcel, ledger));
        parcels
    }

    /// Whether nothing is in it at all.
    pub fn is_empty(&self) -> bool {
        self.files().next().is_none()
    }

    /// Takes away everything that waits for a channel, and says how much it was: once nobody sends it at the same time, for
    /// which it waits as long as `patience`.
    ///
    /// # Errors
    /// What the system refuses, and somebody who sends for all that time.
    pub fn forget(&self, channel: &str, ledger: &Ledger, patience: Duration) -> Result<u64, MonitorError> {
        if self.is_empty() {
            return Ok(0);
        }
        let Some(_lock) = self.lock(patience)? else {
            return Err(MonitorError::Sending { path: self.folder.clone() });
        };
        let mut forgotten = 0;
        for mut parcel in self.parcels(ledger) {
            if let Some(waiting) = parcel.waiting.remove(channel) {
                forgotten += waiting.len() as u64;
                self.put(&parcel)?;
            }
        }
        Ok(forgotten)
    }

    /// Removes what runs left that never were. Only who has the record may: a run that is about to write its entry has its
    /// parcel here already.
    pub fn settle(&self, ledger: &Ledger) {
        for path in self.files() {
            if read(&path).is_some_and(|parcel| !is_committed(&parcel, ledger)) {
                // What cannot be removed is not sent all the same.
                drop(std::fs::remove_file(&path));
            }
        }
        self.entries().filter(|path| is_beside(path)).for_each(|path| clear_left_over(&path));
    }

    /// Gets hold of the outbox, so that nobody else sends the same; nothing where somebody has it for as long as `patience`.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn lock(&self, patience: Duration) -> Result<Option<File>, MonitorError> {
        let path = self.folder.join("lock");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(MonitorError::io("open", &path))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::Error(source)) => return Err(MonitorError::io("lock", &path)(source)),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => return Ok(None),
                Err(TryLockError::WouldBlock) => std::thread::sleep(NAP),
            }
        }
    }

    fn path(&self, entry: u64) -> PathBuf {
        self.folder.join(format!("{entry:06}.json"))
    }

    fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.entries().filter(|path| path.extension().is_some_and(|end| end == "json"))
    }

    fn entries(&self) -> impl Iterator<Item = PathBuf> {
        std::fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path())
    }
}

impl Parcel {
    /// How many messages wait, counted once for each channel.
    pub fn waiting(&self) -> u64 {
        self.waiting.values().map(|waiting| waiting.len() as u64).sum()
    }
}

fn read(path: &Path) -> Option<Parcel> {
    let parcel: Parcel = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let is_sound = parcel.waiting.values().flatten().all(|index| *index < parcel.messages.len());
    (parcel.schema == SCHEMA && is_sound).then_some(parcel)
}

fn is_committed(parcel: &Parcel, ledger: &Ledger) -> bool {
    ledger.with_text(&parcel.head, usize::MAX).any(|entry| entry.hash == parcel.head && entry.seq == parcel.entry)
}
