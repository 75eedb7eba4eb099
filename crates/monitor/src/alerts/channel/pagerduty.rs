//! PagerDuty, Events API version 2: `trigger` and `resolve` with one `dedup_key` for an alert's whole life. Source: "Send an
//! alert event" in PagerDuty's documentation.

use serde_json::{Value, json};

use super::{Channel, Message, Refusal, Service, post, shortened};
use crate::digest::sha256;

pub(super) static SERVICE: Service = Service {
    name: "pagerduty",
    needs: &["routing_key"],
    takes: &["url"],
    about: "an event of PagerDuty's Events API v2; routing_key is the integration key, a secret",
    deliver,
    form,
};

/// Where events go, for integrations of the service regions that have no address of their own.
const EVENTS: &str = "https://events.pagerduty.com/v2/enqueue";

/// The most characters of a summary.
const MOST: usize = 1_024;

/// The most characters of a key.
const MOST_KEY: usize = 255;

fn deliver(channel: &Channel, message: &Message) -> Result<(), Refusal> {
    let url = if channel.url.is_some() { channel.address()? } else { EVENTS.to_owned() };
    let Some(key) = &channel.routing_key else { return Err(Refusal::Channel("it has no routing key".to_owned())) };
    let key = key.reveal().map_err(Refusal::Channel)?;
    post(channel, &url, message, &key)
}

fn form(message: &Message, routing_key: &str) -> Value {
    let alert = &message.alert;
    let dedup_key = dedup_key(&message.key);
    if message.is_over() {
        return json!({ "routing_key": routing_key, "event_action": "resolve", "dedup_key": dedup_key });
    }
    json!({
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": dedup_key,
        "client": "pb-assign",
        "payload": {
            "summary": shortened(&message.title(), MOST),
            "source": alert.desk,
            "severity": message.severity,
            "timestamp": message.time,
            "component": alert.account.as_deref().unwrap_or(&alert.desk),
            "group": alert.desk,
            "class": alert.kind,
            "custom_details": message,
        },
    })
}

/// The key as it is, or a digest of one that is too long.
fn dedup_key(key: &str) -> String {
    let key = format!("pb-assign/{key}");
    if key.chars().count() <= MOST_KEY { key } else { format!("pb-assign/{}", sha256([key.as_bytes()])) }
}
