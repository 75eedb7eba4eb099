//! What a setting may be: one description from which settings are checked, the configuration's JSON
//! Schema is written and its reference is printed, so that the three cannot disagree.

use crate::problem::nearest;
use crate::{Code, Decimal, Problem, Setting, SettingValue};

/// The codes of problems that a shape finds.
pub const CODES: &[Code] = &[UNKNOWN_KEY, MISSING_KEY, WRONG_SHAPE];
/// A key that the mapping does not have.
pub const UNKNOWN_KEY: Code = Code { id: "C001", title: "unknown key" };
const MISSING_KEY: Code = Code { id: "C002", title: "missing key" };
const WRONG_SHAPE: Code = Code { id: "C003", title: "a value of the wrong kind" };

/// The form of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Any scalar, taken as text.
    Text,
    /// A decimal number, or a decimal number in quotes; at most 28 significant digits.
    Decimal,
    /// `true` or `false`.
    Flag,
    /// A length of time with its unit: `500ms`, `10s`, `2m`, `1h`, `1d`.
    Duration,
    /// An amount of memory with its unit: `512MiB`, `4GiB`.
    Size,
    /// One of some words.
    Choice(Vec<&'static str>),
    /// A sequence of settings of one shape.
    List(Box<Shape>),
    /// A mapping with keys that the user chooses.
    Map {
        /// What a key names, for messages: "a security type".
        key: &'static str,
        /// The shape of every value.
        value: Box<Shape>,
    },
    /// A mapping with keys that we define.
    Object(Vec<Key>),
    /// A scalar of the first shape or a mapping of the second.
    Either(Box<Shape>, Box<Shape>),
}

/// A key that we define.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// The shape of its value.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// What holds when it is absent, in words; empty for a required key.
    pub default: &'static str,
    /// What it says, with unit and range: one sentence of the reference.
    pub about: &'static str,
}

impl Key {
    /// A key that must be there.
    pub fn required(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, required: true, default: "", about }
    }

    /// A key that may be left out; `default` says what holds then.
    pub fn optional(name: &'static str, shape: Shape, default: &'static str, about: &'static str) -> Self {
        Self { name, shape, required: false, default, about }
    }
}

impl Shape {
    /// A list of `item`s.
    pub fn list(item: Self) -> Self {
        Self::List(Box::new(item))
    }

    /// A mapping from whatever `key` names to `value`.
    pub fn map(key: &'static str, value: Self) -> Self {
        Self::Map { key, value: Box::new(value) }
    }

    /// A scalar or a mapping.
    pub fn either(scalar: Self, mapping: Self) -> Self {
        Self::Either(Box::new(scalar), Box::new(mapping))
    }

