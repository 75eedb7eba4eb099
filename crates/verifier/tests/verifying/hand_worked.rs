//! Results that a person worked out, taken as they are.

use domain::{AccountId, AccruedQuote, Breach, Currency, MetricName, PriceQuote, TradeId};
use test_desks::{Add, With, account, by_type, day, desk, number, ratio};
use verifier::{Claim, ClaimedMetric};

use crate::scene::{Scene, amount};

/// `"PB1 gross 100 110 - 120 10 none"`: initial, final, min, max, headroom, breach; `-` for nothing.
fn metric(row: &str) -> ClaimedMetric {
    let words: Vec<&str> = row.split(' ').collect();
    let number = |word: usize| (words[word] != "-").then(|| amount(words[word]));
    let breach = Breach::TABLE.into_iter().find(|(word, _)| *word == words[7]);
    ClaimedMetric {
        account: AccountId::new(words[0]),
        metric: MetricName::new(words[1]),
        initial: number(2),
        last: number(3),
        min: number(4),
        max: number(5),
        headroom: number(6),
        breach: breach.expect("a breach").1,
    }
}

fn claim(bookings: &[&str], metrics: &[&str], objective: Option<&str>) -> Claim {
    let booking =
        |row: &&str| row.split_once(' ').map(|(trade, account)| (TradeId::new(trade), AccountId::new(account)));
    Claim {
        has_plan: true,
        assignments: bookings.iter().filter_map(booking).collect(),
        metrics: metrics.iter().map(|row| metric(row)).collect(),
        objective: objective.map(amount),
        ..Claim::default()
    }
}

#[test]
fn buying_leaves_equity_and_raises_leverage() {
    // Long 100, cash -80: equity 20, gross 100, leverage 5. Buy 10: equity 20, gross 110, leverage 110 / 20.
    let metrics = vec![
        by_type("equity", &["government 1", "cash 1"]),
        by_type("gross", &["government 1 1"]),
        ratio("leverage", "gross", "equity").max("6"),
    ];
    let opening = day().position("PB1 100 BOND government").position("PB1 -80 USD cash");
    let scene = Scene::new(desk(vec![account("PB1", metrics)]), opening.trade("T1 buy 10 BOND government"));
    let right = ["PB1 equity 20 20 - - - none", "PB1 gross 100 110 - - - none", "PB1 leverage 5 5.5 - 6 0.5 none"];
    assert_eq!(scene.texts(&claim(&["T1 PB1"], &right, None)), [""; 0]);
    let wrong = ["PB1 equity 20 20 - - - none", "PB1 gross 100 110 - - - none", "PB1 leverage 5 5.6 - 6 0.4 none"];
    assert_eq!(
        scene.texts(&claim(&["T1 PB1"], &wrong, None)),
        [
            "account PB1, metric leverage: final is published as 5.6, the inputs give 5.5",
            "account PB1, metric leverage: headroom is published as 0.4, the inputs give 0.5",
        ]
    );
}

#[test]
fn a_sale_gives_away_its_accrued_interest_in_its_own_currency() {
    let mut desk = desk(vec![account("PB1", vec![by_type("net", &["government 1"]).priority("2")])]);
    desk.valuation.price_quote = PriceQuote::Per100;
    desk.fx.base_per_unit.insert(Currency::new("EUR"), number("1.0842"));
    let mut trades = day().trade("T1 sell 10000000 BUND government");
    trades.trades[0].price = number("99.50");
    trades.trades[0].accrued = number("125000");
    trades.trades[0].currency = Some(Currency::new("EUR"));
    // -(10m × 99.50 / 100 + 125,000) = -10,075,000 EUR × 1.0842 = -10,923,315; × 2 in the objective.
    let right = claim(&["T1 PB1"], &["PB1 net 0 -10923315 - - - none"], Some("-21846630"));
    assert_eq!(Scene::new(desk.clone(), trades.clone()).texts(&right), [""; 0]);
    // The same with 1.25 accrued per 100 of par.
    desk.valuation.accrued = AccruedQuote::Per100;
    trades.trades[0].accrued = number("1.25");
    assert_eq!(Scene::new(desk, trades).texts(&right), [""; 0]);
}

