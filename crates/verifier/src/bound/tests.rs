//! Whole numbers and amounts give the same sums, and what does not fit the first is left to the second.

use domain::certificate::{Aim, Node, Part, PriceList, ShadowPrice, Slope, Subject};
use domain::limit::Bound;
use domain::{AccountId, Day, MetricName, SecurityId, TradeId};
use metric_engine::compile;
use proptest::prelude::*;
use test_desks::{Add, With, account, by_type, day, desk};

use super::*;

fn the_desk() -> Desk {
    let metrics = || {
        vec![
            by_type("margin", &["a 0.1 0.15", "b 0.0375 0.02", "cash 0"]).max("1000"),
            by_type("cost", &["a 0.00012 0.0003", "b 0.0021", "cash -0.0001 0.00017"]).priority("-3"),
        ]
    };
    desk(vec![account("PB1", metrics()), account("PB2", metrics())])
}

fn the_day(sizes: &[i64]) -> Day {
    let opening = day().position("PB1 17 A a").position("PB2 -40 USD cash").position("PB1 25 USD cash");
    sizes.iter().enumerate().fold(opening, |day, (index, size)| {
        let side = if *size < 0 { "sell" } else { "buy" };
        day.trade(&format!("T{index} {side} {} {}", size.abs().max(1), if index % 3 == 0 { "B b" } else { "A a" }))
    })
}

fn list(price: &Amount, slope: Option<Amount>) -> PriceList {
    let (account, end, part) = (AccountId::new("PB1"), Bound::Max, Part::Limit);
    let subject = Subject::Limit { account, metric: MetricName::new("margin"), end, part };
    let shadow = ShadowPrice { subject, price: price.clone() };
    let of_cash =
        |slope| Slope { account: AccountId::new("PB2"), security: SecurityId::new("USD"), is_cash: true, slope };
    PriceList { shadow_prices: vec![shadow], slopes: slope.into_iter().map(of_cash).collect() }
}

/// A branch on the first trade with a leaf of its own prices on each side.
fn certificate(price: &Amount, slope: Amount) -> Certificate {
    let leaf = |prices| Node::Leaf { prices, aim: Aim::Best };
    let branch = Node::Branch { trade: TradeId::new("T0"), account: AccountId::new("PB2") };
    Certificate { price_lists: vec![list(price, Some(slope)), list(price, None)], tree: vec![branch, leaf(0), leaf(1)] }
}

/// What the tree shows in whole numbers, and in amounts.
fn both_ways(sizes: &[i64], certificate: &Certificate) -> [Option<Certified>; 2] {
    walks(sizes, certificate).map(|shown| shown.unwrap())
}

/// Why the tree shows nothing, likewise; nothing where whole numbers do not hold it.
fn both_reasons(sizes: &[i64], certificate: &Certificate) -> [Option<NoProof>; 2] {
    walks(sizes, certificate).map(Result::err)
}

fn walks(sizes: &[i64], certificate: &Certificate) -> [Result<Option<Certified>, NoProof>; 2] {
    let (desk, day) = (the_desk(), the_day(sizes));
    let book = compile(&desk, &day).unwrap();
    let opening = numbers::opening(&desk, &day, &book, &mut Vec::new());
    let prices = priced::Prices::new(&desk, &day, &book, &opening);
    let whole = tree::walk::<i128>(&book, &prices, certificate);
    [whole, tree::walk::<Amount>(&book, &prices, certificate)]
}

proptest! {
    #[test]
    fn whole_numbers_and_amounts_give_the_same_bound(
        sizes in prop::collection::vec(-99_999_i64..99_999, 2..7),
        price in (0_i64..9_999_999, 0_i64..12),
        slope in (-9_999_999_i64..9_999_999, 6_i64..25),
    ) {
        let amount = |(digits, scale): (i64, i64)| Amount::from_parts(i128::from(digits), scale);
        let [whole, exact] = both_ways(&sizes, &certificate(&amount(price), amount(slope)));
        prop_assert!(whole.is_some());
        prop_assert_eq!(whole, exact);
    }
}

#[test]
fn what_128_bits_do_not_hold_is_left_to_amounts() {
    for digits in [30, 60, 120] {
        let price = Amount::from_parts(1, digits);
        let [whole, exact] = both_ways(&[10, -20, 30], &certificate(&price, Amount::zero()));
        assert!(exact.is_some());
        assert!(whole == exact || whole.is_none() && digits > 30, "{digits} decimals");
    }
    // Weights that are all tiny are small numbers, and their slopes are rounded far above them.
    for digits in [15, 30, 40, 60] {
        let mut certificate = certificate(&Amount::from_parts(7, digits), Amount::zero());
        certificate.price_lists[0].slopes.clear();
        certificate.tree = vec![Node::Leaf { prices: 0, aim: Aim::NoPlan }];
        let [whole, exact] = both_reasons(&[10, -2000, 3000], &certificate);
        assert!(exact.is_some() && (whole == exact || whole.is_none() && digits > 30), "{digits} decimals");
    }
    let desk = the_desk();
    let day = the_day(&[10, -20, 30]);
    let book = compile(&desk, &day).unwrap();
    let tiny = certified_bound(&desk, &day, &book, &certificate(&Amount::from_parts(1, 120), Amount::zero()));
    let none = certified_bound(&desk, &day, &book, &certificate(&Amount::zero(), Amount::zero()));
    assert!(tiny.is_ok() && tiny != none, "a price of 10^-120 counts");
}
