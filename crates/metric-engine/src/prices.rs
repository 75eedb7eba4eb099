//! Prices that are allowed and seldom meant: wrong by a factor of ten or a hundred, or read in the wrong unit.
//!
//! | what | when |
//! | --- | --- |
//! | one security | its highest price of the day is above 10 times its lowest |
//! | accrued interest | it is more than the clean value, `ai > |q|·p·k` |
//! | `per_100`, too low | a price is below 2 and interest accrues, or the security is a bill: what is in default trades flat |
//! | `per_100`, too low | every price of the day is below 2, of 3 securities or more |
//! | `per_100`, too high | a price is above 1,000: ten times par, beyond any indexed principal |
//! | `per_unit`, too high | every price with accrued interest is 20 or above and the interest below 0.05 % of the clean value, of 3 securities or more: read per 100 it would be up to 5 % |
//!
//! A price of 0 has a warning of its own, and cash has a price that cannot be another. STRIPS and bills far from maturity,
//! bonds in default at 0.5 or 5 and linkers at 250 are none of these.

use std::collections::{BTreeMap, BTreeSet};

use domain::security_type::bill;
use domain::{
    AccruedQuote, Amount, Day, Decimal, Desk, Place, PriceQuote, Problem, SecurityId, SecurityType, Valuation,
};

use crate::codes::{ACCRUED_ABOVE_VALUE, PRICE_LEVEL, PRICES_APART};

/// Securities from which on what holds of all of them is no accident.
const ENOUGH: usize = 3;

/// A row with a price.
struct Quote<'a> {
    place: &'a Place,
    security: &'a SecurityId,
    kind: &'static SecurityType,
    quantity: Decimal,
    price: Decimal,
    accrued: Decimal,
}

/// What is odd about the prices of a day: one warning for each kind of oddity, at the first row that has it.
pub(crate) fn cautions(desk: &Desk, day: &Day) -> Vec<Problem> {
    let quotes = quotes(day);
    let of_the_level = match desk.valuation.price_quote {
        PriceQuote::Per100 => per_100(&quotes),
        PriceQuote::PerUnit => per_unit(&quotes, desk.valuation),
    };
    [apart(&quotes), accrued_above_value(&quotes, desk.valuation), of_the_level].into_iter().flatten().collect()
}

/// The rows whose price could be another and is not 0: the trades first, each in its order.
fn quotes(day: &Day) -> Vec<Quote<'_>> {
    let trades = day.trades.iter().map(|trade| Quote {
        place: &trade.place,
        security: &trade.security,
        kind: SecurityType::of(&trade.security_type),
        quantity: trade.quantity,
        price: trade.price,
        accrued: trade.accrued,
    });
    let positions = day.positions.iter().map(|position| Quote {
        place: &position.place,
        security: &position.security,
        kind: SecurityType::of(&position.security_type),
        quantity: position.quantity.abs(),
        price: position.price,
        accrued: position.accrued,
    });
    trades.chain(positions).filter(|quote| quote.kind.fixed_price.is_none() && !quote.price.is_zero()).collect()
}

