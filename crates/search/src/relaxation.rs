//! The linear relaxation of a branch, solved to its end by an interior point method. Its prices are the best that there
//! are where no movers are priced jointly, and so are the fractions of its choices to look for cuts in: what prices that
//! were improved step by step come near to.
//!
//! Short sizes lie in the triangle between what they are and the chord over what their position can reach, as the lines
//! of `lagrangian.rs` do. Whatever the method returns, its prices give a bound like any others.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};

use crate::average::Average;
use crate::kernel::add;
use crate::lagrangian::{Prices, View};
use crate::remaining::Remaining;

/// What the method found.
pub(crate) struct Relaxed {
    pub(crate) prices: Prices,
    /// The fractions, as the average that prices near these would come to.
    pub(crate) average: Average,
    /// Entries of the matrix times iterations.
    pub(crate) work: u64,
}

/// Solves the relaxation; nothing where it has no solution, or the method fails.
pub(crate) fn solve(view: &View<'_>, remaining: &Remaining) -> Option<Relaxed> {
    let program = Program::of(view);
    let Conditions { rows, columns, values, ends } = &program.conditions;
    let (height, width) = (ends.len(), program.costs.len());
    let matrix = CscMatrix::new_from_triplets(height, width, rows.clone(), columns.clone(), values.clone());
    let equalities = program.equalities;
    let cones = [SupportedConeT::ZeroConeT(equalities), SupportedConeT::NonnegativeConeT(height - equalities)];
    let settings = DefaultSettings { verbose: false, ..DefaultSettings::default() };
    let no_squares = CscMatrix::zeros((width, width));
    let mut solver = DefaultSolver::new(&no_squares, &program.costs, &matrix, ends, &cones, settings).ok()?;
    solver.solve();
    let solution = &solver.solution;
    if !matches!(solution.status, SolverStatus::Solved | SolverStatus::AlmostSolved) {
        return None;
    }
    let work = values.len() as u64 * u64::from(solution.iterations);
    let average = program.average(view, remaining, &solution.x)?;
    Some(Relaxed { prices: program.prices(view, &solution.z), average, work })
}

/// `Σ value·variable <= end` for each condition, but `=` for the first ones.
#[derive(Default)]
struct Conditions {
    rows: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<f64>,
    ends: Vec<f64>,
}

impl Conditions {
    /// A new condition, with nothing on its left side yet.
    fn add(&mut self, end: f64) -> usize {
        self.ends.push(end);
        self.ends.len() - 1
    }

    fn put(&mut self, row: usize, column: usize, value: f64) {
        if value != 0.0 {
            self.rows.push(row);
            self.columns.push(column);
            self.values.push(value);
        }
    }

    /// A new condition on one variable and what a position's choices move it by.
    fn tie(&mut self, (column, factor): (usize, f64), moved: &[(usize, f64)], slope: f64, end: f64) -> usize {
        let row = self.add(end);
        self.put(row, column, factor);
        moved.iter().for_each(|(place, value)| self.put(row, *place, slope * value));
        row
    }
}

/// The relaxation: a variable for each of the view's choices, then one for the short size of each position.
struct Program {
    costs: Vec<f64>,
    conditions: Conditions,
    /// How many of the conditions come first and are equalities.
    equalities: usize,
    /// By row of the kernel, the conditions for its high and its low end.
    ends: Vec<[Option<usize>; 2]>,
    /// By position, the condition that its short size is at least what is short, where neither side is ruled out.
    below: Vec<Option<usize>>,
}

impl Program {
    fn of(view: &View<'_>) -> Self {
        let kernel = view.kernel;
        let costs = view.choices.iter().map(|choice| kernel.cost[*choice]);
        let costs: Vec<f64> = costs.chain(kernel.positions.iter().map(|position| position.cost)).collect();
        let below = vec![None; kernel.positions.len()];
        let mut program = Self { costs, conditions: Conditions::default(), equalities: 0, ends: Vec::new(), below };
        for index in 0..view.open.len() {
            let row = program.conditions.add(1.0);
            view.of(index).for_each(|place| program.conditions.put(row, place, 1.0));
        }
        program.add_positions(view);
        program.add_rows(view);
        for place in 0..view.choices.len() {
            let row = program.conditions.add(0.0);
            program.conditions.put(row, place, -1.0);
        }
        program
    }

