//! Takes the messages of the outbox to their channels.
//!
//! Every channel is served on its own, so that one that does not answer holds up nobody else, and gets its messages in
//! order. What it does not take is tried twice more, and then waits for the next run.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::channel::Channel;
use super::halt::{is_halted, sleep};
use super::message::Message;
use super::outbox::{Outbox, Parcel};
use super::refusal::Refusal;
use crate::ledger::Ledger;
use crate::state::State;

/// What came of it. A message counts once for each channel that it is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivered {
    /// How many were taken.
    pub sent: u64,
    /// How many wait in the outbox.
    pub kept: u64,
    /// What went wrong, in sentences for people; no secret, address or answer stands in them.
    pub troubles: Vec<String>,
}

/// How long we wait before we try again.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(1_000)];

/// Sends what waits, for as long as `patience`: a try that is not over then is broken off.
pub fn deliver(state: &State, channels: &[Channel], patience: Duration) -> Delivered {
    let begun = Instant::now();
    let outbox = Outbox::of(state.folder());
    if outbox.is_empty() {
        return Delivered::default();
    }
    let Ok(ledger) = Ledger::open(&state.ledger_path()) else { return Delivered::default() };
    let mut delivered = Delivered::default();
    match outbox.lock(patience) {
        Ok(Some(_lock)) => {
            // Whoever had it may have sent some of them meanwhile.
            let parcels = Mutex::new(outbox.parcels(&ledger));
            let round = Round { outbox: &outbox, parcels: &parcels, begun, patience };
            let (sent, troubles) = round.serve_all(channels);
            (delivered.sent, delivered.troubles) = (sent, troubles);
        }
        Ok(None) => delivered.troubles.push("somebody else is sending".to_owned()),
        Err(error) => delivered.troubles.push(format!("failed to {error}")),
    }
    delivered.kept = outbox.parcels(&ledger).iter().map(Parcel::waiting).sum();
    delivered
}

/// Hands a message to a channel, trying again where that may help and `deadline` leaves time for it.
///
/// # Errors
/// Why it was not taken in the end.
pub fn hand_over(channel: &Channel, message: &Message, deadline: Option<Instant>) -> Result<(), Refusal> {
    let left = || deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
    let deliver = || Channel { timeout: channel.timeout.min(left()), ..channel.clone() }.deliver(message);
    for pause in PAUSES {
        match deliver() {
            Err(Refusal::Passing(_)) if !is_halted() && left() > pause => sleep(pause),
            other => return other,
        }
    }
    deliver()
}

struct Round<'a> {
    outbox: &'a Outbox,
    parcels: &'a Mutex<Vec<Parcel>>,
    begun: Instant,
    patience: Duration,
}

impl Round<'_> {
    fn serve_all(&self, channels: &[Channel]) -> (u64, Vec<String>) {
        std::thread::scope(|scope| {
            let threads: Vec<_> = channels.iter().map(|channel| scope.spawn(|| self.serve(channel))).collect();
            let served = threads.into_iter().filter_map(|thread| thread.join().ok());
            served.fold((0, Vec::new()), |(sum, mut all), (sent, troubles)| {
                all.extend(troubles);
                (sum + sent, all)
            })
        })
    }

    /// Everything that waits for a channel, in order, until it takes no more.
    fn serve(&self, channel: &Channel) -> (u64, Vec<String>) {
        let (mut sent, mut troubles) = (0, Vec::new());
        for (parcel, index, message) in self.waiting_for(channel) {
            if self.begun.elapsed() >= self.patience || is_halted() {
                troubles.push(format!("{}: there was no time left", channel.name));
                break;
            }
            match hand_over(channel, &message, Some(self.begun + self.patience)) {
                Ok(()) => {
                    sent += 1;
                    if let Err(error) = self.took(parcel, &channel.name, index) {
                        // It would be sent again and again.
                        troubles.push(format!("{}: sent, and failed to {error}", channel.name));
                        break;
                    }
                }
                Err(Refusal::Message(why)) => troubles.push(format!("{}: {why}", channel.name)),
                Err(Refusal::Passing(why) | Refusal::Channel(why)) => {
                    troubles.push(format!("{}: {why}", channel.name));
                    break;
                }
            }
        }
        (sent, troubles)
    }

    fn waiting_for(&self, channel: &Channel) -> Vec<(u64, usize, Message)> {
        let parcels = self.parcels.lock().unwrap_or_else(PoisonError::into_inner);
        let of_parcel = |parcel: &Parcel| {
            let waiting = parcel.waiting.get(&channel.name).cloned().unwrap_or_default();
            let taken = waiting.into_iter().map(|index| (parcel.entry, index, parcel.messages[index].clone()));
            taken.collect::<Vec<_>>()
        };
        parcels.iter().flat_map(of_parcel).collect()
    }

    /// Notes that a channel has taken a message.
    fn took(&self, entry: u64, channel: &str, index: usize) -> Result<(), crate::MonitorError> {
        let mut parcels = self.parcels.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(parcel) = parcels.iter_mut().find(|parcel| parcel.entry == entry) else { return Ok(()) };
        if let Some(waiting) = parcel.waiting.get_mut(channel) {
            waiting.retain(|other| *other != index);
        }
        parcel.waiting.retain(|_, waiting| !waiting.is_empty());
        self.outbox.put(parcel)
    }
}
