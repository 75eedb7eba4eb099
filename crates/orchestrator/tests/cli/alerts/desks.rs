//! Whose alert it is, and whom that desk has told.

use serde_json::json;

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
