//! `pb-assign audit show --extract`, and what the commands say of what is not there.

use std::fs;

use crate::desk::Desk;
use crate::export::desk;

#[test]
fn the_files_of_a_rerun_are_those_of_the_run_that_it_repeats() {
    let desk = desk();
    let ran = desk.pb_assign(&["audit", "show", "4", "--extract", "was"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("Entry 4 is a rerun of entry 3.\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Wrote 9 files of entry 3 to was."), "{}", ran.stderr);
    let extracted = serde_json::json!({ "folder": "was", "entry": 3, "files": 9 });
    assert_eq!((&ran.line()["seq"], &ran.line()["extracted"]), (&4.into(), &extracted));
    assert_eq!(desk.read("was/inputs/trades.csv"), desk.read("inbox/2026-11-19/trades.csv"));
    let again = desk.pb_assign(&["audit", "show", "3", "--extract", "was"]);
    assert_eq!(again.exit, 2);
    assert!(again.stderr.contains("failed to write was: it is there already; name another"), "{}", again.stderr);
    // Of a refused run only the configuration is kept.
    let refused = desk.pb_assign(&["audit", "show", "5", "--extract", "refused"]);
    assert!(refused.exit == 0 && refused.stderr.contains("Wrote 1 file of entry 5 to refused."), "{}", refused.stderr);
}

#[test]
fn every_lost_file_is_named_and_no_half_folder_stays() {
    let desk = desk();
    fs::remove_file(desk.path().join("state/kept/000002.zip")).expect("an archive");
    let ran = desk.pb_assign(&["audit", "show", "2", "--extract", "was"]);
    assert_eq!(ran.exit, 4, "{}", ran.stderr);
    for file in ["trades.csv", "result.json", "run.json", "assignments.csv", "metrics.csv", "certificate.json"] {
        assert!(ran.stderr.contains(&format!("{file}: failed to read")), "{file}: {}", ran.stderr);
    }
    assert!(!desk.path().join("was").exists());
    let checked = desk.pb_assign(&["audit", "verify"]);
    let says = "every entry of state/ledger.jsonl holds; what is kept beside it does not hold:\nentry 2, ";
    assert!(checked.exit == 4 && checked.stderr.contains(says), "{}", checked.stderr);
    assert!(checked.stderr.contains("hint: archives never change: take the one that is named"), "{}", checked.stderr);
    desk.replace("state/ledger.jsonl", "\"actor\":\"", "\"actor\":\"not-");
    let checked = desk.pb_assign(&["audit", "verify"]);
    let is_of_the_ledger = checked.stderr.starts_with("state/ledger.jsonl does not hold:\nentry 1: ");
    assert!(checked.exit == 4 && is_of_the_ledger, "{}", checked.stderr);
}

#[test]
fn a_way_of_compression_that_nobody_has_is_a_lost_file_to_all() {
    let desk = desk();
    let mut archive = fs::read(desk.path().join("state/kept/000003.zip")).expect("an archive");
    // In the central directory of the archive, the two bytes from the tenth on say how a file is compressed.
    let starts: Vec<usize> =
        archive.windows(4).enumerate().filter(|(_, it)| *it == b"PK\x01\x02").map(|it| it.0).collect();
    for start in &starts {
        assert_eq!(archive[start + 10], 8, "deflated");
        archive[start + 10] = 12;
    }
    desk.write("state/kept/000003.zip", archive);
    let ran = desk.pb_assign(&["audit", "show", "3", "--extract", "was"]);
    assert_eq!(ran.exit, 4, "{}", ran.stderr);
    let ran = desk.pb_assign(&["history", "rebuild"]);
    assert_eq!((ran.exit, &ran.line()["lost"]), (0, &1.into()), "{}", ran.stderr);
    let ran = desk.pb_assign(&["audit", "export", "--from", "2026-11-18", "--to", "2026-11-20", "--output", "sent"]);
    let lost = ran.line()["lost"].as_array().map(Vec::len);
    assert_eq!((ran.exit, lost), (4, Some(starts.len())), "{}", ran.stderr);
}

#[test]
fn what_is_not_there_comes_with_what_is() {
    let desk = desk();
    for (arguments, exit, says) in [
        (
            &["audit", "list", "--state", "elsewhere"][..],
            2,
            "hint: name the folder that runs keep it in, such as --state",
        ),
        (&["alerts", "--state", "elsewhere"], 2, "failed to find a ledger in elsewhere\nhint: "),
        (
            &["audit", "show", "99"],
            2,
            "failed to find entry or run 99 in state/ledger.jsonl\nhint: it has the entries 1 to 5",
        ),
        (
            &["audit", "list", "--from", "2026-11-22", "--to", "2026-11-20"],
            2,
            "--from 2026-11-22 is after --to 2026-11-20",
        ),
        (&["breaches", "--account", "pb1"], 2, "no run has had the account \"pb1\"\nhint: did you mean \"PB1\"?"),
        (&["breaches", "--account", "PB9"], 2, "hint: the history has PB1, PB2"),
        (&["history", "--account", "PB9"], 2, "no run has had the account \"PB9\""),
        (&["history", "--metric", "levrage"], 2, "did you mean \"leverage\"?"),
        (&["history", "--metric", "leverage", "--account", "PB1", "--from", "2026-11-19"], 0, "leverage"),
        (&["audit", "list", "--since", "2026-11-20"], 0, "2026-11-21"),
    ] {
        let ran = desk.pb_assign(arguments);
        assert!(ran.exit == exit && ran.stderr.contains(says), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_ledger_that_does_not_hold_answers_no_question() {
    let desk = desk();
    desk.replace("state/ledger.jsonl", "\"exit\":0", "\"exit\":1");
    for arguments in [&["history"][..], &["history", "rebuild"], &["breaches"], &["alerts"], &["audit", "list"]] {
        let ran = desk.pb_assign(arguments);
        assert_eq!((ran.exit, &ran.line()["status"]), (4, &"failed".into()), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("entry 1: its hash is not that of its content"), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn an_entry_without_a_date_is_listed_under_the_day_on_which_it_was_recorded() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(&["run", "--config", "desk.yaml"]).exit, 0);
    let entry: serde_json::Value = serde_json::from_str(&desk.read("state/ledger.jsonl")).expect("JSON");
    let day = entry["time"].as_str().expect("a time")[..10].to_owned();
    let listed =
        |from: &str| desk.pb_assign(&["audit", "list", "--from", from, "--to", from]).line()["entries"].clone();
    let count = |from: &str| listed(from).as_array().map(Vec::len);
    assert_eq!((count(&day), count("2020-01-01")), (Some(1), Some(0)));
}
