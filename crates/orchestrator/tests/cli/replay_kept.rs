//! `pb-assign replay RUN`: a run of the ledger from its kept files alone, wherever they lay and whatever became of them.

use std::path::Path;
use std::time::Duration;

use monitor::state::ToKeep;
use monitor::{Entry, Event, Ledger, RunEntry, State};
use serde_json::{Value, json};

use crate::desk::{Desk, Ran, command, finish};
use crate::folder::everything;
use crate::json_configuration::CONFIGURATION;
use crate::same_bytes::workbook;

const RUN: &[&str] = &["run", "--config", "desk.yaml"];

/// Where the files of a run lie, and how it is told.
struct Layout {
    about: &'static str,
    arrange: fn(&Desk),
    arguments: &'static [&'static str],
}

const LAYOUTS: &[Layout] = &[
    Layout { about: "beside the configuration", arrange: |_| {}, arguments: RUN },
    Layout {
        about: "above the configuration",
        arrange: |desk| {
            moved(desk, "desk.yaml", "conf/desk.yaml");
            moved(desk, "trades.csv", "data/trades.csv");
            moved(desk, "positions.csv", "data/positions.csv");
            moved(desk, "coefficients.csv", "conf/coefficients.csv");
            desk.replace("conf/desk.yaml", "trades: trades.csv", "trades: ../data/trades.csv");
            desk.replace("conf/desk.yaml", "positions: positions.csv", "positions: ../data/positions.csv");
        },
        arguments: &["run", "--config", "conf/desk.yaml", "--state", "state"],
    },
    Layout {
        about: "absolute",
        arrange: |desk| {
            moved(desk, "trades.csv", "far/away/trades.csv");
            let path = desk.path().join("far/away/trades.csv");
            desk.replace("desk.yaml", "trades: trades.csv", &format!("trades: {}", path.display()));
        },
        arguments: RUN,
    },
    Layout {
        about: "two files of one name",
        arrange: |desk| {
            moved(desk, "trades.csv", "a/data.csv");
            moved(desk, "positions.csv", "b/data.csv");
            desk.replace("desk.yaml", "trades: trades.csv", "trades: a/data.csv");
            desk.replace("desk.yaml", "positions: positions.csv", "positions: b/data.csv");
        },
        arguments: RUN,
    },
    Layout {
        about: "a workbook with total and blank rows of which it warns",
        arrange: |desk| {
            let text = desk.read("trades.csv") + "Total,,,,,,,\n";
            workbook(&text, &desk.path().join("trades.xlsx"));
            desk.replace("desk.yaml", "trades: trades.csv", "trades: { path: trades.xlsx, sheet: Sheet1 }");
        },
        arguments: RUN,
    },
    Layout {
        about: "given on the command line",
        arrange: |desk| {
            moved(desk, "positions.csv", "elsewhere/p.csv");
            desk.write("late.csv", desk.read("trades.csv").replace("8000000", "7000000"));
        },
        arguments: &["run", "--config", "desk.yaml", "--trades", "late.csv", "--positions", "elsewhere/p.csv"],
    },
    Layout {
        about: "given under the name that is configured",
        arrange: |desk| desk.replace("desk.yaml", "trades: trades.csv", "trades: ./trades.csv"),
        arguments: &["run", "--config", "desk.yaml", "--trades", "./trades.csv", "--as-of", "2026-11-20"],
    },
    Layout {
        about: "given where the configuration asks for a date",
        arrange: |desk| {
            desk.replace("desk.yaml", "positions: positions.csv", "positions: inbox/{as_of}/positions.csv");
        },
        arguments: &["run", "--config", "desk.yaml", "--positions", "positions.csv"],
    },
    Layout {
        about: "a date in the paths",
        arrange: |desk| {
            moved(desk, "trades.csv", "inbox/2026-11-20/trades.csv");
            desk.replace("desk.yaml", "trades: trades.csv", "trades: inbox/{as_of}/trades.csv");
        },
        arguments: &["run", "--config", "desk.yaml", "--as-of", "2026-11-20"],
    },
    Layout {
        about: "JSON",
        arrange: |desk| desk.write("desk.json", CONFIGURATION),
        arguments: &["run", "--config", "desk.json"],
    },
    Layout {
        about: "the plan that a run to another folder stays close to",
        arrange: |desk| {
            desk.replace("desk.yaml", "metrics:\n", KEEP);
            std::fs::create_dir_all(desk.path().join("out/latest")).expect("a folder");
            desk.write("out/latest/assignments.csv", "trade_id,account\nT1,PB2\nT2,PB1\n");
        },
        arguments: &["run", "--config", "desk.yaml", "--out", "another"],
    },
    Layout {
        about: "limits that cannot hold",
        arrange: |desk| {
            desk.replace("desk.yaml", "equity:         { min: 5000000 }", "equity:         { min: 999999999 }");
        },
        arguments: RUN,
    },
];

