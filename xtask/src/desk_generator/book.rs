//! The securities, trades and opening positions of a made-up desk.
//!
//! Values are in cents, `value = par × price / 100 + accrued`, prices in thousandths of a percent of par. Opening
//! books are long, financed with cash to four fifths, and twice as large as an even share of the trades.

use std::fmt::Write as _;

use super::DeskPlan;
use crate::random::Random;

/// A bond.
#[derive(Debug)]
pub(super) struct Security {
    pub(super) id: String,
    pub(super) kind: &'static str,
    /// 101.125 is 101125.
    pub(super) price_thousandths: i64,
    /// Percent of par and year, in thousandths.
    pub(super) coupon_thousandths: i64,
    /// Years, in hundredths.
    pub(super) duration_hundredths: i64,
    pub(super) issuer: usize,
}

/// So much of a security: bought or long above zero.
#[derive(Debug)]
pub(super) struct Holding {
    pub(super) security: usize,
    pub(super) par: i64,
    pub(super) accrued_cents: i64,
    pub(super) value_cents: i64,
}

/// An account and what it opens with.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) number: usize,
    pub(super) positions: Vec<Holding>,
    pub(super) cash_cents: i64,
}

/// Everything that is held and traded.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) securities: Vec<Security>,
    pub(super) trades: Vec<Holding>,
    pub(super) accounts: Vec<Account>,
}

/// The types of securities.
pub(super) const KINDS: [&str; 3] = ["government", "corporate", "agency"];
/// Issuers of corporate bonds; governments are issuer 0.
pub(super) const ISSUERS: usize = 60;
/// Days of interest that every security has accrued.
const DAYS_ACCRUED: i64 = 45;

impl Book {
    /// Makes one up.
    pub(super) fn make(plan: &DeskPlan) -> Self {
        let mut random = Random::new(plan.seed);
        let count = (plan.trades / 3).clamp(12, 2_000);
        let securities: Vec<Security> = (0..count).map(|index| make_security(index, &mut random)).collect();
        let trades: Vec<Holding> = (0..plan.trades)
            .map(|_| {
                let security = pick(&securities, &mut random);
                // Half a million to eight millions, and a few blocks; five buys to four sells.
                let size = if random.below(20) == 0 { random.between(20, 50) } else { random.between(1, 16) };
                let side = if random.below(9) < 5 { 1 } else { -1 };
                hold(&securities, security, side * size * 500_000)
            })
            .collect();
        let traded_cents: i64 = trades.iter().map(|trade| trade.value_cents.abs()).sum();
        let accounts = (1..=plan.accounts)
            .map(|number| make_account(number, plan.accounts, traded_cents, &securities, &mut random))
            .collect();
        Self { securities, trades, accounts }
    }

    /// The file of trades, with the number of the account that each is pinned to, if any.
    pub(super) fn trades_csv(&self, pins: Option<&[usize]>) -> String {
        let mut text = "trade_id,side,security,security_type,quantity,price,accrued_interest".to_owned();
        text.push_str(if pins.is_some() { ",account\n" } else { "\n" });
        for (index, trade) in self.trades.iter().enumerate() {
            let security = &self.securities[trade.security];
            let side = if trade.par > 0 { "buy" } else { "sell" };
            let _ = write!(
                text,
                "{},{side},{},{},{},{},{}",
                Self::trade_id(index),
                security.id,
                security.kind,
                trade.par.abs(),
                decimal(security.price_thousandths, 3),
                decimal(trade.accrued_cents, 2),
            );
            let pin = pins.map(|pins| format!(",{}", self.accounts[pins[index]].id)).unwrap_or_default();
            let _ = writeln!(text, "{pin}");
        }
        text
    }

    /// The name of a trade by its number from 0.
    pub(super) fn trade_id(index: usize) -> String {
        format!("T{:05}", index + 1)
    }

