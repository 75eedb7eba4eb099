//! What a dive brings up.

use constraint_manager::AssignmentProblem;
use test_desks::case::{Case, enumerate};
use test_desks::product::product;
use test_desks::random::{large_case, random_case};

use super::*;

pub(super) fn problem(case: &Case) -> AssignmentProblem {
    let (desk, day) = product(case);
    let book = metric_engine::compile(&desk, &day).unwrap();
    constraint_manager::build(&book, case.include_limited).unwrap()
}

/// All placements of a few trades.
pub(super) fn placements(kernel: &Kernel<'_>) -> Vec<Vec<usize>> {
    (0..kernel.movers.len()).fold(vec![Vec::new()], |known, mover| {
        known
            .iter()
            .flat_map(|placement| kernel.choices(mover).map(|choice| [&placement[..], &[choice]].concat()))
            .collect()
    })
}

#[test]
fn a_plan_is_found_just_where_enumeration_finds_one() {
    let (mut found, mut none) = (0, 0);
    for seed in 0..600 {
        let case = random_case(seed);
        let problem = problem(&case);
        let kernel = Kernel::new(&problem);
        if !Diver::suits(&kernel) {
            continue;
        }
        let mut diver = Diver::new(&kernel, seed);
        diver.run(2_000, &|| false);
        assert_eq!(diver.best.is_some(), enumerate(&case).is_some(), "seed {seed}");
        match diver.best {
            Some(best) => {
                assert!(problem.broken_rows(&kernel.plan(&best.choices)).is_empty(), "seed {seed}");
                found += 1;
            }
            None => none += 1,
        }
    }
    assert!(found > 50 && none > 50, "{found} found, {none} without a plan");
}

#[test]
fn a_block_has_a_completion_just_where_there_is_one() {
    let (mut found, mut none) = (0, 0);
    for seed in 0..600 {
        let problem = problem(&random_case(seed));
        let kernel = Kernel::new(&problem);
        if !Diver::suits(&kernel) || kernel.movers.len() > 6 {
            continue;
        }
        let keeps = |placement: &Vec<usize>| kernel.keeps_rows(&kernel.sums(placement), placement);
        let all: Vec<usize> = (0..kernel.movers.len()).collect();
        let (mut tally, mut random) = (Tally::new(&kernel), Random::new(seed));
        let chances = vec![0.5; kernel.account.len()];
        let (completion, weighed) = completion::complete(&kernel, &mut tally, &all, &chances, &mut random);
        // A row that no trade moves is nothing that branches can know of.
        let is_moved = |row: usize| all.iter().any(|mover| tally.counts(row, *mover));
        if !(0..kernel.rows.len()).all(is_moved) {
            continue;
        }
        match completion {
            Completion::Found(choices) => {
                assert!(keeps(&choices) && weighed >= all.len() as u64, "seed {seed}");
                found += 1;
            }
            Completion::None => {
                assert!(!placements(&kernel).iter().any(keeps), "seed {seed}");
                none += 1;
            }
            Completion::TooLong => panic!("seed {seed}: at most 4^6 placements"),
        }
    }
    assert!(found > 50 && none > 10, "{found} found, {none} without");
}

#[test]
fn plans_stay_plans_and_greed_makes_them_cheaper() {
    let (mut greedy, mut careless, mut count) = (0.0, 0.0, 0);
    for seed in 0..16 {
        let problem = problem(&large_case(seed, 4, 40));
        let kernel = Kernel::new(&problem);
        if !Diver::suits(&kernel) {
            continue;
        }
        // The cheapest of as many dives, with greed and without.
        let dive = |greed: f64| {
            let mut diver = Diver::new(&kernel, seed);
            diver.greed = greed;
            while diver.dives < 12 {
                diver.step();
            }
            diver.best
        };
        if let (Some(one), Some(other)) = (dive(GREED), dive(0.0)) {
            for best in [&one, &other] {
                assert!(problem.broken_rows(&kernel.plan(&best.choices)).is_empty(), "seed {seed}");
                assert!((kernel.sums(&best.choices).cost - best.cost).abs() < 1e-9, "seed {seed}");
            }
            (greedy, careless, count) = (greedy + one.cost, careless + other.cost, count + 1);
        }
    }
    assert!(count > 5 && greedy < careless - 2.0 * f64::from(count), "{greedy} against {careless} in {count}");
}

#[test]
fn the_same_seed_takes_the_same_way() {
    let problem = problem(&large_case(3, 4, 40));
    let kernel = Kernel::new(&problem);
    let go = |seed: u64, piece: u64| {
        let mut diver = Diver::new(&kernel, seed);
        while diver.moves < 50_000 {
            diver.improve(piece, &|| false);
        }
        (diver.moves, diver.dives, diver.best.map(|best| best.choices))
    };
    assert_eq!(go(7, 50_000), go(7, 50_000));
    assert_eq!(go(7, 1), go(7, 50_000));
    assert_ne!(go(7, 1), go(8, 1));
}
