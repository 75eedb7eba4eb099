//! What the best assignment of a day is, by trying all of them in whole numbers.
//!
//! Three accounts hold one bond at a price of 1, so that `load` is what an account holds. Its limit has to be kept from
//! getting worse at the first account, has to be cured at the second and is only reported at the third. `cost` is what an
//! account holds times its rate.

use super::calendar::Trade;

pub(super) const ACCOUNTS: usize = 3;

/// The most that each account may hold.
pub(super) const LIMITS: [i64; ACCOUNTS] = [100, 80, 60];

/// The account that may open beyond its limit and ends no worse.
pub(super) const MUST_NOT_WORSEN: usize = 0;

/// The account whose limit is kept in the end, or there is no assignment.
pub(super) const MUST_CURE: usize = 1;

/// What holding 1 costs, in hundredths.
const RATES: [i64; ACCOUNTS] = [1, 2, 5];

/// An assignment.
#[derive(Debug, Clone)]
pub(super) struct Booked {
    /// What each account holds then.
    pub(super) closing: [i64; ACCOUNTS],
    /// What it is worth, in hundredths.
    pub(super) worth: i64,
    /// Whether no other one is worth as much.
    pub(super) is_only_one: bool,
}

/// The limits of a day.
pub(super) fn limits(waived: bool) -> [Option<i64>; ACCOUNTS] {
    std::array::from_fn(|account| (!waived || account != MUST_NOT_WORSEN).then_some(LIMITS[account]))
}

/// The best assignment that keeps every limit; nothing where none does.
pub(super) fn best(opening: &[i64; ACCOUNTS], trades: &[Trade], waived: bool) -> Option<Booked> {
    let mut best: Option<Booked> = None;
    for number in 0..ACCOUNTS.pow(u32::try_from(trades.len()).expect("few trades")) {
        let Some(closing) = closing(opening, trades, number).filter(|closing| is_kept(opening, closing, waived)) else {
            continue;
        };
        let worth = worth(&closing);
        match &mut best {
            Some(best) if worth < best.worth => {}
            Some(best) if worth == best.worth => best.is_only_one = false,
            _ => best = Some(Booked { closing, worth, is_only_one: true }),
        }
    }
    best
}

/// Everything at the third account.
pub(super) fn dearest(opening: &[i64; ACCOUNTS], trades: &[Trade]) -> Booked {
    let mut closing = *opening;
    closing[ACCOUNTS - 1] += trades.iter().map(|trade| trade.quantity).sum::<i64>();
    Booked { closing, worth: worth(&closing), is_only_one: true }
}

/// What no assignment exceeds, whatever the limits: each trade where it is worth most.
pub(super) fn bound(opening: &[i64; ACCOUNTS], trades: &[Trade]) -> i64 {
    let most = |trade: &Trade| RATES.iter().map(|rate| -rate * trade.quantity).max().expect("an account");
    worth(opening) + trades.iter().map(most).sum::<i64>()
}

/// Hundredths as a decimal.
pub(super) fn decimal(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
    format!("{sign}{whole}.{part:02}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `(bound - worth) / max(|bound|, |worth|)` with nine decimals, rounded up.
pub(super) fn gap(bound: i64, worth: i64) -> String {
    let (distance, size) = (bound - worth, bound.abs().max(worth.abs()));
    let billionths = (distance * 1_000_000_000 + size - 1) / size;
    format!("0.{billionths:09}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What accounts hold when each trade is booked by its digit of the number; nothing where that is not where it is pinned.
fn closing(opening: &[i64; ACCOUNTS], trades: &[Trade], mut number: usize) -> Option<[i64; ACCOUNTS]> {
    let mut closing = *opening;
    for trade in trades {
        let account = number % ACCOUNTS;
        number /= ACCOUNTS;
        if trade.pin.is_some_and(|pin| pin != account) {
            return None;
        }
        closing[account] += trade.quantity;
    }
    Some(closing)
}

fn is_kept(opening: &[i64; ACCOUNTS], closing: &[i64; ACCOUNTS], waived: bool) -> bool {
    let at_first = waived || closing[MUST_NOT_WORSEN] <= LIMITS[MUST_NOT_WORSEN].max(opening[MUST_NOT_WORSEN]);
    at_first && closing[MUST_CURE] <= LIMITS[MUST_CURE]
}

fn worth(holdings: &[i64; ACCOUNTS]) -> i64 {
    holdings.iter().zip(RATES).map(|(held, rate)| -held * rate).sum()
}
