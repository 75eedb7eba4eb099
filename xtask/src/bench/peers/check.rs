//! The same exact check for every plan, whoever found it: the desk is run with each trade pinned to its account in
//! the plan. Nothing is left to decide then, so the run says whether every limit holds to the last digit, and what the
//! objective is; its own verifier has recomputed both from the files before it publishes them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::model::Plan;
use crate::error::{Outcome, XtaskError};
use crate::files;

/// Checks the plans of one desk.
pub(super) struct Checker<'a> {
    program: &'a Path,
    desk: PathBuf,
    /// Where it works.
    folder: PathBuf,
    trades: String,
    known: HashMap<Plan, Option<String>>,
}

impl<'a> Checker<'a> {
    /// For the desk in a folder.
    pub(super) fn new(program: &'a Path, desk: &Path, folder: &Path) -> Outcome<Self> {
        files::make_empty(folder)?;
        let trades = files::read(&desk.join("trades.csv"))?;
        Ok(Self { program, desk: desk.to_owned(), folder: folder.to_owned(), trades, known: HashMap::new() })
    }

    /// The exact objective of a plan that books every trade and keeps every limit; nothing for any other.
    pub(super) fn objective(&mut self, plan: &Plan) -> Outcome<Option<String>> {
        if let Some(known) = self.known.get(plan) {
            return Ok(known.clone());
        }
        let objective = match pinned(&self.trades, plan) {
            Some(trades) => self.run(&trades)?,
            None => None,
        };
        self.known.insert(plan.clone(), objective.clone());
        Ok(objective)
    }

    fn run(&self, trades: &str) -> Outcome<Option<String>> {
        let (path, out) = (self.folder.join("pinned.csv"), self.folder.join("out"));
        files::write(&path, trades)?;
        if out.exists() {
            std::fs::remove_dir_all(&out).map_err(XtaskError::write(&out))?;
        }
        let mut command = Command::new(self.program);
        command.arg("run").arg("--config").arg(self.desk.join("desk.yaml"));
        command.arg("--trades").arg(&path).arg("--out").arg(&out).stdin(Stdio::null());
        let output = command.output().map_err(XtaskError::start_of_product)?;
        let result = std::fs::read_to_string(out.join("result.json")).map_err(|_| XtaskError::Ended {
            command: format!("pb-assign run --config {} --trades {}", self.desk.display(), path.display()),
            status: format!("{} and no result.json\n{}", output.status, String::from_utf8_lossy(&output.stderr)),
        })?;
        verdict(&serde_json::from_str(&result).unwrap_or_default())
    }
}

/// What the result of a pinned run says of its plan; an error where it says neither yes nor no.
fn verdict(result: &Value) -> Outcome<Option<String>> {
    match (result["status"].as_str(), result["reason"].as_str()) {
        (Some("optimal" | "feasible"), _) => Ok(result["objective"]["value"].as_str().map(str::to_owned)),
        (Some("failed"), Some("infeasible")) => Ok(None),
        (status, reason) => Err(XtaskError::Refused {
            what: format!("check a plan: with all trades pinned, the run ended {status:?}, {reason:?}"),
            hint: "a run without choices has to be decided; this is a fault of pb-assign".to_owned(),
        }),
    }
}

/// The trades with the account of each; nothing where the plan is not one for these trades.
fn pinned(trades: &str, plan: &Plan) -> Option<String> {
    let mut lines = trades.lines();
    let mut text = format!("{},account\n", lines.next()?);
    let mut count = 0;
    for line in lines {
        let account = plan.get(line.split(',').next()?)?;
        let _ = writeln!(text, "{line},{account}");
        count += 1;
    }
    (count == plan.len()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plan_is_pinned_where_it_books_every_trade_once() {
        let plan = |pairs: &[(&str, &str)]| -> Plan {
            pairs.iter().map(|(trade, account)| ((*trade).to_owned(), (*account).to_owned())).collect()
        };
        let trades = "trade_id,side\nT1,buy\nT2,sell\n";
        let whole = pinned(trades, &plan(&[("T1", "A"), ("T2", "B")]));
        assert_eq!(whole.unwrap(), "trade_id,side,account\nT1,buy,A\nT2,sell,B\n");
        assert_eq!(pinned(trades, &plan(&[("T1", "A")])), None);
        assert_eq!(pinned(trades, &plan(&[("T1", "A"), ("T2", "B"), ("T3", "B")])), None);
    }

    #[test]
    fn only_a_decided_run_is_a_verdict() {
        let kept = json!({ "status": "optimal", "reason": "proven", "objective": { "value": "-1.5" } });
        assert_eq!(verdict(&kept).unwrap(), Some("-1.5".to_owned()));
        assert_eq!(verdict(&json!({ "status": "failed", "reason": "infeasible" })).unwrap(), None);
        assert!(verdict(&json!({ "status": "failed", "reason": "unknown" })).is_err());
        assert!(verdict(&Value::Null).is_err());
    }
}
