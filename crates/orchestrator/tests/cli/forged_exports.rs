//! Exports that somebody changed before handing them over: with digests written anew the sums hold, and the script still
//! finds them out.

use std::fs;
use std::path::Path;

use crate::export::{asked, chain_holds, desk, export, sums_hold};

/// A way to forge an export, and what the script says of it.
struct Forgery {
    about: &'static str,
    forge: fn(&Path),
    says: &'static [&'static str],
}

const FORGERIES: &[Forgery] = &[
    Forgery {
        about: "the inputs of two runs change places",
        forge: |sent| {
            let [second, third] = ["runs/000002", "runs/000003"].map(|run| sent.join(run).join("inputs/trades.csv"));
            fs::rename(&second, sent.join("between")).expect("a file");
            fs::rename(&third, &second).expect("a file");
            fs::rename(sent.join("between"), &third).expect("a file");
        },
        says: &[
            "entry 2: runs/000002/inputs/trades.csv is not what it was",
            "entry 3: runs/000003/inputs/trades.csv is not what it was",
        ],
    },
    Forgery {
        about: "the table of runs is edited",
        forge: |sent| edit(sent, "runs.csv", ",optimal,", ",failed,"),
        says: &["runs.csv does not follow from ledger.jsonl"],
    },
    Forgery {
        about: "the table of files is edited",
        forge: |sent| edit(sent, "files.csv", ",here", ",lost"),
        says: &["files.csv does not follow from ledger.jsonl"],
    },
    Forgery {
        about: "an entry for people is edited",
        forge: |sent| edit(sent, "runs/000002/entry.json", "\"exit\": 0", "\"exit\": 4"),
        says: &["runs/000002/entry.json does not follow from ledger.jsonl"],
    },
    Forgery {
        about: "an entry for people has a member twice, the right one last",
        forge: |sent| edit(sent, "runs/000002/entry.json", "\"exit\": 0", "\"exit\": 4,\n  \"exit\": 0"),
        says: &["runs/000002/entry.json does not follow from ledger.jsonl"],
    },
    Forgery {
        about: "an entry for people has a truth for a number",
        forge: |sent| edit(sent, "runs/000002/entry.json", "\"exit\": 0", "\"exit\": false"),
        says: &["runs/000002/entry.json does not follow from ledger.jsonl"],
    },
    Forgery {
        about: "a run is taken away whole",
        forge: |sent| fs::remove_dir_all(sent.join("runs/000002")).expect("a folder"),
        says: &["runs/000002/entry.json does not follow from", "entry 2: runs/000002/inputs/trades.csv is not here"],
    },
    Forgery {
        about: "a run is taken away whole, and its rows",
        forge: |sent| {
            fs::remove_dir_all(sent.join("runs/000002")).expect("a folder");
            for table in ["runs.csv", "files.csv"] {
                let rows = fs::read_to_string(sent.join(table)).expect("a table");
                let others = rows.split_inclusive('\n').filter(|row| !row.starts_with("2,"));
                fs::write(sent.join(table), others.collect::<String>()).expect("a table");
            }
        },
        says: &["entry 2: runs/000002/inputs/trades.csv is not here", "runs.csv does not", "files.csv does not"],
    },
    Forgery {
        about: "a result is altered, and what it was lies beside it",
        forge: |sent| {
            let result = sent.join("runs/000001/outputs/result.json");
            fs::copy(&result, sent.join("runs/000001/outputs/result.json.old")).expect("a file");
            edit(sent, "runs/000001/outputs/result.json", "PB1", "PB2");
        },
        says: &[
            "entry 1: runs/000001/outputs/result.json is not what it was",
            "runs/000001/outputs/result.json.old does not belong to the export",
        ],
    },
    Forgery {
        about: "an input is taken away that another run has too",
        forge: |sent| fs::remove_file(sent.join("runs/000002/inputs/positions.csv")).expect("a file"),
        says: &["entry 2: runs/000002/inputs/positions.csv is not here"],
    },
    Forgery {
        about: "a run is added that no entry has",
        forge: |sent| {
            fs::create_dir(sent.join("runs/000009")).expect("a folder");
            fs::write(sent.join("runs/000009/result.json"), "{}").expect("a file");
        },
        says: &["runs/000009 does not belong to the export", "runs/000009/result.json does not belong to the export"],
    },
    Forgery {
        about: "fewer days are said to have been asked for",
        forge: |sent| {
            edit(sent, "span.json", "2026-11-18", "2026-11-19");
            fs::remove_dir_all(sent.join("runs/000001")).expect("a folder");
        },
        says: &["the first and the last line of ledger.jsonl are not both about the days in span.json"],
    },
    Forgery {
        about: "the days are written so that they would print a hash",
        forge: |sent| edit(sent, "span.json", "2026-11-20", "2026-11-20\\nhash of the last line       00"),
        says: &["span.json does not have two days"],
    },
    Forgery {
        about: "a table is taken away",
        forge: |sent| fs::remove_file(sent.join("runs.csv")).expect("a file"),
        says: &["runs.csv does not follow from ledger.jsonl"],
    },
    Forgery {
        about: "a file is a link to another place",
        forge: |sent| {
            let there = sent.join("runs/000001/inputs/trades.csv");
            fs::rename(&there, sent.with_extension("elsewhere")).expect("a file");
            let (linked, said) = asked(sent, "ln", &["-s", "../sent.elsewhere", "runs/000001/inputs/trades.csv"]);
            assert!(linked, "{said}");
        },
        says: &["runs/000001/inputs/trades.csv does not belong to the export"],
    },
    Forgery {
        about: "the last line is torn",
        forge: |sent| {
            let lines = fs::read_to_string(sent.join("ledger.jsonl")).expect("lines");
            fs::write(sent.join("ledger.jsonl"), lines.trim_end()).expect("lines");
        },
        says: &["the last line of ledger.jsonl was not finished"],
    },
];

fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(file)).expect("a text");
    assert!(text.contains(from), "{file} does not hold {from:?}");
    fs::write(folder.join(file), text.replacen(from, to, 1)).expect("a text");
}

/// Writes the digests anew, as whoever hands an export over can.
fn sum_anew(folder: &Path) {
    let sum = "find . -type f ! -name SHA256SUMS -printf '%P\\0' | sort -z | xargs -0 sha256sum > SHA256SUMS.new && mv \
               SHA256SUMS.new SHA256SUMS && sed -i '/SHA256SUMS/d' SHA256SUMS";
    let (summed, said) = asked(folder, "sh", &["-c", sum]);
    assert!(summed && sums_hold(folder), "{said}");
}

#[test]
fn every_forgery_is_found_out_although_the_digests_were_written_anew() {
    let desk = desk();
    for (number, Forgery { about, forge, says }) in FORGERIES.iter().enumerate() {
        let name = format!("sent-{number}");
        assert_eq!(export(&desk, "18", "20", &name).exit, 0);
        let sent = desk.path().join(name);
        let (holds, said) = chain_holds(&sent, &[]);
        assert!(holds, "before {about}: {said}");
        forge(&sent);
        sum_anew(&sent);
        let (holds, said) = chain_holds(&sent, &[]);
        assert!(!holds, "{about}: {said}");
        for part in *says {
            assert!(said.contains(part), "{about}: no {part:?} in {said}");
        }
    }
}

#[test]
fn who_leaves_out_the_first_line_cannot_have_the_hash_before_it() {
    let desk = desk();
    let before = export(&desk, "18", "20", "sent").line()["before"].clone();
    let sent = desk.path().join("sent");
    let lines = desk.read("sent/ledger.jsonl");
    let (first, others) = lines.split_once('\n').expect("lines");
    fs::write(sent.join("ledger.jsonl"), others).expect("lines");
    let first: serde_json::Value = serde_json::from_str(first).expect("JSON");
    fs::remove_dir_all(sent.join("runs/000001")).expect("a folder");
    for table in ["runs.csv", "files.csv"] {
        let rows = desk.read(&format!("sent/{table}"));
        let others = rows.split_inclusive('\n').filter(|row| !row.starts_with("1,"));
        fs::write(sent.join(table), others.collect::<String>()).expect("a table");
    }
    sum_anew(&sent);
    let (_, said) = chain_holds(&sent, &[]);
    let stated = |hash: &serde_json::Value| {
        said.contains(&format!("hash before the first line  {}\n", hash.as_str().expect("a hash")))
    };
    assert!(stated(&first["hash"]) && !stated(&before), "{said}");
    let hash = first["hash"].as_str().expect("a hash");
    assert_eq!(chain_holds(&sent, &[hash]), (false, format!("no entry has the hash {hash}\n")));
}

#[test]
fn names_and_texts_that_tables_and_file_systems_stumble_over_are_made_again_the_same() {
    let desk = crate::desk::Desk::starter();
    for (from, to) in
        [("trades.csv", "a/3-data.csv"), ("positions.csv", "b/data.csv"), ("coefficients.csv", "c/DATA.csv")]
    {
        fs::create_dir_all(desk.path().join(&to[..1])).expect("a folder");
        fs::rename(desk.path().join(from), desk.path().join(to)).expect("a file");
        desk.replace("desk.yaml", &format!(" {from}"), &format!(" {to}"));
    }
    let actor = "=1+1, \"é\"\r\nx";
    let ran = desk.pb_assign(&["run", "--config", "desk.yaml", "--as-of", "2026-11-18", "--actor", actor]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let ran = export(&desk, "18", "18", "sent");
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let (holds, said) = chain_holds(&desk.path().join("sent"), &[]);
    assert!(holds && sums_hold(&desk.path().join("sent")), "{said}");
    // The third of the inputs would be 3-DATA.csv, which some file systems take for the first.
    assert!(desk.path().join("sent/runs/000001/inputs/4-DATA.csv").is_file());
    // In the list of entries he has one line.
    let listed = desk.pb_assign(&["audit", "list"]);
    assert!(listed.stderr.contains("=1+1, \"é\"  x ") && listed.stderr.lines().count() == 2, "{}", listed.stderr);
}
