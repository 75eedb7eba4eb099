//! Made-up desks of any size, the same for the same seed: for the benchmark, and for scenarios that are too large
//! to be stored.

mod book;
mod metrics;
mod planted;

use std::fmt::Write as _;
use std::path::Path;

use clap::ValueEnum;
use serde::Deserialize;

use crate::error::{Outcome, XtaskError};
use crate::files;
use crate::gap_instance::GapInstance;
use book::Book;
use metrics::Metric;
use planted::Planted;

/// What a desk is to be like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeskPlan {
    pub(crate) trades: usize,
    pub(crate) accounts: usize,
    /// Metrics of each account; a hard desk has `cost` and `load` only.
    pub(crate) metrics: usize,
    pub(crate) class: Class,
    #[serde(default)]
    pub(crate) seed: u64,
    /// The solver's settings as the configuration has them: `{ timeout: 2s }`.
    pub(crate) solver: String,
    /// Whether trades are pinned to the planted plan, for the classes that have one.
    #[serde(default)]
    pub(crate) pinned: bool,
}

/// How hard a desk's limits make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Class {
    /// Each limit is three times what an even split comes to; what a security costs is linear in its position.
    Loose,
    /// The same limits; a short position costs more than a long one, so that it pays to have trades net each
    /// other, which fractions of trades do best.
    Netted,
    /// Generalized assignment of type D: plans are found easily, the best is not proven in seconds.
    Hard,
    /// A limit for every metric and account, moderately far from a plan that keeps them all.
    Mid,
    /// The same, close to that plan.
    Tight,
    /// Two limits for every metric and account, close around such a plan.
    Band,
}

impl Class {
    /// Whether limits lie around a plan that is known to keep them all.
    pub(crate) fn has_planted_plan(self) -> bool {
        matches!(self, Self::Mid | Self::Tight | Self::Band)
    }
}

/// Metrics that a loose desk can have.
const LOOSE_METRICS: std::ops::RangeInclusive<usize> = 1..=60;

/// Writes a desk into a folder: desk.yaml, trades.csv, positions.csv, coefficients.csv, and planted.csv where a plan
/// is known.
pub(crate) fn write_desk(plan: &DeskPlan, folder: &Path) -> Outcome {
    check(plan)?;
    if plan.class == Class::Hard {
        return GapInstance::hard(plan.accounts, plan.trades, plan.seed).write_desk(folder, &plan.solver);
    }
    if plan.class.has_planted_plan() {
        let desk = Planted::make(plan)?;
        files::make_empty(folder)?;
        return desk.write(plan, folder);
    }
    let book = Book::make(plan);
    let metrics = metrics::first(plan, &book);
    files::make_empty(folder)?;
    files::write(&folder.join("desk.yaml"), &configuration(plan, &book, &metrics))?;
    files::write(&folder.join("trades.csv"), &book.trades_csv(None))?;
    files::write(&folder.join("positions.csv"), &book.positions_csv())?;
    files::write(&folder.join("coefficients.csv"), &coefficients(&book, &metrics))
}

/// Whether there is such a desk: with some seeds a ratio has no value under the planted plan.
pub(crate) fn is_possible(plan: &DeskPlan) -> bool {
    check(plan).is_ok() && (!plan.class.has_planted_plan() || Planted::make(plan).is_ok())
}

/// The same into a folder that somebody names: one that holds anything else than a desk stays as it is.
pub(crate) fn write_new_desk(plan: &DeskPlan, folder: &Path) -> Outcome {
    let is_empty = || std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if folder.exists() && !folder.join("desk.yaml").is_file() && !is_empty() {
        return Err(XtaskError::Refused {
            what: format!("write a desk into {}: it holds something else", folder.display()),
            hint: "name a new or an empty folder".to_owned(),
        });
    }
    write_desk(plan, folder)
}

fn check(plan: &DeskPlan) -> Outcome {
    let refused = |what: &str, hint: String| Err(XtaskError::Refused { what: format!("make a desk {what}"), hint });
    if plan.accounts == 0 {
        return refused("without accounts", "state at least one".to_owned());
    }
    match plan.class {
        Class::Hard if plan.metrics != 2 => {
            refused(&format!("of class hard with {} metrics", plan.metrics), "a hard desk has 2".to_owned())
        }
        Class::Loose | Class::Netted if !LOOSE_METRICS.contains(&plan.metrics) => {
            let hint = format!("state {} to {}", LOOSE_METRICS.start(), LOOSE_METRICS.end());
            refused(&format!("with {} metrics", plan.metrics), hint)
        }
        class if class.has_planted_plan() && !planted::METRICS.contains(&plan.metrics) => {
            let hint = format!("state {} to {}", planted::METRICS.start(), planted::METRICS.end());
            refused(&format!("around a planted plan with {} metrics", plan.metrics), hint)
        }
        class if class.has_planted_plan() && plan.accounts < planted::ACCOUNTS_AT_LEAST => {
            refused("around a planted plan with one account", "state two accounts or more".to_owned())
        }
        class if plan.pinned && !class.has_planted_plan() => {
            refused("that is pinned", "only mid, tight and band desks have a plan to pin to".to_owned())
        }
        _ => Ok(()),
    }
}

