//! A proof, which speaks in indices of the problem, by the desk's own names.

use std::collections::BTreeMap;

use constraint_manager::{AssignmentProblem, LimitOrigin, Origin, Row, Why};
use domain::certificate::{Aim, Certificate, Cut, Node, Part, PriceList, Subject};
use domain::{AccountId, Amount, TradeId};
use metric_engine::{Book, MetricValue};
use solver::Proof;
use solver::proof;

use super::slopes;

/// Digits of a price that is converted; any price is as good as another to the verifier.
pub(super) const PRICE_DIGITS: i64 = 18;

/// A proof by the desk's own names.
pub(crate) fn named(book: &Book, problem: &AssignmentProblem, proof: Proof) -> Certificate {
    let opening = book.opening_values();
    let has_objective = proof.tree.iter().any(|node| {
        matches!(node, proof::Node::Leaf { aim: Aim::Best, .. } | proof::Node::Close { aim: Aim::Best, .. })
    });
    let mut tables = Tables::new(book, problem, &opening);
    let cuts = proof.cuts.iter().map(|cut| tables.cut(cut)).collect();
    let list = |list: proof::PriceList| PriceList {
        shadow_prices: list.rows.iter().map(|(row, price)| tables.shadow_price(*row, price)).collect(),
        slopes: slopes::of(book, problem, &opening, &list, has_objective)
            .into_iter()
            .map(|(position, slope)| (tables.position(position), slope))
            .collect(),
        cut_prices: list.cuts,
        trade_prices: list
            .trades
            .iter()
            .map(|(trade, price)| (book.trades[*trade].id.clone(), price.clone()))
            .collect(),
        kept_limits: list.kept.iter().filter_map(|(row, step)| tables.kept_limit(*row, step)).collect(),
    };
    let price_lists = proof.price_lists.into_iter().map(list).collect();
    let node = |node: proof::Node| match node {
        proof::Node::Branch { trade, account } => Node::Branch(tables.booking(trade, account)),
        proof::Node::Close { choices, prices, aim } => {
            let choices = choices.iter().map(|(trade, account)| tables.booking(*trade, *account)).collect();
            Node::Close { choices, prices, aim }
        }
        proof::Node::Leaf { prices, aim } => Node::Leaf { prices, aim },
    };
    let tree = proof.tree.into_iter().map(node).collect();
    let Tables { rooms, positions, bookings, .. } = tables;
    Certificate { rooms, positions, bookings, cuts, price_lists, tree }
}

/// The tables of a certificate, filled as things are first named.
struct Tables<'a> {
    book: &'a Book,
    problem: &'a AssignmentProblem,
    opening: &'a [Vec<MetricValue>],
    rooms: Vec<Subject>,
    /// By subject and, as it is asked for most, by row: its place, and what the price of a row is multiplied by there.
    place_of_subject: BTreeMap<Subject, usize>,
    place_of_row: Vec<Option<(usize, Option<Amount>)>>,
    positions: Vec<domain::certificate::Position>,
    place_of_position: Vec<Option<usize>>,
    bookings: Vec<(TradeId, AccountId)>,
    /// By trade and account.
    place_of_booking: BTreeMap<(usize, usize), usize>,
}

impl<'a> Tables<'a> {
    fn new(book: &'a Book, problem: &'a AssignmentProblem, opening: &'a [Vec<MetricValue>]) -> Self {
        Self {
            book,
            problem,
            opening,
            rooms: Vec::new(),
            place_of_subject: BTreeMap::new(),
            place_of_row: vec![None; problem.rows.len()],
            positions: Vec::new(),
            place_of_position: vec![None; problem.positions.len()],
            bookings: Vec::new(),
            place_of_booking: BTreeMap::new(),
        }
    }

    /// The place of a booking.
    fn booking(&mut self, trade: usize, account: usize) -> usize {
        let Self { book, bookings, place_of_booking, .. } = self;
        *place_of_booking.entry((trade, account)).or_insert_with(|| {
            bookings.push((book.trades[trade].id.clone(), book.accounts[account].id.clone()));
            bookings.len() - 1
        })
    }

