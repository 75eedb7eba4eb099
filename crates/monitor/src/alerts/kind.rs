//! The kinds of alerts.

/// A kind of alert.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its word in keys, messages and the configuration.
    pub name: &'static str,
    /// How bad it is, in the words of PagerDuty: `critical`, `error`, `warning`. The same for an alert's whole life, since
    /// receivers tell alerts apart by it.
    pub severity: &'static str,
    /// What its measure is, and when it has become worse.
    pub worse: Worse,
    /// What it means.
    pub about: &'static str,
}

/// When an alert that fires has become worse than what was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// Never: it fires or it does not.
    Never,
    /// When its measure, an as-of date, is a later one: another day is concerned.
    Later,
    /// When its measure, a number, is larger by more than the configured share, or cannot be told any more.
    Larger,
}

/// A run ended without an assignment.
pub static FAILED: Kind = Kind {
    name: "failed",
    severity: "critical",
    worse: Worse::Later,
    about: "a run ended without an assignment; worse when another day does",
};
/// A configured file is not there.
pub static MISSING_INPUT: Kind = Kind {
    name: "missing_input",
    severity: "critical",
    worse: Worse::Later,
    about: "a configured file is not there, and the run was refused; worse when another day's is not",
};
/// A configured file is older than it may be.
pub static STALE_INPUT: Kind = Kind {
    name: "stale_input",
    severity: "critical",
    worse: Worse::Later,
    about: "a configured file is older than it may be, and the run was refused; worse when another day's is",
};
/// A limit is broken after the run.
pub static BREACH: Kind = Kind {
    name: "breach",
    severity: "error",
    worse: Worse::Larger,
    about: "a limit is broken after the run; worse when it is broken by more, over when it is kept again",
};
/// A way of falling back was taken.
pub static FALLBACK: Kind = Kind {
    name: "fallback",
    severity: "warning",
    worse: Worse::Never,
    about: "the objective was left out to find an assignment at all, or a solver failed and others went on",
};
/// The gap is above the configured one.
pub static GAP: Kind = Kind {
    name: "gap",
    severity: "warning",
    worse: Worse::Larger,
    about: "the published gap is above alerts.gap_above; worse when it is larger",
};

/// Every kind, the worst first.
pub static TABLE: [&Kind; 6] = [&FAILED, &MISSING_INPUT, &STALE_INPUT, &BREACH, &FALLBACK, &GAP];

/// The kind of this name.
pub fn named(name: &str) -> Option<&'static Kind> {
    TABLE.into_iter().find(|kind| kind.name == name)
}
