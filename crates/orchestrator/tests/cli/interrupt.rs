//! SIGTERM and Ctrl-C: a run ends soon, with its line and its entry, and leaves nothing half done and nothing running.

use std::cell::Cell;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use monitor::{Chained, State};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use signal_hook::consts::SIGINT;
use test_desks::random::Random;

use crate::desk::{Desk, command, finish, pb_assign};
use crate::faults::{fake, hard_desk};
use crate::folder::everything;
use crate::processes::{are_gone, is_gone, with_argument};
use crate::receiver::{Answer, Receiver};
use crate::tracer::tell_at_once;

const RUN: &[&str] = &["run", "--config", "desk.yaml"];

/// Far more than the two seconds that it may take: a busy machine fails no test.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a run that was told to end did.
struct Told {
    exit: Option<i32>,
    /// The signal that killed it, where it did not hear it.
    killed_by: Option<i32>,
    stdout: String,
    stderr: String,
    took: Duration,
}

impl Told {
    fn line(&self) -> Value {
        let line = self.stdout.trim_end();
        assert!(!line.contains('\n'), "more than one line: {line}");
        serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON, {error}: {line:?}, {}", self.stderr))
    }
}

/// Whoever starts these tests in the background, as a shell does with `&`, has them ignore Ctrl-C, and what they start, until
/// that says otherwise itself. With a handler of our own, a program starts with what is usual.
fn hear_interrupts() {
    static HEARD: Once = Once::new();
    HEARD.call_once(|| {
        let always = Arc::new(AtomicBool::new(true));
        signal_hook::flag::register_conditional_shutdown(SIGINT, 130, always).expect("a signal that can be handled");
    });
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    hear_interrupts();
    let mut run = command(folder, arguments);
    run.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("a process that nobody has waited for");
}

