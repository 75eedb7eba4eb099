//! What every linked library has to do, run against each of them, in this process, through the same cases.

use std::sync::Arc;
use std::time::Duration;

use constraint_manager::AssignmentProblem;
use domain::{Account, Amount, Day, OnBreach};
use solver::backend::{Control, Effort, Ending, News};
use solver::scale::FloatModel;
use solver::{Backend, Outcome, Settings, backends, solve};
use test_desks::{Add, With, account, by_type, day, desk, ratio};

fn problem(accounts: Vec<Account>, day: &Day) -> AssignmentProblem {
    let book = metric_engine::compile(&desk(accounts), day).unwrap_or_else(|problems| panic!("{problems:?}"));
    constraint_manager::build(&book, false).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// A library as the settings take it.
struct Linked(&'static dyn Backend);

impl Backend for Linked {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn version(&self) -> String {
        self.0.version()
    }

    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, watch: &mut dyn FnMut(News<'_>) -> Control) -> Ending {
        self.0.solve(model, effort, watch)
    }
}

fn settings(timeout: Duration, backend: &'static dyn Backend) -> Settings {
    Settings::with(timeout, Amount::zero(), Arc::new(Linked(backend)))
}

fn outcome(backend: &'static dyn Backend, problem: &AssignmentProblem) -> Outcome {
    let settings = settings(Duration::from_secs(30), backend);
    solve(problem, &settings, &mut |_| ()).outcome
}

fn for_every_backend(case: impl Fn(&'static dyn Backend)) {
    for backend in backends::libraries() {
        case(backend);
    }
}

fn proven(backend: &'static dyn Backend, problem: &AssignmentProblem) -> (Vec<usize>, String) {
    match outcome(backend, problem) {
        Outcome::Proven(plan) => (plan.placement, plan.value.map_or_else(String::new, |value| value.to_string())),
        other => panic!("{}: {other:?}", backend.name()),
    }
}

/// An account that charges `rate` for each unit bought.
fn charging(id: &str, rate: &str) -> Account {
    account(id, vec![by_type("cost", &[&format!("government {rate} 0")]).priority("-1")])
}

#[test]
fn the_cheaper_account_gets_the_trade() {
    let day = day().trade("T1 buy 10 A government").trade("T2 buy 20 B government");
    let problem = problem(vec![charging("PB1", "0.3"), charging("PB2", "0.2")], &day);
    // Both at PB2: 30 × 0.2.
    for_every_backend(|backend| assert_eq!(proven(backend, &problem), (vec![1, 1], "-6".to_owned())));
}

#[test]
fn a_full_account_sends_the_smaller_saving_elsewhere() {
    let capped = |id: &str, rate: &str, max: &str| {
        let load = by_type("load", &["government 1", "corporate 1"]).max(max);
        let cost = by_type("cost", &[&format!("government {rate}"), "corporate 0.1"]).priority("-1");
        account(id, vec![load, cost])
    };
    let day = day().trade("T1 buy 10 A government").trade("T2 buy 10 B corporate");
    let problem = problem(vec![capped("PB1", "0.2", "10"), capped("PB2", "0.5", "100")], &day);
    // T1 saves 3 at PB1, T2 saves nothing: T1 at PB1 (2), T2 at PB2 (1).
    for_every_backend(|backend| assert_eq!(proven(backend, &problem), (vec![0, 1], "-3".to_owned())));
}

#[test]
fn limits_that_cannot_hold_together_are_named() {
    let capped = |id: &str| account(id, vec![by_type("gross", &["government 1 1"]).max("5")]);
    let problem = problem(vec![capped("PB1"), capped("PB2")], &day().trade("T1 buy 10 A government"));
    for_every_backend(|backend| {
        let Outcome::Infeasible { rows, nearest } = outcome(backend, &problem) else { panic!("{}", backend.name()) };
        // One of the two has to give way by 10 - 5.
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].excess.to_string(), rows[0].reached.to_string()), ("5".to_owned(), "10".to_owned()));
        assert!(nearest.is_some());
    });
}

#[test]
fn without_a_wish_any_plan_that_keeps_the_limits_will_do() {
    let capped = |id: &str| account(id, vec![by_type("gross", &["government 1 1"]).max("10")]);
    let trades = day().trade("T1 buy 10 A government").trade("T2 buy 10 B government");
    let problem = problem(vec![capped("PB1"), capped("PB2")], &trades);
    for_every_backend(|backend| {
        let Outcome::NoObjective(plan) = outcome(backend, &problem) else { panic!("{}", backend.name()) };
        assert_ne!(plan.placement[0], plan.placement[1]);
        assert_eq!((plan.value, plan.bound), (None, None));
    });
}

#[test]
fn where_nothing_is_to_be_decided_the_only_plan_is_proven() {
    let day = day().trade("T1 buy 10 A government PB2");
    let problem = problem(vec![charging("PB1", "0.3"), charging("PB2", "0.2")], &day);
    for_every_backend(|backend| assert_eq!(proven(backend, &problem), (vec![1], "-2".to_owned())));
}

