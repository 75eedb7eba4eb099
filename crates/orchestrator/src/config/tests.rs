use std::collections::BTreeMap;

use domain::place::At;
use domain::{Acceptance, Account, AccruedQuote, Currency, Limit, MetricDefinition, MetricName, OnBreach, PriceQuote};
use domain::{AccountId, FxRates, ObjectiveSettings, Setting, SettingValue, Valuation};

use super::*;

mod reference_configuration;
mod robustness;

const DEFAULT: &str = include_str!("../../../../config/default.yaml");
const EXAMPLE: &str = include_str!("tests/example.yaml");
const EXAMPLE_JSON: &str = include_str!("tests/example.json");

fn given() -> Given {
    Given { as_of: Some(jiff::civil::date(2026, 11, 20)), ..Given::default() }
}

fn read_text(text: &str, given: &Given) -> Result<Loaded, Vec<Problem>> {
    read("desk.yaml", Path::new("desk"), text.as_bytes(), given)
}

/// What a configuration's user would see of its problems.
fn messages(text: &str) -> String {
    let problems = match read_text(text, &Given::default()) {
        Ok(loaded) => loaded.warnings,
        Err(problems) => problems,
    };
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A minimal configuration with `more` after it.
fn minimal(more: &str) -> String {
    format!("version: 1\nbase_currency: USD\nvaluation: {{price_quote: per_100, accrued: amount}}\n{more}\n")
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The tree without places, so that two files can be compared.
fn bare(setting: &Setting) -> Setting {
    let value = match &setting.value {
        SettingValue::List(items) => SettingValue::List(items.iter().map(bare).collect()),
        SettingValue::Map(entries) => {
            SettingValue::Map(entries.iter().map(|(key, value)| (key.clone(), bare(value))).collect())
        }
        other => other.clone(),
    };
    Setting { place: Place::nowhere(), value }
}

fn without_places(mut desk: Desk) -> Desk {
    for account in &mut desk.accounts {
        account.place = Place::nowhere();
        for metric in &mut account.metrics {
            metric.place = Place::nowhere();
            metric.settings.iter_mut().for_each(|(_, setting)| *setting = bare(setting));
        }
    }
    desk
}

fn scalar(value: &str) -> Setting {
    Setting { place: Place::nowhere(), value: SettingValue::Text(value.to_owned()) }
}

fn map(entries: &[(&str, Setting)]) -> Setting {
    let entries = entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Setting { place: Place::nowhere(), value: SettingValue::Map(entries) }
}

fn sides(long: &str, short: &str) -> Setting {
    map(&[("long", scalar(long)), ("short", scalar(short))])
}

fn metric(name: &str, key: &str, setting: Setting, limit: Limit, priority: &str) -> MetricDefinition {
    MetricDefinition {
        place: Place::nowhere(),
        name: MetricName::new(name),
        settings: vec![(key.to_owned(), setting)],
        limit,
        priority: dec(priority),
    }
}

fn expected_desk() -> Desk {
    let equity = map(&[("government", scalar("1")), ("corporate", scalar("1")), ("cash", scalar("1"))]);
    let gross = map(&[("government", sides("1", "1")), ("corporate", sides("1", "1")), ("cash", scalar("0"))]);
    let leverage = map(&[("of", scalar("gross")), ("to", scalar("equity"))]);
    let cost = map(&[
        ("government", scalar("0.00012")),
        ("corporate", scalar("0.00021")),
        ("cash", sides("-0.00010", "0.00016")),
    ]);
    let at_least_zero = Limit { min: Some(Decimal::ZERO), ..Limit::default() };
    let at_most_six = Limit {
        min: None,
        max: Some(dec("6")),
        on_breach: OnBreach::MustNotWorsen,
        source: Some("PB agreement 4.2".to_owned()),
        owner: Some("treasury".to_owned()),
    };
    let types = ["government", "corporate"].map(domain::SecurityTypeName::new);
    Desk {
        fx: FxRates { base: Currency::new("USD"), base_per_unit: [(Currency::new("EUR"), dec("1.0842"))].into() },
        valuation: Valuation { price_quote: PriceQuote::Per100, accrued: AccruedQuote::Amount },
        settle_trades: true,
        accounts: vec![Account {
            place: Place::nowhere(),
            id: AccountId::new("PB1"),
            metrics: vec![
                metric("equity", "coefficients", equity, at_least_zero, "0"),
                metric("gross", "coefficients", gross, Limit::default(), "0"),
                metric("leverage", "ratio", leverage, at_most_six, "0"),
                metric("financing_cost", "coefficients", cost, Limit::default(), "-1"),
            ],
            accepts: Acceptance { security_types: Some(types.into()) },
        }],
        objective: ObjectiveSettings {
            weights: [(MetricName::new("financing_cost"), Decimal::ONE)].into(),
            ..ObjectiveSettings::default()
        },
    }
}

#[test]
fn the_example_of_the_design_says_what_it_means() {
    let Loaded { config, warnings } = read_text(EXAMPLE, &given()).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(without_places(config.desk), expected_desk());
    let trades = config.inputs.trades.unwrap();
    assert_eq!(trades.path, Path::new("desk/inbox/2026-11-20/trades.csv"));
    assert_eq!(trades.name, "inbox/2026-11-20/trades.csv");
    assert_eq!(trades.columns, BTreeMap::new());
    assert_eq!(config.inputs.coefficients.unwrap().path, Path::new("desk/coefficients.csv"));
    assert_eq!(config.state, Path::new("desk/state/"));
    assert_eq!(config.outputs, Path::new("desk/out/2026-11-20"));
    assert_eq!((config.solver.timeout_ms, config.solver.gap), (10_000, dec("0.0001")));
    assert!(config.uses_as_of && !config.allow_negative_accrued);
    assert_eq!(config.sha256.len(), 64);
}

#[test]
fn json_says_the_same_as_yaml() {
    let yaml = read_text(EXAMPLE, &given()).unwrap().config;
    let json = read_text(EXAMPLE_JSON, &given()).unwrap().config;
    assert_ne!(yaml.sha256, json.sha256);
    let common = |config: Config| Config { desk: without_places(config.desk), sha256: String::new(), ..config };
    assert_eq!(common(yaml), common(json));
}

#[test]
fn a_place_is_a_line_and_a_path_of_keys() {
    let desk = read_text(EXAMPLE, &given()).unwrap().config.desk;
    let leverage = &desk.accounts[0].metrics[2];
    assert_eq!(leverage.place.to_string(), "desk.yaml:24:7 accounts.PB1.metrics.leverage");
    assert_eq!(leverage.settings[0].1.place.to_string(), "desk.yaml:17:21 metrics.leverage.ratio");
}

#[test]
fn every_mistake_is_reported_in_one_pass() {
    insta::assert_snapshot!(messages(include_str!("tests/mistakes.yaml")), @r#"
    desk.yaml:1:10 version: C003: "2" is not 1
    hint: write 1
    desk.yaml:4:11 inputs.trades: C013: --as-of is required because inputs.trades holds {as_of}
    hint: state the date of the run: --as-of 2026-11-20
    desk.yaml:5:22 inputs.positions.path: C014: inputs.positions.path holds {date}, which stands for nothing
    hint: the date of a run is {as_of}
    desk.yaml:5:66 inputs.positions.columns.qantity: C001: unknown key "qantity"
    hint: did you mean "quantity"?
    desk.yaml:6:1 valuation: C002: "accrued" is missing
    hint: add `accrued: amount|per_100`: whether accrued interest is the amount for the whole holding, in its currency, or for 100 of par
    desk.yaml:6:27 valuation.price_quote: C003: "percent" is not one of per_100, per_unit
    hint: write one of per_100, per_unit
    desk.yaml:7:12 fx.USD: C008: the rate of the base currency USD is 1.5, not 1
    hint: remove it; a rate says how many USD one unit of another currency is
    desk.yaml:7:22 fx.EUR: C008: the rate of EUR is 0, not above 0
    hint: write how many units of base currency one EUR is
    desk.yaml:7:31 fx.euro: C008: "euro" is not a currency
    hint: write the three capital letters of ISO 4217, such as USD
    desk.yaml:8:41 objective.weights.financing_cots: C012: there is no metric "financing_cots"
    hint: did you mean "financing_cost"?
    desk.yaml:9:20 solver.timeout: C003: "10" is not a length of time such as 500ms, 10s or 2m
    hint: write a length of time such as 500ms, 10s or 2m
    desk.yaml:9:29 solver.gap: C008: a gap of 1 is not from 0 to below 1
    hint: write a fraction from 0 to below 1: 0.0001 stops within 0.01 % of the best possible
    desk.yaml:10:8 state: C014: state holds {as_of}
    hint: the ledger is the same every day: name one folder
    desk.yaml:11:9 colour: C001: unknown key "colour"
    hint: known keys: version, base_currency, inputs, format, valuation, fx, cash, objective, solver, state, desk, alerts, monitoring, outputs, metrics, accounts
    desk.yaml:13:36 metrics.financing_cost.default: C007: "default" is stated twice, first at line 13, column 21
    hint: keep one of them
    desk.yaml:14:15 metrics.leverage.ratio: C002: "to" is missing
    hint: add `to: …`: the denominator, a metric of the same account
    desk.yaml:18:7 accounts.PB1.metrics.leverge: C011: the metric "leverge" of account PB1 has no definition
    hint: did you mean "leverage"?
    desk.yaml:19:30 accounts.PB1.metrics.financing_cost.min: C003: "1_000" is not a decimal number of at most 28 digits
    hint: write digits alone, such as 1234.5: no commas between thousands, percent signs or units
    desk.yaml:19:42 accounts.PB1.metrics.financing_cost.max: C003: ".inf" is not a decimal number of at most 28 digits
    hint: write digits alone, such as 1234.5: no commas between thousands, percent signs or units
    desk.yaml:19:58 accounts.PB1.metrics.financing_cost.priority: C003: "1:30" is not a decimal number of at most 28 digits
    hint: write digits alone, such as 1234.5: no commas between thousands, percent signs or units
    desk.yaml:20:5 accounts.PB1: C009: the account "PB1" is stated twice, first at line 16, column 5
    hint: give each account an id of its own
    desk.yaml:21:16 accounts.PB1.accepts.security_types: C015: "security_types" has no value
    hint: write `security_types: []` to take nothing, or remove the key to take everything
    desk.yaml:22:5 accounts[2]: C002: "id" is missing
    hint: add `id: …`: the account as the files name it; unique
    "#);
}

#[test]
fn an_account_replaces_keys_of_a_shared_metric_whole() {
    let text = minimal(
        "metrics:\n  m: {coefficients: {a: 1, b: 2}, default: 0, max: 5, priority: 2, owner: desk}\naccounts:\n\
         - {id: A, metrics: {m: {coefficients: {a: 3}, max: 7}}}\n\
         - {id: B, metrics: {m: {ratio: {of: x, to: y}}}}\n\
         - {id: C, metrics: {m: {default: 1, priority: }}}\n\
         - {id: D}\n- {id: E, metrics: {}}",
    );
    let desk = without_places(read_text(&text, &Given::default()).unwrap().config.desk);
    let keys = |account: usize| {
        let metric = &desk.accounts[account].metrics[0];
        metric.settings.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>()
    };
    let metric = |account: usize| &desk.accounts[account].metrics[0];
    // A: its own coefficients alone, the shared default, its own limit.
    assert_eq!(metric(0).settings[0], ("coefficients".to_owned(), map(&[("a", scalar("3"))])));
    assert_eq!((keys(0), metric(0).limit.max), (vec!["coefficients", "default"], Some(dec("7"))));
    assert_eq!((metric(0).priority, metric(0).limit.owner.as_deref()), (dec("2"), Some("desk")));
    // B: another kind, so that neither of the shared kind's keys is left.
    assert_eq!((keys(1), metric(1).limit.max), (vec!["ratio"], Some(dec("5"))));
    // C: one key of the same kind replaced, the priority dropped.
    assert_eq!((keys(2), metric(2).priority), (vec!["coefficients", "default"], Decimal::ZERO));
    assert_eq!(metric(2).settings[1].1, scalar("1"));
    // D has every shared metric as it is, E has none.
    assert_eq!((keys(3), metric(3).limit.max), (vec!["coefficients", "default"], Some(dec("5"))));
    assert!(desk.accounts[4].metrics.is_empty());
}

#[test]
fn an_empty_list_accepts_nothing_and_a_blank_one_is_refused() {
    let accounts = "accounts:\n- {id: A, accepts: {security_types: []}}\n- {id: B, accepts: {}}";
    let desk = read_text(&minimal(accounts), &Given::default()).unwrap().config.desk;
    assert_eq!(desk.accounts[0].accepts.security_types, Some([].into()));
    assert_eq!(desk.accounts[1].accepts.security_types, None);
    insta::assert_snapshot!(messages(&minimal("accounts:\n- {id: A, accepts: {security_types: }}\n- {id: B, metrics: }")), @r#"
    desk.yaml:5:21 accounts.A.accepts.security_types: C015: "security_types" has no value
    hint: write `security_types: []` to take nothing, or remove the key to take everything
    desk.yaml:6:11 accounts.B.metrics: C015: "metrics" has no value
    hint: write `metrics: {}` for none, or remove the key for every shared metric
    "#);
}

#[test]
fn a_limit_without_a_value_is_pointed_out() {
    insta::assert_snapshot!(messages(&minimal("accounts:\n- {id: A, metrics: {m: {default: 1, max: }}}")), @r#"
    desk.yaml:5:37 accounts.A.metrics.m.max: warning C015: "max" has no value, so m has no max here
    hint: write a number, or remove the key
    "#);
}

#[test]
fn the_date_is_asked_for_only_where_a_path_holds_it() {
    let text = minimal("inputs:\n  trades: in/{as_of}.csv\n  positions: {path: p.csv}\naccounts: [{id: A}]");
    insta::assert_snapshot!(messages(&text), @r#"
    desk.yaml:5:11 inputs.trades: C013: --as-of is required because inputs.trades holds {as_of}
    hint: state the date of the run: --as-of 2026-11-20
    "#);
    // A file given instead needs no date.
    let instead = Given { trades: Some("other.csv".to_owned()), ..Given::default() };
    let config = read_text(&text, &instead).unwrap().config;
    assert_eq!(config.inputs.trades.unwrap().path, Path::new("other.csv"));
    assert!(!config.uses_as_of);
    assert_eq!(config.outputs, Path::new("desk/out/latest"));
}

#[test]
fn a_file_given_instead_keeps_its_columns_and_format() {
    let text = minimal(
        "format: {decimal: \",\", delimiter: \";\"}\ninputs:\n  trades:\n    path: a.xlsx\n    sheet: Blotter\n    \
         columns: {trade_id: Deal}\n    other_columns: [\" Unit\"]\n    format: {delimiter: tab}\naccounts: [{id: A}]",
    );
    let input = |name: &str| {
        let given = Given { trades: Some(name.to_owned()), ..Given::default() };
        read_text(&text, &given).unwrap().config.inputs.trades.unwrap()
    };
    let format = FileFormat { decimal: DecimalMark::Comma, sheet: Some("Blotter".to_owned()), delimiter: Some('\t') };
    let columns = BTreeMap::from([("trade_id".to_owned(), "Deal".to_owned())]);
    assert_eq!(
        input("b.XLSX"),
        Input {
            path: "b.XLSX".into(),
            name: "b.XLSX".to_owned(),
            format,
            columns: columns.clone(),
            other_columns: vec!["Unit".to_owned()],
        }
    );
    // A text file has no sheet.
    assert_eq!((input("b.csv").format.sheet, input("b.csv").columns), (None, columns));
}

#[test]
fn a_configuration_that_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, bytes: Option<&[u8]>| {
        let path = folder.path().join(name);
        bytes.into_iter().for_each(|bytes| std::fs::write(&path, bytes).unwrap());
        let problems = load(&path, &Given::default()).unwrap_err();
        let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        text.replace(&folder.path().display().to_string(), "…")
    };
    let large = vec![b' '; 16 * 1024 * 1024 + 1];
    let all = [
        of("none.yaml", None),
        of("", None),
        of("utf16.yaml", Some(&[0xff, 0xfe, b'v', 0])),
        of("latin1.yaml", Some(b"base_currency: \xe9")),
        of("large.yaml", Some(&large)),
        of("empty.yaml", Some(b"\xef\xbb\xbf# nothing yet\n")),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    …/none.yaml: C004: the configuration does not exist
    hint: `pb-assign init` writes a starting configuration
    …/: C004: the configuration is a folder
    hint: name the file in it: --config FOLDER/desk.yaml
    …/utf16.yaml: C005: the configuration is not UTF-8 text
    hint: it is UTF-16: save it as UTF-8
    …/latin1.yaml: C005: the configuration is not UTF-8 text
    hint: save it as UTF-8; is this the right file?
    …/large.yaml: C004: the configuration has more than 16 MiB
    hint: is this the right file? values by security belong in the coefficients file
    …/empty.yaml: C015: the configuration is empty
    hint: `pb-assign init` writes a starting configuration
    "#);
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_text() {
    let text = format!("\u{feff}{}", minimal("accounts: [{id: A, metrics: {m: {default: 0.10}}}]"));
    let desk = read_text(&text, &Given::default()).unwrap().config.desk;
    assert_eq!(bare(&desk.accounts[0].metrics[0].settings[0].1), scalar("0.10"));
}

#[test]
fn codes_are_unique_and_in_order() {
    let all: Vec<_> = domain::shape::CODES.iter().chain(CODES).map(|code| code.id).collect();
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
    assert!(CODES.iter().all(|code| code.id.starts_with('C')));
}

#[test]
fn the_demonstration_desk_loads_without_a_warning() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/desk/desk.yaml");
    let Loaded { config, warnings } = load(&path, &given()).unwrap();
    assert_eq!(warnings, []);
    assert!(config.inputs.trades.unwrap().path.ends_with("fixtures/desk/inbox/2026-11-20/trades.csv"));
}

#[test]
fn what_is_left_out_is_what_the_table_of_keys_says() {
    let config =
        read_text(&minimal("accounts: [{id: A, metrics: {m: {default: 1}}}]"), &Given::default()).unwrap().config;
    let keys = reference::keys_with_paths();
    let default = |path: &str| keys.iter().find(|(known, _)| known == path).unwrap().1.default;
    assert_eq!(Some(config.solver.timeout_ms), domain::shape::duration_ms(default("solver.timeout")));
    assert_eq!(Some(config.solver.gap), domain::shape::decimal(default("solver.gap")));
    let names = config.solver.backends.iter().map(|choice| match choice {
        BackendChoice::Known(name) => *name,
        BackendChoice::Own { .. } => panic!("nobody's own"),
    });
    assert_eq!(format!("[{}]", names.collect::<Vec<_>>().join(", ")), default("solver.backends"));
    assert_eq!(Some(config.solver.memory_bytes), domain::shape::size_bytes(default("solver.memory")));
    assert_eq!(config.solver.threads.to_string(), default("solver.threads"));
    assert_eq!(config.solver.python, Path::new(default("solver.python")));
    assert_eq!(config.desk.settle_trades.to_string(), default("cash.settle_trades"));
    assert_eq!(config.desk.objective.include_limited.to_string(), default("objective.include_limited"));
    assert_eq!(config.allow_negative_accrued.to_string(), default("valuation.allow_negative_accrued"));
    assert_eq!(config.state, Path::new("desk").join(default("state")));
    let metric = &config.desk.accounts[0].metrics[0];
    assert_eq!(metric.priority.to_string(), default("metrics.<metric>.priority"));
    let on_breach = OnBreach::TABLE.iter().find(|(_, choice)| *choice == metric.limit.on_breach).unwrap().0;
    assert_eq!(on_breach, default("metrics.<metric>.on_breach"));
}

#[test]
fn places_point_into_the_file() {
    let Err(problems) = read_text("version: 2\n", &Given::default()) else { panic!("version 2 does not exist") };
    assert_eq!(problems[0].place.at, At::LineColumn(1, 1)); // what is missing belongs to the file's first key
}
