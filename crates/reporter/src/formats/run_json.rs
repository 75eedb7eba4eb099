//! `run.json`: what differs from run to run: times, host, work, and the digests of the other files.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

use super::{Format, Rendered, json_bytes};
use crate::{LedgerHead, OtherRecord, Report, ReporterError, SearchRecord};

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
    searches: &'a [SearchRecord],
    others: &'a [OtherRecord],
    repeatable: bool,
    files: Vec<FileEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<&'a LedgerHead>,
}

#[derive(Serialize)]
struct StageEntry<'a> {
    stage: &'a str,
    elapsed_ms: u64,
    elapsed_us: u64,
}

#[derive(Serialize)]
struct ReadEntry<'a> {
    path: &'a str,
    sha256: &'a str,
}

const SCHEMA: &str = "pb-assign/run/1";

/// What a run can be repeated from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RunRecord {
    schema: String,
    /// What the run goes by.
    pub run_id: String,
    /// The path of its configuration.
    pub config: String,
    /// Its command line, program included.
    pub arguments: Vec<String>,
    /// Every file that it read, the configuration first.
    pub read: Vec<RecordedFile>,
    /// Every search of our own, in order.
    pub searches: Vec<SearchRecord>,
    /// Every call of another solver, in order.
    pub others: Vec<OtherRecord>,
    /// Whether the answer is that of the searches alone.
    pub repeatable: bool,
    /// The entry of the ledger that covers the answer.
    pub ledger: Option<LedgerHead>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RecordedFile {
    /// Its path as the run had it.
    pub path: String,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

impl RunRecord {
    /// Reads the text of a `run.json`.
    ///
    /// # Errors
    /// What is wrong first, with line and column.
    pub fn read(text: &str) -> Result<Self, ReporterError> {
        let refused = |message: String| ReporterError::Read { file: FORMAT.file, message };
        let record: Self = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
        if record.schema != SCHEMA {
            let message = format!("its schema is \"{}\", and this version reads \"{SCHEMA}\"", record.schema);
            return Err(refused(message));
        }
        Ok(record)
    }
}

#[derive(Serialize)]
struct FileEntry {
    file: &'static str,
    bytes: usize,
    sha256: String,
}

/// The SHA-256 of some bytes, in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    domain::hex(&Sha256::digest(bytes))
}

fn write(report: &Report<'_>, others: &[Rendered]) -> Result<Vec<u8>, ReporterError> {
    let run = &report.run;
    let stages = run.stages.iter().map(|stage| StageEntry {
        stage: &stage.stage,
        elapsed_ms: stage.elapsed_us / 1_000,
        elapsed_us: stage.elapsed_us,
    });
    let read = run.read.iter().map(|file| ReadEntry { path: &file.path, sha256: &file.sha256 });
    let files = others.iter().map(|other| FileEntry {
        file: other.file,
        bytes: other.bytes.len(),
        sha256: sha256_hex(&other.bytes),
    });
    let document = RunDocument {
        schema: SCHEMA,
        run_id: &report.run_id,
        started_at: &run.started_at,
        host: &run.host,
        config: &run.config,
        arguments: &run.arguments,
        out: run.out.as_deref(),
        read: read.collect(),
        stages: stages.collect(),
        work: &run.work,
        searches: &run.searches,
        others: &run.others,
        repeatable: run.repeatable,
        files: files.collect(),
        ledger: run.ledger.as_ref(),
    };
    json_bytes(FORMAT.file, &document)
}
