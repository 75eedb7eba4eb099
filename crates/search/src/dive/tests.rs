//! What a dive brings up.

use constraint_manager::AssignmentProblem;
use test_desks::case::enumerate;
use test_desks::product::product;
use test_desks::random::{large_case, random_case};

use super::*;

fn problem(case: &test_desks::case::Case) -> AssignmentProblem {
    let (desk, day) = product(case);
    let book = metric_engine::compile(&desk, &day).unwrap();
    constraint_manager::build(&book, case.include_limited).unwrap()
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
fn the_same_seed_takes_the_same_way() {
    let problem = problem(&large_case(3, 4, 40));
    let kernel = Kernel::new(&problem);
    let go = |seed: u64| {
        let mut diver = Diver::new(&kernel, seed);
        diver.run(20_000, &|| false);
        (diver.moves, diver.best.map(|best| best.choices))
    };
    assert_eq!(go(7), go(7));
}
