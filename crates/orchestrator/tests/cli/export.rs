//! `pb-assign audit export`: what somebody gets who has nothing but sha256sum and Python.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::desk::{Desk, Ran};
use crate::folder::everything;

/// A desk whose ledger has: 1 the 18th, 2 the 20th, 3 the 19th, 4 a rerun of the 19th, 5 the 21st, which is refused.
pub(crate) fn desk() -> Desk {
    let desk = Desk::starter();
    desk.replace("desk.yaml", "trades: trades.csv", "trades: inbox/{as_of}/trades.csv");
    let trades = desk.read("trades.csv");
    for day in ["18", "19", "20", "21"] {
        let folder = format!("inbox/2026-11-{day}");
        std::fs::create_dir_all(desk.path().join(&folder)).expect("a folder");
        let quantity = if day == "21" { "many".to_owned() } else { format!("{day}00000") };
        desk.write(&format!("{folder}/trades.csv"), trades.replacen("10000000", &quantity, 1));
    }
    for (day, exit) in [("18", 0), ("20", 0), ("19", 0), ("19", 0), ("21", 3)] {
        assert_eq!(run(&desk, day).exit, exit, "{day}");
    }
    desk
}

fn run(desk: &Desk, day: &str) -> Ran {
    desk.pb_assign(&["run", "--config", "desk.yaml", "--as-of", &format!("2026-11-{day}")])
}

pub(crate) fn export(desk: &Desk, from: &str, to: &str, output: &str) -> Ran {
    let [from, to] = [from, to].map(|day| format!("2026-11-{day}"));
    desk.pb_assign(&["audit", "export", "--from", &from, "--to", &to, "--output", output])
}

