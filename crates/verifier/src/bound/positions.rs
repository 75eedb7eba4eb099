//! The positions that trades can still move, in a node of the tree, and the priced sum over them.
//!
//! For each position `P` of account `a` in security `s`, with `up = Σ weight·w⁺` and `down = Σ weight·w⁻` over metrics:
//! `F(P) = up·max(P,0) + down·max(-P,0)`, `P = base + Σ V` of the open trades booked there, between `low` and `high`.
//!
//! | `P` | `F(P)` is at most |
//! | --- | --- |
//! | moved by no open trade | `F(base)` |
//! | moved by one | `F(base)`, and `F(base + V) - F(base)` where that trade comes |
//! | `low >= 0`, `high <= 0`, or `up = -down` | `d·P`, with `d` the slope of that side |
//! | on both sides of 0 | `c + d·P`, `c = max F(P) - d·P` over `low`, `high` and 0, for whatever slope `d` |
//!
//! Without a slope in the list `d = (F(high) - F(low)) / (high - low)`, rounded down at 18 decimals. What an open trade
//! adds at an account is then a number, less what a change takes off if it is one, and it goes where that is largest.

use std::ops::Range;

use domain::Amount;
use metric_engine::{Additive, Book, Form};

use super::NoProof;
use super::changes::Home;
use super::number::{Number, QUOTIENT_DECIMALS, Units};
use super::priced::Weights;

/// Every position that trades can move, with the choices that are left to them.
pub(super) struct Positions<'a, N> {
    book: &'a Book,
    value_decimals: i64,
    rate_decimals: i64,
    /// By account, then by security.
    positions: Vec<Position<N>>,
    /// By account and security, as an index into `positions`; [`NOT_MOVED`] for the others.
    index: Vec<usize>,
    trades: Vec<Trade<N>>,
    /// `[account][metric]`: the size of its largest rate.
    largest_rates: Vec<Vec<N>>,
    /// The size of the largest position that any choice gives.
    largest_value: N,
}

const NOT_MOVED: usize = usize::MAX;

/// A position that some trade may move.
struct Position<N> {
    account: usize,
    security: usize,
    opening: N,
    /// With the trades that are booked here for sure.
    base: N,
    /// What open trades could add at most, and what they could take away (0 or below).
    rise: N,
    fall: N,
    /// How many open trades could move it.
    movers: usize,
}

struct Trade<N> {
    /// What it moves, by security; none of them 0.
    legs: Vec<(usize, N)>,
    /// Where it may go, ascending; never empty. With one account it is booked, with more it is open.
    accounts: Vec<usize>,
    /// Where the last plan has it.
    home: Home,
}

/// `F` of every position under a price list.
pub(super) struct Priced<N: Number> {
    pub(super) units: Units,
    /// `Σ λ·constant + Σ weight·M0`.
    constant: Amount,
    /// `-Σ F(P0)`.
    opening: N::Product,
    /// What a change from the last plan adds, 0 or below.
    change: N::Product,
    sides: Vec<Sides<N>>,
}

/// Lines above the positions of a node: what is decided adds up to, and the slope of each for open trades.
pub(super) struct Lines<N: Number> {
    total: N::Product,
    slopes: Vec<N>,
    /// The position of the first slope.
    first: usize,
}

/// `F` of one position.
struct Sides<N> {
    up: N,
    down: N,
    /// The slope that the list gives.
    slope: Option<N>,
}

/// The legs of a trade, the accounts that it may go to, and where the last plan has it.
type Stated = (Vec<(usize, Amount)>, Vec<usize>, Home);

