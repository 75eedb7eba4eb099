//! What somebody may do to a ledger, all of it, and whether it shows.

use std::path::Path;
use std::time::Duration;

use monitor::audit::Finding;
use monitor::entry::SCHEMA;
use monitor::state::ToKeep;
use monitor::{Breach, Chained, Entry, Event, GENESIS, RunEntry, State, audit, chain};
use proptest::prelude::*;

const ENTRIES: u64 = 300;

fn entry(number: u64) -> Entry {
    let run = RunEntry {
        run_id: Some(format!("{:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15))),
        as_of: Some(format!("2026-{:02}-{:02}", 1 + number / 28 % 12, 1 + number % 28)),
        status: "optimal".to_owned(),
        reason: "proven".to_owned(),
        breaches: (0..number % 3)
            .map(|n| Breach {
                account: format!("PB{n}"),
                metric: "größe \"x\"\n".to_owned(),
                breach: "cured".to_owned(),
            })
            .collect(),
        ..RunEntry::default()
    };
    let text = |text: &str| text.to_owned();
    let event = Event::Run(Box::new(run));
    let time = text("2026-11-20T18:00:00Z");
    Entry { schema: text(SCHEMA), time, actor: text("ops"), host: text("desk-1"), set_aside: Vec::new(), event }
}

/// A ledger of so many entries, its lines.
fn lines(count: u64) -> Vec<String> {
    let mut previous = GENESIS.to_owned();
    let line = |seq| {
        let (line, hash) = chain::line(seq, &previous, &entry(seq));
        previous = hash;
        line
    };
    (1..=count).map(line).collect()
}

fn state_of(folder: &Path, ledger: &[u8]) -> State {
    let state = State::at(folder);
    std::fs::write(state.ledger_path(), ledger).expect("a file");
    state
}

/// What an audit of these bytes finds.
fn found(folder: &Path, ledger: &[u8], head: Option<&str>) -> Vec<Finding> {
    let state = state_of(folder, ledger);
    let record = state.read(Duration::ZERO).expect("a readable ledger");
    audit(&state, &record, head, true).findings
}

fn text_of(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn head_of(lines: &[String]) -> String {
    let value: serde_json::Value = serde_json::from_str(lines.last().expect("a line")).expect("JSON");
    value["hash"].as_str().expect("a hash").to_owned()
}

#[test]
fn every_changed_byte_shows_in_its_own_line() {
    let lines = lines(ENTRIES);
    let mut previous = GENESIS.to_owned();
    for (seq, line) in (1..).zip(&lines) {
        let Chained { hash, .. } = chain::read(line, seq, &previous).expect("an honest line");
        for at in 0..line.len() {
            for flip in [0x01, 0x20, 0x80] {
                let mut changed = line.clone().into_bytes();
                changed[at] ^= flip;
                if let Ok(changed) = std::str::from_utf8(&changed) {
                    assert!(chain::read(changed, seq, &previous).is_err(), "byte {at} of entry {seq}: {changed}");
                }
            }
        }
        previous = hash;
    }
}

#[test]
fn every_line_end_and_some_bytes_show_in_an_audit() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = lines(ENTRIES);
    let text = text_of(&lines);
    let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at);
    for at in ends.chain((0..text.len()).step_by(1_009)) {
        for changed in [b' ', b'\n', b'"', 0xFF] {
            let mut bytes = text.clone().into_bytes();
            if bytes[at] != changed {
                bytes[at] = changed;
                assert!(!found(folder.path(), &bytes, None).is_empty(), "byte {at} as {changed}");
            }
        }
    }
}

#[test]
fn dropped_doubled_and_swapped_entries_show() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = lines(ENTRIES);
    let head = head_of(&lines);
    for at in 0..lines.len() {
        let mut dropped = lines.clone();
        dropped.remove(at);
        assert!(!found(folder.path(), text_of(&dropped).as_bytes(), Some(&head)).is_empty(), "without {at}");
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at].clone());
        assert!(!found(folder.path(), text_of(&doubled).as_bytes(), None).is_empty(), "{at} twice");
        let mut swapped = lines.clone();
        swapped.swap(at, (at + 1) % lines.len());
        assert!(!found(folder.path(), text_of(&swapped).as_bytes(), None).is_empty(), "{at} after the next");
    }
}

#[test]
fn every_truncation_shows_against_the_head_and_a_torn_line_without_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = lines(ENTRIES);
    let (text, head) = (text_of(&lines), head_of(&lines));
    for kept in 0..lines.len() {
        let short = text_of(&lines[..kept]);
        assert_eq!(found(folder.path(), short.as_bytes(), Some(&head)), [Finding::Head { expected: head.clone() }]);
        assert_eq!(found(folder.path(), short.as_bytes(), None), []);
        let torn = 1 + kept % lines[kept].len();
        let found = found(folder.path(), &text.as_bytes()[..short.len() + torn], None);
        assert_eq!(found, [Finding::Torn { bytes: torn, was_whole: false }]);
    }
}

