//! Files with one of every mistake: all of them are reported in one pass.

use std::collections::BTreeMap;

use crate::common::{dollars, fixture, shown, written};
use trade_loader::{Conventions, Source, load_coefficients, load_current_metrics, load_positions, load_trades};

#[test]
fn every_mistake_of_a_trades_file_is_reported_in_one_pass() {
    let loaded = load_trades(&fixture("bad-files/trades-every-mistake.csv"), &dollars()).unwrap();
    insta::assert_snapshot!(shown(&loaded.problems), @r##"
    trades-every-mistake.csv:3 trade_id: L024: the trade "T1" is also at trades-every-mistake.csv:2
    hint: give each trade an id of its own, or delete one of the two
    trades-every-mistake.csv:4 side: L020: "short" is neither buy nor sell
    hint: a short sale is a sell
    trades-every-mistake.csv:5 quantity: L021: "0" is a trade of nothing
    hint: delete the row, or mend it
    trades-every-mistake.csv:6 quantity: L021: "-1000000" is below zero
    hint: the side carries the sign: write the quantity of a sell without one
    trades-every-mistake.csv:7 quantity: L003: "1.000,00" could be 1 or 1000
    hint: state `format: { decimal: "," }` in the configuration if 1000 is meant; otherwise write it without separators
    trades-every-mistake.csv:8 quantity: L016: "10mm" is abbreviated
    hint: write every digit: ten million is 10000000
    trades-every-mistake.csv:8 price: L014: "99-16" is a price in 32nds or another fraction
    hint: convert it to decimals: 99-16 is 99.5, 99-16+ is 99.515625
    trades-every-mistake.csv:8 accrued_interest: L015: "5%" is a percentage
    hint: write 5% as 0.05, a price as 99.5
    trades-every-mistake.csv:9 quantity: L007: the cell is empty
    hint: write the number
    trades-every-mistake.csv:9 price: L007: the cell is empty
    hint: write the clean price
    trades-every-mistake.csv:9 accrued_interest: L007: the cell is empty
    hint: write 0 where nothing has accrued
    trades-every-mistake.csv:10 quantity: L017: "2026-11-20" is a date
    hint: check which column holds the number
    trades-every-mistake.csv:10 price: L019: "#N/A" is an error of a spreadsheet formula
    hint: mend the formula, or write the value
    trades-every-mistake.csv:10 accrued_interest: L004: "-" could be 0 or a value that is missing
    hint: write the number; 0 where it is zero
    trades-every-mistake.csv:11 quantity: L018: "12345678901234567890123456789" has more digits than are kept
    hint: write it with at most 28 digits
    trades-every-mistake.csv:11 price: L022: "-99.5" is a price below zero
    hint: write the clean price without a sign
    trades-every-mistake.csv:11 accrued_interest: L023: "-125000" is accrued interest below zero
    hint: write it as a buyer pays it, above zero for sells and shorts too; for ex-dividend periods allow it in the configuration
    trades-every-mistake.csv:12 accrued_interest: L023: bill accrues no interest, and "12.50" is stated
    hint: leave it blank, or mend the security type
    trades-every-mistake.csv:13 security_type: L026: "cash" is never traded
    hint: state it as a position: trades settle through it
    trades-every-mistake.csv:14 security_type: L025: "S1" has "corporate" here and "government" at trades-every-mistake.csv:2
    hint: a security has one type and one currency: mend one of the two
    trades-every-mistake.csv:15 currency: L025: "S1" has EUR here and USD at trades-every-mistake.csv:2
    hint: a security has one type and one currency: mend one of the two
    trades-every-mistake.csv:16 security: L028: "9.13E+08" is what a spreadsheet makes of an identifier with an E
    hint: format the column as text, and write it again
    trades-every-mistake.csv:17 price: L027: "€99.50" is not in USD
    hint: state the currency of the row in a column `currency`, or convert the number
    trades-every-mistake.csv:18 currency: L027: "dollar" is not the code of a currency
    hint: write its three letters, such as USD
    trades-every-mistake.csv:19: L008: "late" stands where the header row is empty
    hint: name the column, or put the text into quotes if it holds a delimiter
    trades-every-mistake.csv:20 security: L028: "a\nb" has characters that do not show
    hint: type it again
    trades-every-mistake.csv:21 quantity: L004: "one" is not a number
    hint: write digits alone, such as 1234.5
    trades-every-mistake.csv:22 trade_id: L007: the cell is empty
    hint: fill it in
    trades-every-mistake.csv:23: warning L009: the row "Total" is taken for a total and skipped
    hint: if it is one of the trades, fill in trade_id, side, security
    "##);
    assert_eq!(loaded.rows.iter().map(|trade| trade.id.as_str()).collect::<Vec<_>>(), ["T1"]);
    assert_eq!(loaded.rows_read, 21);
}

#[test]
fn every_mistake_of_a_positions_file_is_reported_in_one_pass() {
    let loaded = load_positions(&fixture("bad-files/positions-every-mistake.csv"), &dollars()).unwrap();
    insta::assert_snapshot!(shown(&loaded.problems), @r##"
    positions-every-mistake.csv:3 price: L022: the price of cash is 1, not "1.08"
    hint: leave it blank, and put the amount into the quantity
    positions-every-mistake.csv:4 accrued_interest: L023: cash accrues no interest, and "5" is stated
    hint: leave it blank, or mend the security type
    positions-every-mistake.csv:6 security: L024: "S1" at "PB1" is also at positions-every-mistake.csv:5
    hint: net the lots into one row
    positions-every-mistake.csv:7 accrued_interest: L023: "-100" is accrued interest below zero
    hint: write it as a buyer pays it, above zero for sells and shorts too; for ex-dividend periods allow it in the configuration
    positions-every-mistake.csv:8 price: L007: the cell is empty
    hint: write the clean price
    positions-every-mistake.csv:8 accrued_interest: L007: the cell is empty
    hint: write 0 where nothing has accrued
    positions-every-mistake.csv:9 security_type: L025: "USD" has "currency" here and "cash" at positions-every-mistake.csv:2
    hint: a security has one type and one currency: mend one of the two
    positions-every-mistake.csv:10: warning L009: the row "PB1 Total" is taken for a total and skipped
    hint: if it is one of the positions, fill in account, security, security_type
    "##);
    // Cash without a price is worth its quantity.
    let cash = &loaded.rows[0];
    assert_eq!((cash.security_type.as_str(), cash.price.to_string().as_str()), ("cash", "1"));
    assert_eq!(loaded.rows.len(), 2);
}

#[test]
fn every_mistake_of_a_metrics_file_is_reported_in_one_pass() {
    let loaded = load_current_metrics(&fixture("bad-files/current-metrics-every-mistake.csv"), &dollars()).unwrap();
    insta::assert_snapshot!(shown(&loaded.problems), @r##"
    current-metrics-every-mistake.csv:3 metric: L024: the "leverage" of "PB1" is also at current-metrics-every-mistake.csv:2
    hint: delete one of the two
    current-metrics-every-mistake.csv:4 metric: L007: the cell is empty
    hint: fill it in
    current-metrics-every-mistake.csv:5 value: L015: "500%" is a percentage
    hint: write 5% as 0.05, a price as 99.5
    current-metrics-every-mistake.csv:6 value: L027: "EUR 20" is not in USD
    hint: state the currency of the row in a column `currency`, or convert the number
    "##);
    assert_eq!(loaded.rows.len(), 1);
}

#[test]
fn every_mistake_of_a_coefficients_file_is_reported_in_one_pass() {
    let loaded = load_coefficients(&fixture("bad-files/coefficients-every-mistake.csv"), &dollars()).unwrap();
    insta::assert_snapshot!(shown(&loaded.problems), @r#"
    coefficients-every-mistake.csv:3 security: L024: the "margin" of "S1" at every account is also at coefficients-every-mistake.csv:2
    hint: delete one of the two
    coefficients-every-mistake.csv:4 coefficient: L029: a coefficient and a side of it are both stated
    hint: fill in coefficient alone, or long and short
    coefficients-every-mistake.csv:5 short: L029: long is stated and short is not
    hint: fill in coefficient alone, or long and short
    coefficients-every-mistake.csv:6 long: L029: short is stated and long is not
    hint: fill in coefficient alone, or long and short
    coefficients-every-mistake.csv:7 coefficient: L007: the cell is empty
    hint: fill in coefficient alone, or long and short
    coefficients-every-mistake.csv:8 coefficient: L003: "0,02" could be 2 or 0.02
    hint: state `format: { decimal: "," }` in the configuration if 0.02 is meant; otherwise write it without separators
    "#);
    assert_eq!(loaded.rows.len(), 1);
}

#[test]
fn mistakes_of_the_header_row_are_reported_once_and_not_for_each_row() {
    let problems = |file: &str| {
        let loaded = load_trades(&fixture(&format!("bad-files/{file}")), &dollars()).unwrap();
        shown(&loaded.problems)
    };
    let all = ["missing-columns.csv", "duplicate-columns.csv", "title-rows.csv"].map(problems).join("\n");
    insta::assert_snapshot!(all, @r#"
    missing-columns.csv:1 security: L005: there is no column "security" among "trade_id", "side", "cusip", "type", "qantity", "price", "accrued_interest"
    hint: add the column; if it goes by another name, state `trades: { path: missing-columns.csv, columns: { security: HEADER } }` in the configuration
    missing-columns.csv:1 security_type: L005: there is no column "security_type" among "trade_id", "side", "cusip", "type", "qantity", "price", "accrued_interest"
    hint: add the column; if it goes by another name, state `trades: { path: missing-columns.csv, columns: { security_type: HEADER } }` in the configuration
    missing-columns.csv:1 quantity: L005: there is no column "quantity" among "trade_id", "side", "cusip", "type", "qantity", "price", "accrued_interest"
    hint: if "qantity" is meant, state `trades: { path: missing-columns.csv, columns: { quantity: qantity } }` in the configuration
    duplicate-columns.csv:1 price: L006: "price" and "Price" are one name for two columns
    hint: delete or rename one of them
    title-rows.csv:1: L005: none of the columns trade_id, side, security, security_type, quantity, price, accrued_interest, currency, account is among "Blotter of the day"
    hint: title-rows.csv:3 looks like the header row: delete the rows above it
    "#);
}

#[test]
fn files_that_cannot_be_read_say_what_they_are_and_what_to_do() {
    let files = [
        "archive.csv",
        "binary.csv",
        "blank.csv",
        "cut-short.json",
        "cut-short.xlsx",
        "empty.csv",
        "key-twice.json",
        "no-extension",
        "object.json",
        "old-excel.xls",
        "old-excel.xlsx",
        "packed.csv",
        "text.xlsx",
        "two-delimiters.csv",
        "unclosed-quote.csv",
        "utf16-without-mark.csv",
        "utf32.csv",
        "web-page.csv",
        "web-page.xlsx",
        "not-there.csv",
    ];
    let problem = |file: &str| load_trades(&fixture(&format!("bad-files/{file}")), &dollars()).unwrap_err().problem();
    insta::assert_snapshot!(shown(&files.map(problem)), @r#"
    archive.csv: L002: the content is a workbook or an archive, not a text table
    hint: name a workbook .xlsx; unpack an archive
    binary.csv: L031: the text cannot be decoded: it has empty characters, as UTF-16 without its byte order mark has
    hint: save it as UTF-8
    blank.csv: L001: the file is empty
    hint: a day without rows still needs the header line
    cut-short.json:3:13: L010: EOF while parsing an object
    hint: export the file again
    cut-short.xlsx: L010: the archive of the workbook cannot be read: invalid Zip archive: Could not find EOCD
    hint: export the file again
    empty.csv: L001: the file is empty
    hint: a day without rows still needs the header line
    key-twice.json:3: L010: the key "trade_id" occurs twice
    hint: export the file again
    no-extension: L002: the name has no file extension
    hint: save it as one of .csv, .txt, .tsv, .xlsx, .xlsm, .json
    object.json:1:1: L010: invalid type: map, expected a list of objects
    hint: export the file again
    old-excel.xls: L002: ".xls" is not a file extension that is read here
    hint: save it as one of .csv, .txt, .tsv, .xlsx, .xlsm, .json
    old-excel.xlsx: L002: the content is an old .xls or a workbook with a password, not a workbook
    hint: save it as .xlsx without a password
    packed.csv: L002: the content is a packed file, not a text table
    hint: unpack it first
    text.xlsx: L002: the content is plain text or unknown, not a workbook
    hint: name a text table .csv; export a workbook again
    two-delimiters.csv:1: L012: fields of the header line could be divided by "," or by ";"
    hint: state the delimiter, for example `format: { delimiter: ";" }`
    unclosed-quote.csv:2: L010: a quote is opened here and never closed
    hint: close the quote, and double a quote that belongs to a text in quotes
    utf16-without-mark.csv: L031: the text cannot be decoded: it has empty characters, as UTF-16 without its byte order mark has
    hint: save it as UTF-8
    utf32.csv: L031: the text cannot be decoded: it is UTF-32
    hint: save it as UTF-8
    web-page.csv: L002: the content is a web page or XML, not a text table
    hint: open it in a spreadsheet and save it as .xlsx or .csv
    web-page.xlsx: L002: the content is a web page or XML, not a workbook
    hint: open it in a spreadsheet and save it as .xlsx or .csv
    not-there.csv: L001: there is no such file
    hint: check the path, which starts at the configuration's folder, and that the file has arrived
    "#);
    let folder = load_trades(&fixture("bad-files"), &dollars()).unwrap_err();
    assert_eq!(folder.to_string(), "load bad-files: the name has no file extension");
}

#[test]
fn a_day_without_trades_needs_the_header_line_alone() {
    let folder = tempfile::tempdir().unwrap();
    let header = "trade_id,side,security,security_type,quantity,price,accrued_interest\n";
    for (name, content) in [("t.csv", header), ("t.json", "[]")] {
        let loaded = load_trades(&written(&folder, name, content), &dollars()).unwrap();
        assert_eq!((loaded.rows.len(), loaded.problems.len(), loaded.rows_read), (0, 0, 0), "{name}");
    }
}

fn one_trade(numbers: &str, change: impl FnOnce(&mut Source, &mut Conventions)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let header = "trade_id,side,security,security_type,quantity,price,accrued_interest,currency";
    let mut source = written(&folder, "t.csv", format!("{header}\nT1,buy,S1,government,{numbers}\n"));
    let mut conventions = dollars();
    change(&mut source, &mut conventions);
    let loaded = load_trades(&source, &conventions).unwrap();
    assert!(loaded.has_errors() || loaded.rows.len() == 1);
    shown(&loaded.problems)
}

#[test]
fn a_price_with_three_digits_behind_a_comma_is_not_taken_for_thousands() {
    let refusal = "t.csv:2 price: L003: \"99,515\" could be 99515 or 99.515\n\
                   hint: state `format: { decimal: \",\" }` in the configuration if 99.515 is meant; otherwise \
                   write it without separators";
    assert_eq!(one_trade("\"1,000\",\"99,515\",0,USD", |_, _| ()), refusal);
    assert_eq!(one_trade("\"1,000\",\"1,099.515\",0,USD", |_, _| ()), "");
}

#[test]
fn a_price_of_zero_loads_and_is_pointed_out() {
    let warning = "t.csv:2 price: warning L033: the price of trade \"T1\" is 0\n\
                   hint: state the clean price, unless the bond is worthless";
    assert_eq!(one_trade("1,0.00,0,USD", |_, _| ()), warning);
}

#[test]
fn accrued_interest_below_zero_loads_where_it_is_agreed() {
    assert!(one_trade("1,99,-5,USD", |_, _| ()).contains("L023"));
    assert_eq!(one_trade("1,99,-5,USD", |_, conventions| conventions.allow_negative_accrued = true), "");
}

#[test]
fn a_number_in_another_currency_is_refused_unless_the_row_says_so() {
    assert!(one_trade("1,€99,0,", |_, _| ()).contains("L027: \"€99\" is not in USD"));
    assert_eq!(one_trade("1,€99,0,eur", |_, _| ()), "");
    assert_eq!(one_trade("1,EUR 99,0,", |_, conventions| conventions.base_currency = None), "");
}

#[test]
fn a_column_that_is_renamed_in_vain_is_refused() {
    let with = |ours: &str, header: &str| {
        let entry = (ours.to_owned(), header.to_owned());
        one_trade("1,99,0,USD", |source, _| source.columns = BTreeMap::from([entry]))
    };
    assert_eq!(
        with("qantity", "quantity"),
        "t.csv:1 qantity: L030: `columns:` renames \"qantity\", which is no column of trades\n\
         hint: did you mean quantity?"
    );
    assert!(with("account", "PB").starts_with("t.csv:1 account: L030: there is no column \"PB\" among \"trade_id\""));
    assert!(with("price", "Clean Px").starts_with("t.csv:1 price: L005: there is no column \"Clean Px\" among"));
}

#[test]
fn a_misspelt_column_that_may_be_missing_is_refused_and_not_left_aside() {
    let folder = tempfile::tempdir().unwrap();
    let problems = |headers: &str| {
        let text = format!("{headers}\nT1,buy,S1,government,1000,99,0,EUR,PB1\n");
        shown(&load_trades(&written(&folder, "trades.csv", text), &dollars()).unwrap().problems)
    };
    let required = "trade_id,side,security,security_type,quantity,price,accrued_interest";
    insta::assert_snapshot!(problems(&format!("{required},ccy,acount")), @r#"
    trades.csv:1 currency: L034: there is no column "currency", and "ccy" may be meant for it
    hint: rename it, or state `trades: { path: trades.csv, columns: { currency: ccy } }` in the configuration, or `other_columns: [ccy]` there if it means something else
    trades.csv:1 account: L034: there is no column "account", and "acount" may be meant for it
    hint: rename it, or state `trades: { path: trades.csv, columns: { account: acount } }` in the configuration, or `other_columns: [acount]` there if it means something else
    "#);
    for near in ["curency", "Currencys", "currenyc", "Ccy", "CUR"] {
        assert!(problems(&format!("{required},{near},account")).contains(" currency: L034: "), "{near}");
    }
    for near in ["acount", "Accounts", "acconut", "Account ID", "acct"] {
        assert!(problems(&format!("{required},currency,{near}")).contains(" account: L034: "), "{near}");
    }
    // Other words, and columns that are beside the right one.
    for fine in ["currency,account", "currency,amount", "currency,trader", "count,discount"] {
        assert_eq!(problems(&format!("{required},{fine}")), "", "{fine}");
    }
    let both = format!("{required},currency,account,acount");
    let text = format!("{both}\nT1,buy,S1,government,1000,99,0,EUR,PB1,x\n");
    assert_eq!(load_trades(&written(&folder, "trades.csv", text), &dollars()).unwrap().problems, []);
}

#[test]
fn a_column_that_is_stated_to_mean_something_else_is_kept_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = "trade_id,side,security,security_type,quantity,price,accrued_interest,Accounts\n\
                T1,buy,S1,government,1000,99,0,3\n";
    let source = written(&folder, "trades.csv", text);
    assert!(load_trades(&source, &dollars()).unwrap().has_errors());
    let loaded = load_trades(&Source { other_columns: vec!["accounts".to_owned()], ..source }, &dollars()).unwrap();
    assert_eq!(loaded.problems, []);
    assert_eq!((loaded.rows[0].pin.as_ref(), loaded.rows[0].attributes["Accounts"].as_str()), (None, "3"));
}

#[test]
fn a_misspelt_coefficient_is_one_problem_and_not_one_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let text = "account,metric,security,coeficient\n*,dv01,S1,0.1\n*,dv01,S2,0.1\n";
    let loaded = load_coefficients(&written(&folder, "coefficients.csv", text), &dollars()).unwrap();
    insta::assert_snapshot!(shown(&loaded.problems), @r#"
    coefficients.csv:1 coefficient: L034: there is no column "coefficient", and "coeficient" may be meant for it
    hint: rename it, or state `coefficients: { path: coefficients.csv, columns: { coefficient: coeficient } }` in the configuration, or `other_columns: [coeficient]` there if it means something else
    "#);
    assert!(loaded.rows.is_empty());
}

#[test]
fn a_missing_type_does_not_make_a_blank_price_or_accrued_interest_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let text = "account,security,quantity,price,accrued_interest\nPB1,USD,5,,\nPB1,BILL,5,98,\n";
    let loaded = load_positions(&written(&folder, "positions.csv", text), &dollars()).unwrap();
    let codes: Vec<&str> = loaded.problems.iter().map(|problem| problem.code.id).collect();
    assert_eq!(codes, ["L005"]);
}

#[test]
fn columns_that_are_renamed_are_looked_for_by_their_other_names() {
    let folder = tempfile::tempdir().unwrap();
    let text = "trade_id,side,security,security_type,quantity,price,accrued_interest,account\n";
    let renamed = |columns: &[(&str, &str)]| {
        let columns = columns.iter().map(|(ours, header)| ((*ours).to_owned(), (*header).to_owned())).collect();
        let source = Source { columns, ..written(&folder, "trades.csv", text) };
        shown(&load_trades(&source, &dollars()).unwrap().problems)
    };
    insta::assert_snapshot!(renamed(&[("trade_id", "Deal No"), ("account", "PB")]), @r#"
    trades.csv:1 account: L030: there is no column "PB" among "trade_id", "side", "security", "security_type", "quantity", "price", "accrued_interest", "account"
    hint: the file has account under its own name: drop or mend account under `columns:`
    trades.csv:1 trade_id: L005: there is no column "Deal No" among "trade_id", "side", "security", "security_type", "quantity", "price", "accrued_interest", "account"
    hint: the file has trade_id under its own name: drop or mend trade_id under `columns:`
    "#);
    let required = ["trade_id", "side", "security", "security_type", "quantity", "price", "accrued_interest"];
    let all: Vec<(&str, &str)> = required.into_iter().chain(["currency", "account"]).map(|name| (name, "X")).collect();
    let shown = renamed(&all);
    assert!(shown.contains("none of the columns X, X, X, X, X, X, X, X, X is among \"trade_id\","), "{shown}");
    assert!(shown.ends_with("hint: the file has columns by our names: drop or mend `columns:` in the configuration"));
}
