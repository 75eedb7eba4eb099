//! Us and other solvers on the same instances, each in a process of its own, one after the other, with the same time
//! limit and the same exact check of every plan.

mod attempt;
mod check;
mod environment;
mod instance;
mod message;
mod model;
mod plot;
mod row;
mod statistics;
mod tables;
mod verdict;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{Outcome, XtaskError};
use attempt::{Attempt, Order};
use check::Checker;
use instance::{Instance, Prepared};
use message::Status;
use row::Row;

/// The name of the product in tables.
const OURS: &str = "ours";
/// The name under which planted plans and published values stand in tables.
const KNOWN: &str = "known";
/// The name of the linear relaxation, which finds no plans: the least that a bound has to be.
const RELAXATION: &str = "relaxation";
/// The peers: the name in tables, and the script in `xtask/peers`.
const PEERS: [(&str, &str); 4] =
    [("highs", "highs.py"), ("cpsat", "cpsat.py"), ("scip", "scip.py"), (RELAXATION, "relaxation.py")];
const SCRIPTS: &str = "xtask/peers";
/// What a peer may use, as the product does.
const THREADS: usize = 2;

const CSV: &str = "target/bench/peers.csv";
const SVG: &str = "target/bench/peers.svg";

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Seconds for each solver and instance.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0)]
    pub(crate) time_limit: f64,
    /// Classes: loose, mid, tight, band, gap-a to gap-e; all without it.
    #[arg(long, value_name = "CLASS,...", value_delimiter = ',')]
    pub(crate) classes: Vec<String>,
    /// Two desks of each class and four stored instances only.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Another series of desks: the same sizes and kinds with other seeds.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) series: u64,
    /// Who runs: ours, highs, cpsat, scip, relaxation (a bound alone); all without it. What the others did before is kept.
    #[arg(long, value_name = "SOLVER,...", value_delimiter = ',')]
    pub(crate) solvers: Vec<String>,
    /// Keep what target/bench/peers.csv already has and run what is missing.
    #[arg(long)]
    pub(crate) resume: bool,
    /// The folder of the stored instances, from the workspace.
    #[arg(long, value_name = "DIR", default_value = "../shared/data/gap")]
    pub(crate) data: PathBuf,
}

/// What a run of the benchmark works with.
struct Bench<'a> {
    root: &'a Path,
    program: &'a Path,
    python: Option<PathBuf>,
    limit_s: f64,
}

/// Measures, prints tables, writes them as CSV and as a picture; a contradiction between us and a peer is an error.
pub(super) fn run(root: &Path, program: &Path, options: &Options) -> Outcome {
    let solvers = chosen(&options.solvers)?;
    let instances = instance::list(&options.classes, options.quick, options.series, &root.join(&options.data))?;
    let has_peers = solvers.iter().any(|solver| *solver != OURS);
    let python = if has_peers { Some(environment::ensure(root)?) } else { None };
    let bench = Bench { root, program, python, limit_s: options.time_limit };
    let path = root.join(CSV);
    let earlier = row::read(&path);
    let mut rows = Vec::new();
    for (index, instance) in instances.iter().enumerate() {
        eprintln!("bench peers: {} ({} of {})", instance.name, index + 1, instances.len());
        let known: Vec<&Row> = earlier.iter().filter(|row| row.instance == instance.name).collect();
        rows.extend(bench.measure(instance, &solvers, options.resume, &known)?);
        save(&path, &earlier, &mut rows)?;
    }
    plot::write(&root.join(SVG), &rows, options.time_limit)?;
    println!("{}\nAlso in {CSV} and {SVG}.", tables::report(&rows, options.time_limit));
    match verdict::contradictions(&rows).len() {
        0 => Ok(()),
        found => Err(XtaskError::Contradictions { found }),
    }
}

/// The solvers that run, in the order of the table.
fn chosen(wanted: &[String]) -> Outcome<Vec<&'static str>> {
    let all = || std::iter::once(OURS).chain(PEERS.iter().map(|(name, _)| *name));
    if let Some(unknown) = wanted.iter().find(|name| !all().any(|known| known == name.as_str())) {
        return Err(XtaskError::Refused {
            what: format!("find the solver {unknown}"),
            hint: format!("the solvers are {}", all().collect::<Vec<_>>().join(", ")),
        });
    }
    Ok(all().filter(|name| wanted.is_empty() || wanted.iter().any(|each| each == name)).collect())
}

/// Writes this run's rows, and those of earlier runs on other instances.
fn save(path: &Path, earlier: &[Row], rows: &mut [Row]) -> Outcome {
    statistics::settle(rows);
    let is_new = |row: &&Row| rows.iter().any(|new| new.instance == row.instance);
    let kept = earlier.iter().filter(|row| !is_new(row));
    let all: Vec<Row> = rows.iter().chain(kept).cloned().collect();
    row::write(path, &all)
}

