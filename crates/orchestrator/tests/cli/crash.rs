//! A run killed at each of its system calls that can change a file, and at any instant: readers find the old answer or the
//! new one, and the next run finishes what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use monitor::{Chained, State};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::{Value, json};
use test_desks::random::Random;

use crate::desk::{Desk, Ran, command};
use crate::folder::everything;
use crate::processes::{are_gone, with_argument};
use crate::tracer::watch;

const RUN: &[&str] = &["run", "--config", "desk.yaml"];

/// Files by name, with their bytes.
type Files = BTreeMap<String, Vec<u8>>;

/// A desk that writes everything that a run can write.
fn desk() -> Desk {
    let desk = Desk::starter();
    let text = desk.read("desk.yaml");
    let alerts = "desk: rates\nalerts:\n  channels: [{ name: log, service: file, path: told/alerts.jsonl }]\n";
    desk.write("desk.yaml", format!("{text}\n{alerts}monitoring: {{ prometheus: told/pb.prom }}\n"));
    desk
}

fn files(folder: &Path) -> Files {
    let mut files: Files = everything(folder).into_iter().map(|(name, (_, bytes))| (name, bytes)).collect();
    files.retain(|name, _| name != "/");
    files
}

fn published(desk: &Desk) -> Files {
    files(&desk.path().join("out/latest"))
}

/// Puts a folder back to what it was.
fn restore(desk: &Desk, to: &Files) {
    for entry in std::fs::read_dir(desk.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        gone.expect("it goes");
    }
    for (name, bytes) in to {
        let path = desk.path().join(name.trim_start_matches('/'));
        if name.ends_with('/') {
            std::fs::create_dir_all(&path).expect("a folder");
        } else {
            std::fs::write(&path, bytes).expect("a file");
        }
    }
}

/// What was published, without what another run of the same differs in: when it ran, how long that took, and with it the
/// hash of its entry.
fn timeless(mut files: Files) -> Files {
    let run = files.get_mut("/run.json").expect("run.json");
    let mut value: Value = serde_json::from_slice(run).expect("JSON");
    for (pointer, member) in [("", "started_at"), ("", "stages"), ("/work", "first_plan_ms"), ("/ledger", "head")] {
        let holder = value.pointer_mut(pointer).and_then(Value::as_object_mut).expect("an object");
        assert!(holder.remove(member).is_some() || member == "first_plan_ms", "run.json has no {member}");
    }
    *run = value.to_string().into_bytes();
    files
}

fn entries(desk: &Desk) -> Vec<Chained> {
    let record = State::at(&desk.path().join("state")).read(Duration::ZERO).expect("nobody has the record");
    record.ledger.entries().map(|entry| entry.expect("an entry that holds")).collect()
}

/// The messages that were told, by their `id`, with how often, and each as `change key`.
fn told(desk: &Desk) -> BTreeMap<String, (usize, String)> {
    let text = std::fs::read_to_string(desk.path().join("told/alerts.jsonl")).unwrap_or_default();
    let mut told = BTreeMap::new();
    for line in text.lines() {
        let message: Value = serde_json::from_str(line).expect("JSON");
        let part = |name: &str| message[name].as_str().expect("a text").to_owned();
        told.entry(part("id")).or_insert((0, format!("{} {}", part("change"), part("key")))).0 += 1;
    }
    told
}

fn parcels(desk: &Desk) -> usize {
    let names = |folder| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names(desk.path().join("state/outbox")).filter(|name| name.to_string_lossy().ends_with("2.json")).count()
}

fn verify(desk: &Desk) -> Ran {
    desk.pb_assign(&["audit", "verify", "--wait", "1ms"])
}

/// The record holds, and the history is what follows from it.
fn is_sound(desk: &Desk, when: &str) {
    let verified = verify(desk);
    assert_eq!(verified.exit, 0, "{when}: {}", verified.stderr);
    let rebuilt = desk.pb_assign(&["history", "rebuild"]);
    assert_eq!((rebuilt.exit, &rebuilt.line()["content"]), (0, &json!("same")), "{when}: {}", rebuilt.stderr);
}

