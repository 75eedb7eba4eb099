//! The questions of docs/history.md, each asked of a made-up history whose answers were worked out by hand.

use std::collections::BTreeMap;

use monitor::History;

use crate::record::{Record, Run, rows};

const PAGE: &str = include_str!("../../../../docs/history.md");

/// Six run days: Thursday 2026-10-29 to Thursday 2026-11-05. Tuesday, 2026-11-03, ends without an assignment.
const DAYS: [&str; 6] = ["2026-10-29", "2026-10-30", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"];

/// `account metric initial final min max` of the six days.
const METRICS: [&[&str]; 6] = [
    &[
        "PB1 financing_cost 10 100 - -",
        "PB1 leverage 5 5.4 - 6",
        "PB1 margin 80 90 - 100",
        "PB2 financing_cost 10 50 - -",
        "PB2 leverage 5.5 5.2 - 5",
        "PB2 margin 20 20 - 200",
    ],
    &[
        "PB1 financing_cost 10 110 - -",
        "PB1 leverage 6.5 6.2 - 6",
        "PB1 margin 90 120 - 100",
        "PB2 financing_cost 10 60 - -",
        "PB2 leverage 4 4.5 - 5",
        "PB2 margin 20 20 - 200",
    ],
    &[
        "PB1 financing_cost 10 120 - -",
        "PB1 leverage 7 6.1 - 6",
        "PB1 margin 100 105 - -",
        "PB2 financing_cost 10 70 - -",
        "PB2 leverage 4 5.5 - 5",
        "PB2 margin 20 20 - 200",
    ],
    &[
        "PB1 financing_cost 10 - - -",
        "PB1 leverage 6.3 - - 6",
        "PB1 margin 75 - - 150",
        "PB2 financing_cost 10 - - -",
        "PB2 leverage 5.5 - - 5",
        "PB2 margin 20 - - 200",
    ],
    &[
        "PB1 financing_cost 10 130 - -",
        "PB1 leverage 6.3 6 - 6",
        "PB1 margin 75 60 - 150",
        "PB2 financing_cost 10 80 - -",
        "PB2 leverage 5.5 4.5 - 5",
        "PB2 margin 20 20 - 200",
    ],
    &[
        "PB1 financing_cost 10 140 - -",
        "PB1 leverage 5 6.6 - 6",
        "PB1 margin 60 30 - 150",
        "PB2 financing_cost 10 90 - -",
        "PB2 leverage 4.5 4.5 - -",
        "PB2 margin 20 20 - 200",
    ],
];

/// The objective is minus the cost of both accounts.
const OBJECTIVES: [Option<&str>; 6] = [Some("-150"), Some("-170"), Some("-190"), None, Some("-210"), Some("-230")];

const GAPS: [Option<&str>; 6] = [Some("0"), Some("0.00004"), Some("0"), None, Some("0.02"), Some("0")];

/// `trade account value`.
const BOOKINGS: [&[&str]; 6] = [
    &["T1 PB1 100", "T2 PB2 -300"],
    &["T3 PB1 200"],
    &["T4 PB1 100", "T5 PB1 -100", "T6 PB2 200"],
    &[],
    &["T7 PB2 400"],
    &[],
];

fn run(day: usize) -> Run<'static> {
    let ending = match day {
        3 => ("failed", "infeasible"),
        4 => ("feasible", "time_limit"),
        _ => ("optimal", "proven"),
    };
    let (objective, gap, bookings) = (OBJECTIVES[day], GAPS[day], BOOKINGS[day]);
    Run { ending, objective, gap, bookings, ..Run::of(DAYS[day], METRICS[day]) }
}

/// The days in another order than that of their dates, and what happens besides: a run that another replaced, refusals, a run
/// without a date, a rerun.
pub(crate) fn record() -> Record {
    let record = Record::new();
    record.publish(&Run { objective: Some("-999"), ..run(1) });
    record.refuse(DAYS[2], &["L003", "L003", "C001"]);
    record.publish(&run(3));
    record.publish(&run(0));
    record.publish(&Run { as_of: None, ..run(0) });
    record.publish(&run(5));
    record.publish(&run(1));
    record.rerun(4);
    record.publish(&run(2));
    record.publish(&run(4));
    record
}

