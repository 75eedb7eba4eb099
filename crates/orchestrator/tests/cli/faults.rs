//! Children that crash, hang, lie, flood or talk nonsense, plugged in as a desk plugs in its own: the run ends in time,
//! with a plan that keeps the limits where the child had one, and a status that is true. Our own search, which would
//! leave nothing to do on so small a desk, is asked where a test names it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::desk::{Ran, command, finish, pb_assign};

/// PB1 has room for 10 and costs nothing, PB2 charges 0.1 for each unit. Best is T2 and T3 at PB1: T1 costs 0.1 × 6.
const TRADES: &str = "\
trade_id,side,security,security_type,quantity,price,accrued_interest
T1,buy,A,government,6,1,0
T2,buy,B,government,5,1,0
T3,buy,C,government,5,1,0
";
const DESK: &str = "\
version: 1
base_currency: USD
inputs: { trades: trades.csv }
valuation: { price_quote: per_unit, accrued: amount }
cash: { settle_trades: false }
solver: { SOLVER }
accounts:
  - id: PB1
    metrics: { load: { coefficients: { government: 1 }, max: 10 } }
  - id: PB2
    metrics: { cost: { coefficients: { government: 0.1 }, priority: -1 } }
";
const BEST: &str = "-0.6";

/// The objective where nothing bounds it but what is certified: no trade costs anything at PB1, so that no plan is above 0.
fn bounded_by_the_certificate(value: &str) -> Value {
    serde_json::json!({ "value": value, "bound": "0", "gap": "1", "certified_bound": "0", "certified_gap": "1" })
}

/// The time limit of runs that need it to end, and of those that end by themselves, however busy the machine is.
const SHORT: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_secs(20);

/// The fakes that go on until they are stopped.
const ENDLESS: [&str; 4] = ["hang", "ignores-sigterm", "10-gb-of-messages", "10-gb-of-errors"];

/// What a busy machine may add to the half second that a run may take beyond its limit.
const MARGIN: Duration = Duration::from_secs(2);

fn desk(solver: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the desk");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("trades.csv", TRADES);
    write("desk.yaml", &DESK.replace("SOLVER", solver));
    write("fake.sh", include_str!("faults/fake.sh"));
    folder
}

/// An entry of `solver.backends`; `nap` is how long it sleeps where it does, which tells its processes apart.
pub(crate) fn fake(mode: &str, nap: &str) -> String {
    format!("{{ name: {mode}, command: [sh, fake.sh, {mode}, '{nap}'] }}")
}

fn limit(backends: &str) -> Duration {
    if ENDLESS.iter().any(|mode| backends.contains(&format!("name: {mode},"))) { SHORT } else { LONG }
}

fn settings(backends: &str) -> String {
    format!("timeout: {} s, gap: 0, memory: 256MiB, backends: [{backends}]", limit(backends).as_secs())
}

/// A desk on which our own search has a plan at once, and no proof in its time.
pub(crate) fn hard_desk(solver: &str) -> TempDir {
    valued_desk(solver, 120, 10)
}

