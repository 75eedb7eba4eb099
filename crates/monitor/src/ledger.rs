//! The ledger as a file: entries, one a line, that are only ever added to.
//!
//! A line counts when it is whole; where the last one lacks its line end alone, the next one to write adds that. What else a
//! crash left behind the last line is a torn one: nobody was told of it, so that it may be taken off, and the entry after it
//! says so.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::alerts::Standing;
use crate::chain::{self, Chained, GENESIS};
use crate::digest::sha256;
use crate::entry::{Entry, Event, Healed};
use crate::error::MonitorError;

/// The ledger as it was when it was read.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    text: Vec<u8>,
    /// The bytes of whole lines.
    whole: usize,
    /// Whether the file lacks the line end that the text has.
    lacks_end: bool,
    last: Option<Chained>,
    /// What is wrong with the last line.
    fault: Option<String>,
}

/// What stands behind the last whole line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing.
    Clean,
    /// So many bytes of a torn line.
    Torn(usize),
}

/// A line as it stands in the file, whether or not it is what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place, from 1.
    pub place: u64,
    /// What it says, where it can be read.
    pub says: Option<Chained>,
    /// Whether that counts.
    pub trust: Trust,
}

/// Whether a line is what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// It is, and so is all before it.
    Holds,
    /// It is not: what is wrong.
    Broken(String),
    /// It stands behind one that is not. It may hang together with those around it: whoever changes an entry can write anew
    /// what stands behind it.
    Behind,
}

/// How much of a torn line is shown.
const SHOWN: usize = 200;

