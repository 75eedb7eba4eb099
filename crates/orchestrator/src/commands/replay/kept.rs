//! A run of the ledger repeated, from the files that were kept of it: wherever they lay, and whatever is there now.
//!
//! What the answer says of a file is its name as the configuration or the command line had it. So the configuration is read
//! as it was, from where it lay, and only the bytes of the files come from elsewhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Parser;
use monitor::{Chained, Kept, Ledger, RunEntry, State};
use reporter::RunRecord;
use reporter::formats::run_json;

use super::{COMPARED, Published, repeated};
use crate::arguments::{Cli, Command, ReplayArguments};
use crate::commands::prepare_loaded;
use crate::config::{self, Given, Loaded};
use crate::exit::Exit;
use crate::stage::Stages;
use crate::{Failure, kept, record, telemetry, wanted};

/// Repeats the run that `wanted` names.
pub(super) fn replay(wanted: &str, arguments: &ReplayArguments) -> Result<(Exit, String), Failure> {
    refuse_other_files(arguments)?;
    let (state, locked) = record::read(&arguments.state, arguments.wait)?;
    // Without the lock: kept files never change, and a run should not have to wait for this one.
    let ledger = locked.release();
    let found = named(&state, &ledger, wanted)?;
    let (seq, run) = (found.seq, answered(&found, &ledger)?);
    tell_version(seq, run);
    let files = KeptFiles { bytes: kept::read(&state, seq, run)? };
    let text = |name| files.output(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let record = RunRecord::read(&text(run_json::FORMAT.file)?)?;
    let mut stages = Stages::new();
    let folder = tempfile::tempdir().map_err(unwritable)?;
    let given = given(run, &record)?;
    let loaded = stages.run("configuration", || files.load(run, &record, &given))?;
    let loaded = files.placed(run, loaded, folder.path())?;
    let prepared = prepare_loaded(loaded, &given, &mut stages)?;
    let compared = COMPARED.iter().map(|format| Ok(files.output(format.file)?.to_vec()));
    let files = compared.collect::<Result<Vec<_>, Failure>>()?;
    let published = Published { name: format!("the run of entry {seq}"), seq: Some(seq), record, files };
    repeated(&published, &prepared, &mut stages)
}

/// A run of the ledger has its own files, and no others are taken.
fn refuse_other_files(arguments: &ReplayArguments) -> Result<(), Failure> {
    let ReplayArguments { config, as_of, trades, positions, .. } = arguments;
    if config.is_none() && as_of.is_none() && trades.is_none() && positions.is_none() {
        return Ok(());
    }
    Err(Failure::Request {
        message: "a run of the ledger is repeated with the files that were kept of it".to_owned(),
        hint: "leave out --config, --as-of, --trades and --positions, or name a published folder: --run DIR".to_owned(),
    })
}

/// The entry of the run; that of a rerun is the run that it repeats.
fn named(state: &State, ledger: &Ledger, wanted: &str) -> Result<Chained, Failure> {
    let found = wanted::find(state, ledger, wanted).map_err(|failure| match failure {
        Failure::Request { .. } if Path::new(wanted).is_dir() => Failure::Request {
            message: format!("{} has no entry or run {wanted}", state.ledger_path().display()),
            hint: format!("write ./{wanted} if the folder is meant"),
        },
        other => other,
    })?;
    wanted::find(state, ledger, &wanted::with_files(&found).to_string())
}

/// The run, if it has an answer.
fn answered<'a>(found: &'a Chained, ledger: &Ledger) -> Result<&'a RunEntry, Failure> {
    let run = found.entry.run();
    if let Some(run) = run.filter(|run| !run.outputs.is_empty()) {
        return Ok(run);
    }
    let what = match run {
        Some(run) => format!("the run of entry {} was refused ({})", found.seq, run.reason),
        None => format!("entry {} is about the ledger itself", found.seq),
    };
    let before = wanted::entries(ledger)?.into_iter().rfind(|chained| {
        let is_answered = chained.entry.run().is_some_and(|run| !run.outputs.is_empty());
        chained.seq < found.seq && is_answered
    });
    let hint = match before {
        Some(before) => format!("the last run with an answer before it is that of entry {}", before.seq),
        None => "no run before it has an answer either".to_owned(),
    };
    Err(Failure::Request { message: format!("{what}: there is nothing to replay"), hint })
}

