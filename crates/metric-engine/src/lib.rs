//! Trades, positions and definitions in; exact metric values and effects out.
//!
//! A [`Book`] is a desk and a day made ready for arithmetic: every trade has its value, every account
//! its opening positions, every metric the rates of each security. It answers what a metric is under
//! an assignment ([`evaluate`]) and what booking one trade does to it ([`effect`]).
//!
//! This crate never opens a file, never uses a float, and does not know that limits are solved for.
//! Start with [`book`]; the formulas stand in [`kinds`].
#![deny(clippy::float_arithmetic)]

pub mod book;
pub mod compile;
pub mod effect;
pub mod evaluate;
pub mod kinds;
pub mod standing;
pub mod value;

mod cautions;
mod codes;
mod coefficients;
mod holdings;
mod missing;
mod prices;
mod references;

pub use book::{AccountBook, Additive, Book, Form, Leg, Metric, Security, TradeLine};
pub use cautions::{cautions, coefficients_used};
pub use codes::CODES;
pub use compile::{Draft, compile, draft};
pub use references::check as check_references;
pub use standing::Standing;
pub use value::MetricValue;
