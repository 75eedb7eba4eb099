//! Days that have next to no plan.

use domain::{Day, Desk};

use crate::random::Random;
use crate::{Add, With, account, by_type, day, desk};

/// A day on which every metric at every account has to come to within `width` of what it comes to under a plan drawn from
/// the seed, and `off` more. Each trade is a security of its own with whole even coefficients, and what it costs differs by account.
pub fn banded(seed: u64, (trades, accounts, metrics): (usize, usize, usize), width: i128, off: i128) -> (Desk, Day) {
    let mut random = Random::new(seed);
    let rates: Vec<Vec<i128>> =
        (0..trades).map(|_| (0..metrics).map(|_| 2 * i128::from(1 + random.below(500))).collect()).collect();
    let plan: Vec<usize> = (0..trades).map(|_| random.below(accounts as u64) as usize).collect();
    let bands = |account: usize, metric: usize| {
        let booked = rates.iter().zip(&plan).filter(|(_, at)| **at == account).map(|(rates, _)| rates[metric]);
        let middle = booked.sum::<i128>() + off;
        let (min, max) = ((middle - width).to_string(), (middle + width).to_string());
        by_type(&format!("m{metric}"), &[]).min(&min).max(&max)
    };
    let at = |index: usize| {
        let cost = by_type("cost", &[]).priority("-1");
        account(&format!("A{index}"), (0..metrics).map(|metric| bands(index, metric)).chain([cost]).collect())
    };
    let mut made = day();
    for (trade, rates) in rates.iter().enumerate() {
        made = made.trade(&format!("T{trade} buy 1 BOND{trade} bond"));
        for (metric, rate) in rates.iter().enumerate() {
            made = made.coefficient(&format!("* m{metric} BOND{trade} {rate}"));
        }
        for account in 0..accounts {
            made = made.coefficient(&format!("A{account} cost BOND{trade} {}", random.below(1_000)));
        }
    }
    (desk((0..accounts).map(at).collect()), made)
}
