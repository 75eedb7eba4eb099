//! What programs rely on: one line of JSON on stdout, exit codes by outcome, files published whole or not at all.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::desk::{Desk, command, pb_assign};
use crate::folder::{everything, everything_but_the_record};

const RUN: &[&str] = &["run", "--config", "desk.yaml"];

fn result(desk: &Desk) -> Value {
    serde_json::from_str(&desk.read("out/latest/result.json")).expect("JSON")
}

fn validator(of: &str) -> jsonschema::Validator {
    let schema = pb_assign(&std::env::temp_dir(), &["schema", of]);
    assert_eq!((schema.exit, schema.stderr.as_str()), (0, ""));
    jsonschema::validator_for(&serde_json::from_str(&schema.stdout).expect("JSON")).expect("a schema")
}

/// A desk whose limits cannot hold: PB1 would have to be worth more than everything there is.
fn infeasible() -> Desk {
    let desk = Desk::starter();
    desk.replace("desk.yaml", "equity:         { min: 5000000 }", "equity:         { min: 999999999 }");
    desk
}

#[test]
fn the_line_on_stdout_says_how_it_went() {
    let desk = Desk::starter();
    let line = desk.pb_assign(RUN).line();
    assert_eq!((&line["status"], &line["reason"], &line["exit"]), (&"optimal".into(), &"proven".into(), &0.into()));
    assert_eq!((&line["out"], &line["result"]), (&"out/latest".into(), &"out/latest/result.json".into()));
    assert_eq!(
        line["counts"],
        serde_json::json!({
            "trades": 8, "accounts": 2, "assigned": 8, "breaches": 0, "warnings": 0,
        })
    );
    let line = desk.pb_assign(&["validate", "--config", "desk.yaml"]).line();
    assert_eq!((&line["status"], &line["counts"]["limits"]), (&"valid".into(), &10.into()));
    assert_eq!(desk.pb_assign(&["verify", "out/latest"]).line()["status"], "verified");
    let line = desk.pb_assign(&["run", "--config", "none.yaml"]).line();
    assert_eq!(
        (&line["status"], &line["reason"], &line["exit"]),
        (&"failed".into(), &"configuration".into(), &2.into())
    );
}

#[test]
fn a_day_without_a_plan_is_published_with_what_stands_in_the_way() {
    let desk = infeasible();
    let ran = desk.pb_assign(RUN);
    let line = ran.line();
    assert_eq!((ran.exit, &line["status"], &line["reason"]), (4, &"failed".into(), &"infeasible".into()));
    let result = result(&desk);
    assert_eq!((&result["status"], &result["assignments"]), (&"failed".into(), &Value::Array(Vec::new())));
    let conflict = &result["diagnostics"]["conflict"][0];
    assert_eq!((&conflict["account"], &conflict["metric"]), (&"PB1".into(), &"equity".into()));
    assert!(ran.stderr.contains("PB1") && ran.stderr.contains("equity"), "{}", ran.stderr);
    // No account comes near it, which one price shows.
    assert_eq!(result["diagnostics"]["infeasibility"], "certified");
    assert!(ran.stderr.contains("no assignment keeps every limit (certified)"), "{}", ran.stderr);
    assert!(validator("result").is_valid(&result));
    assert_eq!(desk.pb_assign(&["verify", "out/latest"]).exit, 0, "a failure that is told truly");
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let published = Desk::starter();
    assert_eq!(published.pb_assign(RUN).exit, 0);
    for (desk, exit) in [(Desk::starter(), 0), (infeasible(), 4), (published, 0)] {
        let before = everything(desk.path());
        let ran = desk.pb_assign(&[RUN, &["--dry-run"]].concat());
        let line = ran.line();
        assert_eq!((ran.exit, &line["dry_run"], &line["out"]), (exit, &true.into(), &Value::Null));
        assert!(ran.stderr.contains("leverage"), "{}", ran.stderr);
        assert!(everything(desk.path()) == before, "something was written");
    }
}

#[test]
fn commands_that_only_read_write_nothing() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let before = everything(desk.path());
    let commands: [&[&str]; 5] = [
        &["validate", "--config", "desk.yaml"],
        &["verify", "out/latest"],
        &["replay", "--run", "out/latest"],
        &["model", "--config", "desk.yaml"],
        &["schema"],
    ];
    for arguments in commands {
        assert_eq!(desk.pb_assign(arguments).exit, 0, "{arguments:?}");
        assert!(everything(desk.path()) == before, "{arguments:?} wrote something");
    }
}