/// Of so many trades those that are worth most at PB1 within so many limits, each about half of what all trades take
/// together.
fn valued_desk(solver: &str, trades: u64, metrics: u64) -> TempDir {
    // Scattered, and the same on every machine; a trade that takes more is worth more.
    let scattered =
        |trade: u64, metric: u64| 1 + (trade * 7_919 + metric * 104_729 + trade * trade * (metric + 3) * 31) % 997;
    let all: Vec<u64> = (0..metrics).map(|metric| (0..trades).map(|trade| scattered(trade, metric)).sum()).collect();
    let worth = |trade| {
        (0..metrics).map(|metric| scattered(trade, metric)).sum::<u64>() / metrics + scattered(trade, metrics) / 2
    };
    let mut trade_rows = "trade_id,side,security,security_type,quantity,price,accrued_interest\n".to_owned();
    let mut rates = "account,metric,security,coefficient\n".to_owned();
    for trade in 0..trades {
        trade_rows += &format!("T{trade:03},buy,S{trade},government,1,1,0\n");
        rates += &format!("*,worth,S{trade},{}\n", worth(trade));
        (0..metrics).for_each(|metric| rates += &format!("*,m{metric},S{trade},{}\n", scattered(trade, metric)));
    }
    let limits: Vec<String> =
        (0..metrics).map(|metric| format!("m{metric}: {{ max: {} }}", all[metric as usize] / 2)).collect();
    let names: Vec<String> = (0..metrics).map(|metric| format!("  m{metric}: {{ default: 0 }}\n")).collect();
    let settings = DESK.split("accounts:").next().expect("the settings").replace("SOLVER", solver);
    let settings = settings.replace("trades: trades.csv", "trades: trades.csv, coefficients: coefficients.csv");
    let accounts = format!(
        "  - id: PB1\n    metrics: {{ worth: {{ priority: 1 }}, {} }}\n  - id: PB2\n    metrics: {{}}\n",
        limits.join(", ")
    );
    let desk = format!("{settings}metrics:\n  worth: {{ default: 0 }}\n{}accounts:\n{accounts}", names.concat());
    let folder = self::desk(solver);
    for (name, text) in [("desk.yaml", desk), ("trades.csv", trade_rows), ("coefficients.csv", rates)] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

const RUN: &[&str] = &["run", "--config", "desk.yaml"];

/// Runs a desk with these backends. What it wrote, in the end, was verified, published, and is verified again here.
fn run(backends: &str) -> (Ran, Value) {
    let desk = desk(&settings(backends));
    let begun = Instant::now();
    let ran = pb_assign(desk.path(), RUN);
    let elapsed = begun.elapsed();
    assert!(elapsed < limit(backends) + Duration::from_millis(500) + MARGIN, "{backends}: {elapsed:?}");
    let result = std::fs::read_to_string(desk.path().join("out/latest/result.json")).expect("a result");
    assert_eq!(pb_assign(desk.path(), &["verify", "out/latest"]).exit, 0, "{backends}");
    (ran, serde_json::from_str(&result).expect("JSON"))
}

/// A fault, and the ending that is right.
struct Fault {
    mode: &'static str,
    /// The status; with `failed` there is no assignment, and else it is the best one.
    status: &'static str,
    /// What `diagnostics.message` says; nothing where nothing failed.
    says: &'static str,
}

const fn fault(mode: &'static str, status: &'static str, says: &'static str) -> Fault {
    Fault { mode, status, says }
}

/// Where a plan came before the fault, it is kept. A bound of a child that failed is not believed, so that only the
/// children that did nothing wrong, or came close enough to it, end optimal.
const FAULTS: &[Fault] = &[
    fault("honest", "optimal", ""),
    fault("crash", "feasible", "crash: it was ended by signal 11 (SIGSEGV)"),
    fault("abort", "feasible", "abort: it was ended by signal 6 (SIGABRT)"),
    fault("exit-1", "feasible", "exit-1: it ended with exit code 1; it said: no licence"),
    fault("hang", "feasible", ""),
    fault("ignores-sigterm", "feasible", ""),
    fault("nan", "feasible", "nan: \"{\\\"point\\\":[NaN,1,1,0,1,0"),
    fault("infinity", "feasible", "is no message: number out of range"),
    fault("fractions", "failed", ""),
    fault("nearly", "optimal", ""),
    fault("broken-limit", "failed", ""),
    fault("wrong-objective", "feasible", ""),
    fault("false-infeasible", "failed", "a solver says that no assignment keeps the limits, and says the same where"),
    fault("half-a-message", "feasible", "half-a-message: its output ends in the middle of a message"),
    fault("10-gb", "feasible", "10-gb: a message has more than "),
    fault("10-gb-of-messages", "feasible", ""),
    fault("10-gb-of-errors", "feasible", ""),
    fault("takes-10-gb", "feasible", "takes-10-gb: it ended with exit code "),
    fault("short-point", "feasible", "short-point: a point has 2 values for "),
    fault("prints", "feasible", "\"Academic license - for non-commercial use only\" is no message"),
    fault("other-protocol", "failed", "other-protocol: it said hello twice"),
    fault("silent", "failed", "silent: its first message is no hello"),
    fault("never-finishes", "feasible", ""),
];

#[test]
fn whatever_a_child_does_the_run_ends_in_time_with_a_true_status() {
    for Fault { mode, status, says } in FAULTS {
        let (ran, result) = run(&fake(mode, "77"));
        let exit = if *status == "failed" { 4 } else { 0 };
        assert_eq!((ran.exit, &result["status"]), (exit, &(*status).into()), "{mode}: {}", ran.stderr);
        let best = if exit == 0 { Value::from(BEST) } else { Value::Null };
        assert_eq!(result["objective"]["value"], best, "{mode}: {}", ran.stderr);
        match &result["diagnostics"]["message"] {
            Value::String(message) if !says.is_empty() => assert!(message.contains(says), "{mode}: {message}"),
            message => assert!(message.is_null() && says.is_empty(), "{mode}: {message}"),
        }
    }
}

#[test]
fn a_bound_that_the_plan_disproves_is_not_published() {
    let (_, result) = run(&fake("wrong-objective", "77"));
    assert_eq!(result["objective"], bounded_by_the_certificate(BEST));
}

#[test]
fn who_calls_every_day_infeasible_is_not_believed() {
    // It says the same of limits that may all be exceeded.
    let (ran, result) = run(&fake("false-infeasible", "77"));
    assert_eq!((ran.exit, &result["status"], &result["reason"]), (4, &"failed".into(), &"solver_error".into()));
}

#[test]
fn without_any_plan_a_failure_is_told_as_one() {
    let (ran, result) = run(&fake("other-protocol", "77"));
    assert_eq!((ran.exit, &result["reason"]), (4, &"solver_error".into()), "{}", ran.stderr);
    let (ran, result) = run("{ name: mine, command: [./there-is-no-such-program] }");
    assert_eq!((ran.exit, &result["reason"]), (4, &"solver_error".into()), "{}", ran.stderr);
    let message = result["diagnostics"]["message"].as_str().expect("a message");
    assert!(message.contains("mine: it ended with exit code 1; it said: failed to start ./there-is-no-such-program"));
}

#[test]
fn where_one_fails_the_next_is_asked() {
    let (ran, result) = run(&format!("{}, highs", fake("exit-1", "77")));
    assert_eq!((ran.exit, &result["status"], &result["reason"]), (0, &"optimal".into(), &"proven".into()));
    assert_eq!(result["objective"]["value"], BEST);
    let message = result["diagnostics"]["message"].as_str().expect("what failed");
    assert!(message.starts_with("exit-1: it ended with exit code 1"), "{message}");
    let solver = result["engine"]["solver"].as_str().expect("who solved");
    assert!(solver.starts_with("Fake 1, HiGHS 1."), "{solver}");
}

#[test]
fn our_own_search_is_enough_for_the_best_plan_and_its_proof() {
    let (ran, result) = run("search");
    assert_eq!((ran.exit, &result["status"], &result["reason"]), (0, &"optimal".into(), &"proven".into()));
    let proven =
        serde_json::json!({ "value": BEST, "bound": BEST, "gap": "0", "certified_bound": BEST, "certified_gap": "0" });
    assert_eq!(result["objective"], proven);
}

#[test]
fn where_all_others_fail_the_plan_of_our_own_search_is_kept() {
    for mode in ["other-protocol", "short-point"] {
        let desk = hard_desk(&format!("timeout: 2 s, gap: 0, backends: [search, {}]", fake(mode, "77")));
        let ran = pb_assign(desk.path(), RUN);
        assert_eq!((ran.exit, &ran.line()["status"]), (0, &"feasible".into()), "{}", ran.stderr);
        let result = std::fs::read_to_string(desk.path().join("out/latest/result.json")).expect("a result");
        assert!(result.contains(&format!("\"message\": \"{mode}: ")), "{}", ran.stderr);
    }
}

/// A desk that our own search closes long after the others are asked, and long before its limit.
fn slow_desk(solver: &str) -> TempDir {
    valued_desk(solver, 90, 4)
}

/// The backends that were asked for something.
fn asked(desk: &TempDir) -> Value {
    let run = std::fs::read_to_string(desk.path().join("out/latest/run.json")).expect("a record");
    let run: Value = serde_json::from_str(&run).expect("JSON");
    run["others"].clone()
}

#[test]
fn a_child_beside_the_search_can_neither_spoil_its_proof_nor_delay_it() {
    for mode in ["babbles", "ignores-sigterm", "10-gb-of-messages"] {
        let desk = slow_desk(&format!("timeout: 60 s, gap: 0, backends: [search, {}]", fake(mode, "75.25")));
        let begun = Instant::now();
        let ran = pb_assign(desk.path(), RUN);
        assert!(begun.elapsed() < Duration::from_secs(40), "{mode}: {:?}", begun.elapsed());
        assert_eq!((ran.exit, &ran.line()["reason"]), (0, &"proven".into()), "{mode}: {}", ran.stderr);
        assert_eq!(asked(&desk)[0]["backend"], mode, "it ran beside the search");
        let replayed = pb_assign(desk.path(), &["replay", "--run", "out/latest"]);
        assert_eq!(replayed.line()["asked_again"], serde_json::json!([]), "{mode}: {}", replayed.stderr);
        #[cfg(target_os = "linux")]
        assert!(!is_running("75.25"), "{mode}");
    }
}

#[test]
fn the_end_of_a_run_comes_in_time_whatever_runs_beside_it() {
    for mode in ["hang", "ignores-sigterm", "10-gb-of-messages", "never-finishes", "late", "babbles"] {
        let desk = hard_desk(&format!("timeout: 1 s, gap: 0, backends: [search, {}]", fake(mode, "77")));
        let begun = Instant::now();
        let ran = pb_assign(desk.path(), RUN);
        let elapsed = begun.elapsed();
        assert!(elapsed < Duration::from_millis(1_500) + MARGIN, "{mode}: {elapsed:?}");
        assert_eq!((ran.exit, &ran.line()["status"]), (0, &"feasible".into()), "{mode}: {}", ran.stderr);
        assert_eq!(pb_assign(desk.path(), &["verify", "out/latest"]).exit, 0, "{mode}");
    }
}

#[test]
fn what_a_child_pours_out_is_not_gathered() {
    // The run itself has a gigabyte of address space, a tenth of what it is sent.
    for mode in ["10-gb", "10-gb-of-messages", "10-gb-of-errors"] {
        let desk = desk(&settings(&fake(mode, "77")));
        let program = env!("CARGO_BIN_EXE_pb-assign");
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v 1000000 && exec \"$0\" \"$@\"", program]).args(RUN).current_dir(desk.path());
        let ran = finish(shell);
        assert_eq!(ran.line()["objective"]["value"], BEST, "{mode}: {}", ran.stderr);
    }
}

