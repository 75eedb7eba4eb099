//! What no placement can beat: the Lagrangian bound of a branch.
//!
//! With prices `λ` the rows move into the costs, `L(λ) = min_x cost(x) + Σ λ·(row(x) - end)`. `λ > 0` prices a row's high
//! end, `λ < 0` its low end. Movers then choose for themselves, but for the positions that they share: a short size
//! costs `κ·n(P)`, `n(P) = max(-P, 0)`, rows included.
//!
//! | `P` | `κ·n(P)` counts as |
//! | --- | --- |
//! | on one side of 0 whatever is chosen, or moved by one open mover | a line that goes through all its values |
//! | moved by few open movers | itself, by the joint choice of those movers: `clusters.rs` |
//! | moved by more, `κ >= 0` | `d·P`, for a slope `d` from `-κ` to 0 |
//! | moved by more, `κ < 0` | the chord over what `P` can reach |
//!
//! None of it is above `κ·n(P)`, so that any prices and slopes give a bound. Slopes are of their own, and no share of `κ`:
//! so the bound is concave in prices and slopes together, and `subgradient.rs` improves both.

mod span;

use std::sync::Arc;

use crate::clusters::{Cluster, Tables, Tie, clusters};
use crate::kernel::{Kernel, Position, add};
use crate::knapsack::KeptRows;
use crate::remaining::Remaining;
use span::Span;

/// With so many choices their costs are worked out by two threads.
const WORTH_A_THREAD: usize = 100_000;

/// Prices of rows and slopes of positions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prices {
    /// `λ` by row.
    pub(crate) rows: Vec<f64>,
    /// `d` by position, from `-κ` to 0 where `κ >= 0`: a unit of the position for each unit of the objective.
    pub(crate) slopes: Vec<f64>,
    /// `u` by mover where accounts keep rows (see `knapsack`); empty where every mover chooses for itself.
    pub(crate) movers: Vec<f64>,
    /// The rows that they keep.
    pub(crate) kept: Option<Arc<KeptRows>>,
}

impl Prices {
    /// Nothing has a price.
    pub(crate) fn none(kernel: &Kernel<'_>) -> Self {
        let slopes = kernel.positions.iter().map(|position| -0.5 * position.cost.max(0.0)).collect();
        Self { rows: vec![0.0; kernel.rows.len()], slopes, movers: Vec::new(), kept: None }
    }
}

impl Prices {
    /// Brings slopes to where a line may be laid, which the pricing has done for itself.
    pub(crate) fn clamp(&mut self, worth: &[f64]) {
        for (slope, worth) in self.slopes.iter_mut().zip(worth) {
            *slope = slope.clamp(-worth.max(0.0), 0.0);
        }
    }
}

/// A branch of the search made ready for pricing: what is decided is summed up, what is open is listed.
pub(crate) struct View<'k> {
    pub(crate) kernel: &'k Kernel<'k>,
    /// Movers with two or more choices left, and the choices of each: `first[i]..first[i + 1]` of `choices`.
    pub(crate) open: Vec<usize>,
    pub(crate) first: Vec<usize>,
    pub(crate) choices: Vec<usize>,
    /// What is decided adds to each row.
    pub(crate) rows: Vec<f64>,
    cost: f64,
    pub(crate) spans: Vec<Span>,
    /// Open movers that are priced together, and by position whether that prices it exactly.
    clusters: Vec<Cluster>,
    is_tied: Vec<bool>,
    /// By open mover, whether it is in a cluster.
    is_clustered: Vec<bool>,
}

/// What pricing a view gave.
#[derive(Debug, Clone)]
pub(crate) struct Priced {
    /// The bound.
    pub(crate) value: f64,
    /// The cost of each of the view's choices, prices included.
    pub(crate) reduced: Vec<f64>,
    /// The cheapest of the view's choices for each open mover, as an index into the view's choices.
    pub(crate) cheapest: Vec<usize>,
    /// `κ` by position: what a unit of short costs, rows included.
    pub(crate) worth: Vec<f64>,
    /// The left sides there, with short sizes as the bound takes them.
    pub(crate) rows: Vec<f64>,
    /// By position, how the bound follows the slope.
    pub(crate) slopes: Vec<f64>,
}

