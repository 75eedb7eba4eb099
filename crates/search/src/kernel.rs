//! The problem as contiguous floats: what the search works on.
//!
//! `minimise Σ cost·x + Σ cost_p·n_p` with, for each row, `low <= Σ c·x + Σ f_p·n_p <= high`; `n_p = max(-P_p, 0)`, `P_p =
//! base_p + Σ V·x`. Only trades with a choice are in it (movers), and one `x` for each account that a mover may go
//! to (a choice). Everything is scaled: costs by what a mover stakes on average, rows and positions by what a mover
//! usually moves them by, so that 1 is a usual size of everything, however many movers there are.
//!
//! Two rows about the same sum, a minimum and a maximum, are one row here with two ends. Rows that nothing can break are
//! left out. What the search finds is checked exactly before anybody relies on it.

mod build;
mod grow;

use constraint_manager::AssignmentProblem;

/// The problem in floats.
#[derive(Debug, Clone)]
pub(crate) struct Kernel<'p> {
    /// The problem itself, for what floats cannot decide.
    pub(crate) problem: &'p AssignmentProblem,
    /// Movers, as indices of the problem's trades.
    pub(crate) movers: Vec<usize>,
    /// The choices of mover `i` are `first_choice[i]..first_choice[i + 1]`.
    pub(crate) first_choice: Vec<usize>,
    /// The mover of each choice.
    pub(crate) mover: Vec<usize>,
    /// The account of each choice.
    pub(crate) account: Vec<usize>,
    /// What each choice costs, short positions apart.
    pub(crate) cost: Vec<f64>,
    /// Rows: those of account `a` are `block[a]..block[a + 1]`, those of several accounts follow.
    pub(crate) rows: Vec<Row>,
    pub(crate) block: Vec<usize>,
    /// The coefficients of choice `j` start at `offset[j]`: one for each row of its account, then one for each
    /// shared row.
    pub(crate) coefficients: Vec<f64>,
    pub(crate) offset: Vec<usize>,
    pub(crate) positions: Vec<Position>,
    /// The positions that choice `j` moves, with their scaled change: `touches[first_touch[j]..first_touch[j + 1]]`.
    pub(crate) touches: Vec<(usize, f64)>,
    pub(crate) first_touch: Vec<usize>,
    pub(crate) cuts: Vec<Cut>,
    /// Scaled cost times this is a cost in the problem's unit.
    pub(crate) cost_scale: f64,
}

/// A row with its ends, in units of `scale`, constants taken off.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) scale: f64,
    /// The problem's row behind each end.
    pub(crate) at_least: Option<usize>,
    pub(crate) at_most: Option<usize>,
    /// The cut that it is, where it is none of the problem's rows.
    pub(crate) cut: Option<usize>,
}

/// A row that follows from a row of the problem because trades go whole: `Σ weight·x <= most`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) account: usize,
    /// The problem's row that it follows from.
    pub(crate) row: usize,
    /// Choices of the account, ascending, with whole weights other than 0.
    pub(crate) weights: Vec<(usize, i32)>,
    pub(crate) most: i32,
}

/// A position priced by side, in units of `scale`.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    /// The problem's position.
    pub(crate) index: usize,
    pub(crate) account: usize,
    pub(crate) base: f64,
    /// What a unit of short costs.
    pub(crate) cost: f64,
    /// What a unit of short adds to each row of its account, then to each shared row.
    pub(crate) factors: Vec<f64>,
}

/// A placement of the movers with its sums.
#[derive(Debug, Clone)]
pub(crate) struct Sums {
    pub(crate) rows: Vec<f64>,
    pub(crate) cost: f64,
}

/// With more movers than this, what prices suggest is nearly right for nearly all of them, and all work on them takes long.
pub(crate) const MANY: usize = 1_000;
/// Sums closer than this to the end of a row, in scaled units, are decided in exact decimals.
pub(crate) const NOISE: f64 = 1e-9;

