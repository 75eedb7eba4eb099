//! One solver on one instance, in a process of its own: what it found, when, and what it claims.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::instance::Prepared;
use super::message::{Message, Status};
use super::model::{self, Plan};
use crate::bench::once::Ending;
use crate::error::{Outcome, XtaskError};

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempt {
    pub(super) version: String,
    pub(super) note: String,
    pub(super) status: Option<Status>,
    /// Until its end, in seconds.
    pub(super) seconds: f64,
    /// What of that went into solving, where reading, checking and writing files was part of it.
    pub(super) solving_s: Option<f64>,
    /// Plans with the time at which they were reported, each better than those before by the solver's own account;
    /// a plan that could not be read is nothing.
    pub(super) plans: Vec<(f64, Option<Plan>)>,
    /// When a first plan was there, for a solver that shows its last plan only.
    pub(super) first_plan_s: Option<f64>,
    pub(super) bound: Option<f64>,
    pub(super) certified_gap: Option<f64>,
}

/// How a solver is run.
pub(super) struct Order<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) limit_s: f64,
    pub(super) gap: f64,
    pub(super) threads: usize,
}

/// Beyond the limit: importing packages, reading the model, an overrun; then the process is ended.
const GRACE: Duration = Duration::from_secs(45);

/// Runs a peer: a script in xtask/peers.
pub(super) fn peer(python: &Path, script: &Path, order: &Order<'_>) -> Outcome<Attempt> {
    let mut command = Command::new(python);
    command.args(["-B", "-s"]).arg(script).arg(&order.prepared.model);
    command.args(["--time-limit", &order.limit_s.to_string(), "--gap", &order.gap.to_string()]);
    command.args(["--threads", &order.threads.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let hint = "see target/peers-venv; without it, it is installed anew";
    let start = |source| XtaskError::Start { program: python.display().to_string(), source, hint };
    let mut child = command.spawn().map_err(start)?;
    let stderr = child.stderr.take();
    let said = thread::spawn(move || {
        let mut text = String::new();
        let _ = stderr.map(|mut pipe| pipe.read_to_string(&mut text));
        text
    });
    let mut attempt = listen(&mut child, Duration::from_secs_f64(order.limit_s) + GRACE);
    let status = child.wait().map_err(start)?;
    let said = said.join().unwrap_or_default();
    if attempt.status.is_none() {
        attempt.status = Some(Status::Error);
        let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        attempt.note = format!("{} ({status}) {last}", attempt.note).trim().to_owned();
    }
    Ok(attempt)
}

/// Hears a peer to its end, or ends it.
fn listen(child: &mut Child, patience: Duration) -> Attempt {
    let (sender, lines) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    let mut attempt = Attempt::default();
    let deadline = Instant::now() + patience;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => Message::parse(&line).into_iter().for_each(|message| attempt.hear(message)),
            Err(mpsc::RecvTimeoutError::Disconnected) => return attempt,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                attempt.seconds = patience.as_secs_f64();
                "ended by us: far beyond its limit".clone_into(&mut attempt.note);
                return attempt;
            }
        }
    }
}

impl Attempt {
    fn hear(&mut self, message: Message) {
        match message {
            Message::Ready { version, note } => (self.version, self.note) = (version, note),
            Message::Plan { seconds, ones, .. } => self.plans.push((seconds, model::plan(&ones))),
            Message::End { status, seconds, bound, ones, .. } => {
                (self.status, self.seconds, self.bound) = (Some(status), seconds, bound);
                // The last plan may differ from the last that was reported as better.
                self.plans.extend(ones.map(|ones| (seconds, model::plan(&ones))));
            }
            Message::Error { what } => (self.status, self.note) = (Some(Status::Error), what),
        }
    }
}

/// Runs the product as its users do; the time is that of the whole process, files and checks included, with what of it
/// went into solving.
pub(super) fn ours(program: &Path, order: &Order<'_>) -> Outcome<Attempt> {
    let (desk, out) = (order.prepared.desk.join("desk.yaml"), order.prepared.folder.join("ours"));
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(XtaskError::write(&out))?;
    }
    let mut command = Command::new(program);
    command.args(["--log", "json", "--log-level", "info", "run", "--config"]).arg(&desk).arg("--out").arg(&out);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().map_err(XtaskError::start_of_product)?;
    let mut seen = None;
    for line in child.stderr.take().into_iter().flat_map(|pipe| BufReader::new(pipe).lines().map_while(Result::ok)) {
        if seen.is_none() && shows_a_plan(&line) {
            seen = Some(start.elapsed().as_secs_f64());
        }
    }
    let ended = child.wait().map_err(XtaskError::start_of_product)?;
    let seconds = start.elapsed().as_secs_f64();
    let read =
        |name: &str| -> Option<Value> { serde_json::from_str(&std::fs::read_to_string(out.join(name)).ok()?).ok() };
    let Some(result) = read("result.json") else {
        return Ok(Attempt {
            status: Some(Status::Error),
            note: format!("no result.json, {ended}"),
            seconds,
            ..Attempt::default()
        });
    };
    let mut attempt = of_result(&result, seconds);
    let run = read("run.json");
    let recorded = run.as_ref().and_then(|run| run["work"]["first_plan_ms"].as_f64());
    attempt.solving_s = run.as_ref().map(solving_s);
    attempt.first_plan_s = recorded.map(|ms| ms / 1_000.0).or(seen).filter(|_| !attempt.plans.is_empty());
    Ok(attempt)
}

