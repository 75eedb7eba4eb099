//! The generalized assignment instances of the OR-Library and of Yagiura's collection, against their published optima.

use std::path::Path;

use super::WORK;
use super::once::{Ending, run_once};
use crate::error::{Outcome, XtaskError};
use crate::files;
use crate::gap_instance::GapInstance;

const OPTIMA: &str = "optima.csv";
/// The class that is there to be hard: its best known value is the goal, and for one instance the proof.
const HARD: &str = "d";
const PROVEN_IN_TIME: &[&str] = &["d05100"];
/// What that proof may take.
const PROOF_LIMIT_S: f64 = 60.0;

/// An instance and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) name: String,
    /// The smallest known cost.
    pub(super) best: u32,
    /// No plan costs less.
    pub(super) bound: u32,
}

/// What a run reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Proven,
    BestKnown,
    Worse,
    Nothing,
    /// It contradicts what is published.
    Wrong,
}

/// What is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Proven,
    BestKnown,
}

/// The instances in a folder; none where there is no list of them.
pub(super) fn published(data: &Path) -> Outcome<Vec<Published>> {
    let table = data.join(OPTIMA);
    if table.exists() { Ok(listed(&files::read(&table)?)) } else { Ok(Vec::new()) }
}

/// `instance,agents,jobs,best_known_min,bound_min`.
fn listed(table: &str) -> Vec<Published> {
    let rows = table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split(',').map(str::trim);
        let name = fields.next()?.to_owned();
        let best = fields.nth(2)?.parse().ok()?;
        let bound = fields.next()?.parse().ok()?;
        Some(Published { name, best, bound })
    });
    rows.collect()
}

/// Runs each instance in `data`. What contradicts a published value is an error; a goal that is not met is one where
/// that is asked for.
pub(super) fn run(root: &Path, program: &Path, data: &Path, limit_s: f64, is_strict: bool) -> Outcome {
    let instances = published(data)?;
    if instances.is_empty() {
        println!("bench gap: there is no {}; skipped", data.join(OPTIMA).display());
        return Ok(());
    }
    println!("| instance | best known | bound | ours | ending | gap | seconds | limit s | goal | |");
    println!("| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: | --- | --- |");
    let (mut wrong, mut missed) = (0, 0);
    for published in &instances {
        let instance = GapInstance::read(&data.join(format!("{}.txt", published.name)))?;
        for (goal, limit_s) in goals(&published.name, limit_s) {
            let folder = root.join(WORK).join("gap").join(&published.name);
            instance.write_desk(&folder.join("desk"), &format!("{{ gap: 0, timeout: {limit_s}s }}"))?;
            let (measured, ending) = run_once(program, &folder.join("desk"), &folder.join("out"), limit_s)?;
            let reached = Reached::of(&ending, published);
            let is_met = reached.meets(goal);
            wrong += usize::from(reached == Reached::Wrong);
            missed += usize::from(!is_met);
            let Published { name, best, bound } = published;
            let Ending { status, reason, gap, .. } = &ending;
            let ours = cost(&ending).map_or("none".to_owned(), |cost| cost.to_string());
            let gap = gap.as_deref().unwrap_or("n/a");
            let verdict = if reached == Reached::Wrong {
                "WRONG"
            } else if is_met {
                "met"
            } else {
                "NOT met"
            };
            println!(
                "| {name} | {best} | {bound} | {ours} | {status}, {reason} | {gap} | {:.2} | {limit_s} | {} | {verdict} |",
                measured.seconds,
                goal.word(),
            );
        }
    }
    println!("\n{missed} goals not met; {wrong} results contradict what is published");
    if wrong > 0 || is_strict && missed > 0 { Err(XtaskError::OptimaMissed { wrong, missed }) } else { Ok(()) }
}

