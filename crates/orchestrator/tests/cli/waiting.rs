//! Commands that find the record or a folder taken, or something else in disorder there.

use std::fs::{self, File};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::{Desk, Ran, command, finish};

fn run(desk: &Desk, out: &str) -> Ran {
    desk.pb_assign(&["run", "--config", "desk.yaml", "--out", out, "--wait", "300ms"])
}

#[test]
fn the_one_who_had_the_record_last_is_not_blamed_once_it_has_ended() {
    let desk = Desk::starter();
    assert_eq!(run(&desk, "out/1").exit, 0);
    let lock = File::open(desk.path().join("state/lock")).expect("a lock");
    lock.lock().expect("nobody has it");
    let ran = run(&desk, "out/2");
    assert_eq!(ran.exit, 75);
    for said in ["had it last and has ended", "a reader or a backup", "--wait", "fuser state/lock"] {
        assert!(ran.stderr.contains(said), "no {said}: {}", ran.stderr);
    }
}

#[test]
fn a_folder_that_somebody_else_has_is_not_waited_for_without_end() {
    let desk = Desk::starter();
    assert_eq!(run(&desk, "out/1").exit, 0);
    let folder = File::open(desk.path().join("out")).expect("a folder");
    folder.lock().expect("nobody has it");
    let ran = run(&desk, "out/2");
    assert_eq!((ran.exit, &ran.line()["reason"]), (75, &json!("try_again")), "{}", ran.stderr);
    assert!(ran.stderr.contains("somebody else publishes there"), "{}", ran.stderr);
    drop(folder);
    assert_eq!(run(&desk, "out/2").exit, 0);
}

#[test]
fn a_run_that_waited_in_vain_does_not_wait_again() {
    let desk = Desk::starter();
    assert_eq!(run(&desk, "out/1").exit, 0);
    let lock = File::open(desk.path().join("state/lock")).expect("a lock");
    lock.lock().expect("nobody has it");
    let begun = Instant::now();
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml", "--out", "out/2", "--wait", "4s"]);
    assert_eq!(ran.exit, 75);
    assert!(begun.elapsed() < Duration::from_secs(8), "it waited twice");
}

#[test]
fn an_answer_that_cannot_be_put_in_its_place_holds_up_its_own_folder_alone() {
    let desk = Desk::starter();
    assert_eq!(run(&desk, "out/1").exit, 0);
    // As a crash between the entry and the exchange leaves it, and somebody who put a file there.
    fs::rename(desk.path().join("out/1"), desk.path().join("out/.1.pb-assign-new")).expect("it moves");
    fs::create_dir(desk.path().join("out/1")).expect("a folder");
    desk.write("out/1/notes.txt", "mine");
    let ran = run(&desk, "out/2");
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("What entry 1 published is not in its place"), "{}", ran.stderr);
    assert!(ran.stderr.contains("notes.txt"), "{}", ran.stderr);
    assert_eq!(run(&desk, "out/1").exit, 2);
    fs::remove_file(desk.path().join("out/1/notes.txt")).expect("a file");
    assert_eq!(run(&desk, "out/1").exit, 0);
    assert!(desk.path().join("out/1/result.json").is_file());
}

#[test]
fn the_actor_is_the_user_as_the_system_knows_it() {
    let desk = Desk::starter();
    let mut as_somebody = command(desk.path(), &["run", "--config", "desk.yaml"]);
    as_somebody.env("USER", "somebody-else").env("LOGNAME", "somebody-else").env_remove("PB_ASSIGN_ACTOR");
    assert_eq!(finish(as_somebody).exit, 0);
    let entry: Value = serde_json::from_str(&desk.read("state/ledger.jsonl")).expect("JSON");
    let output = std::process::Command::new("id").arg("-run").output().expect("id");
    assert_eq!(entry["actor"], String::from_utf8(output.stdout).expect("UTF-8").trim());
}

#[test]
fn a_folder_for_a_desk_gets_every_file_or_none() {
    let folder = tempfile::tempdir().expect("a folder");
    // A link that leads nowhere cannot be written to, and does not show before.
    let link = folder.path().join("positions.csv");
    std::os::unix::fs::symlink("nowhere/positions.csv", &link).expect("a link");
    let ran = crate::desk::pb_assign(folder.path(), &["init"]);
    assert_eq!(ran.exit, 2, "{}", ran.stderr);
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file").path()).collect();
    assert_eq!(left, [link]);
}
