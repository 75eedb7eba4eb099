//! The bound of a branch against every placement of it.

use test_desks::case::Case;
use test_desks::product::product;
use test_desks::random::{large_case, random_case};

use super::*;
use crate::random::Random;

/// Any prices, of either sign where a row has the end, and any slopes.
fn prices(kernel: &Kernel<'_>, random: &mut Random) -> Prices {
    let mut number = || 4.0 * random.below(1 << 20) as f64 / f64::from(1 << 20) - 2.0;
    let row = |row: &crate::kernel::Row, price: f64| {
        let has_end = if price > 0.0 { row.high.is_finite() } else { row.low.is_finite() };
        if has_end { price } else { 0.0 }
    };
    let rows = kernel.rows.iter().map(|here| row(here, number())).collect();
    Prices { rows, slopes: kernel.positions.iter().map(|_| number()).collect() }
}

/// What a placement costs with its rows priced.
fn priced_cost(kernel: &Kernel<'_>, prices: &Prices, placement: &[usize]) -> f64 {
    let sums = kernel.sums(placement);
    let paid = prices.rows.iter().zip(kernel.rows.iter().zip(&sums.rows)).map(|(price, (row, sum))| {
        if *price > 0.0 { price * (sum - row.high) } else { price * if *price < 0.0 { sum - row.low } else { 0.0 } }
    });
    sums.cost + paid.sum::<f64>()
}

fn placements(kernel: &Kernel<'_>, remaining: &Remaining) -> Vec<Vec<usize>> {
    (0..kernel.movers.len()).fold(vec![Vec::new()], |known, mover| {
        let open = || kernel.choices(mover).filter(|choice| remaining.has(*choice));
        known.iter().flat_map(|placement| open().map(|choice| [&placement[..], &[choice]].concat())).collect()
    })
}

/// Prices a branch of a desk at random and holds the bound to every placement of it. Returns how many clusters the branch
/// has, and how many positions with a line.
fn hold(seed: u64, case: &Case) -> (usize, usize) {
    let (desk, day) = product(case);
    let book = metric_engine::compile(&desk, &day).unwrap();
    let Ok(problem) = constraint_manager::build(&book, case.include_limited) else { return (0, 0) };
    let kernel = Kernel::new(&problem);
    let mut random = Random::new(seed);
    let mut remaining = Remaining::all(&kernel);
    for choice in 0..kernel.account.len() {
        if random.below(9) == 0 && remaining.left(kernel.mover[choice]) > 1 {
            remaining.close(&kernel, choice);
        }
    }
    let view = View::new(&kernel, &remaining).expect("each mover has a choice");
    let prices = prices(&kernel, &mut random);
    let priced = view.price(&prices);
    let all = placements(&kernel, &remaining);
    let costs: Vec<f64> = all.iter().map(|placement| priced_cost(&kernel, &prices, placement)).collect();
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
    let noise = 1e-9 * (1.0 + least.abs());
    assert!(priced.value <= least + noise, "seed {seed}: {} above {least}", priced.value);
    let lines = view.shares(&prices).len();
    if lines == 0 {
        assert!(priced.value >= least - noise, "seed {seed}: {} for {least}", priced.value);
    }
    let excess = view.excess(&priced);
    for (place, choice) in view.choices.iter().enumerate() {
        let with = all.iter().zip(&costs).filter(|(placement, _)| placement.contains(choice));
        let forced = with.map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min);
        let (shown, noise) = (priced.value + excess[place], 1e-9 * (1.0 + forced.abs()));
        assert!(shown <= forced + noise, "seed {seed}: {shown} above {forced}");
        assert!(lines > 0 || shown >= forced - noise, "seed {seed}: {shown} for {forced}");
    }
    (view.clusters.len(), lines)
}

#[test]
fn where_clusters_hold_all_positions_the_bound_is_what_the_cheapest_placement_costs() {
    let held: Vec<(usize, usize)> = (0..400).map(|seed| hold(seed, &random_case(seed))).collect();
    let exact = held.iter().filter(|(clusters, lines)| *clusters > 0 && *lines == 0).count();
    assert!(exact > 100, "{exact} branches had clusters and no lines");
}

#[test]
fn no_placement_costs_less_than_the_bound_where_many_movers_move_a_position() {
    let held: Vec<(usize, usize)> = (0..60).map(|seed| hold(seed, &large_case(seed, 2, 12))).collect();
    let lines = held.iter().filter(|(_, lines)| *lines > 0).count();
    assert!(lines > 10, "{lines} branches had lines");
}
