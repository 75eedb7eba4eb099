//! Many backfills of one desk at once, some of them killed on the way: the same history as day after day.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

use monitor::history::Dump;
use monitor::{History, State};
use serde_json::{Value, json};
use test_desks::random::Random;

use crate::desk::{Desk, command};

/// How many processes run at once, and how many dates each of them is to run.
const PROCESSES: usize = 20;
const EACH: usize = 3;

/// How many dates there are: each is run by two of the processes.
const DATES: usize = PROCESSES * EACH / 2;

/// The starter desk with files for each date, by which metrics and limits differ from date to date. On the tenth date the
/// trades cannot be read; on the twentieth no assignment keeps the limits.
fn desk() -> Desk {
    let desk = Desk::starter();
    desk.replace("desk.yaml", "trades: trades.csv", "trades: inbox/{as_of}/trades.csv");
    desk.replace("desk.yaml", "positions: positions.csv", "positions: inbox/{as_of}/positions.csv");
    desk.replace("desk.yaml", "timeout: 10s", "effort: 3\n  backends: [search]\n  timeout: 10m");
    desk.replace("desk.yaml", "margin:         { max: 9000000 }", "margin: { max: 1000000, on_breach: report_only }");
    let (trades, positions) = (desk.read("trades.csv"), desk.read("positions.csv"));
    for number in 1..=DATES {
        let folder = format!("inbox/{}", date(number));
        fs::create_dir_all(desk.path().join(&folder)).expect("a folder");
        let quantity = if number == 10 { "many".to_owned() } else { format!("{number}00000") };
        desk.write(&format!("{folder}/trades.csv"), trades.replacen("10000000", &quantity, 1));
        let held = if number == 20 { "1000000".to_owned() } else { format!("{}", 18_000_000 + 200_000 * number) };
        desk.write(&format!("{folder}/positions.csv"), positions.replacen("20000000", &held, 1));
    }
    desk
}

fn date(number: usize) -> String {
    format!("2026-03-{number:02}")
}

fn exit(number: usize) -> i32 {
    match number {
        10 => 3,
        20 => 4,
        _ => 0,
    }
}

fn start(desk: &Desk, number: usize) -> Child {
    let mut run = command(desk.path(), &["run", "--config", "desk.yaml", "--as-of", &date(number), "--wait", "100ms"]);
    run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
}

/// Runs a date until it is done, as a scheduler does that tries again after 75; now and then it is killed first. How often
/// that was.
fn run(desk: &Desk, number: usize, random: &mut Random) -> usize {
    let mut kills = 0;
    loop {
        let mut child = start(desk, number);
        if random.chance(15) {
            std::thread::sleep(Duration::from_millis(random.below(60)));
            child.kill().expect("a kill");
        }
        match child.wait().expect("its end").code() {
            None => kills += 1,
            Some(75) => {}
            Some(code) => {
                assert_eq!(code, exit(number), "date {number}");
                return kills;
            }
        }
    }
}

/// Every date twice, in an order that the seed decides, by processes at once; how many of them were killed.
fn at_once(desk: &Desk, seed: u64) -> usize {
    let mut random = Random::new(seed);
    let mut order: Vec<usize> = (1..=DATES).chain(1..=DATES).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, random.below(at as u64 + 1) as usize);
    }
    std::thread::scope(|scope| {
        let backfill = |(worker, dates): (u64, &[usize])| {
            let (dates, mut random) = (dates.to_vec(), Random::new(seed * 1_000 + worker));
            scope.spawn(move || dates.iter().map(|number| run(desk, *number, &mut random)).sum::<usize>())
        };
        let workers: Vec<_> = (1..).zip(order.chunks(EACH)).map(backfill).collect();
        assert_eq!(workers.len(), PROCESSES);
        workers.into_iter().map(|worker| worker.join().expect("a backfill")).sum()
    })
}

/// What the days came to, and what belongs to them. Left out are `seq`, `run_seq`, `hash` and `time` ([`Dump::WithoutOrder`]),
/// which say in which order entries came and when, and the tables `ledger`, `runs`, `reruns` and `problems`, which have a row
/// for each time that a date was asked for: a kill before and one after the entry differ there by design.
fn days(desk: &Desk) -> Vec<String> {
    let record = State::at(&desk.path().join("state")).read(Duration::ZERO).expect("a record");
    let history = History::read(&record).expect("no fault").expect("a history that is told everything");
    let dump = history.dump(Dump::WithoutOrder).expect("a dump");
    let views =
        ["days ", "day_limits ", "breach_days ", "breach_spans ", "metrics ", "limits ", "breaches ", "assignments "];
    let lines = dump.lines().filter(|line| views.iter().any(|view| line.starts_with(view)));
    // Without their order, since a date that is there twice stands there once.
    lines.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is in the folder of answers, but for what differs from run to run.
fn published(desk: &Desk) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let out = fs::read_dir(desk.path().join("out")).expect("answers").flatten();
    for folder in out {
        for file in fs::read_dir(folder.path()).expect("an answer").flatten() {
            let name = format!("{}/{}", folder.file_name().to_string_lossy(), file.file_name().to_string_lossy());
            if !name.ends_with("/run.json") {
                found.push((name, fs::read(file.path()).expect("a file")));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn twenty_backfills_at_once_come_to_the_same_days_in_whatever_order_they_run() {
    let in_order = desk();
    for number in 1..=DATES {
        assert_eq!(start(&in_order, number).wait().expect("its end").code(), Some(exit(number)), "date {number}");
    }
    let (expected, answers) = (days(&in_order), published(&in_order));
    for view in ["days", "day_limits", "breach_days", "breach_spans", "metrics", "assignments"] {
        assert!(expected.iter().any(|line| line.starts_with(&format!("{view} "))), "no {view}");
    }
    // Four files of each date that was answered, besides run.json.
    assert_eq!(answers.len(), 4 * (DATES - 1));
    let mut killed = 0;
    for seed in [1, 2] {
        let desk = desk();
        let kills = at_once(&desk, seed);
        killed += kills;
        assert!(days(&desk) == expected, "seed {seed}");
        assert!(published(&desk) == answers, "seed {seed}");
        let ask = |arguments: &[&str]| -> Value {
            let ran = desk.pb_assign(arguments);
            assert_eq!(ran.exit, 0, "{arguments:?}: {}", ran.stderr);
            ran.line()
        };
        // Each date was asked for twice at least, and once more after each kill. A refusal that finds the record taken for
        // all of --wait is not in it.
        let refused = 2 * (1..=DATES).filter(|number| exit(*number) == 3).count();
        let least = (2 * DATES - refused) as u64;
        let entries = ask(&["audit", "verify"])["entries"].as_u64().expect("a number");
        assert!((least..=2 * DATES as u64 + kills as u64 * 2).contains(&entries), "{entries} entries");
        let rebuilt = ask(&["history", "rebuild"]);
        assert_eq!((&rebuilt["content"], &rebuilt["lost"]), (&json!("same"), &json!(0)), "seed {seed}");
    }
    assert!(killed > 0, "nothing was killed");
}