/// The time for stating the model, searching and certifying what was found, of a `run.json`.
fn solving_s(run: &Value) -> f64 {
    let stages = run["stages"].as_array().into_iter().flatten();
    let counts = |stage: &&Value| ["constraints", "solve", "certify"].iter().any(|name| stage["stage"] == *name);
    let elapsed: f64 = stages.filter(counts).filter_map(|stage| stage["elapsed_us"].as_f64()).sum();
    elapsed / 1_000_000.0
}

/// Whether a line of the log tells of a plan: it has the best objective so far.
fn shows_a_plan(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok_and(|event| event["best"].is_string())
}

fn of_result(result: &Value, seconds: f64) -> Attempt {
    let ending = Ending::of(result);
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
    let bookings = result["assignments"].as_array().into_iter().flatten();
    let plan: Plan = bookings
        .filter_map(|each| Some((each["trade_id"].as_str()?.to_owned(), each["account"].as_str()?.to_owned())))
        .collect();
    Attempt {
        version: result["engine"]["version"].as_str().unwrap_or_default().to_owned(),
        note: ending.reason.clone(),
        status: Some(match (ending.status.as_str(), ending.reason.as_str()) {
            ("optimal", _) => Status::Optimal,
            ("feasible", _) => Status::Feasible,
            (_, "infeasible") => Status::Infeasible,
            (_, "unknown") => Status::Unknown,
            _ => Status::Error,
        }),
        seconds,
        solving_s: None,
        plans: if plan.is_empty() { Vec::new() } else { vec![(seconds, Some(plan))] },
        first_plan_s: None,
        bound: number(&ending.bound),
        certified_gap: number(&ending.certified_gap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn our_result_is_read_in_the_words_of_the_others() {
        let result = json!({
            "status": "optimal", "reason": "within_gap", "engine": { "version": "0.1.0" },
            "objective": { "value": "-5.0", "bound": "-4.9", "gap": "0.02", "certified_gap": "0.05" },
            "assignments": [{ "trade_id": "T1", "account": "PB1" }],
        });
        let attempt = of_result(&result, 1.5);
        assert_eq!(
            (attempt.status, attempt.bound, attempt.certified_gap),
            (Some(Status::Optimal), Some(-4.9), Some(0.05))
        );
        assert_eq!(attempt.plans.len(), 1);
        let failed = of_result(&json!({ "status": "failed", "reason": "unknown" }), 1.5);
        assert!(failed.status == Some(Status::Unknown) && failed.plans.is_empty());
    }

    #[test]
    fn solving_is_told_from_reading_and_writing() {
        let stage = |name: &str, ms: u32| json!({ "stage": name, "elapsed_us": 1_000 * ms });
        let run =
            json!({ "stages": [stage("load", 7), stage("constraints", 2), stage("solve", 20), stage("certify", 3)] });
        assert!((solving_s(&run) - 0.025).abs() < 1e-12);
        assert!((solving_s(&json!({ "stages": [stage("load", 7)] })) - 0.0).abs() < 1e-12);
    }

    #[test]
    fn the_log_shows_when_there_is_a_plan() {
        assert!(shows_a_plan(r#"{"message":"solving","best":"-49064.07"}"#));
        assert!(!shows_a_plan(r#"{"message":"solving","best":null}"#));
        assert!(!shows_a_plan("solving"));
    }

    /// A peer of a few lines of shell.
    #[cfg(unix)]
    fn fake(script: &str, patience: Duration) -> Attempt {
        let mut command = Command::new("sh");
        let mut child = command.args(["-c", script]).stdout(Stdio::piped()).spawn().unwrap();
        let attempt = listen(&mut child, patience);
        child.wait().unwrap();
        attempt
    }

    #[test]
    #[cfg(unix)]
    fn a_peer_is_heard_to_its_end_and_ended_when_it_does_not_end() {
        let end = r#"{"event":"end","status":"feasible","seconds":2,"objective":1,"bound":2,"ones":["x_T1_A"]}"#;
        let attempt = fake(&format!("echo banner; echo '{end}'"), Duration::from_secs(20));
        assert_eq!((attempt.status, attempt.seconds, attempt.plans.len()), (Some(Status::Feasible), 2.0, 1));
        let hanging = fake("exec sleep 60", Duration::from_millis(100));
        assert!(hanging.status.is_none() && hanging.note.contains("ended by us"));
    }
}
