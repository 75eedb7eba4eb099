//! Alerts as a desk meets them: who is told what and when, and that no channel can change a run.

mod desks;
mod gaps;
mod secrets;

use serde_json::{Value, json};

use super::desk::{Desk, Ran, command, finish};
use super::receiver::{Answer, Receiver};

const TOKEN: &str = "s3cr3t-t0k3n";

/// The starter desk with settings under `alerts`, and with a limit that is broken by the value given.
fn desk(alerts: &str) -> Desk {
    let desk = Desk::starter();
    let text = desk.read("desk.yaml");
    desk.write("desk.yaml", format!("{text}\ndesk: rates\nalerts:\n{alerts}\n"));
    desk
}

/// One channel that is a webhook.
fn webhook(receiver: &Receiver) -> String {
    let address = &receiver.address;
    format!(
        "  channels: [{{ name: own, service: webhook, url: \"{address}/hook\", token: {{ env: TOKEN }}, timeout: 1s }}]"
    )
}

/// Runs the program with the token in its environment and without anybody's proxy.
fn pb_assign(desk: &Desk, arguments: &[&str]) -> Ran {
    let mut command = command(desk.path(), arguments);
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    finish({
        command.env("TOKEN", TOKEN);
        command
    })
}

fn run(desk: &Desk, more: &[&str]) -> Ran {
    pb_assign(desk, &[&["run", "--config", "desk.yaml"], more].concat())
}

/// Makes a limit that cannot be kept and need not be.
fn broken_by(desk: &Desk, before: &str, max: &str) {
    desk.replace("desk.yaml", &format!("      gross:          {before}"), &format!("      gross:          {max}"));
}

fn counts(ran: &Ran) -> Value {
    ran.line()["alerts"].clone()
}

fn alerts(fired: u64, sent: u64, kept: u64) -> Value {
    json!({ "fired": fired, "sent": sent, "kept": kept })
}

/// `change key`, message by message.
fn told(bodies: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    bodies.iter().map(|body| format!("{} {}", text(&body["change"]), text(&body["key"]))).collect()
}

#[test]
fn a_breach_is_told_once_for_each_change_whatever_is_run_again() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    let again = run(&desk, &[]);
    assert_eq!((again.line()["rerun"].clone(), counts(&again)), (json!(true), alerts(0, 0, 0)));
    // Solved anew, it finds the same.
    assert_eq!(counts(&run(&desk, &["--again"])), alerts(0, 0, 0));
    broken_by(&desk, "{ max: 1, ", "{ max: 0.5, ");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    broken_by(&desk, "{ max: 0.5, on_breach: report_only }", "{}");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    let key = "rates/breach/PB1/gross";
    assert_eq!(told(&receiver.bodies()), [format!("firing {key}"), format!("worse {key}"), format!("resolved {key}")]);
    let request = &receiver.requests()[0];
    assert_eq!(request.line, "POST /hook HTTP/1.1");
    let id = receiver.bodies()[0]["id"].as_str().expect("an id").to_owned();
    for header in [format!("authorization: bearer {TOKEN}"), format!("idempotency-key: {id}")] {
        assert!(request.headers.contains(&header), "{header} is not in {:?}", request.headers);
    }
}

#[test]
fn a_file_that_is_not_there_is_told_and_is_over_when_it_arrives() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    std::fs::rename(desk.path().join("trades.csv"), desk.path().join("late.csv")).expect("it moves");
    let refused = run(&desk, &["--as-of", "2024-11-20"]);
    assert_eq!((refused.exit, counts(&refused)), (3, alerts(1, 1, 0)));
    // The same date again is nothing new; another date is worse.
    assert_eq!(counts(&run(&desk, &["--as-of", "2024-11-20"])), alerts(0, 0, 0));
    assert_eq!(counts(&run(&desk, &["--as-of", "2024-11-23"])), alerts(1, 1, 0));
    std::fs::rename(desk.path().join("late.csv"), desk.path().join("trades.csv")).expect("it moves");
    // A backfill answers for its own date, and tells nobody.
    assert_eq!(counts(&run(&desk, &["--as-of", "2024-11-20"])), alerts(0, 0, 0));
    assert_eq!(counts(&run(&desk, &["--as-of", "2024-11-23"])), alerts(1, 1, 0));
    let key = "rates/missing_input//trades";
    assert_eq!(told(&receiver.bodies()), [format!("firing {key}"), format!("worse {key}"), format!("resolved {key}")]);
}

