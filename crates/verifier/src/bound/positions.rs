//! The positions that trades can still move, in a node of the tree, and what they are worth under a price list.
//!
//! For each position `P` of account `a` in security `s`, with `up = Σ weight·w⁺` and `down = Σ weight·w⁻` over metrics:
//! `F(P) = up·max(P,0) + down·max(-P,0)`, `P = base + Σ V` of the open trades booked there, between `low` and `high`.
//!
//! `bound/sum.rs` adds it up.

use std::collections::BTreeMap;
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
    pub(super) positions: Vec<Position<N>>,
    /// By account and security, as an index into `positions`; [`NOT_MOVED`] for the others.
    index: Vec<usize>,
    pub(super) trades: Vec<Trade<N>>,
    /// `[account][metric]`: the size of its largest rate.
    largest_rates: Vec<Vec<N>>,
    /// The size of the largest position that any choice gives.
    largest_value: N,
}

const NOT_MOVED: usize = usize::MAX;

/// A position that some trade may move.
pub(super) struct Position<N> {
    pub(super) account: usize,
    security: usize,
    opening: N,
    /// With the trades that are booked here for sure.
    pub(super) base: N,
    /// What open trades could add at most, and what they could take away (0 or below).
    rise: N,
    fall: N,
    /// How many open trades could move it.
    pub(super) movers: usize,
}

pub(super) struct Trade<N> {
    /// What it moves, by security; none of them 0.
    pub(super) legs: Vec<(usize, N)>,
    /// Where it may go, ascending; never empty. With one account it is booked, with more it is open.
    pub(super) accounts: Vec<usize>,
    /// Where the last plan has it.
    pub(super) home: Home,
}

/// `F` of every position under a price list.
pub(super) struct Priced<N: Number> {
    pub(super) units: Units,
    /// `Σ λ·constant + Σ weight·M0`.
    pub(super) constant: Amount,
    /// `-Σ F(P0)`.
    pub(super) opening: N::Product,
    /// What a change from the last plan adds, 0 or below.
    pub(super) change: N::Product,
    /// What a booking adds by itself, by trade and account.
    pub(super) bookings: BTreeMap<(usize, usize), N::Product>,
    pub(super) sides: Vec<Sides<N>>,
}

/// `F` of one position.
pub(super) struct Sides<N> {
    pub(super) up: N,
    pub(super) down: N,
    /// The slope that the list gives.
    pub(super) slope: Option<N>,
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

    /// The position of a security that some trade moves, as an index.
    pub(super) fn place(&self, account: usize, security: usize) -> usize {
        self.index[account * self.book.securities.len() + security]
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
        let given = weights.slopes.values().chain(weights.by_booking.values()).map(Amount::decimals);
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
        let mut by_booking = BTreeMap::new();
        for (booking, amount) in &weights.by_booking {
            by_booking.insert(*booking, slope(amount)?);
        }
        let of_bookings = by_booking.values().map(N::size).max().unwrap_or_else(N::zero);
        let (largest, largest_value) =
            (largest.max(per_change.size()).max(of_bookings), self.largest_value.clone().max(one.clone()));
        // Eight products a position, two a leg and two a trade are more than any sum below has.
        let terms = 8 * self.positions.len() + self.trades.iter().map(|trade| 2 * trade.legs.len() + 2).sum::<usize>();
        if !N::fits(&largest, &largest_value, terms, units) {
            return None;
        }
        let mut priced = Priced {
            units,
            constant: weights.constant.clone(),
            opening: N::no_product(),
            change: per_change.negated().times(&one),
            bookings: by_booking.into_iter().map(|(booking, amount)| (booking, amount.times(&one))).collect(),
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
}

impl<N: Number> Position<N> {
    /// The least and the most that it can come to.
    pub(super) fn low(&self) -> N {
        self.base.plus(&self.fall)
    }

    pub(super) fn high(&self) -> N {
        self.base.plus(&self.rise)
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
