//! Mistakes of several kinds together: all of them show in one pass, and what could not be looked at is said.

use super::{Edit, Remove, Replace, run};

/// The codes of what is said, in its order.
fn codes(edits: &[Edit]) -> Vec<String> {
    let line = run(edits).line();
    let problems = line["problems"].as_array().expect("a list of problems");
    problems.iter().map(|problem| problem["code"].as_str().expect("a code").to_owned()).collect()
}

const MISSPELT_SIDE: Edit = Replace("trades.csv", "T1,buy", "T1,slel");
const MISSPELT_TYPE: Edit = Replace("trades.csv", "4.625 2055-02-15,government", "4.625 2055-02-15,goverment");
const MIN_ABOVE_MAX: Edit = Replace("desk.yaml", "{ min: -60000, max: 60000 }", "{ min: 60000, max: -60000 }");
const MISSPELT_KEY: Edit = Replace("desk.yaml", "{ priority: -1 }", "{ pirority: -1 }");

#[test]
fn rows_that_are_refused_do_not_hide_what_is_wrong_with_the_others() {
    assert_eq!(codes(&[MISSPELT_SIDE, MISSPELT_TYPE]), ["L020", "M003"]);
    assert_eq!(codes(&[MISSPELT_SIDE, MIN_ABOVE_MAX]), ["L020", "P001"]);
    assert_eq!(codes(&[MISSPELT_SIDE, Remove("positions.csv")]), ["L020", "L001"]);
}

#[test]
fn a_missing_coefficient_does_not_hide_a_pin_that_cannot_be() {
    let takes = Replace("desk.yaml", "  - id: PB2\n", "  - id: PB2\n    accepts: { security_types: [government] }\n");
    assert_eq!(codes(&[takes, MISSPELT_TYPE]), ["M003", "P002"]);
}

#[test]
fn a_mistake_beside_the_desk_does_not_hide_what_is_wrong_with_the_files() {
    let timeout = Replace("desk.yaml", "timeout: 10s", "timeout: soon");
    assert_eq!(codes(&[timeout, MISSPELT_SIDE, MISSPELT_TYPE, MIN_ABOVE_MAX]), ["C003", "L020", "M003", "P001"]);
}

#[test]
fn a_mistake_in_the_desk_leaves_limits_priorities_and_rows_to_be_looked_at() {
    let number = Replace("desk.yaml", "max: 9000000", "max: 6x");
    let on_ratio = Replace("desk.yaml", "leverage:       { max: 5 }", "leverage: { max: 5, priority: 1 }");
    assert_eq!(codes(&[number, on_ratio, MIN_ABOVE_MAX]), ["C003", "P001", "P004", "I102"]);
    assert_eq!(codes(&[MISSPELT_KEY, MISSPELT_SIDE, MISSPELT_TYPE]), ["C001", "L020", "I102"]);
    // A priority that is misspelt is none: nothing false is said of it.
    let order = Replace("desk.yaml", "valuation:", "objective: { order: [financing_cost] }\nvaluation:");
    let other = Replace("desk.yaml", "        priority: -1\n", "");
    assert_eq!(codes(&[MISSPELT_KEY, order, other]), ["C001", "I102"]);
}

#[test]
fn what_could_not_be_looked_at_is_said() {
    let said = |edits: &[Edit]| {
        let text = run(edits).stderr;
        let line = text.lines().find(|line| line.starts_with("warning I102: ")).unwrap_or_default();
        line.trim_start_matches("warning I102: ").trim_end_matches(": more may show once this is mended").to_owned()
    };
    let syntax = Replace("desk.yaml", "accounts:", "accounts: [");
    assert_eq!(said(&[syntax, MISSPELT_SIDE]), "the files were not looked at");
    let currency = Replace("desk.yaml", "base_currency: USD", "base_currency: dollars");
    assert_eq!(said(&[currency, MISSPELT_SIDE]), "the files were not looked at");
    let trades = Replace("desk.yaml", "  trades: trades.csv", "  trade: trades.csv");
    assert_eq!(said(&[trades]), "not every file was looked at");
    // A coefficients file that was not read is no reason to miss what may stand in it.
    let coefficients = Replace("desk.yaml", "  coefficients: coefficients.csv", "  coeficients: coefficients.csv");
    assert_eq!(codes(&[coefficients, MISSPELT_TYPE]), ["C001", "I102"]);
    assert_eq!(said(&[MISSPELT_KEY]), "the files were not checked against the configuration");
    let coefficient = Replace("coefficients.csv", "0.00068", "much");
    assert_eq!(said(&[coefficient, MISSPELT_TYPE]), "whether every security has its coefficients was not looked at");
    assert_eq!(said(&[MISSPELT_SIDE, MISSPELT_TYPE, MIN_ABOVE_MAX]), "");
}

#[test]
fn rows_that_contradict_another_file_are_said_once() {
    let other =
        Replace("trades.csv", "T2,sell,UST 4.25 2034-11-15,government", "T2,sell,UST 4.25 2034-11-15,corporate");
    // The first trade of the security agrees with the positions.
    assert_eq!(codes(&[other, MISSPELT_TYPE]), ["L025", "M003"]);
}
