//! The history against made-up records whose answers were worked out by hand.

mod following;
mod questions;
mod record;
mod tracking;
