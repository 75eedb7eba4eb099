//! Whose alert it is, and whom that desk has told.

use serde_json::{Value, json};

use super::super::receiver::{Answer, Receiver};
use super::{alerts, broken_by, counts, desk, pb_assign, run, told, webhook};

#[test]
fn two_desks_in_one_folder_are_told_about_each_on_its_own() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    let text = desk.read("desk.yaml");
    desk.write("credit.yaml", text.replace("desk: rates", "desk: credit\noutputs: credit"));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    let credit = pb_assign(&desk, &["run", "--config", "credit.yaml"]);
    assert_eq!((credit.exit, counts(&credit)), (0, alerts(0, 0, 0)));
    assert_eq!(counts(&run(&desk, &["--again"])), alerts(0, 0, 0));
    assert_eq!(told(&receiver.bodies()), ["firing rates/breach/PB1/gross"]);
}

#[test]
fn a_desk_is_the_same_however_its_path_is_written() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    let text = desk.read("desk.yaml");
    desk.write("desk.yaml", format!("{text}monitoring: {{ prometheus: desk.prom }}\n"));
    let whole = desk.path().join("desk.yaml").display().to_string();
    assert_eq!(pb_assign(&desk, &["run", "--config", &whole]).exit, 0);
    desk.write("desk.yaml", "version: [1\n");
    // The channels are those of the run that was answered, and the alert is the desk's.
    let refused = run(&desk, &[]);
    assert_eq!((refused.exit, counts(&refused)), (2, alerts(1, 1, 0)));
    assert_eq!(told(&receiver.bodies()), ["firing rates/failed//"]);
    assert!(desk.read("desk.prom").contains("pb_assign_last_success_timestamp_seconds{desk=\"rates\"}"));
}

#[test]
fn what_failed_before_a_configuration_could_be_read_is_over_when_it_can() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    let text = desk.read("desk.yaml");
    desk.write("desk.yaml", "version: [1\n");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 0, 0));
    desk.write("desk.yaml", text);
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    assert_eq!(told(&receiver.bodies()), ["resolved desk/failed//"]);
    assert_eq!(pb_assign(&desk, &["alerts"]).line()["firing"], json!([]));
}

#[test]
fn a_desk_may_not_publish_where_another_does() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    let text = desk.read("desk.yaml");
    let published = run(&desk, &[]).line()["result"].as_str().expect("a path").to_owned();
    let result = desk.read(&published);
    desk.write("credit.yaml", text.replace("desk: rates", "desk: credit"));
    let refused = pb_assign(&desk, &["run", "--config", "credit.yaml"]);
    assert_eq!(refused.exit, 2);
    assert!(refused.stderr.contains("has the answer of another desk: rates"), "{}", refused.stderr);
    assert!(refused.stderr.contains("give credit a folder of its own"), "{}", refused.stderr);
    assert_eq!(desk.read(&published), result);
    // A second configuration of the desk, and a desk that was given another name, are no other desk.
    desk.write("second.yaml", &text);
    assert_eq!(pb_assign(&desk, &["run", "--config", "second.yaml"]).exit, 0);
    desk.replace("desk.yaml", "desk: rates", "desk: govies");
    assert_eq!(run(&desk, &[]).exit, 0);
}

#[test]
fn a_configuration_that_is_wrong_elsewhere_tells_its_own_channels() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    desk.replace("desk.yaml", "price_quote: per_100", "price_quote: per_10");
    let refused = run(&desk, &[]);
    assert_eq!((refused.exit, counts(&refused)), (2, alerts(1, 1, 0)));
    assert_eq!(told(&receiver.bodies()), ["firing rates/failed//"]);
}

#[test]
fn a_configuration_that_cannot_be_read_tells_the_channels_of_the_last_answered_run() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    assert_eq!(run(&desk, &[]).exit, 0);
    desk.write("desk.yaml", "version: [1\n");
    let refused = run(&desk, &[]);
    assert_eq!((refused.exit, counts(&refused)), (2, alerts(1, 1, 0)));
    assert_eq!(told(&receiver.bodies()), ["firing rates/failed//"]);
}