const KEEP: &str = "objective: { keep: { plan: out/latest/assignments.csv, max_changes: 1 } }\nmetrics:\n";

fn moved(desk: &Desk, from: &str, to: &str) {
    let to = desk.path().join(to);
    std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
    std::fs::rename(desk.path().join(from), to).expect("a file to move");
}

/// Replays a run while the folder for scratch files is one that can be looked into.
fn replayed(desk: &Desk, arguments: &[&str]) -> Ran {
    let scratch = tempfile::tempdir().expect("a folder");
    let before = everything(desk.path());
    let mut replay = command(desk.path(), &[&["replay"], arguments].concat());
    replay.env("TMPDIR", scratch.path());
    let ran = finish(replay);
    assert!(everything(desk.path()) == before, "something was written");
    assert_eq!(everything(scratch.path()).len(), 1, "something is left");
    assert_eq!(ran.line()["exit"], ran.exit);
    ran
}

/// Everything but the record is changed or gone.
fn forget(desk: &Desk) {
    for entry in std::fs::read_dir(desk.path()).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.ends_with("state") {
            continue;
        }
        if entry.is_dir() {
            std::fs::remove_dir_all(entry).expect("a folder to remove");
        } else {
            std::fs::write(entry, "something else").expect("a file to change");
        }
    }
}

#[test]
fn a_run_is_repeated_wherever_its_files_lay_and_whatever_became_of_them() {
    for Layout { about, arrange, arguments } in LAYOUTS {
        let desk = Desk::starter();
        arrange(&desk);
        let ran = desk.pb_assign(arguments);
        assert!([0, 4].contains(&ran.exit), "{about}: {}", ran.stderr);
        let run_id = ran.line()["run_id"].clone();
        assert!(run_id.is_string(), "{about}: {}", ran.stderr);
        for _ in 0..2 {
            let ran = replayed(&desk, &["latest"]);
            assert_eq!((ran.exit, &ran.line()["replay"]), (0, &"same".into()), "{about}: {}", ran.stderr);
            assert_eq!((&ran.line()["run_id"], &ran.line()["entry"]), (&run_id, &1.into()), "{about}");
            forget(&desk);
        }
    }
}

#[test]
fn what_the_clock_cut_is_cut_there_again_from_kept_files() {
    let desk = Desk::demonstration();
    let text = desk.read("desk.yaml").replace("\nsolver:", "\nx:");
    let without: String = text.split("\nx:").next().expect("a beginning").to_owned();
    let rest = text.split("\nx:").nth(1).map_or("", |rest| rest.split_once("\n\n").map_or("", |(_, rest)| rest));
    desk.write("desk.yaml", format!("{without}\nsolver: {{ timeout: 1ms, gap: 0, backends: [search] }}\n{rest}"));
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml", "--as-of", "2026-03-24"]);
    let record: Value = serde_json::from_str(&desk.read("out/2026-03-24/run.json")).expect("JSON");
    assert_eq!(record["searches"][0]["stop"], "clock", "{}", ran.stderr);
    forget(&desk);
    let ran = replayed(&desk, &["2026-03-24"]);
    assert_eq!((ran.exit, &ran.line()["replay"]), (0, &"same".into()), "{}", ran.stderr);
}

