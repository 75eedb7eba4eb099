//! Alertmanager, API version 2: `POST /api/v2/alerts`, a list of alerts. Source: the Alerts API in the documentation of
//! Prometheus, and `api/v2/openapi.yaml` of Alertmanager.
//!
//! Alertmanager tells alerts apart by their labels, so that these are the same for an alert's whole life. Without an end it
//! takes an alert for over some minutes after it was last told of it, and we tell it on change only: an alert that fires
//! ends as late as a date can be written. One that is over ended some minutes before the run that found so: Alertmanager drops
//! an end that its own clock has not come to yet for the later one that it knows, and clocks differ.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Channel, Message, Refusal, Service, post};

pub(super) static SERVICE: Service = Service {
    name: "alertmanager",
    needs: &["url"],
    takes: &["token"],
    about: "POST to /api/v2/alerts of an Alertmanager, whose address without that path is url",
    deliver,
    form,
};

/// The end of an alert that has none.
const NEVER: &str = "9999-12-31T23:59:59Z";

/// By how much the clock of Alertmanager may be behind ours.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

fn deliver(channel: &Channel, message: &Message) -> Result<(), Refusal> {
    let url = format!("{}/api/v2/alerts", channel.address()?.trim_end_matches('/'));
    post(channel, &url, message, "")
}

fn form(message: &Message, _: &str) -> Value {
    let alert = &message.alert;
    let mut labels = Map::from_iter([
        ("alertname".to_owned(), json!(alert_name(&alert.kind))),
        ("desk".to_owned(), json!(alert.desk)),
        ("severity".to_owned(), json!(message.severity)),
        ("service".to_owned(), json!("pb-assign")),
    ]);
    let account = alert.account.as_ref().map(|account| ("account".to_owned(), json!(account)));
    let metric = alert.metric.as_ref().map(|metric| ("metric".to_owned(), json!(metric)));
    labels.extend(account.into_iter().chain(metric));
    json!([{
        "labels": labels,
        "annotations": {
            "summary": message.title(),
            "description": alert.text,
            "change": message.change.word(),
            "as_of": message.as_of.as_deref().unwrap_or_default(),
            "key": message.key,
        },
        "startsAt": alert.started,
        "endsAt": if message.is_over() { end_of(message) } else { NEVER.to_owned() },
    }])
}

/// When an alert that is over ended; not before it began.
fn end_of(message: &Message) -> String {
    let time = |text: &str| text.parse::<Timestamp>().ok();
    let ended = time(&message.time).and_then(|time| time.checked_sub(MARGIN).ok());
    ended.max(time(&message.alert.started)).map_or_else(|| message.time.clone(), |ended| ended.to_string())
}

/// `missing_input` as alerts are named there: `PbAssignMissingInput`.
fn alert_name(kind: &str) -> String {
    kind.split('_').fold("PbAssign".to_owned(), |name, word| {
        let (first, rest) = word.split_at(word.len().min(1));
        name + &first.to_uppercase() + rest
    })
}
