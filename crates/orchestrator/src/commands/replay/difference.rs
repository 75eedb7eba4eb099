//! Each place where two documents differ, with both values.

use std::fmt;

use serde_json::{Value, json};

/// A place in a file where the answers differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    file: &'static str,
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole file.
    pointer: String,
    /// What was published there; nothing where there was nothing.
    was: Option<Value>,
    /// What is there now; nothing where there is nothing.
    is: Option<Value>,
}

/// Everything that differs between what was published and what is there again.
pub(super) fn between(file: &'static str, recorded: &[u8], again: &[u8]) -> Vec<Difference> {
    if recorded == again {
        return Vec::new();
    }
    let read = |bytes| serde_json::from_slice::<Value>(bytes).ok();
    let mut found = Vec::new();
    differ(file, "", read(recorded).as_ref(), read(again).as_ref(), &mut found);
    if found.is_empty() {
        // Blanks, say: the values are the same, and the bytes are not.
        found.push(Difference { file, pointer: String::new(), was: None, is: None });
    }
    found
}

fn differ(
    file: &'static str,
    pointer: &str,
    recorded: Option<&Value>,
    again: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (recorded, again) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let added = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(added) {
                let token = key.replace('~', "~0").replace('/', "~1");
                differ(file, &format!("{pointer}/{token}"), a.get(key), b.get(key), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for index in 0..a.len().max(b.len()) {
                differ(file, &format!("{pointer}/{index}"), a.get(index), b.get(index), found);
            }
        }
        (a, b) if a != b => {
            found.push(Difference { file, pointer: pointer.to_owned(), was: a.cloned(), is: b.cloned() });
        }
        _ => {}
    }
}

impl Difference {
    /// The file, and its member at the top that holds the place.
    pub(super) fn member(&self) -> (&'static str, &str) {
        (self.file, self.pointer.split('/').nth(1).unwrap_or_default())
    }

    /// For programs; where there is nothing on a side, its member is missing.
    pub(super) fn to_json(&self) -> Value {
        let mut object = json!({ "file": self.file, "pointer": self.pointer });
        for (name, value) in [("was", &self.was), ("is", &self.is)] {
            if let Some(value) = value {
                object[name] = value.clone();
            }
        }
        object
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, was, is, .. } = self;
        let pointer = if self.pointer.is_empty() { "the whole" } else { &self.pointer };
        match (was, is) {
            (Some(was), Some(is)) => write!(f, "{file}: {pointer} was {was} and is {is}"),
            (Some(was), None) => write!(f, "{file}: {pointer} was {was} and is not there"),
            (None, Some(is)) => write!(f, "{file}: {pointer} was not there and is {is}"),
            (None, None) => write!(f, "{file}: the values are the same, and the bytes are not"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_named_by_its_pointer_with_both_values() {
        let found = between("f", br#"{"a/b":[1,{"c":2},3],"gone":null}"#, br#"{"a/b":[1,{"c":"2"}],"new~":4}"#);
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        let expected = [
            "f: /a~1b/1/c was 2 and is \"2\"",
            "f: /a~1b/2 was 3 and is not there",
            "f: /gone was null and is not there",
            "f: /new~0 was not there and is 4",
        ];
        assert_eq!(texts, expected);
        assert_eq!(found[2].to_json(), json!({ "file": "f", "pointer": "/gone", "was": null }));
    }

    #[test]
    fn bytes_count_where_values_are_the_same() {
        assert_eq!(between("f", b"{}", b"{}"), []);
        assert_eq!(between("f", b"{}", b"{ }")[0].to_string(), "f: the values are the same, and the bytes are not");
        assert_eq!(between("f", b"{", b"{}")[0].to_string(), "f: the whole was not there and is {}");
    }
}
