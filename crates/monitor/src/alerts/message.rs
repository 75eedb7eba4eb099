//! What a channel is told: one change of one alert.

use serde::{Deserialize, Serialize};

use super::kind;
use super::standing::{Alert, Change, What};
use crate::digest::sha256;

/// The form of messages.
pub const SCHEMA: &str = "pb-assign/alert/1";

/// A change of an alert, as it is told. Channels that take JSON of no special form get it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// [`SCHEMA`].
    pub schema: String,
    /// What this message goes by: one that arrives twice has it twice.
    pub id: String,
    /// What the alert goes by: all messages about it have it.
    pub key: String,
    /// What happened to it.
    pub change: What,
    /// How bad it is: `critical`, `error`, `warning`.
    pub severity: String,
    /// The alert.
    #[serde(flatten)]
    pub alert: Alert,
    /// The date that the run is about with which it changed.
    pub as_of: Option<String>,
    /// When that run was recorded, in UTC.
    pub time: String,
    /// What that run goes by; nothing where it was refused.
    pub run_id: Option<String>,
    /// Whether somebody only tries whether messages arrive.
    pub test: bool,
}

/// The run with which alerts changed.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// The head of the ledger before it: with it, no two runs' messages have the same id.
    pub previous: &'a str,
    /// The date that it is about.
    pub as_of: Option<&'a str>,
    /// When it was recorded, in UTC.
    pub time: &'a str,
    /// What it goes by.
    pub run_id: Option<&'a str>,
}

impl Message {
    /// The message about a change.
    pub fn of(change: &Change, cause: &Cause<'_>) -> Self {
        let key = change.alert.key();
        let id =
            sha256([cause.previous.as_bytes(), cause.time.as_bytes(), key.as_bytes(), change.change.word().as_bytes()]);
        let mut alert = change.alert.clone();
        if change.change == What::Resolved {
            // What it is about is over.
            alert.text.insert_str(0, "was: ");
        }
        Self {
            schema: SCHEMA.to_owned(),
            id: id[..32].to_owned(),
            key,
            change: change.change,
            severity: kind::named(&alert.kind).map_or("error", |kind| kind.severity).to_owned(),
            alert,
            as_of: cause.as_of.map(str::to_owned),
            time: cause.time.to_owned(),
            run_id: cause.run_id.map(str::to_owned),
            test: false,
        }
    }

    /// A message that only tries whether messages arrive.
    pub fn test(desk: &str, time: &str, change: What) -> Self {
        let alert = Alert {
            desk: desk.to_owned(),
            kind: "test".to_owned(),
            account: None,
            metric: None,
            since: None,
            started: time.to_owned(),
            measure: None,
            text: "a test message of pb-assign: nothing happened, and nothing is to be done".to_owned(),
        };
        let cause = Cause { previous: "", as_of: None, time, run_id: None };
        Self { severity: "warning".to_owned(), test: true, ..Self::of(&Change { change, alert }, &cause) }
    }

    /// One line for people: `[FIRING] rates: breach PB1 leverage: …`.
    pub fn title(&self) -> String {
        let Alert { desk, kind, account, metric, text, .. } = &self.alert;
        let parts = [Some(kind), account.as_ref(), metric.as_ref()].into_iter().flatten();
        let what = parts.map(String::as_str).collect::<Vec<_>>().join(" ");
        let test = if self.test { "[TEST] " } else { "" };
        format!("{test}[{}] {desk}: {what}: {text}", self.change.word().to_uppercase())
    }

    /// Whether the alert is over.
    pub fn is_over(&self) -> bool {
        self.change == What::Resolved
    }
}

impl What {
    /// The word for it in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Worse => "worse",
            Self::Resolved => "resolved",
        }
    }
}
