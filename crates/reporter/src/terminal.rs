//! The outcome as a person at a terminal wants to see it.

use crate::Report;

/// How the view is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether verdicts and breaches are coloured.
    pub colour: bool,
    /// The columns of the terminal; the view is made for 80 or more.
    pub width: usize,
}

/// The view, with a line end.
pub fn terminal(report: &Report<'_>, style: Style) -> String {
    let end = if style.colour { "\u{1b}[0m" } else { "" };
    format!("{} ({}){end}\n", report.status(), report.reason)
}