impl<'a, N: Number> Positions<'a, N> {
    /// The positions with every choice open that pins and acceptances leave; nothing where a number does not fit.
    ///
    /// # Errors
    /// A trade that may be booked nowhere, or a position without a coefficient.
    pub(super) fn new(book: &'a Book, homes: &[Home]) -> Result<Option<Self>, NoProof> {
        let mut value_decimals = 0;
        let mut trades = Vec::with_capacity(book.trades.len());
        for (line, home) in book.trades.iter().zip(homes) {
            let may_go = |account: &metric_engine::AccountBook| {
                account.accepts[line.security] && line.pin.as_ref().is_none_or(|pin| *pin == account.id)
            };
            let accounts: Vec<usize> =
                (0..book.accounts.len()).filter(|index| may_go(&book.accounts[*index])).collect();
            if accounts.is_empty() {
                return Err(NoProof::Homeless(line.id.clone()));
            }
            let mut legs: Vec<(usize, Amount)> = Vec::with_capacity(line.legs.len());
            for leg in &line.legs {
                match legs.iter_mut().find(|(security, _)| *security == leg.security) {
                    Some((_, value)) => *value += &leg.value_base,
                    None => legs.push((leg.security, leg.value_base.clone())),
                }
            }
            legs.retain(|(_, value)| !value.is_zero());
            value_decimals = legs.iter().map(|(_, value)| value.decimals()).fold(value_decimals, i64::max);
            trades.push((legs, accounts, *home));
        }
        let securities = book.securities.len();
        let mut moved = vec![false; book.accounts.len() * securities];
        for (legs, accounts, _) in &trades {
            for account in accounts {
                legs.iter().for_each(|(security, _)| moved[account * securities + security] = true);
            }
        }
        let openings = book.accounts.iter().flat_map(|account| &account.opening);
        let opens = openings.zip(&moved).filter(|(opening, moved)| **moved && !opening.is_zero());
        value_decimals = opens.map(|(opening, _)| opening.decimals()).fold(value_decimals, i64::max);
        let rate_decimals = rate_decimals(book, &moved)?;
        let all = Self {
            book,
            value_decimals,
            rate_decimals,
            positions: Vec::new(),
            index: vec![NOT_MOVED; moved.len()],
            trades: Vec::with_capacity(trades.len()),
            largest_rates: Vec::new(),
            largest_value: N::zero(),
        };
        Ok(all.filled(&moved, trades))
    }

    fn filled(mut self, moved: &[bool], trades: Vec<Stated>) -> Option<Self> {
        let book = self.book;
        let securities = book.securities.len();
        for spot in (0..moved.len()).filter(|spot| moved[*spot]) {
            let (account, security) = (spot / securities, spot % securities);
            let opening = N::read(&book.accounts[account].opening[security], self.value_decimals)?;
            self.index[spot] = self.positions.len();
            let (base, rise, fall) = (opening.clone(), N::zero(), N::zero());
            self.positions.push(Position { account, security, opening, base, rise, fall, movers: 0 });
        }
        let mut turnover = N::zero();
        for (legs, accounts, home) in trades {
            let read = |(security, value): (usize, Amount)| Some((security, N::read(&value, self.value_decimals)?));
            let legs: Vec<(usize, N)> = legs.into_iter().map(read).collect::<Option<_>>()?;
            for (_, value) in &legs {
                turnover = turnover.plus_size(&value.size(), &N::one())?;
            }
            self.trades.push(Trade { legs, accounts, home });
        }
        let held = self.positions.iter().map(|position| position.opening.size()).max().unwrap_or_else(N::zero);
        self.largest_value = turnover.plus_size(&held, &N::one())?;
        self.largest_rates = self.largest_rates()?;
        (0..self.trades.len()).for_each(|trade| self.count(trade, true));
        Some(self)
    }

    fn largest_rates(&self) -> Option<Vec<Vec<N>>> {
        let sums = |account: &metric_engine::AccountBook| vec![N::zero(); account.metrics.len()];
        let mut largest: Vec<Vec<N>> = self.book.accounts.iter().map(sums).collect();
        for position in &self.positions {
            for (metric, additive) in sums_of(self.book, position.account) {
                let rates = additive.rates[position.security]?;
                for rate in [rates.long, rates.short].iter().filter(|rate| !rate.is_zero()) {
                    let size = N::read_rate(*rate, self.rate_decimals)?.size();
                    let known = &mut largest[position.account][metric];
                    *known = size.max(known.clone());
                }
            }
        }
        Some(largest)
    }

    /// The accounts that a trade may still go to.
    pub(super) fn accounts(&self, trade: usize) -> &[usize] {
        &self.trades[trade].accounts
    }

    /// Leaves these accounts to a trade, and returns those that it had.
    pub(super) fn restrict(&mut self, trade: usize, accounts: Vec<usize>) -> Vec<usize> {
        self.count(trade, false);
        let before = std::mem::replace(&mut self.trades[trade].accounts, accounts);
        self.count(trade, true);
        before
    }