/// What a program of the system says in a folder, and whether it is content.
pub(crate) fn asked(folder: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

pub(crate) fn sums_hold(folder: &Path) -> bool {
    asked(folder, "sha256sum", &["--check", "--strict", "SHA256SUMS"]).0
}

pub(crate) fn chain_holds(folder: &Path, head: &[&str]) -> (bool, String) {
    asked(folder, "python3", &[&["verify_chain.py"], head].concat())
}

/// The hashes of the ledger's lines, in order.
fn hashes(desk: &Desk) -> Vec<String> {
    let hash =
        |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["hash"].as_str().expect("a hash").to_owned();
    desk.read("state/ledger.jsonl").lines().map(hash).collect()
}

fn names(folder: &Path) -> Vec<String> {
    everything(folder).into_keys().filter(|name| !name.ends_with('/')).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn an_export_holds_by_programs_of_the_system_alone() {
    let desk = desk();
    let before = everything(&desk.path().join("state"));
    let ran = export(&desk, "18", "19", "sent");
    let (line, hashes) = (ran.line(), hashes(&desk));
    assert!(everything(&desk.path().join("state")) == before, "the record was written to");
    // The 20th is a line between two that are asked for, and no run of its own. A run has nine files: the configuration,
    // trades, positions, coefficients, and the five of the answer.
    assert_eq!((&line["entries"], &line["runs"], &line["files"]), (&3.into(), &2.into(), &18.into()), "{}", ran.stderr);
    assert_eq!(line["lines"], serde_json::json!([1, 4]));
    let [first, last, head] = ["before", "last", "head"].map(|key| line[key].as_str().expect("a hash"));
    assert_eq!((first, last, head), (&*"0".repeat(64), hashes[3].as_str(), hashes[4].as_str()));
    let folder = desk.path().join("sent");
    assert!(sums_hold(&folder));
    let said = format!(
        "days                        2026-11-18 to 2026-11-19\n\
         entries about these days    3, of which runs: 2, with files: 18\n\
         lines that hang together    4, 1 to 4\n\
         hash before the first line  {first}\n\
         hash of the last line       {last}\n"
    );
    assert_eq!(chain_holds(&folder, &[]), (true, said));
    assert!(chain_holds(&folder, &[&hashes[2]]).0);
    assert_eq!(chain_holds(&folder, &[&hashes[4]]), (false, format!("no entry has the hash {}\n", hashes[4])));
    let names = names(&folder);
    let summed: Vec<String> = desk
        .read("sent/SHA256SUMS")
        .lines()
        .map(|line| format!("/{}", line.split("  ").nth(1).expect("a name")))
        .collect();
    assert!(names.iter().filter(|name| *name != "/SHA256SUMS").all(|name| summed.contains(name)), "{names:?}");
    assert!(names.contains(&"/runs/000003/config/desk.yaml".to_owned()), "{names:?}");
    assert!(
        !names.iter().any(|name| name.starts_with("/runs/000002") || name.starts_with("/runs/000004")),
        "{names:?}"
    );
    for (seq, day) in [(1, "18"), (3, "19")] {
        let kept = desk.read(&format!("sent/runs/00000{seq}/inputs/trades.csv"));
        assert_eq!(kept, desk.read(&format!("inbox/2026-11-{day}/trades.csv")));
        let result = desk.read(&format!("sent/runs/00000{seq}/outputs/result.json"));
        assert_eq!(result, desk.read(&format!("out/2026-11-{day}/result.json")));
    }
    let ledger = desk.read("state/ledger.jsonl");
    let lines: String = ledger.split_inclusive('\n').take(4).collect();
    assert_eq!(desk.read("sent/ledger.jsonl"), lines);
    let runs = desk.read("sent/runs.csv");
    let events: Vec<&str> = runs.lines().skip(1).map(|row| row.split(',').nth(1).expect("an event")).collect();
    assert_eq!(events, ["run", "run", "rerun"]);
    // And nothing may be other than it was.
    desk.replace("sent/ledger.jsonl", "\"status\":\"optimal\"", "\"status\":\"feasible\"");
    assert_eq!(chain_holds(&folder, &[]), (false, "entry 1 does not hold\n".to_owned()));
    desk.write("sent/ledger.jsonl", &lines);
    assert!(chain_holds(&folder, &[]).0 && sums_hold(&folder));
    let without_second: String =
        ledger.split_inclusive('\n').enumerate().filter(|(i, _)| *i != 1).map(|(_, l)| l).collect();
    desk.write("sent/ledger.jsonl", without_second);
    assert_eq!(chain_holds(&folder, &[]), (false, "entry 3 does not hold\n".to_owned()));
    desk.replace("sent/runs/000003/outputs/result.json", "PB1", "PB2");
    assert!(!sums_hold(&folder));
}

#[test]
#[cfg(target_os = "linux")]
fn an_archive_holds_what_a_folder_does_and_has_the_same_bytes_again() {
    let desk = desk();
    for output in ["november", "november.zip", "again/november.zip"] {
        assert_eq!(export(&desk, "19", "21", output).exit, 0);
    }
    let bytes = |file: &str| std::fs::read(desk.path().join(file)).expect("an archive");
    assert!(bytes("november.zip") == bytes("again/november.zip"));
    let (unpacked, said) = asked(desk.path(), "python3", &["-m", "zipfile", "-e", "november.zip", "unpacked"]);
    assert!(unpacked, "{said}");
    let contents = |folder: &str| -> Vec<(String, Vec<u8>)> {
        let files = everything(&desk.path().join(folder)).into_iter();
        files.map(|(name, (_, bytes))| (name, bytes)).collect()
    };
    assert!(contents("november") == contents("unpacked/november"));
    // From the second entry on: the hash before is that of the first.
    assert!(desk.read("november/README.txt").contains(&format!("hash before the first line  {}\n", hashes(&desk)[0])));
    // A refused run has its configuration and what was wrong, and no answer.
    let of_refused: Vec<String> =
        names(&desk.path().join("november")).into_iter().filter(|name| name.starts_with("/runs/000005")).collect();
    assert_eq!(of_refused, ["/runs/000005/config/desk.yaml", "/runs/000005/entry.json"]);
    assert!(desk.read("november/runs/000005/entry.json").contains("\"code\": \"L0"));
}

#[test]
#[cfg(target_os = "linux")]
fn lost_and_damaged_files_are_named_and_the_others_are_there() {
    let desk = desk();
    let mut archive = std::fs::read(desk.path().join("state/kept/000003.zip")).expect("an archive");
    let middle = archive.len() / 2;
    archive[middle] ^= 1;
    desk.write("state/kept/000003.zip", archive);
    std::fs::remove_file(desk.path().join("state/kept/000002.zip")).expect("an archive");
    let ran = export(&desk, "18", "20", "sent");
    let line = ran.line();
    assert_eq!((ran.exit, &line["status"]), (4, &"failed".into()), "{}", ran.stderr);
    let lost: Vec<&str> = line["lost"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    // Of the 20th what only it had: the trades and its answer. Of the 19th the one file that the byte is in.
    let of = |entry: &str| lost.iter().filter(|text| text.starts_with(entry)).count();
    assert_eq!((of("entry 2, "), of("entry 3, "), lost.len()), (6, 1, 7), "{lost:?}");
    assert!(lost.iter().all(|text| ran.stderr.contains(text)), "{}", ran.stderr);
    let readme = desk.read("sent/README.txt");
    assert!(readme.contains("LOST") && lost.iter().all(|text| readme.contains(text)), "{readme}");
    assert_eq!(desk.read("sent/files.csv").lines().filter(|row| row.ends_with(",lost")).count(), 7);
    let folder = desk.path().join("sent");
    assert!(sums_hold(&folder));
    let (holds, said) = chain_holds(&folder, &[]);
    assert!(!holds && said.lines().count() == 7 && said.lines().all(|line| line.ends_with(" is not here")), "{said}");
}

#[test]
fn a_span_without_runs_says_so() {
    let desk = desk();
    let ran = export(&desk, "01", "02", "sent");
    let line = ran.line();
    assert_eq!((ran.exit, &line["entries"], &line["lines"]), (0, &0.into(), &Value::Null));
    assert!(ran.stderr.contains("No entry is about 2026-11-01 to 2026-11-02"), "{}", ran.stderr);
    assert!(desk.read("sent/README.txt").contains("No entry is about one of these days"));
    let (first, last) = (&hashes(&desk)[0], &hashes(&desk)[4]);
    let readme = desk.read("sent/README.txt");
    assert!(readme.contains(last) && !readme.contains(first));
    assert_eq!((desk.read("sent/ledger.jsonl").as_str(), desk.read("sent/runs.csv").lines().count()), ("", 1));
    if cfg!(target_os = "linux") {
        let (holds, said) = chain_holds(&desk.path().join("sent"), &[]);
        assert!(holds && said.contains("lines that hang together    0\n"), "{said}");
    }
}

#[test]
fn a_run_without_a_date_counts_by_the_day_on_which_it_was_recorded() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(&["run", "--config", "desk.yaml"]).exit, 0);
    let entry: Value = serde_json::from_str(&desk.read("state/ledger.jsonl")).expect("JSON");
    let day = &entry["time"].as_str().expect("a time")[..10];
    let export = |from: &str, output: &str| {
        desk.pb_assign(&["audit", "export", "--from", from, "--to", from, "--output", output]).line()["runs"].clone()
    };
    assert_eq!((export(day, "that-day"), export("2020-01-01", "another")), (1.into(), 0.into()));
}

#[test]
fn what_cannot_be_exported_leaves_nothing_behind() {
    let desk = desk();
    desk.write("there", "something");
    let before = names(desk.path());
    for (from, to, output, exit, says) in [
        ("20", "19", "sent", 2, "--from 2026-11-20 is after --to 2026-11-19"),
        ("19", "20", "there", 2, "it is there already"),
        ("19", "20", "inbox", 2, "it is there already"),
        ("19", "20", "there/sent", 2, "there"),
    ] {
        let ran = export(&desk, from, to, output);
        assert!(ran.exit == exit && ran.stderr.contains(says), "{output}: {}", ran.stderr);
    }
    desk.replace("state/ledger.jsonl", "\"actor\":\"", "\"actor\":\"not-");
    let ran = export(&desk, "19", "20", "sent");
    assert!(ran.exit == 4 && ran.stderr.contains("entry 1: its hash is not that of its content"), "{}", ran.stderr);
    assert_eq!(names(desk.path()), before);
}
