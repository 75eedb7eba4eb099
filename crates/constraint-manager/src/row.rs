//! One thing that every assignment has to keep.

use domain::Amount;

use crate::{Expression, Origin};

/// `expression <= bound` or `expression >= bound`, all of it about one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The limit it comes from.
    pub origin: Origin,
    /// The account, as an index.
    pub account: usize,
    /// The left side.
    pub expression: Expression,
    /// How the two sides compare.
    pub relation: Relation,
    /// The right side.
    pub bound: Amount,
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
    /// How far `value`, a value of the left side, is inside the bound: below zero when the row is broken.
    pub fn room(&self, value: &Amount) -> Amount {
        match self.relation {
            Relation::AtMost => &self.bound - value,
            Relation::AtLeast => value - &self.bound,
        }
    }
}
