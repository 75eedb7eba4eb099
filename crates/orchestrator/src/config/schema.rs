//! The JSON Schema of a configuration, for editors and other programs: made from the table of keys.

use domain::place::Place;
use domain::{Key, Setting, SettingValue, Shape};
use serde_json::{Map, Value, json};

use super::keys::configuration;

/// The JSON Schema (draft 2020-12) of a configuration. What it refuses is refused by [`super::load`] too, which
/// also finds what a schema cannot say.
pub fn json_schema() -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("Configuration of pb-assign"));
    if let Value::Object(object) = shape_schema(&configuration()) {
        schema.extend(object);
    }
    Value::Object(schema)
}

fn shape_schema(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": ["string", "number", "boolean"], "pattern": "\\S" }),
        Shape::Decimal => json!({
            "type": ["number", "string"],
            "pattern": "^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?$",
        }),
        Shape::Flag => json!({ "enum": [true, false, "true", "false"] }),
        Shape::Duration => json!({ "type": "string", "pattern": "^[-+.0-9eE]+ *(ms|s|m|h|d)$" }),
        Shape::Size => json!({ "type": "string", "pattern": "^[-+.0-9eE]+ *(MiB|GiB)$" }),
        Shape::Choice(words) => json!({ "enum": words.iter().flat_map(|word| spellings(word)).collect::<Vec<_>>() }),
        Shape::List(item) => json!({ "type": "array", "items": shape_schema(item) }),
        Shape::Map { key, value } => json!({
            "type": ["object", "null"],
            "propertyNames": { "title": capital(key.trim_start_matches("an ").trim_start_matches("a ")) },
            "additionalProperties": shape_schema(value),
        }),
        Shape::Object(keys) => object_schema(keys),
        Shape::Either(scalar, mapping) => json!({ "anyOf": [shape_schema(scalar), shape_schema(mapping)] }),
    }
}

fn object_schema(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), key_schema(key))).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    // A mapping that needs no key may be left blank.
    let kind = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    json!({ "type": kind, "properties": properties, "required": required, "additionalProperties": false })
}

fn key_schema(key: &Key) -> Value {
    let shape = shape_schema(&key.shape);
    // A key that may be left out may also stand without a value.
    let mut schema = if key.required { shape } else { or_null(shape) };
    let default = default_value(key);
    let mut description = key.about.to_owned();
    if default.is_none() && !key.default.is_empty() {
        description = format!("{description} (when absent: {})", key.default);
    }
    if let Value::Object(schema) = &mut schema {
        schema.insert("title".to_owned(), json!(capital(&key.name.replace('_', " "))));
        schema.insert("description".to_owned(), json!(capital(&description)));
        schema.extend(default.map(|value| ("default".to_owned(), value)));
    }
    schema
}

/// The same schema, with null as one more value.
fn or_null(mut schema: Value) -> Value {
    for (part, null) in [("anyOf", json!({ "type": "null" })), ("enum", Value::Null), ("type", json!("null"))] {
        match schema.get_mut(part) {
            Some(Value::Array(values)) if !values.contains(&null) => values.push(null),
            Some(one @ Value::String(_)) => *one = Value::Array(vec![one.clone(), null]),
            _ => {}
        }
    }
    schema
}

/// The default where it is a value that could be written; the rest are words for people.
fn default_value(key: &Key) -> Option<Value> {
    let written = Setting { place: Place::nowhere(), value: SettingValue::Text(key.default.to_owned()) };
    let exact = matches!(key.shape, Shape::Decimal | Shape::Flag | Shape::Duration | Shape::Size | Shape::Choice(_));
    (exact && key.shape.check(&written).is_empty()).then(|| match key.default {
        "true" => json!(true),
        "false" => json!(false),
        other => json!(other),
    })
}

/// A word as text, and as a number where it is one: a version may be written `1` or `"1"`.
fn spellings(word: &str) -> Vec<Value> {
    let mut spellings = vec![json!(word)];
    spellings.extend(word.parse::<u32>().ok().map(|number| json!(number)));
    spellings
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
