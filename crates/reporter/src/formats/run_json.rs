//! `run.json`: what differs from run to run: times, host, work, and the digests of the other files.

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Format, Rendered, json_bytes};
use crate::{Report, ReporterError};

/// The file.
pub const FORMAT: Format = Format { file: "run.json", about: "what differs from run to run", write };

#[derive(Serialize)]
struct RunDocument<'a> {
    schema: &'static str,
    run_id: &'a str,
    started_at: &'a str,
    host: &'a str,
    config: &'a str,
    arguments: &'a [String],
    out: Option<&'a str>,
    read: Vec<ReadEntry<'a>>,
    stages: Vec<StageEntry<'a>>,
    work: &'a BTreeMap<String, u64>,
    files: Vec<FileEntry>,
}

#[derive(Serialize)]
struct StageEntry<'a> {
    stage: &'a str,
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct ReadEntry<'a> {
    path: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct FileEntry {
    file: &'static str,
    bytes: usize,
    sha256: String,
}

/// The SHA-256 of some bytes, in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string never fails");
        text
    })
}

fn write(report: &Report<'_>, others: &[Rendered]) -> Result<Vec<u8>, ReporterError> {
    let run = &report.run;
    let stages = run.stages.iter().map(|stage| StageEntry { stage: &stage.stage, elapsed_ms: stage.elapsed_ms });
    let read = run.read.iter().map(|file| ReadEntry { path: &file.path, sha256: &file.sha256 });
    let files = others.iter().map(|other| FileEntry {
        file: other.file,
        bytes: other.bytes.len(),
        sha256: sha256_hex(&other.bytes),
    });
    let document = RunDocument {
        schema: "pb-assign/run/1",
        run_id: &report.run_id,
        started_at: &run.started_at,
        host: &run.host,
        config: &run.config,
        arguments: &run.arguments,
        out: run.out.as_deref(),
        read: read.collect(),
        stages: stages.collect(),
        work: &run.work,
        files: files.collect(),
    };
    json_bytes(FORMAT.file, &document)
}