#[test]
fn a_trial_tells_nobody() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    let text = desk.read("desk.yaml");
    desk.write("desk.yaml", format!("{text}monitoring: {{ prometheus: desk.prom }}\n"));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    let trial = ["--no-monitoring", "--state", "trial", "--out", "trial-out"];
    assert_eq!(counts(&run(&desk, &trial)), alerts(1, 0, 0));
    desk.replace("desk.yaml", "trades.csv", "no-such.csv");
    assert_eq!(counts(&run(&desk, &trial)), alerts(1, 0, 0));
    assert_eq!((receiver.bodies().len(), desk.path().join("desk.prom").exists()), (0, false));
    // The desk's own runs know nothing of it.
    desk.replace("desk.yaml", "no-such.csv", "trades.csv");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    assert_eq!(told(&receiver.bodies()), ["firing rates/breach/PB1/gross"]);
}

#[test]
fn a_file_that_is_too_old_is_refused_and_told() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&format!("{}\n  stale_after: {{ positions: 1d }}", webhook(&receiver)));
    // Of the days after it was written it is too old for the second; of one before it is young enough.
    let written = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 24 * 60 * 60);
    let positions = std::fs::OpenOptions::new().write(true).open(desk.path().join("positions.csv")).expect("a file");
    positions.set_modified(written).expect("it gets a time");
    let today = jiff::Timestamp::now().to_string()[..10].to_owned();
    let refused = run(&desk, &["--as-of", &today]);
    assert_eq!((refused.exit, counts(&refused)), (3, alerts(1, 1, 0)));
    assert_eq!(refused.line()["problems"][0]["code"], "I001");
    assert_eq!(told(&receiver.bodies()), ["firing rates/stale_input//positions"]);
    assert_eq!(pb_assign(&desk, &["validate", "--config", "desk.yaml", "--as-of", &today]).exit, 3);
    assert_eq!(run(&desk, &["--as-of", "2020-01-02"]).exit, 0);
    // Without a date it is as old as it is now.
    assert_eq!(run(&desk, &[]).exit, 3);
    positions.set_modified(std::time::SystemTime::now()).expect("it gets a time");
    assert_eq!(run(&desk, &[]).exit, 0);
}

#[test]
fn a_mistyped_year_silences_nothing() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    assert_eq!(counts(&run(&desk, &["--as-of", "2024-11-20"])), alerts(0, 0, 0));
    std::fs::rename(desk.path().join("trades.csv"), desk.path().join("late.csv")).expect("it moves");
    let ahead = run(&desk, &["--as-of", "2204-11-20"]);
    assert_eq!((ahead.exit, counts(&ahead)), (3, alerts(0, 0, 0)));
    assert!(
        ahead.stderr.contains("warning I101: the as-of date 2204-11-20 is more than 7 days ahead"),
        "{}",
        ahead.stderr
    );
    let validated = pb_assign(&desk, &["validate", "--config", "desk.yaml", "--as-of", "2204-11-20"]);
    assert!(validated.stderr.contains("I101"), "{}", validated.stderr);
    let missing = run(&desk, &["--as-of", "2024-11-21"]);
    assert_eq!(counts(&missing), alerts(1, 1, 0));
    assert!(!missing.stderr.contains("I101"), "{}", missing.stderr);
}

#[test]
fn days_without_an_assignment_are_told() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1 }");
    let failed = run(&desk, &["--as-of", "2024-11-20"]);
    assert_eq!((failed.exit, counts(&failed)), (4, alerts(1, 1, 0)));
    broken_by(&desk, "{ max: 1 }", "{}");
    assert_eq!(counts(&run(&desk, &["--as-of", "2024-11-20"])), alerts(1, 1, 0));
    assert_eq!(told(&receiver.bodies()), ["firing rates/failed//", "resolved rates/failed//"]);
}

