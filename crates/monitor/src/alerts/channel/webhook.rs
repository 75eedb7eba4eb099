//! A webhook of one's own: the message as it is, as JSON, with `Idempotency-Key`.

use serde_json::Value;

use super::{Channel, Message, Refusal, Service, post};

pub(super) static SERVICE: Service = Service {
    name: "webhook",
    needs: &["url"],
    takes: &["token"],
    about: "POST of the message as JSON to url",
    deliver,
    form,
};

fn deliver(channel: &Channel, message: &Message) -> Result<(), Refusal> {
    post(channel, &channel.address()?, message, "")
}

pub(super) fn form(message: &Message, _: &str) -> Value {
    serde_json::to_value(message).expect("a message is texts")
}
