//! What the benchmark has to know of an exported model: what each booking is worth in the objective.
//!
//! The desk's spread is `Σ over trades of (dearest - cheapest account)`, each trade taken alone on the opening book.
//! Booking trade `i` at account `a` alone changes the objective by `c[i,a] + Σₚ c[p]·(max(r[p] - v[p], 0) -
//! max(r[p], 0))`: its own coefficient, and the short sizes `s[p] + Σ v·x >= r[p]` of the positions that it moves.

use std::collections::{BTreeMap, HashMap};

const BOOKING: &str = "x_";
const SHORT_SIZE: &str = "short_at_least_";

/// The plan that a solver's columns stand for: the account of each trade.
pub(super) type Plan = BTreeMap<String, String>;

/// The sections of an MPS file as words of its lines.
fn entries(mps: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let mut section = "";
    mps.lines().filter(|line| !line.starts_with('*')).filter_map(move |line| {
        if !line.starts_with(' ') {
            section = line.split(' ').next().unwrap_or_default();
            return None;
        }
        Some((section, line.split_whitespace().collect()))
    })
}

/// The sum over trades of dearest minus cheapest account in the objective, in its unit.
pub(super) fn spread(mps: &str) -> f64 {
    let mut objective: HashMap<&str, f64> = HashMap::new();
    // Of each row of a short size: the size's column, its limit; of each booking: the rows it is in.
    let mut sizes: HashMap<&str, &str> = HashMap::new();
    let mut limits: HashMap<&str, f64> = HashMap::new();
    let mut moves: BTreeMap<&str, Vec<(&str, f64)>> = BTreeMap::new();
    for (section, words) in entries(mps) {
        let number = || words.last().and_then(|word| word.parse::<f64>().ok()).unwrap_or_default();
        match (section, words.as_slice()) {
            ("COLUMNS", [column, "objective", _]) => {
                objective.insert(column, number());
            }
            ("COLUMNS", [column, row, _]) if row.starts_with(SHORT_SIZE) && column.starts_with(BOOKING) => {
                moves.entry(column).or_default().push((row, number()));
            }
            ("COLUMNS", [column, row, _]) if row.starts_with(SHORT_SIZE) => {
                sizes.insert(row, column);
            }
            ("COLUMNS", [column, row, _]) if column.starts_with(BOOKING) && row.starts_with("one_account") => {
                moves.entry(column).or_default();
            }
            ("RHS", [_, row, _]) => {
                limits.insert(row, number());
            }
            _ => {}
        }
    }
    let worth = |column: &str, moved: &[(&str, f64)]| -> f64 {
        let short = |(row, value): &(&str, f64)| {
            let limit = limits.get(row).copied().unwrap_or_default();
            let price = sizes.get(row).and_then(|size| objective.get(size)).copied().unwrap_or_default();
            price * ((limit - value).max(0.0) - limit.max(0.0))
        };
        objective.get(column).copied().unwrap_or_default() + moved.iter().map(short).sum::<f64>()
    };
    let mut ranges: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (column, moved) in &moves {
        let Some((trade, _)) = booking(column) else { continue };
        let worth = worth(column, moved);
        let range = ranges.entry(trade).or_insert((worth, worth));
        *range = (range.0.min(worth), range.1.max(worth));
    }
    ranges.values().map(|(low, high)| high - low).sum()
}

/// The trade and account of a booking column: `x_T1_PB1`. The ids of our instances have no underscore.
fn booking(column: &str) -> Option<(&str, &str)> {
    column.strip_prefix(BOOKING)?.rsplit_once('_')
}

/// The plan whose booking columns are 1; nothing where a trade would be booked twice.
pub(super) fn plan(ones: &[String]) -> Option<Plan> {
    let mut plan = Plan::new();
    for column in ones {
        let (trade, account) = booking(column)?;
        if plan.insert(trade.to_owned(), account.to_owned()).is_some() {
            return None;
        }
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_adds_what_a_trade_s_accounts_differ_by() {
        // T1: -3 at A, -1 at B: 2. T2 sells 50: 0 at B; at A it is 4, less 30 of short size at 0.1: 4 - 3 = 1.
        let mps = "* remark\nNAME x\nROWS\n N objective\n E one_account_T1\nCOLUMNS\n s objective -0.1\n \
            s short_at_least_A_G 1\n marker 'MARKER' 'INTORG'\n x_T1_A objective -3\n x_T1_A one_account_T1 1\n \
            x_T1_B objective -1\n x_T1_B one_account_T1 1\n x_T2_A objective 4\n x_T2_A one_account_T2 1\n \
            x_T2_A short_at_least_A_G -50\n x_T2_B one_account_T2 1\nRHS\n rhs short_at_least_A_G -20\nENDATA\n";
        assert!((spread(mps) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_plan_books_each_trade_once() {
        let ones = |names: &[&str]| plan(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let booked = ones(&["x_T1_PB1", "x_T2_PB2"]).unwrap();
        assert_eq!(booked.get("T2").map(String::as_str), Some("PB2"));
        assert_eq!(ones(&["x_T1_PB1", "x_T1_PB2"]), None);
        assert_eq!(ones(&["y"]), None);
    }
}
