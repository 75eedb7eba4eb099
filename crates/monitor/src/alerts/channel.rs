//! Where alerts go. One file a service, each with the form that its service documents; this table lists them.

mod alertmanager;
mod command;
mod file;
mod pagerduty;
mod slack;
mod webhook;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::http;
use super::kind::Kind;
use super::message::Message;
use super::refusal::Refusal;
use super::secret::Secret;

/// A service that takes alerts.
#[derive(Debug)]
pub struct Service {
    /// Its word in the configuration.
    pub name: &'static str,
    /// The settings that a channel of it must have.
    pub needs: &'static [&'static str],
    /// The settings that it may have besides.
    pub takes: &'static [&'static str],
    /// What it is, for the reference.
    pub about: &'static str,
    /// Hands a message over.
    deliver: fn(&Channel, &Message) -> Result<(), Refusal>,
    /// The form of a message, with the secret that belongs into it.
    form: fn(&Message, &str) -> Value,
}

/// Every service, in the order of the documentation.
pub static TABLE: [&Service; 6] = [
    &webhook::SERVICE,
    &alertmanager::SERVICE,
    &slack::SERVICE,
    &pagerduty::SERVICE,
    &command::SERVICE,
    &file::SERVICE,
];

/// A channel of a desk.
#[derive(Debug, Clone)]
pub struct Channel {
    /// What the desk calls it; unique.
    pub name: String,
    /// Its service.
    pub service: &'static Service,
    /// The address, for services that are reached over HTTP.
    pub url: Option<Address>,
    /// What proves who we are, as `Authorization: Bearer`.
    pub token: Option<Secret>,
    /// The integration key of PagerDuty.
    pub routing_key: Option<Secret>,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The file.
    pub path: Option<PathBuf>,
    /// The folder that the program runs in.
    pub folder: PathBuf,
    /// The kinds that it is told of; all where there is none.
    pub kinds: Vec<&'static Kind>,
    /// How long one try may take.
    pub timeout: Duration,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// One that anybody may read.
    Open(String),
    /// One that is a secret itself, as those of Slack are.
    Secret(Secret),
}

impl Channel {
    /// Whether it is told of a message.
    pub fn wants(&self, message: &Message) -> bool {
        message.test || self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.name == message.alert.kind)
    }

    /// Hands a message over, once.
    ///
    /// # Errors
    /// Why it was not taken.
    pub fn deliver(&self, message: &Message) -> Result<(), Refusal> {
        (self.service.deliver)(self, message)
    }

    fn address(&self) -> Result<String, Refusal> {
        match &self.url {
            Some(Address::Open(url)) => Ok(url.clone()),
            Some(Address::Secret(secret)) => secret.reveal().map_err(Refusal::Channel),
            None => Err(Refusal::Channel("it has no address".to_owned())),
        }
    }
}

impl PartialEq for Channel {
    fn eq(&self, other: &Self) -> bool {
        let parts = |c: &Self| (c.name.clone(), c.service.name, c.url.clone(), c.token.clone(), c.routing_key.clone());
        let more = |c: &Self| (c.command.clone(), c.path.clone(), c.folder.clone(), c.timeout, c.kinds.clone());
        parts(self) == parts(other) && more(self) == more(other)
    }
}

impl Eq for Channel {}

impl Service {
    /// The form of a message for it, with the secret that belongs into it.
    pub fn form(&self, message: &Message, secret: &str) -> Value {
        (self.form)(message, secret)
    }
}

/// The service of this name.
pub fn named(name: &str) -> Option<&'static Service> {
    TABLE.into_iter().find(|service| service.name == name)
}

/// Sends a message over HTTP to an address in the form of the channel's service.
fn post(channel: &Channel, url: &str, message: &Message, secret: &str) -> Result<(), Refusal> {
    let token = channel.token.as_ref().map(Secret::reveal).transpose().map_err(Refusal::Channel)?;
    let body = channel.service.form(message, secret).to_string();
    http::post(&http::Request { url, body: &body, token: token.as_deref(), id: &message.id, timeout: channel.timeout })
}

/// A text of so many characters at most.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}
