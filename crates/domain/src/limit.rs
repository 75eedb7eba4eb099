//! What a metric may not pass.

use std::fmt;

use crate::Decimal;

/// The hard limit of a metric at an account: `min`, `max`, both or neither.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limit {
    /// The metric must not end below this; in the metric's own unit.
    pub min: Option<Decimal>,
    /// The metric must not end above this; in the metric's own unit.
    pub max: Option<Decimal>,
    /// What holds when the opening positions break it already.
    pub on_breach: OnBreach,
    /// Where it is agreed, `PB agreement 4.2`.
    pub source: Option<String>,
    /// Who answers for it, `treasury`.
    pub owner: Option<String>,
}

/// What a limit asks for when the opening positions break it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBreach {
    /// The limit holds afterwards, whatever it was before.
    #[default]
    MustCure,
    /// Broken before: the metric must not end worse than it opened. Otherwise as `MustCure`.
    MustNotWorsen,
    /// Never a constraint: what happens is reported.
    ReportOnly,
}

/// One end of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// The metric must not end below it.
    Min,
    /// The metric must not end above it.
    Max,
}

impl Limit {
    /// Whether there is anything to keep.
    pub fn is_empty(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// The value of one end, if it is set.
    pub fn bound(&self, bound: Bound) -> Option<Decimal> {
        match bound {
            Bound::Min => self.min,
            Bound::Max => self.max,
        }
    }
}

impl OnBreach {
    /// Every choice with the word that configurations use.
    pub const TABLE: [(&'static str, Self); 3] =
        [("must_cure", Self::MustCure), ("must_not_worsen", Self::MustNotWorsen), ("report_only", Self::ReportOnly)];
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Min => "min",
            Self::Max => "max",
        })
    }
}
