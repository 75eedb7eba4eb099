//! The problem, stated once for every solver.
//! Choose for each trade one of its accounts so that every row holds and the objective is largest.

use domain::{AccountId, Amount, Code, TradeId};

use crate::{Kept, Level, NetPosition, Objective, Part, Row};

/// Which trades may go where, what must hold, what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentProblem {
    /// The accounts, in the order of the configuration.
    pub accounts: Vec<AccountId>,
    /// The trades, ordered by id.
    pub trades: Vec<TradeChoice>,
    /// The positions whose sign is open and that some row or term prices by side.
    pub positions: Vec<NetPosition>,
    /// What every assignment has to keep.
    pub rows: Vec<Row>,
    /// What is wanted; nothing when no metric counts.
    pub objective: Option<Objective>,
    /// The levels of the objective, the one that comes first before the others; empty where all of it counts at once.
    pub levels: Vec<Level>,
    /// The last plan, where the desk wants to stay close to one.
    pub kept: Option<Kept>,
    /// What the desk asked for and this problem leaves out.
    pub notes: Vec<Note>,
}

/// A trade and where it may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeChoice {
    /// The trade.
    pub id: TradeId,
    /// The accounts it may be booked at, as ascending indices; never empty. With one account there is no
    /// decision: the trade is part of the constants.
    pub accounts: Vec<usize>,
}

/// Something that the desk asked for and that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its stable code.
    pub code: Code,
    /// What is left out, and how to have it.
    pub message: String,
}

impl TradeChoice {
    /// Whether there is anything to decide.
    pub fn is_free(&self) -> bool {
        self.accounts.len() > 1
    }
}

impl AssignmentProblem {
    /// `n[a,s]` of every net position under a placement (an account index for each trade).
    pub fn shorts(&self, placement: &[usize]) -> Vec<Amount> {
        self.positions.iter().map(|position| position.short(placement)).collect()
    }

    /// The left side of a row under a placement; `shorts` are those of the same placement.
    pub fn row_value(&self, row: &Row, placement: &[usize], shorts: &[Amount]) -> Amount {
        let value = |part: &Part| {
            part.expression.value(|trade| placement[trade] == part.account, |position| shorts[position].clone())
        };
        row.parts.iter().map(value).sum()
    }

    /// The rows that a placement breaks, with how far (below zero); exact, so that an empty list means that
    /// every limit holds.
    pub fn broken_rows(&self, placement: &[usize]) -> Vec<(usize, Amount)> {
        let shorts = self.shorts(placement);
        let room = |row: &Row| row.room(&self.row_value(row, placement, &shorts));
        self.rows.iter().map(room).enumerate().filter(|(_, room)| room.is_negative()).collect()
    }

    /// The objective under a placement: `Σ OP·W·M - c·changes`, openings included; nothing when there is none.
    pub fn objective_value(&self, placement: &[usize]) -> Option<Amount> {
        let shorts = self.shorts(placement);
        let objective = self.objective.as_ref()?;
        let value = objective.terms.iter().map(|term| {
            let here = |trade: usize| placement[trade] == term.account_index;
            &term.worth * &term.expression.value(here, |position| shorts[position].clone())
        });
        Some(value.sum())
    }
}
