//! Model files read back by HiGHS's own readers must have the optimum that we found.
#![expect(unsafe_code, reason = "HiGHS reads model files through its C interface only")]

use std::ffi::CString;
use std::sync::Arc;
use std::time::Duration;

use domain::Amount;
use solver::{Outcome, Purpose, Refinement, Settings, backends, build_model, model_file, solve};
use test_desks::{Add, With, account, by_type, day, desk};

fn optimum_of_file(path: &std::path::Path) -> f64 {
    let path = CString::new(path.to_str().expect("a path in UTF-8")).expect("a path without a zero");
    // SAFETY: one solver made, used and destroyed here; the path ends with a zero.
    unsafe {
        let highs = highs_sys::Highs_create();
        highs_sys::Highs_setBoolOptionValue(highs, c"output_flag".as_ptr(), 0);
        assert_eq!(highs_sys::Highs_readModel(highs, path.as_ptr()), highs_sys::STATUS_OK, "HiGHS refused {path:?}");
        highs_sys::Highs_setDoubleOptionValue(highs, c"mip_rel_gap".as_ptr(), 0.0);
        assert_eq!(highs_sys::Highs_run(highs), highs_sys::STATUS_OK);
        let value = highs_sys::Highs_getObjectiveValue(highs);
        highs_sys::Highs_destroy(highs);
        value
    }
}

#[test]
fn every_format_holds_the_same_model() {
    // Names that need care, a position that can change sign, an objective with an opening value.
    let pb = |id: &str, rate: &str| {
        let card = by_type("cost", &["government 0", &format!("cash -0.1 {rate}")]).priority("-1");
        account(id, vec![by_type("gross exposure", &["government 1 1"]).max("150"), card])
    };
    let accounts = vec![pb("PB 1", "0.2"), pb("PB-1", "0.3"), pb("3", "0.05")];
    let trades = (1..=9).fold(day(), |day, n| {
        day.trade(&format!("T/{n} {} {}.25 S{} government", if n % 3 == 0 { "sell" } else { "buy" }, n * 7, n % 4))
    });
    let opening = trades.position("PB-1 40 USD cash").position("3 -15 USD cash").position("3 -30 S2 government");
    let book = metric_engine::compile(&desk(accounts), &opening).unwrap();
    let problem = constraint_manager::build(&book, false).unwrap();
    let settings = Settings::with(Duration::from_secs(30), Amount::zero(), Arc::new(backends::highs::Highs));
    let Outcome::Proven(plan) = solve(&problem, &settings, &mut |_| ()).outcome else { panic!("an easy day") };
    let value: f64 = plan.value.unwrap().to_string().parse().unwrap();
    let model = build_model(&problem, Purpose::Full, &Refinement::default());
    let folder = tempfile::tempdir().unwrap();
    for format in model_file::TABLE {
        let path = folder.path().join(format!("model.{}", format.name));
        std::fs::write(&path, (format.write)(&problem, &model)).unwrap();
        let read = optimum_of_file(&path);
        assert!((read - value).abs() < 1e-6, "{}: {read} in the file, {value} here", format.name);
    }
}

#[test]
fn a_model_reads_as_people_write_it() {
    let pb = |id: &str| {
        account(
            id,
            vec![
                by_type("gross", &["government 1 1"]).max("15"),
                by_type("cost", &["cash 0 0.25", "government 0"]).priority("-1"),
            ],
        )
    };
    let trades =
        day().trade("T1 buy 10 A government").trade("T2 buy 10 B government").trade("T3 sell 5 A government PB1");
    let book = metric_engine::compile(&desk(vec![pb("PB1"), pb("PB2")]), &trades.position("PB1 12 USD cash")).unwrap();
    let problem = constraint_manager::build(&book, false).unwrap();
    insta::assert_snapshot!((model_file::lp::FORMAT.write)(&problem, &build_model(&problem, Purpose::Full, &Refinement::default())), @r"
    \ Prime broker trade assignment. Values in base currency.
    Maximize
     objective: - 2.5 x_T1_PB2 - 2.5 x_T2_PB2 - 0.25 short_PB1_USD + 0 objective_constant
    Subject To
     one_account_T1: + 1 x_T1_PB1 + 1 x_T1_PB2 = 1
     one_account_T2: + 1 x_T2_PB1 + 1 x_T2_PB2 = 1
     short_at_least_PB1_USD: - 10 x_T1_PB1 - 10 x_T2_PB1 + 1 short_PB1_USD >= -17
    \ account PB2: gross max 15
     PB2_gross_max: + 10 x_T1_PB2 + 10 x_T2_PB2 <= 15
    \ left out, no choice can break it: account PB1: gross max 15
    Bounds
     objective_constant = 1
     0 <= short_PB1_USD <= 3
    Binaries
     x_T1_PB1
     x_T1_PB2
     x_T2_PB1
     x_T2_PB2
    End
    ");
}