fn apart(quotes: &[Quote<'_>]) -> Option<Problem> {
    let mut by_security: BTreeMap<&SecurityId, Vec<&Quote<'_>>> = BTreeMap::new();
    for quote in quotes {
        by_security.entry(quote.security).or_default().push(quote);
    }
    let mut found = Vec::new();
    for (security, quotes) in &by_security {
        let prices = || quotes.iter().map(|quote| quote.price);
        let (Some(lowest), Some(highest)) = (prices().min(), prices().max()) else { continue };
        if is_above(highest, 10, lowest) {
            // The side with fewer rows is the odd one; the first row where there are as many.
            let is_low = |quote: &&&Quote<'_>| is_above(highest, 10, quote.price);
            let low = quotes.iter().filter(is_low).count();
            let odd = quotes.iter().find(|quote| match (low * 2).cmp(&quotes.len()) {
                std::cmp::Ordering::Less => is_low(quote),
                std::cmp::Ordering::Equal => true,
                std::cmp::Ordering::Greater => !is_low(quote),
            });
            found.push((odd.map_or(quotes[0].place, |odd| odd.place), security, lowest, highest));
        }
    }
    let (place, security, lowest, highest) = found.first()?;
    let others = others(found.len(), "security", "securities");
    let message = format!("the prices of {security} go from {lowest} to {highest}, more than tenfold{others}");
    let hint = "a price is off by ten or a hundred, or one file is quoted per 100 and the other per unit";
    Some(Problem::warning(PRICES_APART, place.with_field("price"), message, hint))
}

fn accrued_above_value(quotes: &[Quote<'_>], valuation: Valuation) -> Option<Problem> {
    let is_above = |quote: &&Quote<'_>| {
        let (clean, accrued) = parts(quote, valuation);
        accrued > clean
    };
    let mut found = quotes.iter().filter(is_above);
    let first = found.next()?;
    let (clean, accrued) = parts(first, valuation);
    let others = others(found.count() + 1, "row", "rows");
    let message =
        format!("accrued interest of {accrued} on {} is more than its clean value {clean}{others}", first.security);
    let hint = match valuation.accrued {
        AccruedQuote::Amount => "check the price, and that accrued interest is the amount for the whole holding",
        AccruedQuote::Per100 => "check the price, and that accrued interest is stated for each 100 of par",
    };
    Some(Problem::warning(ACCRUED_ABOVE_VALUE, first.place.with_field("accrued_interest"), message, hint))
}

fn per_100(quotes: &[Quote<'_>]) -> Option<Problem> {
    let is_low = |quote: &Quote<'_>| quote.price < Decimal::TWO;
    let accrues = |quote: &Quote<'_>| !quote.accrued.is_zero() || quote.kind.name == bill::TYPE.name;
    let all_low = quotes.iter().all(is_low) && securities(quotes.iter()) >= ENOUGH;
    let is_odd =
        |quote: &&Quote<'_>| (is_low(quote) && (all_low || accrues(quote))) || quote.price > Decimal::ONE_THOUSAND;
    let mut found = quotes.iter().filter(is_odd);
    let first = found.next()?;
    let others = others(found.count() + 1, "row", "rows");
    let (security, price) = (first.security, first.price);
    let (message, hint) = if is_low(first) {
        let hint = "check the price; where prices are per unit, state `price_quote: per_unit`";
        (format!("{security} at {price} is below 2 % of par{others}"), hint)
    } else {
        (
            format!("{security} at {price} is above ten times par{others}"),
            "write the price per 100 of par, such as 99.5",
        )
    };
    Some(Problem::warning(PRICE_LEVEL, first.place.with_field("price"), message, hint))
}

fn per_unit(quotes: &[Quote<'_>], valuation: Valuation) -> Option<Problem> {
    let accruing = || quotes.iter().filter(|quote| !quote.accrued.is_zero());
    let is_odd = |quote: &Quote<'_>| {
        let (clean, accrued) = parts(quote, valuation);
        quote.price >= Decimal::from(20) && &accrued * &Amount::from(2_000) < clean
    };
    let first = accruing().next()?;
    if !accruing().all(is_odd) || securities(accruing()) < ENOUGH {
        return None;
    }
    let message = format!(
        "{} at {} a unit has accrued interest below 0.05 % of its value, and so has every other bond",
        first.security, first.price
    );
    let hint =
        "where prices are per 100 of par, state `price_quote: per_100`: values are a hundred times too large otherwise";
    Some(Problem::warning(PRICE_LEVEL, first.place.with_field("price"), message, hint))
}

/// The clean value and the size of the accrued interest, in the security's currency.
fn parts(quote: &Quote<'_>, valuation: Valuation) -> (Amount, Amount) {
    let value = |price, accrued| valuation.value_base(quote.quantity, price, accrued, Decimal::ONE);
    (value(quote.price, Decimal::ZERO), value(Decimal::ZERO, quote.accrued).abs())
}

fn is_above(price: Decimal, times: i64, other: Decimal) -> bool {
    Amount::from(price) > &Amount::from(times) * &Amount::from(other)
}

fn securities<'a>(quotes: impl Iterator<Item = &'a Quote<'a>>) -> usize {
    quotes.map(|quote| quote.security).collect::<BTreeSet<_>>().len()
}

/// `, and 2 other rows`; nothing where there is one in all.
fn others(count: usize, one: &str, many: &str) -> String {
    match count - 1 {
        0 => String::new(),
        1 => format!(", and 1 other {one}"),
        others => format!(", and {others} other {many}"),
    }
}

#[cfg(test)]
mod tests {
    use test_desks::{Add, day, desk, number};

    use super::*;

    /// The codes and first words of what is said of trades, `"security type quantity price accrued"`, by a desk.
    fn said(quote: PriceQuote, rows: &[&str]) -> Vec<String> {
        let mut day = day();
        for (index, row) in rows.iter().enumerate() {
            let words: Vec<&str> = row.split(' ').collect();
            day = day.trade(&format!("T{index} buy {} {} {}", words[2], words[0], words[1]));
            (day.trades[index].price, day.trades[index].accrued) = (number(words[3]), number(words[4]));
        }
        let mut desk = desk(Vec::new());
        desk.valuation = Valuation { price_quote: quote, accrued: AccruedQuote::Amount };
        cautions(&desk, &day).iter().map(|caution| format!("{} {}", caution.code.id, caution.message)).collect()
    }

    #[test]
    fn prices_of_every_kind_of_bond_pass() {
        let ordinary = [
            "UST government 10000000 99.5 125000",
            "BILL bill 10000000 96.7 0",
            "STRIP government 10000000 18.25 0",
            "DEFAULTED corporate 10000000 0.75 0",
            "DISTRESSED corporate 10000000 5 20000",
            "LINKER government 10000000 250.125 90000",
            "MONEY fund 10000000 1 0",
        ];
        assert_eq!(said(PriceQuote::Per100, &ordinary), Vec::<String>::new());
        // 300 × 995 = 298,500 with 1,200 accrued is 0.4 %.
        let units = ["A corporate 300 995 1200", "B corporate 300 1010 0", "C corporate 300 1.02 0", "D bond 10 99 5"];
        assert_eq!(said(PriceQuote::PerUnit, &units), Vec::<String>::new());
    }

    #[test]
    fn prices_of_one_security_that_are_far_apart_are_pointed_out() {
        let rows = ["A bond 100 99.5 0", "A bond 100 9.96 0", "A bond 100 99.4 0"];
        assert!(said(PriceQuote::Per100, &rows[..1]).is_empty());
        assert_eq!(said(PriceQuote::Per100, &["A bond 100 99.5 0", "A bond 100 9.95 0"]), Vec::<String>::new());
        assert!(
            said(PriceQuote::Per100, &["A bond 100 99.5 0", "A bond 100 9.94 0"])[0]
                .starts_with("M105 the prices of A")
        );
        let mut day = day().trade("T1 buy 1 A bond").trade("T2 buy 1 A bond").position("PB1 1 A bond");
        for (index, price) in ["99.5", "0.995"].into_iter().enumerate() {
            day.trades[index].price = number(price);
        }
        day.positions[0].price = number("99");
        // The odd one of three is the second trade.
        let found = cautions(&desk(Vec::new()), &day);
        assert_eq!(found[0].place, day.trades[1].place.with_field("price"));
    }

    #[test]
    fn accrued_interest_above_the_clean_value_is_pointed_out() {
        // 1,000 × 99.5 / 100 = 995.
        assert!(said(PriceQuote::Per100, &["A bond 1000 99.5 995"]).is_empty());
        let expected = "M106 accrued interest of 996 on A is more than its clean value 995, and 1 other row";
        assert_eq!(said(PriceQuote::Per100, &["A bond 1000 99.5 996", "B bond 1000 99.5 99600"]), [expected]);
    }

    #[test]
    fn prices_per_unit_where_they_are_read_per_100_are_pointed_out() {
        let expected = "M107 A at 0.995 is below 2 % of par";
        assert_eq!(said(PriceQuote::Per100, &["A bond 10000000 0.995 12500", "B bond 100 99 0"]), [expected]);
        assert_eq!(said(PriceQuote::Per100, &["A bill 10000000 0.995 0", "B bond 100 99 0"]), [expected]);
        let above = "M107 A at 9950 is above ten times par";
        assert_eq!(said(PriceQuote::Per100, &["A bond 10000000 9950 12500"]), [above]);
        let flat = ["A bond 100 0.995 0", "B bond 100 1.01 0", "C bond 100 0.9 0"];
        assert_eq!(said(PriceQuote::Per100, &flat), ["M107 A at 0.995 is below 2 % of par, and 2 other rows"]);
        assert!(said(PriceQuote::Per100, &flat[..2]).is_empty());
    }

    #[test]
    fn prices_per_100_where_they_are_read_per_unit_are_pointed_out() {
        // 10m × 99.5 = 995m with 125,000 accrued is 0.013 %.
        let rows = ["A bond 10000000 99.5 125000", "B bond 5000000 101 60000", "C bond 1000000 98 500"];
        let expected =
            "M107 A at 99.5 a unit has accrued interest below 0.05 % of its value, and so has every other bond";
        assert_eq!(said(PriceQuote::PerUnit, &rows), [expected]);
        assert!(said(PriceQuote::PerUnit, &rows[..2]).is_empty());
        assert!(said(PriceQuote::PerUnit, &["A bond 300 99.5 125", rows[1], rows[2], "D bond 1 99 0"]).is_empty());
    }
}