impl<'k> View<'k> {
    /// The view of a branch; nothing where some mover has no choice left.
    pub(crate) fn new(kernel: &'k Kernel<'k>, remaining: &Remaining) -> Option<Self> {
        let spans = kernel.positions.iter().map(|p| Span { base: p.base, low: 0.0, high: 0.0, movers: 0 }).collect();
        let mut view = Self {
            kernel,
            open: Vec::new(),
            first: vec![0],
            choices: Vec::new(),
            rows: vec![0.0; kernel.rows.len()],
            cost: 0.0,
            spans,
            clusters: Vec::new(),
            is_tied: Vec::new(),
            is_clustered: Vec::new(),
        };
        for mover in 0..kernel.movers.len() {
            match remaining.left(mover) {
                0 => return None,
                1 => {
                    let choice = kernel.choices(mover).find(|choice| remaining.has(*choice))?;
                    view.decide(choice);
                }
                _ => {
                    view.open.push(mover);
                    view.choices.extend(kernel.choices(mover).filter(|choice| remaining.has(*choice)));
                    view.first.push(view.choices.len());
                }
            }
        }
        for choice in &view.choices {
            for (position, value) in kernel.touches(*choice) {
                let span = &mut view.spans[*position];
                span.low += value.min(0.0);
                span.high += value.max(0.0);
                span.movers += 1;
            }
        }
        for span in &mut view.spans {
            span.low += span.base;
            span.high += span.base;
        }
        view.gather();
        Some(view)
    }

    /// Finds the movers that are priced together.
    fn gather(&mut self) {
        let is_two_sided = |span: &Span| span.low < 0.0 && span.high > 0.0 && span.movers > 1;
        let mut tie_of = vec![usize::MAX; self.spans.len()];
        let mut ties: Vec<Tie> = Vec::new();
        for (position, span) in self.spans.iter().enumerate().filter(|(_, span)| is_two_sided(span)) {
            tie_of[position] = ties.len();
            ties.push(Tie { position, base: span.base, movers: Vec::with_capacity(span.movers) });
        }
        for index in 0..self.open.len() {
            for place in self.of(index) {
                for (position, value) in self.kernel.touches(self.choices[place]) {
                    if let Some(tie) = ties.get_mut(tie_of[*position]) {
                        tie.movers.push((index, *value));
                    }
                }
            }
        }
        (self.clusters, self.is_tied) = clusters(self.kernel, (&self.first, &self.choices), ties);
        self.is_clustered = vec![false; self.open.len()];
        for mover in self.clusters.iter().flat_map(|cluster| &cluster.movers) {
            self.is_clustered[*mover] = true;
        }
    }

    /// Whether no movers are priced jointly: the linear relaxation has the best prices then.
    pub(crate) fn is_linear(&self) -> bool {
        self.clusters.is_empty()
    }

    /// What pricing it takes, in choices priced.
    pub(crate) fn work(&self) -> usize {
        self.choices.len() + self.clusters.iter().map(Cluster::work).sum::<usize>()
    }

    fn decide(&mut self, choice: usize) {
        self.cost += self.kernel.cost[choice];
        let (own, shared) = self.kernel.coefficients(choice);
        add(&mut self.rows[self.kernel.block(self.kernel.account[choice])], own, 1.0);
        add(&mut self.rows[self.kernel.shared()], shared, 1.0);
        for (position, value) in self.kernel.touches(choice) {
            self.spans[*position].base += value;
        }
    }

    /// The choices of the `index`-th open mover, as indices into [`View::choices`].
    pub(crate) fn of(&self, index: usize) -> std::ops::Range<usize> {
        self.first[index]..self.first[index + 1]
    }

