//! Whole numbers and amounts give the same sums, and what does not fit the first is left to the second.

use domain::certificate::{Aim, Part, Subject};
use domain::limit::Bound;
use domain::{AccountId, Day, MetricName, SecurityId, TradeId};
use metric_engine::compile;
use proptest::prelude::*;
use test_desks::by_name::{self, Node, PriceList, ShadowPrice, Slope};
use test_desks::{Add, With, account, by_type, day, desk};

use super::*;
use crate::value::Value;

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
    PriceList { shadow_prices: vec![shadow], slopes: slope.into_iter().map(of_cash).collect(), ..PriceList::default() }
}

/// A branch on the first trade with a leaf of its own prices on each side.
fn certificate(price: &Amount, slope: Amount) -> Certificate {
    let leaf = |prices| Node::Leaf { prices, aim: Aim::Best };
    let branch = Node::Branch { trade: TradeId::new("T0"), account: AccountId::new("PB2") };
    let price_lists = vec![list(price, Some(slope)), list(price, None)];
    by_name::Certificate { cuts: Vec::new(), price_lists, tree: vec![branch, leaf(0), leaf(1)] }.placed()
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
    let prices = priced::Prices::new(&desk, &day, &book, &opening, Scope::Whole).unwrap();
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
        certificate.tree = vec![domain::certificate::Node::Leaf { prices: 0, aim: Aim::NoPlan }];
        let [whole, exact] = both_reasons(&[10, -2000, 3000], &certificate);
        assert!(exact.is_some() && (whole == exact || whole.is_none() && digits > 30), "{digits} decimals");
    }
    let [_, tiny] = both_ways(&[10, -20, 30], &certificate(&Amount::from_parts(1, 120), Amount::zero()));
    let [_, none] = both_ways(&[10, -20, 30], &certificate(&Amount::zero(), Amount::zero()));
    assert_ne!(tiny, none, "a price of 10^-120 counts");
}

#[test]
fn a_bound_is_taken_down_to_a_value_that_an_objective_can_have() {
    let (desk, day) = (the_desk(), the_day(&[10, -20, 30]));
    let book = compile(&desk, &day).unwrap();
    let opening = numbers::opening(&desk, &day, &book, &mut Vec::new());
    let prices = priced::Prices::new(&desk, &day, &book, &opening, Scope::Whole).unwrap();
    // M0 = 17 × 0.00012 - 25 × 0.0001 + 40 × 0.00017 = 0.00634, -3 of it; -3 × (0.00012 + 0.0003) has five decimals,
    // as many as any product.
    assert_eq!(prices.opening_objective().to_string(), "-0.01902");
    let lowered = |bound: &str| grid::lowered(&bound.parse().unwrap(), &book, &prices).to_string();
    assert_eq!(lowered("-0.01902"), "-0.01902");
    assert_eq!(lowered("-0.019011"), "-0.01902");
    assert_eq!(lowered("0.000019999"), "0.00001");
    assert_eq!(lowered("-0.000000001"), "-0.00001");
}

#[test]
fn products_without_trailing_zeros_make_a_coarser_grid() {
    let cost = by_type("cost", &["a 0.5", "b 0.25"]).priority("-1");
    let desk = desk(vec![account("PB1", vec![cost.clone()]), account("PB2", vec![cost])]);
    let opening = day().position("PB1 0.001 A a").position("PB1 0.01 C a").trade("T1 buy 20 A a").trade("T2 buy 6 B b");
    let book = compile(&desk, &opening).unwrap();
    let values = numbers::opening(&desk, &opening, &book, &mut Vec::new());
    let prices = priced::Prices::new(&desk, &opening, &book, &values, Scope::Whole).unwrap();
    // Trades move 0.5 × 20 and 0.25 × 6 = 1.5, from -0.5 × 0.011.
    assert_eq!(grid::lowered(&"-1".parse().unwrap(), &book, &prices).to_string(), "-1.0055");
}

#[test]
fn what_has_no_choice_and_what_stays_on_one_side_make_no_finer_grid() {
    let metrics = || vec![by_type("cost", &["a 0.5 0.0003", "b 0.25"]).priority("-1")];
    let desk = desk(vec![account("PB1", metrics()), account("PB2", metrics())]);
    let lowered = |day: Day, bound: &str| {
        let book = compile(&desk, &day).unwrap();
        let values = numbers::opening(&desk, &day, &book, &mut Vec::new());
        let prices = priced::Prices::new(&desk, &day, &book, &values, Scope::Whole).unwrap();
        grid::lowered(&bound.parse().unwrap(), &book, &prices).to_string()
    };
    // Both accounts stay long in A: steps of 0.5 × 3, one decimal.
    let long = || day().position("PB1 9 A a").position("PB2 9 A a").trade("T1 buy 3 A a").trade("T2 buy 3 A a");
    assert_eq!(lowered(long(), "-10.4321"), "-10.5");
    // T3 costs 0.25 × 0.01 and is where it is: -9 - 0.0025 and whole tenths.
    assert_eq!(lowered(long().trade("T3 buy 0.01 B b PB1"), "-10.4321"), "-10.5025");
    // T4 may end the position of PB1 in A short: 0.5003 × the size of that.
    assert_eq!(lowered(long().trade("T4 sell 19 A a"), "-10.4321"), "-10.4321");
    // Alone it moves the position of an account from 9 to -10: 0.5 × 9 - 0.0003 × 10 less.
    let alone = day().position("PB1 9 A a").position("PB2 9 A a").trade("T4 sell 19 A a");
    assert_eq!(lowered(alone, "-4.50255"), "-4.503");
}

proptest! {
    #[test]
    fn objectives_lie_on_the_grid(sizes in prop::collection::vec(-999_i64..999, 1..5), at in 0_usize..81) {
        // The last trade has no choice, and more decimals than the others.
        let (desk, day) = (the_desk(), the_day(&sizes).trade("T9 buy 0.001 A a PB2"));
        let book = compile(&desk, &day).unwrap();
        let opening = numbers::opening(&desk, &day, &book, &mut Vec::new());
        let prices = priced::Prices::new(&desk, &day, &book, &opening, Scope::Whole).unwrap();
        let placement: Vec<usize> = (0..sizes.len()).map(|trade| (at >> trade) & 1).chain([1]).collect();
        let after = numbers::after(&book, &opening, &placement, &mut Vec::new());
        let value: Amount = prices.worths().iter().flatten().zip(after.iter().flatten()).map(|(worth, value)| {
            if let Value::Sum(value) = value { worth * value } else { Amount::zero() }
        }).sum();
        prop_assert_eq!(grid::lowered(&value, &book, &prices), value);
    }
}
