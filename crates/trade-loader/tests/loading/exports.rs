//! Real-world formatting: each file under `fixtures/exports` holds the same trades.

use std::collections::BTreeMap;

use crate::common::{dollars, fixture, shown};
use domain::Trade;
use trade_loader::{DecimalMark, FileFormat, Source, load_trades};

/// The trades of every export, attributes left out: not every export has them.
const EXPECTED: &str = "\
T1 buy 0912828XX government 10000000 99.515625 125000 Some(\"USD\") Some(\"PB1\")
T2 sell XS0123456789 corporate 2500000 101.25 0 Some(\"EUR\") None
T3 buy 912797AA1 bill 1234567.89 98.5 0 Some(\"USD\") None";

fn line(trade: &Trade) -> String {
    let (quantity, price, accrued) = (trade.quantity.normalize(), trade.price.normalize(), trade.accrued.normalize());
    let Trade { id, side, security, security_type, currency, pin, .. } = trade;
    let currency = currency.as_ref().map(ToString::to_string);
    let pin = pin.as_ref().map(ToString::to_string);
    format!("{id} {side} {security} {security_type} {quantity} {price} {accrued} {currency:?} {pin:?}")
}

fn check(source: &Source, warnings: &str) -> Vec<Trade> {
    let loaded = load_trades(source, &dollars()).unwrap();
    assert_eq!(shown(&loaded.problems), warnings, "{}", source.name);
    assert_eq!(loaded.rows.iter().map(line).collect::<Vec<_>>().join("\n"), EXPECTED, "{}", source.name);
    loaded.rows
}

#[test]
fn encodings_delimiters_and_formats_give_the_same_trades() {
    let exports = [
        "plain.csv",
        "utf8-bom-crlf.csv",
        "utf16-tabs.txt",
        "utf16-big-endian.csv",
        "windows-1252.csv",
        "pipes.txt",
        "excel-text-cells.csv",
        "digits.json",
    ];
    for export in exports {
        let trades = check(&fixture(&format!("exports/{export}")), "");
        assert_eq!(trades[1].attributes, BTreeMap::from([("trader".to_owned(), "Société".to_owned())]), "{export}");
    }
}

#[test]
fn a_decimal_comma_is_read_where_it_is_stated() {
    let format = FileFormat { decimal: DecimalMark::Comma, ..FileFormat::default() };
    check(&Source { format, ..fixture("exports/decimal-comma.csv") }, "");
    let unstated = load_trades(&fixture("exports/decimal-comma.csv"), &dollars()).unwrap();
    assert!(unstated.rows.is_empty(), "nothing may load in the other reading: {:?}", unstated.rows);
}

#[test]
fn total_rows_are_skipped_and_said_so() {
    let warnings = "\
totals-and-blank-rows.csv:7: warning L009: the row \"Subtotal\" is taken for a total and skipped
hint: if it is one of the trades, fill in trade_id, side, security
totals-and-blank-rows.csv:9: warning L009: the row \"Grand total:\" is taken for a total and skipped
hint: if it is one of the trades, fill in trade_id, side, security";
    check(&fixture("exports/totals-and-blank-rows.csv"), warnings);
}

#[test]
fn columns_go_by_the_names_that_are_stated() {
    let names = [
        ("trade_id", "deal no"),
        ("side", "B/S"),
        ("security", "ISIN"),
        ("security_type", "Asset Class"),
        ("quantity", "Nominal"),
        ("price", "Clean Px"),
        ("accrued_interest", "AI"),
        ("currency", "Ccy"),
        ("account", "PB"),
    ];
    let columns = names.map(|(ours, header)| (ours.to_owned(), header.to_owned())).into();
    check(&Source { columns, ..fixture("exports/renamed-columns.csv") }, "");
}

#[test]
fn the_digest_of_rows_is_that_of_the_rows_and_not_of_the_file() {
    let digest = |export: &str| load_trades(&fixture(&format!("exports/{export}")), &dollars()).unwrap();
    let (plain, utf16) = (digest("plain.csv"), digest("utf16-tabs.txt"));
    assert_eq!(plain.rows_sha256, utf16.rows_sha256);
    assert_ne!(plain.bytes_sha256, utf16.bytes_sha256);
    // 1e7 and "125,000" are other texts for the same numbers.
    assert_eq!(plain.rows_sha256, digest("digits.json").rows_sha256);
    assert_ne!(plain.rows_sha256, digest("excel-text-cells.csv").rows_sha256);
    assert_eq!(plain.rows_read, 3);
}
