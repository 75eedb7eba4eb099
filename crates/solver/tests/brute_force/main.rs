//! Random small desks against full enumeration in exact arithmetic: status and objective must be equal.

mod goals;

use std::sync::Arc;
use std::time::Duration;

use domain::{Amount, OnBreach};
use solver::{Backend, Outcome, Settings, backends, solve};
use test_desks::case::{Case, CaseForm, CaseMetric, enumerate};
use test_desks::product::product;
use test_desks::random::random_case;

const DESKS: u64 = 2_000;

/// What went wrong with a case, if anything.
fn mismatch(seed: u64, backend: &Arc<dyn Backend>) -> Option<String> {
    let case = random_case(seed);
    // Hundredths of a metric times tenths of a priority.
    let expected = enumerate(&case).map(|value| Amount::from_parts(value, 3));
    let (desk, day) = product(&case);
    let book = metric_engine::compile(&desk, &day).unwrap_or_else(|problems| panic!("seed {seed}: {problems:?}"));
    let problem =
        constraint_manager::build(&book, case.include_limited).unwrap_or_else(|p| panic!("seed {seed}: {p:?}"));
    let settings = Settings::with(Duration::from_secs(60), Amount::zero(), Arc::clone(backend));
    let outcome = solve(&problem, &settings, &mut |_| ()).outcome;
    let agrees = match (&outcome, &expected) {
        (Outcome::Infeasible { rows, .. }, None) => !rows.is_empty(),
        (Outcome::Proven(plan), Some(best)) => plan.value.as_ref().is_none_or(|value| value == best),
        (Outcome::NoObjective(plan), Some(_)) => problem.broken_rows(&plan.placement).is_empty(),
        _ => false,
    };
    (!agrees).then(|| format!("seed {seed}: enumeration {expected:?}, engine {outcome:?}\n{case:?}"))
}

fn agree(seeds: std::ops::Range<u64>, backend: &Arc<dyn Backend>) {
    let all = seeds.end - seeds.start;
    let mismatches: Vec<String> = seeds.filter_map(|seed| mismatch(seed, backend)).collect();
    let first = mismatches.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(mismatches.is_empty(), "{} of {all} disagree:\n{first}", mismatches.len());
}

#[test]
fn two_thousand_random_desks_agree_with_full_enumeration() {
    agree(0..DESKS, &(Arc::new(backends::highs::Highs) as Arc<dyn Backend>));
}

#[test]
fn the_second_backend_agrees_on_three_hundred_of_them() {
    agree(0..300, &(Arc::new(backends::microlp::MicroLp) as Arc<dyn Backend>));
}

#[test]
fn the_random_desks_cover_what_they_are_meant_to() {
    let cases: Vec<Case> = (0..DESKS).map(random_case).collect();
    let infeasible = cases.iter().filter(|case| enumerate(case).is_none()).count();
    assert!(infeasible > 200 && infeasible < 1_500, "{infeasible} infeasible desks of {DESKS}");
    let count = |holds: &dyn Fn(&CaseMetric) -> bool| {
        cases.iter().filter(|case| case.accounts.iter().flat_map(|account| &account.metrics).any(holds)).count()
    };
    assert!(count(&|metric| matches!(metric.form, CaseForm::Ratio(..)) && metric.max.is_some()) > 200);
    assert!(count(&|metric| metric.on_breach == OnBreach::MustNotWorsen) > 200);
    assert!(cases.iter().filter(|case| case.trades.is_empty()).count() > 50);
    assert!(cases.iter().filter(|case| case.trades.len() == 9).count() > 50);
}
