//! The JSON Schemas of `result.json` and `certificate.json`, made from the structs that write them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::{CertificateDocument, ResultDocument};

/// The schema of `result.json` as indented JSON with a line end (JSON Schema, draft 2020-12).
pub fn result_schema() -> String {
    schema_of::<ResultDocument>()
}

/// The schema of `certificate.json`, likewise.
pub fn certificate_schema() -> String {
    schema_of::<CertificateDocument>()
}

fn schema_of<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}
