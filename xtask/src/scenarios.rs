//! Scenarios: small days with one special thing each, run through the program as its users run it.
//!
//! A folder of `fixtures/scenarios` holds `scenario.json`, written by a person, the desk's files, and
//! `expected.json`, written by `--bless` and read by a person. Start with [`Scenario`].

mod difference;
mod expectation;
mod scenario;
mod trial;

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;

use crate::error::{Outcome, XtaskError};
use crate::{cargo, files};
use scenario::Scenario;
use trial::{Surroundings, Trial};

const FOLDER: &str = "fixtures/scenarios";
const EXPECTED: &str = "expected.json";

/// Keys of a result that say what ran, not what came out.
const ABOUT_THE_RUN: &[&str] = &["run_id", "inputs", "engine"];
/// With more assignments than these, `expected.json` counts them by account.
const ASSIGNMENTS_LISTED_AT_MOST: usize = 200;
/// How a run ends that publishes nothing: wrong use, refused data, our own failure, try again.
const EXITS_WITHOUT_RESULT: &[i32] = &[2, 3, 70, 75];

/// Builds the product and runs the scenarios with `filter` in their name; with `bless`, writes what came out as
/// what is expected.
pub(crate) fn run(root: &Path, build: &[&str], filter: Option<&str>, bless: bool) -> Outcome {
    let names = chosen(scenario_names(root)?, filter)?;
    let program = cargo::build_product(root, build)?;
    let mut failed = 0;
    for name in &names {
        let start = Instant::now();
        let wrong = Scenario::read(&root.join(FOLDER).join(name))
            .and_then(|scenario| try_scenario(root, &program, &scenario, bless))
            .unwrap_or_else(|error| vec![format!("failed to {error}")]);
        let verdict = if wrong.is_empty() { "ok  " } else { "FAIL" };
        println!("{verdict}  {name:<40}{:>8.2} s", start.elapsed().as_secs_f64());
        for line in wrong.iter().flat_map(|text| text.lines()) {
            println!("      {line}");
        }
        failed += usize::from(!wrong.is_empty());
    }
    println!("scenarios: {} as expected, {failed} not", names.len() - failed);
    if failed == 0 { Ok(()) } else { Err(XtaskError::ScenariosDiffer { failed }) }
}

/// The names of all scenarios, sorted.
fn scenario_names(root: &Path) -> Outcome<Vec<String>> {
    let folder = root.join(FOLDER);
    let files = files::names_below(&folder)?;
    Ok(files.iter().filter_map(|file| file.strip_suffix("/scenario.json")).map(str::to_owned).collect())
}

fn chosen(names: Vec<String>, filter: Option<&str>) -> Outcome<Vec<String>> {
    let Some(filter) = filter else { return Ok(names) };
    let (chosen, others): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| name.contains(filter));
    if chosen.is_empty() {
        return Err(XtaskError::Refused {
            what: format!("find a scenario with \"{filter}\" in its name"),
            hint: format!("there are {}", others.join(", ")),
        });
    }
    Ok(chosen)
}

/// What is not as it should be, each in words.
fn try_scenario(root: &Path, program: &Path, scenario: &Scenario, bless: bool) -> Outcome<Vec<String>> {
    let work = root.join("target/scenarios").join(&scenario.name);
    let first = Trial::run(program, scenario, &work, Surroundings::Plain)?;
    let mut wrong = check_ending(scenario, &first);
    wrong.extend(expectation::check(&scenario.expect, &first));
    if let Some(result) = &first.result {
        wrong.extend(check_published(program, scenario, &first, result)?);
        if !scenario.volatile {
            let again = Trial::run(program, scenario, &work, Surroundings::Foreign)?;
            wrong.extend(check_same(&first, &again));
        }
    }
    if wrong.is_empty() && bless {
        if let Some(result) = first.result.as_ref().filter(|_| !scenario.volatile) {
            files::write(&scenario.folder.join(EXPECTED), &render(&kept(result)))?;
        }
    } else if !bless {
        wrong.extend(check_expected(scenario, first.result.as_ref())?);
    }
    if !wrong.is_empty() {
        wrong.push(first.said());
    }
    Ok(wrong)
}

