//! From decimals to the scaled floats of the kernel.

use std::sync::Arc;

use constraint_manager::{AssignmentProblem, Relation};

use super::{Kernel, Position, Row};
use crate::float::to_float;

/// A row of the kernel before scaling, and where it goes.
struct Draft {
    /// The account whose block it is in; the number of accounts for rows of several accounts.
    block: usize,
    /// The problem's row with the same left side.
    like: usize,
    row: Row,
}

impl<'p> Kernel<'p> {
    /// The kernel of a problem.
    pub(crate) fn new(problem: &'p AssignmentProblem) -> Self {
        let accounts = problem.accounts.len();
        let mut kernel = Self {
            problem,
            movers: Vec::new(),
            first_choice: vec![0],
            mover: Vec::new(),
            account: Vec::new(),
            cost: Vec::new(),
            rows: Vec::new(),
            block: Vec::new(),
            coefficients: Vec::new(),
            offset: Vec::new(),
            positions: Vec::new(),
            touches: Vec::new(),
            first_touch: vec![0],
            cuts: Vec::new(),
            cost_scale: 1.0,
        };
        let mut choice_of = vec![usize::MAX; problem.trades.len() * accounts];
        for (trade, choice) in problem.trades.iter().enumerate().filter(|(_, trade)| trade.is_free()) {
            for account in &choice.accounts {
                choice_of[trade * accounts + account] = kernel.account.len();
                kernel.account.push(*account);
                kernel.mover.push(kernel.movers.len());
            }
            kernel.movers.push(trade);
            kernel.first_choice.push(kernel.account.len());
        }
        let at = |trade: usize, account: usize| choice_of[trade * accounts + account];
        kernel.lay_rows(problem, drafts(problem));
        kernel.set_costs(problem, &at);
        kernel.set_touches(problem, &at);
        kernel.set_coefficients(problem, &at);
        kernel.scale();
        kernel
    }

    /// Puts the rows in their blocks and makes room for their coefficients.
    fn lay_rows(&mut self, problem: &AssignmentProblem, mut drafts: Vec<Draft>) {
        let accounts = problem.accounts.len();
        drafts.sort_by_key(|draft| draft.block);
        self.block = (0..=accounts + 1).map(|block| drafts.partition_point(|draft| draft.block < block)).collect();
        self.rows = drafts.into_iter().map(|draft| draft.row).collect();
        let shared = self.shared().len();
        for account in &self.account {
            self.offset.push(self.coefficients.len());
            let width = self.block[account + 1] - self.block[*account] + shared;
            self.coefficients.resize(self.coefficients.len() + width, 0.0);
        }
        self.positions = problem
            .positions
            .iter()
            .enumerate()
            .map(|(index, position)| Position {
                index,
                account: position.account,
                base: to_float(&position.base),
                cost: 0.0,
                factors: vec![0.0; self.block(position.account).len() + shared],
            })
            .collect();
    }

    fn set_costs(&mut self, problem: &AssignmentProblem, at: &impl Fn(usize, usize) -> usize) {
        self.cost = vec![0.0; self.account.len()];
        for term in problem.objective.iter().flat_map(|objective| &objective.terms) {
            for (trade, amount) in &term.expression.bookings {
                self.cost[at(*trade, term.account_index)] -= to_float(&(&term.worth * amount));
            }
            for (position, factor) in &term.expression.shorts {
                self.positions[*position].cost -= to_float(&(&term.worth * factor));
            }
        }
    }

    fn set_touches(&mut self, problem: &AssignmentProblem, at: &impl Fn(usize, usize) -> usize) {
        let bookings =
            || problem.positions.iter().flat_map(|p| p.bookings.iter().map(|(trade, _)| (*trade, p.account)));
        let mut next = vec![0; self.account.len() + 1];
        bookings().for_each(|(trade, account)| next[at(trade, account) + 1] += 1);
        (1..next.len()).for_each(|choice| next[choice] += next[choice - 1]);
        self.first_touch.clone_from(&next);
        self.touches = vec![(0, 0.0); next[self.account.len()]];
        for (index, position) in problem.positions.iter().enumerate() {
            for (trade, value) in &position.bookings {
                let next = &mut next[at(*trade, position.account)];
                self.touches[*next] = (index, to_float(value));
                *next += 1;
            }
        }
    }

    fn set_coefficients(&mut self, problem: &AssignmentProblem, at: &impl Fn(usize, usize) -> usize) {
        for row in 0..self.rows.len() {
            let Some(like) = self.rows[row].at_most.or(self.rows[row].at_least) else { continue };
            let is_shared = self.shared().contains(&row);
            let like = &problem.rows[like];
            for booking in like.bookings() {
                let choice = at(booking.trade, booking.account);
                let place = self.place(row, is_shared, booking.account);
                self.coefficients[self.offset[choice] + place] += to_float(booking.amount);
            }
            for (position, factor) in like.shorts() {
                let place = self.place(row, is_shared, self.positions[*position].account);
                self.positions[*position].factors[place] += to_float(factor);
            }
        }
    }

    /// Where a row is among the coefficients of an account's choices.
    fn place(&self, row: usize, is_shared: bool, account: usize) -> usize {
        if is_shared { row - self.shared().start + self.block(account).len() } else { row - self.block(account).start }
    }

