//! The program `pb-assign` as its users meet it: commands in, exit code, one line of JSON and words out.

mod alerts;
mod backfills;
mod contract;
mod desk;
mod export;
#[cfg(unix)]
mod faults;
mod folder;
mod history;
mod impact;
mod json_configuration;
mod levels;
mod logs;
mod monitoring;
mod receiver;
mod replay;
mod replay_kept;
mod same_bytes;
mod typical_mistakes;
mod verify;
#[cfg(unix)]
mod year;
