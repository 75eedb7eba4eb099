//! The one line of JSON that a run prints, for the program that started it.

use std::path::Path;

use serde::Serialize;

use crate::formats::result_json::{self, ObjectiveEntry};
use crate::{Impact, LedgerHead, Reason, Report, Status};

#[derive(Serialize)]
struct Summary<'a> {
    status: Status,
    reason: Reason,
    exit: u8,
    run_id: &'a str,
    as_of: Option<&'a str>,
    dry_run: bool,
    out: Option<String>,
    result: Option<String>,
    objective: Option<ObjectiveEntry>,
    counts: Counts,
    /// The entry of the ledger; nothing where nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<&'a LedgerHead>,
    /// What a dry run would bring; nothing where something was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<&'a Impact>,
}

#[derive(Serialize)]
struct Counts {
    trades: usize,
    accounts: usize,
    assigned: usize,
    breaches: usize,
    warnings: usize,
    /// Only where there is a last plan to stay close to.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<usize>,
}

/// One line of JSON without a line end. `exit` is the exit code of the process, `out` the folder that was
/// published, or nothing where nothing was written (a dry run). `breaches` counts the limits that are broken
/// now: after the trades, or at the opening when the run failed.
pub fn summary_line(report: &Report<'_>, exit: u8, out: Option<&Path>, impact: Option<&Impact>) -> String {
    let summary = Summary {
        status: report.status(),
        reason: report.reason,
        exit,
        run_id: &report.run_id,
        as_of: report.as_of.as_deref(),
        dry_run: out.is_none(),
        out: out.map(|out| out.display().to_string()),
        result: out.map(|out| out.join(result_json::FORMAT.file).display().to_string()),
        objective: result_json::objective(report),
        counts: Counts {
            trades: report.book.trades.len(),
            accounts: report.book.accounts.len(),
            assigned: report.placement.as_ref().map_or(0, Vec::len),
            breaches: report.broken_limits(),
            warnings: report.diagnostics.warnings.len(),
            changes: report.changes.as_ref().map(|changes| changes.trades.len()),
        },
        ledger: report.run.ledger.as_ref(),
        impact,
    };
    serde_json::to_string(&summary).expect("a summary is plain JSON")
}
