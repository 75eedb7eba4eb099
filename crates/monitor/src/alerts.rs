//! Who has to be told of what a run found: once when it begins, when it becomes worse, and when it is over.
//!
//! ```text
//! run ──► facts ──► standing (what fires, and what changed: part of the run's entry in the ledger)   (standing)
//!                       │ changes
//!                       ▼
//!          outbox/000012.json, written before the entry and good with it                              (outbox)
//!                       │ after the run
//!                       ▼
//!          webhook, Alertmanager, Slack, PagerDuty, command, file                       (delivery, channel)
//! ```
//!
//! What fires is part of the entry of a run, so that it is as safe as the ledger, and nobody can say later that an alert
//! did not fire. A parcel in the outbox names the entry that it belongs to: without its entry it was never meant to be
//! sent, with it it is sent until every channel has taken it. A message may arrive twice when a crash comes between the
//! receiver's answer and ours being written down; both have the same `id` and the same `key`.
//!
//! An alert that cannot be sent changes nothing about a run: nothing here returns an error that could.

pub mod kind;
pub mod standing;

pub mod message;
pub mod outbox;

pub mod channel;
pub mod delivery;
mod halt;
pub mod refusal;
pub mod secret;

mod http;

pub use channel::Channel;
pub use delivery::{Delivered, deliver};
pub use halt::halt;
pub use kind::Kind;
pub use message::Message;
pub use outbox::{Outbox, Parcel};
pub use secret::Secret;
pub use standing::{Alert, Change, Fact, Seen, Standing};