/// What is asked of an instance, and in which time.
fn goals(name: &str, limit_s: f64) -> Vec<(Goal, f64)> {
    if !name.starts_with(HARD) {
        return vec![(Goal::Proven, limit_s)];
    }
    let mut goals = vec![(Goal::BestKnown, limit_s)];
    if PROVEN_IN_TIME.contains(&name) {
        goals.push((Goal::Proven, PROOF_LIMIT_S));
    }
    goals
}

impl Goal {
    fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::BestKnown => "best known",
        }
    }
}

impl Reached {
    fn of(ending: &Ending, published: &Published) -> Self {
        let Some(cost) = cost(ending) else {
            return if ending.reason == "infeasible" { Self::Wrong } else { Self::Nothing };
        };
        let (best, bound) = (i64::from(published.best), i64::from(published.bound));
        let is_proven = ending.status == "optimal" && ending.reason == "proven";
        if cost < bound || is_proven && cost > best {
            Self::Wrong
        } else if is_proven {
            Self::Proven
        } else if cost <= best {
            Self::BestKnown
        } else {
            Self::Worse
        }
    }

    fn meets(self, goal: Goal) -> bool {
        match goal {
            Goal::Proven => self == Self::Proven,
            Goal::BestKnown => matches!(self, Self::Proven | Self::BestKnown),
        }
    }
}

/// The cost of a plan: minus its objective, since a cost has priority -1. Costs are whole.
fn cost(ending: &Ending) -> Option<i64> {
    let objective: i64 = ending.objective.as_ref()?.parse().ok()?;
    Some(-objective)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_read() {
        let table = "instance,agents,jobs,best_known_min,bound_min\nc05100,5,100,1931,1931\nd05100,5,100,6353,6350\n";
        let of = |name: &str, best: u32, bound: u32| Published { name: name.to_owned(), best, bound };
        assert_eq!(listed(table), [of("c05100", 1_931, 1_931), of("d05100", 6_353, 6_350)]);
        assert_eq!(published(Path::new("no-such-folder")).unwrap(), []);
    }

    #[test]
    fn hard_instances_have_goals_of_their_own() {
        assert_eq!(goals("e05100", 10.0), [(Goal::Proven, 10.0)]);
        assert_eq!(goals("d05200", 10.0), [(Goal::BestKnown, 10.0)]);
        assert_eq!(goals("d05100", 10.0), [(Goal::BestKnown, 10.0), (Goal::Proven, 60.0)]);
    }

    #[test]
    fn what_contradicts_a_published_value_is_wrong() {
        let published = Published { name: "d".to_owned(), best: 6_353, bound: 6_350 };
        let reached = |status: &str, reason: &str, objective: Option<&str>| {
            let (status, reason) = (status.to_owned(), reason.to_owned());
            let ending = Ending { status, reason, objective: objective.map(str::to_owned), ..Ending::default() };
            Reached::of(&ending, &published)
        };
        assert_eq!(reached("optimal", "proven", Some("-6353")), Reached::Proven);
        assert_eq!(reached("optimal", "proven", Some("-6351")), Reached::Proven);
        assert_eq!(reached("optimal", "proven", Some("-6354")), Reached::Wrong);
        assert_eq!(reached("feasible", "time_limit", Some("-6349")), Reached::Wrong);
        assert_eq!(reached("feasible", "time_limit", Some("-6353")), Reached::BestKnown);
        assert_eq!(reached("optimal", "within_gap", Some("-6354")), Reached::Worse);
        assert_eq!(reached("failed", "unknown", None), Reached::Nothing);
        assert_eq!(reached("failed", "infeasible", None), Reached::Wrong);
    }

    #[test]
    fn a_goal_is_met_by_what_is_at_least_as_good() {
        assert!(Reached::Proven.meets(Goal::BestKnown) && Reached::Proven.meets(Goal::Proven));
        assert!(Reached::BestKnown.meets(Goal::BestKnown) && !Reached::BestKnown.meets(Goal::Proven));
        assert!(!Reached::Wrong.meets(Goal::BestKnown) && !Reached::Worse.meets(Goal::BestKnown));
    }
}
