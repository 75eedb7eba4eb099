//! How long whole runs take, from command to published files, and how much memory they need.

use std::fmt::Write as _;
use std::path::Path;

use super::WORK;
use super::once::{Ending, run_once};
use crate::desk_generator::{self, Class, DeskPlan};
use crate::error::Outcome;
use crate::files;

/// A day that is measured, and what it may cost.
struct Case {
    name: &'static str,
    class: Class,
    trades: usize,
    accounts: usize,
    metrics: usize,
    solver: &'static str,
    runs: usize,
    /// Runs at the start that are not counted.
    warm_up: usize,
    goal_s: f64,
    goal_mb: Option<f64>,
}

const CASES: &[Case] = &[
    Case { name: "a day", class: Class::Loose, ..A_DAY },
    Case { name: "a day, netted", class: Class::Netted, ..A_DAY },
    Case { name: "a flood", class: Class::Loose, ..A_FLOOD },
    Case { name: "a flood, netted", class: Class::Netted, runs: 1, ..A_FLOOD },
];

const A_DAY: Case = Case {
    name: "",
    class: Class::Loose,
    trades: 200,
    accounts: 5,
    metrics: 20,
    solver: "{ timeout: 10s, gap: 0.0001 }",
    runs: 5,
    warm_up: 1,
    goal_s: 0.5,
    goal_mb: None,
};

const A_FLOOD: Case = Case {
    trades: 20_000,
    metrics: 8,
    solver: "{ timeout: 50s, gap: 0.0001 }",
    runs: 3,
    warm_up: 0,
    goal_s: 60.0,
    goal_mb: Some(2_000.0),
    ..A_DAY
};

const CSV: &str = "target/bench.csv";

/// What the counted runs of a case came to.
struct Summary<'a> {
    case: &'a Case,
    seconds: Vec<f64>,
    peak_mb: Option<f64>,
    ending: Ending,
}

/// Measures every case and prints a table; writes it to `target/bench.csv` too.
pub(super) fn run(root: &Path, program: &Path) -> Outcome {
    let mut table = MARKDOWN_HEADER.to_owned();
    let mut csv = CSV_HEADER.to_owned();
    for case in CASES {
        let summary = measure_case(root, program, case)?;
        table.push_str(&summary.markdown_row());
        csv.push_str(&summary.csv_row());
    }
    files::write(&root.join(CSV), &csv)?;
    println!("{table}\nAlso in {CSV}.");
    Ok(())
}

fn measure_case<'a>(root: &Path, program: &Path, case: &'a Case) -> Outcome<Summary<'a>> {
    let folder = root.join(WORK).join(case.name.replace(", ", "-").replace(' ', "-"));
    let (desk, out) = (folder.join("desk"), folder.join("out"));
    let plan = DeskPlan {
        trades: case.trades,
        accounts: case.accounts,
        metrics: case.metrics,
        class: case.class,
        seed: 1,
        solver: case.solver.to_owned(),
        pinned: false,
    };
    let mut runs = Vec::new();
    let mut ending = Ending::default();
    for number in 1..=case.runs {
        // Anew each time: a run may keep something beside the configuration.
        desk_generator::write_desk(&plan, &desk)?;
        let (measured, ended) = run_once(program, &desk, &out, case.goal_s)?;
        let note = if number <= case.warm_up { " (warm-up)" } else { "" };
        eprintln!("{}: run {number} of {}: {:.3} s{note}", case.name, case.runs, measured.seconds);
        ending = ended;
        runs.push(measured);
    }
    let counted = runs.split_off(case.warm_up.min(runs.len()));
    let mut seconds: Vec<f64> = counted.iter().map(|run| run.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let peak_mb = counted.iter().filter_map(|run| run.peak_mb).reduce(f64::max);
    Ok(Summary { case, seconds, peak_mb, ending })
}

const MARKDOWN_HEADER: &str = "| day | trades x accounts x metrics | median s | min s | max s | peak MB | ending | gap | goal |\n\
     | --- | --- | ---: | ---: | ---: | ---: | --- | --- | --- |\n";
const CSV_HEADER: &str =
    "day,trades,accounts,metrics,runs,median_s,min_s,max_s,peak_mb,status,reason,gap,goal_s,goal_mb,met\n";