#[test]
fn a_run_goes_by_number_name_date_and_as_the_latest() {
    let desk = Desk::starter();
    let day = |day: &str| desk.pb_assign(&["run", "--config", "desk.yaml", "--as-of", day]).line()["run_id"].clone();
    let ids = [day("2026-11-19"), day("2026-11-20"), day("2026-11-19")];
    assert_eq!(ids[0], ids[2]);
    let id = ids[1].as_str().expect("a name");
    // Entry 3 is a rerun of entry 1, and no run itself.
    for (wanted, entry) in [("1", 1), ("2", 2), ("3", 1), (id, 2), ("2026-11-19", 1), ("latest", 2)] {
        let ran = replayed(&desk, &[wanted]);
        assert_eq!((ran.exit, &ran.line()["entry"]), (0, &entry.into()), "{wanted}: {}", ran.stderr);
    }
    assert_eq!(desk.pb_assign(&["audit", "show", "latest"]).line()["seq"], 2);
    assert_eq!(desk.pb_assign(&["audit", "show", "3"]).line()["entry"]["event"], "rerun");
}

#[test]
fn a_folder_is_meant_where_no_run_can_be() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(&["run", "--config", "desk.yaml", "--out", "7"]).exit, 0);
    for (arguments, exit, says) in [
        (&["./7"][..], 0, "Repeated the run in ./7"),
        (&["--run", "7"], 0, "Repeated the run in 7"),
        (&["7"], 2, "has no entry or run 7\nhint: write ./7 if the folder is meant"),
        (&["8"], 2, "failed to find entry or run 8"),
        (&["out/none"], 2, "there is no published folder out/none\nhint: name one, or a run of the ledger"),
        (&["1", "--trades", "trades.csv"], 2, "hint: leave out --config, --as-of, --trades and --positions"),
        (&["1", "--run", "7"], 2, "cannot be used with"),
        (&[], 2, "required"),
        (&["1", "--state", "none"], 2, "failed to find a ledger in none"),
    ] {
        let ran = replayed(&desk, arguments);
        assert!(ran.exit == exit && ran.stderr.contains(says), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_refused_run_has_nothing_to_replay() {
    let desk = Desk::starter();
    let trades = desk.read("trades.csv");
    desk.write("trades.csv", trades.replace("10000000", "many"));
    assert_eq!(desk.pb_assign(RUN).exit, 3);
    let ran = replayed(&desk, &["latest"]);
    let says = "the run of entry 1 was refused (input_data): there is nothing to replay\nhint: no run before it";
    assert!(ran.exit == 2 && ran.stderr.contains(says), "{}", ran.stderr);
    desk.write("trades.csv", &trades);
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    desk.write("trades.csv", "");
    assert_eq!(desk.pb_assign(RUN).exit, 3);
    let ran = replayed(&desk, &["latest"]);
    let says = "the last run with an answer before it is that of entry 2";
    assert!(ran.exit == 2 && ran.stderr.contains(says), "{}", ran.stderr);
}

#[test]
fn every_kept_file_that_is_lost_is_named() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let trades = desk.read("trades.csv");
    desk.write("trades.csv", trades.replace("8000000", "7000000"));
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    // The second run has its trades and its answer in its own archive, and the rest in that of the first.
    std::fs::remove_file(desk.path().join("state/kept/000001.zip")).expect("an archive");
    let ran = replayed(&desk, &["2"]);
    assert_eq!(ran.exit, 4, "{}", ran.stderr);
    let lost = ["desk.yaml", "positions.csv", "coefficients.csv"];
    assert!(lost.iter().all(|name| ran.stderr.contains(&format!("\n{name}: failed to read"))), "{}", ran.stderr);
    assert!(!ran.stderr.contains("\ntrades.csv: ") && ran.stderr.contains("000001.zip"), "{}", ran.stderr);
    let ran = desk.pb_assign(&["audit", "verify"]);
    assert_eq!(ran.exit, 4, "an audit finds the same");
}

#[test]
fn a_damaged_file_is_never_replayed() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let path = desk.path().join("state/kept/000001.zip");
    let archive = std::fs::read(&path).expect("an archive");
    let mut named = 0;
    for part in 1..20 {
        let mut damaged = archive.clone();
        damaged[archive.len() * part / 20] ^= 4;
        std::fs::write(&path, damaged).expect("an archive");
        let ran = replayed(&desk, &["1"]);
        // A byte that nobody reads, as of a time that is not kept, changes nothing.
        let is_named = ran.exit == 4 && ran.stderr.contains("what was kept of the run of entry 1 does not hold");
        assert!(is_named || ran.line()["replay"] == "same", "byte {part}/20: {}", ran.stderr);
        named += i32::from(is_named);
    }
    assert!(named > 10, "{named} of 19");
}