#[test]
fn trades_in_one_security_net_through_zero() {
    let margin = by_type("margin", &["corporate 0.10 0.15"]);
    let trades = day().position("PB1 100 A corporate").trade("T1 sell 150 A corporate").trade("T2 buy 20 A corporate");
    let scene = Scene::new(desk(vec![account("PB1", vec![margin])]), trades);
    // Opens at 100 × 0.10; 100 - 150 + 20 = -30, × 0.15 = 4.5.
    let right = claim(&["T1 PB1", "T2 PB1"], &["PB1 margin 10 4.5 - - - none"], None);
    assert_eq!(scene.texts(&right), [""; 0]);
}

#[test]
fn a_debit_is_charged_and_a_credit_paid() {
    let cost = by_type("cost", &["government 0", "cash -0.0001 0.0002"]).priority("-1");
    let trades = day().position("PB1 1000 USD cash").trade("T1 buy 3000 BOND government");
    let scene = Scene::new(desk(vec![account("PB1", vec![cost])]), trades);
    // A credit of 1000 earns 0.1; cash of 1000 - 3000 = -2000 costs 0.4.
    let right = claim(&["T1 PB1"], &["PB1 cost -0.1 0.4 - - - none"], Some("-0.4"));
    assert_eq!(scene.texts(&right), [""; 0]);
}

#[test]
fn a_given_opening_value_is_where_the_metric_starts() {
    let gross = by_type("gross", &["government 1 1"]).max("950");
    let opening = day().position("PB1 100 BOND government").current("PB1 gross 1000");
    let scene = Scene::new(desk(vec![account("PB1", vec![gross])]), opening.trade("T1 sell 130 BOND government"));
    // 1000 + |100 - 130| - |100| = 930, of 950.
    let right = claim(&["T1 PB1"], &["PB1 gross 1000 930 - 950 20 cured"], None);
    assert_eq!(scene.texts(&right), [""; 0]);
}

#[test]
fn a_ratio_without_a_value_is_published_as_nothing() {
    let metrics = vec![
        by_type("gross", &["government 1 1"]),
        by_type("equity", &["government 0", "cash 1"]),
        ratio("leverage", "gross", "equity"),
    ];
    let scene = Scene::new(desk(vec![account("PB1", metrics)]), day().trade("T1 buy 10 BOND government"));
    // Equity is 0 before and -10 after.
    let right = ["PB1 gross 0 10 - - - none", "PB1 equity 0 -10 - - - none", "PB1 leverage - - - - - none"];
    assert_eq!(scene.texts(&claim(&["T1 PB1"], &right, None)), [""; 0]);
}

#[test]
fn where_nothing_counts_the_objective_is_nothing_or_zero() {
    let scene = Scene::new(desk(vec![account("PB1", vec![by_type("gross", &["government 1 1"])])]), day());
    for (objective, holds) in [(None, true), (Some("0"), true), (Some("1"), false)] {
        let claim = claim(&[], &["PB1 gross 0 0 - - - none"], objective);
        assert_eq!(scene.verify(&claim).is_empty(), holds);
    }
}

#[test]
fn a_limited_metric_counts_in_the_objective_only_when_the_desk_says_so() {
    let metrics = vec![by_type("gross", &["government 1 1"]).max("50").priority("-2")];
    let mut scene = Scene::new(desk(vec![account("PB1", metrics)]), day().trade("T1 buy 10 BOND government"));
    let with = |objective| claim(&["T1 PB1"], &["PB1 gross 0 10 - 50 40 none"], objective);
    assert_eq!(scene.texts(&with(None)), [""; 0]);
    assert_eq!(scene.texts(&with(Some("-20"))), ["the objective is published as -20, the inputs give nothing"]);
    scene.desk.objective.include_limited = true;
    assert_eq!(scene.texts(&with(Some("-20"))), [""; 0]); // 10 × -2
}