    /// Brings everything to a usual size of 1: what one mover does.
    fn scale(&mut self) {
        let mut stakes = 0.0;
        for mover in 0..self.movers.len() {
            let costs = || self.choices(mover).map(|choice| self.cost[choice]);
            stakes += costs().fold(f64::MIN, f64::max) - costs().fold(f64::MAX, f64::min);
        }
        let mut moved = vec![Usual::default(); self.positions.len()];
        self.touches.iter().for_each(|(position, value)| moved[*position].add(*value));
        let position_scale: Vec<f64> = moved.iter().map(Usual::size).collect();
        for ((position, scale), moved) in self.positions.iter().zip(&position_scale).zip(&moved) {
            stakes += position.cost.abs() * scale * f64::from(moved.count) * 0.5;
        }
        self.cost_scale = positive(stakes / self.movers.len().max(1) as f64);

        let mut sizes = vec![Usual::default(); self.rows.len()];
        for choice in 0..self.account.len() {
            let (block, shared) = (self.block(self.account[choice]), self.shared());
            let (own, common) = self.coefficients(choice);
            block.zip(own).chain(shared.zip(common)).for_each(|(row, c)| sizes[row].add(*c));
        }
        for (position, scale) in self.positions.iter().zip(&position_scale) {
            let rows = self.block(position.account).chain(self.shared());
            rows.zip(&position.factors).for_each(|(row, factor)| sizes[row].add(factor * scale));
        }
        let row_scale: Vec<f64> = sizes.iter().map(Usual::size).collect();
        self.divide(&row_scale, &position_scale);
    }

    fn divide(&mut self, row_scale: &[f64], position_scale: &[f64]) {
        self.cost.iter_mut().for_each(|cost| *cost /= self.cost_scale);
        self.touches.iter_mut().for_each(|(position, value)| *value /= position_scale[*position]);
        for (row, scale) in self.rows.iter_mut().zip(row_scale) {
            *row = Row { low: row.low / scale, high: row.high / scale, scale: *scale, ..*row };
        }
        for choice in 0..self.account.len() {
            let rows = self.block(self.account[choice]).chain(self.shared());
            let from = self.offset[choice];
            rows.enumerate().for_each(|(place, row)| self.coefficients[from + place] /= row_scale[row]);
        }
        let shared = self.shared();
        for (index, scale) in position_scale.iter().enumerate() {
            let block = self.block(self.positions[index].account);
            let position = &mut self.positions[index];
            position.base /= scale;
            position.cost *= scale / self.cost_scale;
            let rows = block.chain(shared.clone());
            position.factors.iter_mut().zip(rows).for_each(|(factor, row)| *factor *= scale / row_scale[row]);
        }
    }
}

impl Row {
    /// A row that keeps nothing out.
    fn open() -> Self {
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        Self { low, high, scale: 1.0, at_least: None, at_most: None, cut: None }
    }
}

/// The root mean square of what is not zero.
#[derive(Debug, Clone, Default)]
struct Usual {
    squares: f64,
    count: u32,
}

impl Usual {
    fn add(&mut self, value: f64) {
        self.squares += value * value;
        self.count += u32::from(value != 0.0);
    }

    fn size(&self) -> f64 {
        positive((self.squares / f64::from(self.count.max(1))).sqrt())
    }
}

fn positive(size: f64) -> f64 {
    if size > 0.0 { size } else { 1.0 }
}

/// The rows of the kernel: the problem's, two with the same left side as one, without those that nothing can break.
fn drafts(problem: &AssignmentProblem) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for (index, row) in problem.rows.iter().enumerate() {
        let bound = to_float(&(&row.bound - &row.constant()));
        let (least, most) = reach(problem, row);
        let size = bound.abs().max(least.abs()).max(most.abs()) * 1e-12;
        let is_loose = match row.relation {
            Relation::AtMost => most <= bound - size,
            Relation::AtLeast => least >= bound + size,
        };
        if is_loose {
            continue;
        }
        let block = if row.parts.len() == 1 { row.parts[0].account } else { problem.accounts.len() };
        let is_same = |draft: &&mut Draft| {
            let like = &problem.rows[draft.like].parts;
            draft.block == block
                && like.len() == row.parts.len()
                && like.iter().zip(&row.parts).all(|(a, b)| Arc::ptr_eq(&a.expression, &b.expression))
        };
        let twin = drafts.iter_mut().rev().take(2).find(is_same);
        let draft = match twin {
            Some(draft) => draft,
            None => {
                drafts.push(Draft { block, like: index, row: Row::open() });
                drafts.last_mut().expect("one was pushed")
            }
        };
        match row.relation {
            Relation::AtMost if bound < draft.row.high => {
                draft.row = Row { high: bound, at_most: Some(index), ..draft.row };
            }
            Relation::AtLeast if bound > draft.row.low => {
                draft.row = Row { low: bound, at_least: Some(index), ..draft.row };
            }
            _ => {}
        }
    }
    drafts
}

/// The least and the most that the left side of a row can come to, constants apart: each trade counted at its best,
/// each short size between nothing and its largest.
fn reach(problem: &AssignmentProblem, row: &constraint_manager::Row) -> (f64, f64) {
    let (mut least, mut most) = (0.0, 0.0);
    for booking in row.bookings() {
        let amount = to_float(booking.amount);
        least += amount.min(0.0);
        most += amount.max(0.0);
    }
    for (position, factor) in row.shorts() {
        let reach = to_float(&-&problem.positions[*position].lowest) * to_float(factor);
        least += reach.min(0.0);
        most += reach.max(0.0);
    }
    (least, most)
}
