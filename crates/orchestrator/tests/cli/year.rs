//! A year of a desk, a process for each run: files that come late or cannot be read, days without an assignment, solvers
//! that fail, breaches that open, get worse and are cured, runs that are killed, repeated or corrected later, a webhook that
//! is down for days. A seed decides all of it (`year/calendar.rs`); what has to come of it is worked out beside the product
//! (`year/market.rs`, `year/expected.rs`), and compared after each run and in the end, in full.

mod calendar;
mod expected;
mod market;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use calendar::{Arrival, Attempt, Calendar, Files, How, Setup, Solver};
use expected::{Ending, Entry, Expected};
use serde_json::{Value, json};

use crate::desk::{Desk, Ran, command, finish};
use crate::receiver::{Answer, Receiver};

/// How many business days there are, and after how many of them the whole record is looked at.
const DAYS: usize = 250;
const LOOK_EVERY: usize = 50;

/// What a machine that stops while an entry is written may leave of it.
const TORN: &str = "{\"seq\":1,\"prev";

#[test]
fn a_year_ends_with_the_ledger_the_history_and_the_alerts_that_it_must_have() {
    let mut year = Year::new();
    let mut calendar = Calendar::new(2_053);
    for (number, as_of) in (1..).zip(calendar::business_days(DAYS)) {
        for attempt in calendar.day(&as_of) {
            year.call(&attempt);
        }
        if number % LOOK_EVERY == 0 {
            year.check_ledger();
            year.check_history();
        }
    }
    year.send_what_waits();
    year.check_that_everything_happened();
    year.check_what_is_left();
}

/// A desk in its year.
struct Year {
    desk: Desk,
    webhook: Receiver,
    /// How many messages the webhook has taken or is owed no more.
    delivered: usize,
    expected: Expected,
    channels: [Channel; 3],
    /// How long a run takes, of late.
    usual: Duration,
    /// How many runs were killed.
    kills: usize,
}

/// What a channel was told.
#[derive(Default)]
struct Channel {
    name: &'static str,
    /// How many messages came, and how many of them were looked at in [`Channel::check`].
    came: usize,
    checked: usize,
    by_id: BTreeMap<String, Value>,
    /// One for each id, as [`shortened`].
    messages: Vec<Value>,
}

impl Channel {
    fn named(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// Takes down what came since the last time, of everything that came.
    fn hear<'a>(&mut self, all: impl Iterator<Item = &'a str>) {
        for text in all.skip(self.came) {
            self.came += 1;
            let message: Value = serde_json::from_str(text).expect("JSON");
            match self.by_id.get(&message["id"].to_string()) {
                Some(before) => assert_eq!(*before, message, "{}: another message of the same id", self.name),
                None => {
                    self.messages.push(shortened(&message));
                    self.by_id.insert(message["id"].to_string(), message);
                }
            }
        }
    }

    /// A kill between the answer of a service and our note of it is what sends a message twice, and nothing else.
    fn check<'a>(&mut self, expected: impl Iterator<Item = &'a Value>, kills: usize) {
        let Self { name, came, messages, checked, .. } = self;
        assert!(
            *came <= messages.len() + kills,
            "{name}: {came} messages, {} without those that came twice",
            messages.len()
        );
        let expected: Vec<&Value> = expected.collect();
        for at in *checked..messages.len().max(expected.len()) {
            assert_eq!(messages.get(at), expected.get(at).copied(), "{name}, message {at}");
        }
        *checked = messages.len();
    }
}

impl Year {
    fn new() -> Self {
        let desk = Desk::starter();
        desk.write("lazy.sh", include_str!("year/lazy.sh"));
        Self {
            desk,
            webhook: Receiver::answering(&[Answer::Status(200)]),
            delivered: 0,
            expected: Expected::default(),
            channels: ["the log", "breaches", "the webhook"].map(Channel::named),
            usual: Duration::from_millis(20),
            kills: 0,
        }
    }

