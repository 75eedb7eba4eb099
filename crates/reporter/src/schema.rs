//! The JSON Schema of `result.json`, made from the structs that write it.

use schemars::generate::SchemaSettings;

use crate::ResultDocument;

/// The schema as indented JSON with a line end (JSON Schema, draft 2020-12).
pub fn result_schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<ResultDocument>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}
