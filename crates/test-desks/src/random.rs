//! Random small desks: all kinds of metric, both signs, ties, opening breaches, limits that bind or conflict.

use domain::OnBreach;

use crate::case::{Case, CaseAccount, CaseForm, CaseMetric, GRID, SECURITIES, values};

/// A stream of random numbers, set by its seed: `SplitMix64`.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: i128, high: i128) -> i128 {
        low + i128::from(self.next()) % (high - low + 1)
    }

    /// Whether something happens that does so in so many of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// The desk of a seed: at most four accounts and nine trades.
pub fn random_case(seed: u64) -> Case {
    let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let accounts = 1 + random.below(4);
    let most_trades = [9, 9, 8, 7][accounts as usize - 1] + u64::from(random.chance(5)) * 2;
    let trades = random.below(most_trades.min(9) + 1);
    // Ties: few distinct sizes on some desks.
    let sizes = if random.chance(30) { 2 } else { 60 };
    case(&mut random, accounts, trades, sizes)
}

/// A desk of so many accounts and trades, too large to be enumerated.
pub fn large_case(seed: u64, accounts: u64, trades: u64) -> Case {
    case(&mut Random(seed), accounts, trades, 60)
}

fn case(random: &mut Random, accounts: u64, trades: u64, sizes: i128) -> Case {
    let mut case = Case {
        accounts: (0..accounts).map(|_| random_account(random)).collect(),
        trades: (0..trades)
            .map(|_| {
                let value = random.between(1, sizes);
                (if random.chance(50) { value } else { -value }, random.below(SECURITIES as u64) as usize)
            })
            .collect(),
        pins: (0..trades).map(|_| random.chance(8).then(|| random.below(accounts) as usize)).collect(),
        include_limited: random.chance(20),
    };
    limit(&mut case, random);
    case
}

fn random_account(random: &mut Random) -> CaseAccount {
    let opening = (0..=SECURITIES).map(|_| if random.chance(40) { 0 } else { random.between(-60, 60) }).collect();
    let linear = |random: &mut Random| {
        let rate = random.between(-150, 150);
        (rate, -rate)
    };
    let sided = |random: &mut Random| (random.between(-150, 150), random.between(-150, 150));
    let nothing = (0, 0);
    let mut forms = vec![
        // Equity and gross, then a margin schedule, a rate card and something linear.
        CaseForm::Rates(vec![(100, -100); SECURITIES + 1]),
        CaseForm::Rates([vec![(100, 100); SECURITIES], vec![nothing]].concat()),
        CaseForm::Rates((0..=SECURITIES).map(|_| sided(random)).collect()),
        CaseForm::Rates(
            (0..=SECURITIES).map(|_| if random.chance(50) { sided(random) } else { linear(random) }).collect(),
        ),
        CaseForm::Rates((0..=SECURITIES).map(|_| linear(random)).collect()),
    ];
    if random.chance(60) {
        forms.push(CaseForm::Ratio(random.below(5) as usize, random.below(5) as usize));
    }
    let metrics = forms.into_iter().map(|form| {
        let is_ratio = matches!(form, CaseForm::Ratio(..));
        let priority = if is_ratio || random.chance(40) { 0 } else { random.between(-20, 20) };
        CaseMetric { form, min: None, max: None, on_breach: OnBreach::MustCure, priority }
    });
    CaseAccount { opening, metrics: metrics.collect() }
}

/// Limits at, near or far from what a random plan reaches, so that some bind and some conflict.
fn limit(case: &mut Case, random: &mut Random) {
    let accounts = case.accounts.len() as u64;
    let planted: Vec<usize> =
        case.pins.iter().map(|pin| pin.unwrap_or_else(|| random.below(accounts) as usize)).collect();
    let reached = values(case, &planted);
    for (account, here) in case.accounts.iter_mut().enumerate() {
        for (metric, definition) in here.metrics.iter_mut().enumerate() {
            if random.chance(55) {
                continue;
            }
            let (n, d) = reached[account][metric];
            let is_ratio = matches!(definition.form, CaseForm::Ratio(..));
            let value = if is_ratio { if d > 0 { n * GRID / d + random.between(0, 2) } else { 300 } } else { n };
            let slack = |random: &mut Random| match random.below(4) {
                0 => 0,
                1 => random.between(-300, 900),
                _ => random.between(0, 4_000),
            };
            if random.chance(60) {
                definition.max = Some(value + slack(random));
            }
            if random.chance(45) {
                definition.min = Some(value - slack(random));
            }
            if definition.min > definition.max && definition.max.is_some() {
                definition.min = None;
            }
            let rules = [OnBreach::MustCure, OnBreach::MustNotWorsen, OnBreach::ReportOnly];
            definition.on_breach = rules[random.below(3) as usize];
        }
    }
}
