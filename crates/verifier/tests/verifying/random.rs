//! Laws on random desks: what the metric engine publishes of any assignment is what this crate recomputes.

use domain::{AccruedQuote, Amount, Breach, Day, Decimal, Desk, OnBreach, PriceQuote};
use metric_engine::value::RATIO_DECIMALS;
use proptest::collection::vec;
use proptest::prelude::*;
use test_desks::{Add, With, account, by_type, day, desk, ratio};
use verifier::Discrepancy;

use crate::scene::Scene;

fn decimal(scale: u32) -> impl Strategy<Value = Decimal> {
    (-99_999_i64..99_999).prop_map(move |digits| Decimal::new(digits, scale))
}

fn a_desk(rates: &[Decimal], accounts: usize, rule: OnBreach, max: Decimal) -> Desk {
    let metrics = |account: usize| {
        let rate = |index: usize| rates[(account * 3 + index) % rates.len()];
        vec![
            by_type("sum", &[&format!("a {}", rate(0)), &format!("b {}", rate(1)), &format!("cash {}", rate(2))])
                .priority("-2"),
            by_type("sides", &[&format!("a {} {}", rate(1), rate(2)), &format!("b {} {}", rate(0), rate(1))])
                .max(&max.to_string())
                .on_breach(rule),
            ratio("ratio", "sides", "sum").min("-0.25").max("3").on_breach(rule),
        ]
    };
    desk((0..accounts).map(|index| account(&format!("PB{index}"), metrics(index))).collect())
}

type Row = (usize, bool, Decimal, Decimal, Decimal);

fn a_day(accounts: usize, positions: &[Row], trades: &[Row]) -> Day {
    let holding = |index: usize| if index.is_multiple_of(2) { "A a" } else { "B b" };
    let mut day = positions
        .iter()
        .fold(day(), |day, (pick, ..)| day.position(&format!("PB{} 1 {}", pick % accounts, holding(*pick / 7))));
    for (position, (_, _, quantity, price, accrued)) in day.positions.iter_mut().zip(positions) {
        (position.quantity, position.price, position.accrued) = (*quantity, *price, *accrued);
    }
    for (index, (pick, buys, ..)) in trades.iter().enumerate() {
        let side = if *buys { "buy" } else { "sell" };
        day = day.trade(&format!("T{index:02} {side} 1 {}", holding(*pick)));
    }
    for (trade, (pick, _, quantity, price, accrued)) in day.trades.iter_mut().zip(trades) {
        (trade.quantity, trade.price, trade.accrued) = (quantity.abs(), *price, *accrued);
        trade.currency = pick.is_multiple_of(3).then(|| domain::Currency::new("EUR"));
    }
    day
}

fn row() -> impl Strategy<Value = Row> {
    (0..1000_usize, any::<bool>(), decimal(2), decimal(3), decimal(1))
}

fn rule() -> impl Strategy<Value = OnBreach> {
    prop_oneof![Just(OnBreach::MustCure), Just(OnBreach::MustNotWorsen), Just(OnBreach::ReportOnly)]
}

proptest! {
    #[test]
    fn the_metric_engine_and_the_verifier_agree_on_every_number(
        accounts in 1..4_usize,
        rates in vec(decimal(5), 9),
        positions in vec(row(), 0..6),
        trades in vec(row(), 0..8),
        (rule, max, quotes) in (rule(), decimal(0), any::<(bool, bool)>()),
    ) {
        let mut desk = a_desk(&rates, accounts, rule, max);
        desk.fx.base_per_unit.insert(domain::Currency::new("EUR"), Decimal::new(10_842, 4));
        desk.valuation.price_quote = if quotes.0 { PriceQuote::Per100 } else { PriceQuote::PerUnit };
        desk.valuation.accrued = if quotes.1 { AccruedQuote::Per100 } else { AccruedQuote::Amount };
        let scene = Scene::new(desk, a_day(accounts, &positions, &trades));
        // Trades by id are trades by index here, so that the pick places them.
        let placement: Vec<usize> = trades.iter().map(|(pick, ..)| pick % accounts).collect();
        for claim in [scene.claim(Some(&placement)), scene.claim(None)] {
            let found = scene.verify(&claim);
            let of_limits = |found: &Discrepancy| matches!(found, Discrepancy::LimitBroken { .. } | Discrepancy::Worsened { .. });
            prop_assert!(found.iter().all(of_limits), "{found:?}");
            if claim.has_plan && rule == OnBreach::MustCure {
                let broken = |metric: &verifier::ClaimedMetric| matches!(metric.breach, Breach::Inherited | Breach::Caused);
                prop_assert_eq!(found.is_empty(), !claim.metrics.iter().any(broken));
            }
            prop_assert!(rule != OnBreach::ReportOnly || found.is_empty());
        }
    }

    #[test]
    fn a_published_ratio_is_within_half_its_last_digit(above in decimal(2), below in 1_i64..9_999_999) {
        let (above, below) = (Amount::from(above), Amount::from_parts(i128::from(below), 2));
        let published = above.divided_rounded(&below, RATIO_DECIMALS);
        // |N - r·D| · 2 · 10^12 <= D
        let twice_off = &(&above - &(&published * &below)).abs() * &Amount::from(2);
        prop_assert!(twice_off <= &below * &Amount::from_parts(1, RATIO_DECIMALS));
    }
}
