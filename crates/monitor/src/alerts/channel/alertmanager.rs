//! Alertmanager, API version 2: `POST /api/v2/alerts`, a list of alerts. Source: the Alerts API in the documentation of
//! Prometheus, and `api/v2/openapi.yaml` of Alertmanager.
//!
//! Alertmanager tells alerts apart by their labels, so that these are the same for an alert's whole life. Without an end it
//! takes an alert for over some minutes after it was last told of it, and we tell it on change only: an alert that fires
//! ends as late as a date can be written, and one that is over at the time of the run that found so.

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
    let ends = if message.is_over() { &message.time } else { NEVER };
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
        "endsAt": ends,
    }])
}

/// `missing_input` as alerts are named there: `PbAssignMissingInput`.
fn alert_name(kind: &str) -> String {
    kind.split('_').fold("PbAssign".to_owned(), |name, word| {
        let (first, rest) = word.split_at(word.len().min(1));
        name + &first.to_uppercase() + rest
    })
}
