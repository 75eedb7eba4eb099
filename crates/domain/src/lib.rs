//! The words of the business as types: trades, positions, accounts, metrics, limits, and the exact
//! numbers they are stated in.
//!
//! This crate never opens a file, never holds a float and never serialises: it does not know where
//! its values come from or go to. Sizes and signs are fixed here once, so that no other crate has to
//! ask whether a sell is negative or a price is per 100.
//!
//! Start with [`trade`] and [`metric`]; [`amount`] says what "exact" means.
#![deny(clippy::float_arithmetic)]

pub mod amount;
pub mod hex;
pub mod id;
pub mod names;
pub mod place;
pub mod problem;
pub mod setting;
pub mod shape;

pub mod currency;
pub mod valuation;

pub mod position;
pub mod security_type;
pub mod trade;

pub mod account;
pub mod assignment;
pub mod breach;
pub mod certificate;
pub mod limit;
pub mod metric;

pub mod day;
pub mod desk;

pub use account::{Acceptance, Account};
pub use amount::{Amount, Decimal};
pub use assignment::Assignment;
pub use breach::Breach;
pub use certificate::{Certificate, Certificates, LevelCertificate};
pub use currency::FxRates;
pub use day::{CoefficientRow, CurrentMetric, Day, PlannedBooking};
pub use desk::{Desk, GiveUp, Keep, ObjectiveSettings, OrderedMetric};
pub use hex::hex;
pub use id::{AccountId, Currency, MetricName, SecurityId, SecurityTypeName, TradeId};
pub use limit::{Bound, Limit, OnBreach};
pub use metric::{MetricDefinition, SideRates};
pub use place::Place;
pub use position::Position;
pub use problem::{Code, Problem, Severity};
pub use security_type::SecurityType;
pub use setting::{Setting, SettingValue};
pub use shape::{Key, Shape};
pub use trade::{Side, Trade};
pub use valuation::{AccruedQuote, PriceQuote, Valuation};
