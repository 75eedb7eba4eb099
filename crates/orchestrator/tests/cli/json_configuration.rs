//! A configuration in JSON is a configuration in YAML, to the last digit of the answer.

use serde_json::Value;

use crate::desk::Desk;

/// The starter desk in JSON.
pub(crate) const CONFIGURATION: &str = r#"{
  "version": 1,
  "base_currency": "USD",
  "inputs": { "trades": "trades.csv", "positions": "positions.csv", "coefficients": "coefficients.csv" },
  "valuation": { "price_quote": "per_100", "accrued": "amount" },
  "solver": { "timeout": "10s", "gap": 0.0001 },
  "metrics": {
    "equity": { "coefficients": { "government": 1, "corporate": 1, "cash": 1 } },
    "gross": { "coefficients": { "government": { "long": 1, "short": 1 }, "corporate": { "long": 1, "short": 1 } } },
    "leverage": { "ratio": { "of": "gross", "to": "equity" } },
    "margin": { "coefficients": {
      "government": { "long": 0.02, "short": 0.03 }, "corporate": { "long": "0.10", "short": "0.15" }
    } },
    "dv01": { "coefficients": {} },
    "financing_cost": { "coefficients": {
      "government": { "long": 0.000004, "short": 0.000012 },
      "corporate": { "long": 1.8e-5, "short": 6.0E-5 },
      "cash": { "long": -0.000095, "short": 0.000118 }
    } }
  },
  "accounts": [
    { "id": "PB1", "metrics": {
      "equity": { "min": 5000000 },
      "gross": {},
      "leverage": { "max": 6, "on_breach": "must_not_worsen", "source": "PB1 agreement 4.2", "owner": "treasury" },
      "margin": { "max": "9000000" },
      "dv01": { "min": -60000, "max": 60000 },
      "financing_cost": { "priority": -1 }
    } },
    { "id": "PB2", "metrics": {
      "equity": { "min": 5000000 },
      "gross": {},
      "leverage": { "max": 5 },
      "margin": { "max": 6000000 },
      "dv01": { "min": -40000, "max": 40000 },
      "financing_cost": { "priority": -1, "coefficients": {
        "government": { "long": 0.000004, "short": 0.000008 },
        "corporate": { "long": 0.000018, "short": 0.000040 },
        "cash": { "long": -0.000090, "short": 0.000125 }
      } }
    } }
  ]
}"#;

#[test]
fn json_gives_the_answer_that_yaml_gives() {
    let desk = Desk::starter();
    desk.write("desk.json", CONFIGURATION);
    let [yaml, json] = ["desk.yaml", "desk.json"].map(|config| {
        let ran = desk.pb_assign(&["run", "--config", config]);
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
        let mut result: Value = serde_json::from_str(&desk.read("out/latest/result.json")).expect("JSON");
        // The run is known by the bytes of its configuration, among others.
        assert!(result["run_id"].take().is_string());
        result
    });
    assert_eq!(yaml, json);
}

#[test]
fn a_mistake_in_json_is_explained_as_one_in_yaml() {
    let desk = Desk::starter();
    desk.write("desk.json", CONFIGURATION.replacen("\"10s\"", "10", 1));
    let ran = desk.pb_assign(&["run", "--config", "desk.json"]);
    assert_eq!(ran.exit, 2);
    assert!(ran.stderr.contains("solver.timeout: C003: \"10\" is not a length of time"), "{}", ran.stderr);
}
