//! Our own search and others beside it: who closes the problem ends the rest, and nothing that the others do can spoil
//! what the search has.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use constraint_manager::AssignmentProblem;
use domain::Amount;
use solver::backend::{Control, Effort, Ending, Glimpse, News, Stop};
use solver::scale::FloatModel;
use solver::{Backend, Backends, Outcome, Settings, Solved, solve};
use test_desks::{Add, With, account, banded, by_type, day, desk};

/// Who is told what a fake does, and says whether it goes on.
type Watch<'w> = &'w mut dyn FnMut(News<'_>) -> Control;

/// What a fake does when it is asked, in how much time.
type Deed = dyn Fn(&FloatModel, Duration, Watch<'_>) -> Ending + Send + Sync;

/// A backend that counts how often it was asked.
struct Fake {
    deed: Box<Deed>,
    asked: Arc<AtomicUsize>,
}

impl Backend for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn version(&self) -> String {
        "Fake 1".to_owned()
    }

    fn solve(&self, model: &FloatModel, effort: &Effort<'_>, watch: Watch<'_>) -> Ending {
        self.asked.fetch_add(1, Ordering::Relaxed);
        (self.deed)(model, effort.time, watch)
    }
}

/// Of so many trades those that are worth most at PB1 within so many limits there, each about half of what all trades
/// take together; PB2 takes whatever is left and is worth nothing.
fn problem(trades: u64, metrics: u64) -> AssignmentProblem {
    // Scattered, and the same on every machine; a trade that takes more is worth more.
    let scattered =
        |trade: u64, metric: u64| 1 + (trade * 7_919 + metric * 104_729 + trade * trade * (metric + 3) * 31) % 997;
    let taken = |trade| (0..metrics).map(|metric| scattered(trade, metric)).sum::<u64>() / metrics;
    let card = |name: &str, rate: &dyn Fn(u64) -> u64| {
        let rates: Vec<String> = (0..trades).map(|trade| format!("type{trade} {}", rate(trade))).collect();
        by_type(name, &rates.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut first = vec![card("worth", &|trade| taken(trade) + scattered(trade, metrics) / 2).priority("1")];
    for metric in 0..metrics {
        let half = (0..trades).map(|trade| scattered(trade, metric)).sum::<u64>() / 2;
        first.push(card(&format!("m{metric}"), &|trade| scattered(trade, metric)).max(&half.to_string()));
    }
    let day = (0..trades).fold(day(), |day, trade| day.trade(&format!("T{trade:03} buy 1 S{trade} type{trade}")));
    let desk = desk(vec![account("PB1", first), account("PB2", vec![])]);
    let book = metric_engine::compile(&desk, &day).expect("a desk without contradictions");
    constraint_manager::build(&book, false).expect("a problem without contradictions")
}

/// A problem that the search closes, but not at once.
fn slow() -> AssignmentProblem {
    problem(90, 4)
}

/// A problem that it does not close.
fn open() -> AssignmentProblem {
    problem(120, 10)
}

fn settings(timeout: Duration, backends: Vec<Arc<dyn Backend>>) -> Settings {
    let backends = Backends::new(backends);
    Settings { timeout, gap_rel: Amount::zero(), search: true, effort: None, courses: None, threads: 1, backends }
}

/// Solves with a fake beside the search; how often that was asked.
fn beside(
    problem: &AssignmentProblem,
    timeout: Duration,
    deed: impl Fn(&FloatModel, Duration, Watch<'_>) -> Ending + Send + Sync + 'static,
) -> (Solved, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let fake = Fake { deed: Box::new(deed), asked: Arc::clone(&asked) };
    let solved = solve(problem, &settings(timeout, vec![Arc::new(fake)]), &mut |_| ());
    (solved, asked.load(Ordering::Relaxed))
}

/// A plan of our own search after so many rounds.
fn plan_after(problem: &AssignmentProblem, rounds: u64) -> Vec<usize> {
    let settings = Settings { effort: Some(rounds), ..settings(Duration::from_secs(1), Vec::new()) };
    solve(problem, &settings, &mut |_| ()).outcome.plan().expect("a plan").placement.clone()
}

/// A placement as a point: two bookings for each trade, and nothing in other columns.
fn point(model: &FloatModel, placement: &[usize]) -> Vec<f64> {
    let bookings = placement.iter().flat_map(|account| [0, 1].map(|other| f64::from(u8::from(other == *account))));
    let mut point: Vec<f64> = bookings.collect();
    point.resize(model.columns.len(), 0.0);
    point
}

/// Goes on until it is told not to, or its time is up.
fn wait(time: Duration, watch: Watch<'_>, news: &mut dyn FnMut() -> Option<Vec<f64>>) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        let control = match news() {
            Some(point) => watch(News::Point(&point)),
            None => watch(News::Glimpse(Glimpse::default())),
        };
        if !control.goes_on() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

const LONG: Duration = Duration::from_secs(120);
const SHORT: Duration = Duration::from_secs(1);

/// Everything at PB1, which breaks every limit there.
fn garbage(model: &FloatModel, trades: usize) -> Vec<f64> {
    point(model, &vec![0; trades])
}

fn assert_proven_by_the_search(problem: &AssignmentProblem, solved: &Solved) {
    let Outcome::Proven(plan) = &solved.outcome else { panic!("{:?}", solved.outcome) };
    assert_eq!(problem.broken_rows(&plan.placement), []);
    assert_eq!(solved.work[0].stop, "finished");
    // As if nobody had been there.
    let alone = solve(problem, &settings(LONG, Vec::new()), &mut |_| ());
    assert_eq!((&solved.outcome, &solved.proof, solved.is_alone), (&alone.outcome, &alone.proof, true));
    assert!(solved.is_repeatable);
}

#[test]
fn who_is_beside_a_proof_by_two_gives_way_to_it() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&heard);
    let (desk, day) = banded(3, (60, 4, 6), 800, 0);
    let book = metric_engine::compile(&desk, &day).expect("a desk without contradictions");
    let problem = constraint_manager::build(&book, false).expect("a problem without contradictions");
    let (solved, asked) = beside(&problem, LONG, move |_, time, watch| {
        wait(
            time,
            &mut |news| {
                let control = watch(news);
                let mut heard = hears.lock().unwrap();
                if heard.last() != Some(&control) {
                    heard.push(control);
                }
                control
            },
            &mut || None,
        );
        Ending::empty(Stop::Limit)
    });
    assert!(matches!(solved.outcome, Outcome::Proven(_)) && asked == 1, "{:?}", solved.outcome);
    let heard = heard.lock().unwrap();
    assert!(heard.ends_with(&[Control::Yield, Control::Abandon]), "{heard:?}");
}

#[test]
fn who_ends_with_garbage_after_the_proof_spoils_nothing() {
    let problem = slow();
    let trades = problem.trades.len();
    let (solved, asked) = beside(&problem, LONG, move |model, time, watch| {
        wait(time, watch, &mut || None);
        // Told to go, it has a plan that is none, a bound that is none, and the last word.
        let control = watch(News::Point(&garbage(model, trades)));
        assert!(!control.goes_on());
        let points = vec![garbage(model, trades)];
        Ending { stop: Stop::Finished, points, bound: Some(-1e12), nodes: 1 }
    });
    assert_eq!(asked, 1, "it is asked once, beside the search");
    assert_proven_by_the_search(&problem, &solved);
}

#[test]
fn who_pours_out_plans_that_break_limits_spoils_nothing() {
    let problem = slow();
    let trades = problem.trades.len();
    let (solved, asked) = beside(&problem, LONG, move |model, time, watch| {
        wait(time, watch, &mut || Some(garbage(model, trades)));
        Ending::empty(Stop::Limit)
    });
    assert_eq!(asked, 1);
    assert_proven_by_the_search(&problem, &solved);
}

#[test]
fn who_fails_costs_the_search_nothing() {
    let problem = slow();
    let failing = || Ending::empty(Stop::Failed("no licence".to_owned()));
    let (solved, asked) = beside(&problem, LONG, move |_, _, _| failing());
    assert!(asked >= 1);
    let Outcome::Proven(_) = &solved.outcome else { panic!("{:?}", solved.outcome) };
    assert!(!solved.is_repeatable, "the failure stands in the result");
}

#[test]
fn who_denies_a_plan_that_is_there_is_not_believed() {
    let (solved, asked) = beside(&open(), SHORT, |_, _, _| Ending::empty(Stop::Infeasible));
    assert!(asked >= 1);
    assert!(matches!(&solved.outcome, Outcome::TimeLimit(_)), "{:?}", solved.outcome);
}

#[test]
fn a_better_plan_is_heard_while_both_run() {
    let problem = open();
    let theirs = plan_after(&problem, 60);
    let value = problem.objective_value(&theirs);
    let told = theirs;
    let (solved, asked) = beside(&problem, SHORT, move |model, time, watch| {
        let mut once = Some(point(model, &told));
        wait(time, watch, &mut || once.take());
        Ending::empty(Stop::Limit)
    });
    assert_eq!(asked, 1);
    // It came as news alone, and what there is in the end is at least as good.
    let plan = solved.outcome.plan().expect("a plan");
    assert!(plan.value >= value, "{:?} and {value:?}", plan.value);
    // Whether the search came to as much by itself depends on the machine. It says so, and comes to it again.
    assert_eq!(solved.is_alone, solved.work[0].course.is_alone());
    assert_comes_again(&problem, &solved);
}

/// With nobody to ask, and all the time in the world.
fn assert_comes_again(problem: &AssignmentProblem, solved: &Solved) {
    assert!(solved.is_repeatable);
    let courses = Some(vec![solved.work[0].course.clone()]);
    let again = solve(problem, &Settings { courses, ..settings(LONG, Vec::new()) }, &mut |_| ());
    assert_eq!((&again.outcome, &again.proof, again.is_alone), (&solved.outcome, &solved.proof, solved.is_alone));
    assert_eq!(again.work[0].course, solved.work[0].course);
}

#[test]
fn a_conflict_that_others_named_is_named_again() {
    // Three trades of 5, and room for 10 in all.
    let room = |most: &str| vec![by_type("load", &["bond 1"]).max(most)];
    let day = (0..3).fold(day(), |day, trade| day.trade(&format!("T{trade} buy 5 S{trade} bond")));
    let book = metric_engine::compile(&desk(vec![account("PB1", room("5")), account("PB2", room("5"))]), &day);
    let problem = constraint_manager::build(&book.expect("a desk"), false).expect("a problem");
    let (solved, asked) = beside(&problem, LONG, |model, _, _| {
        let nearest = point(model, &[0, 1, 1]);
        Ending { stop: Stop::Finished, points: vec![nearest], bound: Some(0.0), nodes: 1 }
    });
    let Outcome::Infeasible { rows, nearest } = &solved.outcome else { panic!("{:?}", solved.outcome) };
    assert_eq!((rows.len(), nearest, asked), (1, &Some(vec![0, 1, 1]), 1));
    assert!(!solved.is_alone);
    assert_comes_again(&problem, &solved);
}

#[test]
fn who_closes_the_problem_ends_the_search() {
    let problem = open();
    let best = plan_after(&problem, 60);
    let told = best.clone();
    let (solved, _) = beside(&problem, LONG, move |model, _, _| {
        let point = point(model, &told);
        let worth = model.columns.iter().zip(&point).map(|(column, value)| column.objective * value).sum::<f64>();
        Ending { stop: Stop::Finished, points: vec![point], bound: Some(model.offset + worth), nodes: 1 }
    });
    let Outcome::Proven(plan) = &solved.outcome else { panic!("{:?}", solved.outcome) };
    assert_eq!(problem.objective_value(&best), plan.value);
    // Halted long before its time, and a word of somebody else, so that it is not called ours alone.
    assert!(solved.work[0].stop == "clock" && solved.work[0].elapsed_ms < LONG.as_millis() as u64 / 2);
    assert!(!solved.is_alone && solved.work[0].course.last_word.is_some());
    assert_comes_again(&problem, &solved);
}

/// Solves with backends while our own search has a fault after so many rounds.
fn with_fault_after(rounds: u64, problem: &AssignmentProblem, settings: &Settings) -> Solved {
    let solved = solve(problem, settings, &mut |progress| assert!(progress.rounds < rounds, "a fault of ours"));
    let search = &solved.work[0];
    assert_eq!((search.purpose, search.stop, search.rounds), ("search", "failed", rounds));
    assert_eq!(search.failure.as_deref(), Some("our own search failed: a fault of ours"));
    assert!(!solved.is_repeatable, "nobody can repeat a fault by its counts");
    solved
}

#[test]
fn a_fault_of_the_search_leaves_its_plan() {
    let problem = open();
    let solved = with_fault_after(40, &problem, &settings(LONG, Vec::new()));
    let Outcome::TimeLimit(plan) = &solved.outcome else { panic!("{:?}", solved.outcome) };
    assert_eq!(plan.placement, plan_after(&problem, 40));
    assert!(solved.proof.is_some(), "what can be shown without a search");
}

#[test]
fn a_fault_of_the_search_leaves_the_day_to_others() {
    let problem = open();
    let (best, trades) = (plan_after(&problem, 60), problem.trades.len());
    let told = best.clone();
    let deed = move |model: &FloatModel, _: Duration, _: Watch<'_>| {
        let points = vec![garbage(model, trades), point(model, &told)];
        Ending { stop: Stop::Limit, points, bound: None, nodes: 1 }
    };
    let fake = Fake { deed: Box::new(deed), asked: Arc::default() };
    let solved = with_fault_after(1, &problem, &settings(LONG, vec![Arc::new(fake)]));
    assert_eq!(solved.outcome.plan().expect("theirs").placement, best);
}

#[test]
fn a_fault_of_the_search_with_nobody_else_is_said() {
    let exactly_three = |rate: &str| vec![by_type("load", &[rate]).min("3").max("3")];
    let day = (0..9).fold(day(), |day, trade| day.trade(&format!("T{trade} buy 2 S{trade} bond")));
    let book =
        metric_engine::compile(&desk(vec![account("PB1", exactly_three("bond 1")), account("PB2", vec![])]), &day);
    let problem = constraint_manager::build(&book.expect("a desk"), false).expect("a problem");
    let solved = with_fault_after(1, &problem, &settings(LONG, Vec::new()));
    assert_eq!(solved.outcome, Outcome::Failed("our own search failed: a fault of ours".to_owned()));
}