    /// What is expected, in words for a message.
    pub fn noun(&self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Decimal => "a decimal number of at most 28 digits".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Duration => "a length of time such as 500ms, 10s or 2m".to_owned(),
            Self::Size => "an amount of memory such as 512MiB or 4GiB".to_owned(),
            Self::Choice(words) => match words.as_slice() {
                [only] => (*only).to_owned(),
                words => format!("one of {}", words.join(", ")),
            },
            Self::List(item) => format!("a list, each item {}", item.noun()),
            Self::Map { key, value } => format!("a mapping from {key} to {}", value.noun()),
            Self::Object(keys) => {
                format!("a mapping with the keys {}", keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", "))
            }
            Self::Either(scalar, mapping) => format!("{} or {}", scalar.noun(), mapping.noun()),
        }
    }

    /// How a value of this shape looks, for a hint.
    fn sample(&self) -> String {
        match self {
            Self::Text => "…".to_owned(),
            Self::Decimal => "0".to_owned(),
            Self::Flag => "true".to_owned(),
            Self::Duration => "10s".to_owned(),
            Self::Size => "4GiB".to_owned(),
            Self::Choice(words) => words.join("|"),
            Self::List(item) => format!("[{}]", item.sample()),
            Self::Map { value, .. } => format!("{{ …: {} }}", value.sample()),
            Self::Object(keys) => {
                let required = keys.iter().filter(|key| key.required);
                // Where no key has to be there, one of them shows how it is done.
                let shown = required.chain(keys.first().filter(|_| keys.iter().all(|key| !key.required)));
                let entries: Vec<String> = shown.map(|key| format!("{}: {}", key.name, key.shape.sample())).collect();
                format!("{{ {} }}", entries.join(", "))
            }
            Self::Either(scalar, _) => scalar.sample(),
        }
    }

    /// What to write instead. No choice is suggested: a word that is near another may mean a third.
    fn remedy(&self) -> String {
        match self {
            Self::Decimal => {
                "write digits alone, such as 1234.5: no commas between thousands, percent signs or units".to_owned()
            }
            Self::List(_) => {
                format!("write `{}`, or each item on a line of its own behind `- `", self.sample())
            }
            Self::Map { .. } | Self::Object(_) => {
                format!("write `{}`, or each key on a line of its own, indented", self.sample())
            }
            _ => format!("write {}", self.noun()),
        }
    }

    /// Everything in `setting` that is not of this shape; nothing when it fits.
    pub fn check(&self, setting: &Setting) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check_into(setting, &mut problems);
        problems
    }

    fn check_into(&self, setting: &Setting, problems: &mut Vec<Problem>) {
        match (self, &setting.value) {
            (Self::Either(scalar, _), SettingValue::Text(_)) => scalar.check_into(setting, problems),
            (Self::Either(_, mapping), _) => mapping.check_into(setting, problems),
            (Self::List(item), SettingValue::List(items)) => {
                items.iter().for_each(|each| item.check_into(each, problems));
            }
            (Self::Map { value, .. }, SettingValue::Map(entries)) => {
                entries.iter().for_each(|(_, each)| value.check_into(each, problems));
            }
            (Self::Object(keys), SettingValue::Map(_) | SettingValue::Empty) => check_keys(keys, setting, problems),
            (Self::Map { .. }, SettingValue::Empty) => {}
            _ if self.takes_scalar(setting) => {}
            _ => problems.push(Problem::error(
                WRONG_SHAPE,
                setting.place.clone(),
                format!("{} is not {}", setting.noun(), self.noun()),
                self.remedy(),
            )),
        }
    }

    fn takes_scalar(&self, setting: &Setting) -> bool {
        let Some(text) = setting.text() else { return false };
        match self {
            Self::Text => !text.trim().is_empty(),
            Self::Decimal => decimal(text).is_some(),
            Self::Flag => flag(text).is_some(),
            Self::Duration => duration_ms(text).is_some(),
            Self::Size => size_bytes(text).is_some(),
            Self::Choice(words) => words.contains(&text),
            _ => false,
        }
    }
}

fn check_keys(keys: &[Key], setting: &Setting, problems: &mut Vec<Problem>) {
    for (name, value) in setting.entries() {
        match keys.iter().find(|key| key.name == name) {
            Some(key) if !key.required && value.value == SettingValue::Empty => {}
            Some(key) => key.shape.check_into(value, problems),
            None => problems.push(Problem::error(
                UNKNOWN_KEY,
                value.place.clone(),
                format!("unknown key \"{name}\""),
                unknown_key_hint(keys, name),
            )),
        }
    }
    for key in keys.iter().filter(|key| key.required && setting.get(key.name).is_none()) {
        problems.push(Problem::error(
            MISSING_KEY,
            setting.place.clone(),
            format!("\"{}\" is missing", key.name),
            format!("add `{}: {}`: {}", key.name, key.shape.sample(), key.about),
        ));
    }
}

fn unknown_key_hint(keys: &[Key], name: &str) -> String {
    let names = || keys.iter().map(|key| key.name);
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        // What is left of `{ max: 9,000,000 }`.
        return "a comma ends a value here: write numbers without commas between thousands".to_owned();
    }
    if let Some((key, value)) = name.split_once(':').filter(|(key, _)| names().any(|known| known == *key)) {
        return format!("put a blank behind the colon: `{key}: {value}`");
    }
    match nearest(name, names()) {
        Some(known) => format!("did you mean \"{known}\"?"),
        None => format!("known keys: {}", names().collect::<Vec<_>>().join(", ")),
    }
}

/// The exact value of a decimal number as configurations and files write it: `-1234.5`, `1.2e-4`. Nothing
/// for anything else, for more than 28 significant digits or decimals, and for group separators, which
/// the reader of a file has removed before.
pub fn decimal(text: &str) -> Option<Decimal> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 28)?),
        None => (text, 0),
    };
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    let plain =
        unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.') && unsigned.bytes().any(|b| b.is_ascii_digit());
    if !plain {
        return None;
    }
    let value = Decimal::from_str_exact(digits).ok()?;
    let ten = Decimal::TEN;
    (0..exponent.abs()).try_fold(value, |value, _| {
        if exponent > 0 {
            return value.checked_mul(ten);
        }
        // One more decimal, exactly: the digits stay, the scale grows.
        let value = value.normalize();
        Decimal::try_from_i128_with_scale(value.mantissa(), value.scale() + 1).ok()
    })
}