#[test]
fn a_rerun_replaces_the_published_folder_whole() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let first = everything(&desk.path().join("out/latest"));
    let names = ["/", "/assignments.csv", "/certificate.json", "/metrics.csv", "/result.json", "/run.json"];
    assert_eq!(first.keys().collect::<Vec<_>>(), names);
    desk.replace("trades.csv", "T8,", "T9,");
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    let second = everything(&desk.path().join("out/latest"));
    assert_eq!(second.keys().collect::<Vec<_>>(), names);
    assert!(names[1..].iter().all(|name| *name == "/metrics.csv" || first[*name].1 != second[*name].1));
    let beside = std::fs::read_dir(desk.path()).expect("a folder").count();
    assert_eq!(beside, 6, "nothing is left beside the published folder and the record");
}

#[test]
fn a_refused_run_leaves_what_was_published() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    desk.replace("trades.csv", "99.53125", "99-17");
    let before = everything_but_the_record(desk.path());
    assert_eq!(desk.pb_assign(RUN).exit, 3);
    assert!(everything_but_the_record(desk.path()) == before);
}

#[test]
fn a_folder_with_a_foreign_file_is_refused_and_stays_as_it_is() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    desk.write("out/latest/notes.txt", "mine");
    let before = everything_but_the_record(desk.path());
    let ran = desk.pb_assign(RUN);
    assert_eq!(ran.exit, 2);
    assert!(ran.stderr.contains("notes.txt"), "{}", ran.stderr);
    assert!(everything_but_the_record(desk.path()) == before);
}

#[test]
fn the_schemas_describe_what_is_read_and_written() {
    let demonstration = Desk::demonstration();
    let config = validator("config");
    for desk in [&demonstration, &Desk::starter()] {
        let value: Value = serde_saphyr::from_str(&desk.read("desk.yaml")).expect("YAML");
        let errors: Vec<String> = config.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    assert!(!config.is_valid(&serde_json::json!({ "version": 1 })));
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(RUN).exit, 0);
    for desk in [&desk, &infeasible()] {
        desk.pb_assign(RUN);
        let certificate = serde_json::from_str(&desk.read("out/latest/certificate.json")).expect("JSON");
        assert!(validator("certificate").is_valid(&certificate), "{certificate}");
    }
    let schema = validator("result");
    let mut result = result(&desk);
    assert!(schema.is_valid(&result));
    result["status"] = "wonderful".into();
    assert!(!schema.is_valid(&result));
}

#[test]
fn completions_know_the_commands_and_their_options() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = pb_assign(&std::env::temp_dir(), &["completions", shell]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
        assert!(["validate", "dry-run", "as-of"].iter().all(|word| ran.stdout.contains(word)), "{shell}");
    }
}

#[test]
fn a_model_has_names_that_a_person_can_read() {
    let desk = Desk::starter();
    for format in ["lp", "mps"] {
        let ran = desk.pb_assign(&["model", "--config", "desk.yaml", "--format", format]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
        let named = ["T1", "PB1", "leverage", "margin"].iter().all(|word| ran.stdout.contains(word));
        assert!(named, "{format}: {}", ran.stdout);
        let file = format!("model.{format}");
        let line = desk.pb_assign(&["model", "--config", "desk.yaml", "--format", format, "--output", &file]).line();
        assert_eq!((&line["status"], desk.read(&file).trim_end()), (&"written".into(), ran.stdout.trim_end()));
    }
}

#[test]
fn the_help_of_every_command_has_an_example() {
    let commands = ["run", "validate", "verify", "replay", "model", "schema", "init", "completions"];
    for command in commands {
        let ran = pb_assign(&std::env::temp_dir(), &[command, "--help"]);
        assert_eq!(ran.exit, 0);
        assert!(ran.stdout.contains(&format!("pb-assign {command}")), "{command}: {}", ran.stdout);
        assert!(ran.stdout.contains("Example"), "{command}: {}", ran.stdout);
    }
    let whole = pb_assign(&std::env::temp_dir(), &["--help"]);
    assert!(commands.iter().all(|command| whole.stdout.contains(command)));
    let version = pb_assign(&std::env::temp_dir(), &["--version"]);
    assert_eq!(version.stdout.trim_end(), format!("pb-assign {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let desk = Desk::starter();
    for (out, err, arguments) in [(true, false, RUN), (false, true, RUN), (true, true, &["schema", "config"][..])] {
        let mut child =
            command(desk.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a start");
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        stdout.take_if(|_| out);
        stderr.take_if(|_| err);
        let mut told = String::new();
        stderr.iter_mut().for_each(|stream| drop(stream.read_to_string(&mut told)));
        stdout.iter_mut().for_each(|stream| drop(stream.read_to_string(&mut told)));
        let exit = child.wait().expect("an end").code();
        assert_eq!(exit, Some(0), "{told}");
        assert!(!told.contains("panicked"), "{told}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_text_is_a_path() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::starter();
    let name = std::ffi::OsStr::from_bytes(b"d\xe9sk.yaml");
    std::fs::rename(desk.path().join("desk.yaml"), desk.path().join(name)).expect("another name");
    let mut run = command(desk.path(), &["run", "--config"]);
    run.arg(name);
    let ran = crate::desk::finish(run);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
}
