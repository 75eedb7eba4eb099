//! Handing messages over: for no longer than there is time, and by one at a time.
#![cfg(unix)]

use std::path::Path;
use std::time::{Duration, Instant};

use monitor::alerts::channel::{self, Channel};
use monitor::alerts::delivery::hand_over;
use monitor::alerts::refusal::Refusal;
use monitor::alerts::standing::What;
use monitor::alerts::{Message, Outbox, Parcel, outbox};
use monitor::entry::SCHEMA;
use monitor::{Entry, Event, MonitorError, State};

/// A channel that notes each try, and then runs a shell's command.
fn program(folder: &Path, then: &str) -> Channel {
    Channel {
        name: "own".to_owned(),
        service: channel::named("command").expect("a service"),
        url: None,
        token: None,
        routing_key: None,
        command: ["sh", "-c", &format!("echo x >> tries; {then}")].map(str::to_owned).to_vec(),
        path: None,
        folder: folder.to_owned(),
        kinds: Vec::new(),
        timeout: Duration::from_secs(60),
    }
}

fn tries(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("tries")).unwrap_or_default().lines().count()
}

fn message() -> Message {
    Message::test("rates", "2026-11-20T18:00:00Z", What::Firing)
}

#[test]
fn a_try_that_uses_up_the_time_is_the_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let deadline = Instant::now() + Duration::from_secs(1);
    let refused = hand_over(&program(folder.path(), "exec sleep 60"), &message(), Some(deadline));
    assert_eq!(refused, Err(Refusal::Passing("it took too long and was ended".to_owned())));
    assert_eq!(tries(folder.path()), 1);
}

#[test]
fn without_an_end_there_are_three_tries() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = hand_over(&program(folder.path(), "exit 7"), &message(), None);
    assert_eq!(refused, Err(Refusal::Passing("it ended with 7".to_owned())));
    assert_eq!(tries(folder.path()), 3);
}

#[test]
fn what_somebody_sends_is_not_forgotten_under_their_hands() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = State::at(folder.path());
    let mut locked = state.lock(Duration::ZERO, "a test").expect("nobody else has it");
    let text = |text: &str| text.to_owned();
    let event = Event::Run(Box::default());
    let entry = Entry {
        schema: text(SCHEMA),
        time: text("2026-11-20T18:00:00Z"),
        actor: text(""),
        host: text(""),
        set_aside: Vec::new(),
        event,
    };
    let head = locked.append(&entry).expect("it is added").hash.clone();
    let outbox = Outbox::of(folder.path());
    let waiting = [("own".to_owned(), vec![0])].into();
    let parcel = Parcel { schema: text(outbox::SCHEMA), entry: 1, head, messages: vec![message()], waiting };
    outbox.put(&parcel).expect("it is put");
    let sending = outbox.lock(Duration::ZERO).expect("a lock").expect("nobody else has it");
    let refused = outbox.forget("own", &locked.ledger, Duration::ZERO);
    assert!(matches!(refused, Err(MonitorError::Sending { .. })), "{refused:?}");
    assert_eq!(outbox.parcels(&locked.ledger), [parcel]);
    drop(sending);
    assert_eq!(outbox.forget("own", &locked.ledger, Duration::ZERO).expect("it is forgotten"), 1);
    assert!(outbox.parcels(&locked.ledger).is_empty());
}
