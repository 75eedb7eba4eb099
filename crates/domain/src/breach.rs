//! How a metric stands against its limit, before and after the day's trades.

use std::fmt;

/// What the assignment did to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breach {
    /// Kept before and after, or there is no limit.
    None,
    /// Broken before and after.
    Inherited,
    /// Broken before, kept after.
    Cured,
    /// Kept before, broken after: possible only where the limit is `report_only`.
    Caused,
}

impl Breach {
    /// The breach by whether the limit was broken before and is broken after.
    pub fn between(broken_before: bool, broken_after: bool) -> Self {
        match (broken_before, broken_after) {
            (false, false) => Self::None,
            (true, true) => Self::Inherited,
            (true, false) => Self::Cured,
            (false, true) => Self::Caused,
        }
    }

    /// The breach of a limit as a whole, from those of its two ends: what an assignment did to the worse for one end is
    /// not hidden by what it did for the other.
    pub fn worst(ends: impl IntoIterator<Item = Self>) -> Self {
        let weight = |breach: &Self| match breach {
            Self::None => 0,
            Self::Cured => 1,
            Self::Inherited => 2,
            Self::Caused => 3,
        };
        ends.into_iter().max_by_key(weight).unwrap_or(Self::None)
    }

    /// Every breach with the word that results use.
    pub const TABLE: [(&'static str, Self); 4] =
        [("none", Self::None), ("inherited", Self::Inherited), ("cured", Self::Cured), ("caused", Self::Caused)];
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::TABLE.iter().find(|(_, breach)| breach == self).map_or("", |(word, _)| word);
        f.pad(word)
    }
}
