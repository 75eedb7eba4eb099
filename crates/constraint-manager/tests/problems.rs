//! Desks of a few lines and the rows and terms they become, with sums worked by hand.

use constraint_manager::{AssignmentProblem, Expression, Relation, Row, Why, build};
use domain::{Account, Amount, Day, MetricDefinition, OnBreach};
use test_desks::{Add, With, accepting, account, by_type, day, desk, ratio};

fn built(accounts: Vec<Account>, day: &Day) -> Result<AssignmentProblem, Vec<String>> {
    let book = metric_engine::compile(&desk(accounts), day).expect("a desk without contradictions between its files");
    build(&book, false).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn problem(accounts: Vec<Account>, day: &Day) -> AssignmentProblem {
    built(accounts, day).expect("a problem without contradictions")
}

/// `constant + coefficient·trade… + factor·n(position)…`
fn text(expression: &Expression) -> String {
    let bookings = expression.bookings.iter().map(|(trade, c)| format!(" {c}·x{trade}"));
    let shorts = expression.shorts.iter().map(|(position, k)| format!(" {k}·n{position}"));
    format!("{}{}", expression.constant, bookings.chain(shorts).collect::<String>())
}

fn rows(problem: &AssignmentProblem) -> Vec<String> {
    let relation = |row: &Row| if row.relation == Relation::AtMost { "<=" } else { ">=" };
    let line = |row: &Row| {
        let origin = row.origin.limit().expect("a row of a limit");
        let (account, metric, bound) = (&origin.account, &origin.metric, origin.bound);
        format!(
            "{account} {metric} {bound} {:?}: {} {} {}",
            origin.why,
            text(&row.parts[0].expression),
            relation(row),
            row.bound
        )
    };
    problem.rows.iter().map(line).collect()
}

fn levered(id: &str, leverage: MetricDefinition) -> Account {
    let equity = by_type("equity", &["government 1", "cash 1"]);
    account(id, vec![equity, by_type("gross", &["government 1 1"]), leverage])
}

fn leverage() -> MetricDefinition {
    ratio("leverage", "gross", "equity")
}

#[test]
fn a_linear_limit_is_a_row_of_values_times_coefficients() {
    let dv01 = || by_type("dv01", &["government 0.5", "cash 0"]).min("-10").max("10");
    let accounts = vec![account("PB1", vec![dv01()]), account("PB2", vec![])];
    let day = day().position("PB1 4 B government").trade("T1 buy 10 A government").trade("T2 sell 6 B government");
    // Opening 4 × 0.5; T1 adds 10 × 0.5, T2 -6 × 0.5.
    let expected = ["PB1 dv01 min Limit: 2 5·x0 -3·x1 >= -10", "PB1 dv01 max Limit: 2 5·x0 -3·x1 <= 10"];
    assert_eq!(rows(&problem(accounts, &day)), expected);
}

#[test]
fn a_position_that_one_trade_moves_needs_no_short_size() {
    let gross = || by_type("gross", &["government 1 1"]).max("50");
    let accounts = vec![account("PB1", vec![gross()]), account("PB2", vec![])];
    let held = day().position("PB1 10 A government").position("PB1 20 B government");
    let day = held.trade("T1 sell 25 A government").trade("T2 sell 5 B government").trade("T3 sell 5 B government");
    let problem = problem(accounts, &day);
    // A: |10 - 25| - |10| = 5 with T1. B stays long at 20 - 5 - 5, so that each sale takes 5 off.
    assert_eq!(rows(&problem), ["PB1 gross max Limit: 30 5·x0 -5·x1 -5·x2 <= 50"]);
    assert!(problem.positions.is_empty());
}

#[test]
fn a_position_that_two_trades_can_turn_has_a_short_size() {
    let margin = || by_type("margin", &["corporate 0.1 0.15"]).max("9");
    let accounts = vec![account("PB1", vec![margin()]), account("PB2", vec![])];
    let day = day().position("PB1 10 A corporate").trade("T1 sell 30 A corporate").trade("T2 buy 8 A corporate");
    let problem = problem(accounts, &day);
    // 0.1·P + 0.25·n with P = 10 - 30·x0 + 8·x1 between -20 and 18.
    assert_eq!(rows(&problem), ["PB1 margin max Limit: 1 -3·x0 0.8·x1 0.25·n0 <= 9"]);
    let net = &problem.positions[0];
    assert_eq!((net.lowest.to_string(), net.highest.to_string()), ("-20".to_owned(), "18".to_owned()));
    // T1 alone at PB1: short 20, and 20 × 0.15 = 3 of margin.
    assert_eq!(net.short(&[0, 1]), Amount::from(20));
    let row = &problem.rows[0];
    assert_eq!(problem.row_value(row, &[0, 1], &problem.shorts(&[0, 1])), Amount::from(3));
}

#[test]
fn a_trade_with_one_account_is_part_of_the_constants() {
    let gross = || by_type("gross", &["government 1 1"]).max("50");
    let accounts = vec![account("PB1", vec![gross()]), account("PB2", vec![])];
    let day = day().position("PB1 10 A government").trade("T1 sell 25 A government PB1").trade("T2 buy 5 B government");
    // |10 - 25| = 15 whatever happens, and T2 adds 5.
    assert_eq!(rows(&problem(accounts, &day)), ["PB1 gross max Limit: 15 5·x1 <= 50"]);
}

#[test]
fn a_bound_on_a_ratio_is_a_row_and_a_denominator_above_zero() {
    let accounts = vec![levered("PB1", leverage().max("6")), account("PB2", vec![])];
    let day = day().position("PB1 100 A government").position("PB1 -80 USD cash").trade("T1 buy 10 B government");
    let expected = [
        // Equity is 20 whatever is bought; whole numbers have nothing between 0 and 1.
        "PB1 leverage max Defined: 20 >= 1",
        // 100 + 10·x - 6 × 20
        "PB1 leverage max Limit: -20 10·x0 <= 0",
    ];
    assert_eq!(rows(&problem(accounts, &day)), expected);
}

#[test]
fn an_opening_breach_follows_its_rule() {
    let with = |rule| {
        let gross = by_type("gross", &["government 1 1"]).max("90").on_breach(rule);
        let day = day().position("PB1 100 A government").trade("T1 buy 10 B government");
        rows(&problem(vec![account("PB1", vec![gross]), account("PB2", vec![])], &day))
    };
    assert_eq!(with(OnBreach::MustCure), ["PB1 gross max Limit: 100 10·x0 <= 90"]);
    assert_eq!(with(OnBreach::MustNotWorsen), ["PB1 gross max NotWorse: 100 10·x0 <= 100"]);
    assert_eq!(with(OnBreach::ReportOnly), [""; 0]);
}

#[test]
fn an_inherited_ratio_is_held_at_its_opening_as_a_fraction() {
    let rule = || leverage().max("4").on_breach(OnBreach::MustNotWorsen);
    let accounts = vec![levered("PB1", rule()), account("PB2", vec![])];
    let day = day().position("PB1 100 A government").position("PB1 -70 USD cash").trade("T1 buy 10 B government");
    let expected = [
        "PB1 leverage max Defined: 30 >= 1",
        // 100/30 is within 4: the limit itself, 100 + 10·x - 4 × 30.
        "PB1 leverage max Limit: -20 10·x0 <= 0",
    ];
    assert_eq!(rows(&problem(accounts, &day)), expected);
    let accounts = vec![levered("PB1", rule()), account("PB2", vec![])];
    let day =
        test_desks::day().position("PB1 100 A government").position("PB1 -80 USD cash").trade("T1 buy 10 B government");
    let expected = [
        "PB1 leverage max Defined: 20 >= 1",
        // 100/20 is beyond 4: N·20 - 100·D = (100 + 10·x) × 20 - 100 × 20.
        "PB1 leverage max NotWorse: 0 200·x0 <= 0",
    ];
    assert_eq!(rows(&problem(accounts, &day)), expected);
}

#[test]
fn an_undefined_opening_ratio_may_stay_so_but_its_denominator_must_not_fall() {
    let rule = leverage().max("4").on_breach(OnBreach::MustNotWorsen);
    let fee = by_type("equity", &["government 1", "cash 0.9"]);
    let gross = by_type("gross", &["government 1 1"]);
    let accounts = vec![account("PB1", vec![fee, gross, rule]), account("PB2", vec![])];
    let day = day().position("PB1 -10 USD cash").trade("T1 sell 10 A government");
    // D0 = -10 × 0.9; selling 10 moves it by -10 + 10 × 0.9 = -1: not allowed.
    let problem = problem(accounts, &day);
    assert_eq!(rows(&problem), ["PB1 leverage max NotWorse: -9 -1·x0 >= -9"]);
    assert_eq!(problem.rows[0].origin.limit().map(|limit| limit.why), Some(Why::NotWorse));
}

#[test]
fn the_objective_has_a_term_for_each_priority_without_a_limit() {
    let cost = || by_type("cost", &["government 0.25"]).priority("-2");
    let limited = by_type("wallet", &["government 1"]).max("100").priority("1");
    let problem = problem(
        vec![account("PB1", vec![cost(), limited]), account("PB2", vec![cost()])],
        &day().trade("T1 buy 10 A government"),
    );
    let objective = problem.objective.as_ref().expect("a priority that counts");
    let terms: Vec<String> = objective
        .terms
        .iter()
        .map(|term| {
            let metric = term.metric.as_ref().expect("no last plan, no term for changes");
            format!("{} {metric} {}: {}", term.account, term.worth, text(&term.expression))
        })
        .collect();
    assert_eq!(terms, ["PB1 cost -2: 0 2.5·x0", "PB2 cost -2: 0 2.5·x0"]);
    assert_eq!(problem.objective_value(&[0]), Some(Amount::from(-5))); // -2 × 10 × 0.25
    let notes: Vec<&str> = problem.notes.iter().map(|note| note.code.id).collect();
    assert_eq!(notes, ["P101"]);
}

#[test]
fn contradictions_are_named_before_any_solve() {
    let gross = || by_type("gross", &["government 1 1", "corporate 1 1"]);
    let accounts = vec![
        accepting(
            account(
                "PB1",
                vec![
                    gross().min("9").max("5"),
                    by_type("equity", &["government 1", "corporate 1"]),
                    ratio("leverage", "gross", "equity").priority("1"),
                ],
            ),
            &["government"],
        ),
        accepting(account("PB2", vec![gross()]), &[]),
    ];
    let day = day().trade("T1 buy 1 A corporate").trade("T2 buy 1 B government PB2").trade("T3 buy 1 B government");
    let expected = [
        "desk.yaml metrics.gross: P001: account PB1, metric gross: min 9 is above max 5\nhint: swap the two, or remove one",
        "desk.yaml metrics.leverage: P004: account PB1, metric leverage: a ratio cannot have a priority\n\
         hint: give the priority to a metric with coefficients, and the ratio a limit",
        "trades.csv security_type: P003: no account accepts trade T1 of type corporate\n\
         hint: add corporate to an account's accepts.security_types",
        "trades.csv account: P002: trade T2 is pinned to PB2, which does not accept government\n\
         hint: these accounts accept government: PB1",
    ];
    assert_eq!(built(accounts, &day).expect_err("contradictions"), expected);
}

#[test]
fn a_draft_shows_contradictions_beside_what_keeps_it_from_being_a_book() {
    let gross = || by_type("gross", &["government 1 1"]);
    let of_taken = accepting(account("PB2", vec![gross().min("9").max("5")]), &["government", "goverment"]);
    let desk = desk(vec![accepting(account("PB1", vec![gross()]), &["government"]), of_taken]);
    let day = day().trade("T1 buy 1 A goverment").trade("T2 buy 1 B corporate PB1").trade("T3 buy 1 B corporate PB9");
    let metric_engine::Draft { book, problems } = metric_engine::draft(&desk, &day);
    let codes =
        |problems: Vec<domain::Problem>| -> Vec<&str> { problems.iter().map(|problem| problem.code.id).collect() };
    assert_eq!(codes(problems), ["M001", "M003"]);
    // T3 has no account that takes it either; that its pin is unknown is said once.
    assert_eq!(codes(constraint_manager::contradictions(&book, &desk.objective)), ["P001", "P002", "P003"]);
}
