//! `pb-assign schema`: what a configuration may hold and what a result holds, for editors and programs.

use clap::ValueEnum;

use crate::config;

/// The document to describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The configuration, as JSON Schema.
    Config,
    /// result.json, as JSON Schema.
    Result,
    /// The configuration, as a table of keys in Markdown.
    ConfigReference,
}

/// The text of the description.
pub fn text(of: SchemaOf) -> String {
    match of {
        SchemaOf::Config => {
            serde_json::to_string_pretty(&config::json_schema()).expect("a schema is plain JSON with text for keys")
        }
        SchemaOf::Result => reporter::result_schema(),
        SchemaOf::ConfigReference => config::reference_markdown(),
    }
}
