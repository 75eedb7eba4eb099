//! From a tree of settings to what they mean.

use std::path::Path;

use domain::place::At;
use domain::shape::UNKNOWN_KEY;
use domain::{Currency, Decimal, Desk, FxRates, Problem, Setting, Valuation};
use sha2::{Digest, Sha256};

use super::accounts::accounts;
use super::alerts::watch;
use super::codes::OUT_OF_RANGE;
use super::inputs::{LAST_PLAN, Paths};
use super::keys::{ACCRUED_QUOTES, PRICE_QUOTES, configuration};
use super::objective::objective;
use super::read::{at, choice_at, decimal_at, flag_at, refuse, text_at};
use super::reference::keys_with_paths;
use super::solvers::solver;
use super::{Config, Conventions, Given, Loaded, Rest};

/// What a configuration is read from and with.
pub(super) struct Source<'a> {
    /// Its file.
    pub path: &'a Path,
    /// The folder its paths are relative to.
    pub folder: &'a Path,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What the command line adds.
    pub given: &'a Given,
}

/// Reads the whole of `tree`. Every part is read whatever the others hold, so that all `problems` are found.
pub(super) fn resolve(tree: &Setting, source: &Source<'_>, problems: Vec<Problem>) -> Result<Loaded, Vec<Problem>> {
    let mut problems = problems;
    problems.extend(configuration().check(tree).into_iter().map(with_level));
    let given = source.given;
    let mut paths = Paths { folder: source.folder, as_of: given.as_of, uses_as_of: false };
    let inputs = paths.inputs(tree, given, &mut problems);
    let outputs = paths.outputs(tree, given, &mut problems);
    paths.check_last_plan(tree, &inputs, &outputs, &mut problems);
    let state = paths.state(tree, &mut problems);
    let watch = watch(tree, source.path, source.folder, &mut problems);
    let solver = solver(tree, source.folder, &mut problems);
    let desk = desk(tree, &mut problems);
    problems.sort_by_key(|problem| match problem.place.at {
        At::LineColumn(line, column) => (line, column),
        _ => (0, 0),
    });
    let sound = !problems.iter().any(Problem::is_error);
    assert!(desk.is_some() || !sound, "a desk that cannot be made has a problem that says why");
    match desk.filter(|_| sound) {
        Some(desk) => {
            let config = Config {
                desk,
                inputs,
                allow_negative_accrued: flag_at(tree, &["valuation", "allow_negative_accrued"]).unwrap_or(false),
                solver,
                state,
                watch,
                outputs,
                as_of: given.as_of,
                uses_as_of: paths.uses_as_of,
                sha256: sha256(source.bytes),
            };
            Ok(Loaded { config, warnings: problems })
        }
        None => Err(problems),
    }
}

/// The parts of a configuration that say what the desk is, and not where its files are or what is done with an answer.
const NOT_OF_THE_DESK: [&str; 8] = ["inputs", "format", "solver", "state", "outputs", "desk", "alerts", "monitoring"];

/// The parts that say how every file is to be read.
const OF_EVERY_FILE: [&str; 3] = ["base_currency", "valuation", "format"];