fn check_ending(scenario: &Scenario, trial: &Trial) -> Vec<String> {
    let mut wrong = Vec::new();
    if trial.exit != Some(scenario.exit) {
        let got = trial.exit.map_or("a signal".to_owned(), |exit| exit.to_string());
        wrong.push(format!("exit: {} expected, {got} came", scenario.exit));
    }
    let publishes = !EXITS_WITHOUT_RESULT.contains(&scenario.exit) && !scenario.is_dry_run();
    match (publishes, &trial.result) {
        (true, None) => wrong.push("result.json: expected, and not published".to_owned()),
        (false, Some(_)) => wrong.push("result.json: published where nothing should be".to_owned()),
        _ => {}
    }
    wrong
}

/// A published result agrees with what the program said, and with what it says of it afterwards.
fn check_published(program: &Path, scenario: &Scenario, trial: &Trial, result: &Value) -> Outcome<Vec<String>> {
    let mut wrong = Vec::new();
    let last_line = trial.stdout.lines().last().unwrap_or_default();
    let said: Value = serde_json::from_str(last_line).unwrap_or_default();
    for key in ["status", "reason"] {
        if said[key] != result[key] {
            wrong.push(format!("stdout: its last line is not JSON with the {key} of result.json: {last_line}"));
        }
    }
    let has_assignment = result["status"] == "optimal" || result["status"] == "feasible";
    if has_assignment && let Some(text) = trial.verify(program, scenario)? {
        wrong.push(format!("verify: {text}"));
    }
    Ok(wrong)
}

/// The same inputs give the same bytes.
fn check_same(first: &Trial, again: &Trial) -> Option<String> {
    if first.result_bytes == again.result_bytes {
        return None;
    }
    let none = Value::Null;
    let lines =
        difference::of(first.result.as_ref().unwrap_or(&none), again.result.as_ref().unwrap_or(&none), "result.json");
    let lines = if lines.is_empty() { vec!["the bytes only".to_owned()] } else { lines };
    Some(format!("a second run, elsewhere and in another locale and time zone, differs:\n{}", lines.join("\n")))
}

fn check_expected(scenario: &Scenario, result: Option<&Value>) -> Outcome<Vec<String>> {
    let path = scenario.folder.join(EXPECTED);
    let Some(result) = result.filter(|_| !scenario.volatile) else {
        let stale = path.exists().then(|| format!("{EXPECTED}: there for a scenario that publishes nothing fixed"));
        return Ok(stale.into_iter().collect());
    };
    if !path.exists() {
        return Ok(vec![format!("{EXPECTED}: missing; read the result, then run this with --bless")]);
    }
    let expected: Value = serde_json::from_str(&files::read(&path)?).unwrap_or_default();
    Ok(difference::of(&expected, &kept(result), EXPECTED))
}

