//! Cuts in a certificate.

use domain::certificate::Cut;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bookings of which a limit does not allow more than some: the sum of the weights of those that are made is at most
/// `most`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Cut")]
pub(super) struct CutEntry {
    /// The limit: its place in rooms.
    room: usize,
    /// What the weights come to at most.
    most: i32,
    /// The weights: a booking at the account of the limit, by its place in bookings, and what it counts; below 0 where it
    /// counts to stay away. 0 for bookings that are not listed.
    weights: Vec<(usize, i32)>,
}

impl CutEntry {
    pub(super) fn of(cut: &Cut) -> Self {
        let Cut { room, weights, most } = cut.clone();
        Self { room, most, weights }
    }

    pub(super) fn into_cut(self) -> Cut {
        let Self { room, most, weights } = self;
        Cut { room, weights, most }
    }
}
