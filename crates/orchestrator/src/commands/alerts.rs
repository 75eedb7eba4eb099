//! `pb-assign alerts`: what fires, what waits, and whether messages arrive.

mod end;

use std::collections::BTreeSet;
use std::path::Path;

use domain::problem::nearest;
use monitor::alerts::delivery::hand_over;
use monitor::alerts::refusal::Refusal;
use monitor::alerts::standing::What;
use monitor::alerts::{Channel, Message, Outbox, Parcel};
use monitor::{Ledger, State};
use serde_json::json;

use crate::arguments::{AlertsArguments, AlertsCommand};
use crate::config::{self, Given, Watch};
use crate::exit::Exit;
use crate::{Failure, record, telemetry, wanted, watch};

/// Does what was asked about alerts.
///
/// # Errors
/// A ledger or a configuration that cannot be read.
pub fn run(arguments: &AlertsArguments) -> Result<(Exit, String), Failure> {
    let given = arguments.state.as_deref();
    match &arguments.command {
        None => list(&State::at(given.unwrap_or(Path::new("state")))),
        Some(AlertsCommand::Send { config, forget }) => {
            let (watch, state) = load(config, given)?;
            send(&state, &watch, forget.as_deref())
        }
        Some(AlertsCommand::End { config, desk, actor, wait }) => {
            let (watch, state) = load(config, given)?;
            end::end(&state, &watch, &end::Wanted { desk, actor: actor.as_deref(), wait: *wait })
        }
        Some(AlertsCommand::Test { config }) => Ok(test(&load(config, given)?.0)),
    }
}

/// The channels of a configuration, and the record: whatever the date, as neither depends on it.
fn load(path: &Path, state: Option<&Path>) -> Result<(Watch, State), Failure> {
    let given = Given { as_of: Some(jiff::civil::Date::ZERO), ..Given::default() };
    let config = config::load(path, &given).map_err(Failure::Refused)?.config;
    let state = State::at(state.unwrap_or(&config.state));
    Ok((config.watch, state))
}

fn list(state: &State) -> Result<(Exit, String), Failure> {
    let ledger = open(state)?;
    wanted::entries(&ledger)?;
    let firing = ledger.standing().firing;
    let parcels = Outbox::of(state.folder()).parcels(&ledger);
    let mut lines = Vec::new();
    let desks = firing.iter().map(|alert| alert.desk.chars().count()).max().unwrap_or(0);
    for alert in &firing {
        let since = alert.since.as_deref().or(alert.started.split('T').next()).unwrap_or_default();
        let about = [Some(&alert.kind), alert.account.as_ref(), alert.metric.as_ref()].into_iter().flatten();
        let about = about.map(String::as_str).collect::<Vec<_>>().join(" ");
        lines.push(format!("{since:<10}  {:<desks$}  {about}: {}", alert.desk, alert.text));
    }
    if firing.is_empty() {
        lines.push("Nothing fires.".to_owned());
    }
    let waiting: Vec<_> = parcels.iter().flat_map(waiting).collect();
    lines.extend(waiting.iter().map(|(channel, message)| format!("waits for {channel}: {}", message.title())));
    telemetry::tell(&lines.join("\n"));
    let waiting: Vec<_> = waiting
        .iter()
        .map(|(channel, message)| json!({ "channel": channel, "id": message.id, "key": message.key, "change": message.change }))
        .collect();
    let firing: Vec<_> = firing
        .iter()
        .map(|alert| {
            let mut value = json!(alert);
            value["key"] = alert.key().into();
            value
        })
        .collect();
    Ok((Exit::Done, json!({ "exit": 0, "firing": firing, "waiting": waiting }).to_string()))
}

/// Who waits for what of a parcel.
fn waiting(parcel: &Parcel) -> Vec<(&String, &Message)> {
    let of_channel = |(channel, indices): (_, &Vec<usize>)| -> Vec<_> {
        indices.iter().map(|index| (channel, &parcel.messages[*index])).collect()
    };
    parcel.waiting.iter().flat_map(of_channel).collect()
}

fn send(state: &State, watch: &Watch, forget: Option<&str>) -> Result<(Exit, String), Failure> {
    let ledger = open(state)?;
    let forgotten = match forget {
        Some(channel) => {
            let outbox = Outbox::of(state.folder());
            check_known(channel, watch, &outbox.parcels(&ledger))?;
            outbox.forget(channel, &ledger, watch::PATIENCE)?
        }
        None => 0,
    };
    let delivered = watch::send(state, watch);
    telemetry::tell(&format!("Sent {}, kept {}, forgotten {forgotten}.", delivered.sent, delivered.kept));
    let exit = if delivered.kept == 0 { Exit::Done } else { Exit::TryAgain };
    let line = json!({
        "exit": exit as u8, "alerts": { "sent": delivered.sent, "kept": delivered.kept, "forgotten": forgotten },
    });
    Ok((exit, line.to_string()))
}

/// Refuses a name that is no channel's, neither in the configuration nor of one that was and for which something waits.
fn check_known(name: &str, watch: &Watch, parcels: &[Parcel]) -> Result<(), Failure> {
    let waiting = parcels.iter().flat_map(|parcel| parcel.waiting.keys());
    let known: BTreeSet<&str> =
        watch.channels.iter().map(|channel| &channel.name).chain(waiting).map(String::as_str).collect();
    if known.contains(name) {
        return Ok(());
    }
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if known.is_empty() => "the configuration has no channels, and nothing waits".to_owned(),
        None => format!("the channels are {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    };
    Err(Failure::Request { message: format!("there is no channel \"{name}\""), hint })
}

fn test(watch: &Watch) -> (Exit, String) {
    let time = jiff::Timestamp::now().to_string();
    let try_out = |channel: &Channel| {
        let told = [What::Firing, What::Resolved].map(|change| Message::test(&watch.desk, &time, change));
        told.iter().try_for_each(|message| hand_over(channel, message, None))
    };
    let mut channels = Vec::new();
    for channel in &watch.channels {
        let problem = try_out(channel).err().map(|refusal| match refusal {
            Refusal::Passing(why) | Refusal::Channel(why) | Refusal::Message(why) => why,
        });
        telemetry::tell(&format!("{}: {}", channel.name, problem.as_deref().unwrap_or("it took the test message")));
        channels.push(json!({ "channel": channel.name, "taken": problem.is_none(), "problem": problem }));
    }
    if channels.is_empty() {
        telemetry::tell("The configuration has no channels: alerts.channels is empty.");
    }
    let is_well = channels.iter().all(|channel| channel["taken"] == true);
    let exit = if is_well { Exit::Done } else { Exit::Failed };
    (exit, json!({ "exit": exit as u8, "channels": channels }).to_string())
}

fn open(state: &State) -> Result<Ledger, Failure> {
    record::require_ledger(state)?;
    Ok(Ledger::open(&state.ledger_path())?)
}
