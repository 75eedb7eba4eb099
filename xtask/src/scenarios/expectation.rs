//! What a person says has to come out of a scenario, key by key.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::trial::Trial;

type Check = fn(&Value, &Trial) -> Vec<String>;

/// The keys of `expect`. Each check says what is not as the key's value wants it.
pub(super) const KEYS: &[(&str, Check)] = &[
    ("status", |want, trial| check_value("status", want, &trial.published()["status"])),
    ("reason", |want, trial| check_value("reason", want, &trial.published()["reason"])),
    ("objective", |want, trial| check_value("objective.value", want, &trial.published()["objective"]["value"])),
    ("assignments", check_assignments),
    ("metrics", check_metrics),
    ("levels", check_levels),
    ("changes", check_changes),
    ("conflict", check_conflict),
    ("present", check_present),
    ("stderr", check_stderr),
];

/// Everything that came out otherwise than expected.
pub(super) fn check(expect: &Map<String, Value>, trial: &Trial) -> Vec<String> {
    let wanted = KEYS.iter().filter_map(|(key, check)| Some((expect.get(*key)?, check)));
    wanted.flat_map(|(want, check)| check(want, trial)).collect()
}

fn check_value(name: &str, want: &Value, got: &Value) -> Vec<String> {
    if want == got { Vec::new() } else { vec![format!("{name}: {want} expected, {got} came")] }
}

/// `{"T1": "PB1"}`: all trades with the account of each.
fn check_assignments(want: &Value, trial: &Trial) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let published = trial.published();
    let listed = published["assignments"].as_array().into_iter().flatten();
    let got: BTreeMap<String, String> = listed.map(|each| (text(&each["trade_id"]), text(&each["account"]))).collect();
    let want: BTreeMap<String, String> =
        want.as_object().into_iter().flatten().map(|(trade, account)| (trade.clone(), text(account))).collect();
    let trades: BTreeSet<&String> = want.keys().chain(got.keys()).collect();
    let nowhere = "nowhere".to_owned();
    let account = |map: &BTreeMap<String, String>, trade: &String| map.get(trade).unwrap_or(&nowhere).clone();
    trades
        .into_iter()
        .filter(|trade| want.get(*trade) != got.get(*trade))
        .map(|trade| {
            format!("assignment of {trade}: {} expected, {} came", account(&want, trade), account(&got, trade))
        })
        .collect()
}

/// `{"PB1 leverage": {"final": "5.5"}}`: fields of some metrics.
fn check_metrics(want: &Value, trial: &Trial) -> Vec<String> {
    let published = trial.published();
    let rows: BTreeMap<String, &Value> = published["metrics"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| {
            let (account, metric) = (&row["account"], &row["metric"]);
            (format!("{} {}", account.as_str().unwrap_or_default(), metric.as_str().unwrap_or_default()), row)
        })
        .collect();
    let mut wrong = Vec::new();
    for (name, fields) in want.as_object().into_iter().flatten() {
        let Some(row) = rows.get(name) else {
            let known = rows.keys().cloned().collect::<Vec<_>>().join(", ");
            wrong.push(format!("metric {name}: not among those of result.json: {known}"));
            continue;
        };
        for (field, want) in fields.as_object().into_iter().flatten() {
            wrong.extend(check_value(&format!("metric {name} {field}"), want, row.get(field).unwrap_or(&Value::Null)));
        }
    }
    wrong
}

/// `["financing -110 given up 10 proven", "rest -240 given up 0 proven"]`: the levels of the objective in their order.
fn check_levels(want: &Value, trial: &Trial) -> Vec<String> {
    let published = trial.published();
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or("rest").to_owned();
    let level = |entry: &Value| {
        let [metric, value, given_up, reason] = ["metric", "value", "given_up", "reason"].map(|key| word(entry, key));
        Value::from(format!("{metric} {value} given up {given_up} {reason}"))
    };
    let listed = published["objective"]["levels"].as_array().into_iter().flatten();
    check_value("levels", want, &listed.map(level).collect())
}

/// `["T1 PB1 PB2"]`: the trades that are not where the last plan has them, with both accounts.
fn check_changes(want: &Value, trial: &Trial) -> Vec<String> {
    let published = trial.published();
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or("?").to_owned();
    let change = |entry: &Value| Value::from(["trade_id", "from", "to"].map(|key| word(entry, key)).join(" "));
    let listed = published["changes"]["trades"].as_array().into_iter().flatten();
    check_value("changes", want, &listed.map(change).collect())
}

