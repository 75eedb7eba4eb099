//! Days that the search closes show as much as it claims, whoever closed which part of them.

use super::*;

/// A day of next to no plans, solved, with its proof by name and what that shows.
fn banded(
    (seed, sizes, width): (u64, (usize, usize, usize), i128),
    settings: &Settings,
) -> (Outcome, Certificate, Amount) {
    let (desk, day) = test_desks::banded(seed, sizes, width, 0);
    let book = metric_engine::compile(&desk, &day).unwrap();
    let problem = constraint_manager::build(&book, false).unwrap();
    let solved = solve(&problem, settings, &mut |_| ());
    let certificate = named(&book, &problem, solved.proof.expect("there is a proof"));
    let Ok(Certified::Bound(shown)) = verifier::certified_bound(&desk, &day, &book, &certificate) else {
        panic!("seed {seed}: the proof shows nothing")
    };
    (solved.outcome, certificate, shown)
}

#[test]
fn a_day_that_is_closed_is_certified_as_it_is_claimed() {
    let mut with_knapsacks = 0;
    for (sizes, widths) in [((40, 3, 4), [500, 800]), ((50, 3, 6), [1_200, 2_000]), ((60, 3, 8), [1_600, 2_000])] {
        for seed in 0..8 {
            for (width, gap) in [(widths[0], "0"), (widths[1], "0.0001")] {
                let settings = Settings { gap_rel: amount(gap), ..rounds(140) };
                let (outcome, certificate, shown) = banded((seed, sizes, width), &settings);
                let (Outcome::Proven(plan) | Outcome::WithinGap(plan)) = &outcome else { panic!("{outcome:?}") };
                let claimed = plan.bound.clone().expect("it was closed");
                assert!(shown <= claimed, "{sizes:?}, seed {seed}, width {width}: {shown} for {claimed}");
                with_knapsacks += u32::from(certificate.price_lists.iter().any(|list| !list.kept_limits.is_empty()));
            }
        }
    }
    assert!(with_knapsacks > 5 && with_knapsacks < 43, "{with_knapsacks} of 48 by knapsacks");
}

/// Who takes part in this proof from its far end is seen in `crates/search/tests/brute_force.rs`.
#[test]
fn what_two_have_closed_is_certified() {
    let (outcome, certificate, shown) = banded((7, (50, 4, 6), 700), &rounds(140));
    let Outcome::Proven(plan) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(Some(shown), plan.value);
    assert!(certificate.tree.len() > 10_000, "{} nodes", certificate.tree.len());
}
