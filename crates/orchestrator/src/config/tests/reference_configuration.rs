//! The reference configuration, the JSON Schema and the reference text against the table of keys.

use std::collections::BTreeSet;

use domain::{Setting, Shape};

use super::super::*;
use super::{DEFAULT, EXAMPLE, given, minimal, read_text};

/// The paths of the keys in a tree, as the reference calls them.
fn paths_in(setting: &Setting, shape: &Shape, path: &str, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Object(keys) => {
            for (name, value) in setting.entries() {
                let key = keys.iter().find(|key| key.name == name).unwrap();
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                found.insert(path.clone());
                paths_in(value, &key.shape, &path, found);
            }
        }
        Shape::List(item) => {
            setting.items().iter().for_each(|each| paths_in(each, item, &format!("{path}[]"), found));
        }
        Shape::Map { key, value } => {
            let path = format!("{path}.<{}>", key.trim_start_matches("a "));
            setting.entries().iter().for_each(|(_, each)| paths_in(each, value, &path, found));
        }
        Shape::Either(_, mapping) => paths_in(setting, mapping, path, found),
        _ => {}
    }
}

/// The files take the same keys, and so do shared metrics and those of an account.
fn folded(path: &str) -> String {
    let path = path.replace("accounts[].metrics.<metric>.", "metrics.<metric>.");
    let mut keys: Vec<&str> = path.split('.').collect();
    if keys[0] == "inputs" && keys.len() > 2 {
        keys[1] = "<file>";
    }
    if keys.starts_with(&["objective", "keep", "plan"]) && keys.len() > 3 {
        keys.splice(..3, ["inputs", "<file>"]);
    }
    keys.join(".")
}

#[test]
fn it_loads_without_a_warning() {
    let Loaded { config, warnings } = read_text(DEFAULT, &given()).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(config.desk.accounts.len(), 3);
    assert_eq!(config.desk.accounts[2].metrics.len(), 6); // the shared ones
}

#[test]
fn it_holds_every_key() {
    let (tree, _) = tree::parse("default.yaml", DEFAULT).unwrap();
    let mut found = BTreeSet::new();
    paths_in(&tree, &keys::configuration(), "", &mut found);
    let found: BTreeSet<_> = found.iter().map(|path| folded(path)).collect();
    let known: BTreeSet<_> = reference::keys_with_paths().iter().map(|(path, _)| folded(path)).collect();
    assert_eq!(known.difference(&found).collect::<Vec<_>>(), Vec::<&String>::new(), "not in config/default.yaml");
}

/// A tree as JSON: numbers and flags as such where they were written so.
fn json_of(text: &str) -> serde_json::Value {
    serde_saphyr::from_str(text).unwrap()
}

fn errors(text: &str) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&json_schema()).unwrap();
    validator.iter_errors(&json_of(text)).map(|error| error.instance_path().to_string()).collect()
}

#[test]
fn it_and_the_example_fit_the_json_schema() {
    assert!(jsonschema::draft202012::meta::is_valid(&json_schema()));
    assert_eq!(errors(DEFAULT), Vec::<String>::new());
    assert_eq!(errors(EXAMPLE), Vec::<String>::new());
    assert_eq!(errors(&minimal("accounts: [{id: 7, metrics: {m: }}]\nfx: \nstate: ")), Vec::<String>::new());
}

#[test]
fn the_json_schema_refuses_what_the_shapes_refuse() {
    for (text, path) in [
        ("accounts: [{id: A}]\nsolvr: {}", ""),
        ("accounts: [{id: A, metrics: {m: {mx: 1}}}]", "/accounts/0/metrics/m"),
        ("accounts: [{id: A}]\nsolver: {timeout: 10}", "/solver"),
        ("accounts: [{id: A}]\nsolver: {gap: tight}", "/solver"),
        ("accounts: [{id: A}]\nfx: {EUR: true}", "/fx"),
    ] {
        let text = minimal(text);
        assert!(read_text(&text, &Given::default()).is_err(), "{text}");
        assert!(errors(&text).iter().any(|error| error.starts_with(path)), "{text}: {:?}", errors(&text));
    }
}

#[test]
fn the_reference_has_a_row_for_every_key() {
    let text = reference_markdown();
    assert_eq!(text.lines().count(), 2 + reference::keys_with_paths().len());
    assert!(text.lines().all(|line| line.matches(" | ").count() >= 3), "{text}");
    let row = |path: &str| text.lines().find(|line| line.starts_with(&format!("| `{path}` |"))).unwrap().to_owned();
    insta::assert_snapshot!(
        [row("version"), row("fx"), row("solver.timeout"), row("accounts[].metrics.<metric>.on_breach")].join("\n"),
        @r#"
    | `version` | `1` | required | the version of this format |
    | `fx` | mapping from currency to decimal | base currency only | units of base currency for one unit of each other currency, above 0; a currency without a rate is an error |
    | `solver.timeout` | length of time: `500ms`, `10s`, `2m` | 10s | how long a run may take: it looks for a better assignment until then, less what reading the files and checking the answer take, and for a tenth of the time at least; above 0, with its unit |
    | `accounts[].metrics.<metric>.on_breach` | `must_cure`, `must_not_worsen`, `report_only` | must_cure | what a limit asks for when the opening positions break it already |
    "#
    );
}
