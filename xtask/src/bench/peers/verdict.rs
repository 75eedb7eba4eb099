//! What the measurements say of us: contradictions, which are faults of somebody, and the goals.

use std::fmt::Write as _;

use super::row::Row;
use super::statistics::{Figures, best_known, distinct, geometric_mean};
use super::{KNOWN, OURS, RELAXATION};
use crate::bench::peers::message::Status;

/// Float noise in a bound, relative: none of the solvers computes one more exactly.
const NOISE: f64 = 1e-7;
/// How much worse than the best peer still counts as equal, relative to the objective.
const EQUAL: f64 = 0.0001;
/// Time after which a first plan is late.
const FIRST_PLAN_S: f64 = 2.0;
/// What a run may take beyond its limit.
const OVERRUN_S: f64 = 0.5;

/// Where what we say and what a peer proves, or any plan shows, cannot both be true.
pub(super) fn contradictions(rows: &[Row]) -> Vec<String> {
    let mut found = Vec::new();
    for ours in rows.iter().filter(|row| row.solver == OURS) {
        let name = &ours.instance;
        let others = || rows.iter().filter(|row| row.instance == *name && row.solver != OURS);
        for peer in others().filter(|row| row.is_proven() && row.solver != KNOWN) {
            let (Some(theirs), solver) = (peer.value(), &peer.solver) else { continue };
            match ours.value() {
                None => found.push(format!("{name}: {solver} proves {theirs} best; ours is no plan at all")),
                Some(value) => {
                    let tolerance = peer.gap * theirs.abs().max(value.abs()) + NOISE * theirs.abs().max(1.0);
                    if (value - theirs).abs() > tolerance {
                        let away = value - theirs;
                        found.push(format!("{name}: {solver} proves {theirs} best; ours is {value}, {away:+.6} away"));
                    }
                }
            }
        }
        let Some(best) = best_known(rows, name) else { continue };
        if ours.status == Status::Infeasible {
            found.push(format!("{name}: ours says that no plan keeps the limits; one with {best} does"));
        }
        if let Some(bound) = ours.bound.filter(|bound| best > bound + NOISE * best.abs().max(1.0)) {
            found.push(format!("{name}: ours says that no plan exceeds {bound}; one has {best}"));
        }
    }
    found
}

/// The same of what peers say about each other: worth knowing, and no fault of ours.
pub(super) fn remarks(rows: &[Row]) -> Vec<String> {
    let peers = rows.iter().filter(|row| row.solver != OURS && row.solver != KNOWN);
    let wrong = peers.filter_map(|row| {
        let best = best_known(rows, &row.instance)?;
        let (name, solver) = (&row.instance, &row.solver);
        if row.status == Status::Infeasible {
            return Some(format!("{name}: {solver} says that no plan keeps the limits; one with {best} does"));
        }
        let bound = row.bound.filter(|bound| best > bound + NOISE * best.abs().max(1.0))?;
        Some(format!("{name}: {solver} says that no plan exceeds {bound}; one has {best}"))
    });
    let broken = rows.iter().filter(|row| row.broken > 0).map(|row| {
        let (name, solver, broken, plans) = (&row.instance, &row.solver, row.broken, row.plans);
        format!("{name}: {broken} of {plans} plans of {solver} break a limit when checked exactly")
    });
    let failed = rows.iter().filter(|row| row.status == Status::Error);
    let failed = failed.map(|row| format!("{}: {} failed: {}", row.instance, row.solver, row.note));
    wrong.chain(broken).chain(failed).collect()
}

