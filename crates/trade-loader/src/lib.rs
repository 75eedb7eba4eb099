//! Files of trades, positions, current metrics, coefficients and earlier plans become rows that load and problems: two
//! values, all problems of a file in one pass, each with its place, the text found and a remedy.
//!
//! This crate never decides what an account or a metric is, never guesses between two readings of a text,
//! and never drops a row in silence. It knows `domain` and nothing else of the product.
//!
//! Start with [`load_trades`]; `rows` says how a row is read, `formats` how a file becomes a table,
//! `number` what counts as a number.
#![deny(clippy::float_arithmetic)]

mod codes;
mod error;
mod source;

mod rows;

mod columns;
mod number;
mod row;

mod file;
mod formats;
mod limits;
mod table;
mod text;

pub use codes::CODES;
pub use error::{LoadError, Reason};
pub use rows::coefficients::load_coefficients;
pub use rows::current_metrics::load_current_metrics;
pub use rows::last_plan::load_last_plan;
pub use rows::positions::load_positions;
pub use rows::security::contradictions;
pub use rows::trades::load_trades;
pub use source::{Conventions, DecimalMark, FileFormat, Loaded, Source};
