//! The generalized assignment instances of the OR-Library, against their published optima.

use std::path::Path;

use super::{Ending, WORK, run_once};
use crate::error::{Outcome, XtaskError};
use crate::gap_instance::GapInstance;
use crate::{cargo, files};

/// The classes that end with a proof; d and e are there to be hard.
const CLASSES: &[&str] = &["gap", "a", "b", "c"];
const SOLVER: &str = "{ gap: 0, timeout: 60s }";
const OPTIMA: &str = "optima.csv";

/// Runs each instance with a published optimum in `data`; an ending that is not the optimum, proven, is an error.
pub(crate) fn run(root: &Path, data: &Path) -> Outcome {
    let table = data.join(OPTIMA);
    if !table.exists() {
        println!("bench gap: there is no {}; skipped", table.display());
        return Ok(());
    }
    let optima = published(&files::read(&table)?);
    let program = cargo::build_product(root, cargo::BUILD)?;
    println!("| instance | published | ours | ending | seconds | |\n| --- | ---: | ---: | --- | ---: | --- |");
    let mut missed = 0;
    for (name, optimum) in &optima {
        let path = data.join(format!("{name}.txt"));
        let instance = GapInstance::parse(&files::read(&path)?).map_err(|what| XtaskError::Refused {
            what: format!("understand {}: {what}", path.display()),
            hint: "the form is `agents jobs`, costs, weights, capacities".to_owned(),
        })?;
        let folder = root.join(WORK).join("gap").join(name);
        instance.write_desk(&folder.join("desk"), SOLVER)?;
        let (measured, ending) = run_once(&program, &folder.join("desk"), &folder.join("out"))?;
        let is_right = is_proven(&ending, *optimum);
        missed += usize::from(!is_right);
        let Ending { status, reason, .. } = &ending;
        let ours = cost(&ending).unwrap_or_else(|| "none".to_owned());
        let verdict = if is_right { "" } else { "NOT as published" };
        println!("| {name} | {optimum} | {ours} | {status}, {reason} | {:.2} | {verdict} |", measured.seconds);
    }
    println!("\n{} as published, {missed} not", optima.len() - missed);
    if missed == 0 { Ok(()) } else { Err(XtaskError::OptimaMissed { missed }) }
}

/// The instances of our classes with their best known minimum: `instance,agents,jobs,best_known_min,bound_min`.
fn published(table: &str) -> Vec<(String, u32)> {
    let rows = table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split(',');
        let name = fields.next()?;
        let optimum = fields.nth(2)?.trim().parse().ok()?;
        let class = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        CLASSES.contains(&class).then(|| (name.to_owned(), optimum))
    });
    rows.collect()
}

fn is_proven(ending: &Ending, optimum: u32) -> bool {
    ending.status == "optimal" && ending.reason == "proven" && cost(ending) == Some(optimum.to_string())
}

/// The cost of a plan: minus its objective, since a cost has priority -1.
fn cost(ending: &Ending) -> Option<String> {
    ending.objective.as_ref().map(|objective| match objective.strip_prefix('-') {
        Some(cost) => cost.to_owned(),
        None if objective == "0" => objective.clone(),
        None => format!("-{objective}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_with_a_proof_are_run() {
        let table = "instance,agents,jobs,best_known_min,bound_min\ngap1-0,5,15,261,261\nc05100,5,100,1931,1931\n\
            d05100,5,100,6353,6350\ne05100,5,100,12681,12681\n";
        assert_eq!(published(table), [("gap1-0".to_owned(), 261), ("c05100".to_owned(), 1_931)]);
    }

    #[test]
    fn only_the_proven_optimum_is_right() {
        let ending = |status: &str, reason: &str, objective: &str| Ending {
            status: status.to_owned(),
            reason: reason.to_owned(),
            objective: Some(objective.to_owned()),
            gap: None,
        };
        assert!(is_proven(&ending("optimal", "proven", "-261"), 261));
        assert!(!is_proven(&ending("optimal", "proven", "-262"), 261));
        assert!(!is_proven(&ending("optimal", "within_gap", "-261"), 261));
        assert!(!is_proven(&ending("optimal", "proven", "261"), 261));
        assert!(!is_proven(&Ending::default(), 0));
    }
}
