//! Staying close to the last plan. A trade that it has at one account and that ends at another is a change.
//!
//! ```text
//! changes = Σ_{i in the last plan} (1 - x[i, last account of i])
//! objective: - cost_per_change · changes          row: -changes >= -max_changes
//! ```
//!
//! A trade of the plan that the day does not have is not a change, whatever became of it. A trade that cannot stay
//! where it was (the account is not configured any more, does not take it, or the trade is pinned elsewhere) is one
//! whatever is decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{AccountId, Amount, Keep, PlannedBooking, TradeId};
use metric_engine::Book;

use crate::codes::{CANNOT_STAY, NOT_OF_THE_DAY};
use crate::{AssignmentProblem, Expression, Note, ObjectiveTerm, Origin, Part, Relation, Row};

/// The last plan, as far as it is about the trades of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where the last plan has each trade of the problem.
    pub planned: Vec<Planned>,
    /// What each change takes off the objective.
    pub cost_per_change: Amount,
    /// The most changes there may be.
    pub max_changes: Option<u32>,
}

/// Where the last plan has a trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// It does not have it.
    Nowhere,
    /// At this account, an index.
    At(usize),
    /// At an account that the desk does not have.
    Gone(AccountId),
}

impl Kept {
    /// How many trades are in the last plan.
    pub fn known(&self) -> usize {
        self.planned.iter().filter(|planned| **planned != Planned::Nowhere).count()
    }

    /// The trades that a placement has elsewhere than the last plan, as ascending indices.
    pub fn changes(&self, placement: &[usize]) -> Vec<usize> {
        let is_change = |trade: &usize| match &self.planned[*trade] {
            Planned::Nowhere => false,
            Planned::At(account) => placement[*trade] != *account,
            Planned::Gone(_) => true,
        };
        (0..self.planned.len()).filter(is_change).collect()
    }
}

/// Adds the row that limits the changes, and returns the terms of what they cost.
pub(crate) fn apply(
    book: &Book,
    keep: &Keep,
    last_plan: &[PlannedBooking],
    problem: &mut AssignmentProblem,
) -> Vec<ObjectiveTerm> {
    let homes: BTreeMap<&TradeId, &AccountId> = last_plan.iter().map(|row| (&row.trade, &row.account)).collect();
    let planned = |trade: &TradeId| match homes.get(trade) {
        None => Planned::Nowhere,
        Some(account) => book.account_index(account).map_or_else(|| Planned::Gone((*account).clone()), Planned::At),
    };
    let planned: Vec<Planned> = problem.trades.iter().map(|trade| planned(&trade.id)).collect();
    problem.notes.extend(not_of_the_day(problem, &homes));
    problem.notes.extend(cannot_stay(book, problem, &planned));
    let parts = minus_changes(problem, &planned);
    if let (Some(max_changes), false) = (keep.max_changes, parts.is_empty()) {
        problem.rows.push(Row {
            origin: Origin::Changes { place: keep.place.clone(), max_changes },
            parts: parts.clone(),
            relation: Relation::AtLeast,
            bound: -Amount::from(i64::from(max_changes)),
        });
    }
    let cost_per_change = Amount::from(keep.cost_per_change);
    let term = |part: Part| ObjectiveTerm {
        account: problem.accounts[part.account].clone(),
        account_index: part.account,
        metric: None,
        worth: cost_per_change.clone(),
        expression: part.expression,
        level: 0,
    };
    let terms = if cost_per_change.is_zero() { Vec::new() } else { parts.into_iter().map(term).collect() };
    problem.kept = Some(Kept { planned, cost_per_change, max_changes: keep.max_changes });
    terms
}

/// Minus the number of changes, by the account that the last plan has the trades at; what cannot stay anywhere counts
/// at the first account.
fn minus_changes(problem: &AssignmentProblem, planned: &[Planned]) -> Vec<Part> {
    let mut by_account: BTreeMap<usize, Expression> = BTreeMap::new();
    let one = || Amount::from(1);
    for (trade, planned) in planned.iter().enumerate() {
        let choice = &problem.trades[trade];
        let account = match planned {
            Planned::Nowhere => continue,
            Planned::At(account) if choice.accounts == [*account] => continue,
            Planned::At(account) => *account,
            Planned::Gone(_) => 0,
        };
        let changes = by_account.entry(account).or_default();
        changes.constant -= &one();
        if matches!(planned, Planned::At(_)) && choice.accounts.contains(&account) {
            changes.bookings.push((trade, one()));
        }
    }
    by_account.into_iter().map(|(account, changes)| Part { account, expression: Arc::new(changes) }).collect()
}

/// Trades that a note names; the others are counted.
const NAMED: usize = 5;

fn not_of_the_day(problem: &AssignmentProblem, homes: &BTreeMap<&TradeId, &AccountId>) -> Option<Note> {
    // Both are ordered by trade.
    let of_the_day = |trade: &&TradeId| problem.trades.binary_search_by(|choice| choice.id.cmp(trade)).is_ok();
    let others: Vec<String> = homes.keys().filter(|trade| !of_the_day(trade)).map(ToString::to_string).collect();
    (!others.is_empty()).then(|| Note {
        code: NOT_OF_THE_DAY,
        message: format!(
            "{} of the last plan not among the day's, left aside: {}",
            trades(others.len()),
            listed(&others)
        ),
    })
}

fn cannot_stay(book: &Book, problem: &AssignmentProblem, planned: &[Planned]) -> Option<Note> {
    let reason = |(trade, planned): (usize, &Planned)| {
        let line = &book.trades[trade];
        let why = match planned {
            Planned::Nowhere => return None,
            Planned::At(account) if problem.trades[trade].accounts.contains(account) => return None,
            Planned::At(account) => match &line.pin {
                Some(pin) if *pin != book.accounts[*account].id => format!("pinned to {pin}"),
                _ => {
                    let label = &book.securities[line.security].security_type;
                    format!("{} does not accept {label}", book.accounts[*account].id)
                }
            },
            Planned::Gone(account) => format!("{account} is not configured"),
        };
        Some(format!("{} ({why})", line.id))
    };
    let moved: Vec<String> = planned.iter().enumerate().filter_map(reason).collect();
    (!moved.is_empty()).then(|| Note {
        code: CANNOT_STAY,
        message: format!(
            "{} cannot stay where the last plan has {}, counted as changed: {}",
            trades(moved.len()),
            if moved.len() == 1 { "it" } else { "them" },
            listed(&moved)
        ),
    })
}

fn trades(number: usize) -> String {
    if number == 1 { "1 trade".to_owned() } else { format!("{number} trades") }
}

fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown = names[..names.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