    /// Equalities for short sizes that follow a line, triangles for the others.
    fn add_positions(&mut self, view: &View<'_>) {
        let mut moved: Vec<Vec<(usize, f64)>> = vec![Vec::new(); view.spans.len()];
        for (place, choice) in view.choices.iter().enumerate() {
            view.kernel.touches(*choice).iter().for_each(|(position, value)| moved[*position].push((place, *value)));
        }
        let column = |position: usize| view.choices.len() + position;
        let is_loose = |position: &usize| view.spans[*position].is_loose();
        for position in (0..view.spans.len()).filter(|position| !is_loose(position)) {
            let span = &view.spans[position];
            let (at_zero, slope) = span.chord();
            let end = at_zero + slope * span.base;
            self.conditions.tie((column(position), 1.0), &moved[position], -slope, end);
        }
        self.equalities = self.conditions.ends.len();
        for position in (0..view.spans.len()).filter(is_loose) {
            let span = &view.spans[position];
            let (at_zero, slope) = span.chord();
            let above = self.conditions.tie((column(position), -1.0), &moved[position], -1.0, span.base);
            self.below[position] = Some(above);
            self.conditions.tie((column(position), -1.0), &[], 0.0, 0.0);
            self.conditions.tie((column(position), 1.0), &moved[position], -slope, at_zero + slope * span.base);
        }
    }

    fn add_rows(&mut self, view: &View<'_>) {
        let kernel = view.kernel;
        for (row, decided) in kernel.rows.iter().zip(&view.rows) {
            let high = row.high.is_finite().then(|| self.conditions.add(row.high - decided));
            let low = row.low.is_finite().then(|| self.conditions.add(decided - row.low));
            self.ends.push([high, low]);
        }
        for (place, choice) in view.choices.iter().enumerate() {
            let (own, shared) = kernel.coefficients(*choice);
            self.put_column(place, kernel.block(kernel.account[*choice]), own);
            self.put_column(place, kernel.shared(), shared);
        }
        for (index, position) in kernel.positions.iter().enumerate() {
            let block = kernel.block(position.account);
            let (own, shared) = position.factors.split_at(block.len());
            self.put_column(view.choices.len() + index, block, own);
            self.put_column(view.choices.len() + index, kernel.shared(), shared);
        }
    }

    fn put_column(&mut self, column: usize, rows: std::ops::Range<usize>, coefficients: &[f64]) {
        for ([high, low], coefficient) in self.ends[rows].iter().zip(coefficients) {
            high.iter().for_each(|row| self.conditions.put(*row, column, *coefficient));
            low.iter().for_each(|row| self.conditions.put(*row, column, -coefficient));
        }
    }

    /// The prices that what conditions are worth come to.
    fn prices(&self, view: &View<'_>, worth: &[f64]) -> Prices {
        let mut prices = Prices::none(view.kernel);
        for (price, [high, low]) in prices.rows.iter_mut().zip(&self.ends) {
            let of = |end: &Option<usize>| end.map_or(0.0, |row| worth[row]);
            let net = of(high) - of(low);
            // What is left of rounding may not price an end that is not there.
            let has_end = if net > 0.0 { high.is_some() } else { low.is_some() };
            *price = if has_end { net } else { 0.0 };
        }
        for (slope, below) in prices.slopes.iter_mut().zip(&self.below) {
            *slope = below.map_or(*slope, |row| -worth[row].max(0.0));
        }
        prices
    }

    /// The solution as an average of placements; nothing where a mover has no choice.
    fn average(&self, view: &View<'_>, remaining: &Remaining, solution: &[f64]) -> Option<Average> {
        let kernel = view.kernel;
        let mut shares = vec![0.0; kernel.account.len()];
        for mover in (0..kernel.movers.len()).filter(|mover| remaining.left(*mover) == 1) {
            shares[kernel.choices(mover).find(|choice| remaining.has(*choice))?] = 1.0;
        }
        let mut rows = view.rows.clone();
        let mut values: Vec<f64> = view.spans.iter().map(|span| span.base).collect();
        let (of_choices, shorts) = solution.split_at(view.choices.len());
        for (choice, share) in view.choices.iter().zip(of_choices) {
            shares[*choice] = share.clamp(0.0, 1.0) as f32;
            let (own, shared) = kernel.coefficients(*choice);
            add(&mut rows[kernel.block(kernel.account[*choice])], own, *share);
            add(&mut rows[kernel.shared()], shared, *share);
            kernel.touches(*choice).iter().for_each(|(position, value)| values[*position] += value * share);
        }
        let mut slopes = Vec::with_capacity(shorts.len());
        for (index, (position, short)) in kernel.positions.iter().zip(shorts).enumerate() {
            let (own, shared) = position.factors.split_at(kernel.block(position.account).len());
            add(&mut rows[kernel.block(position.account)], own, *short);
            add(&mut rows[kernel.shared()], shared, *short);
            slopes.push(if self.below[index].is_some() { values[index] + short } else { 0.0 });
        }
        Some(Average { shares, rows, slopes })
    }
}

#[cfg(test)]
mod tests;