    /// The place of a position.
    fn position(&mut self, position: usize) -> usize {
        let Self { book, problem, positions, place_of_position, .. } = self;
        *place_of_position[position].get_or_insert_with(|| {
            positions.push(slopes::name(book, &problem.positions[position]));
            positions.len() - 1
        })
    }

    /// The place of what a price on a row is paid on, and what the price is multiplied by there, if by anything.
    fn room(&mut self, row: usize) -> (usize, Option<&Amount>) {
        let Self { book, problem, opening, rooms, place_of_subject, place_of_row, .. } = self;
        let (place, factor) = place_of_row[row].get_or_insert_with(|| {
            let (subject, factor) = priceable(book, opening, &problem.rows[row]);
            let place = *place_of_subject.entry(subject.clone()).or_insert_with(|| {
                rooms.push(subject);
                rooms.len() - 1
            });
            (place, factor)
        });
        (*place, factor.as_ref())
    }

    fn shadow_price(&mut self, row: usize, price: &Amount) -> (usize, Amount) {
        match self.room(row) {
            (place, Some(factor)) => (place, with_digits(&(price * factor), PRICE_DIGITS)),
            (place, None) => (place, price.clone()),
        }
    }

    /// A row that an account keeps; nothing for what is of no account. Where the certificate has another unit for
    /// the room, the step is in that unit.
    fn kept_limit(&mut self, row: usize, step: &Amount) -> Option<(usize, Amount)> {
        self.problem.rows[row].origin.limit()?;
        Some(match self.room(row) {
            (place, Some(factor)) => (place, step.divided_rounded(&with_digits(factor, PRICE_DIGITS), PRICE_DIGITS)),
            (place, None) => (place, step.clone()),
        })
    }

    fn cut(&mut self, cut: &proof::Cut) -> Cut {
        let account = self.problem.rows[cut.row].parts[0].account;
        let weights = cut.weights.iter().map(|(trade, weight)| (self.booking(*trade, account), *weight)).collect();
        Cut { room: self.room(cut.row).0, weights, most: cut.most }
    }
}

/// What a price on a row is paid on, and what it is multiplied by there, if by anything.
fn priceable(book: &Book, opening: &[Vec<MetricValue>], row: &Row) -> (Subject, Option<Amount>) {
    let origin = match &row.origin {
        Origin::Limit(origin) => origin,
        Origin::Changes { .. } => return (Subject::MaxChanges, None),
        Origin::Floor { metric, .. } => {
            let metric = metric.clone().expect("what is not in the order comes last and has no floor");
            return (Subject::Floor { metric }, None);
        }
    };
    let account = row.parts[0].account;
    let metrics = &book.accounts[account].metrics;
    let index = metrics.iter().position(|metric| metric.name == origin.metric);
    let index = index.expect("a row comes from a metric of its account");
    let factor = match &opening[account][index] {
        // The row has the opening ratio as `N·D0 - N0·D`, the certificate as `N - (N0/D0)·D`.
        MetricValue::Ratio { denominator, .. } if origin.why == Why::NotWorse && denominator.is_positive() => {
            Some(denominator.clone())
        }
        _ => None,
    };
    (subject(origin), factor)
}

fn subject(origin: &LimitOrigin) -> Subject {
    Subject::Limit {
        account: origin.account.clone(),
        metric: origin.metric.clone(),
        end: origin.bound,
        part: if origin.why == Why::Defined { Part::Defined } else { Part::Limit },
    }
}

/// Rounded to so many significant digits.
pub(super) fn with_digits(amount: &Amount, digits: i64) -> Amount {
    let (whole, scale) = amount.abs().to_parts();
    let length = i64::try_from(whole.to_string().len()).unwrap_or(digits);
    amount.rounded(scale - (length - digits).max(0))
}
