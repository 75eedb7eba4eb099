//! What is kept up change by change, against sums that are taken anew.

use constraint_manager::AssignmentProblem;
use test_desks::product::product;
use test_desks::random::{large_case, random_case};

use super::*;
use crate::anneal::anywhere;
use crate::random::Random;

fn problem(case: &test_desks::case::Case) -> AssignmentProblem {
    let (desk, day) = product(case);
    let book = metric_engine::compile(&desk, &day).unwrap();
    constraint_manager::build(&book, case.include_limited).unwrap()
}

/// Small and large random desks, most with positions that are priced by side.
fn problems() -> Vec<AssignmentProblem> {
    let small = (0..150).map(|seed| problem(&random_case(seed)));
    small.chain((0..12).map(|seed| problem(&large_case(seed, 4, 40)))).collect()
}

/// The excess of the rows of accounts, weighted, from sums in double precision.
fn excess_anew(kernel: &Kernel<'_>, effects: &Effects) -> f64 {
    let sums = kernel.sums(&effects.placement(kernel)).rows;
    let own = 0..kernel.shared().start;
    own.map(|row| kernel.rows[row].excess(sums[row]) * effects.stress[row]).sum()
}

/// One trade or two that leave an account for another; two of one position are tied.
fn draw(kernel: &Kernel<'_>, effects: &Effects, random: &mut Random) -> Option<Change> {
    let (one, two) = (random.below(effects.movers), random.below(effects.movers + 1));
    let two = if two == effects.movers || two == one { NOBODY } else { two };
    let from = effects.at[one];
    let to = if two == NOBODY || effects.at[two] == from { random.below(effects.accounts) } else { effects.at[two] };
    let may_go = |mover: usize, account: usize| kernel.choices(mover).any(|choice| kernel.account[choice] == account);
    let is_free = |mover: usize| mover == NOBODY || (may_go(mover, from) && may_go(mover, to));
    let positions = |mover: usize| -> Vec<usize> {
        let choices = if mover == NOBODY { 0..0 } else { kernel.choices(mover) };
        choices.flat_map(|choice| kernel.touches_in_rows(choice)).map(|(position, _)| position).collect()
    };
    let is_tied = positions(one).iter().any(|position| positions(two).contains(position));
    let change = Change { movers: [one, two], accounts: [from, to], is_tied };
    (from != to && is_free(one) && is_free(two)).then_some(change)
}

#[test]
fn excess_kept_up_change_by_change_equals_fresh_sums() {
    let (mut alone, mut tied, mut untied) = (0, 0, 0);
    for (seed, problem) in (0_u64..).zip(problems()) {
        let kernel = Kernel::new(&problem);
        if kernel.movers.is_empty() {
            continue;
        }
        let mut random = Random::new(seed);
        let stress: Vec<f64> = (0..kernel.rows.len()).map(|row| 0.5 + 0.25 * (row % 5) as f64).collect();
        let mut effects = Effects::new(&kernel, &anywhere(&kernel, &mut random), &stress);
        for _ in 0..300 {
            let Some(change) = draw(&kernel, &effects, &mut random) else { continue };
            let told = effects.attempt(change, 1e6).expect("a dare of any size is taken");
            match change {
                Change { movers: [_, NOBODY], .. } => alone += 1,
                Change { is_tied: true, .. } => tied += 1,
                Change { .. } => untied += 1,
            }
            let anew = excess_anew(&kernel, &effects);
            assert!((f64::from(told) - anew).abs() < 1e-3 * (1.0 + anew), "seed {seed}: {told} and not {anew}");
        }
    }
    assert!(alone.min(tied).min(untied) > 500, "{alone} alone, {tied} tied, {untied} not");
}

#[test]
fn a_change_is_made_just_when_it_raises_the_excess_by_no_more_than_was_dared() {
    let (mut made, mut refused) = (0, 0);
    for (seed, problem) in (0_u64..).zip(problems()) {
        let kernel = Kernel::new(&problem);
        if kernel.movers.is_empty() {
            continue;
        }
        let mut random = Random::new(seed);
        let mut effects = Effects::new(&kernel, &anywhere(&kernel, &mut random), &vec![1.0; kernel.rows.len()]);
        for _ in 0..100 {
            let Some(change) = draw(&kernel, &effects, &mut random) else { continue };
            let (before, at) = (excess_anew(&kernel, &effects), effects.at.clone());
            let dare = 2.0 * random.exponential() - 1.0;
            let is_made = effects.attempt(change, dare).is_some();
            if !is_made {
                assert_eq!(effects.at, at);
                assert!(effects.attempt(change, 1e6).is_some());
            }
            let raised = excess_anew(&kernel, &effects) - before;
            let doubt = 1e-3 * (1.0 + before.abs());
            assert!(if is_made { raised < f64::from(dare) + doubt } else { raised > f64::from(dare) - doubt });
            *(if is_made { &mut made } else { &mut refused }) += 1;
            effects.sum_up(&kernel);
        }
    }
    assert!(made > 1_000 && refused > 500, "{made} made, {refused} refused");
}