    /// The bound that prices give.
    pub(crate) fn price(&self, prices: &Prices) -> Priced {
        let paid = PaidRows::of(self.kernel, prices);
        let worth = self.worth(&paid);
        let lines: Vec<Line> =
            (0..self.spans.len()).map(|position| self.line(position, worth[position], prices)).collect();
        let mut value = self.constant(prices, &lines);
        let reduced = self.reduced(&paid, &lines);
        let mut cheapest = vec![0; self.open.len()];
        for index in (0..self.open.len()).filter(|index| !self.is_clustered[*index]) {
            let places = self.of(index).map(|place| (reduced[place], place));
            let best = places.fold((f64::INFINITY, 0), |best, one| if one.0 < best.0 { one } else { best });
            value += best.0;
            cheapest[index] = best.1;
        }
        let mut tables = Tables::default();
        for cluster in &self.clusters {
            value += cluster.settle(&reduced, &worth, &mut tables, &mut cheapest);
        }
        let (rows, slopes) = self.sums(&cheapest, &lines);
        Priced { value, reduced, cheapest, worth, rows, slopes }
    }

    /// What is decided costs, with what prices and lines have apart from choices.
    pub(crate) fn constant(&self, prices: &Prices, lines: &[Line]) -> f64 {
        let mut constant = self.cost;
        for ((price, row), sum) in prices.rows.iter().zip(&self.kernel.rows).zip(&self.rows) {
            if *price > 0.0 {
                constant += price * (sum - row.high);
            } else if *price < 0.0 {
                constant += price * (sum - row.low);
            }
        }
        let of_lines = lines.iter().zip(&self.spans).map(|(line, span)| line.at_zero + line.slope * span.base);
        constant + of_lines.sum::<f64>()
    }

    /// What each choice costs, where it does not depend on others.
    pub(crate) fn reduced(&self, paid: &PaidRows<'_>, lines: &[Line]) -> Vec<f64> {
        let kernel = self.kernel;
        let reduced = |choice: &usize| {
            let coefficients = &kernel.coefficients[kernel.offset[*choice]..];
            let mut cost = kernel.cost[*choice] + paid.times(kernel, kernel.account[*choice], coefficients);
            for (position, moved) in kernel.touches(*choice) {
                cost += lines[*position].slope * moved;
            }
            cost
        };
        if self.choices.len() < WORTH_A_THREAD {
            return self.choices.iter().map(reduced).collect();
        }
        // Each by itself, so that it does not matter who does which.
        let mut costs = vec![0.0; self.choices.len()];
        let half = self.choices.len() / 2;
        let fill = |costs: &mut [f64], choices: &[usize]| {
            costs.iter_mut().zip(choices).for_each(|(cost, choice)| *cost = reduced(choice));
        };
        let (first, second) = costs.split_at_mut(half);
        std::thread::scope(|scope| {
            scope.spawn(|| fill(first, &self.choices[..half]));
            fill(second, &self.choices[half..]);
        });
        costs
    }

    /// `κ` by position.
    pub(crate) fn worth(&self, paid: &PaidRows<'_>) -> Vec<f64> {
        let worth = |position: &Position| position.cost + paid.times(self.kernel, position.account, &position.factors);
        self.kernel.positions.iter().map(worth).collect()
    }

    /// The left sides of rows with these choices, and how the bound follows each slope.
    pub(crate) fn sums(&self, chosen: &[usize], lines: &[Line]) -> (Vec<f64>, Vec<f64>) {
        let kernel = self.kernel;
        let mut rows = self.rows.clone();
        let mut values: Vec<f64> = self.spans.iter().map(|span| span.base).collect();
        for place in chosen {
            let choice = self.choices[*place];
            let (own, shared) = kernel.coefficients(choice);
            add(&mut rows[kernel.block(kernel.account[choice])], own, 1.0);
            add(&mut rows[kernel.shared()], shared, 1.0);
            for (position, moved) in kernel.touches(choice) {
                values[*position] += moved;
            }
        }
        let mut slopes = Vec::with_capacity(lines.len());
        for (index, (line, value)) in lines.iter().zip(values).enumerate() {
            let position = &kernel.positions[index];
            let (short, slope) = match line.kind {
                Kind::Exact => ((-value).max(0.0), 0.0),
                Kind::Chord { at_zero, slope } => (at_zero + slope * value, 0.0),
                Kind::Free => line.lowest(value),
            };
            if short != 0.0 {
                let (own, shared) = position.factors.split_at(kernel.block(position.account).len());
                add(&mut rows[kernel.block(position.account)], own, short);
                add(&mut rows[kernel.shared()], shared, short);
            }
            slopes.push(slope);
        }
        (rows, slopes)
    }

