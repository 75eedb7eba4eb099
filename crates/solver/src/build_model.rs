//! A problem stated as a mixed-integer program.
//!
//! ```text
//! maximise   Σ OP·W·M - c·changes
//! so that    Σₐ x[i,a] = 1                              for every trade with a choice
//!            every row of the problem that some choice could break
//!            n[a,s] >= -P[a,s]                          where n is pulled down
//!            n[a,s] <= -lowest·z,
//!            P[a,s] + n[a,s] <= highest·(1 - z)         where n is pulled up
//!            x, z in {0,1}, n >= 0
//! ```
//!
//! Trades with one account are constants and have no variable. A refinement may state rows in digits or add cuts; an
//! elastic model lets every row be exceeded at a price instead.

use std::collections::BTreeMap;

use constraint_manager::{AssignmentProblem, Counted, Expression, NetPosition, Row};
use domain::Amount;

use crate::cut::Cut;
use crate::digits::{DigitRow, digit_rows};
use crate::model::{Comparison, Meaning, Model, ModelRow, RowSource, Variable};
use crate::pressure::{Pressure, pressures};
use crate::redundancy::is_redundant;
use crate::refinement::Refinement;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Keep every row, maximise the objective.
    Full,
    /// Keep every row.
    Feasibility,
    /// Exceed the rows as little as possible, each in proportion to its size.
    Elastic,
}

impl Purpose {
    /// The word for it in logs and work records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Feasibility => "feasibility",
            Self::Elastic => "elastic",
        }
    }
}

/// Builds the model of `problem` for `purpose`, with what earlier answers have taught.
pub fn build_model(problem: &AssignmentProblem, purpose: Purpose, refinement: &Refinement) -> Model {
    let mut builder = Builder::new(problem);
    builder.choices();
    let rows: Vec<usize> = (0..problem.rows.len()).filter(|row| !is_redundant(problem, &problem.rows[*row])).collect();
    let pressures = pressures(problem, &rows, purpose == Purpose::Full);
    for (position, pressure) in pressures.iter().enumerate() {
        builder.short_position(position, *pressure);
    }
    for row in rows {
        let digits = refinement.in_digits.contains(&row).then(|| digit_rows(&problem.rows[row])).flatten();
        match digits {
            Some(digits) => builder.digits(row, &digits),
            None => builder.limit(row, &problem.rows[row], purpose),
        }
    }
    for cut in &refinement.cuts {
        builder.cut(cut);
    }
    if purpose == Purpose::Full {
        builder.objective();
    }
    builder.model
}

struct Builder<'a> {
    problem: &'a AssignmentProblem,
    model: Model,
    index: BTreeMap<Meaning, usize>,
}

impl<'a> Builder<'a> {
    fn new(problem: &'a AssignmentProblem) -> Self {
        Self { problem, model: Model::default(), index: BTreeMap::new() }
    }

    fn add(&mut self, meaning: Meaning, upper: Amount, whole: bool) -> usize {
        self.add_sized(meaning, upper.clone(), whole, upper)
    }

    fn add_sized(&mut self, meaning: Meaning, upper: Amount, whole: bool, step: Amount) -> usize {
        let index = self.model.variables.len();
        self.model.variables.push(Variable { meaning, upper, whole, step });
        self.model.objective.push(Amount::zero());
        self.index.insert(meaning, index);
        index
    }

    fn row(&mut self, source: RowSource, mut terms: Vec<(usize, Amount)>, comparison: Comparison, bound: Amount) {
        terms.sort_by_key(|(variable, _)| *variable);
        self.model.rows.push(ModelRow { source, terms, comparison, bound });
    }

    fn choices(&mut self) {
        let free = self.problem.trades.iter().enumerate().filter(|(_, trade)| trade.is_free());
        for (trade, choice) in free {
            let one = || Amount::from(1);
            let bookings = choice
                .accounts
                .iter()
                .map(|account| (self.add(Meaning::Booking { trade, account: *account }, one(), true), one()));
            let terms = bookings.collect();
            self.row(RowSource::OneAccount { trade }, terms, Comparison::Equal, one());
        }
    }

    fn short_position(&mut self, position: usize, pressure: Pressure) {
        if pressure == Pressure::default() {
            return;
        }
        let net = &self.problem.positions[position];
        let step = net.bookings.iter().map(|(_, value)| value.abs()).max().unwrap_or_default();
        let short = self.add_sized(Meaning::Short { position }, -&net.lowest, false, step);
        if pressure.down {
            let mut terms = self.position_terms(net);
            terms.push((short, Amount::from(1)));
            self.row(RowSource::ShortAtLeast { position }, terms, Comparison::AtLeast, -&net.base);
        }
        if pressure.up {
            let is_short = self.add(Meaning::IsShort { position }, Amount::from(1), true);
            let at_most = vec![(short, Amount::from(1)), (is_short, net.lowest.clone())];
            self.row(RowSource::ShortOnlyIf { position }, at_most, Comparison::AtMost, Amount::zero());
            let mut terms = self.position_terms(net);
            terms.extend([(short, Amount::from(1)), (is_short, net.highest.clone())]);
            let bound = &net.highest - &net.base;
            self.row(RowSource::LongOnlyIfNot { position }, terms, Comparison::AtMost, bound);
        }
    }