/// What of a refused `tree` can be used: each part in which nothing is wrong.
pub(super) fn rest(tree: &Setting, source: &Source<'_>, mut problems: Vec<Problem>) -> Rest {
    problems.extend(configuration().check(tree));
    let mut paths = Paths { folder: source.folder, as_of: source.given.as_of, uses_as_of: false };
    let mut inputs = paths.inputs(tree, source.given, &mut problems);
    let desk = desk(tree, &mut problems);
    let wrong: Vec<&str> =
        problems.iter().filter(|problem| problem.is_error()).map(|problem| &*problem.place.field).collect();
    let is_within = |field: &str, part: &str| {
        field.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let is_wrong = |part: &str| wrong.iter().any(|field| is_within(field, part));
    let are_inputs_whole = inputs.trades.is_some() && !is_wrong("inputs") && !is_wrong(LAST_PLAN);
    for (part, input) in inputs.parts() {
        if is_wrong(part) {
            *input = None;
        }
    }
    let allows_negative = flag_at(tree, &["valuation", "allow_negative_accrued"]).unwrap_or(false);
    let base_currency = desk.as_ref().map(|desk| desk.fx.base.clone());
    let can_be_read = base_currency.is_some() && !OF_EVERY_FILE.iter().any(|part| is_wrong(part));
    let conventions = Conventions { allow_negative_accrued: allows_negative, base_currency };
    let is_of_the_desk = |field: &&str| !NOT_OF_THE_DESK.iter().any(|part| is_within(field, part));
    Rest {
        inputs,
        are_inputs_whole,
        conventions: can_be_read.then_some(conventions),
        is_desk_whole: !wrong.iter().any(is_of_the_desk),
        desk,
    }
}

/// Says where a key belongs that we know, at another level than it was found at.
fn with_level(problem: Problem) -> Problem {
    if problem.code != UNKNOWN_KEY {
        return problem;
    }
    let name = problem.place.field.rsplit('.').next().unwrap_or_default();
    let parents: Vec<String> = keys_with_paths()
        .into_iter()
        .filter(|(_, key)| key.name == name)
        .map(|(path, _)| match path.strip_suffix(name).unwrap_or_default().trim_end_matches('.') {
            "" => "the top level".to_owned(),
            parent => parent.to_owned(),
        })
        .collect();
    let hint = match parents.as_slice() {
        [] => problem.hint,
        parents => format!("\"{name}\" belongs in {}", parents.join(" or ")),
    };
    Problem { hint, ..problem }
}

fn desk(tree: &Setting, problems: &mut Vec<Problem>) -> Option<Desk> {
    let fx = fx(tree, problems);
    let accounts = accounts(tree, problems);
    let objective = objective(tree, problems);
    let valuation = Valuation {
        price_quote: choice_at(tree, &["valuation", "price_quote"], &PRICE_QUOTES)?,
        accrued: choice_at(tree, &["valuation", "accrued"], &ACCRUED_QUOTES)?,
    };
    let settle_trades = flag_at(tree, &["cash", "settle_trades"]).unwrap_or(true);
    Some(Desk { fx: fx?, valuation, settle_trades, accounts, objective })
}

fn fx(tree: &Setting, problems: &mut Vec<Problem>) -> Option<FxRates> {
    let base = text_at(tree, &["base_currency"]);
    if let Some((setting, code)) = at(tree, &["base_currency"]).zip(base) {
        check_currency(code, setting, problems);
    }
    let mut rates = FxRates { base: Currency::new(base.unwrap_or_default()), base_per_unit: [].into() };
    for (code, setting) in at(tree, &["fx"]).map_or(&[][..], Setting::entries) {
        check_currency(code, setting, problems);
        let Some(rate) = decimal_at(setting, &[]) else { continue };
        if base == Some(code.as_str()) {
            if rate != Decimal::ONE {
                let message = format!("the rate of the base currency {code} is {rate}, not 1");
                let hint = format!("remove it; a rate says how many {code} one unit of another currency is");
                problems.push(refuse(OUT_OF_RANGE, setting, message, hint));
            }
            continue;
        }
        if rate <= Decimal::ZERO {
            let message = format!("the rate of {code} is {rate}, not above 0");
            let hint = format!("write how many units of base currency one {code} is");
            problems.push(refuse(OUT_OF_RANGE, setting, message, hint));
        }
        rates.base_per_unit.insert(Currency::new(code), rate);
    }
    base.map(|_| rates)
}

fn check_currency(code: &str, setting: &Setting, problems: &mut Vec<Problem>) {
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let message = format!("\"{code}\" is not a currency");
        let hint = "write the three capital letters of ISO 4217, such as USD";
        problems.push(refuse(OUT_OF_RANGE, setting, message, hint));
    }
}

fn sha256(bytes: &[u8]) -> String {
    domain::hex(&Sha256::digest(bytes))
}