impl Ledger {
    /// Reads the ledger at `path`; where there is none yet it is empty. Only its last line is looked at:
    /// [`Self::entries`] checks all.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn open(path: &Path) -> Result<Self, MonitorError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(MonitorError::io("read", path)(source)),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut ledger = Self { path: path.to_owned(), text, whole, lacks_end: false, last: None, fault: None };
        match ledger.read_last() {
            Ok(last) => ledger.last = last,
            Err(what) => ledger.fault = Some(what),
        }
        ledger.end_last_line();
        Ok(ledger)
    }

    /// Takes a line that lacks nothing but its end for the entry that it is.
    fn end_last_line(&mut self) {
        let behind = std::str::from_utf8(&self.text[self.whole..]).unwrap_or_default();
        if let (None, Ok(last)) = (&self.fault, chain::read(behind, self.seq() + 1, self.head())) {
            self.last = Some(last);
            self.text.push(b'\n');
            self.whole = self.text.len();
            self.lacks_end = true;
        }
    }

    /// Whether something may be added: nothing is, behind a last line that does not hold.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_last(&self) -> Result<(), MonitorError> {
        match &self.fault {
            Some(what) => Err(MonitorError::Broken { path: self.path.clone(), what: what.clone() }),
            None => Ok(()),
        }
    }

    /// The hash of the last line.
    pub fn head(&self) -> &str {
        self.last.as_ref().map_or(GENESIS, |last| &last.hash)
    }

    /// The number of the last line; 0 where there is none.
    pub fn seq(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.seq)
    }

    /// The last line.
    pub fn last(&self) -> Option<&Chained> {
        self.last.as_ref()
    }

    /// What stands behind it.
    pub fn tail(&self) -> Tail {
        match self.text.len() - self.whole {
            0 => Tail::Clean,
            torn => Tail::Torn(torn),
        }
    }

    /// Every entry, from the first, each checked against those before it; it ends with the first that does not hold.
    pub fn entries(&self) -> impl Iterator<Item = Result<Chained, (u64, String)>> {
        self.entries_behind(0, GENESIS)
    }

    /// The entries behind the one with this number and hash, each checked against those before it.
    pub fn entries_behind(&self, seq: u64, hash: &str) -> impl Iterator<Item = Result<Chained, (u64, String)>> {
        let mut previous = Some((seq, hash.to_owned()));
        self.lines().skip(usize::try_from(seq).unwrap_or(usize::MAX)).map_while(move |line| {
            let (seq, hash) = previous.take()?;
            let read = std::str::from_utf8(line).map_err(|_| "it is not text".to_owned());
            let read = read.and_then(|line| chain::read(line, seq + 1, &hash));
            previous = read.as_ref().ok().map(|entry| (entry.seq, entry.hash.clone()));
            Some(read.map_err(|what| (seq + 1, what)))
        })
    }

    /// Every line, also from the first on that does not hold: for who has to see what is left.
    pub fn every_line(&self) -> Vec<Line> {
        let mut entries = self.entries();
        let read = |line: &[u8]| unchained(std::str::from_utf8(line).ok()?);
        let line = |(place, line)| match entries.next() {
            Some(Ok(says)) => Line { place, says: Some(says), trust: Trust::Holds },
            Some(Err((_, what))) => Line { place, says: read(line), trust: Trust::Broken(what) },
            None => Line { place, says: read(line), trust: Trust::Behind },
        };
        (1_u64..).zip(self.lines()).map(line).collect()
    }

    /// The lines of these entries as they stand in the file, each with its line end.
    pub fn text(&self, entries: std::ops::RangeInclusive<u64>) -> Vec<u8> {
        let numbered = (1_u64..).zip(self.text[..self.whole].split_inclusive(|byte| *byte == b'\n'));
        numbered.filter(|(seq, _)| entries.contains(seq)).flat_map(|(_, line)| line).copied().collect()
    }

    /// Whether its entry with this number has this hash; the number 0 stands for the beginning. The line is read without
    /// the chain.
    pub fn has(&self, seq: u64, hash: &str) -> bool {
        let Some(index) = seq.checked_sub(1) else { return hash == GENESIS };
        let line = self.lines().nth(usize::try_from(index).unwrap_or(usize::MAX));
        let entry = line.and_then(|line| unchained(std::str::from_utf8(line).ok()?));
        entry.is_some_and(|entry| entry.seq == seq && entry.hash == hash)
    }

    /// The entries whose lines hold this text, the last first, looked for among so many of the last lines. They are read
    /// without the chain: who relies on them has checked it.
    pub fn with_text<'a>(&'a self, text: &'a str, among: usize) -> impl Iterator<Item = Chained> + 'a {
        let whole = &self.text[..self.whole.saturating_sub(1)];
        whole.rsplit(|byte| *byte == b'\n').take(among).filter_map(move |line| {
            let line = std::str::from_utf8(line).ok()?;
            line.contains(text).then(|| unchained(line)).flatten()
        })
    }

    /// The entries that name one of these files by its SHA-256, as [`Self::with_text`] gives them, in one pass over the lines.
    pub fn naming<'a>(&'a self, digests: &'a BTreeSet<&str>, among: usize) -> impl Iterator<Item = Chained> + 'a {
        const BEFORE: &str = "\"sha256\":\"";
        let whole = &self.text[..self.whole.saturating_sub(1)];
        whole.rsplit(|byte| *byte == b'\n').take(among).filter_map(move |line| {
            let line = std::str::from_utf8(line).ok()?;
            let is_wanted = |at: usize| line.get(at..at + 64).is_some_and(|digest| digests.contains(digest));
            let names_one = line.match_indices(BEFORE).any(|(at, _)| is_wanted(at + BEFORE.len()));
            names_one.then(|| unchained(line)).flatten()
        })
    }

    /// Which alerts fire after the last entry that says anything about that; read as by [`Self::with_text`].
    pub fn standing(&self) -> Standing {
        let last = self.with_text("\"alerts\":{", usize::MAX).find_map(|chained| chained.entry.standing().cloned());
        last.unwrap_or_default()
    }

    /// Adds an entry, after one that says what was taken off where the last line is torn. The entry counts once this
    /// returns, and is on disk then.
    ///
    /// # Errors
    /// What the system refuses, and a last line that does not hold; the entry does not count then.
    pub fn append(&mut self, entry: &Entry) -> Result<&Chained, MonitorError> {
        self.check_last()?;
        let mut added = String::new();
        let mut last = (self.seq(), self.head().to_owned());
        for entry in self.healing(entry).iter().chain([entry]) {
            let (line, hash) = chain::line(last.0 + 1, &last.1, entry);
            added.push_str(&line);
            added.push('\n');
            last = (last.0 + 1, hash);
        }
        let (end, on_disk) = if self.lacks_end { ("\n", self.whole - 1) } else { ("", self.whole) };
        let result = write_behind(&self.path, on_disk, format!("{end}{added}").as_bytes());
        result.map_err(MonitorError::io("write", &self.path))?;
        self.lacks_end = false;
        self.text.truncate(self.whole);
        self.text.extend_from_slice(added.as_bytes());
        self.whole = self.text.len();
        Ok(self.last.insert(Chained { seq: last.0, hash: last.1, entry: entry.clone() }))
    }

    /// The number that the next entry will have.
    pub fn next_seq(&self) -> u64 {
        let healing = if self.tail() == Tail::Clean { 0 } else { 1 };
        self.seq() + healing + 1
    }

    /// The hash that an entry will have once it is appended.
    pub fn hash_of_next(&self, entry: &Entry) -> String {
        let mut last = (self.seq(), self.head().to_owned());
        for entry in self.healing(entry).iter().chain([entry]) {
            last = (last.0 + 1, chain::line(last.0 + 1, &last.1, entry).1);
        }
        last.1
    }

    /// The entry that says what is taken off before `next`.
    fn healing(&self, next: &Entry) -> Option<Entry> {
        let torn = &self.text[self.whole..];
        let shown = String::from_utf8_lossy(&torn[..torn.len().min(SHOWN)]).into_owned();
        let healed = Healed { bytes: torn.len() as u64, sha256: sha256([torn]), text: shown };
        (!torn.is_empty()).then(|| Entry { event: Event::Healed(healed), set_aside: Vec::new(), ..next.clone() })
    }

    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.text[..self.whole].split_inclusive(|byte| *byte == b'\n').map(|line| &line[..line.len() - 1])
    }

    fn read_last(&self) -> Result<Option<Chained>, String> {
        let Some(last) = self.lines().last() else { return Ok(None) };
        let count = self.lines().count() as u64;
        let text = std::str::from_utf8(last).map_err(|_| format!("entry {count} is not text"))?;
        let previous = previous_of(text).unwrap_or_default();
        chain::read(text, count, &previous).map(Some).map_err(|what| format!("entry {count}: {what}"))
    }
}

