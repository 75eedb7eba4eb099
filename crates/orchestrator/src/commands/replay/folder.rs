//! A published folder repeated, from the configuration and the files where they are now.

use std::path::Path;

use reporter::formats::run_json;
use reporter::formats::run_json::RecordedFile;
use reporter::{InputDigest, ResultDocument, RunRecord};

use super::{COMPARED, Published, repeated};
use crate::Failure;
use crate::arguments::ReplayArguments;
use crate::commands::prepare;
use crate::commands::run::files_read;
use crate::commands::verify::{differing_files, read, recorded_config};
use crate::config::Given;
use crate::exit::Exit;
use crate::stage::Stages;

/// Repeats the run of a folder.
pub(super) fn replay(dir: &Path, arguments: &ReplayArguments) -> Result<(Exit, String), Failure> {
    if !dir.exists() {
        return Err(Failure::Request {
            message: format!("there is no published folder {}", dir.display()),
            hint: "name one, or a run of the ledger: the number of its entry, its run_id, its date, or latest"
                .to_owned(),
        });
    }
    let record = RunRecord::read(&read(dir, run_json::FORMAT.file)?)?;
    let texts = COMPARED.iter().map(|format| read(dir, format.file)).collect::<Result<Vec<_>, _>>()?;
    let document = ResultDocument::read(&texts[0])?;
    let config = match &arguments.config {
        Some(config) => config.clone(),
        None => recorded_config(dir)?,
    };
    let as_of = document.as_of.as_deref().and_then(|date| date.parse().ok());
    let given = Given {
        as_of: arguments.as_of.or(as_of),
        trades: arguments.trades.clone(),
        positions: arguments.positions.clone(),
        out: None,
    };
    let mut stages = Stages::new();
    let prepared = prepare(&config, &given, &mut stages)?;
    require_same_files(&record.read, &files_read(&prepared, &config))?;
    let files = texts.into_iter().map(String::into_bytes).collect();
    let published = Published { name: format!("the run in {}", dir.display()), seq: None, record, files };
    repeated(&published, &prepared, &mut stages)
}

/// The configuration and every input file, byte by byte what they were.
fn require_same_files(recorded: &[RecordedFile], now: &[InputDigest]) -> Result<(), Failure> {
    let found = differing_files(recorded, now);
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::Request {
        message: format!("the run cannot be repeated with other files:\n{}", found.join("\n")),
        hint:
            "name the files as they were: --config FILE, --as-of DATE, --trades FILE, --positions FILE; or repeat the \
               run from what the ledger keeps of it: replay RUN --state DIR"
                .to_owned(),
    })
}