    /// Calls the program as often as it takes, and checks what came of it.
    fn call(&mut self, attempt: &Attempt) {
        self.webhook.answer_with(Answer::Status(attempt.webhook));
        self.desk.write("desk.yaml", configuration(&attempt.setup, &self.webhook.address));
        self.deliver_files(&attempt.as_of, &attempt.files);
        if attempt.is_torn {
            self.tear();
        }
        let mut attempt = attempt.clone();
        if let Some(hundredths) = attempt.killed_at.filter(|_| !self.ends_before(&attempt)) {
            self.kills += 1;
            if self.entries() > self.expected.entries.len() {
                self.expected.record(&attempt);
                // Asked for anew it would be run anew.
                attempt.how = How::Run;
            }
            assert_eq!(self.entries(), self.expected.entries.len(), "killed at {hundredths}: {attempt:?}");
            // The system may break a write off at the end of a page.
            attempt.is_torn |= self.is_torn();
        }
        if attempt.is_torn {
            self.expected.entries.push(Entry::Healed);
        }
        let ran = if attempt.how == How::Busy { self.run_while_busy(&attempt) } else { self.run(&attempt) };
        self.check_run(&attempt, &ran);
    }

    /// Starts a run and kills it at its instant; says whether it ended by itself before that.
    fn ends_before(&mut self, attempt: &Attempt) -> bool {
        let mut command = self.command(attempt);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let hundredths = u32::try_from(attempt.killed_at.unwrap_or(0)).expect("a small number");
        std::thread::sleep(self.usual * hundredths / 100);
        child.kill().expect("a kill");
        let ended = child.wait().expect("its end").code();
        if let Some(exit) = ended {
            assert_eq!(exit, Ending::of(attempt).exit(), "{attempt:?}");
            self.expected.record(attempt);
            assert_eq!(self.entries(), self.expected.entries.len(), "{attempt:?}");
        }
        ended.is_some()
    }

    fn run(&mut self, attempt: &Attempt) -> Ran {
        let begun = Instant::now();
        let ran = finish(self.command(attempt));
        // No solver of another process, and nobody who tells it to come again later.
        if attempt.setup.solver == Solver::Search && attempt.webhook != 503 {
            self.usual = (self.usual + begun.elapsed()) / 2;
        }
        ran
    }

    fn run_while_busy(&mut self, attempt: &Attempt) -> Ran {
        let path = self.desk.path().join("state/lock");
        fs::create_dir_all(self.desk.path().join("state")).expect("a folder");
        let lock = File::options().create(true).truncate(false).write(true).open(path).expect("a lock");
        lock.lock().expect("nobody else has it");
        finish(self.command(attempt))
    }

    fn command(&self, attempt: &Attempt) -> std::process::Command {
        let more: &[&str] = match attempt.how {
            How::Run => &[],
            How::Again => &["--again"],
            How::DryRun => &["--dry-run"],
            How::Busy => &["--wait", "1ms"],
        };
        let arguments = [&["run", "--config", "desk.yaml", "--as-of", &attempt.as_of], more].concat();
        let mut command = command(self.desk.path(), &arguments);
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command
    }

    fn deliver_files(&self, as_of: &str, files: &Files) {
        let inbox = format!("inbox/{as_of}");
        fs::create_dir_all(self.desk.path().join(&inbox)).expect("a folder");
        let noon: jiff::Timestamp = format!("{as_of}T12:00:00Z").parse().expect("a time");
        let put = |name: &str, text: Option<String>, hours_before: i64| {
            let path = format!("{inbox}/{name}.csv");
            let Some(text) = text else { return drop(fs::remove_file(self.desk.path().join(path))) };
            self.desk.write(&path, text);
            let written = noon - jiff::SignedDuration::from_hours(hours_before);
            let file = File::options().append(true).open(self.desk.path().join(path)).expect("the file");
            file.set_modified(written.into()).expect("its time");
        };
        let hours_before = if files.arrival == Arrival::Stale { 24 } else { 0 };
        put("trades", (files.arrival != Arrival::Missing).then(|| trades(files)), hours_before);
        put("positions", files.opening.map(|opening| positions(&opening)), 0);
    }

