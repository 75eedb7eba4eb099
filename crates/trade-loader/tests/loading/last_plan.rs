//! Earlier plans: the bookings of a run's own `assignments.csv`, or of anybody's table with the two columns.

use crate::common::{dollars, shown, written};
use trade_loader::load_last_plan;

fn loaded(text: &str) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let loaded = load_last_plan(&written(&folder, "plan.csv", text), &dollars()).unwrap();
    let rows = loaded.rows.iter().map(|row| format!("{} at {}", row.trade, row.account));
    (rows.collect(), shown(&loaded.problems))
}

#[test]
fn the_assignments_of_a_run_are_a_plan() {
    // `'-T3`: our own files put an apostrophe before what a spreadsheet could take for a formula.
    let text = "trade_id,account,side,security,security_type,quantity,price,currency,value_base\n\
                T1,PB1,buy,A,bond,10,99.5,USD,9.95\n'-T3,PB2,sell,B,bond,10,1,USD,-10\n";
    assert_eq!(loaded(text), (vec!["T1 at PB1".to_owned(), "-T3 at PB2".to_owned()], String::new()));
}

#[test]
fn a_plan_of_a_failed_run_has_no_bookings() {
    assert_eq!(loaded("trade_id,account\n"), (Vec::new(), String::new()));
}

#[test]
fn a_trade_is_planned_at_one_account() {
    let (rows, problems) = loaded("trade_id,account\nT1,PB1\nT1,PB1\n,PB1\n");
    assert_eq!(rows, ["T1 at PB1"]);
    insta::assert_snapshot!(problems, @r#"
    plan.csv:3 trade_id: L024: the trade "T1" is also at plan.csv:2
    hint: a trade is booked whole at one account: delete one of the two
    plan.csv:4 trade_id: L007: the cell is empty
    hint: fill it in
    "#);
}