/// Whether a process with this argument is running. The fake gets its nap as an argument too.
#[cfg(target_os = "linux")]
fn is_running(argument: &str) -> bool {
    std::fs::read_dir("/proc").expect("a list of processes").flatten().any(|process| {
        let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == argument.as_bytes())
    })
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_that_a_child_started_outlives_the_run() {
    for (mode, nap) in [("hang", "71.25"), ("ignores-sigterm", "72.25"), ("never-finishes", "73.25")] {
        run(&fake(mode, nap));
        assert!(!is_running(nap), "{mode}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_does_not_outlive_a_run_that_is_killed() {
    let nap = "74.25";
    let desk = desk(&format!("timeout: 60s, backends: [{}]", fake("ignores-sigterm", nap)));
    let told = desk.path().join("told.txt");
    let mut run = command(desk.path(), RUN);
    run.stdout(Stdio::null()).stderr(std::fs::File::create(&told).expect("a file"));
    let mut running = run.spawn().expect("the program starts");
    let wait_until = |holds: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !holds() && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(10));
        }
        holds()
    };
    let is_on_its_way = wait_until(&|| is_running(nap));
    let (ended, told) = (running.try_wait(), std::fs::read_to_string(told));
    assert!(is_on_its_way, "the child is on its way; the run: {ended:?}, {told:?}");
    running.kill().expect("a running process");
    running.wait().expect("an ended process");
    assert!(wait_until(&|| !is_running(nap)), "the child and what it started went with their parent");
}

