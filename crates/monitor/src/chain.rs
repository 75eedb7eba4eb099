//! How entries hang together.
//!
//! A line of the ledger is a JSON object in the canonical form of RFC 8785: members in the order of their names, no blanks,
//! whole numbers and texts. Beside the members of the [`Entry`] it has `seq`, from 1, `previous`, the hash of the line
//! before it (64 zeros before the first), and
//! `hash = SHA-256(previous ‖ canonical form of everything but hash)`, both as text. Who changes, drops, doubles or swaps
//! lines breaks the chain; who cuts off its end has another head than those who wrote the head down.

use std::fmt::Write;

use serde_json::Value;

use crate::digest::sha256;
use crate::entry::{Entry, SCHEMA};

/// What stands for the hash of the line before the first.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An entry in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chained {
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash: the head of the ledger that ends with it.
    pub hash: String,
    /// What it says.
    pub entry: Entry,
}

/// The line of an entry without its line end, and its hash.
pub fn line(seq: u64, previous: &str, entry: &Entry) -> (String, String) {
    let Ok(Value::Object(mut members)) = serde_json::to_value(entry) else {
        unreachable!("an entry is an object of texts and numbers")
    };
    members.insert("seq".to_owned(), seq.into());
    members.insert("previous".to_owned(), previous.into());
    let hash = hash_of(previous, &Value::Object(members.clone()));
    members.insert("hash".to_owned(), hash.clone().into());
    (canonical(&Value::Object(members)), hash)
}

/// Reads a line that follows one with the hash `previous` and the number before `seq`.
///
/// # Errors
/// What is wrong with it; the line itself is not the place to look for why.
pub fn read(text: &str, seq: u64, previous: &str) -> Result<Chained, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    if canonical(&value) != text {
        return Err("it is not as it was written: order, blanks, doubled members or escapes differ".to_owned());
    }
    let Value::Object(mut members) = value.clone() else { return Err("it is not an entry".to_owned()) };
    let hash = members.remove("hash");
    let Some(Value::String(hash)) = hash else { return Err("it has no hash".to_owned()) };
    if members.get("previous").and_then(Value::as_str) != Some(previous) {
        return Err("it does not follow the line before it".to_owned());
    }
    if hash_of(previous, &Value::Object(members.clone())) != hash {
        return Err("its hash is not that of its content".to_owned());
    }
    if members.get("seq").and_then(Value::as_u64) != Some(seq) {
        return Err(format!("its number is not {seq}"));
    }
    if members.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(format!("its form is not {SCHEMA}: another version of the program wrote it"));
    }
    let entry = serde_json::from_value(value).map_err(|error| format!("it is not an entry: {error}"))?;
    Ok(Chained { seq, hash, entry })
}

fn hash_of(previous: &str, without_hash: &Value) -> String {
    sha256([previous.as_bytes(), canonical(without_hash).as_bytes()])
}

/// The canonical form of RFC 8785, for values of texts and whole numbers.
fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            // By UTF-16 units, as the form asks for.
            names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (index, name) in names.into_iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                let _ = write!(text, "{comma}{}:", Value::from(name.as_str()));
                write(&members[name], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        // Texts as serde_json escapes them, which is as the form has it.
        plain => {
            let _ = write!(text, "{plain}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Event, Rerun};

    fn rerun() -> Entry {
        let event = Event::Rerun(Rerun { run_id: "a1".to_owned(), as_of: None, of: 1 });
        let text = |text: &str| text.to_owned();
        let time = text("2026-11-20T18:00:00Z");
        Entry { schema: text(SCHEMA), time, actor: text("ops"), host: text("h"), set_aside: Vec::new(), event }
    }

    #[test]
    fn a_line_can_be_read_and_its_hash_computed_by_hand() {
        let (text, hash) = line(2, GENESIS, &rerun());
        let before = "{\"actor\":\"ops\",\"as_of\":null,\"event\":\"rerun\",";
        let after = format!(
            "\"host\":\"h\",\"of\":1,\"previous\":\"{GENESIS}\",\"run_id\":\"a1\",\"schema\":\"pb-assign/ledger/1\",\
             \"seq\":2,\"time\":\"2026-11-20T18:00:00Z\"}}"
        );
        assert_eq!(hash, sha256([GENESIS.as_bytes(), before.as_bytes(), after.as_bytes()]));
        assert_eq!(text, format!("{before}\"hash\":\"{hash}\",{after}"));
        assert_eq!(read(&text, 2, GENESIS), Ok(Chained { seq: 2, hash, entry: rerun() }));
    }

    #[test]
    fn a_line_in_another_place_is_refused() {
        let (text, hash) = line(2, GENESIS, &rerun());
        assert_eq!(read(&text, 3, GENESIS).unwrap_err(), "its number is not 3");
        assert_eq!(read(&text, 2, &hash).unwrap_err(), "it does not follow the line before it");
        assert!(read(&text.replace(",", ", "), 2, GENESIS).unwrap_err().contains("not as it was written"));
        assert!(read(&text.replace("ops", "eve"), 2, GENESIS).unwrap_err().contains("its hash is not"));
    }
}