    fn check_run(&mut self, attempt: &Attempt, ran: &Ran) {
        let ending = Ending::of(attempt);
        assert_eq!(ran.exit, ending.exit(), "{attempt:?}: {}", ran.stderr);
        let line = ran.line();
        let (told, entries) = (self.expected.told.len(), self.expected.entries.len());
        let is_rerun = self.expected.is_rerun(attempt).is_some();
        self.expected.record(attempt);
        if attempt.how == How::DryRun {
            assert_eq!(self.entries(), entries);
            self.check_told();
            return;
        }
        if attempt.webhook == 200 {
            self.delivered = self.expected.told.len();
        }
        let kept = self.expected.told.len() - self.delivered;
        assert_eq!(line["alerts"]["fired"], json!(self.expected.told.len() - told), "{attempt:?}: {}", ran.stderr);
        assert_eq!(line["alerts"]["kept"], json!(kept), "{attempt:?}: {}", ran.stderr);
        assert_eq!(line["rerun"] == true, is_rerun, "{attempt:?}: {line}");
        if let Ending::Answered(answer) = &ending {
            let found = ["status", "reason"].map(|name| line[name].clone());
            assert_eq!(found, [json!(answer.status), json!(answer.reason)], "{attempt:?}");
            assert_eq!(line["objective"]["value"].as_str(), answer.objective.as_deref(), "{attempt:?}: {line}");
        }
        assert_eq!(self.entries(), self.expected.entries.len(), "{attempt:?}");
        self.check_told();
        self.check_metrics(attempt, &ending, kept);
    }

    /// Each channel has what it must have, once each, in order.
    fn check_told(&mut self) {
        let Self { desk, webhook, delivered, expected, kills, channels: [log, breaches, web], .. } = self;
        let lines = |name: &str| fs::read_to_string(desk.path().join(name)).unwrap_or_default();
        log.hear(lines("alerts.jsonl").lines());
        breaches.hear(lines("breaches.jsonl").lines());
        let requests = webhook.requests();
        web.hear(requests.iter().filter(|request| request.status == Some(200)).map(|request| request.body.as_str()));
        log.check(expected.told.iter(), *kills);
        breaches.check(expected.told.iter().filter(|told| told["kind"] == "breach"), *kills);
        web.check(expected.told.iter().take(*delivered), *kills);
    }

    fn check_metrics(&self, attempt: &Attempt, ending: &Ending, kept: usize) {
        let text = self.desk.read("pb.prom");
        let value = |name: &str| {
            let found =
                text.lines().find_map(|line| line.strip_prefix(&format!("pb_assign_{name}{{desk=\"credit\"}} ")));
            found.map(str::to_owned)
        };
        let count = |count: usize| Some(count.to_string());
        assert_eq!(value("last_run_exit_code"), Some(ending.exit().to_string()), "{attempt:?}");
        assert_eq!(value("alerts_kept"), count(kept), "{attempt:?}");
        if matches!(ending, Ending::Unrecorded(_)) {
            return;
        }
        assert_eq!(value("alerts_firing"), count(self.expected.firing()), "{attempt:?}");
        if let Ending::Answered(answer) = ending {
            let broken = answer.loads.iter().filter(|load| load.is_broken()).count();
            // Without an assignment it is not known where limits end.
            let broken = if answer.exit == 0 { count(broken) } else { None };
            assert_eq!(value("last_run_breached_limits"), broken, "{attempt:?}");
            assert_eq!(value("objective"), answer.objective, "{attempt:?}");
        }
    }

    /// How many entries the ledger has.
    fn entries(&self) -> usize {
        let text = fs::read(self.desk.path().join("state/ledger.jsonl")).unwrap_or_default();
        text.iter().filter(|byte| **byte == b'\n').count()
    }

    /// Whether the last line of the ledger has no end.
    fn is_torn(&self) -> bool {
        let text = fs::read(self.desk.path().join("state/ledger.jsonl")).unwrap_or_default();
        text.last().is_some_and(|byte| *byte != b'\n')
    }

    /// Leaves what a machine leaves that stops while an entry is written. The next run takes it off, with an entry that says so.
    fn tear(&self) {
        let path = self.desk.path().join("state/ledger.jsonl");
        let mut ledger = File::options().append(true).open(path).expect("the ledger");
        ledger.write_all(TORN.as_bytes()).expect("half a line");
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        let ran = self.desk.pb_assign(arguments);
        assert_eq!(ran.exit, 0, "{arguments:?}: {}", ran.stderr);
        ran.line()
    }

