//! What a level reached is not lost to those after it, whatever the time and whatever a backend says.

use std::sync::Arc;
use std::time::Duration;

use constraint_manager::{AssignmentProblem, Origin, Wishes, build_with};
use domain::certificate::Aim;
use domain::{Amount, GiveUp, MetricName, ObjectiveSettings, OrderedMetric, Place};
use solver::backend::{Control, Effort, Ending, News, Stop};
use solver::proof::Node;
use solver::scale::FloatModel;
use solver::{Backend, Outcome, Settings, SolvedByLevels, backends, solve_by_levels};
use test_desks::{Add, With, account, by_type, day, desk, number};

/// Claims that there is no plan, each time.
struct SaysInfeasible;

/// Fails, each time.
struct Fails;

/// Has nothing to say, each time.
struct Silent;

fn nothing(stop: Stop) -> Ending {
    Ending { stop, points: Vec::new(), bound: None, nodes: 0 }
}

macro_rules! fake {
    ($($name:ident $stop:expr;)*) => {$(
        impl Backend for $name {
            fn name(&self) -> &'static str {
                stringify!($name)
            }

            fn version(&self) -> String {
                stringify!($name).to_owned()
            }

            fn solve(&self, _: &FloatModel, _: &Effort<'_>, _: &mut dyn FnMut(News<'_>) -> Control) -> Ending {
                nothing($stop)
            }
        }
    )*};
}
fake! {
    SaysInfeasible Stop::Infeasible;
    Fails Stop::Failed("no licence".to_owned());
    Silent Stop::Limit;
}

/// Ten buys of 10 to 19. PB1 costs 1 a unit and PB2 2; PB2 pays a wallet of 3 a unit, and PB1 of 1.
fn problem(give_up: GiveUp) -> AssignmentProblem {
    let metrics = |cost: &str, wallet: &str| {
        let card = |name: &str, rate: &str| by_type(name, &[&format!("bond {rate}")]);
        vec![card("cost", cost).priority("-1"), card("wallet", wallet).priority("1")]
    };
    let desk = desk(vec![account("PB1", metrics("1", "1")), account("PB2", metrics("2", "3"))]);
    let trades = (0..10).fold(day(), |day, i| day.trade(&format!("T{i} buy {} S{i} bond", 10 + i)));
    let order = vec![OrderedMetric { place: Place::nowhere(), metric: MetricName::new("cost"), give_up }];
    let objective = ObjectiveSettings { order, ..ObjectiveSettings::default() };
    let book = metric_engine::compile(&desk, &trades).expect("a desk without contradictions");
    build_with(&book, Wishes { objective: &objective, last_plan: &[] }).expect("a problem without contradictions")
}

fn solved(problem: &AssignmentProblem, backend: impl Backend + 'static) -> SolvedByLevels {
    solved_by(problem, &(Arc::new(backend) as Arc<dyn Backend>))
}

fn solved_by(problem: &AssignmentProblem, backend: &Arc<dyn Backend>) -> SolvedByLevels {
    let settings = Settings::with(Duration::from_secs(20), Amount::zero(), Arc::clone(backend));
    solve_by_levels(problem, &settings, &mut |_| ())
}

/// Metric, value, what was given up, and whether the best was proven, of each level.
fn levels(solved: &SolvedByLevels) -> Vec<String> {
    let level = |level: &solver::LevelOutcome| {
        let name = level.metric.as_ref().map_or("rest", MetricName::as_str);
        let proven = matches!(level.best, Outcome::Proven(_));
        format!("{name} {} {} {proven}", level.value, level.given_up)
    };
    solved.levels.iter().map(level).collect()
}

#[test]
fn what_may_be_given_up_goes_where_it_pays_most() {
    // All at PB1 costs 10 + … + 19 = 145; a unit at PB2 costs 1 more and pays 2 more. 17 to give up: the trade of 17.
    let problem = problem(GiveUp::Amount(number("17")));
    let solved = solved(&problem, backends::highs::Highs);
    assert_eq!(levels(&solved), ["cost -162 17 true", "rest 179 0 true"]); // 128 × 1 + 17 × 3
    assert!(matches!(solved.outcome, Outcome::Proven(_)), "{:?}", solved.outcome);
    // Two levels have no bound of their own, and nothing that shows one.
    assert_eq!(solved.proof, None);
    let plan = solved.outcome.plan().expect("a plan");
    assert_eq!((plan.value.clone(), &plan.bound, &plan.gap_rel), (Some(Amount::from(17)), &None, &None));
}

#[test]
fn a_backend_that_gives_nothing_costs_nothing() {
    for backend in [Arc::new(SaysInfeasible) as Arc<dyn Backend>, Arc::new(Fails), Arc::new(Silent)] {
        let problem = problem(GiveUp::Fraction(number("0.2"))); // 29 of 145
        let solved = solved_by(&problem, &backend);
        assert!(matches!(solved.outcome, Outcome::Proven(_)), "{}: {:?}", backend.name(), solved.outcome);
        let plan = solved.outcome.plan().expect("a plan");
        assert!(problem.broken_rows(&plan.placement).is_empty());
        // 29 = 10 + 19 and the like: a unit given up is worth 2.
        assert_eq!(levels(&solved), ["cost -174 29 true", "rest 203 0 true"], "{}", backend.name()); // 116 × 1 + 29 × 3
        assert_eq!(plan.value, Some(Amount::from(29)));
    }
}

#[test]
fn one_level_that_is_the_whole_objective_has_its_bound() {
    let mut problem = problem(GiveUp::default());
    problem.levels.truncate(1);
    problem.objective.as_mut().expect("an objective").terms.retain(|term| term.level == 0);
    let solved = solved(&problem, backends::highs::Highs);
    let plan = solved.outcome.plan().expect("a plan");
    assert_eq!((plan.value.clone(), plan.bound.clone()), (Some(Amount::from(-145)), Some(Amount::from(-145))));
    assert_eq!(levels(&solved), ["cost -145 0 true"]);
}

#[test]
fn that_no_plan_keeps_the_limits_is_shown_with_an_order_too() {
    let mut problem = problem(GiveUp::default());
    // Ten trades cost 145 at least.
    let mut row = problem.level(1, &[Amount::from(-144)]).rows.remove(0);
    row.origin = Origin::Changes { place: Place::nowhere(), max_changes: 0 };
    problem.rows.push(row);
    let solved = solved(&problem, backends::highs::Highs);
    assert!(matches!(solved.outcome, Outcome::Infeasible { .. }), "{:?}", solved.outcome);
    let proof = solved.proof.expect("a row that no choice can keep");
    assert_eq!(proof.tree, [Node::Leaf { prices: 0, aim: Aim::NoPlan }]);
    let [(0, price)] = &proof.price_lists[0].rows[..] else { panic!("{:?}", proof.price_lists[0]) };
    assert!(price.is_positive());
}

#[test]
fn without_our_own_search_a_level_has_what_the_backends_find() {
    let problem = problem(GiveUp::default());
    let with = |backend: Arc<dyn Backend>| {
        let settings = Settings::with(Duration::from_secs(20), Amount::zero(), backend);
        solve_by_levels(&problem, &Settings { search: false, ..settings }, &mut |_| ())
    };
    assert!(matches!(with(Arc::new(Silent)).outcome, Outcome::Unknown));
    let solved = with(Arc::new(backends::highs::Highs));
    assert_eq!(levels(&solved), ["cost -145 0 true", "rest 145 0 true"]);
}