#[test]
fn who_lacks_python_or_ortools_is_told_what_to_do() {
    let desk = hard_desk("timeout: 8s, gap: 0, backends: [search, ortools], python: ./python");
    let ran = |python: &str| {
        std::fs::write(desk.path().join("python"), python).expect("a file");
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(desk.path().join("python"), executable).expect("an executable file");
        pb_assign(desk.path(), RUN)
    };
    // A Python that has nothing besides its own library.
    let lonely = ran("#!/bin/sh\nexec python3 -I -S \"$@\"\n");
    assert_eq!((lonely.exit, &lonely.line()["status"]), (0, &"feasible".into()), "{}", lonely.stderr);
    assert!(lonely.stderr.contains("OR-Tools is missing"), "{}", lonely.stderr);
    assert!(lonely.stderr.contains("-m pip install ortools"), "{}", lonely.stderr);
    std::fs::remove_file(desk.path().join("python")).expect("a file to remove");
    let none = pb_assign(desk.path(), &[RUN, &["--again"]].concat());
    assert_eq!((none.exit, &none.line()["status"]), (0, &"feasible".into()), "{}", none.stderr);
    assert!(none.stderr.contains("failed to start ./python"), "{}", none.stderr);
}

#[test]
fn or_tools_proves_the_best_plan() {
    let Some(python) = std::env::var_os("PB_ASSIGN_TEST_PYTHON") else {
        // Written past the capture of test output: a skipped test should be seen.
        let skipped =
            "skipped: or_tools_proves_the_best_plan; set PB_ASSIGN_TEST_PYTHON to a Python that has ortools\n";
        std::io::Write::write_all(&mut std::io::stderr(), skipped.as_bytes()).expect("stderr");
        return;
    };
    let python = python.to_str().expect("a path in UTF-8");
    let desk = desk(&format!("timeout: 30s, gap: 0, backends: [ortools], python: {python}"));
    let ran = pb_assign(desk.path(), RUN);
    assert_eq!((ran.exit, &ran.line()["status"]), (0, &"optimal".into()), "{}", ran.stderr);
    assert_eq!(ran.line()["objective"]["value"], BEST, "{}", ran.stderr);
    let result = std::fs::read_to_string(desk.path().join("out/latest/result.json")).expect("a result");
    assert!(result.contains("\"OR-Tools CP-SAT "), "{result}");
    // Room for 10 and nowhere else to go: CP-SAT's own word, put to the test like anybody's.
    let desk = self::desk(&format!("timeout: 30s, backends: [ortools], python: {python}"));
    let text = std::fs::read_to_string(desk.path().join("desk.yaml")).expect("a desk");
    let narrow =
        text.replace("metrics: { cost:", "metrics: { load: { coefficients: { government: 1 }, max: 5 }, cost:");
    std::fs::write(desk.path().join("desk.yaml"), narrow).expect("a file");
    let ran = pb_assign(desk.path(), RUN);
    assert_eq!((ran.exit, &ran.line()["reason"]), (4, &"infeasible".into()), "{}", ran.stderr);
}