/// The part of a result that `expected.json` holds.
fn kept(result: &Value) -> Value {
    let mut kept = result.clone();
    let Some(entries) = kept.as_object_mut() else { return kept };
    for key in ABOUT_THE_RUN {
        entries.remove(*key);
    }
    if let Some(assignments) = entries.get("assignments").and_then(Value::as_array)
        && assignments.len() > ASSIGNMENTS_LISTED_AT_MOST
    {
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for assignment in assignments {
            *counts.entry(assignment["account"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        entries.insert("assignments".to_owned(), serde_json::json!(counts));
    }
    kept
}

fn render(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    format!("{value:#}\n")
}

/// Where a scenario's working files are.
fn folders_of(work: &Path) -> (PathBuf, PathBuf) {
    (work.join("desk"), work.join("out"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_that_fits_nothing_names_what_there_is() {
        let names = || vec!["all-buys".to_owned(), "all-sells".to_owned(), "pins".to_owned()];
        assert_eq!(chosen(names(), Some("all")).unwrap(), ["all-buys", "all-sells"]);
        assert_eq!(chosen(names(), None).unwrap().len(), 3);
        let error = chosen(names(), Some("breach")).unwrap_err().to_string();
        assert!(error.ends_with("hint: there are all-buys, all-sells, pins"), "{error}");
    }

    #[test]
    fn what_says_which_run_it_was_is_not_kept() {
        let result = json!({ "run_id": "x", "inputs": [], "engine": {}, "status": "optimal" });
        assert_eq!(kept(&result), json!({ "status": "optimal" }));
    }

    #[test]
    fn many_assignments_are_counted_by_account() {
        let assignment = |i: usize| json!({ "trade_id": i, "account": if i < 150 { "PB1" } else { "PB2" } });
        let assignments: Vec<Value> = (0..201).map(assignment).collect();
        let many = kept(&json!({ "assignments": assignments }));
        assert_eq!(many, json!({ "assignments": { "PB1": 150, "PB2": 51 } }));
        let few = json!({ "assignments": assignments[..200] });
        assert_eq!(kept(&few), few);
    }

    #[test]
    fn the_ending_has_to_be_the_expected_one() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = |exit: i32, args: &[&str]| Scenario {
            exit,
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..Scenario::in_folder(folder.path())
        };
        let trial = |exit: i32, result: Option<Value>| Trial { exit: Some(exit), result, ..Trial::default() };
        let result = || Some(json!({}));
        assert_eq!(check_ending(&scenario(0, &[]), &trial(0, result())), [""; 0]);
        assert_eq!(check_ending(&scenario(3, &[]), &trial(3, None)), [""; 0]);
        assert_eq!(check_ending(&scenario(0, &["--dry-run"]), &trial(0, None)), [""; 0]);
        assert_eq!(
            check_ending(&scenario(4, &[]), &trial(0, None)),
            ["exit: 4 expected, 0 came", "result.json: expected, and not published"]
        );
        assert_eq!(
            check_ending(&scenario(0, &["--dry-run"]), &trial(0, result())),
            ["result.json: published where nothing should be"]
        );
    }

    #[test]
    fn a_second_run_that_differs_is_shown() {
        let trial = |text: &str| Trial {
            result: serde_json::from_str(text).ok(),
            result_bytes: Some(text.as_bytes().to_vec()),
            ..Trial::default()
        };
        assert_eq!(check_same(&trial("{}"), &trial("{}")), None);
        let differs = check_same(&trial(r#"{"a":1}"#), &trial(r#"{"a":2}"#)).unwrap();
        assert!(differs.ends_with("result.json a: 1 expected, 2 came"), "{differs}");
        assert!(check_same(&trial("{}"), &trial("{ }")).unwrap().ends_with("the bytes only"));
    }

    #[test]
    #[cfg(unix)]
    fn a_result_is_blessed_once_and_kept_from_then_on() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(FOLDER).join("plain");
        std::fs::create_dir_all(&folder).unwrap();
        files::write(&folder.join("desk.yaml"), "version: 1\n").unwrap();
        let program = root.path().join("program");
        let text = "#!/bin/sh\n[ $1 = verify ] && exit 0\nmkdir -p $5\n\
            echo '{\"status\":\"optimal\",\"reason\":\"proven\"}' | tee $5/result.json\n";
        files::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let scenario = Scenario::in_folder(&folder);
        let wrong = |bless: bool| try_scenario(root.path(), &program, &scenario, bless).unwrap();
        assert!(wrong(false)[0].starts_with("expected.json: missing"));
        assert_eq!(wrong(true), [""; 0]);
        let blessed = files::read(&folder.join(EXPECTED)).unwrap();
        assert_eq!(blessed, "{\n  \"reason\": \"proven\",\n  \"status\": \"optimal\"\n}\n");
        assert_eq!(wrong(false), [""; 0]);
        files::write(&folder.join(EXPECTED), &blessed.replace("proven", "within_gap")).unwrap();
        assert_eq!(wrong(false)[0], "expected.json reason: \"within_gap\" expected, \"proven\" came");
    }
}
