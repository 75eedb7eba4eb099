//! What is wrong with an input, as data: bad input is collected and shown in one pass, never thrown.

use std::fmt;

use crate::Place;

/// One thing that somebody has to mend, or should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// Its stable code, `L003`, documented in the table of the crate that raises it.
    pub code: Code,
    /// What is wrong, quoting the text found: `"1.000,00" could be 1 or 1000`.
    pub message: String,
    /// What to do about it, one sentence.
    pub hint: String,
    /// Whether the run can go on.
    pub severity: Severity,
}

/// A stable code of a kind of problem: a letter for the crate, then a number that is never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// The code itself, `L003`.
    pub id: &'static str,
    /// What every problem with this code has in common, a few words.
    pub title: &'static str,
}

/// Whether a problem stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is assigned until it is mended.
    Error,
    /// The run goes on and says so.
    Warning,
}

impl Problem {
    /// A problem that stops the run.
    pub fn error(code: Code, place: Place, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place, code, message: message.into(), hint: hint.into(), severity: Severity::Error }
    }

    /// A problem that the run reports and survives.
    pub fn warning(code: Code, place: Place, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message, hint) }
    }

    /// Whether this problem stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    /// Two lines: `place: code: message`, then `hint: …` where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        if self.severity == Severity::Warning {
            write!(f, "warning ")?;
        }
        write!(f, "{}: {}", self.code.id, self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\nhint: {}", self.hint) }
    }
}

/// The one of `known` that `given` is most likely a misspelling of: the only one that is as close, if any is close.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .collect();
    near.sort_unstable();
    near.dedup();
    match near.as_slice() {
        [] => None,
        [(first, _), (second, _), ..] if first == second => None,
        [(_, name), ..] => Some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        assert_eq!(nearest("qantity", ["price", "quantity"]), Some("quantity"));
        assert_eq!(nearest("Levarage", ["gross", "leverage"]), Some("leverage"));
        assert_eq!(nearest("desk", ["price", "quantity"]), None);
        assert_eq!(nearest("PB3", ["PB1", "PB2"]), None);
        assert_eq!(nearest("pb2", ["PB1", "PB2", "PB2"]), Some("PB2"));
    }
}
