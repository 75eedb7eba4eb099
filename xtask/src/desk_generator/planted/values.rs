//! Metric values of a plan, exactly: `M = Σₛ w⁺·max(Pₛ,0) + w⁻·max(-Pₛ,0)` over the positions after the trades,
//! cash among them, which has moved by `-V` for each trade; a ratio is the quotient of two of these.
//!
//! Positions are whole cents and rates whole units of their last place, so that a value is a whole number of
//! units of the twelfth decimal place.

use super::super::book::Book;
use super::metrics::{Form, Metric, SCALE};

/// Decimal places of a sum: those of a rate and two of cents.
const PLACES: u32 = SCALE + 2;
/// The most places of a limit on a ratio; with more, its numerator would need more than 128 bits.
const RATIO_PLACES: u32 = 9;

/// What every account holds, in cents.
pub(super) struct Held {
    /// By account and security.
    pub(super) positions: Vec<Vec<i64>>,
    /// By account.
    pub(super) cash: Vec<i64>,
}

/// The value of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// In units of the twelfth decimal place.
    Sum(i128),
    /// Numerator and denominator in such units.
    Ratio(i128, i128),
}

impl Held {
    /// What is held once every trade is booked at its account.
    pub(super) fn after(book: &Book, plan: &[usize]) -> Self {
        let empty = vec![0; book.securities.len()];
        let mut held = Self {
            positions: vec![empty; book.accounts.len()],
            cash: book.accounts.iter().map(|account| account.cash_cents).collect(),
        };
        for (positions, account) in held.positions.iter_mut().zip(&book.accounts) {
            for position in &account.positions {
                positions[position.security] += position.value_cents;
            }
        }
        for (trade, account) in book.trades.iter().zip(plan) {
            held.positions[*account][trade.security] += trade.value_cents;
            held.cash[*account] -= trade.value_cents;
        }
        held
    }
}

/// Every metric's value, by account and metric.
pub(super) fn all(metrics: &[Metric], held: &Held) -> Vec<Vec<Value>> {
    let of_account = |account: usize| {
        let sums: Vec<i128> = metrics.iter().map(|metric| sum(metric, held, account)).collect();
        let value = |(index, metric): (usize, &Metric)| match metric.form {
            Form::Additive(_) => Value::Sum(sums[index]),
            Form::Quotient { of, to } => Value::Ratio(sums[of], sums[to]),
        };
        metrics.iter().enumerate().map(value).collect()
    };
    (0..held.cash.len()).map(of_account).collect()
}

/// The sum of an additive metric, 0 for a ratio.
fn sum(metric: &Metric, held: &Held, account: usize) -> i128 {
    let Form::Additive(rates) = &metric.form else { return 0 };
    let positions = held.positions[account].iter().enumerate();
    let securities: i128 = positions.map(|(security, cents)| rates.table[account][security].value(*cents)).sum();
    securities + rates.cash.value(held.cash[account])
}

impl Value {
    /// Whether there is one.
    pub(super) fn is_defined(&self) -> bool {
        match self {
            Self::Sum(_) => true,
            Self::Ratio(_, denominator) => *denominator > 0,
        }
    }

    /// Approximately; nothing where a ratio has no value.
    pub(super) fn to_f64(&self) -> Option<f64> {
        let sized = |units: i128| units as f64 / 10_f64.powi(PLACES as i32);
        match self {
            Self::Sum(units) => Some(sized(*units)),
            Self::Ratio(numerator, denominator) => (*denominator > 0).then(|| *numerator as f64 / *denominator as f64),
        }
    }

    /// Decimal places in which a thousandth of the standard deviation shows.
    pub(super) fn places(&self, deviation: f64) -> u32 {
        let most = if matches!(self, Self::Sum(_)) { PLACES } else { RATIO_PLACES };
        (0..most).find(|places| 10_f64.powi(-(*places as i32)) <= deviation / 1_000.0).unwrap_or(most)
    }

    /// The largest number with so many decimal places that is not above the value, in units of the last one.
    pub(super) fn floor(&self, places: u32) -> i128 {
        let (numerator, denominator) = self.fraction(places);
        numerator.div_euclid(denominator)
    }

