//! Why a channel did not take a message.

/// Why a message was not taken. No text holds an address, a secret or an answer of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It may go well in a moment.
    Passing(String),
    /// Nothing that this channel is told arrives before somebody mends something.
    Channel(String),
    /// This message alone was refused.
    Message(String),
}