    /// Counts what a trade may move, or no longer does.
    fn count(&mut self, trade: usize, add: bool) {
        let Trade { legs, accounts, .. } = &self.trades[trade];
        for account in accounts {
            for (security, value) in legs {
                let position = &mut self.positions[self.index[account * self.book.securities.len() + security]];
                let part = match (accounts.len() == 1, *value > N::zero()) {
                    (true, _) => &mut position.base,
                    (false, true) => &mut position.rise,
                    (false, false) => &mut position.fall,
                };
                *part = if add { part.plus(value) } else { part.minus(value) };
                if accounts.len() > 1 {
                    position.movers = if add { position.movers + 1 } else { position.movers - 1 };
                }
            }
        }
    }

    /// `F` of every position; nothing where a number does not fit.
    pub(super) fn price(&self, weights: &Weights) -> Option<Priced<N>> {
        let given = weights.slopes.values().map(Amount::decimals);
        let slope_decimals = given.fold(QUOTIENT_DECIMALS.max(weights.per_change.decimals()), i64::max);
        let of_weights = weights.by_metric.iter().flatten().filter(|weight| !weight.is_zero()).map(Amount::decimals);
        let weight = of_weights.fold((slope_decimals - self.rate_decimals).max(0), i64::max);
        let units = Units { value: self.value_decimals, rate: self.rate_decimals, weight };
        let read = |weights: &Vec<Amount>| weights.iter().map(|amount| N::read(amount, weight)).collect();
        let by_metric: Vec<Vec<N>> = weights.by_metric.iter().map(read).collect::<Option<_>>()?;
        let slope = |amount: &Amount| N::read(amount, units.slope());
        let mut largest = N::zero();
        for (weights, rates) in by_metric.iter().zip(&self.largest_rates) {
            let mut sizes = weights.iter().zip(rates);
            let sum = sizes.try_fold(N::zero(), |sum, (weight, rate)| sum.plus_size(&weight.size(), rate))?;
            largest = largest.max(sum);
        }
        for given in weights.slopes.values() {
            largest = largest.max(slope(given)?.size());
        }
        // What a change takes off is a slope too, of a value of 1.
        let (per_change, one) = (slope(&weights.per_change)?, N::read(&Amount::from(1), self.value_decimals)?);
        let (largest, largest_value) = (largest.max(per_change.size()), self.largest_value.clone().max(one.clone()));
        // Eight products a position, two a leg and one a trade are more than any sum below has.
        let terms = 8 * self.positions.len() + self.trades.iter().map(|trade| 2 * trade.legs.len() + 1).sum::<usize>();
        if !N::fits(&largest, &largest_value, terms, units) {
            return None;
        }
        let mut priced = Priced {
            units,
            constant: weights.constant.clone(),
            opening: N::no_product(),
            change: per_change.negated().times(&one),
            sides: Vec::with_capacity(self.positions.len()),
        };
        let mut active: Vec<(&Additive, &N)> = Vec::new();
        let mut of_account = None;
        for position in &self.positions {
            if of_account != Some(position.account) {
                of_account = Some(position.account);
                let weighed = sums_of(self.book, position.account);
                let weighed = weighed.map(|(metric, additive)| (additive, &by_metric[position.account][metric]));
                active.clear();
                active.extend(weighed.filter(|(_, weight)| **weight != N::zero()));
            }
            let (mut up, mut down) = (N::zero(), N::zero());
            for (additive, weight) in &active {
                let rates = additive.rates[position.security]?;
                up = up.plus_priced(weight, rates.long, units);
                down = down.plus_priced(weight, rates.short, units);
            }
            let given = weights.slopes.get(&(position.account, position.security));
            let sides = Sides { up, down, slope: given.map(slope).unwrap_or_default() };
            priced.opening = N::difference(&priced.opening, &sides.of(&position.opening));
            priced.sides.push(sides);
        }
        Some(priced)
    }

    /// What the priced sum cannot exceed in this node.
    pub(super) fn bound(&self, priced: &Priced<N>) -> Amount {
        let lines = self.lines(priced, self.all());
        let mut total = lines.total.clone();
        for (index, trade) in self.trades.iter().enumerate() {
            let at = |account: &usize| self.added(index, *account, priced, &lines);
            let best = trade.accounts.iter().map(at).max().expect("a trade has accounts");
            total = N::sum(&total, &best);
        }
        &priced.constant + &N::to_amount(&total, priced.units)
    }

