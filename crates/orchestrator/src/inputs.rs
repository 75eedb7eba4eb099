//! The files of a run, read, with everything wrong in any of them reported together.

use domain::{Day, Problem};
use reporter::InputDigest;
use trade_loader::{Conventions, LoadError, Loaded, Source};

use crate::Failure;
use crate::config::{Config, Given};

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    /// The rows.
    pub day: Day,
    /// What was read, by content: the same whatever the order of the rows.
    pub digests: Vec<InputDigest>,
    /// What was read, by the bytes of each file.
    pub files: Vec<InputDigest>,
    /// What the user should know.
    pub warnings: Vec<Problem>,
}

/// Reads every file of the configuration, with those that the command line gives instead.
pub(crate) fn read(config: &Config, given: &Given) -> Result<Read, Failure> {
    let conventions = Conventions {
        allow_negative_accrued: config.allow_negative_accrued,
        base_currency: Some(config.desk.fx.base.clone()),
    };
    let mut reading = Reading::default();
    let inputs = &config.inputs;
    let mut day = Day {
        trades: reading.file(inputs.trades.as_ref(), |source| trade_loader::load_trades(source, &conventions)),
        positions: reading.file(inputs.positions.as_ref(), |source| trade_loader::load_positions(source, &conventions)),
        current_metrics: reading
            .file(inputs.current_metrics.as_ref(), |source| trade_loader::load_current_metrics(source, &conventions)),
        coefficients: reading
            .file(inputs.coefficients.as_ref(), |source| trade_loader::load_coefficients(source, &conventions)),
        last_plan: reading.file(inputs.last_plan.as_ref(), |source| trade_loader::load_last_plan(source, &conventions)),
    };
    reading.problems.extend(trade_loader::contradictions(&day.trades, &day.positions, &config.desk.fx.base));
    if reading.problems.iter().any(Problem::is_error) {
        // The rows that load may name what is not there: it is said now, not when the others have been mended.
        reading.problems.extend(metric_engine::check_references(&config.desk, &day));
        return Err(Failure::Refused(reading.problems));
    }
    // The order of rows in a file means nothing, so that nothing downstream can depend on it.
    day.trades.sort_by(|a, b| a.id.cmp(&b.id));
    day.positions.sort_by(|a, b| (&a.account, &a.security).cmp(&(&b.account, &b.security)));
    day.last_plan.sort_by(|a, b| a.trade.cmp(&b.trade));
    tracing::info!(
        trades = day.trades.len(),
        positions = day.positions.len(),
        coefficients = day.coefficients.len(),
        "read the day's files"
    );
    let mut digests = reading.digests;
    for (source, given) in [(&inputs.trades, &given.trades), (&inputs.positions, &given.positions)] {
        let given = source.as_ref().filter(|_| given.is_some());
        digests
            .iter_mut()
            .filter(|digest| given.is_some_and(|given| given.name == digest.path))
            .for_each(recorded_by_name);
    }
    Ok(Read { day, digests, files: reading.files, warnings: reading.problems })
}

/// A file of the command line is recorded by its name alone: its path depends on where the program was run.
fn recorded_by_name(digest: &mut InputDigest) {
    if let Some(name) = std::path::Path::new(&digest.path).file_name() {
        digest.path = name.to_string_lossy().into_owned();
    }
}

#[derive(Default)]
struct Reading {
    problems: Vec<Problem>,
    digests: Vec<InputDigest>,
    files: Vec<InputDigest>,
}

impl Reading {
    fn file<T>(
        &mut self,
        source: Option<&Source>,
        load: impl FnOnce(&Source) -> Result<Loaded<T>, LoadError>,
    ) -> Vec<T> {
        let Some(source) = source else { return Vec::new() };
        match load(source) {
            Ok(loaded) => {
                self.problems.extend(loaded.problems);
                self.digests.push(InputDigest { path: source.name.clone(), sha256: loaded.rows_sha256 });
                self.files.push(InputDigest { path: source.name.clone(), sha256: loaded.bytes_sha256 });
                loaded.rows
            }
            Err(error) => {
                self.problems.push(error.problem());
                Vec::new()
            }
        }
    }
}
