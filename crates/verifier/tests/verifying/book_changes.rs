//! A book that differs from the desk and the day is found, whatever was computed with it.

use domain::{Amount, MetricName, SideRates};
use metric_engine::{Additive, Book, Form};
use test_desks::number;

use crate::scene::{RICH_PLACEMENT, Scene, rich};

fn found(change: impl FnOnce(&mut Book)) -> Vec<String> {
    let scene = rich();
    let claim = scene.claim(Some(&RICH_PLACEMENT));
    let mut book = scene.book.clone();
    change(&mut book);
    let changed = Scene { book, ..scene };
    changed.texts(&claim)
}

fn sum(book: &mut Book, account: usize, metric: usize) -> &mut Additive {
    match &mut book.accounts[account].metrics[metric].form {
        Form::Additive(additive) => additive,
        Form::Quotient { .. } => panic!("a metric that is a sum"),
    }
}

#[test]
fn nothing_is_found_where_nothing_was_changed() {
    assert_eq!(found(|_| {}), [""; 0]);
}

#[test]
fn a_trade_of_another_value_is_found() {
    let cent = Amount::from_parts(1, 2);
    assert_eq!(
        found(|book| book.trades[0].value_base += &cent),
        ["the value of trade T1 was computed with as 10.01, the inputs give 10"]
    );
    for leg in 0..2 {
        assert!(found(|book| book.trades[0].legs[leg].value_base += &cent)[0].starts_with("what trade T1 moves was"));
        assert!(!found(|book| book.trades[0].legs[leg].security ^= 1).is_empty());
        assert!(!found(|book| drop(book.trades[0].legs.remove(leg))).is_empty());
    }
    assert!(!found(|book| book.trades[0].security ^= 1).is_empty());
    assert_eq!(
        found(|book| book.trades[3].pin = None),
        ["the pin of trade T4 was computed with as none, the inputs give PB1"]
    );
    assert_eq!(
        found(|book| drop(book.trades.remove(0))),
        ["the list of trades, by count was computed with as 3, the inputs give 4"]
    );
}

#[test]
fn an_opening_position_of_another_value_is_found() {
    for account in 0..2 {
        for security in 0..3 {
            let texts = found(|book| book.accounts[account].opening[security] += &Amount::from_parts(1, 9));
            assert!(texts[0].starts_with("the opening position of PB"), "{texts:?}");
        }
    }
}

#[test]
fn a_metric_with_another_coefficient_limit_worth_or_opening_is_found() {
    for account in 0..2 {
        for metric in [0, 1, 3] {
            let texts = found(|book| sum(book, account, metric).opening += &Amount::from(1));
            assert!(texts[0].starts_with("the opening value of metric"), "{texts:?}");
            // Corporates never reach PB2, where they have no coefficient.
            for security in (0..3).filter(|security| (account, *security) != (1, 2)) {
                let other = SideRates { long: number("0.5"), short: number("0.25") };
                let texts = found(|book| sum(book, account, metric).rates[security] = Some(other));
                assert!(texts[0].starts_with("the coefficient of "), "{texts:?}");
            }
        }
        for metric in 0..4 {
            let texts = found(|book| book.accounts[account].metrics[metric].worth += &Amount::from(1));
            assert!(texts[0].starts_with("the worth of metric"), "{texts:?}");
            let texts = found(|book| book.accounts[account].metrics[metric].limit.max = Some(number("77")));
            assert!(texts[0].starts_with("the limit of metric"), "{texts:?}");
        }
        let texts = found(|book| book.accounts[account].metrics[2].form = Form::Quotient { of: 0, to: 1 });
        assert!(texts[0].starts_with("\"of\" of metric leverage at PB"), "{texts:?}");
    }
}

#[test]
fn a_position_without_a_coefficient_is_found() {
    let scene = rich();
    let government = scene.book.trades[0].security;
    let texts = found(|book| sum(book, 0, 1).rates[government] = None);
    assert!(texts.contains(&"account PB1, metric gross: no coefficient for security A".to_owned()), "{texts:?}");
}

#[test]
fn accounts_metrics_securities_and_acceptances_of_another_desk_are_found() {
    assert!(!found(|book| drop(book.accounts.pop())).is_empty());
    assert!(!found(|book| book.accounts.swap(0, 1)).is_empty());
    assert!(!found(|book| book.accounts[0].metrics.swap(0, 1)).is_empty());
    assert!(!found(|book| book.accounts[0].metrics[0].name = MetricName::new("other")).is_empty());
    assert!(!found(|book| book.securities[1].id = domain::SecurityId::new("C")).is_empty());
    assert!(!found(|book| drop(book.securities.pop())).is_empty());
    for account in 0..2 {
        for security in 0..3 {
            let texts = found(|book| book.accounts[account].accepts[security] ^= true);
            assert!(texts[0].starts_with("whether PB"), "{texts:?}");
        }
    }
}
