//! Strict priorities and the last plan as rows and terms, with sums worked by hand.

use constraint_manager::{AssignmentProblem, Expression, Origin, Part, Planned, Wishes, build_with};
use domain::{AccountId, Amount, Day, Desk, GiveUp, Keep, MetricName, OrderedMetric, Place, PlannedBooking, TradeId};
use test_desks::{Add, With, accepting, account, by_type, day, desk, number, ratio};

/// Two accounts with a cost, a wallet that counts and a limited margin.
fn two_accounts() -> Desk {
    let metrics = |cost: &str, wallet: &str| {
        vec![
            by_type("cost", &[&format!("bond {cost}")]).priority("-2"),
            by_type("wallet", &[&format!("bond {wallet}")]).priority("1"),
            by_type("margin", &["bond 0.1"]).max("1000").priority("-1"),
            ratio("share", "margin", "wallet"),
            by_type("size", &["bond 1"]),
        ]
    };
    desk(vec![account("PB1", metrics("0.5", "0.25")), account("PB2", metrics("0.75", "1"))])
}

fn two_trades() -> Day {
    day().trade("T1 buy 10 A bond").trade("T2 buy 20 B bond")
}

fn ordered(metric: &str, give_up: GiveUp) -> OrderedMetric {
    OrderedMetric { place: Place::file("desk.yaml").with_field("order"), metric: MetricName::new(metric), give_up }
}