    /// The smallest number with so many decimal places that is not below the value, in units of the last one.
    pub(super) fn ceil(&self, places: u32) -> i128 {
        let (numerator, denominator) = self.fraction(places);
        -(-numerator).div_euclid(denominator)
    }

    /// The value in units of a decimal place, as a fraction.
    fn fraction(&self, places: u32) -> (i128, i128) {
        match self {
            Self::Sum(units) => (*units, 10_i128.pow(PLACES - places)),
            Self::Ratio(numerator, denominator) => (numerator * 10_i128.pow(places), *denominator),
        }
    }
}

/// The standard deviation of some values; 0 of fewer than two.
pub(super) fn spread(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::super::Class;
    use super::super::super::book::{Account, Holding};
    use super::super::metrics::{Kept, Rate, Rates};
    use super::*;

    const ONE: i64 = 10_000_000_000;

    /// Two accounts that hold nothing but 100 dollars of cash, one security, two trades: buy for 300, sell for 120.
    fn book() -> Book {
        let trade = |value_cents: i64| Holding { security: 0, par: value_cents, accrued_cents: 0, value_cents };
        let account =
            |number: usize| Account { id: format!("PB{number}"), number, positions: Vec::new(), cash_cents: 10_000 };
        let securities = Book::make(&super::super::tests::plan(12, Class::Tight)).securities;
        Book {
            securities: securities.into_iter().take(1).collect(),
            trades: vec![trade(30_000), trade(-12_000)],
            accounts: vec![account(1), account(2)],
        }
    }

    fn metric(long: i64, short: i64, cash: Rate) -> Metric {
        let rates = Rates { table: vec![vec![Rate { long, short }]; 2], types: None, cash };
        Metric { name: "m".to_owned(), form: Form::Additive(rates), kept: Kept::AtMost }
    }

    #[test]
    fn trades_net_within_an_account_and_settle_in_its_cash() {
        let gross = metric(ONE, ONE, Rate::ZERO);
        let with_cash = metric(ONE, -ONE, Rate { long: ONE / 100, short: ONE / 50 });
        let metrics = [gross, with_cash];
        let at = |plan: &[usize]| all(&metrics, &Held::after(&book(), plan));
        let dollars = |units: i128| Value::Sum(units * 10_i128.pow(PLACES));
        // Together: 300 - 120 = 180, cash 100 - 180 = -80 at 2 % = 1.6.
        assert_eq!(at(&[0, 0])[0], [dollars(180), Value::Sum(1_816 * 10_i128.pow(PLACES - 1))]);
        // Apart: 120 short, gross 120; cash 100 + 120 = 220 at 1 % = 2.2, position -120.
        assert_eq!(at(&[0, 1])[1], [dollars(120), Value::Sum(-1_178 * 10_i128.pow(PLACES - 1))]);
    }

    #[test]
    fn values_are_rounded_to_either_side() {
        let third = Value::Ratio(-1, 3);
        assert_eq!((third.floor(2), third.ceil(2)), (-34, -33));
        let whole = Value::Sum(15 * 10_i128.pow(PLACES - 1));
        assert_eq!((whole.floor(0), whole.ceil(0), whole.floor(1), whole.ceil(1)), (1, 2, 15, 15));
        assert!(!Value::Ratio(1, 0).is_defined() && Value::Ratio(1, -1).to_f64().is_none());
    }

    #[test]
    fn a_limit_has_the_digits_that_its_deviation_calls_for() {
        assert_eq!(Value::Sum(0).places(50_000.0), 0);
        assert_eq!(Value::Sum(0).places(9.0), 3); // 0.009 is a thousandth; 0.001 is below it
        assert_eq!(Value::Sum(0).places(0.0), PLACES);
        assert_eq!(Value::Ratio(1, 1).places(0.0), RATIO_PLACES);
    }

    #[test]
    fn the_standard_deviation_is_that_of_a_sample() {
        assert_eq!(spread(&[1.0, 3.0]), 2.0_f64.sqrt()); // ((1-2)² + (3-2)²) / (2-1)
        assert_eq!(spread(&[7.0]), 0.0);
    }
}
