//! Secrets: in nothing that is said or kept.

use std::path::Path;

use super::super::desk::{command, finish};
use super::super::receiver::{Answer, Receiver};
use super::{TOKEN, broken_by, desk, pb_assign, run};

/// Every file under a folder, with what it holds.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
        }
    }
    found
}

#[test]
fn no_secret_is_in_anything_that_is_said_or_kept() {
    for answer in [Answer::Status(200), Answer::Status(500)] {
        let receiver = Receiver::answering(&[answer]);
        let address = &receiver.address;
        let desk = desk(&format!(
            "  channels:
    - {{ name: own, service: webhook, url: {{ env: ADDRESS }}, token: {{ env: TOKEN }} }}
    - {{ name: bad, service: webhook, url: {{ env: NO_ADDRESS }}, token: {{ env: TOKEN }} }}
    - {{ name: gone, service: slack, url: {{ env: GONE }} }}
    - {{ name: pd, service: pagerduty, url: \"{address}/v2\", routing_key: {{ env: ROUTING }} }}
    - {{ name: say, service: command, command: [sh, -c, \"cat; echo $TOKEN; echo $TOKEN >&2; exit 1\"] }}
monitoring: {{ prometheus: pb.prom }}"
        ));
        let secrets = [TOKEN, "s3cr3t-r0ut1ng", "s3cr3t-p4th", "s3cr3t not an address", "s3cr3t-g0ne"];
        broken_by(&desk, "{}", "{ max: 1, on_breach: report_only }");
        for arguments in [
            vec!["run", "--config", "desk.yaml", "--log-level", "trace"],
            vec!["run", "--config", "desk.yaml", "--log-level", "trace", "--log", "json"],
            vec![
                "alerts",
                "send",
                "--config",
                "desk.yaml",
                "--log-level",
                "trace,ureq=trace,ureq_proto=trace,rustls=trace",
            ],
            vec!["alerts", "test", "--config", "desk.yaml", "--log-level", "trace"],
            vec!["alerts"],
            vec!["audit", "show", "1"],
        ] {
            let mut command = command(desk.path(), &arguments);
            command.env("TOKEN", TOKEN).env("ROUTING", secrets[1]).env("ADDRESS", format!("{address}/{}", secrets[2]));
            command.env("NO_ADDRESS", secrets[3]).env("GONE", format!("http://127.0.0.1:9/{}", secrets[4]));
            command.env("no_proxy", "*");
            let ran = finish(command);
            for secret in secrets {
                assert!(!ran.stdout.contains(secret), "{arguments:?} says {secret}: {}", ran.stdout);
                assert!(!ran.stderr.contains(secret), "{arguments:?} says {secret}: {}", ran.stderr);
            }
        }
        assert!(receiver.requests().iter().any(|request| request.line.contains(secrets[2])));
        for (path, bytes) in files(desk.path()) {
            let text = String::from_utf8_lossy(&bytes);
            for secret in secrets {
                assert!(!text.contains(secret), "{path} holds {secret}");
            }
        }
        // What is kept is compressed: look into it.
        let ran = pb_assign(&desk, &["audit", "show", "1", "--extract", "kept"]);
        assert_eq!(ran.exit, 0);
        assert!(
            files(&desk.path().join("kept"))
                .iter()
                .all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains("s3cr3t"))
        );
    }
}

#[test]
fn a_secret_in_the_configuration_is_refused_without_being_repeated_or_kept() {
    for channel in [
        "{ name: chat, service: slack, url: \"https://hooks.slack.com/services/s3cr3t\" }",
        "{ name: own, service: webhook, url: \"https://me:s3cr3t@example.com\" }",
        "{ name: own, service: webhook, url: \"https://example.com\", token: s3cr3t }",
        "{ name: pd, service: pagerduty, routing_key: s3cr3t }",
    ] {
        let desk = desk(&format!("  channels: [{channel}]"));
        let ran = run(&desk, &[]);
        assert_eq!(ran.exit, 2, "{channel}");
        assert_eq!(ran.line()["problems"][0]["code"], "C023", "{channel}");
        assert!(!ran.stdout.contains("s3cr3t") && !ran.stderr.contains("s3cr3t"), "{channel}: {}", ran.stderr);
        assert!(!desk.path().join("state/kept").exists(), "{channel}");
        assert!(!desk.read("state/ledger.jsonl").contains("s3cr3t"));
    }
}

#[test]
fn a_refused_configuration_that_may_hold_a_secret_is_not_kept() {
    let good = "{ name: own, service: webhook, url: \"https://example.com\", token: { env: TOKEN } }";
    let secret = good.replace("{ env: TOKEN }", "s3cr3t");
    for (alerts, more) in [
        (secret.replace("token", "tokn"), ""),
        (secret.replace("webhook", "webhok"), ""),
        (secret.replace("name: own, ", ""), ""),
        (secret.clone(), "inputs: [1"),
        (good.to_owned(), "alrets: { token: s3cr3t }"),
        (good.to_owned(), "alerts: { channels: [{ token: s3cr3t }] }"),
    ] {
        let desk = desk(&format!("  channels: [{alerts}]\n{more}"));
        assert_eq!(run(&desk, &[]).exit, 2, "{alerts} {more}");
        assert!(!desk.path().join("state/kept").exists(), "{alerts} {more}");
    }
    // One that is wrong elsewhere is evidence.
    let desk = desk(&format!("  channels: [{good}]"));
    desk.replace("desk.yaml", "price_quote: per_100", "price_quote: per_10");
    assert_eq!(run(&desk, &[]).exit, 2);
    assert!(desk.path().join("state/kept").exists());
}