/// Waits for a run that was just told to end, and for all that it started.
fn end(child: Child) -> Told {
    let (begun, pid) = (Instant::now(), child.id());
    let output = child.wait_with_output().expect("an end");
    let took = begun.elapsed();
    assert!(took < PATIENCE, "it took {took:?} to end");
    assert!(are_gone(pid, PATIENCE), "its solvers go on");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let (exit, killed_by) = (output.status.code(), output.status.signal());
    Told { exit, killed_by, stdout: text(output.stdout), stderr: text(output.stderr), took }
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn entries(folder: &Path) -> Vec<Chained> {
    let record = State::at(&folder.join("state")).read(Duration::ZERO).expect("nobody has the record");
    record.ledger.entries().map(|entry| entry.expect("an entry that holds")).collect()
}

/// The starter desk, that tells people by these channels that a limit is broken.
fn telling(channels: &str) -> Desk {
    let desk = Desk::starter();
    let text = desk.read("desk.yaml");
    desk.write("desk.yaml", format!("{text}\ndesk: rates\nalerts:\n  channels: [{channels}]\n"));
    desk.replace("desk.yaml", "gross:          {}", "gross:          { max: 1, on_breach: report_only }");
    desk
}

/// A channel that takes its time, and says when it begins. `nap` tells its processes apart.
fn slow_command(nap: &str) -> String {
    format!(
        "{{ name: slow, service: command, timeout: 60s, command: [sh, -c, \"trap '' TERM; : > begun; sleep {nap}; :\"] }}"
    )
}

/// How long something sleeps that a run has to end: a time that nothing else on the machine sleeps for.
fn nap(seconds: u32) -> String {
    format!("{seconds}.{:07}", std::process::id())
}

/// Nothing is half written, and the record holds.
fn is_whole(folder: &Path, when: &str) {
    let half = everything(folder).into_keys().filter(|name| name.contains(".pb-assign-") || name.ends_with(".tmp"));
    assert_eq!(half.collect::<Vec<_>>(), Vec::<String>::new(), "{when}");
    if folder.join("state/ledger.jsonl").exists() {
        let verified = pb_assign(folder, &["audit", "verify"]);
        assert_eq!(verified.exit, 0, "{when}: {}", verified.stderr);
    }
}

/// How a run ended is what its line, its entry and its exit code say.
fn is_told_truly(told: &Told, exit: i32, folder: &Path, before: usize, when: &str) {
    let when = &format!("{when}, {}", told.stderr);
    if told.killed_by.is_some() {
        // It had not begun to listen.
        assert_eq!(told.stdout, "", "{when}");
        assert_eq!(entries(folder).len(), before, "{when}");
        return;
    }
    let (line, entries) = (told.line(), entries(folder));
    let run = entries.last().and_then(|entry| entry.entry.run()).unwrap_or_else(|| panic!("{when}: no entry"));
    assert_eq!((told.exit, entries.len()), (Some(i32::from(run.exit)), before + 1), "{when}");
    assert_eq!((&line["exit"], &line["reason"]), (&json!(run.exit), &json!(run.reason)), "{when}");
    if run.reason == "interrupted" {
        assert_eq!((told.exit, &line["status"]), (Some(exit), &json!("failed")), "{when}");
    } else {
        // It was decided already.
        assert_eq!((told.exit, &line["ledger"]["head"]), (Some(0), &json!(entries[before].hash)), "{when}");
    }
}

#[test]
fn told_to_end_a_hundred_times_a_run_leaves_nothing_half_done_and_nothing_running() {
    let nap = &nap(81);
    let solving = [
        hard_desk("timeout: 60s, gap: 0, backends: [highs]"),
        hard_desk("timeout: 60s, gap: 0, backends: [search, highs]"),
        hard_desk(&format!("timeout: 60s, gap: 0, backends: [{}]", fake("ignores-sigterm", nap))),
    ];
    let publishing = telling(&slow_command(nap));
    let (mut random, mut worst, mut own, mut deaf) = (Random::new(4), Duration::ZERO, 0, 0);
    for turn in 0..100 {
        // Half of them while a run publishes and tells, which is soon over.
        let desk = solving.get(turn % 6).map_or(publishing.path(), tempfile::TempDir::path);
        let is_publishing = desk == publishing.path();
        if is_publishing {
            // Each has something to tell: that the limit is broken by more, and then that it holds.
            let other = if turn % 2 == 0 { "{ max: 0.5, " } else { "{ max: 999999999999, " };
            let text = publishing.read("desk.yaml");
            let (before, after) = text.split_once("{ max: ").expect("the limit comes first");
            let (_, after) = after.split_once(", ").expect("what follows it");
            publishing.write("desk.yaml", format!("{before}{other}{after}"));
        }
        let instant = Duration::from_millis(random.below(if is_publishing { 60 } else { 600 }));
        let (signal, exit) = [(Signal::SIGTERM, 143), (Signal::SIGINT, 130)][usize::from(random.chance(30))];
        let before = if desk.join("state").exists() { entries(desk).len() } else { 0 };
        let arguments = [RUN, &["--again"]].concat();
        let child = start(desk, &arguments);
        std::thread::sleep(instant);
        send(&child, signal);
        let told = end(child);
        let when = format!("turn {turn}, {signal} after {instant:?}");
        assert!(is_gone(nap, Duration::from_secs(2)), "{when}: what it started goes on");
        is_told_truly(&told, exit, desk, before, &when);
        is_whole(desk, &when);
        worst = worst.max(told.took);
        own += u32::from(told.exit == Some(0));
        deaf += u32::from(told.killed_by.is_some());
    }
    println!("the longest took {worst:?}; {own} were done already, {deaf} had not begun to listen");
    assert!(own >= 1 && own + deaf < 90, "the instants are badly spread: {own}, {deaf}");
    publishing.replace("desk.yaml", &format!("sleep {nap}"), "exit 0");
    let next = publishing.pb_assign(RUN);
    assert_eq!((next.exit, &next.line()["alerts"]["kept"]), (0, &json!(0)), "{}", next.stderr);
    for desk in &solving {
        let text = std::fs::read_to_string(desk.path().join("desk.yaml")).expect("the desk");
        let quick =
            text.replace("timeout: 60s, gap: 0,", "timeout: 300ms, gap: 0.5,").replace("ignores-sigterm", "honest");
        std::fs::write(desk.path().join("desk.yaml"), quick).expect("it is written");
        let next = pb_assign(desk.path(), RUN);
        assert!([0, 4].contains(&next.exit), "{}", next.stderr);
        assert_eq!(next.line()["ledger"]["seq"], json!(entries(desk.path()).len()));
    }
}

/// The instant at which it begins to listen included.
#[test]
fn a_signal_that_comes_as_soon_as_a_run_listens_is_heard() {
    for (signal, exit) in [(Signal::SIGTERM, 143), (Signal::SIGINT, 130)] {
        let desk = hard_desk("timeout: 5s, gap: 0, backends: [highs]");
        let told = tell_at_once(&command(desk.path(), RUN), signal);
        let line: Value = serde_json::from_str(told.stdout.trim_end()).expect("its line");
        assert_eq!((told.exit, &line["reason"]), (Some(exit), &json!("interrupted")), "{}", told.stderr);
        is_whole(desk.path(), "after a signal at once");
    }
}

#[test]
fn a_run_that_waits_for_another_ends_without_an_entry() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let before = entries(desk.path()).len();
    let state = State::at(&desk.path().join("state"));
    let record = state.lock(Duration::ZERO, "a test").expect("nobody has it");
    let child = start(desk.path(), &["--log-level", "info", "run", "--config", "desk.yaml", "--again"]);
    std::thread::sleep(Duration::from_millis(300));
    send(&child, Signal::SIGTERM);
    let told = end(child);
    drop(record);
    assert_eq!((told.exit, &told.line()["reason"]), (Some(143), &json!("interrupted")), "{}", told.stderr);
    assert!(told.stderr.contains("could not be recorded"), "{}", told.stderr);
    assert_eq!(entries(desk.path()).len(), before);
    is_whole(desk.path(), "after waiting");
}