    /// A line above each position of these; nothing else is priced.
    pub(super) fn lines(&self, priced: &Priced<N>, range: Range<usize>) -> Lines<N> {
        let mut total = priced.opening.clone();
        let mut slopes = Vec::with_capacity(range.len());
        for (position, sides) in self.positions[range.clone()].iter().zip(&priced.sides[range.clone()]) {
            let slope = if position.movers < 2 {
                total = N::sum(&total, &sides.of(&position.base));
                N::zero()
            } else {
                let (low, high) = (position.base.plus(&position.fall), position.base.plus(&position.rise));
                let (slope, offset) = sides.line(&low, &high, priced.units);
                total = N::sum(&total, &N::sum(&offset, &slope.times(&position.base)));
                slope
            };
            slopes.push(slope);
        }
        Lines { total, slopes, first: range.start }
    }

    /// Every position.
    pub(super) fn all(&self) -> Range<usize> {
        0..self.positions.len()
    }

    /// The positions of an account.
    pub(super) fn of_account(&self, account: usize) -> Range<usize> {
        let first = |account: usize| self.positions.partition_point(|position| position.account < account);
        first(account)..first(account + 1)
    }

    /// The priced sum of what is decided, open trades apart.
    pub(super) fn constant(&self, priced: &Priced<N>, lines: &Lines<N>) -> Amount {
        &priced.constant + &N::to_amount(&lines.total, priced.units)
    }

    /// What a trade adds at an account. The position of one that is booked has it already.
    pub(super) fn added(&self, trade: usize, account: usize, priced: &Priced<N>, lines: &Lines<N>) -> N::Product {
        let trade = &self.trades[trade];
        let change = if trade.home.is_left_for(account) { priced.change.clone() } else { N::no_product() };
        let open_legs = if trade.accounts.len() > 1 { &trade.legs[..] } else { &[] };
        open_legs.iter().fold(change, |total, (security, value)| {
            let index = self.index[account * self.book.securities.len() + security];
            let position = &self.positions[index];
            let added = if position.movers == 1 {
                let sides = &priced.sides[index];
                N::difference(&sides.of(&position.base.plus(value)), &sides.of(&position.base))
            } else {
                lines.slopes[index - lines.first].times(value)
            };
            N::sum(&total, &added)
        })
    }
}

impl<N: Number> Sides<N> {
    /// `F(P)`.
    fn of(&self, position: &N) -> N::Product {
        if *position < N::zero() { self.down.times(&position.negated()) } else { self.up.times(position) }
    }

    /// `(d, c)` with `F(P) <= c + d·P` for every `P` from `low` to `high`.
    fn line(&self, low: &N, high: &N, units: Units) -> (N, N::Product) {
        let down_slope = self.down.negated();
        if *low >= N::zero() || self.up == down_slope {
            return (self.up.clone(), N::no_product());
        }
        if *high <= N::zero() {
            return (down_slope, N::no_product());
        }
        let slope = self.slope.clone().unwrap_or_else(|| {
            let rise = N::difference(&self.of(high), &self.of(low));
            N::slope_of(&rise, &high.minus(low), units)
        });
        // F is straight on each side of 0, so that the three ends of its pieces decide.
        let above = |position: &N| N::difference(&self.of(position), &slope.times(position));
        let offset = above(low).max(above(high)).max(N::no_product());
        (slope, offset)
    }
}

/// The sums among the metrics of an account, with their indices.
fn sums_of(book: &Book, account: usize) -> impl Iterator<Item = (usize, &Additive)> {
    book.accounts[account].metrics.iter().enumerate().filter_map(|(index, metric)| match &metric.form {
        Form::Additive(additive) => Some((index, additive)),
        Form::Quotient { .. } => None,
    })
}

/// The most decimals of any rate of a position that trades move; each of them has rates.
fn rate_decimals(book: &Book, moved: &[bool]) -> Result<i64, NoProof> {
    let mut decimals = 0;
    for spot in (0..moved.len()).filter(|spot| moved[*spot]) {
        let (account, security) = (spot / book.securities.len(), spot % book.securities.len());
        for (metric, additive) in sums_of(book, account) {
            let Some(rates) = additive.rates.get(security).copied().flatten() else {
                let (account, security) = (&book.accounts[account], &book.securities[security]);
                let metric = account.metrics[metric].name.clone();
                return Err(NoProof::NoCoefficient {
                    account: account.id.clone(),
                    metric,
                    security: security.id.clone(),
                });
            };
            decimals = decimals.max(i64::from(rates.long.scale().max(rates.short.scale())));
        }
    }
    Ok(decimals)
}