const ANSWERS: [(&str, &[&str]); 13] = [
    // PB1 leverage: 30 Oct to 4 Nov is 4 run days, and 5 Nov; PB2 leverage: 29 Oct, and 2 to 4 Nov.
    ("Repeat offenders", &["PB1|leverage|2|5|2026-11-05", "PB2|leverage|2|4|2026-11-04"]),
    (
        "Length of breaches",
        &[
            "PB1|leverage|2026-10-30|2026-11-04|cured|4|1", // 7 - 6 at the opening of 2 Nov
            "PB2|leverage|2026-11-02|2026-11-04|cured|3|0.5", // 5.5 - 5
            "PB2|leverage|2026-10-29|2026-10-30|gone|1|0.5",
            "PB1|margin|2026-10-30|2026-11-02|dropped|1|20", // 120 - 100
            "PB1|leverage|2026-11-05|-|open|1|0.6",          // 6.6 - 6
        ],
    ),
    ("What was open on a day", &["PB1|leverage|2026-10-30|3|inherited|0.3", "PB2|leverage|2026-11-02|2|inherited|0.5"]),
    (
        "Days since the last breach",
        &[
            "PB1|leverage|2026-11-05|0|0",
            "PB2|leverage|2026-11-04|1|1",
            "PB1|margin|2026-10-30|4|6", // run days 2, 3, 4 and 5 November
            "PB2|margin|-|-|-",
        ],
    ),
    (
        "Percentiles of limit use",
        &[
            // 30/150, 60/150, 75/150, 90/100, 120/100: the third and the fifth.
            "PB1|margin|5|0.5|1.2|1.2",
            // 5.4, 6, 6.1, 6.2, 6.3, 6.6 of 6: the third and the sixth.
            "PB1|leverage|6|1.0167|1.1|1.1",
            // 4.5, 4.5, 5.2, 5.5, 5.5 of 5.
            "PB2|leverage|5|1.04|1.1|1.1",
            "PB2|margin|6|0.1|0.1|0.1",
        ],
    ),
    ("Cost by month", &["2026-10|2|0|-320", "2026-11|3|1|-630"]),
    (
        "Cost of each account by month",
        &["2026-10|PB1|2|210", "2026-10|PB2|2|110", "2026-11|PB1|3|390", "2026-11|PB2|3|240"],
    ),
    (
        "Share of each prime broker",
        &[
            "2026-10|PB1|2|0.6667|0.5", // 100 + 200 of 600
            "2026-10|PB2|1|0.3333|0.5",
            "2026-11|PB1|2|0.5|0.25", // 100 + 100 of 800
            "2026-11|PB2|2|0.5|0.75",
        ],
    ),
    (
        "A limit day by day",
        &[
            "2026-10-29|5.4|6|0.6|0.9",
            "2026-10-30|6.2|6|-0.2|1.0333",
            "2026-11-02|6.1|6|-0.1|1.0167",
            "2026-11-03|6.3|6|-0.3|1.05",
            "2026-11-04|6|6|0|1",
            "2026-11-05|6.6|6|-0.6|1.1",
        ],
    ),
    ("Limits that were changed", &["2026-11-03|PB1|margin|-|-|100|150"]),
    ("Days that are not proven", &["2026-11-03|failed|infeasible|-", "2026-11-04|feasible|time_limit|0.02"]),
    ("Why runs were refused", &["L003|2|1|2026-11-02", "C001|1|1|2026-11-02"]),
    ("Dates that took several runs", &["2026-10-30|2|2|0", "2026-11-02|2|1|1"]),
];

/// The questions of the page by their titles.
fn questions() -> BTreeMap<&'static str, &'static str> {
    let (_, questions) = PAGE.split_once("\n## Questions\n").expect("the questions");
    let question = |section: &'static str| {
        let (title, rest) = section.split_once('\n').expect("a title");
        let (_, rest) = rest.split_once("```sql\n").expect("SQL");
        (title, rest.split_once("```").expect("its end").0)
    };
    questions.split("\n### ").skip(1).map(question).collect()
}

#[test]
fn each_question_of_the_page_has_the_answer_worked_out_by_hand() {
    let record = record();
    let history = record.history();
    let questions = questions();
    assert_eq!(questions.len(), ANSWERS.len(), "a question without an answer here");
    for (title, answer) in ANSWERS {
        assert_eq!(rows(&history, questions[title]), answer, "{title}");
    }
}

/// Tables or views of the page with their columns, in order.
fn described() -> BTreeMap<String, Vec<String>> {
    let (_, schema) = PAGE.split_once("\n## Tables\n").expect("the tables");
    let (schema, _) = schema.split_once("\n## Questions\n").expect("their end");
    let section = |section: &str| {
        let (title, rest) = section.split_once("`\n").expect("a title");
        let cells = rest.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
        let columns = cells.flat_map(|cell| cell.split(',').map(|name| name.trim_matches(['`', ' ']).to_owned()));
        (title.to_owned(), columns.collect())
    };
    schema.split("\n### `").skip(1).map(section).collect()
}

fn columns(history: &History, table: &str) -> Vec<String> {
    rows(history, &format!("SELECT name FROM pragma_table_info('{table}')"))
}

#[test]
fn the_page_describes_every_table_and_view_with_each_column() {
    let record = Record::new();
    let history = record.history();
    let tables = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name";
    let described = described();
    assert_eq!(described.keys().cloned().collect::<Vec<_>>(), rows(&history, tables));
    for (table, listed) in described {
        assert_eq!(columns(&history, &table), listed, "{table}");
    }
}