fn tell_version(seq: u64, run: &RunEntry) {
    let version = env!("CARGO_PKG_VERSION");
    if run.engine != version {
        telemetry::tell(&format!("Entry {seq} was made by pb-assign {}, and this is {version}.", run.engine));
    }
}

/// What the command line of the run said.
fn given(run: &RunEntry, record: &RunRecord) -> Result<Given, Failure> {
    let said = Cli::try_parse_from(&record.arguments);
    let Ok(Cli { command: Command::Run(said), .. }) = said else {
        let what = "that this version takes the command line of the run".to_owned();
        return Err(Failure::DoesNotHold { what, discrepancies: vec![record.arguments.join(" ")], internal: false });
    };
    Ok(Given { out: run.out.clone(), ..said.given() })
}

/// Every file of a run, by its path in [`RunEntry::laid_out`].
struct KeptFiles {
    bytes: BTreeMap<String, Vec<u8>>,
}

impl KeptFiles {
    fn output(&self, name: &str) -> Result<&[u8], Failure> {
        let found = self.bytes.get(&format!("outputs/{name}"));
        found.map(Vec::as_slice).ok_or_else(|| not_kept(name))
    }

    /// The configuration, as if it lay where it did.
    fn load(&self, run: &RunEntry, record: &RunRecord, given: &Given) -> Result<Loaded, Failure> {
        let kept = run.config.as_ref().ok_or_else(|| not_kept("the configuration"))?;
        let bytes = self.bytes.iter().find(|(path, _)| path.starts_with("config/"));
        let (_, bytes) = bytes.ok_or_else(|| not_kept(&kept.path))?;
        let folder = Path::new(&record.config).parent().unwrap_or(Path::new(""));
        config::read(&kept.path, folder, bytes, given).map_err(Failure::Refused)
    }

    /// The configuration with its files in `folder`, where they are written.
    fn placed(&self, run: &RunEntry, mut loaded: Loaded, folder: &Path) -> Result<Loaded, Failure> {
        let inputs = &mut loaded.config.inputs;
        let kept = run.laid_out().into_iter().filter(|(path, _)| path.starts_with("inputs/"));
        let kept: Vec<(String, &Kept)> = kept.collect();
        let [named, had]: [Vec<&str>; 2] = [
            inputs.sources().map(|source| source.name.as_str()).collect(),
            kept.iter().map(|(_, kept)| kept.path.as_str()).collect(),
        ];
        if named != had {
            let what = "that the configuration names the files that the run read".to_owned();
            let discrepancies =
                vec![format!("it names {}", named.join(", ")), format!("the run read {}", had.join(", "))];
            return Err(Failure::DoesNotHold { what, discrepancies, internal: false });
        }
        let mut paths: Vec<PathBuf> = Vec::new();
        std::fs::create_dir(folder.join("inputs")).map_err(unwritable)?;
        for (path, _) in &kept {
            let place = folder.join(path);
            std::fs::write(&place, &self.bytes[path]).map_err(unwritable)?;
            paths.push(place);
        }
        inputs.read_from(paths.into_iter());
        Ok(loaded)
    }
}

fn not_kept(what: &str) -> Failure {
    Failure::DoesNotHold {
        what: "what was kept of the run".to_owned(),
        discrepancies: vec![format!("{what} is not among it")],
        internal: false,
    }
}

fn unwritable(source: std::io::Error) -> Failure {
    Failure::Io { action: "write", path: std::env::temp_dir().display().to_string(), source }
}
