//! What a state keeps up move by move, against sums that are taken anew.

use constraint_manager::AssignmentProblem;
use test_desks::product::product;
use test_desks::random::{large_case, random_case};

use super::*;
use crate::anneal::anywhere;
use crate::anneal::propose::{Heat, Proposals};
use crate::random::Random;

fn problem(case: &test_desks::case::Case) -> AssignmentProblem {
    let (desk, day) = product(case);
    let book = metric_engine::compile(&desk, &day).unwrap();
    constraint_manager::build(&book, case.include_limited).unwrap()
}

/// Small and large random desks, most with positions that are priced by side, and some whose rows span accounts.
fn problems() -> Vec<AssignmentProblem> {
    let small = (0..150).map(|seed| problem(&random_case(seed)));
    small.chain((0..12).map(|seed| problem(&large_case(seed, 4, 40)))).collect()
}

/// The excess of a placement, weighted, from sums in double precision.
fn excess_anew(kernel: &Kernel<'_>, state: &State) -> f64 {
    let sums = kernel.sums(&state.placement).rows;
    let rows = kernel.rows.iter().zip(&state.penalties).zip(sums);
    rows.map(|((row, penalty), sum)| row.excess(sum) * penalty).sum()
}

#[test]
fn sums_kept_up_move_by_move_equal_fresh_ones() {
    let (mut back, mut along, mut alone, mut sides) = (0, 0, 0, [0, 0]);
    for (seed, problem) in (0_u64..).zip(problems()) {
        let kernel = Kernel::new(&problem);
        if kernel.movers.is_empty() {
            continue;
        }
        let mut random = Random::new(seed);
        let penalties: Vec<f64> = (0..kernel.rows.len()).map(|row| 0.5 + 0.25 * (row % 5) as f64).collect();
        let mut state = State::new(&kernel, &anywhere(&kernel, &mut random), &penalties);
        let mut proposals = Proposals::new(&kernel);
        for step in 0..600 {
            let heat = [Heat::Hot, Heat::Warm, Heat::Cold][step % 3];
            let Some(change) = proposals.draw((&kernel, &state), None, &mut random, heat) else { continue };
            let Some(told) = state.attempt(&kernel, &change, 0.5, 1e6) else { panic!("a dare of any size is taken") };
            match change.way {
                _ if change.other_from == state.nothing() => alone += 1,
                Way::Back => back += 1,
                Way::Along => along += 1,
            }
            let anew = excess_anew(&kernel, &state);
            let size = 1.0 + anew.abs();
            assert!((f64::from(told) - anew).abs() < 1e-3 * size, "seed {seed}: {told} and not {anew}");
            let cost = kernel.sums(&state.placement).cost;
            assert!(
                (state.cost - cost).abs() < 1e-3 * (1.0 + cost.abs()),
                "seed {seed}: {} and not {cost}",
                state.cost
            );
        }
        state.values.iter().for_each(|value| sides[usize::from(*value < 0.0)] += 1);
    }
    assert!(back.min(along).min(alone) > 500, "{back} exchanges, {along} in company, {alone} alone");
    assert!(sides[0].min(sides[1]) > 20, "{sides:?} positions long and short");
}

#[test]
fn a_move_is_made_just_when_it_raises_the_energy_by_no_more_than_was_dared() {
    let (mut made, mut refused) = (0, 0);
    for (seed, problem) in (0_u64..).zip(problems()) {
        let kernel = Kernel::new(&problem);
        if kernel.movers.is_empty() {
            continue;
        }
        let mut random = Random::new(seed);
        let penalties = vec![1.0; kernel.rows.len()];
        let mut state = State::new(&kernel, &anywhere(&kernel, &mut random), &penalties);
        let mut proposals = Proposals::new(&kernel);
        for _ in 0..200 {
            let Some(change) = proposals.draw((&kernel, &state), None, &mut random, Heat::Hot) else { continue };
            let energy = |state: &State| 0.7 * kernel.sums(&state.placement).cost + excess_anew(&kernel, state);
            let (before, placement) = (energy(&state), state.placement.clone());
            let dare = 2.0 * random.exponential() - 1.0;
            let is_made = state.attempt(&kernel, &change, 0.7, dare).is_some();
            if !is_made {
                assert_eq!(state.placement, placement);
                refused += 1;
                // What it would have come to.
                assert!(state.attempt(&kernel, &change, 0.7, 1e6).is_some());
            }
            let raised = energy(&state) - before;
            let doubt = 1e-3 * (1.0 + before.abs());
            assert!(if is_made { raised < f64::from(dare) + doubt } else { raised > f64::from(dare) - doubt });
            made += usize::from(is_made);
            state.sum_up(&kernel);
        }
    }
    assert!(made > 1_000 && refused > 1_000, "{made} made, {refused} refused");
}