/// The goals as a table, each with what was reached.
pub(super) fn goals(rows: &[Row], limit_s: f64) -> String {
    let ours: Vec<&Row> = rows.iter().filter(|row| row.solver == OURS).collect();
    let all = Figures::of(&ours);
    let mut text = "| goal | reached | |\n| --- | --- | --- |\n".to_owned();
    let mut line = |goal: &str, reached: String, is_met: bool| {
        let _ = writeln!(text, "| {goal} | {reached} | {} |", if is_met { "met" } else { "NOT met" });
    };
    let found = format!("{} of {}", all.found, all.instances);
    line("a plan on every instance", found, all.found == all.instances);
    let slowest = all.slowest_first_plan_s.unwrap_or(f64::INFINITY);
    line("the first within 2 s", format!("the slowest after {slowest:.2} s"), slowest <= FIRST_PLAN_S);
    let peers = |rows: &[Row]| {
        let solvers = distinct(rows, |row| &row.solver).into_iter().filter(|solver| *solver != OURS);
        solvers.map(str::to_owned).collect::<Vec<_>>()
    };
    let mean = |solver: &String| Figures::of(&rows.iter().filter(|row| row.solver == *solver).collect::<Vec<_>>());
    if let Some(best) = peers(rows).iter().map(|solver| mean(solver).mean_gap).reduce(f64::min) {
        let reached = format!("{:.6} against {best:.6}", all.mean_gap);
        line("mean primal gap at most a tenth of the best peer's", reached, all.mean_gap <= best / 10.0);
        let worse = ours.iter().filter(|row| is_worse(rows, row)).count();
        line("on no instance worse than the best peer", format!("worse on {worse}"), worse == 0);
        let (proven, missed, ratio) = proofs(rows, &ours);
        line("proven where any peer proves", format!("{missed} of {proven} not proven"), missed == 0);
        if proven > 0 {
            let shown = ratio.map_or("n/a".to_owned(), |ratio| format!("{ratio:.2} of it"));
            line("in at most half of the fastest peer's time", shown, ratio.is_some_and(|ratio| ratio <= 0.5));
        }
    }
    let looser = looser_than_relaxation(rows, &ours);
    if let Some((looser, compared, worst)) = looser {
        let reached = format!("looser on {looser} of {compared}, by at most {worst:.6} spreads");
        line("certified at least as tight as the linear relaxation", reached, looser == 0);
    }
    let longest = format!("the longest took {:.2} s", all.longest_s);
    line("the end within the limit plus 0.5 s", longest, all.longest_s <= limit_s + OVERRUN_S);
    text
}

/// Whether the best peer's plan is better by more than counts as equal.
fn is_worse(rows: &[Row], ours: &Row) -> bool {
    let peers = rows.iter().filter(|row| row.instance == ours.instance && row.solver != OURS && row.solver != KNOWN);
    let Some(best) = peers.filter_map(Row::value).reduce(f64::max) else { return false };
    ours.value().is_none_or(|value| best - value > EQUAL * best.abs().max(value.abs()))
}

/// Instances on which the certified bound is above that of the linear relaxation, of those compared, and how far at most.
fn looser_than_relaxation(rows: &[Row], ours: &[&Row]) -> Option<(usize, usize, f64)> {
    let mut above = Vec::new();
    for ours in ours {
        let relaxation = rows.iter().find(|row| row.instance == ours.instance && row.solver == RELAXATION);
        let Some(relaxed) = relaxation.and_then(|row| row.bound) else { continue };
        let certified = ours.value().zip(ours.certified_gap).map(|(value, gap)| bound_of(value, gap));
        let distance = certified.map_or(f64::INFINITY, |certified| certified - relaxed);
        above.push(if distance > NOISE * relaxed.abs().max(1.0) { distance / ours.spread } else { 0.0 });
    }
    let worst = above.iter().copied().reduce(f64::max)?;
    Some((above.iter().filter(|distance| **distance > 0.0).count(), above.len(), worst))
}

/// The bound that a gap states: `gap = (bound - value) / max(|bound|, |value|)`. A gap beyond 1, where the two are on different
/// sides of 0, states none.
fn bound_of(value: f64, gap: f64) -> f64 {
    match value {
        _ if gap >= 1.0 => f64::INFINITY,
        0.0.. => value / (1.0 - gap),
        _ => value + gap * value.abs(),
    }
}

