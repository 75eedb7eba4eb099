//! `pb-assign model`: the mixed-integer program as a file, for auditors and for other solvers. Of an objective with strict
//! priorities it has the first level: the others are stated in what a solver finds for those before them.

use solver::{Purpose, Refinement, build_model, model_file};

use super::prepare;
use crate::Failure;
use crate::arguments::ModelArguments;
use crate::exit::Exit;
use crate::stage::Stages;
use crate::telemetry;

/// Writes the model to a file, or returns its text for standard output.
///
/// # Errors
/// Every problem with configuration or files; an output that cannot be written.
pub fn run(arguments: &ModelArguments) -> Result<(Exit, String), Failure> {
    let prepared = prepare(&arguments.inputs.config, &arguments.inputs.given(), &mut Stages::new())?;
    let problem = match prepared.problem.levels.as_slice() {
        [first, _, ..] => {
            let first = first.metric.as_ref().map_or_else(String::new, |metric| format!(", {metric}"));
            telemetry::tell(&format!(
                "The model has the first level of the objective{first}: a further one needs what those before it reached."
            ));
            prepared.problem.level(0, &[])
        }
        _ => prepared.problem,
    };
    let purpose = if problem.objective.is_some() { Purpose::Full } else { Purpose::Feasibility };
    let model = build_model(&problem, purpose, &Refinement::default());
    let format = model_file::named(&arguments.format).expect("the command line takes names of the table only");
    let text = (format.write)(&problem, &model);
    let Some(path) = &arguments.output else { return Ok((Exit::Done, text.trim_end().to_owned())) };
    std::fs::write(path, text).map_err(|source| Failure::Io {
        action: "write",
        path: path.display().to_string(),
        source,
    })?;
    let line = serde_json::json!({
        "status": "written", "exit": 0, "model": path.display().to_string(),
        "counts": { "columns": model.variables.len(), "rows": model.rows.len() },
    });
    Ok((Exit::Done, line.to_string()))
}
