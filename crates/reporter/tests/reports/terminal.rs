//! The view for people.

use insta::assert_snapshot;
use reporter::{Evidence, ObjectiveReport, Reason, Report, Style, terminal};
use test_desks::{Add, day, desk};

use crate::scene::{Scene, amount, failed_report, full_report, levered, no_trades, two_accounts};

const NARROW: Style = Style { colour: false, width: 80 };
const WIDE: Style = Style { colour: false, width: 120 };

#[test]
fn a_day_at_80_columns() {
    assert_snapshot!(terminal(&full_report(&two_accounts()), NARROW), @r"
    Optimal, proven within 0.0021 %: 4 trades booked at 2 accounts; 1 limit is newly
    broken, as report_only allows.
    Objective -18,690.00; no assignment exceeds -18,689.61 (gap 0.0021 %, certified
    gap 0.0043 %).

    Bookings, USD
    account  trades      bought       sold         net
    ──────────────────────────────────────────────────
    PB1           2  10,000,000  1,500,000   8,500,000
    PB2           2   7,000,000  4,000,000   3,000,000
    all           4  17,000,000  5,500,000  11,500,000

    PB1
    metric          before   after  min    max  headroom  use     breach
    ────────────────────────────────────────────────────────────────────
    equity             20m     20m    0              20m
    gross             100m  108.5m        105m     -3.5m   104 %  caused
    leverage         5.000   5.425       6.000     0.575    90 %
    financing cost     12k  13.02k

    PB2
    metric          before   after  min    max  headroom  use     breach
    ────────────────────────────────────────────────────────────────────
    equity             24m     24m    0              24m
    gross              24m     27m         30m        3m    89 %
    leverage         1.000   1.125       6.000     4.875    18 %
    financing cost   5,040   5,670

    k thousand, m million, bn billion, four digits each

    warning L101: trades.csv:5: quantity has more decimals than the others
    note K001: the priority of leverage at PB1 is left out of the objective because
               the metric has a limit; set objective.include_limited to count it
    ");
}

#[test]
fn a_day_at_120_columns() {
    assert_snapshot!(terminal(&full_report(&two_accounts()), WIDE), @r"
    Optimal, proven within 0.0021 %: 4 trades booked at 2 accounts; 1 limit is newly broken, as report_only allows.
    Objective -18,690.00; no assignment exceeds -18,689.61 (gap 0.0021 %, certified gap 0.0043 %).

    Bookings, USD
    account  trades      bought       sold         net
    ──────────────────────────────────────────────────
    PB1           2  10,000,000  1,500,000   8,500,000
    PB2           2   7,000,000  4,000,000   3,000,000
    all           4  17,000,000  5,500,000  11,500,000

    PB1
    metric               before        after  min          max    headroom  use                breach
    ─────────────────────────────────────────────────────────────────────────────────────────────────
    equity           20,000,000   20,000,000    0               20,000,000
    gross           100,000,000  108,500,000       105,000,000  -3,500,000  ██████████  104 %  caused
    leverage              5.000        5.425             6.000       0.575  █████████░   90 %
    financing cost       12,000       13,020

    PB2
    metric               before        after  min          max    headroom  use                breach
    ─────────────────────────────────────────────────────────────────────────────────────────────────
    equity           24,000,000   24,000,000    0               24,000,000
    gross            24,000,000   27,000,000        30,000,000   3,000,000  ████████░░   89 %
    leverage              1.000        1.125             6.000       4.875  █░░░░░░░░░   18 %
    financing cost        5,040        5,670

    warning L101: trades.csv:5: quantity has more decimals than the others
    note K001: the priority of leverage at PB1 is left out of the objective because the metric has a limit; set
               objective.include_limited to count it
    ");
}

#[test]
fn a_day_without_an_answer_shows_the_conflict_and_the_opening() {
    assert_snapshot!(terminal(&failed_report(&two_accounts()), NARROW), @r"
    Failed: no assignment keeps every limit; the nearest that was found breaks PB1
    leverage max 6, PB2 leverage max 6.

    limit         bound  value  reached  short by  owner     source
    ─────────────────────────────────────────────────────────────────────────
    PB1 leverage  max    6.000    6.125     0.125  treasury  PB agreement 4.2
    PB2 leverage  max      6.0      6.2       0.2  treasury  PB agreement 4.2

    PB1
    metric               before  min          max    headroom  use
    ────────────────────────────────────────────────────────────────────────────
    equity           20,000,000    0               20,000,000
    gross           100,000,000       105,000,000   5,000,000  █████████░   95 %
    leverage                  5                 6           1  ████████░░   83 %
    financing cost       12,000

    PB2
    metric               before  min          max    headroom  use
    ────────────────────────────────────────────────────────────────────────────
    equity           24,000,000    0               24,000,000
    gross            24,000,000        30,000,000   6,000,000  ████████░░   80 %
    leverage                  1                 6           5  █░░░░░░░░░   16 %
    financing cost        5,040
    ");
}

#[test]
fn a_day_without_trades_shows_the_opening_twice() {
    assert_snapshot!(terminal(&no_trades().report(Reason::Proven, Some(&[])), NARROW), @r"
    Optimal, proven: no trades to book; every limit holds.

    PB1
    metric          before  after  min  max  headroom  use
    ────────────────────────────────────────────────────────────────────
    equity              20     20    0             20
    gross              100    100       500       400  ██░░░░░░░░   20 %
    leverage             5      5         6         1  ████████░░   83 %
    financing cost   0.012  0.012
    ");
}

/// Twelve accounts with one trade each.
fn many_accounts() -> Scene {
    let ids: Vec<String> = (1..=12).map(|number| format!("PRIME-BROKER-{number:02}")).collect();
    let accounts = ids.iter().map(|id| levered(id, "1000000000")).collect();
    let positions = ids.iter().fold(day(), |day, id| day.position(&format!("{id} 250000000 BOND government")));
    let trades = (10..22).fold(positions, |day, number| day.trade(&format!("T{number} buy 1000000 BOND government")));
    Scene::new(desk(accounts), trades)
}

#[test]
fn every_account_has_its_table_and_no_line_is_wider_than_the_terminal() {
    let (two, many, none) = (two_accounts(), many_accounts(), no_trades());
    let placement: Vec<usize> = (0..12).collect();
    let many = many.report(Reason::Proven, Some(&placement));
    for (report, accounts) in
        [(full_report(&two), 2), (failed_report(&two), 2), (none.report(Reason::NoObjective, Some(&[])), 1), (many, 12)]
    {
        for width in [80, 100, 120, 200] {
            let view = terminal(&report, Style { colour: false, width });
            let widest = view.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= width, "{widest} columns of {width}:\n{view}");
            assert_eq!(view.lines().filter(|line| line.starts_with("metric ")).count(), accounts);
            assert!(view.lines().all(|line| line == line.trim_end()));
        }
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let scene = two_accounts();
    let plain = terminal(&full_report(&scene), NARROW);
    let coloured = terminal(&full_report(&scene), Style { colour: true, ..NARROW });
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.starts_with("\u{1b}[1;32mOptimal"));
    let mut bare = String::new();
    let mut parts = coloured.split('\u{1b}');
    bare.extend(parts.next());
    parts.for_each(|part| bare.extend(part.split_once('m').map(|(_, text)| text)));
    assert_eq!(bare, plain);
}

#[test]
fn what_is_certified_is_told_from_what_is_claimed() {
    let scene = two_accounts();
    let worth = |bound: &str, gap: &str, certified: Option<(&str, &str)>| {
        let mut report = full_report(&scene);
        report.objective = Some(ObjectiveReport {
            value: amount("100"),
            bound: Some(amount(bound)),
            gap: Some(amount(gap)),
            certified_bound: certified.map(|(bound, _)| amount(bound)),
            certified_gap: certified.map(|(_, gap)| amount(gap)),
            levels: Vec::new(),
        });
        terminal(&report, WIDE).lines().nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(worth("100", "0", None), "Objective 100, and no assignment exceeds it.");
    assert_eq!(worth("100", "0", Some(("100", "0"))), "Objective 100, and no assignment exceeds it (certified).");
    assert_eq!(
        worth("100", "0", Some(("125", "0.2"))),
        "Objective 100, and no assignment exceeds it (certified gap 20 %)."
    );
    assert_eq!(worth("125", "0.2", None), "Objective 100; no assignment exceeds 125 (gap 20 %).");
    assert_eq!(
        worth("125", "0.2", Some(("125", "0.2"))),
        "Objective 100; no assignment exceeds 125 (gap 20 %, certified)."
    );
    let mut failed = failed_report(&scene);
    let sentence = |report: &Report<'_>| terminal(report, WIDE).lines().next().unwrap_or_default().to_owned();
    assert!(sentence(&failed).starts_with("Failed: no assignment keeps every limit; the nearest"));
    failed.diagnostics.infeasibility = Some(Evidence::Certified);
    assert!(sentence(&failed).starts_with("Failed: no assignment keeps every limit (certified); the nearest"));
}

#[test]
fn names_from_files_cannot_steer_the_terminal() {
    let scene = Scene::new(desk(vec![levered("PB\u{1b}[2J1", "10")]), day());
    assert!(!terminal(&scene.report(Reason::Proven, Some(&[])), NARROW).contains('\u{1b}'));
}

#[test]
fn each_ending_has_its_sentence() {
    let scene = two_accounts();
    let sentence = |reason: Reason, gap: Option<&str>| {
        let placement = reason.status().has_assignment().then_some(&[0, 1, 0, 0][..]);
        let mut report: Report<'_> = scene.report(reason, placement);
        let value = amount("-1");
        let worth = |gap| ObjectiveReport {
            value,
            bound: None,
            gap: Some(amount(gap)),
            certified_bound: None,
            certified_gap: None,
            levels: Vec::new(),
        };
        report.objective = gap.map(worth);
        terminal(&report, Style { colour: false, width: 400 }).lines().next().unwrap_or_default().to_owned()
    };
    let ends = "4 trades booked at 2 accounts; 1 limit is newly broken, as report_only allows.";
    for (reason, gap, begins) in [
        (Reason::Proven, Some("0"), "Optimal, proven: "),
        (Reason::WithinGap, Some("0.0000247"), "Optimal, proven within 0.0025 %: "),
        (
            Reason::TimeLimit,
            Some("0.0123"),
            "Feasible, the best found in the time given and at most 1.3 % from the best possible: ",
        ),
        (Reason::TimeLimit, None, "Feasible, the best found in the time given: "),
        (Reason::ObjectiveDropped, None, "Feasible, found only by leaving the objective out: "),
        (Reason::NoObjective, None, "Feasible, and nothing besides the limits was asked for: "),
    ] {
        assert_eq!(sentence(reason, gap), format!("{begins}{ends}"));
    }
    assert_eq!(
        sentence(Reason::Unknown, None),
        "Failed: no assignment was found in the time given, and none was proven impossible."
    );
    assert_eq!(sentence(Reason::Infeasible, None), "Failed: no assignment keeps every limit.");
    assert_eq!(sentence(Reason::SolverError, None), "Failed: the solver gave no usable answer.");
}