impl Bench<'_> {
    /// The rows of one instance: those of an earlier run where they are of the same model and not asked for anew.
    fn measure(&self, instance: &Instance, solvers: &[&str], is_resumed: bool, known: &[&Row]) -> Outcome<Vec<Row>> {
        let prepared = instance.prepare(self.root, self.program, self.limit_s)?;
        let mut checker = Checker::new(self.program, &prepared.desk, &prepared.folder.join("check"))?;
        let mut rows = Vec::new();
        rows.extend(self.known_plan(instance, &prepared, &mut checker)?);
        let earlier = |name: &str| known.iter().find(|row| row.solver == name && row.digest == prepared.digest);
        for name in std::iter::once(OURS).chain(PEERS.iter().map(|(name, _)| *name)) {
            let is_asked_for = solvers.contains(&name);
            match earlier(name) {
                Some(row) if is_resumed || !is_asked_for => rows.push((*row).clone()),
                _ if is_asked_for => rows.push(self.attempt(name, instance, &prepared, &mut checker)?),
                _ => {}
            }
        }
        Ok(rows)
    }

    fn attempt(&self, name: &str, instance: &Instance, prepared: &Prepared, checker: &mut Checker<'_>) -> Outcome<Row> {
        let order = Order { prepared, limit_s: self.limit_s, gap: instance.gap, threads: THREADS };
        let script = PEERS.iter().find(|(known, _)| *known == name).map(|(_, script)| *script);
        let attempt = match (script, &self.python) {
            (Some(script), Some(python)) => attempt::peer(python, &self.root.join(SCRIPTS).join(script), &order)?,
            _ => attempt::ours(self.program, &order)?,
        };
        let row = self::row(name, instance, prepared, &attempt, checker)?;
        let found = row.objective.as_deref().unwrap_or("no plan");
        eprintln!("  {name}: {} after {:.2} s, {found} {}", row.status.word(), row.seconds, row.note);
        Ok(row)
    }

    /// A row for the plan that is known to keep the limits, where there is one. That it does is checked like any other.
    fn known_plan(&self, instance: &Instance, prepared: &Prepared, checker: &mut Checker<'_>) -> Outcome<Option<Row>> {
        let objective = match (&prepared.planted, instance.published) {
            (Some(plan), _) => Some(checker.objective(plan)?.ok_or_else(|| XtaskError::Refused {
                what: format!("confirm that the planted plan of {} keeps every limit", instance.name),
                hint: "the desk generator and pb-assign disagree: one of them has a fault".to_owned(),
            })?),
            (None, Some(cost)) => Some(format!("-{cost}")),
            (None, None) => None,
        };
        let attempt = Attempt { status: Some(Status::Feasible), ..Attempt::default() };
        let row = self::row(KNOWN, instance, prepared, &attempt, checker)?;
        Ok(objective.map(|objective| Row { objective: Some(objective), ..row }))
    }
}

fn row(
    solver: &str,
    instance: &Instance,
    prepared: &Prepared,
    attempt: &Attempt,
    checker: &mut Checker<'_>,
) -> Outcome<Row> {
    let judged = row::judge(attempt, checker)?;
    let status = attempt.status.unwrap_or(Status::Error);
    // What is proven is the last plan: it has to be one that keeps every limit.
    let is_proven = status == Status::Optimal && judged.is_last_kept;
    Ok(Row {
        instance: instance.name.clone(),
        class: instance.class.clone(),
        solver: solver.to_owned(),
        digest: prepared.digest.clone(),
        version: attempt.version.clone(),
        status,
        objective: judged.objective,
        bound: attempt.bound,
        certified_gap: attempt.certified_gap,
        first_plan_s: judged.first_plan_s,
        proof_s: is_proven.then_some(attempt.solving_s.unwrap_or(attempt.seconds)),
        seconds: attempt.seconds,
        plans: attempt.plans.len(),
        broken: judged.broken,
        spread: prepared.spread,
        gap: instance.gap,
        primal_gap: None,
        note: attempt.note.replace(['\n', '\r'], " "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use row::tests::row;

    #[test]
    fn solvers_are_chosen_by_name() {
        assert_eq!(chosen(&[]).unwrap(), ["ours", "highs", "cpsat", "scip", "relaxation"]);
        assert_eq!(chosen(&["scip".to_owned(), "ours".to_owned()]).unwrap(), ["ours", "scip"]);
        assert!(chosen(&["gurobi".to_owned()]).unwrap_err().to_string().contains("ours, highs, cpsat, scip"));
    }

    #[test]
    fn rows_of_other_instances_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peers.csv");
        let earlier = [row("band-1", OURS, Some(-2.0), None), row("mid-1", OURS, Some(-2.0), None)];
        save(&path, &earlier, &mut [row("band-1", OURS, Some(-1.0), None)]).unwrap();
        let saved: Vec<(String, Option<f64>)> =
            row::read(&path).iter().map(|r| (r.instance.clone(), r.value())).collect();
        assert_eq!(saved, [("band-1".to_owned(), Some(-1.0)), ("mid-1".to_owned(), Some(-2.0))]);
    }
}