    /// Whether the bound still rises along a direction where a pricing was made.
    pub(crate) fn ascends(&self, priced: &Priced, direction: &[f64]) -> bool {
        let rows = self.kernel.rows.iter().zip(&priced.rows).zip(direction);
        let rise = rows.map(|((row, sum), along)| match () {
            () if *along > 0.0 && row.high.is_finite() => along * (sum - row.high),
            () if *along < 0.0 && row.low.is_finite() => along * (sum - row.low),
            () => 0.0,
        });
        rise.sum::<f64>() > 0.0
    }

    /// By place, what forcing a choice adds to the bound.
    pub(crate) fn excess(&self, priced: &Priced) -> Vec<f64> {
        let mut excess = vec![0.0; self.choices.len()];
        for index in (0..self.open.len()).filter(|index| !self.is_clustered[*index]) {
            let least = priced.reduced[priced.cheapest[index]];
            self.of(index).for_each(|place| excess[place] = priced.reduced[place] - least);
        }
        let mut tables = Tables::default();
        for cluster in &self.clusters {
            cluster.force(&priced.reduced, &priced.worth, &mut tables, &mut excess);
        }
        excess
    }

    /// The positions that are bounded by a line, with the share that the line follows the short side by.
    pub(crate) fn shares(&self, prices: &Prices) -> Vec<(usize, f64)> {
        let worth = self.worth(&PaidRows::of(self.kernel, prices));
        let is_loose = |position: &usize| self.spans[*position].is_loose() && !self.is_tied(*position, prices);
        let share = |position: usize| {
            let Span { low, high, .. } = self.spans[position];
            let worth = worth[position];
            (
                position,
                if worth > 0.0 { (-prices.slopes[position] / worth).clamp(0.0, 1.0) } else { low / (low - high) },
            )
        };
        (0..self.spans.len()).filter(is_loose).map(share).collect()
    }

    /// Whether a position is exact in a cluster: where accounts choose, none of them knows a whole cluster.
    fn is_tied(&self, position: usize, prices: &Prices) -> bool {
        prices.kept.is_none() && self.is_tied[position]
    }

    /// The line below what a position's short size costs, nothing for one that is exact in a cluster.
    pub(crate) fn line(&self, position: usize, worth: f64, prices: &Prices) -> Line {
        if self.is_tied(position, prices) {
            return Line { worth, at_zero: 0.0, slope: 0.0, kind: Kind::Exact };
        }
        let span = &self.spans[position];
        if span.is_loose() && worth >= 0.0 {
            let slope = prices.slopes[position].clamp(-worth, 0.0);
            return Line { worth, at_zero: 0.0, slope, kind: Kind::Free };
        }
        let (at_zero, slope) = span.chord();
        Line { worth, at_zero: worth * at_zero, slope: worth * slope, kind: Kind::Chord { at_zero, slope } }
    }

    /// Every mover at the cheapest of its choices: one choice for each mover of the kernel.
    pub(crate) fn placement(&self, remaining: &Remaining, priced: &Priced) -> Vec<usize> {
        let kernel = self.kernel;
        let mut next = 0;
        let pick = |mover: usize| {
            if self.open.get(next) == Some(&mover) {
                next += 1;
                return self.choices[priced.cheapest[next - 1]];
            }
            kernel.choices(mover).find(|choice| remaining.has(*choice)).unwrap_or(kernel.first_choice[mover])
        };
        (0..kernel.movers.len()).map(pick).collect()
    }
}

