//! An entry of the ledger for people: what it says, a line each.

use monitor::alerts::standing::Change;
use monitor::{Breach, Chained, Event, Kept, ObjectiveEntry, ProblemEntry, RunEntry};

/// How wide the names on the left are.
const NAMES: usize = 11;

/// Everything of an entry that is not in its row of the list.
pub(super) fn of(chained: &Chained) -> String {
    let Chained { hash, entry, .. } = chained;
    let mut lines = vec![line("host", &entry.host), line("hash", hash)];
    let change = |Change { change, alert }: &Change| {
        line("alert", &format!("{} {}: {}", change.word(), alert.key(), alert.text))
    };
    let changes = entry.standing().into_iter().flat_map(|standing| &standing.changes).map(change);
    lines.extend(changes);
    match &entry.event {
        Event::AlertsEnded(_) => {}
        Event::Run(run) => lines.extend(of_run(run)),
        Event::Rerun(rerun) => lines.push(line("run", &rerun.run_id)),
        Event::Healed(healed) => lines.extend([line("sha256", &healed.sha256), line("text", &healed.text)]),
    }
    lines.join("\n")
}

fn of_run(run: &RunEntry) -> Vec<String> {
    let some = |name: &str, text: Option<&String>| text.map(|text| line(name, text));
    let mut lines: Vec<String> = [
        some("desk", run.desk.as_ref()),
        some("config at", run.config_at.as_ref()),
        Some(line("engine", [run.engine.as_str(), run.solver.as_str()].join(" ").trim_end())),
        some("problem", run.problem.as_ref()),
        some("published", run.out.as_ref()),
        run.objective.as_ref().map(|objective| line("objective", &worth(objective))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let counts: Vec<String> = run.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    lines.extend((!counts.is_empty()).then(|| line("counts", &counts.join(", "))));
    lines.extend(run.fallbacks.iter().map(|fallback| line("fallback", fallback)));
    let breach = |breach: &Breach| line("breach", &format!("{} {} {}", breach.account, breach.metric, breach.breach));
    lines.extend(run.breaches.iter().map(breach));
    lines.extend(run.problems.iter().map(|problem| line("problem", &problem_text(problem))));
    let parts = [("config", run.config.as_slice()), ("input", &run.inputs), ("output", &run.outputs)];
    lines.extend(parts.into_iter().flat_map(|(name, files)| files.iter().map(move |kept| line(name, &file(kept)))));
    lines
}

fn worth(objective: &ObjectiveEntry) -> String {
    let ObjectiveEntry { value, bound, gap, certified_gap } = objective;
    let part =
        |name: &str, text: &Option<String>| text.as_ref().map_or_else(String::new, |text| format!(", {name} {text}"));
    [value.clone(), part("bound", bound), part("gap", gap), part("certified gap", certified_gap)].concat()
}

fn problem_text(problem: &ProblemEntry) -> String {
    let parts = [problem.place.as_deref(), problem.code.as_deref(), Some(problem.message.as_str())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn file(kept: &Kept) -> String {
    format!("{}  {}, in kept/{:06}.zip", kept.sha256, kept.path, kept.kept_in)
}

/// Texts of files steer no terminal.
fn line(name: &str, text: &str) -> String {
    format!("  {name:<NAMES$}{}", text.replace(char::is_control, " "))
}
