//! The figures that are compared.
//!
//! The primal gap of a plan is `(best known - objective) / spread`, in units of the desk's spread; no plan at all counts
//! as 1, which is what the dearest account for every trade would come to. Times are averaged geometrically.

use super::row::Row;
use super::{KNOWN, RELAXATION};

/// The gap that stands for no plan.
pub(super) const NO_PLAN: f64 = 1.0;
/// Shorter times are taken as this, so that a geometric mean is not decided by them.
const SHORTEST_S: f64 = 0.01;

/// States each row's primal gap, from the best plan that any row of its instance has.
pub(super) fn settle(rows: &mut [Row]) {
    let best: Vec<Option<f64>> = rows.iter().map(|row| best_known(rows, &row.instance)).collect();
    for (row, best) in rows.iter_mut().zip(best) {
        let distance = row.value().zip(best).map(|(value, best)| (best - value).max(0.0));
        row.primal_gap = distance.map(|distance| if distance > 0.0 { distance / row.spread } else { 0.0 });
    }
}

/// The best objective of an instance.
pub(super) fn best_known(rows: &[Row], instance: &str) -> Option<f64> {
    rows.iter().filter(|row| row.instance == instance).filter_map(Row::value).reduce(f64::max)
}

/// The figures of one solver on one class.
#[derive(Debug, PartialEq)]
pub(super) struct Figures {
    pub(super) instances: usize,
    pub(super) found: usize,
    pub(super) mean_gap: f64,
    pub(super) first_plan_s: Option<f64>,
    pub(super) slowest_first_plan_s: Option<f64>,
    pub(super) proven: usize,
    pub(super) proof_s: Option<f64>,
    pub(super) longest_s: f64,
    pub(super) broken: usize,
}

impl Figures {
    /// Of some settled rows.
    pub(super) fn of(rows: &[&Row]) -> Self {
        let gaps = rows.iter().map(|row| row.primal_gap.unwrap_or(NO_PLAN));
        let first: Vec<f64> = rows.iter().filter_map(|row| row.first_plan_s).collect();
        let proofs: Vec<f64> = rows.iter().filter_map(|row| row.proof_s).collect();
        Self {
            instances: rows.len(),
            found: rows.iter().filter(|row| row.objective.is_some()).count(),
            mean_gap: gaps.sum::<f64>() / rows.len().max(1) as f64,
            first_plan_s: geometric_mean(&first),
            slowest_first_plan_s: first.iter().copied().reduce(f64::max),
            proven: proofs.len(),
            proof_s: geometric_mean(&proofs),
            longest_s: rows.iter().map(|row| row.seconds).fold(0.0, f64::max),
            broken: rows.iter().map(|row| row.broken).sum(),
        }
    }
}

/// The geometric mean of times.
pub(super) fn geometric_mean(seconds: &[f64]) -> Option<f64> {
    let logarithms: f64 = seconds.iter().map(|each| each.max(SHORTEST_S).ln()).sum();
    (!seconds.is_empty()).then(|| (logarithms / seconds.len() as f64).exp())
}

/// The words in the order in which they first come, each once: classes, solvers, instances; of rows that compete.
pub(super) fn distinct<'a>(rows: &'a [Row], word: impl Fn(&'a Row) -> &'a str) -> Vec<&'a str> {
    let mut words = Vec::new();
    for row in rows.iter().filter(|row| ![KNOWN, RELAXATION].contains(&row.solver.as_str())) {
        if !words.contains(&word(row)) {
            words.push(word(row));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;

    #[test]
    fn the_primal_gap_is_counted_in_spreads_from_the_best_known() {
        let mut rows = [
            row("band-1", "ours", Some(-5_000.0), None),
            row("band-1", "highs", Some(-5_250.0), None),
            row("band-1", KNOWN, Some(-5_500.0), None),
            row("band-1", "scip", None, None),
            row("band-2", "ours", Some(-9_000.0), None),
        ];
        settle(&mut rows);
        // 250 / 1,000 and 500 / 1,000
        assert_eq!(rows.each_ref().map(|row| row.primal_gap), [Some(0.0), Some(0.25), Some(0.5), None, Some(0.0)]);
    }

    #[test]
    fn figures_count_a_missing_plan_as_a_whole_spread() {
        let mut rows = [
            row("band-1", "ours", Some(-5_000.0), Some(1.0)),
            row("band-2", "ours", Some(-5_000.0), Some(4.0)),
            row("band-3", "ours", None, None),
        ];
        settle(&mut rows);
        let figures = Figures::of(&rows.iter().collect::<Vec<_>>());
        assert_eq!((figures.instances, figures.found, figures.proven), (3, 2, 2));
        assert_eq!(figures.mean_gap, 1.0 / 3.0);
        assert!((figures.proof_s.unwrap() - 2.0).abs() < 1e-12); // √(1·4)
        assert_eq!(figures.longest_s, 10.0);
    }

    #[test]
    fn very_short_times_count_as_a_hundredth_of_a_second() {
        assert_eq!(geometric_mean(&[]), None);
        assert!((geometric_mean(&[0.0, 1.0]).unwrap() - 0.1).abs() < 1e-12); // √(0.01·1)
    }
}
