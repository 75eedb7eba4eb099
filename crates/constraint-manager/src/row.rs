//! One thing that every assignment has to keep.

use std::sync::Arc;

use domain::Amount;

use crate::{Expression, Origin};

/// `Σ parts <= bound` or `Σ parts >= bound`. A limit of an account is one part; what holds for the desk as a whole has
/// one for each account that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What asks for it.
    pub origin: Origin,
    /// The left side, account by account: ascending, each account at most once, at least one.
    pub parts: Vec<Part>,
    /// How the two sides compare.
    pub relation: Relation,
    /// The right side.
    pub bound: Amount,
}

/// What one account adds to the left side of a row. The expression is shared: a metric that is limited, is part of a
/// ratio and counts in the objective is kept once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The account, as an index.
    pub account: usize,
    /// What it adds.
    pub expression: Arc<Expression>,
}

/// A booking that a row or a term counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted<'a> {
    /// The trade, as an index.
    pub trade: usize,
    /// The account that it is booked at, as an index.
    pub account: usize,
    /// What the booking adds.
    pub amount: &'a Amount,
}

/// How the two sides of a row compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
}

impl Row {
    /// What the left side is whatever is decided.
    pub fn constant(&self) -> Amount {
        self.parts.iter().map(|part| &part.expression.constant).sum()
    }

    /// Every booking that the left side counts, account by account, in each by trade.
    pub fn bookings(&self) -> impl Iterator<Item = Counted<'_>> {
        self.parts.iter().flat_map(|part| {
            let bookings = part.expression.bookings.iter();
            bookings.map(|(trade, amount)| Counted { trade: *trade, account: part.account, amount })
        })
    }

    /// Every short size that the left side counts, with its factor; positions are indices into the problem's.
    pub fn shorts(&self) -> impl Iterator<Item = &(usize, Amount)> {
        self.parts.iter().flat_map(|part| &part.expression.shorts)
    }

    /// How far `value`, a value of the left side, is inside the bound: below zero when the row is broken.
    pub fn room(&self, value: &Amount) -> Amount {
        match self.relation {
            Relation::AtMost => &self.bound - value,
            Relation::AtLeast => value - &self.bound,
        }
    }
}
