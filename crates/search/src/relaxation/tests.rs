//! The relaxation against prices that were improved step by step, and against its own other side.

use test_desks::product::product;
use test_desks::random::random_case;

use super::*;
use crate::kernel::Kernel;
use crate::subgradient::{AT_ROOT, Target, improve};

/// Solves the relaxation of a random desk and holds it to prices that were improved step by step. Returns whether there
/// was one without joint pricing.
fn hold(seed: u64, case: &test_desks::case::Case) -> bool {
    let (desk, day) = product(case);
    let book = metric_engine::compile(&desk, &day).unwrap();
    let Ok(problem) = constraint_manager::build(&book, case.include_limited) else { return false };
    let kernel = Kernel::new(&problem);
    let remaining = Remaining::all(&kernel);
    let Some(view) = View::new(&kernel, &remaining).filter(|view| !view.open.is_empty()) else { return false };
    // Without a fractional plan there are no best prices either: bounds grow without end.
    let Some(relaxed) = solve(&view, &remaining) else { return false };
    for mover in 0..kernel.movers.len() {
        let whole: f32 = kernel.choices(mover).map(|choice| relaxed.average.shares[choice]).sum();
        assert!((whole - 1.0).abs() < 1e-3, "seed {seed}: the shares of mover {mover} come to {whole}");
    }
    if !view.is_linear() {
        return false;
    }
    for (row, sum) in kernel.rows.iter().zip(&relaxed.average.rows) {
        assert!(row.excess(*sum) < 1e-5, "seed {seed}: {sum} is not within {} to {}", row.low, row.high);
    }
    let bound = view.price(&relaxed.prices).value;
    let cost: f64 =
        (0..kernel.account.len()).map(|choice| kernel.cost[choice] * f64::from(relaxed.average.shares[choice])).sum();
    let target = Target { best: None, enough: f64::INFINITY };
    let improved = improve(&view, &remaining, Prices::none(&kernel), target, AT_ROOT, &mut |_| true);
    let noise = 1e-5 * (1.0 + bound.abs());
    assert!(bound >= improved.priced.value - noise, "seed {seed}: {bound} below {}", improved.priced.value);
    if kernel.positions.is_empty() {
        assert!((bound - cost).abs() < noise, "seed {seed}: prices come to {bound}, fractions to {cost}");
    }
    true
}

#[test]
fn no_prices_bound_better_than_those_of_the_relaxation() {
    let said = (0..600).filter(|seed| hold(*seed, &random_case(*seed))).count();
    assert!(said > 50, "only {said} desks say anything");
}
