//! The levels of an objective with strict priorities, and the changes from the last plan, a line each.

use super::Style;
use super::figures::{Unit, count, figure, percent_up, places};
use super::text::{clean, wrapped};
use crate::{Change, ChangesReport, LevelReport, Reason, Report};

/// Changed trades that are named; the others are counted, and the files have them all.
const NAMED_TRADES: usize = 6;

/// Every level with what it came to, and how far the assignment is from the last plan.
pub(super) fn lines(report: &Report<'_>, style: Style) -> String {
    let levels = report.objective.iter().flat_map(|objective| objective.levels.iter().zip(1..));
    let mut lines: String = levels.map(|(entry, number)| level(number, entry, style)).collect();
    lines.extend(report.changes.as_ref().map(|report| changes(report, style)));
    lines
}

fn level(number: usize, level: &LevelReport, style: Style) -> String {
    let best = &level.value + &level.given_up;
    let numbers = [&level.value, &best, level.bound.as_ref().unwrap_or(&best)];
    let decimals = numbers.iter().map(|number| number.decimals()).max().unwrap_or(0);
    let places = places(Unit::Sum, numbers.into_iter()).max(2).min(decimals);
    let name = level.metric.as_ref().map_or_else(|| "everything else".to_owned(), |name| clean(name.as_str()));
    let given_up = match level.given_up.is_zero() {
        true => String::new(),
        false => format!(", {} given up of its best, {}", figure(&level.given_up, places), figure(&best, places)),
    };
    let gap = level.gap.as_ref().map(percent_up);
    let proof = match (level.reason, gap) {
        (Reason::Proven, _) => "proven best".to_owned(),
        (Reason::WithinGap, Some(gap)) => format!("best proven within {gap}"),
        (_, Some(gap)) => format!("not proven: the best may be {gap} better"),
        (_, None) => "not proven".to_owned(),
    };
    let certified = match (&level.certified_gap, &level.gap) {
        (None, _) => String::new(),
        (Some(certified), Some(gap)) if certified == gap => ", certified".to_owned(),
        (Some(certified), _) => format!(", certified gap {}", percent_up(certified)),
    };
    let text = format!("{name} {}{given_up} ({proof}{certified}).", figure(&level.value, places));
    wrapped(&format!("Level {number}: "), &text, style.width)
}

fn changes(report: &ChangesReport, style: Style) -> String {
    let limit = report.max_changes.map_or_else(String::new, |most| format!(", at most {most} allowed"));
    let cost = match report.cost.is_zero() {
        true => String::new(),
        false => format!(", at a cost of {}", figure(&report.cost, places(Unit::Sum, [&report.cost].into_iter()))),
    };
    let name = |change: &Change| {
        format!("{} {} → {}", clean(change.trade.as_str()), clean(change.from.as_str()), clean(change.to.as_str()))
    };
    let named: Vec<String> = report.trades.iter().take(NAMED_TRADES).map(name).collect();
    let more = report.trades.len() - named.len();
    let names = match (named.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(": {}", named.join(", ")),
        (false, more) => format!(": {} and {more} more", named.join(", ")),
    };
    let of = count(report.planned, "trade");
    let text = format!("{} of {of} of the last plan changed{cost}{limit}{names}.", report.trades.len());
    wrapped("", &text, style.width)
}
