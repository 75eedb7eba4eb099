//! One run of the product as a whole process, and how it ended.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::measure::{self, Measured};
use crate::error::{Outcome, XtaskError};

/// How a run ended, in the words of `result.json`.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending {
    pub(super) status: String,
    pub(super) reason: String,
    pub(super) objective: Option<String>,
    pub(super) bound: Option<String>,
    pub(super) gap: Option<String>,
    /// The gap that a certificate in the result proves, where there is one.
    pub(super) certified_gap: Option<String>,
}

/// What a run may take beyond its limit before it is ended: an overrun is to be measured, not waited out.
const GRACE_S: f64 = 120.0;

/// Runs the program on a desk, whose configuration states the limit in seconds, as a whole process.
pub(super) fn run_once(program: &Path, desk: &Path, out: &Path, limit_s: f64) -> Outcome<(Measured, Ending)> {
    if out.exists() {
        std::fs::remove_dir_all(out).map_err(XtaskError::write(out))?;
    }
    let mut command = Command::new(program);
    command.args(["run", "--as-of", "2026-11-20", "--config"]).arg(desk.join("desk.yaml")).arg("--out").arg(out);
    let measured = measure::run(command, Duration::from_secs_f64(limit_s + GRACE_S))?;
    if measured.was_ended {
        let (status, reason) = ("ended by us".to_owned(), format!("{GRACE_S} s over its limit"));
        return Ok((measured, Ending { status, reason, ..Ending::default() }));
    }
    let path = out.join("result.json");
    let text = std::fs::read_to_string(&path).map_err(|_| XtaskError::Ended {
        command: format!("pb-assign run --config {}", desk.join("desk.yaml").display()),
        status: format!("{} and no result.json\n{}", measured.status, measured.stderr.trim_end()),
    })?;
    Ok((measured, Ending::of(&serde_json::from_str(&text).unwrap_or_default())))
}

impl Ending {
    pub(super) fn of(result: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            status: text(&result["status"]).unwrap_or_default(),
            reason: text(&result["reason"]).unwrap_or_default(),
            objective: text(&result["objective"]["value"]),
            bound: text(&result["objective"]["bound"]),
            gap: text(&result["objective"]["gap"]),
            certified_gap: text(&result["objective"]["certified_gap"]),
        }
    }
}
