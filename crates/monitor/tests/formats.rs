//! What each service is sent, against the examples of its documentation: every member that is sent stands there, of the same
//! type, and every member that the documentation requires is sent. The examples under `tests/alerts` have the members and
//! types of the documented ones, with values of our own.

use monitor::alerts::channel::{self, TABLE};
use monitor::alerts::kind::{BREACH, FAILED};
use monitor::alerts::message::Cause;
use monitor::alerts::standing::What;
use monitor::alerts::{Fact, Message, Seen, Standing};
use serde_json::{Value, json};

/// A breach that begins, or is over.
fn message(change: What, text: &str) -> Message {
    let (account, metric) = (Some("PB1".to_owned()), Some("leverage".to_owned()));
    let fact = Fact { kind: &BREACH, account, metric, measure: Some("0.2".to_owned()), text: text.to_owned() };
    let seen = Seen {
        desk: "rates",
        as_of: Some("2026-11-20"),
        time: "2026-11-20T18:00:03.5Z",
        latest: "2026-11-27",
        unread: None,
        known: vec![&BREACH, &FAILED],
        facts: vec![fact],
    };
    let mut standing = Standing::default().after(&seen, "0");
    let mut time = seen.time;
    if change == What::Resolved {
        time = "2026-11-23T18:00:04Z";
        standing = standing.after(&Seen { as_of: Some("2026-11-23"), time, facts: Vec::new(), ..seen }, "0");
    }
    let cause = Cause { previous: "5d41", as_of: Some("2026-11-20"), time, run_id: Some("8c1f") };
    assert_eq!(standing.changes.len(), 1);
    assert_eq!(standing.changes[0].change, change);
    Message::of(&standing.changes[0], &cause)
}

fn form(service: &str, message: &Message) -> Value {
    channel::named(service).expect("a service").form(message, "R0UT1NGKEY")
}

fn example(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alerts").join(name);
    serde_json::from_slice(&std::fs::read(path).expect("the example")).expect("JSON")
}

/// Whether everything in `sent` stands in the documented example, of the same type. `…` as a member's name stands for any.
fn check_known(sent: &Value, documented: &Value, at: &str) {
    match (sent, documented) {
        (Value::Object(sent), Value::Object(documented)) => {
            for (name, value) in sent {
                let known = documented.get(name).or(documented.get("…"));
                let known = known.unwrap_or_else(|| panic!("{at}.{name} is not documented"));
                check_known(value, known, &format!("{at}.{name}"));
            }
        }
        (Value::Array(sent), Value::Array(documented)) => {
            for item in sent {
                let fits = |known: &&Value| known["type"] == item["type"];
                let known = documented.iter().find(fits).unwrap_or_else(|| panic!("{at} has no item of this type"));
                check_known(item, known, at);
            }
        }
        _ => {
            let kind = |value: &Value| std::mem::discriminant(value);
            let any = documented == &json!("any");
            assert!(any || kind(sent) == kind(documented), "{at}: {sent} is not of the type of {documented}");
        }
    }
}

#[test]
fn alertmanager_gets_what_its_api_documents() {
    let documented = example("alertmanager.json");
    for change in [What::Firing, What::Resolved] {
        check_known(&form("alertmanager", &message(change, "6.2 is above the limit of 6")), &documented, "");
    }
    let firing = form("alertmanager", &message(What::Firing, "6.2 is above the limit of 6"));
    let over = form("alertmanager", &message(What::Resolved, "6.2 is above the limit of 6"));
    // The only label that it requires; and it tells alerts apart by all of them.
    assert_eq!(firing[0]["labels"]["alertname"], "PbAssignBreach");
    assert_eq!(firing[0]["labels"], over[0]["labels"]);
    assert_eq!(firing[0]["startsAt"], "2026-11-20T18:00:03.5Z");
    assert_eq!(firing[0]["endsAt"], "9999-12-31T23:59:59Z");
    assert_eq!(
        (&over[0]["startsAt"], &over[0]["endsAt"]),
        (&json!("2026-11-20T18:00:03.5Z"), &json!("2026-11-23T17:55:04Z"))
    );
    // It is over at once, and not before it began.
    let mut brief = message(What::Resolved, "6.2 is above the limit of 6");
    brief.time = "2026-11-20T18:04:00Z".to_owned();
    assert_eq!(form("alertmanager", &brief)[0]["endsAt"], "2026-11-20T18:00:03.5Z");
}

