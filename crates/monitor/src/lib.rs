//! The record of every run: an append-only, hash-chained ledger, and beside it the files that runs read and published.
//!
//! ```text
//! state/ledger.jsonl            one entry a line, each over the hash of the one before   (entry, chain, ledger)
//!       kept/000012.zip         what entry 12 was the first to read or publish, by SHA-256           (archive)
//!       lock                    one run appends at a time                                               (state)
//!       history.db              what follows from all of it, to be asked in SQL                       (history)
//!       outbox/000012.json      messages of entry 12 that a channel has not taken yet                  (alerts)
//! ```
//!
//! A run's entry is its commit: what it published follows from the entry, and is put right from it after a crash. This
//! crate never knows how an answer was found or what a metric means: it records what it is told. It never reads a
//! clock.
//!
//! Start with [`mod@entry`], then [`ledger`] and [`state`]; [`mod@audit`] is for who trusts nobody,
//! [`mod@export`] for who gets a copy of it, [`mod@history`] for who asks how it was over time.
#![deny(clippy::float_arithmetic)]

pub mod entry;

pub mod chain;
pub mod ledger;

pub mod archive;
pub mod state;

pub mod audit;
pub mod export;

pub mod alerts;
pub mod history;
pub mod metrics;

mod atomic;
mod digest;
mod error;
mod flush;
mod holder;
mod traces;

pub use archive::Archive;
pub use audit::{Finding, audit};
pub use chain::{Chained, GENESIS};
pub use digest::sha256;
pub use entry::{AlertsEnded, Breach, Entry, Event, Healed, Kept, ObjectiveEntry, ProblemEntry, Rerun, RunEntry};
pub use error::MonitorError;
pub use flush::Unflushed;
pub use history::History;
pub use ledger::{Ledger, Line, Tail, Trust};
pub use state::{Locked, State};
