//! `pb-assign schema`: what a configuration may hold and what a result holds, for editors and programs.

use crate::arguments::SchemaOf;
use crate::config;

/// The text of the description.
pub fn text(of: SchemaOf) -> String {
    match of {
        SchemaOf::Config => {
            serde_json::to_string_pretty(&config::json_schema()).expect("a schema is plain JSON with text for keys")
        }
        SchemaOf::Result => reporter::result_schema(),
        SchemaOf::Certificate => reporter::certificate_schema(),
        SchemaOf::Impact => reporter::impact_schema(),
        SchemaOf::ConfigReference => config::reference_markdown(),
    }
}