fn built(desk: &Desk, day: &Day) -> Result<AssignmentProblem, Vec<String>> {
    let book = metric_engine::compile(desk, day).expect("a desk without contradictions between its files");
    build_with(&book, Wishes { objective: &desk.objective, last_plan: &day.last_plan })
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn planned(mut day: Day, rows: &[&str]) -> Day {
    for row in rows {
        let (trade, account) = row.split_once(' ').expect("a trade and an account");
        let (trade, account) = (TradeId::new(trade), AccountId::new(account));
        day.last_plan.push(PlannedBooking { place: Place::file("plan.csv"), trade, account });
    }
    day
}

fn keep(cost_per_change: &str, max_changes: Option<u32>) -> Option<Keep> {
    let place = Place::file("desk.yaml").with_field("objective.keep");
    Some(Keep { place, cost_per_change: number(cost_per_change), max_changes })
}

/// `PB1: -1 1·x0`
fn text(problem: &AssignmentProblem, account: usize, expression: &Expression) -> String {
    let bookings = expression.bookings.iter().map(|(trade, c)| format!(" {c}·x{trade}"));
    format!("{}: {}{}", problem.accounts[account], expression.constant, bookings.collect::<String>())
}

#[test]
fn what_a_level_reached_is_a_row_about_every_account() {
    let mut desk = two_accounts();
    desk.objective.order = vec![ordered("cost", GiveUp::Fraction(number("0.1"))), ordered("wallet", GiveUp::default())];
    let problem = built(&desk, &two_trades()).expect("a problem");
    assert_eq!(problem.levels.len(), 2);
    let second = problem.level(1, &[Amount::from(-33)]);
    let floor = second.rows.last().expect("a floor");
    assert_eq!(floor.origin, Origin::Floor { level: 0, metric: Some(MetricName::new("cost")) });
    let parts: Vec<String> = floor.parts.iter().map(|part| text(&problem, part.account, &part.expression)).collect();
    // -2 × 10 × 0.5, -2 × 20 × 0.5; at PB2 with 0.75.
    assert_eq!(parts, ["PB1: 0 -10·x0 -20·x1", "PB2: 0 -15·x0 -30·x1"]);
    // T1 at PB1, T2 at PB2: -10 - 30 = -40, below -33; wallet 10 × 0.25 + 20 × 1 = 22.5.
    assert_eq!(second.broken_rows(&[0, 1]), [(second.rows.len() - 1, Amount::from(-7))]);
    assert_eq!(second.broken_rows(&[0, 0]), []);
    assert_eq!(second.objective_value(&[0, 1]).map(|value| value.to_string()).as_deref(), Some("22.5"));
    assert_eq!(problem.level_value(0, &[0, 1]), Amount::from(-40));
    // The whole is the sum of the levels.
    assert_eq!(problem.objective_value(&[0, 1]).map(|value| value.to_string()).as_deref(), Some("-17.5"));
}

#[test]
fn a_change_is_a_trade_that_leaves_its_account_of_the_last_plan() {
    let mut desk = two_accounts();
    desk.objective.keep = keep("25", Some(1));
    let day = planned(two_trades(), &["T1 PB1", "T2 PB2", "T9 PB1"]);
    let problem = built(&desk, &day).expect("a problem");
    let row = problem.rows.last().expect("a row");
    assert!(matches!(row.origin, Origin::Changes { max_changes: 1, .. }));
    let part = |part: &Part| text(&problem, part.account, &part.expression);
    assert_eq!(row.parts.iter().map(part).collect::<Vec<_>>(), ["PB1: -1 1·x0", "PB2: -1 1·x1"]);
    assert_eq!(problem.broken_rows(&[0, 0]), []);
    assert_eq!(problem.broken_rows(&[1, 0]), [(problem.rows.len() - 1, Amount::from(-1))]);
    let value = |placement: &[usize]| problem.objective_value(placement).map(|value| value.to_string());
    // -2 × (10 + 20) × 0.5 + 30 × 0.25 - 25 for T2.
    assert_eq!(value(&[0, 0]).as_deref(), Some("-47.5"));
    // -2 × (5 + 15) + 2.5 + 20, and no change.
    assert_eq!(value(&[0, 1]).as_deref(), Some("-17.5"));
    let notes: Vec<String> = problem.notes.iter().map(|note| format!("{} {}", note.code.id, note.message)).collect();
    assert!(
        notes.contains(&"P102 1 trade of the last plan not among the day's, left aside: T9".to_owned()),
        "{notes:?}"
    );
}

#[test]
fn a_trade_that_cannot_stay_is_changed_whatever_is_decided() {
    let mut desk = desk(vec![account("PB1", vec![]), accepting(account("PB2", vec![]), &["bill"])]);
    desk.objective.keep = keep("3", None);
    let trades = two_trades().trade("T3 buy 1 C bill PB1").trade("T4 buy 1 D bill");
    let day = planned(trades, &["T1 PB9", "T2 PB2", "T3 PB2", "T4 PB2"]);
    let problem = built(&desk, &day).expect("a problem");
    let kept = problem.kept.as_ref().expect("a last plan");
    assert_eq!(kept.planned[0], Planned::Gone(AccountId::new("PB9")));
    assert_eq!(kept.changes(&[0, 0, 0, 1]), [0, 1, 2]);
    // 3 × 3, and once more when T4 moves.
    assert_eq!(problem.objective_value(&[0, 0, 0, 1]), Some(Amount::from(-9)));
    assert_eq!(problem.objective_value(&[0, 0, 0, 0]), Some(Amount::from(-12)));
    assert_eq!(
        problem.notes[0].message,
        "3 trades cannot stay where the last plan has them, counted as changed: T1 (PB9 is not configured), \
         T2 (PB2 does not accept bond), T3 (pinned to PB1)"
    );
}

#[test]
fn an_order_names_what_counts() {
    let mut desk = two_accounts();
    let orders = ["share", "size", "margin", "cost"].map(|metric| ordered(metric, GiveUp::default()));
    desk.objective.order = orders.to_vec();
    let expected = [
        "desk.yaml order: P005: share is a ratio and cannot be in the objective\nhint: order a metric with coefficients",
        "desk.yaml order: P006: size has no priority at any account\n\
         hint: give it a priority, below 0 for a cost, or take it out of the order",
        "desk.yaml order: P007: margin has a limit wherever it has a priority, and so does not count in the objective\n\
         hint: write `include_limited: true` in the objective, or take the metric out of the order: its limit holds anyway",
    ];
    assert_eq!(built(&desk, &two_trades()).expect_err("contradictions"), expected);
    desk.objective.include_limited = true;
    desk.objective.order = vec![ordered("margin", GiveUp::default())];
    assert!(built(&desk, &two_trades()).is_ok());
}

#[test]
fn nothing_is_given_up_for_nothing() {
    let mut desk = two_accounts();
    let give_up = GiveUp::Amount(number("5"));
    desk.objective.order = vec![ordered("wallet", GiveUp::default()), ordered("cost", give_up)];
    let problem = built(&desk, &two_trades()).expect("a problem");
    let codes: Vec<&str> = problem.notes.iter().map(|note| note.code.id).collect();
    assert!(codes.contains(&"P104"), "{codes:?}");
}
