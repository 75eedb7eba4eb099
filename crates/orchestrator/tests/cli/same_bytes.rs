//! The same inputs give the same bytes of `result.json`: whatever the order of rows, the language, the time zone,
//! the working directory, the way a path is written; and the same answer from a workbook as from text. The search has a
//! counted budget here: where the clock ends it before its proof, a busy machine may have another plan within the gap.

use std::path::Path;

use rust_xlsxwriter::Workbook;

use crate::desk::{Desk, command, finish, pb_assign};

const TRADES: &str = "inbox/2026-03-24/trades.csv";
const POSITIONS: &str = "inbox/2026-03-24/positions.csv";
const COEFFICIENTS: &str = "coefficients.csv";
// `--again`: a run that was done before would change nothing.
const RUN: [&str; 6] = ["run", "--config", "desk.yaml", "--as-of", "2026-03-24", "--again"];

/// The demonstration desk, searched for so many rounds whatever the clock says.
fn counted() -> Desk {
    let desk = Desk::demonstration();
    desk.replace("desk.yaml", "solver: { timeout: 20s,", "solver: { effort: 12,");
    desk
}

/// Runs the demonstration desk as it stands and returns its `result.json`.
fn result(desk: &Desk) -> String {
    let ran = desk.pb_assign(&RUN);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    desk.read("out/2026-03-24/result.json")
}

/// Puts the rows under the header into another order, which `turn` chooses; the same rows for the same turn.
fn shuffle(desk: &Desk, file: &str, turn: usize) {
    let text = desk.read(file);
    let (header, rows) = text.split_once('\n').expect("a header");
    let mut rows: Vec<&str> = rows.lines().collect();
    // A step without a common divisor visits every row once.
    let step = (rows.len() / 3 + turn..).find(|step| gcd(*step, rows.len()) == 1).expect("a step");
    rows = (0..rows.len()).map(|index| rows[(index * step + turn) % rows.len()]).collect();
    desk.write(file, format!("{header}\n{}\n", rows.join("\n")));
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let desk = counted();
    let first = result(&desk);
    for turn in 1..4 {
        for file in [TRADES, POSITIONS, COEFFICIENTS] {
            shuffle(&desk, file, turn);
        }
        assert!(result(&desk) == first, "turn {turn}");
    }
}

#[test]
fn the_order_of_rows_changes_nothing_of_the_warnings() {
    let desk = Desk::starter();
    let trades = desk.read("trades.csv").replace("99.53125", "0").replace("101.55", "0");
    desk.write("trades.csv", trades);
    let run = || {
        let ran = desk.pb_assign(&["run", "--config", "desk.yaml"]);
        assert_eq!((ran.exit, &ran.line()["counts"]["warnings"]), (0, &2.into()), "{}", ran.stderr);
        desk.read("out/latest/result.json")
    };
    let first = run();
    shuffle(&desk, "trades.csv", 1);
    assert_eq!(run(), first);
}

#[test]
fn a_second_run_gives_the_same_bytes() {
    let desk = counted();
    assert!(result(&desk) == result(&desk));
}

#[test]
fn language_and_time_zone_change_nothing() {
    let desk = counted();
    let first = result(&desk);
    for (language, zone) in [("de_DE.UTF-8", "Pacific/Kiritimati"), ("C", "America/New_York"), ("tr_TR", "nowhere")] {
        let mut run = command(desk.path(), &RUN);
        run.env("LANG", language).env("LC_ALL", language).env("LC_NUMERIC", language).env("TZ", zone);
        assert_eq!(finish(run).exit, 0);
        assert!(desk.read("out/2026-03-24/result.json") == first, "{language} {zone}");
    }
}

#[test]
fn the_working_directory_and_the_way_a_path_is_written_change_nothing() {
    let desk = counted();
    let trades = desk.read(TRADES).replacen("101.03125", "0", 1); // so that there is a warning with a place, too
    desk.write(TRADES, trades);
    let first = result(&desk);
    let elsewhere = tempfile::tempdir().expect("another folder");
    let absolute = desk.path().join("desk.yaml");
    let runs: [(&Path, &str); 4] = [
        (desk.path(), "./desk.yaml"),
        (desk.path(), absolute.to_str().expect("a path in UTF-8")),
        (elsewhere.path(), absolute.to_str().expect("a path in UTF-8")),
        (&desk.path().join("inbox"), "../desk.yaml"),
    ];
    for (folder, config) in runs {
        let ran = pb_assign(folder, &["run", "--config", config, "--as-of", "2026-03-24"]);
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
        assert!(desk.read("out/2026-03-24/result.json") == first, "{config} from {}", folder.display());
    }
}

#[test]
fn a_workbook_gives_the_same_answer_as_text() {
    let desk = counted();
    let first = result(&desk);
    let [trades, positions] = [TRADES, POSITIONS].map(|file| {
        let name = format!("{}.xlsx", Path::new(file).file_stem().expect("a name").to_string_lossy());
        workbook(&desk.read(file), &desk.path().join(&name));
        name
    });
    let ran = desk.pb_assign(&[&RUN[..], &["--trades", &trades, "--positions", &positions]].concat());
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let of_workbook = desk.read("out/2026-03-24/result.json");
    assert_ne!(of_workbook, first);
    // Nothing differs but the names of the two files: rows and numbers are the same to the last digit.
    assert!(of_workbook.replace(&trades, TRADES).replace(&positions, POSITIONS) == first);
}

/// A workbook with the cells of a text table: numbers as numbers, everything else as text.
pub(crate) fn workbook(text: &str, path: &Path) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("a table");
    let is_number = |column: usize| ["quantity", "price", "accrued_interest"].contains(&&records[0][column]);
    for (row, record) in (0..).zip(&records) {
        for (column, cell) in (0..).zip(record).filter(|(_, cell)| !cell.is_empty()) {
            let written = match cell.parse::<f64>() {
                Ok(number) if is_number(usize::from(column)) => sheet.write_number(row, column, number),
                _ => sheet.write_string(row, column, cell),
            };
            written.expect("a cell");
        }
    }
    workbook.save(path).expect("a workbook");
}
