//! What is believed, against all placements.

use constraint_manager::AssignmentProblem;
use test_desks::random::random_case;

use super::*;
use crate::dive::tests::{placements, problem};

/// The share of placements that have each choice, each weighted by what it costs; nothing where none keeps the rows.
fn shares(kernel: &Kernel<'_>, greed: f64) -> Option<Vec<f64>> {
    let mut shares = vec![0.0; kernel.account.len()];
    let mut all = 0.0;
    for placement in placements(kernel) {
        let sums = kernel.sums(&placement);
        if kernel.keeps_rows(&sums, &placement) {
            let weight = (-greed * sums.cost).exp();
            all += weight;
            placement.iter().for_each(|choice| shares[*choice] += weight);
        }
    }
    (all > 0.0).then(|| shares.iter().map(|share| share / all).collect())
}

fn believed(kernel: &Kernel<'_>, greed: f64) -> Vec<f64> {
    let mut beliefs = Beliefs::new(kernel);
    beliefs.greed = greed;
    let all: Vec<usize> = (0..kernel.movers.len()).collect();
    (0..60).for_each(|_| assert_eq!(beliefs.update(&all), kernel.account.len() as u64));
    beliefs.chances().to_vec()
}

fn problems(seeds: std::ops::Range<u64>) -> Vec<AssignmentProblem> {
    seeds.map(|seed| problem(&random_case(seed))).collect()
}

#[test]
fn beliefs_come_near_the_shares_of_all_placements() {
    let (mut wrong, mut blind, mut count) = (0.0, 0.0, 0);
    for problem in problems(0..400) {
        let kernel = Kernel::new(&problem);
        let is_small = (3..=6).contains(&kernel.movers.len());
        if !is_small || kernel.rows.is_empty() || !kernel.shared().is_empty() {
            continue;
        }
        let Some(shares) = shares(&kernel, 0.0) else { continue };
        let chances = believed(&kernel, 0.0);
        for (choice, (share, chance)) in shares.iter().zip(&chances).enumerate() {
            assert!((0.0..=1.0).contains(chance), "{chance}");
            wrong += (share - chance).abs();
            blind += (share - 1.0 / kernel.choices(kernel.mover[choice]).len() as f64).abs();
            count += 1;
        }
    }
    // Sums of so few trades are far from normal.
    assert!(count > 500 && wrong < 0.5 * blind, "{wrong} of {blind} in {count}");
}

#[test]
fn where_no_row_matters_a_choice_is_as_likely_as_it_is_cheap() {
    let mut count = 0;
    for problem in problems(0..200) {
        let mut kernel = Kernel::new(&problem);
        if kernel.movers.is_empty() || !kernel.shared().is_empty() {
            continue;
        }
        kernel.rows.iter_mut().for_each(|row| (row.low, row.high) = (f64::NEG_INFINITY, f64::INFINITY));
        let chances = believed(&kernel, 0.0);
        for (choice, chance) in chances.iter().enumerate() {
            let even = 1.0 / kernel.choices(kernel.mover[choice]).len() as f64;
            assert!((chance - even).abs() < 1e-3, "{chance} in place of {even}");
        }
        // With nothing that nets, a placement's cost is the sum of its choices' costs.
        kernel.positions.iter_mut().for_each(|position| position.cost = 0.0);
        let chances = believed(&kernel, 1.5);
        for mover in 0..kernel.movers.len() {
            let weights: Vec<f64> = kernel.choices(mover).map(|choice| (-1.5 * kernel.cost[choice]).exp()).collect();
            let sum: f64 = weights.iter().sum();
            for (choice, weight) in kernel.choices(mover).zip(weights) {
                assert!((chances[choice] - weight / sum).abs() < 1e-3, "{} {}", chances[choice], weight / sum);
                count += 1;
            }
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn the_last_trade_is_believed_where_it_keeps_the_rows() {
    // With all others placed, one of two choices of the last trade keeps the rows and the other does not.
    let (mut chance, mut count) = (0.0, 0);
    for problem in problems(0..600) {
        let kernel = Kernel::new(&problem);
        if kernel.movers.len() < 2 || kernel.rows.is_empty() || !kernel.shared().is_empty() {
            continue;
        }
        let mut placement: Vec<usize> = (0..kernel.movers.len()).map(|mover| kernel.choices(mover).start).collect();
        let mut beliefs = Beliefs::new(&kernel);
        placement[1..].iter().for_each(|choice| beliefs.fix(*choice));
        (0..60).for_each(|_| assert_eq!(beliefs.update(&[0]), kernel.choices(0).len() as u64));
        let kept: Vec<usize> = kernel
            .choices(0)
            .filter(|choice| {
                placement[0] = *choice;
                kernel.keeps_rows(&kernel.sums(&placement), &placement)
            })
            .collect();
        if let ([kept], 2) = (&kept[..], kernel.choices(0).len()) {
            chance += beliefs.chances()[*kept];
            count += 1;
        }
    }
    assert!(count > 10 && chance > 0.8 * f64::from(count), "{chance} of {count}");
}
