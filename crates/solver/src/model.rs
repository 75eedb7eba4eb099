//! The mixed-integer program, exact.
//! Maximise `constant + Σⱼ cⱼ·vⱼ` so that every row `lower-or-upper-bounded Σⱼ aⱼ·vⱼ` holds.

use constraint_manager::Relation;
use domain::Amount;

/// The program. Variables and rows are referred to by index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Model {
    /// The variables.
    pub variables: Vec<Variable>,
    /// The rows.
    pub rows: Vec<ModelRow>,
    /// `cⱼ`, one for each variable.
    pub objective: Vec<Amount>,
    /// What the objective is before any decision.
    pub constant: Amount,
}

/// A variable and what it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// What it decides.
    pub meaning: Meaning,
    /// Its largest value; the smallest is 0.
    pub upper: Amount,
    /// Whether it takes whole values only.
    pub whole: bool,
    /// About how much one decision moves it: the unit that suits it in floats.
    pub step: Amount,
}

/// What a variable decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// `x`: 1 where the trade is booked at the account.
    Booking {
        /// The trade, as an index.
        trade: usize,
        /// The account, as an index.
        account: usize,
    },
    /// `n`: the size of a short position, in base currency.
    Short {
        /// The net position, as an index into the problem's positions.
        position: usize,
    },
    /// `z`: 1 where the position is short.
    IsShort {
        /// The net position, as an index into the problem's positions.
        position: usize,
    },
    /// What a row in digits carries from one digit to the next.
    Carry {
        /// The row, as an index into the problem's rows.
        row: usize,
        /// The digit it leaves, the smallest being 0.
        digit: usize,
    },
    /// How far a row may be exceeded, in an elastic model.
    Excess {
        /// The row, as an index into the problem's rows.
        row: usize,
    },
}

/// A row and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRow {
    /// Where it comes from.
    pub source: RowSource,
    /// `aⱼ` by variable, ascending, none zero.
    pub terms: Vec<(usize, Amount)>,
    /// How the two sides compare.
    pub comparison: Comparison,
    /// The right side.
    pub bound: Amount,
}

/// Where a row of the model comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowSource {
    /// A trade goes to exactly one account.
    OneAccount {
        /// The trade, as an index.
        trade: usize,
    },
    /// A row of the problem.
    Problem {
        /// The row, as an index into the problem's rows.
        row: usize,
    },
    /// One digit of a row of the problem.
    Digit {
        /// The row, as an index into the problem's rows.
        row: usize,
        /// The digit, the smallest being 0.
        digit: usize,
    },
    /// A short position is at least what is missing: `n >= -P`.
    ShortAtLeast {
        /// The net position, as an index.
        position: usize,
    },
    /// A short position is nothing unless `z`: `n <= -lowest·z`.
    ShortOnlyIf {
        /// The net position, as an index.
        position: usize,
    },
    /// With `z` there is no long position: `P + n <= highest·(1 - z)`.
    LongOnlyIfNot {
        /// The net position, as an index.
        position: usize,
    },
    /// A placement that broke a row exactly, and what all like it have in common, is ruled out.
    Cut {
        /// The row that was broken, as an index into the problem's rows.
        row: usize,
    },
}

/// How the two sides of a row compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
}

impl From<Relation> for Comparison {
    fn from(relation: Relation) -> Self {
        match relation {
            Relation::AtMost => Self::AtMost,
            Relation::AtLeast => Self::AtLeast,
        }
    }
}
