//! Mistakes on the command line, and in the folders that it names.

use crate::desk::{Desk, pb_assign};

/// Runs a fresh desk with these arguments behind `pb-assign`; expects exit 2 and these words.
fn check(arguments: &[&str], says: &[&str]) {
    check_in(&Desk::starter(), arguments, 2, says);
}

fn check_in(desk: &Desk, arguments: &[&str], exit: i32, says: &[&str]) {
    let ran = desk.pb_assign(arguments);
    let line = ran.line();
    assert_eq!(ran.exit, exit, "{arguments:?}: {}", ran.stderr);
    assert_eq!((&line["status"], &line["exit"]), (&"failed".into(), &exit.into()));
    assert!(line["problems"][0]["message"].as_str().is_some_and(|message| !message.is_empty()), "{line}");
    for part in says {
        assert!(ran.stderr.contains(part), "{arguments:?} without {part:?}: {}", ran.stderr);
    }
}

const RUN: &[&str] = &["run", "--config", "desk.yaml"];

fn run_with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [RUN, more].concat()
}

#[test]
fn a_file_of_trades_that_is_not_there_is_named() {
    let says = ["late.csv: L001: there is no such file", "hint: check the path: on the command line it starts at the"];
    check_in(&Desk::starter(), &run_with(&["--trades", "late.csv"]), 3, &says);
}

#[test]
fn a_configuration_given_as_trades_is_told_apart() {
    let says = ["desk.yaml: L002: \".yaml\" is not a file extension", "hint: save it as one of .csv"];
    check_in(&Desk::starter(), &run_with(&["--trades", "desk.yaml"]), 3, &says);
}

#[test]
fn trades_given_as_a_configuration_are_told_apart() {
    check(&["run", "--config", "trades.csv"], &["trades.csv: C006: the configuration is \"trade_id,", "right file?"]);
}

#[test]
fn a_folder_given_as_a_configuration_is_told_apart() {
    check(&["run", "--config", "."], &[".: C004: the configuration is a folder", "--config FOLDER/desk.yaml"]);
}

#[test]
fn dates_in_other_formats_are_refused() {
    for date in ["20/11/2026", "2026-11-31", "tomorrow", "20261120", "2026-11-20T00:00"] {
        check(&run_with(&["--as-of", date]), &[date, "YYYY-MM-DD, such as 2026-11-20"]);
    }
}

#[test]
fn a_missing_configuration_is_asked_for() {
    check(&["run"], &["--config <FILE>"]);
    check(&["run", "--config", "dsek.yaml"], &["dsek.yaml: C004: the configuration does not exist", "pb-assign init"]);
}

#[test]
fn words_that_mean_nothing_are_refused_with_what_was_meant() {
    check(&[], &["Usage: pb-assign", "Commands:"]);
    check(&["verfy", "out"], &["'verfy'", "verify"]);
    check(&run_with(&["--dryrun"]), &["'--dryrun'", "--dry-run"]);
    check(&run_with(&["--log-level", "inf"]), &["'inf'", "info, debug"]);
    check(&["model", "--config", "desk.yaml", "--format", "lpx"], &["'lpx'", "lp, mps"]);
}

#[test]
fn the_line_for_programs_says_what_is_wrong_with_the_command_line() {
    let message = |arguments: &[&str]| {
        let ran = pb_assign(std::env::temp_dir().as_path(), arguments);
        ran.line()["problems"][0]["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(message(&[]), "a command is missing");
    assert_eq!(message(&["rn"]), "unrecognized subcommand 'rn'");
    assert_eq!(message(&["run"]), "the following required arguments were not provided: --config <FILE>");
}

#[test]
fn a_folder_with_files_of_somebody_else_is_left_alone() {
    let desk = Desk::starter();
    std::fs::create_dir(desk.path().join("mine")).expect("a folder");
    desk.write("mine/notes.txt", "keep me");
    let says = ["mine", "notes.txt", "name another folder, or move those files away"];
    check_in(&desk, &run_with(&["--out", "mine"]), 2, &says);
    assert_eq!(desk.read("mine/notes.txt"), "keep me");
    check_in(&desk, &run_with(&["--out", "."]), 2, &["name a folder inside it"]);
    check_in(&desk, &run_with(&["--out", "trades.csv"]), 2, &["it is a file", "name a folder"]);
}

#[test]
fn a_desk_that_is_there_already_is_not_written_over() {
    let desk = Desk::starter();
    desk.write("desk.yaml", "mine");
    check_in(&desk, &["init"], 2, &["has desk.yaml, trades.csv", "pb-assign init FOLDER"]);
    assert_eq!(desk.read("desk.yaml"), "mine");
}

#[test]
fn a_folder_that_holds_no_answer_cannot_be_verified() {
    check(&["verify", "nowhere"], &["nowhere/result.json", "hint: check the path"]);
    check(&["verify", "."], &["result.json", "hint: check the path"]);
}
