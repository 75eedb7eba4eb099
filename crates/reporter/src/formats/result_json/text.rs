//! How exact numbers, names and words stand in the document.

use std::borrow::Cow;

use domain::Amount;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::SCHEMA;

/// An exact decimal number as a string: `-18234.55`; no exponent, no group separators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exact(pub Amount);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(Error::custom)
    }
}

impl JsonSchema for Exact {
    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
            "description": "An exact decimal number as a string: no exponent, no group separators.",
        })
    }
}

/// The tag of the document's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SchemaTag;

impl Serialize for SchemaTag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SCHEMA)
    }
}

impl<'de> Deserialize<'de> for SchemaTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        if text == SCHEMA { Ok(Self) } else { Err(Error::custom(format!("the schema is not \"{SCHEMA}\""))) }
    }
}

impl JsonSchema for SchemaTag {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SchemaTag".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "const": SCHEMA })
    }
}

macro_rules! names {
    ($($module:ident $name:ident)*) => {$(
        pub(crate) mod $module {
            use super::{Cow, Deserialize, Deserializer, Serializer};
            use domain::$name;

            pub(crate) fn serialize<S: Serializer>(name: &$name, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(name.as_str())
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                Cow::<str>::deserialize(deserializer).map($name::new)
            }
        }
    )*};
}
names! { account_id AccountId metric_name MetricName security_id SecurityId trade_id TradeId }

/// A metric's name, or null.
pub(crate) mod some_metric_name {
    use super::{Cow, Deserialize, Deserializer, Serialize, Serializer};
    use domain::MetricName;

    pub(crate) fn serialize<S: Serializer>(name: &Option<MetricName>, serializer: S) -> Result<S::Ok, S::Error> {
        name.as_ref().map(MetricName::as_str).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<MetricName>, D::Error> {
        Option::<Cow<str>>::deserialize(deserializer).map(|name| name.map(MetricName::new))
    }
}

macro_rules! words {
    ($($module:ident $name:ty, $table:expr, $about:literal;)*) => {$(
        pub(crate) mod $module {
            use super::{Cow, Deserialize, Deserializer, Error, Schema, SchemaGenerator, Serializer, json_schema};

            pub(crate) fn serialize<S: Serializer>(value: &$name, serializer: S) -> Result<S::Ok, S::Error> {
                let word = $table.into_iter().find(|(_, known)| known == value).map_or("", |(word, _)| word);
                serializer.serialize_str(word)
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                let found = $table.into_iter().find(|(word, _)| *word == text);
                found.map(|(_, value)| value).ok_or_else(|| Error::custom(format!("\"{text}\" is not {}", $about)))
            }

            pub(crate) fn schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "enum": $table.map(|(word, _)| word) })
            }
        }
    )*};
}
words! {
    breach domain::Breach, domain::Breach::TABLE, "a breach";
    bound domain::Bound, [("min", domain::Bound::Min), ("max", domain::Bound::Max)], "an end of a limit";
    part domain::certificate::Part, domain::certificate::Part::TABLE, "a part of a limit";
    aim domain::certificate::Aim, domain::certificate::Aim::TABLE, "an aim";
}
