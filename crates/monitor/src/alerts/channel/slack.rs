//! An incoming webhook of Slack: a text, and blocks that show it. Source: "Sending messages using incoming webhooks" and
//! "Formatting message text" in Slack's documentation. The address is a secret: who has it can post.

use serde_json::{Value, json};

use super::{Channel, Message, Refusal, Service, post, shortened};

pub(super) static SERVICE: Service = Service {
    name: "slack",
    needs: &["url"],
    takes: &[],
    about: "POST to an incoming webhook of Slack; url is a secret",
    deliver,
    form,
};

/// The most characters that the text of a section may have.
const MOST: usize = 3_000;

fn deliver(channel: &Channel, message: &Message) -> Result<(), Refusal> {
    post(channel, &channel.address()?, message, "")
}

fn form(message: &Message, _: &str) -> Value {
    let alert = &message.alert;
    let sign = match (message.is_over(), message.severity.as_str()) {
        (true, _) => ":large_green_circle:",
        (false, "warning") => ":large_yellow_circle:",
        (false, _) => ":red_circle:",
    };
    let field = |name: &str, value: &str| json!({ "type": "mrkdwn", "text": format!("*{name}*\n{}", escaped(value)) });
    let named = [
        ("desk", Some(alert.desk.as_str())),
        ("as of", message.as_of.as_deref()),
        ("since", alert.since.as_deref()),
        ("severity", Some(message.severity.as_str())),
    ];
    let fields: Vec<Value> =
        named.into_iter().filter_map(|(name, value)| Some(field(name, &shortened(value?, 200)))).collect();
    // Cut before it is escaped, so that no escape is cut, and by so much that the escaped text fits as well.
    let title = escaped(&shortened(&message.title(), MOST / 5 - 40));
    json!({
        "text": title,
        "blocks": [
            { "type": "section", "text": { "type": "mrkdwn", "text": format!("{sign} {title}") } },
            { "type": "section", "fields": fields },
        ],
    })
}

/// The three signs that mean something in a text of Slack's, so that no name of a file or an account calls anybody.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
