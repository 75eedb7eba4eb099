//! Metric values against sums done by hand.

use domain::{Day, Desk, OnBreach};
use metric_engine::{Book, MetricValue, compile};
use test_desks::{Add, With, accepting, account, by_type, day, desk, ratio};

fn book(desk: &Desk, day: &Day) -> Book {
    compile(desk, day).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn published(book: &Book, placement: Option<&[usize]>) -> Vec<String> {
    let values = placement.map_or_else(|| book.opening_values(), |placement| book.values(placement));
    let text = |value: &MetricValue| value.published().map_or("undefined".to_owned(), |value| value.to_string());
    values.iter().flatten().map(text).collect()
}

/// The accounts of the leverage check: equity counts cash, gross does not, leverage is their ratio.
fn levered(id: &str) -> domain::Account {
    let equity = by_type("equity", &["government 1", "cash 1"]);
    account(id, vec![equity, by_type("gross", &["government 1 1"]), ratio("leverage", "gross", "equity")])
}

#[test]
fn buying_leaves_equity_and_raises_leverage() {
    // Long 100, cash -80: equity 20, gross 100, leverage 100 / 20 = 5.
    let opening = day().position("PB1 100 BOND government").position("PB1 -80 USD cash");
    let book = book(&desk(vec![levered("PB1")]), &opening.trade("T1 buy 10 BOND government"));
    assert_eq!(published(&book, None), ["20", "100", "5"]);
    // Buy 10: long 110, cash -90: equity 20, gross 110, leverage 110 / 20 = 5.5.
    assert_eq!(published(&book, Some(&[0])), ["20", "110", "5.5"]);
}

#[test]
fn selling_what_you_hold_lowers_gross_and_selling_through_zero_raises_it_again() {
    let opening = day().position("PB1 100 BOND government").position("PB1 -80 USD cash");
    let trades = opening.trade("T1 sell 60 BOND government").trade("T2 sell 70 BOND government");
    let book = book(&desk(vec![levered("PB1"), levered("PB2")]), &trades);
    // T1 at PB1: long 40, cash -20. T2 at PB2: short 70, cash 70.
    assert_eq!(published(&book, Some(&[0, 1])), ["20", "40", "2", "0", "70", "undefined"]);
    // Both at PB1: 100 - 130 = -30, cash -80 + 130 = 50: equity 20, gross 30, leverage 1.5.
    assert_eq!(published(&book, Some(&[0, 0])), ["20", "30", "1.5", "0", "0", "undefined"]);
}

#[test]
fn a_margin_schedule_prices_each_side_of_the_net_position() {
    let margin = by_type("margin", &["corporate 0.10 0.15"]);
    let trades = day().position("PB1 100 A corporate").trade("T1 sell 150 A corporate").trade("T2 buy 20 A corporate");
    let book = book(&desk(vec![account("PB1", vec![margin])]), &trades);
    assert_eq!(published(&book, None), ["10"]); // 100 × 0.10
    assert_eq!(published(&book, Some(&[0, 0])), ["4.5"]); // 100 - 150 + 20 = -30; 30 × 0.15
}

#[test]
fn a_rate_card_charges_debits_and_pays_credits_on_settled_cash() {
    let cost = by_type("cost", &["government 0", "cash -0.0001 0.0002"]);
    let trades = day().position("PB1 1000 USD cash").trade("T1 buy 3000 BOND government");
    let book = book(&desk(vec![account("PB1", vec![cost])]), &trades);
    assert_eq!(published(&book, None), ["-0.1"]); // a credit of 1000 earns 1000 × 0.0001
    assert_eq!(published(&book, Some(&[0])), ["0.4"]); // cash -2000 costs 2000 × 0.0002
}

#[test]
fn a_given_current_value_wins_over_positions_and_netting_still_uses_them() {
    let gross = by_type("gross", &["government 1 1"]);
    let trades =
        day().position("PB1 100 BOND government").current("PB1 gross 1000").trade("T1 sell 130 BOND government");
    let book = book(&desk(vec![account("PB1", vec![gross])]), &trades);
    assert_eq!(published(&book, None), ["1000"]);
    assert_eq!(published(&book, Some(&[0])), ["930"]); // 1000 + |100 - 130| - |100|
}

#[test]
fn trades_that_do_not_settle_leave_cash_alone() {
    let mut desk = desk(vec![levered("PB1")]);
    desk.settle_trades = false;
    let opening = day().position("PB1 100 BOND government").position("PB1 -80 USD cash");
    let book = book(&desk, &opening.trade("T1 buy 10 BOND government"));
    assert_eq!(published(&book, Some(&[0])), ["30", "110", "3.666666666667"]); // 110 - 80; 110 / 30
}

#[test]
fn a_row_for_the_account_beats_a_row_for_all_beats_the_type() {
    let metric = || by_type("dv01", &["government 1"]);
    let accounts = vec![account("PB1", vec![metric()]), account("PB2", vec![metric()]), account("PB3", vec![metric()])];
    let rows = day().coefficient("* dv01 A 2").coefficient("PB1 dv01 A 3");
    let trades =
        rows.trade("T1 buy 1 A government PB1").trade("T2 buy 1 A government PB2").trade("T3 buy 1 B government PB3");
    let book = book(&desk(accounts), &trades);
    assert_eq!(published(&book, Some(&[0, 1, 2])), ["3", "2", "1"]);
}

#[test]
fn cash_in_two_currencies_settles_apart() {
    let mut desk = desk(vec![account("PB1", vec![by_type("cost", &["government 0", "cash -1 2"])])]);
    desk.fx.base_per_unit.insert(domain::Currency::new("EUR"), "1.5".parse().unwrap());
    let mut trades = day().position("PB1 100 USD cash").trade("T1 buy 10 BUND government");
    trades.trades[0].currency = Some(domain::Currency::new("EUR"));
    let book = book(&desk, &trades);
    // USD cash stays 100 and earns 100; EUR cash is -10 EUR = -15 USD and costs 15 × 2.
    assert_eq!(published(&book, Some(&[0])), ["-70"]);
}

#[test]
fn the_effect_of_a_booking_is_read_off_before_and_after() {
    let opening = day().position("PB1 100 BOND government").position("PB1 -80 USD cash");
    let book = book(&desk(vec![levered("PB1")]), &opening.trade("T1 buy 10 BOND government"));
    let effect = book.effect(0, 0, 2);
    assert_eq!(effect.before.published().unwrap().to_string(), "5");
    assert_eq!(effect.after.published().unwrap().to_string(), "5.5");
}

#[test]
fn standings_say_what_an_assignment_did_to_each_limit() {
    let gross = |max: &str| by_type("gross", &["government 1 1"]).max(max).on_breach(OnBreach::ReportOnly);
    let accounts =
        vec![account("PB1", vec![gross("90")]), account("PB2", vec![gross("5")]), account("PB3", vec![gross("5")])];
    let rows = day().position("PB1 100 A government").position("PB2 7 A government");
    let book = book(
        &desk(accounts),
        &rows.trade("T1 sell 20 A government").trade("T2 buy 1 A government").trade("T3 buy 8 A government"),
    );
    let breaches: Vec<String> =
        book.standings(Some(&[0, 1, 2])).iter().map(|standing| standing.breach.to_string()).collect();
    assert_eq!(breaches, ["cured", "inherited", "caused"]); // 100 → 80 of 90; 7 → 8 of 5; 0 → 8 of 5
    let opening: Vec<String> = book.standings(None).iter().map(|standing| standing.breach.to_string()).collect();
    assert_eq!(opening, ["inherited", "inherited", "none"]);
}

#[test]
fn contradictions_between_files_and_configuration_come_in_one_pass() {
    let accounts = vec![
        account("PB1", vec![by_type("gross", &["government 1 1"]), ratio("leverage", "gros", "equity")]),
        accepting(account("PB2", vec![by_type("gross", &["government 1 1"])]), &["government"]),
    ];
    let rows = day().position("PB9 1 A government").current("PB2 leverage 1").coefficient("PB1 gros A 1");
    let problems =
        compile(&desk(accounts), &rows.trade("T1 buy 1 B corporate").trade("T2 buy 1 A bond PB3")).unwrap_err();
    let lines: Vec<String> = problems.iter().map(|problem| problem.to_string()).collect();
    assert_eq!(
        lines,
        [
            "trades.csv account: M001: unknown account \"PB3\"\n\
             hint: the configuration has PB1, PB2; add \"PB3\" under accounts if it is new",
            "positions.csv account: M001: unknown account \"PB9\"\n\
             hint: the configuration has PB1, PB2; add \"PB9\" under accounts if it is new",
            "metrics.csv metric: M002: no account here has a metric \"leverage\"\n\
             hint: add the metric to the account, or remove the row",
            "coefficients.csv metric: M002: no account here has a metric \"gros\"\nhint: did you mean \"gross\"?",
            "trades.csv security_type: M009: security A is \"bond\" here and \"government\" at positions.csv A\n\
             hint: give the security one type in every file",
            "M006: \"of\" of the ratio leverage is \"gros\", which account PB1 does not have\n\
             hint: did you mean \"gross\"?",
            "M006: \"to\" of the ratio leverage is \"equity\", which account PB1 does not have\n\
             hint: add the metric \"equity\" to the account, or name one that it has",
            "trades.csv security: M003: security B of type corporate has no coefficient in gross at PB1\n\
             hint: add a row PB1,gross,B to the coefficients file, or \"corporate\" or a default to the metric",
        ]
    );
}

#[test]
fn one_coefficient_where_the_type_has_two_is_pointed_out() {
    let margin = by_type("margin", &["corporate 0.1 0.15", "government 0.02"]);
    let desk = desk(vec![account("PB1", vec![margin])]);
    let rows = day().coefficient("* margin A 0.2").coefficient("PB1 margin B 0.2 0.2").coefficient("* margin C 0.3");
    let day = rows.trade("T1 sell 1 A corporate").trade("T2 buy 1 B corporate").trade("T3 buy 1 C government");
    let cautions: Vec<String> =
        metric_engine::cautions(&desk, &day).iter().map(|caution| caution.to_string()).collect();
    assert_eq!(
        cautions,
        [
            "coefficients.csv coefficient: warning M101: margin of A counts a short position as -0.2, though corporate has \
          a rate for each side\nhint: write the row with long and short if a short position should add up"
        ]
    );
}

#[test]
fn a_security_without_coefficients_is_one_problem_where_its_type_is_written() {
    let gross = || by_type("gross", &["government 1 1"]);
    let equity = || by_type("equity", &["government 1"]);
    let accounts = vec![
        account("PB1", vec![gross(), equity()]),
        account("PB2", vec![gross(), equity()]),
        account("PB3", vec![gross()]),
    ];
    let rows = day().trade("T1 buy 1 A goverment").trade("T2 buy 1 A goverment").trade("T3 buy 1 B equity PB2");
    let problems = compile(&desk(accounts), &rows.coefficient("* gross B 1")).unwrap_err();
    let lines: Vec<String> = problems.iter().map(|problem| problem.to_string()).collect();
    assert_eq!(
        lines,
        [
            "trades.csv security: M003: security B of type equity has no coefficient in equity at PB2\n\
             hint: add a row PB2,equity,B to the coefficients file, or \"equity\" or a default to the metric",
            "trades.csv security_type: M003: security A of type goverment has no coefficient in 2 metrics: gross, equity at \
             PB1, PB2; gross at PB3\n\
             hint: is \"goverment\" meant to be \"government\"? otherwise add a row *,METRIC,A for each to the \
             coefficients file, or \"goverment\" or a default to the metrics",
        ]
    );
}

#[test]
fn a_coefficient_for_a_misspelt_security_is_pointed_out() {
    let accounts =
        || vec![account("PB1", vec![by_type("acme", &["corporate 0"])]), account("PB2", vec![by_type("acme", &[])])];
    let cautions = |day: domain::Day| -> Vec<String> {
        metric_engine::cautions(&desk(accounts()), &day).iter().map(ToString::to_string).collect()
    };
    let traded = || day().trade("T1 buy 1 ACME-5.10-2031 corporate").position("PB1 1 ACME-5.10-2032 corporate");
    let expected = "coefficients.csv security: warning M104: \"ACME-5.1-2031\" is neither held nor traded; \
                    \"ACME-5.10-2031\" is, and has no row for acme of its own\n\
                    hint: write \"ACME-5.10-2031\" if it is the same security; otherwise give it a row of its own";
    assert_eq!(cautions(traded().coefficient("* acme ACME-5.1-2031 1")), [expected]);
    assert_eq!(cautions(traded().coefficient("PB1 acme ACME-5.1-2031 1")), [expected]);
    // A row of its own for all it could be meant for, another coupon, and a table with more than the day has.
    let of_its_own = traded().coefficient("* acme ACME-5.10-2031 1");
    assert!(cautions(of_its_own.clone().coefficient("* acme ACME-5.1-2031 1")).is_empty());
    assert!(cautions(of_its_own.coefficient("* acme ACME-5.15-2031 1").coefficient("* acme X 1")).is_empty());
    let at_pb1 = || traded().coefficient("PB1 acme ACME-5.10-2031 1");
    assert!(cautions(at_pb1().coefficient("PB1 acme ACME-5.1-2031 1")).is_empty());
    assert_eq!(cautions(at_pb1().coefficient("PB2 acme ACME-5.1-2031 1")), [expected]);
    // Cash goes by its position's name, or else by its currency.
    let used = |day: domain::Day| metric_engine::coefficients_used(&desk(accounts()), &day);
    assert_eq!(used(traded().coefficient("* acme USD 1").coefficient("* acme X 1")), 1);
    assert_eq!(used(traded().position("PB1 1 CASH cash").coefficient("* acme USD 1")), 0);
}

#[test]
fn an_account_without_positions_is_pointed_out_where_a_metric_needs_them() {
    let equity = || by_type("equity", &["government 1", "cash 1"]);
    let lever = || vec![equity(), by_type("gross", &["government 1 1"]), ratio("leverage", "gross", "equity")];
    let accounts = || {
        let plain = account("PB4", vec![equity().max("5")]);
        vec![account("PB1", lever()), account("PB2", lever()), account("PB3", vec![equity().min("5")]), plain]
    };
    let said = |day: domain::Day| -> Vec<String> {
        metric_engine::cautions(&desk(accounts()), &day).into_iter().map(|caution| caution.message).collect()
    };
    let of_pb2 = "PB2 has no positions: at the opening leverage is undefined";
    let of_pb3 = "PB3 has no positions: at the opening equity is below its min";
    let held = || day().position("PB1 100 USD cash");
    assert_eq!(said(held()), [of_pb2, of_pb3]);
    assert_eq!(said(held().current("PB2 equity 20").current("PB3 equity 9")), Vec::<String>::new());
    assert_eq!(said(held().current("PB2 gross 20")), [of_pb2, of_pb3]);
    assert!(said(day()).is_empty(), "a desk without positions has none anywhere");
}
