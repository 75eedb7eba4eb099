//! The reference of a configuration, for people: every key with what it takes and what holds without it.

use std::fmt::Write;

use domain::{Key, Shape};

use super::keys::configuration;

/// A Markdown table of every key, in the order of the table of keys: its path, what it takes, what holds
/// without it, what it says. `<…>` in a path is a name that the user chooses, `[]` any item of a list.
pub fn reference_markdown() -> String {
    let mut text = "| key | takes | without it | says |\n| --- | --- | --- | --- |\n".to_owned();
    for (path, key) in keys_with_paths() {
        let default = if key.required { "required" } else { key.default };
        let cells = [format!("`{path}`"), takes(&key.shape), default.to_owned(), key.about.to_owned()];
        let cells = cells.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// Every key that we define, with the path of keys that leads to it.
pub(super) fn keys_with_paths() -> Vec<(String, Key)> {
    let mut found = Vec::new();
    walk(&configuration(), "", &mut found);
    found
}

fn walk(shape: &Shape, path: &str, found: &mut Vec<(String, Key)>) {
    match shape {
        Shape::Object(keys) => {
            for key in keys {
                let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
                found.push((path.clone(), key.clone()));
                walk(&key.shape, &path, found);
            }
        }
        Shape::List(item) => walk(item, &format!("{path}[]"), found),
        Shape::Map { key, value } => walk(value, &format!("{path}.<{}>", bare(key)), found),
        Shape::Either(_, mapping) => walk(mapping, path, found),
        Shape::Text | Shape::Decimal | Shape::Flag | Shape::Duration | Shape::Size | Shape::Choice(_) => {}
    }
}

fn takes(shape: &Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Decimal => "decimal".to_owned(),
        Shape::Flag => "`true` or `false`".to_owned(),
        Shape::Duration => "length of time: `500ms`, `10s`, `2m`".to_owned(),
        Shape::Size => "amount of memory: `512MiB`, `4GiB`".to_owned(),
        Shape::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Shape::List(item) => format!("list of {}", takes(item)),
        Shape::Map { key, value } => format!("mapping from {} to {}", bare(key), takes(value)),
        Shape::Object(_) => "mapping".to_owned(),
        Shape::Either(scalar, mapping) => format!("{} or {}", takes(scalar), takes(mapping)),
    }
}

/// "a security type" without its article.
fn bare(noun: &str) -> &str {
    noun.strip_prefix("an ").or_else(|| noun.strip_prefix("a ")).unwrap_or(noun)
}
