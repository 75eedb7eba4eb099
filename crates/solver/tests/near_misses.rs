//! Days on which many choices come within a solver's tolerance of a limit: bonds in round lots, their accrued interest
//! in cents, a limit that some choice meets exactly or misses by a cent. Every choice is enumerated in whole cents.

use std::sync::Arc;
use std::time::Duration;

use domain::Amount;
use solver::{Outcome, Settings, backends, solve};
use test_desks::{Add, With, account, by_type, day, desk};

const DAYS: u64 = 300;

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Values in cents and the limit in cents.
fn random_day(seed: u64) -> (Vec<i64>, i64) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
    let lots = [100_000_000, 200_000_000, 500_000_000, 1_000_000_000, 2_500_000_000_i64];
    let values: Vec<i64> = (0..8 + random.below(6))
        .map(|_| {
            lots[random.below(5) as usize] + (1 + random.below(2_000) as i64) * [1, 1, 100][random.below(3) as usize]
        })
        .collect();
    let met: i64 = values.iter().filter(|_| random.below(2) == 0).sum();
    let off = if random.below(2) == 0 { 0 } else { -1 };
    // Or the round lots alone, which accrued interest takes every choice a little beyond.
    let limit = if random.below(5) < 2 { met - met % 100_000_000 } else { met + off };
    (values, limit.max(1))
}

#[test]
fn what_a_tolerance_would_blur_is_told_apart_to_the_cent() {
    for seed in 0..DAYS {
        let (values, limit) = random_day(seed);
        let sums = (0_u32..1 << values.len())
            .map(|set| values.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, v)| v).sum::<i64>());
        let most = sums.filter(|sum| *sum <= limit).max().unwrap_or(0);
        let cents = |value: i64| Amount::from_parts(i128::from(value), 2).to_string();

        let free = account("PB1", vec![by_type("gross", &["bond 1 1"]).max(&cents(limit))]);
        let dear = account("PB2", vec![by_type("cost", &["bond 0.01"]).priority("-1")]);
        let trades = values
            .iter()
            .enumerate()
            .fold(day(), |day, (i, value)| day.trade(&format!("T{i:02} buy {} S{i} bond", cents(*value))));
        let book = metric_engine::compile(&desk(vec![free, dear]), &trades).unwrap();
        let problem = constraint_manager::build(&book, false).unwrap();
        let settings = Settings::with(Duration::from_secs(60), Amount::zero(), Arc::new(backends::highs::Highs));
        let Outcome::Proven(plan) = solve(&problem, &settings, &mut |_| ()).outcome else {
            panic!("day {seed}: an easy day")
        };
        // What PB1 has no room for costs a hundredth of its value at PB2.
        let expected = Amount::from_parts(i128::from(most - values.iter().sum::<i64>()), 4);
        assert_eq!(plan.value, Some(expected), "day {seed}: {values:?} within {limit}");
    }
}