#[test]
fn a_run_that_is_not_recorded_tells_of_no_other() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    desk.write("trades.csv", "");
    let recorded = run(&desk, &["--wait", "1s"]);
    assert_eq!((recorded.exit, counts(&recorded)), (3, alerts(1, 1, 0)));
    let _busy = monitor::State::at(&desk.path().join("state"))
        .lock(std::time::Duration::ZERO, "a test")
        .expect("nobody else has it");
    let unrecorded = run(&desk, &["--wait", "1s"]);
    assert_eq!((unrecorded.exit, counts(&unrecorded)), (3, alerts(0, 0, 0)));
}

#[test]
fn a_channel_that_fails_twice_is_tried_a_third_time() {
    let receiver = Receiver::answering(&[Answer::Status(500), Answer::Status(503), Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 3);
    // A receiver that took it before its answer got lost can tell.
    assert!(bodies.iter().all(|body| body["id"] == bodies[0]["id"]));
}

#[test]
fn what_cannot_be_sent_changes_nothing_and_is_sent_by_the_next_run_in_order() {
    for answer in [Answer::Status(500), Answer::Never, Answer::Status(404), Answer::Status(302)] {
        let (dead, alive) = (Receiver::answering(&[answer]), Receiver::answering(&[Answer::Status(200)]));
        let desk = desk(&webhook(&dead));
        broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
        let first = run(&desk, &[]);
        assert_eq!((first.exit, counts(&first)), (0, alerts(1, 0, 1)));
        broken_by(&desk, "{ max: 1, ", "{ max: 0.5, ");
        assert_eq!(counts(&run(&desk, &[])), alerts(1, 0, 2));
        let listed = pb_assign(&desk, &["alerts"]).line();
        assert_eq!(
            (listed["firing"].as_array().map(Vec::len), listed["waiting"].as_array().map(Vec::len)),
            (Some(1), Some(2))
        );
        desk.replace("desk.yaml", &dead.address, &alive.address);
        // Another configuration is another run; it finds what the last one found.
        assert_eq!(counts(&run(&desk, &[])), alerts(0, 2, 0));
        let key = "rates/breach/PB1/gross";
        assert_eq!(told(&alive.bodies()), [format!("firing {key}"), format!("worse {key}")]);
        assert_eq!(counts(&run(&desk, &[])), alerts(0, 0, 0));
        assert_eq!(alive.bodies().len(), 2);
    }
}

#[test]
fn a_message_that_is_refused_holds_up_no_other() {
    let receiver = Receiver::answering(&[Answer::Status(400), Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    desk.replace("desk.yaml", "margin:         { max: 9000000 }", "margin:         { max: 1, on_breach: report_only }");
    assert_eq!(counts(&run(&desk, &[])), alerts(2, 1, 1));
    let sent = pb_assign(&desk, &["alerts", "send", "--config", "desk.yaml"]);
    assert_eq!((sent.exit, sent.line()["alerts"]["sent"].clone()), (0, json!(1)));
    assert_eq!(receiver.bodies()[0]["key"], receiver.bodies()[2]["key"]);
}

#[test]
fn what_waits_for_a_channel_can_be_sent_or_forgotten() {
    let receiver = Receiver::answering(&[Answer::Status(500)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 0, 1));
    let sent = pb_assign(&desk, &["alerts", "send", "--config", "desk.yaml"]);
    assert_eq!((sent.exit, sent.line()["alerts"]["kept"].clone()), (75, json!(1)));
    let forgotten = pb_assign(&desk, &["alerts", "send", "--config", "desk.yaml", "--forget", "own"]);
    assert_eq!((forgotten.exit, forgotten.line()["alerts"]["forgotten"].clone()), (0, json!(1)));
}

#[test]
fn nothing_is_forgotten_of_a_channel_that_is_not_there() {
    let receiver = Receiver::answering(&[Answer::Status(500)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 0, 1));
    let tried = receiver.bodies().len();
    let refused = pb_assign(&desk, &["alerts", "send", "--config", "desk.yaml", "--forget", "owm"]);
    assert_eq!(refused.exit, 2);
    assert!(refused.stderr.contains("hint: did you mean \"own\"?"), "{}", refused.stderr);
    assert_eq!(receiver.bodies().len(), tried);
    // One that the desk has no longer may have left something.
    desk.replace("desk.yaml", "name: own", "name: new");
    let forgotten = pb_assign(&desk, &["alerts", "send", "--config", "desk.yaml", "--forget", "own"]);
    assert_eq!((forgotten.exit, forgotten.line()["alerts"]["forgotten"].clone()), (0, json!(1)));
}

#[test]
fn every_service_gets_its_form_at_its_address() {
    let receiver = Receiver::answering(&[Answer::Status(202)]);
    let address = &receiver.address;
    let desk = desk(&format!(
        "  channels:
    - {{ name: am, service: alertmanager, url: \"{address}/am/\" }}
    - {{ name: chat, service: slack, url: {{ env: CHAT }} }}
    - {{ name: pd, service: pagerduty, url: \"{address}/v2/enqueue\", routing_key: {{ file: routing-key }} }}
    - {{ name: program, service: command, command: [sh, -c, \"cat >> program.jsonl\"] }}
    - {{ name: log, service: file, path: log/alerts.jsonl }}
    - {{ name: quiet, service: file, path: quiet.jsonl, kinds: [failed] }}"
    ));
    desk.write("routing-key", "R0UT1NG\n");
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    let mut command = command(desk.path(), &["run", "--config", "desk.yaml"]);
    command.env("CHAT", format!("{address}/services/T0/B0/XX")).env("no_proxy", "*");
    assert_eq!(counts(&finish(command)), alerts(1, 5, 0));
    let requests = receiver.requests();
    let body = |path: &str| -> Value {
        let found = requests.iter().find(|request| request.line == format!("POST {path} HTTP/1.1"));
        let found = found.unwrap_or_else(|| panic!("nothing at {path}: {requests:?}"));
        assert!(found.headers.iter().any(|header| header.starts_with("content-type: application/json")));
        serde_json::from_str(&found.body).expect("JSON")
    };
    assert_eq!(body("/am/api/v2/alerts")[0]["labels"]["alertname"], "PbAssignBreach");
    assert_eq!(body("/v2/enqueue")["routing_key"], "R0UT1NG");
    assert!(body("/services/T0/B0/XX")["text"].as_str().is_some_and(|text| text.starts_with("[FIRING] rates: breach")));
    let (program, log) = (desk.read("program.jsonl"), desk.read("log/alerts.jsonl"));
    assert_eq!(program, log);
    let line: Value = serde_json::from_str(log.trim_end()).expect("one line of JSON");
    assert_eq!((line["key"].clone(), line["test"].clone()), (json!("rates/breach/PB1/gross"), json!(false)));
    assert!(!desk.path().join("quiet.jsonl").exists());
}

#[test]
fn a_command_that_hangs_or_fails_is_tried_and_kept() {
    for program in ["sleep 60", "exit 7"] {
        let desk = desk(&format!(
            "  channels: [{{ name: program, service: command, command: [sh, -c, \"echo x >> tries; {program}\"], timeout: 200ms }}]"
        ));
        broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
        let ran = run(&desk, &[]);
        assert_eq!((ran.exit, counts(&ran)), (0, alerts(1, 0, 1)));
        assert_eq!(desk.read("tries").lines().count(), 3);
    }
}

#[test]
fn a_test_goes_through_every_channel_and_says_which_fail() {
    let receiver = Receiver::answering(&[Answer::Status(401)]);
    let more = "{ name: log, service: file, path: alerts.jsonl, kinds: [gap] }";
    let desk = desk(&webhook(&receiver).replace("}]", &format!("}}, {more}]")));
    let ran = pb_assign(&desk, &["alerts", "test", "--config", "desk.yaml"]);
    assert_eq!(ran.exit, 4);
    let taken: Vec<Value> =
        ran.line()["channels"].as_array().expect("channels").iter().map(|channel| channel["taken"].clone()).collect();
    assert_eq!(taken, [json!(false), json!(true)]);
    let log = desk.read("alerts.jsonl");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(told(&lines), ["firing rates/test//", "resolved rates/test//"]);
    assert!(lines.iter().all(|line| line["test"] == true));
}

#[test]
fn a_dry_run_tells_nobody_and_writes_nothing() {
    let receiver = Receiver::answering(&[Answer::Status(200)]);
    let desk = desk(&format!("{}\nmonitoring: {{ prometheus: pb.prom }}", webhook(&receiver)));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(run(&desk, &["--dry-run"]).exit, 0);
    desk.write("trades.csv", "");
    assert_eq!(run(&desk, &["--dry-run"]).exit, 3);
    assert_eq!(receiver.requests().len(), 0);
    assert!(!desk.path().join("state").exists() && !desk.path().join("pb.prom").exists());
}

#[test]
fn channels_that_cannot_work_are_refused() {
    let check = |channels: &str, code: &str, said: &str| {
        let ran = run(&desk(&format!("  channels: [{channels}]")), &[]);
        assert_eq!(ran.exit, 2, "{channels}");
        let problems = ran.line()["problems"].clone();
        let is_it = |problem: &Value| {
            problem["code"] == code && problem["message"].as_str().is_some_and(|text| text.contains(said))
        };
        assert!(problems.as_array().expect("problems").iter().any(is_it), "{channels}: {problems}");
    };
    check("{ name: a, service: webhook }", "C022", "needs \"url\"");
    check("{ name: a, service: file, path: x, token: { env: T } }", "C022", "has no \"token\"");
    check("{ name: a, service: command, command: [] }", "C022", "needs \"command\"");
    check("{ name: a, service: file, path: x }, { name: a, service: file, path: y }", "C022", "two channels");
    check("{ name: a, service: webhook, url: ftp://x }", "C008", "no address");
    check("{ name: a, service: webhook, url: { env: A, file: B } }", "C023", "says it twice");
    check("{ name: a, service: file, path: x, timeout: 2m }", "C008", "too long");
    check("{ name: a, service: telegram }", "C003", "telegram");
    check("{ name: a, service: file, path: x, kinds: [fire] }", "C003", "fire");
}

#[test]
fn messages_of_a_run_that_never_was_are_not_sent() {
    let receiver =
        Receiver::answering(&[Answer::Status(500), Answer::Status(500), Answer::Status(500), Answer::Status(200)]);
    let desk = desk(&webhook(&receiver));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 0, 1));
    // As a crash leaves it between the parcel and the entry: the ledger ends before it.
    desk.write("state/ledger.jsonl", "");
    std::fs::remove_file(desk.path().join("state/history.db")).expect("it is told after the entry");
    std::fs::remove_dir_all(desk.path().join("out")).expect("the answer was not published");
    let listed = pb_assign(&desk, &["alerts"]).line();
    assert_eq!(listed["waiting"], json!([]));
    assert_eq!(counts(&run(&desk, &[])), alerts(1, 1, 0));
    let ids: Vec<Value> = receiver.bodies().iter().map(|body| body["id"].clone()).collect();
    assert_eq!(ids.len(), 4);
    assert_ne!(ids[0], ids[3]);
}

#[test]
fn what_a_crash_left_between_entry_and_sending_is_sent_by_the_next_run() {
    let receiver = Receiver::answering(&[Answer::Never, Answer::Status(200)]);
    let desk = desk(&webhook(&receiver).replace("timeout: 1s", "timeout: 60s"));
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    let mut command = command(desk.path(), &["run", "--config", "desk.yaml"]);
    command.env("TOKEN", TOKEN).env("no_proxy", "*");
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    while receiver.requests().is_empty() {
        assert_eq!(child.try_wait().expect("a child"), None, "it ended before it was killed");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().expect("a kill");
    child.wait().expect("its end");
    let next = run(&desk, &[]);
    assert_eq!((next.line()["rerun"].clone(), counts(&next)), (json!(true), alerts(0, 1, 0)));
    let ids: Vec<Value> = receiver.bodies().iter().map(|body| body["id"].clone()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn a_proxy_of_the_environment_is_gone_through() {
    let proxy = Receiver::answering(&[Answer::Status(200)]);
    let desk =
        desk("  channels: [{ name: own, service: webhook, url: \"http://alerts.example.com/hook\", timeout: 1s }]");
    broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
    let mut command = command(desk.path(), &["run", "--config", "desk.yaml"]);
    command.env("http_proxy", &proxy.address).env_remove("no_proxy").env_remove("NO_PROXY");
    drop(finish(command));
    let lines: Vec<String> = proxy.requests().into_iter().map(|request| request.line).collect();
    assert!(lines.iter().all(|line| line.contains("alerts.example.com")) && !lines.is_empty(), "{lines:?}");
}