impl Kernel<'_> {
    /// How many accounts have rows of their own.
    pub(crate) fn accounts(&self) -> usize {
        self.block.len() - 2
    }

    /// The rows of an account.
    #[inline]
    pub(crate) fn block(&self, account: usize) -> std::ops::Range<usize> {
        self.block[account]..self.block[account + 1]
    }

    /// The rows of several accounts.
    #[inline]
    pub(crate) fn shared(&self) -> std::ops::Range<usize> {
        self.block(self.accounts())
    }

    #[inline]
    pub(crate) fn choices(&self, mover: usize) -> std::ops::Range<usize> {
        self.first_choice[mover]..self.first_choice[mover + 1]
    }

    /// The coefficients of a choice: in the rows of its account, in the shared rows.
    #[inline]
    pub(crate) fn coefficients(&self, choice: usize) -> (&[f64], &[f64]) {
        let own = self.block(self.account[choice]).len();
        let all = &self.coefficients[self.offset[choice]..][..own + self.shared().len()];
        all.split_at(own)
    }

    #[inline]
    pub(crate) fn touches(&self, choice: usize) -> &[(usize, f64)] {
        &self.touches[self.first_touch[choice]..self.first_touch[choice + 1]]
    }

    /// The same without positions that count in no row.
    pub(crate) fn touches_in_rows(&self, choice: usize) -> impl Iterator<Item = (usize, f64)> {
        let is_in_rows = |position: usize| self.positions[position].factors.iter().any(|factor| *factor != 0.0);
        self.touches(choice).iter().copied().filter(move |(position, _)| is_in_rows(*position))
    }

    /// The sums of a placement: one choice for each mover.
    pub(crate) fn sums(&self, placement: &[usize]) -> Sums {
        let mut sums = Sums { rows: vec![0.0; self.rows.len()], cost: 0.0 };
        let mut values: Vec<f64> = self.positions.iter().map(|position| position.base).collect();
        for choice in placement {
            sums.cost += self.cost[*choice];
            let (own, shared) = self.coefficients(*choice);
            add(&mut sums.rows[self.block(self.account[*choice])], own, 1.0);
            add(&mut sums.rows[self.shared()], shared, 1.0);
            for (position, value) in self.touches(*choice) {
                values[*position] += value;
            }
        }
        for (position, value) in self.positions.iter().zip(values) {
            let short = (-value).max(0.0);
            if short > 0.0 {
                sums.cost += position.cost * short;
                let (own, shared) = position.factors.split_at(self.block(position.account).len());
                add(&mut sums.rows[self.block(position.account)], own, short);
                add(&mut sums.rows[self.shared()], shared, short);
            }
        }
        sums
    }

    /// Whether a placement keeps every row, exactly; `sums` are its own.
    pub(crate) fn keeps_rows(&self, sums: &Sums, placement: &[usize]) -> bool {
        let rows = || self.rows.iter().zip(&sums.rows);
        if rows().any(|(row, sum)| *sum > row.high + NOISE || *sum < row.low - NOISE) {
            return false;
        }
        let unclear = rows().filter(|(row, sum)| **sum > row.high - NOISE || **sum < row.low + NOISE);
        let unclear: Vec<usize> =
            unclear.flat_map(|(row, _)| row.at_least.iter().chain(&row.at_most)).copied().collect();
        if unclear.is_empty() {
            return true;
        }
        let plan = self.plan(placement);
        let shorts = self.problem.shorts(&plan);
        unclear.iter().map(|row| &self.problem.rows[*row]).all(|row| {
            let value = self.problem.row_value(row, &plan, &shorts);
            !row.room(&value).is_negative()
        })
    }

    /// The account of each trade of the problem.
    pub(crate) fn plan(&self, placement: &[usize]) -> Vec<usize> {
        let mut plan: Vec<usize> = self.problem.trades.iter().map(|trade| trade.accounts[0]).collect();
        for (mover, choice) in self.movers.iter().zip(placement) {
            plan[*mover] = self.account[*choice];
        }
        plan
    }
}

impl Row {
    /// How far a sum is outside the row's ends.
    pub(crate) fn excess(&self, sum: f64) -> f64 {
        (sum - self.high).max(self.low - sum).max(0.0)
    }
}

/// `to += factor · what`
pub(crate) fn add(to: &mut [f64], what: &[f64], factor: f64) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}