    fn send_what_waits(&mut self) {
        self.webhook.answer_with(Answer::Status(200));
        self.desk.write("desk.yaml", configuration(&SOUND, &self.webhook.address));
        self.ask(&["alerts", "send", "--config", "desk.yaml"]);
        self.delivered = self.expected.told.len();
        self.check_told();
        let listed = self.ask(&["alerts"]);
        let keys: Vec<&Value> = list(&listed, "firing").iter().map(|alert| &alert["key"]).collect();
        assert!(keys.into_iter().eq(&self.expected.firing_keys().into_iter().map(Value::from).collect::<Vec<_>>()));
        assert_eq!(listed["waiting"], json!([]));
    }

    /// The seed is worth nothing where a year lacks what it is meant to show.
    fn check_that_everything_happened(&self) {
        let told: BTreeSet<String> = self
            .expected
            .told
            .iter()
            .map(|told| format!("{} {}", told["kind"], told["change"]).replace('"', ""))
            .collect();
        for kind in ["failed", "missing_input", "stale_input", "breach", "fallback", "gap"] {
            for change in ["firing", "worse", "resolved"] {
                let is_told = told.contains(&format!("{kind} {change}"));
                assert!(is_told || (kind, change) == ("fallback", "worse"), "no {kind} is {change} in the year");
            }
        }
        let spans = self.expected.breaches();
        for state in ["cured", "gone", "dropped"] {
            assert!(spans.iter().any(|span| span["state"] == state), "no breach is {state} in the end");
        }
        for began in ["inherited", "caused", "cured"] {
            assert!(spans.iter().any(|span| span["began"] == began), "no breach began {began}");
        }
        let reruns = self.expected.entries.iter().filter(|entry| matches!(entry, Entry::Rerun { .. })).count();
        let healed = self.expected.entries.iter().filter(|entry| matches!(entry, Entry::Healed)).count();
        assert!(healed > 2, "{healed} torn lines");
        assert!(reruns > 20, "{reruns} reruns");
        // A run may end before its instant.
        assert!(self.kills > 5, "{} kills", self.kills);
    }

    fn check_ledger(&self) {
        let head = self.ask(&["audit", "list"])["head"].as_str().expect("a head").to_owned();
        let verified = self.ask(&["audit", "verify", "--expect-head", &head]);
        assert_eq!(verified["entries"], json!(self.expected.entries.len()));
        let listed = self.ask(&["audit", "list"]);
        let events: Vec<String> =
            list(&listed, "entries").iter().map(|entry| entry["event"].as_str().expect("a text").to_owned()).collect();
        for (at, (event, entry)) in events.iter().zip(&self.expected.entries).enumerate() {
            assert_eq!(event.split(", run ").next(), Some(entry.summary().as_str()), "entry {}", at + 1);
        }
    }

    fn check_history(&self) {
        let rebuilt = self.ask(&["history", "rebuild"]);
        assert_eq!((&rebuilt["content"], &rebuilt["lost"]), (&json!("same"), &json!(0)));
        let history = self.ask(&["history"]);
        let expected = self.expected.runs();
        let runs = list(&history, "runs");
        assert_eq!(runs.len(), expected.len());
        for (run, expected) in runs.iter().zip(&expected) {
            for (name, value) in expected.as_object().expect("an object") {
                assert_eq!(&run[name], value, "{name}: {run}");
            }
        }
        let breaches = self.ask(&["breaches"]);
        let expected = self.expected.breaches();
        for (breach, expected) in list(&breaches, "breaches").iter().zip(&expected) {
            assert_eq!(breach, expected);
        }
        assert_eq!(list(&breaches, "breaches").len(), expected.len());
    }

    /// Nothing half done lies about.
    fn check_what_is_left(&self) {
        let names = |folder: &str| -> Vec<String> {
            let entries = fs::read_dir(self.desk.path().join(folder)).expect("a folder").flatten();
            let mut names: Vec<String> =
                entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        };
        let days: BTreeSet<String> = self
            .expected
            .runs()
            .iter()
            .filter(|run| run["current"] == true)
            .map(|run| run["as_of"].as_str().expect("a date").to_owned())
            .collect();
        assert!(names("out").into_iter().eq(days));
        assert_eq!(names("state/outbox"), ["lock"]);
        assert_eq!(names("state"), ["history.db", "kept", "ledger.jsonl", "lock", "outbox"]);
    }
}

