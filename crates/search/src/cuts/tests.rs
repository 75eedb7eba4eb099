//! No placement that keeps the rows breaks a cut, and none has a choice that a row rules out: held to enumeration.

use constraint_manager::AssignmentProblem;
use test_desks::product::product;
use test_desks::random::random_case;

use super::*;
use crate::lagrangian::View;
use crate::propagate::rulings;
use crate::random::Random;
use crate::remaining::Remaining;

const DESKS: u64 = 800;
/// Desks with more placements are left out.
const MOST_PLACEMENTS: usize = 5_000;

fn problem(seed: u64) -> AssignmentProblem {
    let case = random_case(seed);
    let (desk, day) = product(&case);
    let book = metric_engine::compile(&desk, &day).unwrap();
    constraint_manager::build(&book, case.include_limited).unwrap()
}

/// Every placement, with whether it keeps every row; nothing where there are too many.
fn placements(kernel: &Kernel<'_>) -> Option<Vec<(Vec<usize>, bool)>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for mover in 0..kernel.movers.len() {
        let longer = |one: &Vec<usize>| {
            kernel
                .choices(mover)
                .map(|choice| one.iter().copied().chain([choice]).collect())
                .collect::<Vec<Vec<usize>>>()
        };
        all = all.iter().flat_map(longer).collect();
        if all.len() > MOST_PLACEMENTS {
            return None;
        }
    }
    let keeps = |placement: Vec<usize>| {
        let keeps = kernel.keeps_rows(&kernel.sums(&placement), &placement);
        (placement, keeps)
    };
    Some(all.into_iter().map(keeps).collect())
}

/// Shares of each mover's choices, mostly far apart.
fn shares(kernel: &Kernel<'_>, random: &mut Random) -> Vec<f32> {
    let mut shares: Vec<f32> = (0..kernel.account.len()).map(|_| (random.below(100) as f32 / 100.0).powi(4)).collect();
    for mover in 0..kernel.movers.len() {
        let whole: f32 = kernel.choices(mover).map(|choice| shares[choice]).sum::<f32>().max(1e-6);
        kernel.choices(mover).for_each(|choice| shares[choice] /= whole);
    }
    shares
}

#[test]
fn a_cut_is_kept_by_every_placement_that_keeps_the_rows() {
    let mut random = Random::new(11);
    let (mut cuts, mut that_cut) = (0, 0);
    for seed in 0..DESKS {
        let problem = problem(seed);
        let kernel = Kernel::new(&problem);
        let Some(placements) = placements(&kernel) else { continue };
        for _ in 0..4 {
            let found = separate(&kernel, &shares(&kernel, &mut random));
            let grown = kernel.with_cuts(found.clone());
            for (index, cut) in found.iter().enumerate() {
                let weight = |placement: &[usize]| -> i32 {
                    cut.weights.iter().filter(|(choice, _)| placement.contains(choice)).map(|(_, weight)| weight).sum()
                };
                for (placement, keeps) in &placements {
                    assert!(!keeps || weight(placement) <= cut.most, "seed {seed}: {cut:?} forbids {placement:?}");
                }
                that_cut += usize::from(placements.iter().any(|(placement, _)| weight(placement) > cut.most));
                // The row of a grown kernel says the same.
                let row = grown.rows.iter().position(|row| row.cut == Some(index)).unwrap();
                let (first, _) = &placements[0];
                let sum = grown.sums(first).rows[row] * grown.rows[row].scale;
                assert!((sum - f64::from(weight(first))).abs() < 1e-9);
            }
            cuts += found.len();
        }
    }
    assert!(cuts > 300 && that_cut > 300, "{cuts} cuts, {that_cut} of which forbid anything");
}

#[test]
fn a_ruling_is_right_about_how_far_a_row_is_exceeded() {
    let mut found = 0;
    for seed in 0..DESKS {
        let problem = problem(seed);
        let kernel = Kernel::new(&problem);
        let Some(placements) = placements(&kernel) else { continue };
        let remaining = Remaining::all(&kernel);
        let Some(view) = View::new(&kernel, &remaining) else { continue };
        for ruling in rulings(&kernel, &view) {
            let beyond = |placement: &[usize]| {
                let (row, sum) = (&kernel.rows[ruling.row], kernel.sums(placement).rows[ruling.row]);
                if ruling.is_high { sum - row.high } else { row.low - sum }
            };
            // Some choice, or every placement, is as far beyond the end as it says, whatever the others do.
            let least = |choice: usize, is_made: bool| {
                let those = placements.iter().filter(|(placement, _)| placement.contains(&choice) == is_made);
                those.map(|(placement, _)| beyond(placement)).fold(f64::INFINITY, f64::min)
            };
            let is_right = (0..kernel.account.len())
                .flat_map(|choice| [least(choice, true), least(choice, false)])
                .chain([placements.iter().map(|(placement, _)| beyond(placement)).fold(f64::INFINITY, f64::min)])
                .any(|least| least >= ruling.excess - 1e-9);
            assert!(is_right, "seed {seed}: {ruling:?}");
            found += 1;
        }
    }
    assert!(found > 100, "{found} rulings");
}