/// Adds an entry like the first, with another answer than the run had.
fn add_with_another_answer(desk: &Desk, from: &str, to: &str) {
    let state = State::at(&desk.path().join("state"));
    let ledger = Ledger::open(&state.ledger_path()).expect("a ledger");
    let first = ledger.entries().next().expect("an entry").expect("that holds");
    let run = first.entry.run().expect("a run").clone();
    let bytes = |path: &str| {
        let kept = run.outputs.iter().find(|kept| kept.path == path).expect("an output");
        state.archive().read(kept.kept_in, &kept.sha256).expect("what was kept")
    };
    let text = String::from_utf8(bytes("result.json")).expect("UTF-8");
    assert!(text.contains(from), "{from}");
    let files: Vec<(String, Vec<u8>)> = run.outputs.iter().map(|kept| (kept.path.clone(), bytes(&kept.path))).collect();
    let changed = text.replacen(from, to, 1).into_bytes();
    let mut locked = state.lock(Duration::ZERO, "a test").expect("nobody else has it");
    let to_keep: Vec<ToKeep<'_>> = files
        .iter()
        .map(|(path, bytes)| ToKeep { path, bytes: if path == "result.json" { &changed } else { bytes } })
        .collect();
    let outputs = locked.keep(&to_keep).expect("kept");
    let run = RunEntry { outputs, engine: "0.0.9".to_owned(), ..run };
    let entry = Entry { event: Event::Run(Box::new(run)), ..first.entry };
    locked.append(&entry).expect("an entry");
}

#[test]
fn what_differs_is_named_to_the_digit_and_by_whom_it_was_made() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let value = |document: &Value| document["objective"]["value"].clone();
    let now = value(&serde_json::from_str(&desk.read("out/latest/result.json")).expect("JSON"));
    let stated = format!("\"value\": {now}");
    add_with_another_answer(&desk, &stated, "\"value\": \"-1\"");
    let ran = replayed(&desk, &["2"]);
    let line = ran.line();
    assert_eq!((ran.exit, &line["replay"], &line["other_engine"]), (4, &"differs".into(), &Value::Null));
    let difference = json!({ "file": "result.json", "pointer": "/objective/value", "was": "-1", "is": now });
    assert_eq!(line["differences"], json!([difference]));
    let says = format!(
        "the run of entry 2 does not give the same answer again:\nresult.json: /objective/value was \"-1\" and is {now}"
    );
    assert!(ran.stderr.contains(&says), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("Entry 2 was made by pb-assign 0.0.9, and this is "), "{}", ran.stderr);
    add_with_another_answer(&desk, "\"solver\": \"", "\"solver\": \"Other 1.0, ");
    let ran = replayed(&desk, &["3"]);
    let by = ran.line()["other_engine"].as_str().expect("who").to_owned();
    assert!(by.starts_with("it was made by pb-assign ") && by.contains(" with Other 1.0, "), "{by}");
    assert!(ran.exit == 4 && ran.stderr.contains(&by), "{}", ran.stderr);
}

#[test]
fn the_record_may_lie_where_nothing_can_be_written() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let copy = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(copy.path().join("kept")).expect("a folder");
    for file in ["ledger.jsonl", "kept/000001.zip"] {
        std::fs::copy(desk.path().join("state").join(file), copy.path().join(file)).expect("a copy");
    }
    forget(&desk);
    let state = copy.path().to_str().expect("UTF-8");
    let before = everything(Path::new(state));
    assert_eq!(replayed(&desk, &["1", "--state", state]).line()["replay"], "same");
    assert!(everything(copy.path()) == before);
}