impl Summary<'_> {
    fn median(&self) -> f64 {
        let middle = self.seconds.len() / 2;
        match self.seconds.as_slice() {
            [] => f64::NAN,
            seconds if seconds.len() % 2 == 1 => seconds[middle],
            seconds => f64::midpoint(seconds[middle - 1], seconds[middle]),
        }
    }

    fn extremes(&self) -> (f64, f64) {
        (self.seconds.first().copied().unwrap_or(f64::NAN), self.seconds.last().copied().unwrap_or(f64::NAN))
    }

    /// Whether every counted run kept to the goal, with a plan whose distance from the best is known.
    fn is_met(&self) -> bool {
        let answered = self.ending.gap.is_some();
        let in_memory = self.case.goal_mb.is_none_or(|goal| self.peak_mb.is_none_or(|peak| peak <= goal));
        answered && in_memory && self.extremes().1 <= self.case.goal_s
    }

    fn markdown_row(&self) -> String {
        let Case { name, trades, accounts, metrics, goal_s, goal_mb, .. } = self.case;
        let (min, max) = self.extremes();
        let memory_goal = goal_mb.map(|goal| format!(", {goal:.0} MB")).unwrap_or_default();
        let mut row = format!("| {name} | {trades} x {accounts} x {metrics} ");
        let _ = write!(row, "| {:.3} | {min:.3} | {max:.3} ", self.median());
        let peak = self.peak_mb.map_or("n/a".to_owned(), |peak| format!("{peak:.0}"));
        let Ending { status, reason, gap, .. } = &self.ending;
        let _ = write!(row, "| {peak} | {status}, {reason} | {} ", gap.as_deref().unwrap_or("n/a"));
        let verdict = if self.is_met() { "met" } else { "NOT met" };
        let _ = writeln!(row, "| {goal_s} s{memory_goal}: {verdict} |");
        row
    }

    fn csv_row(&self) -> String {
        let Case { name, trades, accounts, metrics, goal_s, goal_mb, .. } = self.case;
        let (min, max) = self.extremes();
        let number = |value: Option<f64>| value.map(|value| format!("{value:.0}")).unwrap_or_default();
        let Ending { status, reason, gap, .. } = &self.ending;
        format!(
            "\"{name}\",{trades},{accounts},{metrics},{},{:.3},{min:.3},{max:.3},{},{status},{reason},{},{goal_s},{},{}\n",
            self.seconds.len(),
            self.median(),
            number(self.peak_mb),
            gap.as_deref().unwrap_or_default(),
            number(*goal_mb),
            self.is_met(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(seconds: &[f64], peak_mb: Option<f64>, status: &str) -> Summary<'static> {
        let gap = (status == "optimal").then(|| "0".to_owned());
        let ending = Ending { status: status.to_owned(), reason: "proven".to_owned(), gap, ..Ending::default() };
        Summary { case: &CASES[2], seconds: seconds.to_vec(), peak_mb, ending }
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(summary(&[1.0, 2.0, 9.0], None, "").median(), 2.0);
        assert_eq!(summary(&[1.0, 2.0, 4.0, 9.0], None, "").median(), 3.0);
    }

    #[test]
    fn the_goal_is_met_by_every_run_or_not() {
        assert!(summary(&[50.0, 60.0], Some(1_999.0), "optimal").is_met());
        assert!(summary(&[50.0], None, "optimal").is_met());
        assert!(!summary(&[50.0, 60.1], Some(1.0), "optimal").is_met());
        assert!(!summary(&[50.0], Some(2_001.0), "optimal").is_met());
        assert!(!summary(&[50.0], Some(1.0), "failed").is_met());
    }

    #[test]
    fn a_row_shows_what_was_measured() {
        assert_eq!(
            summary(&[1.0, 2.0, 3.0], None, "optimal").markdown_row(),
            "| a flood | 20000 x 5 x 8 | 2.000 | 1.000 | 3.000 | n/a | optimal, proven | 0 | 60 s, 2000 MB: met |\n"
        );
        let row = summary(&[1.0], Some(10.4), "optimal").csv_row();
        assert_eq!(row, "\"a flood\",20000,5,8,1,1.000,1.000,1.000,10,optimal,proven,0,60,2000,true\n");
        assert_eq!(row.matches(',').count(), CSV_HEADER.matches(',').count());
    }
}