/// `["PB1 leverage max", "changes from the last plan max 1"]`: the limits that cannot hold together, in any order.
fn check_conflict(want: &Value, trial: &Trial) -> Vec<String> {
    let published = trial.published();
    let changes = published["diagnostics"]["conflict_changes"]["max_changes"].as_u64();
    let listed = published["diagnostics"]["conflict"].as_array().into_iter().flatten();
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or("?").to_owned();
    let limit = |entry: &Value| ["account", "metric", "bound"].map(|key| word(entry, key)).join(" ");
    let changes = changes.map(|most| format!("changes from the last plan max {most}"));
    let got: BTreeSet<String> = listed.map(limit).chain(changes).collect();
    let want: BTreeSet<String> =
        want.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let missing = want.difference(&got).map(|limit| format!("conflict: {limit} expected, and not named"));
    let added = got.difference(&want).map(|limit| format!("conflict: {limit} named, and not expected"));
    missing.chain(added).collect()
}

/// `["objective.gap"]`: what has a value, whatever it is.
fn check_present(want: &Value, trial: &Trial) -> Vec<String> {
    let published = trial.published();
    let is_absent = |path: &&str| published.pointer(&format!("/{}", path.replace('.', "/"))).is_none_or(Value::is_null);
    let paths = want.as_array().into_iter().flatten().filter_map(Value::as_str);
    paths.filter(is_absent).map(|path| format!("{path}: a value expected, and none there")).collect()
}

/// `["P004", "text"]`: texts that stderr holds.
fn check_stderr(want: &Value, trial: &Trial) -> Vec<String> {
    let texts = want.as_array().into_iter().flatten().filter_map(Value::as_str);
    let missing = texts.filter(|text| !trial.stderr.contains(text));
    missing.map(|text| format!("stderr: \"{text}\" expected, and not there")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(expect: &Value) -> Vec<String> {
        let trial = Trial {
            result: Some(json!({
                "status": "optimal",
                "objective": {
                    "value": "-5",
                    "levels": [{ "metric": "cost", "value": "-7", "given_up": "1", "reason": "proven" },
                        { "metric": null, "value": "2", "given_up": "0", "reason": "time_limit" }],
                },
                "changes": { "trades": [{ "trade_id": "T1", "from": "PB2", "to": "PB1" }] },
                "assignments": [{ "trade_id": "T1", "account": "PB1" }, { "trade_id": "T2", "account": "PB2" }],
                "metrics": [{ "account": "PB1", "metric": "leverage", "final": "5.5", "min": null }],
                "diagnostics": {
                    "conflict": [{ "account": "PB1", "metric": "leverage", "bound": "max" }],
                    "conflict_changes": { "max_changes": 3 },
                },
            })),
            stderr: "trades.csv:2 price: L003: text".to_owned(),
            ..Trial::default()
        };
        check(expect.as_object().unwrap(), &trial)
    }

    #[test]
    fn what_came_as_expected_is_not_mentioned() {
        let expect = json!({
            "status": "optimal", "objective": "-5", "reason": null,
            "assignments": { "T1": "PB1", "T2": "PB2" },
            "metrics": { "PB1 leverage": { "final": "5.5", "min": null } },
            "levels": ["cost -7 given up 1 proven", "rest 2 given up 0 time_limit"],
            "changes": ["T1 PB2 PB1"],
            "conflict": ["PB1 leverage max", "changes from the last plan max 3"],
            "present": ["objective.value"],
            "stderr": ["L003", "trades.csv:2"],
        });
        assert_eq!(wrong(&expect), [""; 0]);
    }

    #[test]
    fn each_difference_is_named() {
        let expect = json!({
            "status": "failed", "objective": "-5.0",
            "assignments": { "T1": "PB2", "T3": "PB1" },
            "metrics": { "PB1 leverage": { "final": "6" }, "PB2 leverage": {} },
            "levels": ["cost -7 given up 0 proven"],
            "changes": [],
            "conflict": ["PB1 leverage min"],
            "present": ["objective.gap", "metrics"],
            "stderr": ["L004"],
        });
        assert_eq!(
            wrong(&expect),
            [
                "status: \"failed\" expected, \"optimal\" came",
                "objective.value: \"-5.0\" expected, \"-5\" came",
                "assignment of T1: PB2 expected, PB1 came",
                "assignment of T2: nowhere expected, PB2 came",
                "assignment of T3: PB1 expected, nowhere came",
                "metric PB1 leverage final: \"6\" expected, \"5.5\" came",
                "metric PB2 leverage: not among those of result.json: PB1 leverage",
                "levels: [\"cost -7 given up 0 proven\"] expected, [\"cost -7 given up 1 proven\",\
                 \"rest 2 given up 0 time_limit\"] came",
                "changes: [] expected, [\"T1 PB2 PB1\"] came",
                "conflict: PB1 leverage min expected, and not named",
                "conflict: PB1 leverage max named, and not expected",
                "conflict: changes from the last plan max 3 named, and not expected",
                "objective.gap: a value expected, and none there",
                "stderr: \"L004\" expected, and not there",
            ]
        );
    }
}
