//! A configuration as a tree of settings, each with its place: what was written, not yet what it means.

use crate::Place;

/// One node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Where it was written; its field is the path of keys that leads here.
    pub place: Place,
    /// What was written.
    pub value: SettingValue,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// Nothing, or an explicit null.
    Empty,
    /// A scalar, as written: numbers keep every digit.
    Text(String),
    /// A sequence.
    List(Vec<Setting>),
    /// A mapping, in the order of the file; keys are unique.
    Map(Vec<(String, Setting)>),
}

impl Setting {
    /// The setting under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, setting)| setting)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            SettingValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            SettingValue::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            SettingValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What this is, in words for a message.
    pub fn noun(&self) -> String {
        match &self.value {
            SettingValue::Empty => "nothing".to_owned(),
            SettingValue::Text(text) => format!("\"{text}\""),
            SettingValue::List(_) => "a list".to_owned(),
            SettingValue::Map(_) => "a mapping".to_owned(),
        }
    }
}