/// The value of `true` or `false`.
pub fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A length of time in milliseconds: whole or decimal, with its unit, above zero.
pub fn duration_ms(text: &str) -> Option<u64> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let unit_ms = match unit {
        "ms" => 1_u32,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let number = decimal(number.trim())?.checked_mul(Decimal::from(unit_ms))?;
    (number.fract().is_zero() && number > Decimal::ZERO).then(|| u64::try_from(number.trunc()).ok())?
}

/// An amount of memory in bytes: whole or decimal, with its unit, above zero.
pub fn size_bytes(text: &str) -> Option<u64> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let unit_bytes = match unit {
        "MiB" => 1_u64 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    let number = decimal(number.trim())?.checked_mul(Decimal::from(unit_bytes))?;
    (number.fract().is_zero() && number > Decimal::ZERO).then(|| u64::try_from(number.trunc()).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    fn text(value: &str) -> Setting {
        Setting { place: Place::nowhere(), value: SettingValue::Text(value.to_owned()) }
    }

    fn map(entries: &[(&str, Setting)]) -> Setting {
        let entries = entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        Setting { place: Place::nowhere(), value: SettingValue::Map(entries) }
    }

    fn messages(shape: &Shape, setting: &Setting) -> Vec<String> {
        shape.check(setting).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_misfit_is_reported_in_one_pass() {
        let shape = Shape::Object(vec![
            Key::required("timeout", Shape::Duration, "how long"),
            Key::optional("gap", Shape::Decimal, "0", "how close"),
        ]);
        let setting = map(&[("gpa", text("1")), ("gap", text("tight"))]);
        assert_eq!(
            messages(&shape, &setting),
            [
                "C001: unknown key \"gpa\"\nhint: did you mean \"gap\"?",
                "C003: \"tight\" is not a decimal number of at most 28 digits\n\
                 hint: write digits alone, such as 1234.5: no commas between thousands, percent signs or units",
                "C002: \"timeout\" is missing\nhint: add `timeout: 10s`: how long",
            ]
        );
    }

    #[test]
    fn a_hint_shows_what_to_write() {
        let sides = Shape::Object(vec![
            Key::required("quote", Shape::Choice(vec!["per_100", "per_unit"]), "how"),
            Key::optional("max", Shape::Decimal, "none", "the most"),
        ]);
        let hints = |shape: &Shape, setting: &Setting| -> Vec<String> {
            shape.check(setting).into_iter().map(|problem| problem.hint).collect()
        };
        let with = |name: &str, value: &str| map(&[("quote", text("per_100")), (name, text(value))]);
        assert_eq!(
            hints(&sides, &with("000", "")),
            ["a comma ends a value here: write numbers without commas between thousands"]
        );
        assert_eq!(hints(&sides, &with("max:5", "")), ["put a blank behind the colon: `max: 5`"]);
        assert_eq!(hints(&sides, &map(&[])), ["add `quote: per_100|per_unit`: how"]);
        assert_eq!(hints(&sides, &map(&[("quote", text("per_10"))])), ["write one of per_100, per_unit"]);
        assert_eq!(
            hints(&Shape::list(sides), &text("x")),
            ["write `[{ quote: per_100|per_unit }]`, or each item on a line of its own behind `- `"]
        );
    }

    #[test]
    fn decimals_keep_every_digit_or_are_refused() {
        let read = |text: &str| decimal(text).map(|value| value.to_string());
        assert_eq!(read("0.00012345678901234567890").as_deref(), Some("0.00012345678901234567890"));
        assert_eq!(read("1.2e-4").as_deref(), Some("0.00012"));
        assert_eq!(read("-3E2").as_deref(), Some("-300"));
        for bad in
            ["", "-", "1,000", "1_000", "NaN", "inf", "1e99", "0x10", "1.2.3", "12345678901234567890123456789.12"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_need_a_unit() {
        assert_eq!(size_bytes("512MiB"), Some(536_870_912));
        assert_eq!(size_bytes("1.5 GiB"), Some(1_610_612_736));
        for bad in ["512", "GiB", "-1GiB", "0MiB", "1GB", "1.1MiB"] {
            assert_eq!(size_bytes(bad), None, "{bad}");
        }
    }

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(duration_ms("10s"), Some(10_000));
        assert_eq!(duration_ms("1.5s"), Some(1_500));
        assert_eq!(duration_ms("250ms"), Some(250));
        assert_eq!(duration_ms("1.5d"), Some(129_600_000));
        for bad in ["10", "s", "-1s", "0s", "1w", "0.5ms"] {
            assert_eq!(duration_ms(bad), None, "{bad}");
        }
    }
}
