//! Values of settings whose shape was checked: nothing where a key is absent, blank or was reported already.

use domain::shape::{decimal, duration_ms, flag, size_bytes};
use domain::{Code, Decimal, Place, Problem, Setting, SettingValue};

use super::codes::{BLANK, OUT_OF_RANGE};

/// The setting at a path of keys, if it was given a value.
pub(super) fn at<'a>(setting: &'a Setting, path: &[&str]) -> Option<&'a Setting> {
    let found = path.iter().try_fold(setting, |setting, key| setting.get(key))?;
    (found.value != SettingValue::Empty).then_some(found)
}

/// The text at a path of keys, trimmed.
pub(super) fn text_at<'a>(setting: &'a Setting, path: &[&str]) -> Option<&'a str> {
    at(setting, path)?.text().map(str::trim)
}

/// The number at a path of keys.
pub(super) fn decimal_at(setting: &Setting, path: &[&str]) -> Option<Decimal> {
    at(setting, path)?.text().and_then(decimal)
}

/// The flag at a path of keys.
pub(super) fn flag_at(setting: &Setting, path: &[&str]) -> Option<bool> {
    at(setting, path)?.text().and_then(flag)
}

/// The length of time at a path of keys, in milliseconds.
pub(super) fn duration_ms_at(setting: &Setting, path: &[&str]) -> Option<u64> {
    at(setting, path)?.text().and_then(duration_ms)
}

/// The amount of memory at a path of keys, in bytes.
pub(super) fn size_bytes_at(setting: &Setting, path: &[&str]) -> Option<u64> {
    at(setting, path)?.text().and_then(size_bytes)
}

/// What the word at a path of keys stands for in `table`.
pub(super) fn choice_at<T: Copy>(setting: &Setting, path: &[&str], table: &[(&str, T)]) -> Option<T> {
    let word = at(setting, path)?.text()?;
    table.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

/// Reports keys that stand without a value where leaving them out and emptying them are not the same.
pub(super) fn refuse_blank(setting: &Setting, keys: &[&str], hint: &str, problems: &mut Vec<Problem>) {
    for key in keys {
        if let Some(blank) = setting.get(key).filter(|found| found.value == SettingValue::Empty) {
            let message = format!("\"{key}\" has no value");
            problems.push(Problem::error(BLANK, blank.place.clone(), message, hint));
        }
    }
}

/// Reports a name that no file could match: blank, or with blanks around it or control characters in it.
pub(super) fn check_name(name: &str, place: &Place, problems: &mut Vec<Problem>) {
    if name.is_empty() || name.trim() != name || name.chars().any(char::is_control) {
        let hint = "write a name without blanks around it";
        problems.push(Problem::error(OUT_OF_RANGE, place.clone(), format!("{name:?} is not a name"), hint));
    }
}

/// A problem at a setting.
pub(super) fn refuse(code: Code, setting: &Setting, message: String, hint: impl Into<String>) -> Problem {
    Problem::error(code, setting.place.clone(), message, hint)
}