#[test]
fn a_run_that_is_done_tells_no_more_and_keeps_what_it_has_to_tell() {
    let nap = nap(82);
    let desk = telling(&slow_command(&nap));
    let child = start(desk.path(), RUN);
    until("it tells", || desk.path().join("begun").exists());
    send(&child, Signal::SIGTERM);
    let told = end(child);
    let alerts = json!({ "fired": 1, "sent": 0, "kept": 1 });
    assert_eq!((told.exit, &told.line()["alerts"]), (Some(0), &alerts), "{}", told.stderr);
    assert!(is_gone(&nap, Duration::from_secs(2)), "the command goes on");
    desk.replace("desk.yaml", &format!("sleep {nap}"), "exit 0");
    assert_eq!(desk.pb_assign(RUN).line()["alerts"], json!({ "fired": 0, "sent": 1, "kept": 0 }));
}

/// The first process that a run starts, as soon as it is there.
fn first_child(run: &Child) -> u32 {
    let found = Cell::new(None);
    let tasks = format!("/proc/{}/task", run.id());
    until("it starts a solver", || {
        let children = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).ok();
        let all = std::fs::read_dir(&tasks).expect("a run").flatten().filter_map(children).collect::<String>();
        found.set(all.split_whitespace().next().and_then(|pid| pid.parse().ok()));
        found.get().is_some()
    });
    found.get().expect("a process")
}

#[test]
fn a_solver_that_stands_still_does_not_hold_up_the_end() {
    let stop = |pid: u32| kill(Pid::from_raw(pid.cast_signed()), Signal::SIGSTOP).expect("a solver");
    // Stopped at once, it often is not its program yet, and whoever starts it waits for that.
    for moment in 0..8 {
        let desk = hard_desk("timeout: 60s, gap: 0, backends: [highs]");
        let child = start(desk.path(), RUN);
        let solver = first_child(&child);
        std::thread::sleep(Duration::from_millis(if moment < 6 { 0 } else { 100 }));
        stop(solver);
        std::thread::sleep(Duration::from_millis(50));
        send(&child, Signal::SIGTERM);
        let told = end(child);
        assert_eq!((told.exit, &told.line()["reason"]), (Some(143), &json!("interrupted")), "{}", told.stderr);
        assert!(!Path::new(&format!("/proc/{solver}/exe")).exists(), "the solver is there");
    }
}

#[test]
fn a_service_that_does_not_answer_does_not_hold_up_the_end() {
    let dead = Receiver::answering(&[Answer::Never]);
    let channel = format!("{{ name: own, service: webhook, timeout: 60s, url: \"{}/hook\" }}", dead.address);
    let desk = telling(&channel);
    let child = start(desk.path(), RUN);
    until("it tells", || !dead.requests().is_empty());
    send(&child, Signal::SIGTERM);
    let told = end(child);
    // The answer of the run, without what nobody knows yet.
    assert_eq!((told.exit, &told.line()["reason"]), (Some(0), &json!("proven")), "{}", told.stderr);
    assert_eq!(told.line()["alerts"], Value::Null);
    let waiting = desk.pb_assign(&["alerts"]).line()["waiting"].clone();
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
}

#[test]
fn a_second_signal_ends_a_run_where_it_is() {
    // A machine that stands still between the two may make them one.
    let is_ended = (0..5).any(|_| {
        let nap = nap(83);
        let desk = telling(&slow_command(&nap));
        let child = start(desk.path(), RUN);
        until("it tells", || desk.path().join("begun").exists());
        send(&child, Signal::SIGTERM);
        std::thread::sleep(Duration::from_millis(400));
        send(&child, Signal::SIGINT);
        let told = end(child);
        // Nobody was there to end the command.
        for pid in with_argument(&nap) {
            let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
        }
        is_whole(desk.path(), "after a second signal");
        told.exit == Some(130) && told.stdout.is_empty()
    });
    assert!(is_ended);
}

#[test]
fn a_dry_run_that_is_told_to_end_writes_nothing() {
    let desk = hard_desk("timeout: 60s, gap: 0, backends: [highs]");
    let before = everything(desk.path());
    let child = start(desk.path(), &["run", "--config", "desk.yaml", "--dry-run"]);
    let pid = child.id().to_string();
    until("it solves", || !with_argument(&pid).is_empty());
    send(&child, Signal::SIGTERM);
    let told = end(child);
    assert_eq!((told.exit, &told.line()["reason"]), (Some(143), &json!("interrupted")));
    assert!(everything(desk.path()) == before, "something was written");
}

#[test]
fn a_fault_of_the_program_is_recorded() {
    let desk = Desk::starter();
    let mut run = command(desk.path(), RUN);
    // No thread gets so large a stack, and who needs one to solve panics.
    run.env("RUST_MIN_STACK", (1_u64 << 50).to_string());
    let ran = finish(run);
    assert_eq!((ran.exit, &ran.line()["reason"]), (70, &json!("internal_error")), "{}", ran.stderr);
    let entries = entries(desk.path());
    let run = entries.last().and_then(|entry| entry.entry.run()).expect("an entry");
    assert_eq!((run.exit, run.reason.as_str()), (70, "internal_error"));
    assert_eq!(desk.pb_assign(RUN).exit, 0);
}
