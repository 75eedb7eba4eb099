//! The program `pb-assign`: it reads a configuration, runs the stages in order and says how it went.
//!
//! No stage's work is done here: files are read by `trade-loader`, metrics computed by `metric-engine`,
//! problems solved by `solver`. Start with [`config`], where a desk says everything about itself.

pub mod config;