    /// The file of opening positions.
    pub(super) fn positions_csv(&self) -> String {
        let mut text = "account,security,security_type,quantity,price,accrued_interest\n".to_owned();
        for account in &self.accounts {
            for position in &account.positions {
                let security = &self.securities[position.security];
                let price = decimal(security.price_thousandths, 3);
                let accrued = decimal(position.accrued_cents, 2);
                let _ = writeln!(
                    text,
                    "{},{},{},{},{price},{accrued}",
                    account.id, security.id, security.kind, position.par
                );
            }
            let _ = writeln!(text, "{},USD,cash,{},1,0", account.id, decimal(account.cash_cents, 2));
        }
        text
    }
}

/// A whole number of units of the last place as a decimal: `decimal(-1234, 2)` is -12.34.
pub(super) fn decimal(units: i64, places: u32) -> String {
    fixed(units.into(), places)
}

/// The same of a large number; without places, it has no point.
pub(super) fn fixed(units: i128, places: u32) -> String {
    let one = 10_u128.pow(places);
    let (whole, rest) = (units.unsigned_abs() / one, units.unsigned_abs() % one);
    let sign = if units < 0 { "-" } else { "" };
    if places == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:0width$}", width = places as usize)
    }
}

fn make_security(index: usize, random: &mut Random) -> Security {
    let (kind, start, issuer) = match random.below(10) {
        0..5 => (KINDS[0], "GOV", 0),
        5..9 => (KINDS[1], "CORP", 1 + random.below(ISSUERS as u32) as usize),
        _ => (KINDS[2], "AGY", 0),
    };
    Security {
        id: format!("{start}{:04}", index + 1),
        kind,
        price_thousandths: 125 * random.between(640, 880), // 80 to 110 in eighths
        coupon_thousandths: 125 * random.between(4, 56),   // 0.5 % to 7 % in eighths
        duration_hundredths: random.between(25, 1_800),
        issuer,
    }
}

fn pick(securities: &[Security], random: &mut Random) -> usize {
    random.below(u32::try_from(securities.len()).unwrap_or(u32::MAX)) as usize
}

fn hold(securities: &[Security], security: usize, par: i64) -> Holding {
    let bond = &securities[security];
    // par × coupon/100 × days/360, in cents; the coupon is in thousandths.
    let accrued_cents = par.abs() * bond.coupon_thousandths * DAYS_ACCRUED / 360_000;
    let clean_cents = par * bond.price_thousandths / 1_000;
    Holding { security, par, accrued_cents, value_cents: clean_cents + par.signum() * accrued_cents }
}

fn make_account(number: usize, of: usize, traded_cents: i64, securities: &[Security], random: &mut Random) -> Account {
    let count = i64::try_from((securities.len() / 2).clamp(10, 400)).unwrap_or(10);
    // Par of about a dollar a dollar of value: an even share of the trades, twice, in pieces of a thousand.
    let share = traded_cents / 100 / i64::try_from(of).unwrap_or(1);
    let thousands = (2 * share / count / 1_000).max(1_000);
    let mut positions = Vec::new();
    for security in 0..securities.len() {
        if positions.len() < usize::try_from(count).unwrap_or(0) && random.below(2) == 0 {
            let side = if random.below(8) == 0 { -1 } else { 1 };
            let size = thousands * random.between(50, 150) / 100;
            positions.push(hold(securities, security, side * size * 1_000));
        }
    }
    let net_cents: i64 = positions.iter().map(|position| position.value_cents).sum();
    Account { id: format!("PB{number}"), number, positions, cash_cents: -net_cents / 5 * 4 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_price_and_accrued_on_both_sides() {
        let bond = Security {
            id: "G".to_owned(),
            kind: "government",
            price_thousandths: 99_500,
            coupon_thousandths: 10_000,
            duration_hundredths: 500,
            issuer: 0,
        };
        // 10m × 99.5 % = 9,950,000; 10m × 10 % × 45/360 = 125,000
        let bonds = [bond];
        assert_eq!(hold(&bonds, 0, 10_000_000).value_cents, 1_007_500_000);
        assert_eq!(hold(&bonds, 0, -10_000_000).value_cents, -1_007_500_000);
    }

    #[test]
    fn decimals_keep_their_sign_and_places() {
        assert_eq!(decimal(-1_234, 2), "-12.34");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(101_125, 3), "101.125");
        assert_eq!(fixed(-7, 0), "-7");
    }
}
