//! A new user's first mistakes: `init`, one edit, `run`. Each ends with a message that names the place, the text
//! found there and the remedy, and with nothing written.

mod at_once;
mod in_configuration;
mod in_objective;
mod in_other_files;
mod in_solver_settings;
mod in_trades;
mod on_command_line;

use crate::desk::{Desk, Ran};

/// One wrong edit of the starter desk, and what has to be said about it.
struct Mistake {
    name: &'static str,
    edits: &'static [Edit],
    exit: i32,
    /// Place, value and remedy.
    says: &'static [&'static str],
}

enum Edit {
    /// In a file, this for that, once.
    Replace(&'static str, &'static str, &'static str),
    /// A file with these bytes.
    Write(&'static str, &'static [u8]),
    /// No such file.
    Remove(&'static str),
    /// A folder where a file should be.
    Folder(&'static str),
}
use Edit::{Folder, Remove, Replace, Write};

impl Edit {
    fn make(&self, desk: &Desk) {
        match self {
            Replace(file, from, to) => desk.replace(file, from, to),
            Write(file, bytes) => desk.write(file, bytes),
            Remove(file) => std::fs::remove_file(desk.path().join(file)).expect("a file to remove"),
            Folder(file) => {
                Remove(file).make(desk);
                std::fs::create_dir(desk.path().join(file)).expect("a new folder");
            }
        }
    }
}

/// Makes the edits in a fresh desk, runs it, and holds `validate` to the same words.
fn run(edits: &[Edit]) -> Ran {
    let desk = Desk::starter();
    edits.iter().for_each(|edit| edit.make(&desk));
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml"]);
    if ran.exit != 0 {
        let validated = desk.pb_assign(&["validate", "--config", "desk.yaml"]);
        // Only a run tells people.
        let mut line = ran.line();
        assert!(line.as_object_mut().expect("an object").remove("alerts").is_some(), "{line}");
        // Where files are refused, a run says what it did not do; nobody expects that of `validate`.
        let told = ran.stderr.replacen("; nothing was assigned\n", "\n", 1);
        assert_eq!((ran.exit, told, line), (validated.exit, validated.stderr.clone(), validated.line()));
        assert!(!desk.path().join("out").exists(), "something was published");
    }
    ran
}

/// Checks every mistake of a table, and shows all that fail.
fn check(mistakes: &[Mistake]) {
    let failures: Vec<String> = mistakes.iter().filter_map(failure).collect();
    assert!(failures.is_empty(), "{} of {}:\n\n{}", failures.len(), mistakes.len(), failures.join("\n"));
}

fn failure(mistake: &Mistake) -> Option<String> {
    let ran = run(mistake.edits);
    let line = ran.line();
    let missing: Vec<_> = mistake.says.iter().filter(|part| !ran.stderr.contains(**part)).collect();
    let machine_readable = line["exit"] == ran.exit && line["status"] == "failed" && !line["problems"][0].is_null();
    let explained = ran.stderr.contains("\nhint: ");
    (ran.exit != mistake.exit || !missing.is_empty() || !machine_readable || !explained).then(|| {
        let Mistake { name, exit, .. } = mistake;
        format!("{name}: exit {} for {exit}, without {missing:?}\n{}{}", ran.exit, ran.stderr, ran.stdout)
    })
}

#[test]
fn mistakes_in_the_configuration_are_explained() {
    check(in_configuration::MISTAKES);
    check(in_solver_settings::MISTAKES);
}

#[test]
fn mistakes_in_the_objective_are_explained() {
    check(in_objective::MISTAKES);
}

#[test]
fn mistakes_in_the_trades_are_explained() {
    check(in_trades::MISTAKES);
}

#[test]
fn mistakes_in_the_other_files_are_explained() {
    check(in_other_files::MISTAKES);
}

#[test]
fn a_file_with_a_header_alone_is_a_day_without_trades() {
    let ran = run(&[Write("trades.csv", b"trade_id,side,security,security_type,quantity,price,accrued_interest\n")]);
    let line = ran.line();
    assert_eq!((ran.exit, &line["status"], &line["counts"]["trades"]), (0, &"optimal".into(), &0.into()));
}

#[test]
fn a_price_of_zero_is_pointed_out_in_the_answer() {
    let ran = run(&[Replace("trades.csv", "99.53125", "0")]);
    assert_eq!((ran.exit, &ran.line()["counts"]["warnings"]), (0, &1.into()));
    assert!(ran.stderr.contains("warning L033: trades.csv price: the price of trade \"T2\" is 0"), "{}", ran.stderr);
}

#[test]
fn the_most_typical_mistakes_read_well() {
    let typical: [&[Edit]; 10] = [
        &[Replace("trades.csv", "quantity", "qty")],
        &[Replace("positions.csv", "PB2,GLOBEX", "PB3,GLOBEX")],
        &[Replace("trades.csv", "T2,", "T1,")],
        &[Replace("coefficients.csv", "*,dv01,UST 4.625 2055-02-15,0.00155\n", "")],
        &[Replace("trades.csv", "99.53125", "99-17")],
        &[Replace("trades.csv", "10000000", "ten million"), Replace("positions.csv", "PB2,GLOBEX", "PB3,GLOBEX")],
        &[Replace("trades.csv", "4000000", "-4000000")],
        &[Replace("desk.yaml", "priority: -1 }", "pirority: -1 }")],
        &[Replace("desk.yaml", "  - id: PB2\n", "  - id: PB2\n    max: 5\n")],
        &[Replace("desk.yaml", "trades: trades.csv", "trades: inbox/{as_of}/trades.csv")],
    ];
    insta::assert_snapshot!(typical.map(|edits| run(edits).stderr).join("\n"), @r#"
    trades.csv:1 quantity: L005: there is no column "quantity" among "trade_id", "side", "security", "security_type", "qty", "price", "accrued_interest", "account"
    hint: if "qty" is meant, state `trades: { path: trades.csv, columns: { quantity: qty } }` in the configuration
    1 problem; nothing was assigned

    positions.csv:6 account: M001: unknown account "PB3"
    hint: the configuration has PB1, PB2; add "PB3" under accounts if it is new
    1 problem; nothing was assigned

    trades.csv:3 trade_id: L024: the trade "T1" is also at trades.csv:2
    hint: give each trade an id of its own, or delete one of the two
    1 problem; nothing was assigned

    trades.csv:4 security: M003: security UST 4.625 2055-02-15 of type government has no coefficient in dv01 at PB1, PB2
    hint: add a row *,dv01,UST 4.625 2055-02-15 to the coefficients file, or "government" or a default to the metric
    1 problem; nothing was assigned

    trades.csv:3 price: L014: "99-17" is a price in 32nds or another fraction
    hint: convert it to decimals: 99-16 is 99.5, 99-16+ is 99.515625
    1 problem; nothing was assigned

    trades.csv:2 quantity: L016: "ten million" is abbreviated
    hint: write every digit: ten million is 10000000
    positions.csv:6 account: M001: unknown account "PB3"
    hint: the configuration has PB1, PB2; add "PB3" under accounts if it is new
    2 problems; nothing was assigned

    trades.csv:3 quantity: L021: "-4000000" is below zero
    hint: the side carries the sign: write the quantity of a sell without one
    1 problem; nothing was assigned

    desk.yaml:41:35 accounts.PB1.metrics.financing_cost.pirority: C001: unknown key "pirority"
    hint: did you mean "priority"?
    warning I102: the files were not checked against the configuration: more may show once this is mended
    1 problem; nothing was assigned

    desk.yaml:43:10 accounts.PB2.max: C001: unknown key "max"
    hint: "max" belongs in metrics.<metric> or accounts[].metrics.<metric>
    warning I102: the files were not checked against the configuration: more may show once this is mended
    1 problem; nothing was assigned

    desk.yaml:6:11 inputs.trades: C013: --as-of is required because inputs.trades holds {as_of}
    hint: state the date of the run: --as-of 2026-11-20
    warning I102: not every file was looked at: more may show once this is mended
    1 problem; nothing was assigned
    "#);
}

#[test]
fn what_the_checks_count_is_said() {
    let desk = Desk::starter();
    let validated = desk.pb_assign(&["validate", "--config", "desk.yaml"]);
    let valid = "Valid: 8 trades (1 pinned), 2 accounts with 6 positions, 6 coefficient rows (6 used), 10 limits.\n";
    assert_eq!(validated.stderr, valid);
    let counts = &validated.line()["counts"];
    assert_eq!((&counts["pinned"], &counts["coefficients_used"]), (&1.into(), &6.into()));
    // A row that a default makes up for: the run is valid, and says that the row is for nothing.
    desk.replace("desk.yaml", "dv01:           { coefficients: {} }", "dv01: { coefficients: {}, default: 0 }");
    desk.replace("coefficients.csv", "ACME 5.10 2031", "ACME 5.1 2031");
    let validated = desk.pb_assign(&["validate", "--config", "desk.yaml"]);
    assert_eq!(validated.exit, 0);
    assert!(validated.stderr.contains("coefficients.csv:5 security: warning M104: \"ACME 5.1 2031-06-01\" is neither"));
    assert!(validated.stderr.contains("6 coefficient rows (5 used)"), "{}", validated.stderr);
}

#[test]
fn a_command_says_what_it_left_undone() {
    let desk = Desk::starter();
    assert_eq!(desk.pb_assign(&["run", "--config", "desk.yaml"]).exit, 0);
    desk.replace("trades.csv", "T1,buy", "T1,slel");
    let last = |arguments: &[&str]| desk.pb_assign(arguments).stderr.lines().last().map(str::to_owned);
    assert_eq!(last(&["validate", "--config", "desk.yaml"]).as_deref(), Some("1 problem"));
    let verified = desk.pb_assign(&["verify", "out/latest"]).stderr;
    assert!(verified.starts_with("the answer in out/latest cannot be checked: "), "{verified}");
    assert_eq!(last(&["run", "--config", "desk.yaml"]).as_deref(), Some("1 problem; nothing was assigned"));
}

#[test]
fn the_last_plan_of_a_first_day_is_asked_for_with_a_way_to_begin() {
    let keep = "objective: { keep: { plan: plan.csv, max_changes: 3 } }\nvaluation:";
    let ran = run(&[Replace("desk.yaml", "valuation:", keep)]);
    assert!(
        ran.stderr.contains("plan.csv: L001: there is no such file\nhint: copy the assignments.csv"),
        "{}",
        ran.stderr
    );
    // The way that the hint names.
    let begun = run(&[Replace("desk.yaml", "valuation:", keep), Write("plan.csv", b"trade_id,account\n")]);
    assert_eq!(begun.exit, 0, "{}", begun.stderr);
}

#[test]
fn a_limit_on_an_undefined_ratio_says_what_made_it_so() {
    let cash = "PB2,UST 3.875 2028-10-15,government,-6000000,99.875,23957.76,USD\n\
                PB2,GLOBEX 6.25 2029-03-15,corporate,3000000,98.75,35416.67,USD\nPB2,USD,cash,11000000,,,USD\n";
    let desk = Desk::starter();
    desk.replace("positions.csv", cash, "");
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml"]);
    assert_eq!(ran.exit, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("undefined: equity is 0"), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning M108: "), "{}", ran.stderr);
}
