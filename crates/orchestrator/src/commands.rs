//! The commands of `pb-assign`, one file each.

pub mod completions;
pub mod init;
pub mod model;
pub mod run;
pub mod schema;
pub mod validate;
pub mod verify;

use constraint_manager::{AssignmentProblem, Wishes};
use domain::{Amount, Problem};
use metric_engine::Book;
use reporter::Engine;
use solver::{Settings, backends};

use crate::config::{Config, Given, Loaded};
use crate::inputs::Read;
use crate::stage::Stages;
use crate::{Failure, config, inputs};

/// What a run knows before it solves.
pub(crate) struct Prepared {
    pub(crate) config: Config,
    pub(crate) read: Read,
    pub(crate) book: Book,
    pub(crate) problem: AssignmentProblem,
    pub(crate) warnings: Vec<Problem>,
}

/// The stages up to the solver: configuration, files, book, problem.
pub(crate) fn prepare(path: &std::path::Path, given: &Given, stages: &mut Stages) -> Result<Prepared, Failure> {
    let Loaded { config, mut warnings } =
        stages.run("configuration", || config::load(path, given)).map_err(Failure::Refused)?;
    require_trades(&config)?;
    let read = stages.run("load", || inputs::read(&config, given))?;
    warnings.extend(read.warnings.iter().cloned());
    let book = stages.run("metrics", || metric_engine::compile(&config.desk, &read.day)).map_err(Failure::Refused)?;
    warnings.extend(metric_engine::cautions(&config.desk, &read.day));
    let wishes = Wishes { objective: &config.desk.objective, last_plan: &read.day.last_plan };
    let problem =
        stages.run("constraints", || constraint_manager::build_with(&book, wishes)).map_err(Failure::Refused)?;
    tracing::info!(
        accounts = problem.accounts.len(),
        rows = problem.rows.len(),
        net_positions = problem.positions.len(),
        "stated the problem"
    );
    Ok(Prepared { config, read, book, problem, warnings })
}

fn require_trades(config: &Config) -> Result<(), Failure> {
    if config.inputs.trades.is_some() {
        return Ok(());
    }
    Err(Failure::Request {
        message: "no file of trades: inputs.trades is missing and --trades was not given".to_owned(),
        hint: "add `inputs: { trades: trades.csv }` to the configuration, or run with --trades FILE".to_owned(),
    })
}

/// What the solver may use up, from the configuration.
pub(crate) fn settings(config: &Config) -> Settings {
    let backend = backends::named(&config.solver.backend).expect("the configuration takes names of the table only");
    let timeout = std::time::Duration::from_millis(config.solver.timeout_ms);
    Settings { timeout, gap_rel: Amount::from(config.solver.gap), backend }
}

/// What computed the answer.
pub(crate) fn engine(settings: &Settings) -> Engine {
    Engine { version: env!("CARGO_PKG_VERSION").to_owned(), solver: settings.backend.version() }
}