/// Replaces everything from `whole` on by `added`, and waits for the disk.
fn write_behind(path: &Path, whole: usize, added: &[u8]) -> std::io::Result<()> {
    let is_new = !path.exists();
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    if file.metadata()?.len() != whole as u64 {
        file.set_len(whole as u64)?;
    }
    // One call, so that a crash leaves a part of a line at most.
    // The name of a new file at the same time.
    let flush = |file: &File| {
        let Some(folder) = path.parent().filter(|_| is_new && cfg!(unix)) else { return file.sync_data() };
        let folder = File::open(folder)?;
        std::thread::scope(|scope| {
            let named = std::thread::Builder::new().spawn_scoped(scope, || folder.sync_all());
            let flushed = file.sync_data();
            // Where there is no thread to be had, one after the other.
            flushed.and(named.map_or_else(|_| folder.sync_all(), |named| named.join().expect("no panic")))
        })
    };
    let written = file.write_all(added).and_then(|()| flush(&file));
    if written.is_err() {
        // What is not sure to last was not written. Where even this fails, the next run finds it and takes it for written.
        drop(file.set_len(whole as u64));
    }
    written
}

fn unchained(line: &str) -> Option<Chained> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    let seq = value.get("seq")?.as_u64()?;
    let hash = value.get("hash")?.as_str()?.to_owned();
    Some(Chained { seq, hash, entry: serde_json::from_value(value).ok()? })
}

/// What a line says that the hash before it is.
fn previous_of(line: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    Some(value.get("previous")?.as_str()?.to_owned())
}
