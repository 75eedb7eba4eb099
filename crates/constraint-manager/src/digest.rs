//! A problem as bytes, for who wants to say by a digest which problem was solved.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use domain::Amount;

use crate::{AssignmentProblem, Expression};

/// The bytes of a problem, given to `sink` in parts: the same for the same problem, another for every other. They are not
/// for reading, and may change with the version.
pub fn bytes(problem: &AssignmentProblem, sink: &mut dyn FnMut(&[u8])) {
    let mut writer = Writer { sink, known: HashMap::new() };
    writer.say(&(&problem.accounts, &problem.trades, &problem.levels));
    for position in &problem.positions {
        writer.say(&(position.account, &position.security));
        [&position.base, &position.lowest, &position.highest].into_iter().for_each(|amount| writer.amount(amount));
        writer.bookings(&position.bookings);
    }
    for row in &problem.rows {
        writer.say(&(&row.origin, row.relation));
        writer.amount(&row.bound);
        for part in &row.parts {
            writer.say(&part.account);
            writer.expression(&part.expression);
        }
    }
    for term in problem.objective.iter().flat_map(|objective| &objective.terms) {
        writer.say(&(&term.account, &term.metric, term.level));
        writer.amount(&term.worth);
        writer.expression(&term.expression);
    }
    writer.say(&problem.kept);
}

struct Writer<'a> {
    sink: &'a mut dyn FnMut(&[u8]),
    /// The expressions that were written, by where they lie, with their numbers: they are shared.
    known: HashMap<*const Expression, usize>,
}

impl Writer<'_> {
    fn say(&mut self, what: &dyn Debug) {
        (self.sink)(format!("{what:?}\n").as_bytes());
    }

    /// An amount; a large day has millions.
    fn amount(&mut self, amount: &Amount) {
        match amount.to_small_parts() {
            Some((digits, scale)) => {
                (self.sink)(&digits.to_le_bytes());
                (self.sink)(&scale.to_le_bytes());
            }
            None => self.say(amount),
        }
    }

    fn bookings(&mut self, bookings: &[(usize, Amount)]) {
        self.say(&bookings.len());
        for (trade, amount) in bookings {
            (self.sink)(&(*trade as u64).to_le_bytes());
            self.amount(amount);
        }
    }

    fn expression(&mut self, expression: &Arc<Expression>) {
        let next = self.known.len();
        let number = *self.known.entry(Arc::as_ptr(expression)).or_insert(next);
        self.say(&number);
        if number == next {
            self.amount(&expression.constant);
            self.bookings(&expression.bookings);
            self.bookings(&expression.shorts);
        }
    }
}