#[test]
fn a_file_that_is_no_configuration_fires_under_no_name() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    assert_eq!(counts(&run(&desk, &[])), alerts(0, 0, 0));
    for wrong in ["trades.csv", "out/latest/result.json"] {
        let ran = pb_assign(&desk, &["run", "--config", wrong, "--state", "state"]);
        assert_eq!((ran.exit, &ran.line()["reason"]), (2, &json!("configuration")), "{wrong}");
    }
    // A table is none at all; what has keys may be one with many mistakes.
    let entry = |seq: &str| pb_assign(&desk, &["audit", "show", seq]).line()["entry"].clone();
    assert_eq!((&entry("2")["desk"], &entry("2")["alerts"]["firing"]), (&Value::Null, &json!([])));
    assert_eq!(entry("3")["alerts"]["firing"][0]["desk"], "result");
    // What a desk's own file has become is the desk's.
    desk.write("desk.yaml", "- a list\n");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    assert_eq!(told(&receiver.bodies()), ["firing rates/failed//"]);
}

#[test]
fn the_alerts_of_a_desk_that_is_no_more_can_be_ended() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    desk.replace("desk.yaml", "desk: rates", "desk: govies");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    let listed = pb_assign(&desk, &["alerts"]);
    for line in ["  rates   breach PB1 gross: ", "  govies  breach PB1 gross: "] {
        assert!(listed.stderr.contains(line), "no {line}: {}", listed.stderr);
    }
    let end =
        |name: &str| pb_assign(&desk, &["alerts", "end", "--config", "desk.yaml", "--desk", name, "--actor", "ann"]);
    for (name, said) in [("govies", "govies is the desk of this configuration"), ("rate", "did you mean \"rates\"?")] {
        let refused = end(name);
        assert!(refused.exit == 2 && refused.stderr.contains(said), "{name}: {}", refused.stderr);
    }
    let ended = end("rates");
    assert_eq!((ended.exit, &ended.line()["ended"]), (0, &json!(["rates/breach/PB1/gross"])), "{}", ended.stderr);
    let key = "breach/PB1/gross";
    assert_eq!(
        told(&receiver.bodies()),
        [format!("firing rates/{key}"), format!("firing govies/{key}"), format!("resolved rates/{key}")]
    );
    // It is an entry as any other, and what fires from then on follows from it.
    let entry = pb_assign(&desk, &["audit", "show", "3"]).line()["entry"].clone();
    assert_eq!(
        (&entry["event"], &entry["actor"], &entry["desk"]),
        (&json!("alerts_ended"), &json!("ann"), &json!("rates"))
    );
    assert_eq!(pb_assign(&desk, &["audit", "verify"]).exit, 0);
    assert_eq!(counts(&run(&desk, &["--again"])), alerts(0, 0, 0));
    let firing = pb_assign(&desk, &["alerts"]).line()["firing"].clone();
    assert_eq!((firing.as_array().map(Vec::len), &firing[0]["desk"]), (Some(1), &json!("govies")));
    assert_eq!(end("rates").exit, 2);
    // Whoever gets a copy of it can check it, and the history follows.
    let day = jiff::Timestamp::now().to_string()[..10].to_owned();
    let export = ["audit", "export", "--from", &day, "--to", &day, "--output", "export"];
    assert_eq!(pb_assign(&desk, &export).exit, 0);
    assert!(desk.read("export/runs.csv").contains("\n3,alerts_ended,"), "{}", desk.read("export/runs.csv"));
    let checked =
        std::process::Command::new("python3").arg("verify_chain.py").current_dir(desk.path().join("export")).output();
    assert!(checked.expect("Python runs").status.success());
    assert_eq!(pb_assign(&desk, &["history", "rebuild"]).line()["content"], "same");
}

#[test]
fn who_ends_alerts_first_finishes_what_a_crash_interrupted() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(run(&desk, &[]).exit, 0);
    desk.replace("desk.yaml", "desk: rates", "desk: govies");
    assert_eq!(run(&desk, &[]).exit, 0);
    // As a crash leaves it between the entry and the exchange of folders.
    let out = desk.path().join("out");
    std::fs::rename(out.join("latest"), out.join(".latest.pb-assign-new")).expect("it moves");
    let ended = pb_assign(&desk, &["alerts", "end", "--config", "desk.yaml", "--desk", "rates"]);
    assert!(ended.exit == 0 && ended.stderr.contains("published entry 2"), "{}", ended.stderr);
    assert!(out.join("latest/result.json").is_file());
}