#[test]
fn pagerduty_gets_what_its_events_api_documents() {
    let firing = form("pagerduty", &message(What::Firing, "6.2 is above the limit of 6"));
    let over = form("pagerduty", &message(What::Resolved, "6.2 is above the limit of 6"));
    check_known(&firing, &example("pagerduty-trigger.json"), "");
    check_known(&over, &example("pagerduty-resolve.json"), "");
    for required in ["summary", "source", "severity"] {
        assert!(firing["payload"][required].as_str().is_some_and(|text| !text.is_empty()), "{required}");
    }
    assert_eq!((&firing["event_action"], &over["event_action"]), (&json!("trigger"), &json!("resolve")));
    assert_eq!(firing["dedup_key"], "pb-assign/rates/breach/PB1/leverage");
    assert_eq!(firing["dedup_key"], over["dedup_key"]);
    assert_eq!(firing["routing_key"], "R0UT1NGKEY");
    assert!(["critical", "error", "warning", "info"].contains(&firing["payload"]["severity"].as_str().unwrap()));
}

#[test]
fn what_is_over_is_told_as_what_was() {
    let text = "6.2 is above the limit of 6";
    let said = |form: Value, at: &str| form.pointer(at).and_then(Value::as_str).expect("a text").to_owned();
    for (service, at) in [("webhook", "/text"), ("slack", "/text"), ("alertmanager", "/0/annotations/summary")] {
        assert!(
            said(form(service, &message(What::Resolved, text)), at).ends_with(&format!("was: {text}")),
            "{service}"
        );
        let firing = said(form(service, &message(What::Firing, text)), at);
        assert!(firing.ends_with(text) && !firing.contains("was: "), "{service}: {firing}");
    }
}

#[test]
fn pagerduty_gets_no_more_than_it_takes() {
    let mut long = message(What::Firing, &"é".repeat(5_000));
    long.key = "k".repeat(300);
    let event = form("pagerduty", &long);
    assert_eq!(event["payload"]["summary"].as_str().unwrap().chars().count(), 1_024);
    let key = event["dedup_key"].as_str().unwrap();
    assert_eq!(key.len(), "pb-assign/".len() + 64); // a SHA-256
    long.key.push('k');
    assert_ne!(form("pagerduty", &long)["dedup_key"], key);
}

#[test]
fn slack_gets_a_text_and_blocks() {
    for change in [What::Firing, What::Resolved] {
        check_known(&form("slack", &message(change, "6.2 is above the limit of 6")), &example("slack.json"), "");
    }
    let sent = form("slack", &message(What::Firing, "6.2 is above the limit of 6"));
    assert_eq!(sent["text"], "[FIRING] rates: breach PB1 leverage: 6.2 is above the limit of 6");
}

#[test]
fn no_name_of_a_file_calls_anybody_on_slack() {
    let sent = form("slack", &message(What::Firing, "there is no file <!channel> & <@U1>")).to_string();
    assert!(sent.contains("&lt;!channel&gt; &amp; &lt;@U1&gt;"), "{sent}");
    assert!(!sent.contains('<'), "{sent}");
}

#[test]
fn a_long_text_fits_a_section_of_slack() {
    // Every sign of it takes five.
    let sent = form("slack", &message(What::Firing, &"&".repeat(4_000)));
    let text = sent["blocks"][0]["text"]["text"].as_str().unwrap();
    assert!(text.chars().count() <= 3_000, "{}", text.chars().count());
    assert!(text.ends_with("&amp;…"), "{text}");
    assert!(sent["blocks"][1]["fields"].as_array().unwrap().len() <= 10);
}

#[test]
fn everybody_else_gets_the_message_as_it_is() {
    let message = message(What::Firing, "6.2 is above the limit of 6");
    for service in ["webhook", "command", "file"] {
        assert_eq!(form(service, &message), serde_json::to_value(&message).unwrap());
    }
    let sent = form("webhook", &message);
    check_known(&sent, &example("webhook.json"), "");
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&sent), members(&example("webhook.json")));
}

#[test]
fn no_form_but_pagerdutys_holds_a_secret() {
    for service in TABLE.iter().filter(|service| service.name != "pagerduty") {
        let sent = service.form(&message(What::Firing, "text"), "R0UT1NGKEY").to_string();
        assert!(!sent.contains("R0UT1NGKEY"), "{}", service.name);
    }
}
