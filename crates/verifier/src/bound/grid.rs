//! The grid that the values of an objective, or of one level of it, lie on: all of them differ by whole multiples of a last decimal, so that
//! between two of them no assignment can be, and a bound may be taken down to the nearest one.
//!
//! `f(P) - f(P0) = w⁺·ΣV + (w⁺ + w⁻)·[n(P) - n(P0)]` with `n(P) = max(-P, 0)`: the last decimal of `OP·W·w⁺·V` for every
//! value `V` that a trade may move, and, where a position has a rate for each side, that of `OP·W·(w⁺ + w⁻)` times that of
//! the position. A change from the last plan takes off its cost.

use domain::Amount;
use metric_engine::{Book, Form};

use super::priced::Prices;

/// The values that trades may move in a security, with the most decimals that one of them has.
#[derive(Default)]
struct Moved<'a> {
    values: Vec<&'a Amount>,
    decimals: i64,
}

/// The largest value that the objective may have at or below `bound`.
pub(super) fn lowered(bound: &Amount, book: &Book, prices: &Prices<'_>) -> Amount {
    let opens = prices.opening_objective();
    let decimals = decimals(book, prices);
    let above = bound - &opens;
    let nearest = above.rounded(decimals);
    let below = if nearest > above { &nearest - &Amount::from_parts(1, decimals) } else { nearest };
    &opens + &below
}

/// How many decimals the objective of an assignment has at most, less that of the opening.
fn decimals(book: &Book, prices: &Prices<'_>) -> i64 {
    let mut moved: Vec<Moved<'_>> = book.securities.iter().map(|_| Moved::default()).collect();
    for leg in book.trades.iter().flat_map(|trade| &trade.legs) {
        let moved = &mut moved[leg.security];
        moved.values.push(&leg.value_base);
        moved.decimals = moved.decimals.max(leg.value_base.decimals());
    }
    let mut most = prices.cost_per_change().decimals();
    for (account, worths) in book.accounts.iter().zip(prices.worths()) {
        for (metric, worth) in account.metrics.iter().zip(worths).filter(|(_, worth)| !worth.is_zero()) {
            let Form::Additive(additive) = &metric.form else { continue };
            let held = additive.rates.iter().zip(&account.opening).zip(&moved);
            for ((rates, opening), moved) in held.filter(|(_, moved)| !moved.values.is_empty()) {
                let Some(rates) = rates else { continue };
                let (long, short) = (worth * &rates.long.into(), worth * &rates.short.into());
                most = most.max(of_products(&long, moved, most));
                let kink = long + short;
                if !kink.is_zero() {
                    most = most.max(kink.decimals() + moved.decimals.max(opening.decimals()));
                }
            }
        }
    }
    most
}

/// The most decimals that `rate` times a moved value has, as far as they are more than `known`.
fn of_products(rate: &Amount, moved: &Moved<'_>, known: i64) -> i64 {
    if rate.decimals() + moved.decimals <= known {
        return known;
    }
    moved.values.iter().map(|value| (rate * *value).decimals()).fold(known, i64::max)
}
