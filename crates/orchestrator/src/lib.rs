//! The program `pb-assign`: it reads a configuration, runs the stages in order and says how it went.
//!
//! No stage's work is done here: files are read by `trade-loader`, metrics computed by `metric-engine`, limits
//! stated by `constraint-manager`, problems solved by `solver`, answers checked by `verifier`, files written by
//! `reporter`, runs
//! recorded by `monitor`. Start with [`commands::run`], where the order of the stages stands; [`config`] is where a desk says
//! everything about itself, [`exit`] what the process ends with.

pub mod arguments;
pub mod cli;

pub mod commands;

pub mod config;
pub mod exit;

mod answer;
mod certificate;
mod chart;
mod checks;
mod claim;
mod course;
mod failure;
mod impact;
mod inputs;
mod interrupt;
mod kept;
mod progress;
mod published;
mod record;
mod stage;
mod telemetry;
mod wanted;
mod watch;

pub use failure::Failure;
