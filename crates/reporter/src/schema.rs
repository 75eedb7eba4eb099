//! The JSON Schemas of `result.json`, `certificate.json` and of what a dry run says, made from the structs that write them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::{CertificateDocument, Impact, ResultDocument};

/// The schema of `result.json` as indented JSON with a line end (JSON Schema, draft 2020-12).
pub fn result_schema() -> String {
    schema_of::<ResultDocument>()
}

/// The schema of `certificate.json`, likewise.
pub fn certificate_schema() -> String {
    schema_of::<CertificateDocument>()
}

/// The schema of the member `impact` of a dry run's summary line, likewise.
pub fn impact_schema() -> String {
    schema_of::<Impact>()
}

fn schema_of<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}