fn configuration(plan: &DeskPlan, book: &Book, metrics: &[Metric]) -> String {
    let mut text = configuration_head(&plan.solver);
    for metric in metrics {
        let _ = writeln!(text, "  {}: {}", metric.name, metric.definition);
    }
    text.push_str("accounts:\n");
    for account in &book.accounts {
        let _ = writeln!(text, "  - id: {}\n    metrics:", account.id);
        for metric in metrics {
            let _ = writeln!(text, "      {}: {}", metric.name, (metric.terms)(book, account));
        }
    }
    text
}

/// What the configurations of made-up desks have in common, up to the definitions of metrics.
fn configuration_head(solver: &str) -> String {
    format!(
        "version: 1\nbase_currency: USD\n\
         inputs: {{ trades: trades.csv, positions: positions.csv, coefficients: coefficients.csv }}\n\
         valuation: {{ price_quote: per_100, accrued: amount }}\n\
         solver: {solver}\n\
         metrics:\n",
    )
}

fn coefficients(book: &Book, metrics: &[Metric]) -> String {
    let mut text = "account,metric,security,long,short\n".to_owned();
    for account in &book.accounts {
        for metric in metrics {
            for (index, security) in book.securities.iter().enumerate() {
                if let Some((long, short)) = (metric.rates)(account, index, security) {
                    let _ = writeln!(text, "{},{},{},{long},{short}", account.id, metric.name, security.id);
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(metrics: usize, class: Class) -> DeskPlan {
        DeskPlan {
            trades: 60,
            accounts: 3,
            metrics,
            class,
            seed: 5,
            solver: "{ timeout: 2s }".to_owned(),
            pinned: false,
        }
    }

    fn written(plan: &DeskPlan) -> [String; 4] {
        let folder = tempfile::tempdir().unwrap();
        write_desk(plan, folder.path()).unwrap();
        ["desk.yaml", "trades.csv", "positions.csv", "coefficients.csv"]
            .map(|name| files::read(&folder.path().join(name)).unwrap())
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let first = plan(20, Class::Loose);
        assert_eq!(written(&first), written(&first));
        assert_ne!(written(&first), written(&DeskPlan { seed: 6, ..first.clone() }));
    }

    #[test]
    fn a_loose_desk_has_the_size_that_was_asked_for() {
        for metrics in [1, 8, 20, 60] {
            let [desk, trades, positions, coefficients] = written(&plan(metrics, Class::Loose));
            assert_eq!(trades.lines().count(), 1 + 60);
            assert_eq!(positions.matches(",USD,cash,").count(), 3);
            let account = desk.split("  - id: PB2\n    metrics:\n").nth(1).unwrap();
            let listed = account.lines().take_while(|line| line.starts_with("      ")).count();
            assert_eq!(listed, metrics, "{desk}");
            let securities = 60 / 3;
            assert_eq!(coefficients.matches("PB1,financing_cost,").count(), securities);
        }
    }

    #[test]
    fn costs_are_linear_or_netted() {
        let cost = |class: Class| {
            let [_, _, _, coefficients] = written(&plan(8, class));
            let row = coefficients.lines().find(|line| line.contains(",financing_cost,")).unwrap().to_owned();
            let sides: Vec<f64> = row.split(',').skip(3).map(|side| side.parse().unwrap()).collect();
            (sides[0], sides[1])
        };
        let (long, short) = cost(Class::Loose);
        assert!(long > 0.0 && short == -long);
        let (long, short) = cost(Class::Netted);
        assert!(long > 0.0 && short >= long);
    }

    #[test]
    fn every_metric_has_a_name_of_its_own() {
        let [desk, ..] = written(&plan(60, Class::Loose));
        let shared = desk.split("metrics:\n").nth(1).unwrap();
        let names: Vec<&str> = shared.lines().filter_map(|line| line.trim().split(": ").next()).take(60).collect();
        let distinct: std::collections::BTreeSet<&&str> = names.iter().collect();
        assert_eq!(distinct.len(), 60, "{names:?}");
    }

    #[test]
    fn a_plan_that_cannot_be_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |plan: &DeskPlan| write_desk(plan, folder.path()).unwrap_err().to_string();
        assert!(refused(&plan(3, Class::Hard)).contains("a hard desk has 2"));
        assert!(refused(&plan(61, Class::Loose)).contains("state 1 to 60"));
        assert!(refused(&DeskPlan { accounts: 0, ..plan(2, Class::Hard) }).contains("without accounts"));
        assert!(refused(&plan(5, Class::Band)).contains("state 6 to 60"));
        assert!(refused(&DeskPlan { accounts: 1, ..plan(6, Class::Mid) }).contains("two accounts or more"));
        assert!(refused(&DeskPlan { pinned: true, ..plan(6, Class::Loose) }).contains("have a plan to pin to"));
    }

    #[test]
    fn a_folder_with_anything_but_a_desk_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let write = || write_new_desk(&plan(6, Class::Tight), folder.path());
        write().unwrap();
        write().unwrap();
        std::fs::remove_file(folder.path().join("desk.yaml")).unwrap();
        assert!(write().unwrap_err().to_string().contains("it holds something else"));
    }

    #[test]
    fn a_hard_desk_is_generalized_assignment() {
        let [desk, trades, ..] = written(&plan(2, Class::Hard));
        assert!(desk.contains("load: { max: ") && trades.ends_with("T60,buy,J60,job,1,1,0\n"));
    }
}
