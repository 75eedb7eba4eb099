//! Rows that no choice can break: most of a loose day. They stay in the problem and out of the model. And rows that no
//! choice can keep: one is enough to know that there is no plan.
//!
//! The largest value of `constant + Σ c[i,a]·x[i,a] + Σₛ kₛ·nₛ` is bounded trade by trade. A short size grows with sales
//! alone, `n <= max(-base, 0) + Σ_{Vᵢ<0} |Vᵢ|·x[i,a]`, so that a positive `k` adds `k·|Vᵢ|` to the coefficient of each
//! sale; a negative `k` adds nothing, since `n >= 0`. Then every trade is taken to go where its coefficient is largest,
//! an account that the row does not count it at being worth 0.

use std::collections::BTreeMap;

use constraint_manager::{AssignmentProblem, Relation, Row};
use domain::Amount;

/// Whether every placement keeps the row.
pub fn is_redundant(problem: &AssignmentProblem, row: &Row) -> bool {
    let minus = Amount::from(-1);
    match row.relation {
        Relation::AtMost => upper_bound(problem, row, &Amount::from(1)) <= row.bound,
        Relation::AtLeast => upper_bound(problem, row, &minus) <= &minus * &row.bound,
    }
}

/// Whether no placement can keep the row, whatever the others ask for.
pub fn is_hopeless(problem: &AssignmentProblem, row: &Row) -> bool {
    let minus = Amount::from(-1);
    match row.relation {
        Relation::AtMost => upper_bound(problem, row, &minus) < &minus * &row.bound,
        Relation::AtLeast => upper_bound(problem, row, &Amount::from(1)) < row.bound,
    }
}

/// What `sign` times the row's left side cannot exceed.
fn upper_bound(problem: &AssignmentProblem, row: &Row, sign: &Amount) -> Amount {
    let mut total = sign * &row.constant();
    let mut coefficients: BTreeMap<(usize, usize), Amount> =
        row.bookings().map(|booking| ((booking.trade, booking.account), sign * booking.amount)).collect();
    for (position, factor) in row.shorts() {
        let factor = sign * factor;
        if factor.is_negative() {
            continue;
        }
        let net = &problem.positions[*position];
        if net.base.is_negative() {
            total += &(&factor * &net.base.abs());
        }
        for (trade, value) in net.bookings.iter().filter(|(_, value)| value.is_negative()) {
            *coefficients.entry((*trade, net.account)).or_default() += &(&factor * &value.abs());
        }
    }
    let mut coefficients = coefficients.into_iter().peekable();
    while let Some(((trade, _), mut largest)) = coefficients.next() {
        let mut counted = 1;
        while let Some((_, next)) = coefficients.next_if(|((other, _), _)| *other == trade) {
            counted += 1;
            largest = largest.max(next);
        }
        let elsewhere = counted < problem.trades[trade].accounts.len();
        if !elsewhere || largest.is_positive() {
            total += &largest;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use domain::Amount;
    use test_desks::{Add, With, account, by_type, day, desk};

    use super::{is_hopeless, is_redundant};

    type Question = fn(&constraint_manager::AssignmentProblem, &constraint_manager::Row) -> bool;

    /// The question asked of the gross limit of an account that opens long 10 and may buy 30 and sell 25 of it.
    fn gross_of_two_trades(limit: &str, is_max: bool, question: Question) -> bool {
        let gross = || by_type("gross", &["government 1 1"]);
        let pb = |id: &str| account(id, vec![if is_max { gross().max(limit) } else { gross().min(limit) }]);
        let day =
            day().position("PB1 10 A government").trade("T1 buy 30 A government").trade("T2 sell 25 A government");
        let book = metric_engine::compile(&desk(vec![pb("PB1"), pb("PB2")]), &day).unwrap();
        let problem = constraint_manager::build(&book, false).unwrap();
        question(&problem, &problem.rows[0])
    }

    #[test]
    fn a_limit_above_everything_that_could_be_booked_is_redundant() {
        // At most 10 + 30 + 25 = 65 by this bound (the true most is 40, with the purchase alone).
        assert!(gross_of_two_trades("65", true, is_redundant));
        assert!(!gross_of_two_trades("64", true, is_redundant));
    }

    #[test]
    fn a_limit_beyond_everything_that_could_be_booked_is_hopeless() {
        // 65 again; and gross is never below 10 - 25 = -15 by this bound (the true least is 0).
        assert!(gross_of_two_trades("65.01", false, is_hopeless));
        assert!(!gross_of_two_trades("65", false, is_hopeless));
        assert!(gross_of_two_trades("-15.01", true, is_hopeless));
        assert!(!gross_of_two_trades("-15", true, is_hopeless));
    }

    #[test]
    fn a_trade_that_a_row_counts_at_every_account_is_somewhere() {
        let cost = |rate: &str| vec![by_type("cost", &[&format!("government {rate}")]).priority("-1")];
        let day = day().trade("T1 buy 10 A government").trade("T2 buy 20 A government");
        let book = metric_engine::compile(&desk(vec![account("PB1", cost("2")), account("PB2", cost("3"))]), &day);
        let mut problem = constraint_manager::build(&book.unwrap(), false).unwrap();
        problem.levels = vec![constraint_manager::Level { metric: None, give_up: domain::GiveUp::default() }; 2];
        let floor = |bound: i64| problem.level(1, &[Amount::from(bound)]).rows.remove(0);
        // At worst both cost 3 for each unit: -(10 + 20) × 3 = -90. One account alone would say 0.
        assert!(is_redundant(&problem, &floor(-90)));
        assert!(!is_redundant(&problem, &floor(-89)));
    }

    #[test]
    fn a_sell_that_may_go_elsewhere_does_not_make_room() {
        let pb = |id: &str| account(id, vec![by_type("dv01", &["government 1"]).max("0")]);
        let day = day().position("PB1 5 A government").trade("T1 sell 10 A government");
        let book = metric_engine::compile(&desk(vec![pb("PB1"), pb("PB2")]), &day).unwrap();
        let problem = constraint_manager::build(&book, false).unwrap();
        // With T1 at PB2, PB1 stays at 5, above 0.
        assert!(!is_redundant(&problem, &problem.rows[0]));
    }
}
