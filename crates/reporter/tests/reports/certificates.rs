//! The certificate's document: as it stands there, read back, and refused.

use domain::Certificates;
use insta::assert_snapshot;
use reporter::{CertificateDocument, certificate_schema};
use serde_json::Value;

use crate::documents::{file, spoiled};
use crate::scene::{full_report, level_certificates, two_accounts};

#[test]
fn certificate_json_has_a_line_for_each_entry() {
    let scene = two_accounts();
    let mut report = full_report(&scene);
    let text = file(&report, "certificate.json");
    assert_snapshot!(text, @r#"
    {
      "schema": "pb-assign/certificate/2",
      "run_id": "2026-11-20-0f3a",
      "whole": {
        "rooms": [
          {"limit":{"account":"PB1","metric":"gross","bound":"max","part":"limit"}},
          {"limit":{"account":"PB1","metric":"leverage","bound":"max","part":"limit"}},
          {"limit":{"account":"PB1","metric":"leverage","bound":"min","part":"defined"}},
          {"max_changes":{}}
        ],
        "positions": [
          {"account":"PB2","security":"XS001","cash":false},
          {"account":"PB2","security":"USD","cash":true}
        ],
        "bookings": [
          {"trade_id":"T1","account":"PB1"},
          {"trade_id":"T3","account":"PB1"},
          {"trade_id":"T1","account":"PB2"},
          {"trade_id":"T2","account":"PB1"}
        ],
        "cuts": [
          {"room":0,"most":1,"weights":[[0,1],[1,-2]]}
        ],
        "price_lists": [
          {},
          {"shadow_prices":[[1,"0.00012"],[2,"0"],[3,"0.5"]],"slopes":[[0,"-0.0000000001"],[1,"12"]],"cut_prices":[[0,"7"]],"trade_prices":[["T2","-3.25"]],"kept_limits":[[0,"0.5"]]}
        ],
        "tree": [
          {"branch":2},
          {"leaf":{"prices":1,"aim":"no_plan"}},
          {"close":{"choices":[3],"prices":1}},
          {"leaf":{"prices":0}}
        ]
      }
    }
    "#);
    let read = |text: &str| CertificateDocument::read(text).unwrap();
    assert_eq!(
        (read(&text).run_id.as_str(), read(&text).into_certificates()),
        ("2026-11-20-0f3a", report.certificates)
    );
    report.certificates = Certificates::default();
    let empty = file(&report, "certificate.json");
    assert!(empty.ends_with("\"whole\": null\n}\n"), "{empty}");
    assert_eq!(read(&empty).into_certificates(), Certificates::default());
}

#[test]
fn certificate_json_has_an_entry_for_each_level() {
    let scene = two_accounts();
    let mut report = full_report(&scene);
    report.certificates = Certificates { whole: None, levels: level_certificates() };
    let text = file(&report, "certificate.json");
    assert_snapshot!(text, @r#"
    {
      "schema": "pb-assign/certificate/2",
      "run_id": "2026-11-20-0f3a",
      "whole": null,
      "levels": [
        {
          "metric": "cost",
          "floors": [],
          "best": [
            {"trade_id":"T1","account":"PB2"}
          ],
          "certificate": {
            "price_lists": [
              {}
            ],
            "tree": [
              {"leaf":{"prices":0}}
            ]
          }
        },
        {
          "metric": "wallet",
          "floors": [
            {"metric":"cost","least":"-18790.5"}
          ],
          "best": [],
          "certificate": {
            "rooms": [
              {"floor":{"metric":"cost"}}
            ],
            "price_lists": [
              {"shadow_prices":[[0,"2.5"]]}
            ],
            "tree": [
              {"leaf":{"prices":0}}
            ]
          }
        },
        {
          "metric": null,
          "floors": [
            {"metric":"cost","least":"-18790.5"},
            {"metric":"wallet","least":"2000000.25"}
          ],
          "best": [],
          "certificate": null
        }
      ]
    }
    "#);
    assert_eq!(CertificateDocument::read(&text).unwrap().into_certificates(), report.certificates);
}

#[test]
fn a_certificate_with_anything_else_in_it_is_refused_by_schema_and_reader() {
    let scene = two_accounts();
    let mut report = full_report(&scene);
    report.certificates.levels = level_certificates();
    let document: Value = serde_json::from_str(&file(&report, "certificate.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&certificate_schema()).unwrap()).unwrap();
    assert!(validator.is_valid(&document));
    for (path, spoiled) in spoiled(&document) {
        assert!(!validator.is_valid(&spoiled), "the schema takes a number at {path}");
        assert!(CertificateDocument::read(&spoiled.to_string()).is_err(), "the reader takes a number at {path}");
    }
    for object in [
        "",
        "/whole",
        "/whole/rooms/0/limit",
        "/whole/rooms/3/max_changes",
        "/whole/positions/0",
        "/whole/bookings/0",
        "/whole/cuts/0",
        "/whole/price_lists/1",
        "/whole/tree/1/leaf",
        "/whole/tree/2/close",
        "/levels/0",
        "/levels/0/best/0",
        "/levels/1/floors/0",
        "/levels/1/certificate/rooms/0/floor",
        "/levels/1/certificate/tree/0/leaf",
    ] {
        let mut more = document.clone();
        more.pointer_mut(object).unwrap().as_object_mut().unwrap().insert("extra".to_owned(), Value::Null);
        assert!(!validator.is_valid(&more), "the schema takes any key at {object}");
        assert!(CertificateDocument::read(&more.to_string()).is_err(), "the reader takes any key at {object}");
    }
}