/// What is left of a second run that is killed somewhere, after a first one that came to its end.
struct Case {
    desk: Desk,
    /// Everything before the second run.
    before: Files,
    old: Files,
    /// What the second run publishes.
    new: Files,
    /// Everything that is there after it.
    names: BTreeSet<String>,
    messages: Vec<String>,
}

impl Case {
    fn new() -> Self {
        let desk = desk();
        assert_eq!(desk.pb_assign(RUN).exit, 0);
        let old = published(&desk);
        desk.replace("desk.yaml", "gross:          {}", "gross:          { max: 1, on_breach: report_only }");
        desk.replace("trades.csv", "10000000", "11000000");
        let before = files(desk.path());
        assert_eq!(desk.pb_assign(RUN).exit, 0);
        let new = timeless(published(&desk));
        assert!(old.iter().all(|(name, bytes)| new[name] != *bytes || name == "/metrics.csv"), "nothing changes");
        let names = files(desk.path()).into_keys().collect();
        let messages: Vec<String> = told(&desk).into_values().map(|(_, message)| message).collect();
        assert!(!messages.is_empty() && parcels(&desk) == 0);
        Self { desk, before, old, new, names, messages }
    }

    /// Kills the second run at its change of this number. Says which that was, unless the run came to its end.
    fn kill_at(&self, number: usize) -> Option<String> {
        restore(&self.desk, &self.before);
        let watched = watch(&command(self.desk.path(), RUN), Some(number));
        if watched.changes.len() < number {
            assert_eq!(watched.exit, Some(0), "{}", watched.stderr);
            return None;
        }
        assert_eq!(watched.exit, None);
        watched.changes.into_iter().nth(number - 1)
    }

    fn is_old_or_new(&self, when: &str) {
        let now = published(&self.desk);
        let is_new = now.contains_key("/run.json") && timeless(now.clone()) == self.new;
        assert!(now == self.old || is_new, "{when}: a reader finds {:?}", now.keys());
        if is_new {
            // What is published was recorded before.
            let run: Value = serde_json::from_slice(&now["/run.json"]).expect("JSON");
            let last = entries(&self.desk).pop().expect("an entry");
            assert_eq!(run["ledger"]["head"], last.hash, "{when}: published, and not recorded");
        }
    }

    /// Everything is as if nobody had killed the run, but that it may have been recorded as a rerun.
    fn is_done(&self, when: &str) {
        assert!(timeless(published(&self.desk)) == self.new, "{when}");
        let mut names: BTreeSet<String> = files(self.desk.path()).into_keys().collect();
        // What the killed run had kept stays under a name that says what it is.
        names.remove("/state/kept/000002.not-recorded-1.zip");
        let (more, fewer) = (names.difference(&self.names), self.names.difference(&names));
        assert_eq!((more.collect::<Vec<_>>(), fewer.collect::<Vec<_>>()), (vec![], vec![]), "{when}");
        let kinds: Vec<bool> = entries(&self.desk).iter().map(|entry| entry.entry.run().is_some()).collect();
        assert!(kinds == [true, true] || kinds == [true, true, false], "{when}: {kinds:?}");
        is_sound(&self.desk, when);
    }

    /// Each message was told; twice only where the crash came between the telling and the note of it. Says how many were.
    fn is_told(&self, before: &BTreeMap<String, (usize, String)>, waiting_before: usize, when: &str) -> usize {
        let told = told(&self.desk);
        let messages: Vec<String> = told.values().map(|(_, message)| message.clone()).collect();
        assert_eq!(messages, self.messages, "{when}");
        for (id, (times, message)) in &told {
            let is_in_between = before.contains_key(id) && waiting_before > 0;
            assert_eq!(*times, if is_in_between { 2 } else { 1 }, "{when}: {message}");
        }
        told.values().filter(|(times, _)| *times == 2).count()
    }
}

