//! Rows that no choice can break: most of a loose day. They stay in the problem and out of the model. And rows that no
//! choice can keep: one is enough to know that there is no plan.
//!
//! The largest value of `constant + Σᵢ cᵢ·xᵢ + Σₛ kₛ·nₛ` is bounded trade by trade. A short size grows with sales
//! alone, `n <= max(-base, 0) + Σ_{Vᵢ<0} |Vᵢ|·xᵢ`, so that a positive `k` adds `k·|Vᵢ|` to the coefficient of each
//! sale; a negative `k` adds nothing, since `n >= 0`. Then every `x` with a positive coefficient is taken as 1.

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
    let expression = &row.expression;
    let mut total = sign * &expression.constant;
    let mut coefficients: BTreeMap<usize, Amount> =
        expression.bookings.iter().map(|(trade, coefficient)| (*trade, sign * coefficient)).collect();
    for (position, factor) in &expression.shorts {
        let factor = sign * factor;
        if factor.is_negative() {
            continue;
        }
        let net = &problem.positions[*position];
        if net.base.is_negative() {
            total += &(&factor * &net.base.abs());
        }
        for (trade, value) in net.bookings.iter().filter(|(_, value)| value.is_negative()) {
            *coefficients.entry(*trade).or_default() += &(&factor * &value.abs());
        }
    }
    coefficients.values().filter(|coefficient| coefficient.is_positive()).fold(total, |total, part| total + part)
}

#[cfg(test)]
mod tests {
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
}