/// Instances that a peer proves, those of them that we do not, and the mean of our time over the fastest peer's.
fn proofs(rows: &[Row], ours: &[&Row]) -> (usize, usize, Option<f64>) {
    let (mut proven, mut missed, mut ratios) = (0, 0, Vec::new());
    for ours in ours {
        let peers = rows.iter().filter(|row| row.instance == ours.instance && row.solver != OURS);
        let Some(fastest) = peers.filter_map(|row| row.proof_s).reduce(f64::min) else { continue };
        proven += 1;
        match ours.proof_s {
            Some(seconds) => ratios.push(seconds / fastest),
            None => missed += 1,
        }
    }
    (proven, missed, geometric_mean(&ratios))
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;

    #[test]
    fn a_proven_plan_that_differs_from_ours_is_a_contradiction() {
        let found = |ours: Option<f64>, theirs: f64| {
            let rows = [row("mid-1", OURS, ours, None), row("mid-1", "highs", Some(theirs), Some(1.0))];
            // Our bound is our objective in these rows, so that a better plan contradicts that too.
            contradictions(&rows).into_iter().filter(|each| each.contains("highs")).collect::<Vec<_>>()
        };
        assert_eq!(found(Some(-10_000.0), -10_000.5), [""; 0]); // a ten-thousandth of 10,000 is 1
        assert_eq!(
            found(Some(-10_002.0), -10_000.0),
            ["mid-1: highs proves -10000 best; ours is -10002, -2.000000 away"]
        );
        assert_eq!(found(Some(-9_998.0), -10_000.0).len(), 1);
        assert_eq!(found(None, -10_000.0), ["mid-1: highs proves -10000 best; ours is no plan at all"]);
    }

    #[test]
    fn a_bound_below_a_plan_that_exists_is_a_contradiction() {
        let known = || row("mid-1", KNOWN, Some(-5.0), None);
        let low = row("mid-1", OURS, Some(-6.0), Some(1.0));
        assert_eq!(contradictions(&[known(), low]), ["mid-1: ours says that no plan exceeds -6; one has -5"]);
        let none = Row { status: Status::Infeasible, ..row("mid-1", OURS, None, None) };
        assert!(contradictions(&[known(), none])[0].contains("no plan keeps the limits"));
        let peer = row("mid-1", "scip", Some(-6.0), None);
        assert_eq!(remarks(&[known(), peer]), ["mid-1: scip says that no plan exceeds -6; one has -5"]);
    }

    #[test]
    fn a_bound_is_held_against_the_linear_relaxation() {
        // (bound - value) / max(|bound|, |value|): 10/100, 10/110
        for (value, bound, gap) in [(-100.0, -90.0, 0.1), (100.0, 110.0, 1.0 / 11.0), (-100.0, f64::INFINITY, 1.5)] {
            assert!(bound_of(value, gap) == bound || (bound_of(value, gap) - bound).abs() < 1e-9, "{value} {gap}");
        }
        let relaxed = Row { bound: Some(-4_950.0), ..row("mid-1", RELAXATION, None, None) };
        let ours = |gap| Row { certified_gap: Some(gap), ..row("mid-1", OURS, Some(-5_000.0), None) };
        let looser = |gap| {
            let rows = [ours(gap), relaxed.clone()];
            looser_than_relaxation(&rows, &[&rows[0]])
        };
        assert_eq!(looser(0.01), Some((0, 1, 0.0))); // 50 of 5,000
        assert_eq!(looser(0.02), Some((1, 1, 0.05))); // -4,900 is 50 above, of a spread of 1,000
        assert_eq!(looser_than_relaxation(&[ours(0.01)], &[&ours(0.01)]), None);
    }

    #[test]
    fn goals_are_met_or_not() {
        let text = |ours: Row| {
            let mut rows = vec![
                ours,
                row("mid-1", "highs", Some(-10_000.0), Some(3.0)),
                row("mid-1", KNOWN, Some(-9_000.0), None),
            ];
            super::super::statistics::settle(&mut rows);
            goals(&rows, 10.0)
        };
        let good = text(row("mid-1", OURS, Some(-8_999.0), Some(1.0)));
        assert!(!good.contains("NOT met"), "{good}");
        assert!(good.contains("| 0.33 of it | met |"), "{good}");
        let bad = text(Row { seconds: 10.6, ..row("mid-1", OURS, None, None) });
        assert!(!bad.contains("| met |"), "{bad}");
    }
}
