//! The alerts of a desk that is no more, ended: a renamed desk never says that what fired under its old name is over.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use domain::problem::nearest;
use monitor::alerts::Standing;
use monitor::{AlertsEnded, Event, State};
use serde_json::json;

use crate::config::Watch;
use crate::exit::Exit;
use crate::{Failure, record, telemetry, wanted, watch};

/// What is to be ended, and by whom.
pub(super) struct Wanted<'a> {
    pub(super) desk: &'a str,
    pub(super) actor: Option<&'a str>,
    pub(super) wait: Duration,
}

/// Adds an entry that ends the alerts of the desk, and tells the channels of `watch`.
pub(super) fn end(state: &State, watch: &Watch, wanted: &Wanted<'_>) -> Result<(Exit, String), Failure> {
    record::require_ledger(state)?;
    let begun = Instant::now();
    let mut locked = state.lock(wanted.wait, &record::who())?;
    wanted::entries(&locked.ledger)?;
    let standing = locked.ledger.standing();
    check(wanted.desk, watch, &standing)?;
    record::settle(state, &locked, None, &|| begun.elapsed() < wanted.wait)?;
    let alerts = standing.without(wanted.desk);
    let ended: Vec<String> = alerts.changes.iter().map(|change| change.alert.key()).collect();
    let set_aside = record::make_way(&locked)?;
    let event = Event::AlertsEnded(AlertsEnded { desk: wanted.desk.to_owned(), alerts });
    let entry = record::entry(wanted.actor, event, set_aside);
    watch::pack(state, &locked.ledger, &entry, watch);
    let (seq, head) = locked.append(&entry).map(|chained| (chained.seq, chained.hash.clone()))?;
    record::remember(&locked);
    drop(locked);
    let delivered = watch::send(state, watch);
    telemetry::tell(&format!("Ended, as entry {seq} says: {}.", ended.join(", ")));
    let line = json!({
        "exit": 0, "ended": ended, "ledger": { "seq": seq, "head": head },
        "alerts": { "sent": delivered.sent, "kept": delivered.kept },
    });
    Ok((Exit::Done, line.to_string()))
}

/// Refuses a desk of which nothing fires, and one that is still there: what is wrong with it ends its alerts by being mended.
fn check(desk: &str, watch: &Watch, standing: &Standing) -> Result<(), Failure> {
    let refuse = |message: String, hint: String| Err(Failure::Request { message, hint });
    if desk == watch.desk {
        let hint = "its alerts end with the run that finds them over; to be told no more, change `alerts` of the configuration";
        return refuse(format!("{desk} is the desk of this configuration"), hint.to_owned());
    }
    let firing: BTreeSet<&str> = standing.firing.iter().map(|alert| alert.desk.as_str()).collect();
    if firing.contains(desk) {
        return Ok(());
    }
    let hint = match nearest(desk, firing.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if firing.is_empty() => "nothing fires at all".to_owned(),
        None => format!("alerts fire of {}", firing.into_iter().collect::<Vec<_>>().join(", ")),
    };
    refuse(format!("no alert of a desk \"{desk}\" fires"), hint)
}
