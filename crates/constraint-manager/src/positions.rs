//! The positions of an account as the decisions move them.

use std::collections::BTreeMap;

use domain::{Amount, SecurityId, SideRates};
use metric_engine::{Additive, Book};

use crate::Expression;
use crate::expression::collect;

/// A position whose sign is open: `P = base + Σᵢ Vᵢ·x[i,a]` with `lowest < 0 < highest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetPosition {
    /// The account, as an index.
    pub account: usize,
    /// The security; a currency for cash.
    pub security: SecurityId,
    /// What is held whatever is decided, in base currency.
    pub base: Amount,
    /// `Vᵢ` by trade, as an index; at least two.
    pub bookings: Vec<(usize, Amount)>,
    /// The smallest value that any choice of trades gives.
    pub lowest: Amount,
    /// The largest value that any choice of trades gives.
    pub highest: Amount,
}

impl NetPosition {
    /// `P` under a placement.
    pub fn value(&self, placement: &[usize]) -> Amount {
        let here = self.bookings.iter().filter(|(trade, _)| placement[*trade] == self.account);
        here.fold(self.base.clone(), |total, (_, value)| total + value)
    }

    /// `n = max(-P, 0)` under a placement.
    pub fn short(&self, placement: &[usize]) -> Amount {
        short_size(&self.value(placement))
    }
}

fn short_size(value: &Amount) -> Amount {
    if value.is_negative() { -value } else { Amount::zero() }
}

/// The positions of one account that trades can move, and the net positions that its expressions needed.
pub(crate) struct Positions<'a> {
    account: usize,
    opening: &'a [Amount],
    moved: Vec<MovedPosition>,
}

struct MovedPosition {
    security: usize,
    position: NetPosition,
    /// Its index among the problem's positions, once an expression has needed it.
    index: Option<usize>,
}

impl<'a> Positions<'a> {
    /// The positions of `account` that trades which may be booked there can move. `allowed` has
    /// the accounts of each trade; one with a single account moves the base.
    pub(crate) fn of(book: &'a Book, account: usize, allowed: &[Vec<usize>]) -> Self {
        let opening = &book.accounts[account].opening;
        let mut moved: BTreeMap<usize, (Amount, Vec<(usize, Amount)>)> = BTreeMap::new();
        for (trade, line) in book.trades.iter().enumerate() {
            if !allowed[trade].contains(&account) {
                continue;
            }
            for leg in &line.legs {
                let (base, bookings) =
                    moved.entry(leg.security).or_insert_with(|| (opening[leg.security].clone(), Vec::new()));
                if allowed[trade].len() == 1 {
                    *base += &leg.value_base;
                } else {
                    bookings.push((trade, leg.value_base.clone()));
                }
            }
        }
        let moved = moved.into_iter().map(|(security, (base, bookings))| {
            let signed = |negative: bool| {
                let part = bookings.iter().filter(|(_, value)| value.is_negative() == negative);
                part.fold(base.clone(), |total, (_, value)| total + value)
            };
            let (lowest, highest) = (signed(true), signed(false));
            let security_id = book.securities[security].id.clone();
            let position = NetPosition { account, security: security_id, base, bookings, lowest, highest };
            MovedPosition { security, position, index: None }
        });
        Self { account, opening, moved: moved.collect() }
    }

    /// `M[a,m]` of an additive metric. Net positions are used only where nothing simpler is exact, and are
    /// appended to `positions` the first time one is.
    pub(crate) fn expression(&mut self, additive: &Additive, positions: &mut Vec<NetPosition>) -> Expression {
        let mut constant = additive.opening.clone();
        let (mut bookings, mut shorts) = (Vec::new(), Vec::new());
        for moved in &mut self.moved {
            let rates = additive.rates_of(moved.security);
            let position = &moved.position;
            constant += &(rates.apply(&position.base) - rates.apply(&self.opening[moved.security]));
            match slope(rates, position) {
                Slope::Constant(slope) => {
                    bookings.extend(position.bookings.iter().map(|(trade, value)| (*trade, value * &slope)));
                }
                Slope::OneBooking => {
                    let (trade, value) = &position.bookings[0];
                    let step = rates.apply(&(&position.base + value)) - rates.apply(&position.base);
                    bookings.push((*trade, step));
                }
                Slope::Kinked => {
                    let long = Amount::from(rates.long);
                    let kink = &long + &Amount::from(rates.short);
                    bookings.extend(position.bookings.iter().map(|(trade, value)| (*trade, value * &long)));
                    constant -= &(&kink * &short_size(&position.base));
                    let index = *moved.index.get_or_insert_with(|| {
                        positions.push(position.clone());
                        positions.len() - 1
                    });
                    shorts.push((index, kink));
                }
            }
        }
        debug_assert!(positions.iter().all(|position| position.account <= self.account), "accounts come in order");
        Expression { constant, bookings: collect(bookings), shorts: collect(shorts) }
    }
}

/// How a metric follows a position.
enum Slope {
    /// In proportion, over every value that the position can take.
    Constant(Amount),
    /// One trade moves it, so that there are two values and any two are on a line.
    OneBooking,
    /// In proportion on each side of zero, and both sides can be reached.
    Kinked,
}

fn slope(rates: SideRates, position: &NetPosition) -> Slope {
    if rates.is_linear() || !position.lowest.is_negative() {
        Slope::Constant(Amount::from(rates.long))
    } else if !position.highest.is_positive() {
        Slope::Constant(-Amount::from(rates.short))
    } else if position.bookings.len() == 1 {
        Slope::OneBooking
    } else {
        Slope::Kinked
    }
}