#[test]
fn killed_at_any_change_a_run_leaves_the_old_or_the_new_answer_and_the_next_one_ends_it() {
    let case = Case::new();
    let (mut instants, mut twice) = (BTreeMap::new(), 0);
    for number in 1.. {
        let Some(change) = case.kill_at(number) else { break };
        let when = format!("killed at change {number}, {change}");
        case.is_old_or_new(&when);
        let verified = verify(&case.desk);
        let is_torn =
            verified.stderr.contains("the last line was not finished") && verified.stderr.lines().count() == 2;
        assert!(verified.exit == 0 || verified.exit == 4 && is_torn, "{when}: {}", verified.stderr);
        let (told_before, waiting_before) = (told(&case.desk), parcels(&case.desk));
        let next = case.desk.pb_assign(RUN);
        assert_eq!(next.exit, 0, "{when}: {}", next.stderr);
        case.is_done(&when);
        twice += case.is_told(&told_before, waiting_before, &when);
        let is_published = next.line()["rerun"] == true;
        *instants.entry(is_published).or_insert(0) += 1;
    }
    // It was killed before its entry, and after it.
    assert!(instants.len() == 2 && instants.values().all(|count| *count >= 10), "{instants:?}");
    assert!(twice >= 1, "it was never killed between the telling and the note of it");
}

#[test]
fn a_first_run_that_is_killed_leaves_nothing_in_the_way() {
    let desk = desk();
    let before = files(desk.path());
    let mut survived = false;
    // Every fourth of them: what follows an answer that is there is tried at each, above.
    for number in (1..).step_by(4) {
        restore(&desk, &before);
        survived = watch(&command(desk.path(), RUN), Some(number)).exit == Some(0);
        let out = desk.path().join("out/latest");
        assert!(!out.exists() || files(&out).len() >= 5, "killed at change {number}");
        let next = desk.pb_assign(RUN);
        assert_eq!(next.exit, 0, "killed at change {number}: {}", next.stderr);
        is_sound(&desk, &format!("killed at change {number}"));
        let beside: Vec<String> =
            files(&desk.path().join("out")).into_keys().filter(|name| name.contains(".pb")).collect();
        assert!(beside.is_empty(), "killed at change {number}: {beside:?}");
        if survived {
            break;
        }
    }
    assert!(survived);
}

/// The entry whose answer lies in the folder, all of which is there as the entry says.
fn entry_of_published(desk: &Desk, when: &str) -> u64 {
    let now = published(desk);
    let run: Value = serde_json::from_slice(&now["/run.json"]).expect("JSON");
    let head = run["ledger"]["head"].as_str().expect("a head");
    let record = State::at(&desk.path().join("state")).read(Duration::ZERO).expect("nobody has the record");
    let found = record.ledger.with_text(head, usize::MAX).find(|entry| entry.hash == head);
    let entry = found.unwrap_or_else(|| panic!("{when}: an answer that is not recorded"));
    let outputs = &entry.entry.run().expect("a run").outputs;
    assert_eq!(now.len(), outputs.len(), "{when}");
    for output in outputs.iter().filter(|output| output.path != "run.json") {
        let bytes = &now[&format!("/{}", output.path)];
        assert_eq!(monitor::sha256([bytes.as_slice()]), output.sha256, "{when}: {} is of another run", output.path);
    }
    entry.seq
}

