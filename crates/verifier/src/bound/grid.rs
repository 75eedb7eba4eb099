//! The grid that the values of an objective, or of one level of it, lie on: all of them differ by whole multiples of a last
//! decimal, so that between two of them no assignment can be, and a bound may be taken down to the nearest one.
//!
//! A trade without a choice is *settled*, and moves the value that all others are counted from. What a trade with one adds
//! at an account is a number of its own in every metric, as long as each position that it moves has one line to follow:
//! it stays on one side of 0, has one rate for both, or is moved by nothing else. The value has the last decimal of the
//! largest of those numbers. Any other position adds `OP·W·w⁺·V` for each trade and `OP·W·(w⁺ + w⁻)·[n(P) - n(P0)]` with
//! `n(P) = max(-P, 0)`, which has the decimals of that rate and of the position. A change from the last plan takes off its
//! cost.

use domain::{Amount, SideRates};
use metric_engine::{AccountBook, Book, Form, Leg, TradeLine};

use super::priced::Prices;
use crate::value::contribution;

/// The largest value that the objective may have at or below `bound`.
pub(super) fn lowered(bound: &Amount, book: &Book, prices: &Prices<'_>) -> Amount {
    let (settled, decimals) = grid(book, prices);
    let above = bound - &settled;
    let nearest = above.rounded(decimals);
    let below = if nearest > above { &nearest - &Amount::from_parts(1, decimals) } else { nearest };
    &settled + &below
}

/// A value that others lie at whole multiples of the last decimal from, and that decimal.
fn grid(book: &Book, prices: &Prices<'_>) -> (Amount, i64) {
    let choices: Vec<Vec<usize>> = book.trades.iter().map(|line| accounts(book, line)).collect();
    let (mut settled, mut decimals) = changes(prices, &choices);
    settled += &prices.opening_objective();
    for (index, (account, worths)) in book.accounts.iter().zip(prices.worths()).enumerate() {
        if worths.iter().all(Amount::is_zero) {
            continue;
        }
        let (held, free) = held(book, index, &choices);
        for (metric, worth) in account.metrics.iter().zip(worths).filter(|(_, worth)| !worth.is_zero()) {
            let Form::Additive(additive) = &metric.form else { continue };
            let mut lines: Vec<Option<Line>> = Vec::with_capacity(held.len());
            for ((rates, opening), held) in additive.rates.iter().zip(&account.opening).zip(&held) {
                let moved = rates.filter(|_| held.base != *opening || !held.values.is_empty());
                if let Some(rates) = moved {
                    settled += &(worth * &(contribution(rates, &held.base) - contribution(rates, opening)));
                }
                lines.push(moved.filter(|_| !held.values.is_empty()).map(|rates| Line::of(worth, rates, held)));
            }
            let kinks = lines.iter().flatten().map(|line| line.kink_decimals);
            decimals = kinks.fold(decimals, i64::max);
            decimals = free.iter().fold(decimals, |known, legs| of_trade(legs, &lines, known));
        }
    }
    (settled, decimals)
}

/// Where a trade may go.
fn accounts(book: &Book, line: &TradeLine) -> Vec<usize> {
    let may_go = |account: &AccountBook| {
        account.accepts[line.security] && line.pin.as_ref().is_none_or(|pin| *pin == account.id)
    };
    (0..book.accounts.len()).filter(|index| may_go(&book.accounts[*index])).collect()
}

/// What changes take off that are made whatever is decided, and the decimals of those that may be made.
fn changes(prices: &Prices<'_>, choices: &[Vec<usize>]) -> (Amount, i64) {
    let (cost, mut settled, mut decimals) = (prices.cost_per_change(), Amount::zero(), 0);
    for (home, accounts) in prices.homes().iter().zip(choices).filter(|_| !cost.is_zero()) {
        let left = accounts.iter().filter(|account| home.is_left_for(**account)).count();
        if left == accounts.len() {
            settled -= cost;
        } else if left > 0 {
            decimals = cost.decimals();
        }
    }
    (settled, decimals)
}

/// A position of an account as far as it is settled, and what trades with a choice may move it by.
#[derive(Default, Clone)]
struct Held<'a> {
    base: Amount,
    values: Vec<&'a Amount>,
}

/// The positions of an account, and the legs of each trade that may go there or elsewhere.
fn held<'a>(book: &'a Book, account: usize, choices: &[Vec<usize>]) -> (Vec<Held<'a>>, Vec<&'a [Leg]>) {
    let opens = |base: &Amount| Held { base: base.clone(), values: Vec::new() };
    let mut held: Vec<Held<'_>> = book.accounts[account].opening.iter().map(opens).collect();
    let mut free = Vec::new();
    for (line, accounts) in book.trades.iter().zip(choices).filter(|(_, accounts)| accounts.contains(&account)) {
        if accounts.len() == 1 {
            line.legs.iter().for_each(|leg| held[leg.security].base += &leg.value_base);
        } else {
            line.legs.iter().for_each(|leg| held[leg.security].values.push(&leg.value_base));
            free.push(line.legs.as_slice());
        }
    }
    (held, free)
}

/// What a position adds to the value for what a trade moves it by.
struct Line {
    /// So much for a unit, or as a whole where one trade moves it.
    part: Amount,
    is_whole: bool,
    /// The decimals of `part`.
    decimals: i64,
    /// The decimals of the rest where it may end on both sides of 0; 0 elsewhere.
    kink_decimals: i64,
}

impl Line {
    fn of(worth: &Amount, rates: SideRates, held: &Held<'_>) -> Self {
        let (long, short) = (worth * &rates.long.into(), worth * &rates.short.into());
        let side = |negative| held.values.iter().filter(move |value| value.is_negative() == negative);
        let low = side(true).fold(held.base.clone(), |sum, value| sum + *value);
        let high = side(false).fold(held.base.clone(), |sum, value| sum + *value);
        let kink = &long + &short;
        let (mut is_whole, mut kink_decimals) = (false, 0);
        let part = if !low.is_negative() || kink.is_zero() {
            long
        } else if !high.is_positive() {
            -short
        } else if let [value] = held.values.as_slice() {
            is_whole = true;
            worth * &(contribution(rates, &(&held.base + *value)) - contribution(rates, &held.base))
        } else {
            let values = held.values.iter().map(|value| value.decimals());
            kink_decimals = kink.decimals() + values.fold(held.base.decimals(), i64::max);
            long
        };
        Self { decimals: part.decimals(), part, is_whole, kink_decimals }
    }

    /// What it adds for a leg.
    fn add(&self, leg: &Leg) -> Amount {
        if self.is_whole { self.part.clone() } else { &self.part * &leg.value_base }
    }

    /// The most decimals that this can have.
    fn most_decimals(&self, leg: &Leg) -> i64 {
        self.decimals + if self.is_whole { 0 } else { leg.value_base.decimals() }
    }
}

/// The decimals of what a trade adds to a metric, as far as they are more than `known`.
fn of_trade(legs: &[Leg], lines: &[Option<Line>], known: i64) -> i64 {
    let moved = || legs.iter().filter_map(|leg| Some((leg, lines[leg.security].as_ref()?)));
    if moved().all(|(leg, line)| line.most_decimals(leg) <= known) {
        return known;
    }
    known.max(moved().map(|(leg, line)| line.add(leg)).sum::<Amount>().decimals())
}