/// The configuration with nothing wrong.
const SOUND: Setup = Setup { solver: Solver::Search, waived: false, typo: false };

fn configuration(setup: &Setup, webhook: &str) -> String {
    let backends = match setup.solver {
        Solver::Search => "search",
        Solver::Failing => "{ name: broken, command: [sh, -c, \"exit 3\"] }, microlp",
        Solver::Lazy => "{ name: lazy, command: [sh, lazy.sh] }",
    };
    let [first, second, third] = market::LIMITS;
    let first = if setup.waived { String::new() } else { format!("max: {first}, on_breach: must_not_worsen") };
    let typo = if setup.typo { "bsae_currency: USD\n" } else { "" };
    let (worse_by, gap_above) = (expected::WORSE_BY, expected::GAP_ABOVE);
    format!(
        "version: 1
base_currency: USD
{typo}inputs: {{ trades: \"inbox/{{as_of}}/trades.csv\", positions: \"inbox/{{as_of}}/positions.csv\" }}
valuation: {{ price_quote: per_unit, accrued: amount }}
cash: {{ settle_trades: false }}
solver: {{ timeout: 10m, gap: 0, backends: [{backends}] }}
desk: credit
alerts:
  gap_above: {gap_above}
  worse_by: 0.{worse_by}
  stale_after: {{ trades: 1d }}
  channels:
    - {{ name: log, service: file, path: alerts.jsonl }}
    - {{ name: breaches, service: file, path: breaches.jsonl, kinds: [breach] }}
    - {{ name: web, service: webhook, url: \"{webhook}/hook\" }}
monitoring: {{ prometheus: pb.prom }}
metrics:
  load: {{ coefficients: {{ government: 1 }} }}
  cost: {{ priority: -1 }}
accounts:
  - id: PB1
    metrics: {{ load: {{ {first} }}, cost: {{ coefficients: {{ government: 0.01 }} }} }}
  - id: PB2
    metrics: {{ load: {{ max: {second} }}, cost: {{ coefficients: {{ government: 0.02 }} }} }}
  - id: PB3
    metrics: {{ load: {{ max: {third}, on_breach: report_only }}, cost: {{ coefficients: {{ government: 0.05 }} }} }}
"
    )
}

fn trades(files: &Files) -> String {
    let rows = files.trades.iter().enumerate().map(|(number, trade)| {
        let side = if trade.quantity > 0 { "buy" } else { "sell" };
        let is_unreadable = number == 0 && files.arrival == Arrival::Unreadable;
        let quantity = if is_unreadable { "many".to_owned() } else { trade.quantity.abs().to_string() };
        let pin = trade.pin.map_or(String::new(), expected::name);
        format!("T{number},{side},BOND,government,{quantity},1,0,{pin}\n")
    });
    let header = "trade_id,side,security,security_type,quantity,price,accrued_interest,account\n".to_owned();
    std::iter::once(header).chain(rows).collect()
}

fn positions(opening: &[i64; market::ACCOUNTS]) -> String {
    let rows = opening.iter().enumerate().map(|(account, held)| {
        let name = expected::name(account);
        format!("{name},BOND,government,{held},1,0\n")
    });
    let header = "account,security,security_type,quantity,price,accrued_interest\n".to_owned();
    std::iter::once(header).chain(rows).collect()
}

/// What is expected of a message: without its times and names of runs, and where the text has times in it or words of
/// the loader or names a limit, its beginning.
fn shortened(message: &Value) -> Value {
    let mut short = json!({ "has_run": !message["run_id"].is_null() });
    let expected = ["change", "kind", "severity", "key", "account", "metric", "since", "measure", "text", "as_of"];
    for name in expected {
        short[name] = message[name].clone();
    }
    let text = message["text"].as_str().expect("a text");
    for end in ["the run ended with 2: ", "L004: ", "the file was written at ", "without an assignment: infeasible"] {
        if let Some((begin, _)) = text.split_once(end) {
            short["text"] = json!(format!("{begin}{end}"));
        }
    }
    short
}

fn list<'a>(line: &'a Value, name: &str) -> &'a Vec<Value> {
    line[name].as_array().unwrap_or_else(|| panic!("no {name} in {line}"))
}