#[test]
fn killed_at_three_hundred_instants_nothing_is_mixed_and_the_next_run_works() {
    let desk = desk();
    let text = desk.read("desk.yaml");
    desk.write("highs.yaml", text.replace("timeout: 10s", "timeout: 10s\n  backends: [highs]"));
    let mut random = Random::new(9);
    let mut quantity = 10_000_000;
    let mut change = || {
        desk.replace("trades.csv", &quantity.to_string(), &(quantity + 1_000).to_string());
        quantity += 1_000;
    };
    let configs = ["desk.yaml", "highs.yaml"];
    // How long a run takes at the moment, on a machine that others use too.
    let mut lengths = [Duration::ZERO; 2];
    for (length, config) in lengths.iter_mut().zip(configs) {
        change();
        let begun = Instant::now();
        assert_eq!(desk.pb_assign(&["run", "--config", config]).exit, 0);
        *length = begun.elapsed();
    }
    let (mut killed, mut solving, mut turn) = (0, 0, 0);
    while killed < 300 {
        turn += 1;
        let (length, config) = (&mut lengths[turn % 2], configs[turn % 2]);
        let last = entry_of_published(&desk, "before");
        change();
        let instant = length.mul_f64(random.below(1_000) as f64 / 1_000.0);
        let mut run = command(desk.path(), &["run", "--config", config]);
        std::os::unix::process::CommandExt::process_group(&mut run, 0);
        let mut child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(instant);
        solving += u32::from(config == "highs.yaml" && !with_argument(&child.id().to_string()).is_empty());
        // One that has ended already was not killed.
        let _ = killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL);
        killed += usize::from(child.wait().expect("an end").code().is_none());
        let when = format!("turn {turn}, {config} killed after {instant:?}");
        assert!(are_gone(child.id(), Duration::from_secs(10)), "{when}: its solvers go on");
        let now = entry_of_published(&desk, &when);
        assert!(now >= last, "{when}: back from {last} to {now}");
        // What is left of several runs is put right as what is left of one.
        if turn % 3 != 0 {
            continue;
        }
        let begun = Instant::now();
        let next = desk.pb_assign(&["run", "--config", config]);
        assert_eq!(next.exit, 0, "{when}: {}", next.stderr);
        let is_again = next.line()["rerun"] == true;
        *length = if is_again { *length } else { begun.elapsed() };
        let of_next = next.line()["ledger"]["seq"].as_u64().expect("a number") - u64::from(is_again);
        assert_eq!(entry_of_published(&desk, &when), of_next, "{when}");
    }
    // What the last kills left is put right by the runs after them.
    for config in configs {
        assert_eq!(desk.pb_assign(&["run", "--config", config]).exit, 0);
    }
    println!("killed {killed} of {turn} runs, {solving} of them while HiGHS was at it");
    assert!(solving >= 5);
    is_sound(&desk, "in the end");
    let hidden = files(desk.path()).into_keys().filter(|name| name.contains("/."));
    assert_eq!(hidden.collect::<Vec<_>>(), Vec::<String>::new());
    let twice = told(&desk).into_values().filter(|(times, _)| *times > 2).count();
    assert_eq!(twice, 0);
}

#[test]
fn a_reader_never_meets_a_folder_that_is_not_there_or_half_there() {
    let desk = desk();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let (is_over, out) = (AtomicBool::new(false), desk.path().join("out/latest"));
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let read = |name: &str| std::fs::read(out.join(name));
            let (mut whole, mut seen) = (0, BTreeSet::new());
            while !is_over.load(Ordering::Relaxed) {
                let before = read("run.json").expect("there is always an answer");
                let result = read("result.json").expect("there is always an answer");
                // Between two that are the same nothing was published.
                if read("run.json").expect("there is always an answer") == before {
                    let id = |bytes: &[u8]| {
                        serde_json::from_slice::<Value>(bytes).expect("a whole document")["run_id"].to_string()
                    };
                    assert_eq!(id(&before), id(&result));
                    seen.insert(id(&result));
                    whole += 1;
                }
            }
            (whole, seen.len())
        });
        for turn in 0..40 {
            let (from, to) = if turn % 2 == 0 { ("10000000", "11000000") } else { ("11000000", "10000000") };
            desk.replace("trades.csv", from, to);
            assert_eq!(desk.pb_assign(RUN).exit, 0);
        }
        is_over.store(true, Ordering::Relaxed);
        reader.join().expect("the reader finds what it looks for")
    });
    assert!(reads.0 >= 100 && reads.1 == 2, "{reads:?}");
}