    fn position_terms(&self, net: &NetPosition) -> Vec<(usize, Amount)> {
        let terms = net.bookings.iter();
        terms.map(|(trade, value)| (self.booking(*trade, net.account), value.clone())).collect()
    }

    fn booking(&self, trade: usize, account: usize) -> usize {
        self.index[&Meaning::Booking { trade, account }]
    }

    fn terms(&self, account: usize, expression: &Expression) -> Vec<(usize, Amount)> {
        let bookings = expression.bookings.iter().map(|(trade, c)| (self.booking(*trade, account), c.clone()));
        let shorts = expression
            .shorts
            .iter()
            .map(|(position, k)| (self.index[&Meaning::Short { position: *position }], k.clone()));
        bookings.chain(shorts).collect()
    }

    fn limit(&mut self, index: usize, row: &Row, purpose: Purpose) {
        let mut terms: Vec<(usize, Amount)> =
            row.parts.iter().flat_map(|part| self.terms(part.account, &part.expression)).collect();
        let comparison = Comparison::from(row.relation);
        let bound = &row.bound - &row.constant();
        if purpose == Purpose::Elastic {
            let (excess, price) = self.excess(index, row);
            self.model.objective[excess] = -price;
            terms.push((excess, Amount::from(if comparison == Comparison::AtMost { -1 } else { 1 })));
        }
        self.row(RowSource::Problem { row: index }, terms, comparison, bound);
    }

    fn digits(&mut self, row: usize, digits: &[DigitRow]) {
        let bookings: Vec<Counted<'_>> = self.problem.rows[row].bookings().collect();
        let most = Amount::from(i64::try_from(bookings.len() + 1).unwrap_or(i64::MAX));
        let mut carry = None;
        for (digit, part) in digits.iter().enumerate() {
            let whole = |number: i128| Amount::from_parts(number, 0);
            let of_booking = |(term, weight): &(usize, i128)| {
                (self.booking(bookings[*term].trade, bookings[*term].account), whole(*weight))
            };
            let mut terms: Vec<(usize, Amount)> = part.terms.iter().map(of_booking).collect();
            terms.extend(carry.filter(|_| part.carry_in).map(|carry| (carry, whole(1))));
            carry = part.carry_out.then(|| self.add(Meaning::Carry { row, digit }, most.clone(), true));
            terms.extend(carry.map(|carry| (carry, whole(-DigitRow::BASE))));
            // Halfway between the last number that fits and the first that does not.
            let bound = whole(part.bound) + Amount::from_parts(5, 1);
            self.row(RowSource::Digit { row, digit }, terms, Comparison::AtMost, bound);
        }
    }

    /// The variable by which a row may be exceeded and the price of one unit of it: a power of ten, so that
    /// exceeding a row by its largest term costs about 1 whatever its unit.
    fn excess(&mut self, index: usize, row: &Row) -> (usize, Amount) {
        let worst = row.room(&row.constant()).abs();
        let sizes = || row.bookings().map(|booking| booking.amount.abs());
        let largest = sizes().max().unwrap_or_else(|| worst.clone());
        let spread = sizes().sum::<Amount>();
        let shorts = row.shorts().map(|(position, k)| k.abs() * -&self.problem.positions[*position].lowest);
        let upper = worst + spread + shorts.sum::<Amount>() + Amount::from(1);
        let (digits, scale) = largest.to_parts();
        let magnitude = i64::try_from(digits.to_string().trim_start_matches('-').len()).unwrap_or(i64::MAX) - scale;
        (self.add_sized(Meaning::Excess { row: index }, upper, false, largest), Amount::from_parts(1, magnitude))
    }

    fn cut(&mut self, cut: &Cut) {
        // At least one booking that hurts is undone, or one that helps is done.
        let undone = cut.booked.iter().map(|(trade, account)| (self.booking(*trade, *account), Amount::from(-1)));
        let done = cut.not_booked.iter().map(|(trade, account)| (self.booking(*trade, *account), Amount::from(1)));
        let terms = undone.chain(done).collect();
        let bound = Amount::from(1) - Amount::from(i64::try_from(cut.booked.len()).unwrap_or(i64::MAX));
        self.row(RowSource::Cut { row: cut.row }, terms, Comparison::AtLeast, bound);
    }

    fn objective(&mut self) {
        for term in self.problem.objective.iter().flat_map(|objective| &objective.terms) {
            self.model.constant += &(&term.worth * &term.expression.constant);
            for (variable, coefficient) in self.terms_priced(term.account_index, &term.expression) {
                self.model.objective[variable] += &(&term.worth * &coefficient);
            }
        }
    }

    /// As [`terms`](Self::terms), without short sizes that have no variable because all wishes on them
    /// cancel out.
    fn terms_priced(&self, account: usize, expression: &Expression) -> Vec<(usize, Amount)> {
        let known = |(position, _): &&(usize, Amount)| self.index.contains_key(&Meaning::Short { position: *position });
        let shorts = expression.shorts.iter().filter(known).cloned().collect();
        self.terms(account, &Expression { shorts, ..expression.clone() })
    }
}
