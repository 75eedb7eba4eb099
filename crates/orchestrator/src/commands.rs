//! The commands of `pb-assign`, one file each.

pub mod alerts;
pub mod audit;
pub mod breaches;
pub mod completions;
pub mod history;
pub mod init;
pub mod model;
pub mod replay;
pub mod run;
pub mod schema;
pub mod solve_child;
pub mod validate;
pub mod verify;

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use constraint_manager::{AssignmentProblem, Wishes};
use domain::{Amount, Problem};
use metric_engine::Book;
use reporter::Engine;
use solver::backends::Runs;
use solver::child::Child;
use solver::{Backend, Backends, Settings, backends};

use self::solve_child::Start;
use crate::config::{BackendChoice, Config, Given, Loaded, SolverSettings};
use crate::inputs::Read;
use crate::stage::Stages;
use crate::{Failure, checks, config, inputs};

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
    prepare_loaded(load(path, given, stages)?, given, stages)
}

/// The first of them.
pub(crate) fn load(path: &std::path::Path, given: &Given, stages: &mut Stages) -> Result<Loaded, Failure> {
    stages
        .run("configuration", || config::load(path, given))
        .map_err(|problems| Failure::Refused(checks::beside(problems, config::rest(path, given), given)))
}

/// Those behind the configuration.
pub(crate) fn prepare_loaded(loaded: Loaded, given: &Given, stages: &mut Stages) -> Result<Prepared, Failure> {
    let Loaded { config, mut warnings } = loaded;
    require_trades(&config)?;
    let Config { desk, inputs: files, allow_negative_accrued, .. } = &config;
    let conventions = inputs::conventions(*allow_negative_accrued, &desk.fx.base);
    let read = stages.run("load", || inputs::read(files, &conventions, given));
    if read.is_refused() {
        return Err(Failure::Refused(checks::of_rows(desk, files, read)));
    }
    warnings.extend(read.problems.iter().cloned());
    let book = stages.run("metrics", || checks::book(desk, &read.day)).map_err(Failure::Refused)?;
    warnings.extend(metric_engine::cautions(desk, &read.day));
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
    let SolverSettings { timeout_ms, gap, effort, threads, .. } = config.solver;
    let chosen = &config.solver.backends;
    Settings {
        timeout: Duration::from_millis(timeout_ms),
        gap_rel: Amount::from(gap),
        search: chosen.iter().any(BackendChoice::is_search),
        effort,
        courses: None,
        threads,
        backends: Backends::new(chosen.iter().filter_map(|choice| backend(choice, &config.solver)).collect()),
    }
}

/// The backend that solves in a process of its own; nothing for our own search, which needs none.
fn backend(choice: &BackendChoice, settings: &SolverSettings) -> Option<Arc<dyn Backend>> {
    let child = |name: &str, start: Start, version: String| -> Arc<dyn Backend> {
        Arc::new(Child::new(name, solve_child::launch(&start, settings), version))
    };
    match choice {
        BackendChoice::Own { name, command } => {
            let command = command.iter().map(OsString::from).collect();
            Some(child(name, Start::Command { command, folder: Some(settings.folder.clone()) }, name.clone()))
        }
        BackendChoice::Known(name) => {
            let kind = backends::named(name).expect("the configuration takes names of the table only");
            match kind.runs {
                Runs::Search => None,
                Runs::Library(library) => Some(child(name, Start::Library(kind.name), library.version())),
                Runs::Python(script) => {
                    let command = vec![settings.python.clone().into_os_string(), "-c".into(), script.into()];
                    Some(child(name, Start::Command { command, folder: None }, kind.name.to_owned()))
                }
            }
        }
    }
}

/// What computed the answer. `had_a_part` says whether backends changed anything of it.
pub(crate) fn engine(settings: &Settings, had_a_part: bool) -> Engine {
    let mut solver = settings.backends.versions(had_a_part);
    if solver.is_empty() {
        solver.push("none".to_owned());
    }
    Engine { version: env!("CARGO_PKG_VERSION").to_owned(), solver: solver.join(", ") }
}