/// `at_zero + slope·P`, below what the short size of `P` costs.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// `κ`
    worth: f64,
    at_zero: f64,
    slope: f64,
    kind: Kind,
}

/// How a line is laid.
#[derive(Debug, Clone)]
enum Kind {
    /// Not at all.
    Exact,
    /// The short size counts as `at_zero + slope·P`.
    Chord { at_zero: f64, slope: f64 },
    /// Through 0, with any slope from `-κ` to 0.
    Free,
}

impl Line {
    /// At which short size a free line touches the costs nearest to `value`, and how far that is from it: how the bound
    /// follows the slope.
    fn lowest(&self, value: f64) -> (f64, f64) {
        if self.slope <= -self.worth && value <= 0.0 {
            (-value, 0.0)
        } else if self.slope >= 0.0 && value >= 0.0 {
            (0.0, 0.0)
        } else {
            (0.0, value)
        }
    }
}

/// The prices of rows, ready to be multiplied by many coefficients.
pub(crate) struct PaidRows<'p> {
    /// By account.
    own: Vec<Paid<'p>>,
    shared: Vec<(usize, f64)>,
}

/// The prices of an account's rows, in the form that is quicker to use.
enum Paid<'p> {
    /// Those that are not zero, as indices within the block.
    Few(Vec<(usize, f64)>),
    /// All of them.
    Many(&'p [f64]),
}

impl<'p> PaidRows<'p> {
    pub(crate) fn of(kernel: &Kernel<'_>, prices: &'p Prices) -> Self {
        let own = |account| {
            let few = paid_rows(kernel, prices, account);
            let all = &prices.rows[kernel.block(account)];
            if 3 * few.len() > all.len() { Paid::Many(all) } else { Paid::Few(few) }
        };
        Self { own: (0..kernel.accounts()).map(own).collect(), shared: paid_rows(kernel, prices, kernel.accounts()) }
    }

    /// What coefficients come to, first those in the rows of an account, then those in the shared ones.
    pub(crate) fn times(&self, kernel: &Kernel<'_>, account: usize, coefficients: &[f64]) -> f64 {
        let own = match &self.own[account] {
            Paid::Few(paid) => paid.iter().map(|(row, price)| price * coefficients[*row]).sum(),
            Paid::Many(prices) => dot(prices, coefficients),
        };
        if self.shared.is_empty() {
            return own;
        }
        let shared = &coefficients[kernel.block(account).len()..];
        own + self.shared.iter().map(|(row, price)| price * shared[*row]).sum::<f64>()
    }
}

/// The rows of a block that have a price, as indices within the block.
fn paid_rows(kernel: &Kernel<'_>, prices: &Prices, block: usize) -> Vec<(usize, f64)> {
    let prices = prices.rows[kernel.block(block)].iter().copied().enumerate();
    prices.filter(|(_, price)| *price != 0.0).collect()
}

/// The sum of products, four at a time.
fn dot(prices: &[f64], coefficients: &[f64]) -> f64 {
    let coefficients = &coefficients[..prices.len()];
    let mut sums = [0.0; 4];
    let (price_lanes, coefficient_lanes) = (prices.chunks_exact(4), coefficients.chunks_exact(4));
    let rest = price_lanes.remainder().iter().zip(coefficient_lanes.remainder());
    let rest: f64 = rest.map(|(price, c)| price * c).sum();
    for (price, c) in price_lanes.zip(coefficient_lanes) {
        for lane in 0..4 {
            sums[lane] += price[lane] * c[lane];
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

impl Priced {
    /// Whether the cheapest choices keep every row, as far as this pricing tells.
    pub(crate) fn keeps_rows(&self, kernel: &Kernel<'_>) -> bool {
        kernel.rows.iter().zip(&self.rows).all(|(row, sum)| *sum <= row.high + 1e-9 && *sum >= row.low - 1e-9)
    }
}

#[cfg(test)]
mod tests;
