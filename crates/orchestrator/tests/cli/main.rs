//! The program `pb-assign` as its users meet it: commands in, exit code, one line of JSON and words out.

mod alerts;
mod backfills;
mod contract;
#[cfg(target_os = "linux")]
mod crash;
mod damaged_ledger;
mod desk;
#[cfg(target_os = "linux")]
mod dry_run;
mod export;
mod extract;
#[cfg(unix)]
mod faults;
mod folder;
#[cfg(target_os = "linux")]
mod forged_exports;
mod history;
mod impact;
#[cfg(target_os = "linux")]
mod interrupt;
mod json_configuration;
mod levels;
mod logs;
mod missing_entries;
mod monitoring;
#[cfg(target_os = "linux")]
mod processes;
mod receiver;
mod replay;
mod replay_kept;
mod reruns;
mod same_bytes;
#[cfg(target_os = "linux")]
mod tracer;
mod typical_mistakes;
mod verify;
#[cfg(target_os = "linux")]
mod waiting;
#[cfg(unix)]
mod year;