#[test]
fn a_torn_line_is_taken_off_by_the_next_entry_which_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let honest = text_of(&lines(2));
    let state = state_of(folder.path(), format!("{honest}{{\"actor\":\"op").as_bytes());
    let mut record = state.lock(Duration::ZERO, "a test").expect("nobody else");
    assert_eq!(record.ledger.next_seq(), 4);
    let kept = record.keep(&[ToKeep { path: "a.csv", bytes: b"rows" }]).expect("a disk");
    assert_eq!(kept[0].kept_in, 4);
    let run = RunEntry { inputs: kept, ..RunEntry::default() };
    let next = Entry { event: Event::Run(Box::new(run)), ..entry(7) };
    let foretold = record.ledger.hash_of_next(&next);
    let written = record.append(&next).expect("a disk").clone();
    assert_eq!((written.seq, &written.hash), (4, &foretold));
    drop(record);
    let record = state.read(Duration::ZERO).expect("a readable ledger");
    let entries: Vec<Chained> = record.ledger.entries().collect::<Result<_, _>>().expect("an honest ledger");
    let Event::Healed(healed) = &entries[2].entry.event else { panic!("{:?}", entries[2]) };
    assert_eq!((healed.bytes, healed.text.as_str()), (12, "{\"actor\":\"op"));
    assert_eq!(entries[3].entry, next);
    assert_eq!(audit(&state, &record, Some(&foretold), true).findings, []);
}

#[test]
fn kept_files_that_are_gone_or_changed_show() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = State::at(folder.path());
    let run = |inputs| {
        let run = RunEntry { inputs, ..RunEntry::default() };
        Entry { event: Event::Run(Box::new(run)), ..entry(1) }
    };
    let mut record = state.lock(Duration::ZERO, "a test").expect("nobody else");
    let files = [ToKeep { path: "a.csv", bytes: b"rows" }, ToKeep { path: "b.csv", bytes: b"rows" }];
    let first = record.keep(&files).expect("a disk");
    record.append(&run(first.clone())).expect("a disk");
    let again = record.keep(&[files[0], ToKeep { path: "c.csv", bytes: b"others" }]).expect("a disk");
    assert_eq!((first[1].kept_in, again[0].kept_in, again[1].kept_in), (1, 1, 2));
    record.append(&run(again)).expect("a disk");
    let honest = audit(&state, &record, None, true);
    assert_eq!((honest.files, honest.findings.len()), (2, 0));
    let archive = state.archive().path(1);
    let mut bytes = std::fs::read(&archive).expect("an archive");
    // Behind the header of 30 bytes and the name, a digest of 64.
    bytes[30 + 64 + 2] ^= 0x10;
    std::fs::write(&archive, bytes).expect("a file");
    assert_eq!(audit(&state, &record, None, true).findings.len(), 1);
    assert_eq!(audit(&state, &record, None, false).findings, []);
    std::fs::remove_file(archive).expect("a file to remove");
    assert_eq!(audit(&state, &record, None, true).findings.len(), 1);
}

#[test]
fn nothing_is_added_behind_a_line_that_does_not_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = state_of(folder.path(), text_of(&lines(3)).replace("desk-1", "desk-2").as_bytes());
    let refused = state.lock(Duration::ZERO, "a test").expect_err("a changed ledger");
    assert!(refused.to_string().contains("entry 3: its hash is not that of its content"), "{refused}");
}

#[test]
fn who_waits_too_long_is_told_who_has_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = State::at(folder.path());
    let held = state.lock(Duration::ZERO, "17:00, process 7").expect("nobody else");
    let refused = state.lock(Duration::from_millis(50), "me").expect_err("somebody else").to_string();
    assert!(refused.contains("17:00, process 7"), "{refused}");
    assert!(state.read(Duration::ZERO).is_err());
    drop(held);
    assert!(state.read(Duration::ZERO).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn honest_logs_raise_no_alarm(numbers in proptest::collection::vec(any::<u64>(), 1..12), at in any::<prop::sample::Index>()) {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut heads, mut text) = (vec![GENESIS.to_owned()], String::new());
        for (seq, number) in (1..).zip(&numbers[1..]) {
            let (line, hash) = chain::line(seq, &heads[heads.len() - 1], &entry(*number));
            heads.push(hash);
            text += &format!("{line}\n");
        }
        let state = state_of(folder.path(), text.as_bytes());
        let mut record = state.lock(Duration::ZERO, "a test").expect("nobody else");
        heads.push(record.append(&entry(numbers[0])).expect("a disk").hash.clone());
        drop(record);
        let record = state.read(Duration::ZERO).expect("a readable ledger");
        let checked = audit(&state, &record, Some(at.get(&heads[..]).as_str()), true);
        prop_assert_eq!(checked.findings, []);
        prop_assert_eq!(&checked.head, heads.last().expect("a head"));
    }
}
