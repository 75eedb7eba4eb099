//! A problem as bytes, for who wants to say by a digest which problem was solved.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use domain::Amount;

use crate::{AssignmentProblem, Expression};

/// The bytes of a problem, given to `sink` in parts: the same for the same problem, another for every other. They are not
/// for reading, and may change with the version.
pub fn bytes(problem: &AssignmentProblem, sink: &mut dyn FnMut(&[u8])) {
    let mut writer = Writer { sink, full: Vec::with_capacity(2 * FULL), known: HashMap::new() };
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
    writer.flush();
}

/// How many bytes are collected before they are given away.
const FULL: usize = 1 << 16;

struct Writer<'a> {
    sink: &'a mut dyn FnMut(&[u8]),
    full: Vec<u8>,
    /// The expressions that were written, by where they lie, with their numbers: they are shared.
    known: HashMap<*const Expression, usize>,
}

impl Writer<'_> {
    fn say(&mut self, what: &dyn Debug) {
        // Its length first, so that no text is taken for what follows it.
        let text = format!("{what:?}");
        self.number(text.len() as u128);
        self.full.extend_from_slice(text.as_bytes());
    }

    /// A number in as few bytes as it needs, seven bits each, of which the last alone has its eighth unset: a large day has
    /// tens of millions, nearly all of them small.
    fn number(&mut self, mut number: u128) {
        while number > 0x7f {
            self.full.push(0x80 | (number & 0x7f) as u8);
            number >>= 7;
        }
        self.full.push(number as u8);
        if self.full.len() >= FULL {
            self.flush();
        }
    }

    fn amount(&mut self, amount: &Amount) {
        match amount.to_small_parts() {
            Some((digits, scale)) => {
                // Odd, which the other kind is not.
                self.number(2 * zigzag(scale.into()) + 1);
                self.number(zigzag(digits));
            }
            None => {
                self.number(0);
                self.say(amount);
            }
        }
    }

    fn bookings(&mut self, bookings: &[(usize, Amount)]) {
        self.number(bookings.len() as u128);
        for (trade, amount) in bookings {
            self.number(*trade as u128);
            self.amount(amount);
        }
    }

    fn flush(&mut self) {
        (self.sink)(&self.full);
        self.full.clear();
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

/// Numbers of either sign among those that have none: 0, -1, 1, -2, ... to 0, 1, 2, 3, ...
fn zigzag(number: i128) -> u128 {
    ((number << 1) ^ (number >> 127)) as u128
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
        let mut all = Vec::new();
        let mut sink = |part: &[u8]| all.extend_from_slice(part);
        let mut writer = Writer { sink: &mut sink, full: Vec::new(), known: HashMap::new() };
        write(&mut writer);
        writer.flush();
        all
    }

    #[test]
    fn numbers_take_the_bytes_that_they_need() {
        assert_eq!(written(|writer| writer.number(0)), [0]);
        assert_eq!(written(|writer| writer.number(300)), [0x80 | 44, 2]); // 300 = 2 * 128 + 44
        assert_eq!([0, -1, 1, -2, i128::MIN, i128::MAX].map(zigzag), [0, 1, 2, 3, u128::MAX, u128::MAX - 1]);
    }

    /// Neither the scale of an amount nor where one number ends and the next begins is lost.
    #[test]
    fn different_amounts_have_different_bytes() {
        const HUGE: &str = "9000000000000000000000000000000000000000000";
        let texts =
            ["0", "1", "-1", "10", "0.1", "0.01", "127", "128", HUGE, &format!("-{HUGE}"), "12345678901234567890.5"];
        let bytes: Vec<Vec<u8>> = texts
            .iter()
            .map(|text| {
                let amount: Amount = text.parse().unwrap();
                written(|writer| writer.amount(&amount))
            })
            .collect();
        for (index, one) in bytes.iter().enumerate() {
            assert!(bytes[..index].iter().all(|other| !other.starts_with(one) && !one.starts_with(other)), "{index}");
        }
        let two = |first: u128, second: u128| {
            written(|writer| {
                writer.number(first);
                writer.number(second);
            })
        };
        assert_ne!(two(1, 128), two(129, 1));
    }

    #[test]
    fn nothing_is_lost_between_parts() {
        let long = written(|writer| (0..100_000).for_each(|number| writer.number(number)));
        // 128 numbers of one byte, 16,256 of two, the rest of three.
        assert_eq!(long.len(), 128 + 2 * (16_384 - 128) + 3 * (100_000 - 16_384));
    }
}