#[test]
fn a_debit_that_earns_is_not_taken_twice() {
    // A rate card turned upside down, both sides of cash rewarded: 0.2 for each unit short, 0.1 for each unit long.
    // Without a binary the size of the debit would be whatever pays best.
    let card = |id: &str| account(id, vec![by_type("reward", &["government 0", "cash 0.1 0.2"]).priority("1")]);
    let trades = day().trade("T1 buy 30 A government").trade("T2 sell 10 B government");
    let problem =
        problem(vec![card("PB1"), card("PB2")], &trades.position("PB1 20 USD cash").position("PB2 5 USD cash"));
    // T1 at PB2: cash 5 - 30 = -25 earns 5; T2 at PB1: cash 30 earns 3. Together 8.
    for_every_backend(|backend| assert_eq!(proven(backend, &problem), (vec![1, 0], "8".to_owned())));
}

#[test]
fn a_limit_that_binds_to_the_cent_is_neither_broken_nor_missed() {
    // Two trades of a billion; the limit at PB1 lets the one that saves more in, or not, by one cent.
    let with_max = |max: &str| {
        let load = by_type("load", &["government 1", "corporate 1"]).max(max);
        let pb1 =
            account("PB1", vec![load, by_type("cost", &["government 0.0001", "corporate 0.0002"]).priority("-1")]);
        let pb2 = account("PB2", vec![by_type("cost", &["government 0.0003", "corporate 0.0003"]).priority("-1")]);
        let trades = day().trade("T1 buy 1000000000.01 A government").trade("T2 buy 999999999.99 B corporate");
        problem(vec![pb1, pb2], &trades)
    };
    for_every_backend(|backend| {
        // Exactly at the limit: T1 at PB1, T2 at PB2: 100,000.000001 + 299,999.999997.
        assert_eq!(proven(backend, &with_max("1000000000.01")), (vec![0, 1], "-399999.999998".to_owned()));
        // One cent tighter: T2 at PB1, T1 at PB2: 199,999.999998 + 300,000.000003.
        assert_eq!(proven(backend, &with_max("1000000000")), (vec![1, 0], "-500000.000001".to_owned()));
    });
}

#[test]
fn plans_that_differ_in_the_twelfth_digit_are_told_apart() {
    // Whoever is not at PB1 costs 0.0001 more for each unit, and two cents more are booked with T1.
    let load = by_type("load", &["government 1"]).max("1000000000.01");
    let pb1 = account("PB1", vec![load, by_type("cost", &["government 0.0001"]).priority("-1")]);
    let pb2 = account("PB2", vec![by_type("cost", &["government 0.0002"]).priority("-1")]);
    let trades = day().trade("T1 buy 1000000000.01 A government").trade("T2 buy 999999999.99 B government");
    let problem = problem(vec![pb1, pb2], &trades);
    // T1 at PB1: 100,000.000001 + 199,999.999998; T2 there instead would cost 0.000002 more.
    for_every_backend(|backend| assert_eq!(proven(backend, &problem), (vec![0, 1], "-299999.999999".to_owned())));
}

#[test]
fn an_inherited_ratio_may_stay_but_not_grow() {
    let levered = |id: &str| {
        let leverage = ratio("leverage", "gross", "equity").max("4").on_breach(OnBreach::MustNotWorsen);
        let equity = by_type("equity", &["government 1", "cash 1"]);
        account(id, vec![equity, by_type("gross", &["government 1 1"]), leverage])
    };
    // PB1 opens at 100 / 20 = 5 of 4. With T2 it holds 90; T1 there too makes 110 / 20 = 5.5, worse than it opened. At
    // PB2 it makes 20 / 20 = 1.
    let held = day().position("PB1 100 A government").position("PB1 -80 USD cash").position("PB2 20 USD cash");
    let trades = held.trade("T1 buy 20 B government").trade("T2 sell 10 A government PB1");
    let problem = problem(vec![levered("PB1"), levered("PB2")], &trades);
    for_every_backend(|backend| {
        let Outcome::NoObjective(plan) = outcome(backend, &problem) else { panic!("{}", backend.name()) };
        assert_eq!(plan.placement, [1, 0]);
    });
}

#[test]
fn a_time_limit_of_almost_nothing_ends_in_a_named_ending() {
    let accounts: Vec<Account> = (0..4)
        .map(|index| {
            let load = by_type("load", &["government 1"]).max("260");
            account(
                &format!("PB{index}"),
                vec![load, by_type("cost", &[&format!("government 0.{}", index + 1)]).priority("-1")],
            )
        })
        .collect();
    let trades = (0..40)
        .fold(day(), |day, index| day.trade(&format!("T{index} buy {} S{index} government", 11 + index * 7 % 13)));
    let problem = problem(accounts, &trades);
    for backend in backends::libraries() {
        let settings = settings(Duration::from_millis(1), backend);
        match solve(&problem, &settings, &mut |_| ()).outcome {
            Outcome::Failed(message) => panic!("{}: {message}", backend.name()),
            Outcome::Infeasible { .. } => panic!("{}: there is a plan", backend.name()),
            ending => assert!(ending.plan().is_none_or(|plan| problem.broken_rows(&plan.placement).is_empty())),
        }
    }
}
