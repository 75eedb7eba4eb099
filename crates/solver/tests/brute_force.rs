//! Two thousand random small desks against full enumeration.
//!
//! The enumeration shares nothing with the product: it reads the desk's rates, limits and trades as whole
//! numbers on a fixed grid and evaluates every assignment from the definitions of the design.

use std::time::Duration;

use domain::{Amount, Day, Desk, OnBreach};
use solver::{Outcome, Settings, backends, solve};
use test_desks::{Add, With, account, by_type, day, desk, ratio};

const DESKS: u64 = 2_000;

/// Rates, limits and metric values are whole hundredths.
const GRID: i128 = 100;

/// A desk in whole numbers.
#[derive(Debug, Clone)]
struct Case {
    accounts: Vec<CaseAccount>,
    /// Value and security of each trade.
    trades: Vec<(i128, usize)>,
    pins: Vec<Option<usize>>,
    include_limited: bool,
}

#[derive(Debug, Clone)]
struct CaseAccount {
    /// Opening values: securities first, cash last.
    opening: Vec<i128>,
    metrics: Vec<CaseMetric>,
}

#[derive(Debug, Clone)]
struct CaseMetric {
    form: CaseForm,
    min: Option<i128>,
    max: Option<i128>,
    on_breach: OnBreach,
    priority: i128,
}

#[derive(Debug, Clone)]
enum CaseForm {
    /// Long and short hundredths for each security, cash last.
    Rates(Vec<(i128, i128)>),
    Ratio(usize, usize),
}

const SECURITIES: usize = 3;
const TYPES: [&str; SECURITIES] = ["government", "corporate", "municipal"];

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn between(&mut self, low: i128, high: i128) -> i128 {
        low + i128::from(self.next()) % (high - low + 1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Metric values `[account][metric]` under a placement: `Ok(hundredths)` or the two parts of a ratio.
fn values(case: &Case, placement: &[usize]) -> Vec<Vec<(i128, i128)>> {
    let value = |(index, account): (usize, &CaseAccount)| {
        let mut positions = account.opening.clone();
        for ((value, security), booked) in case.trades.iter().zip(placement) {
            if *booked == index {
                positions[*security] += value;
                positions[SECURITIES] -= value;
            }
        }
        let additive = |metric: usize| match &account.metrics[metric].form {
            CaseForm::Rates(rates) => {
                let f = |p: i128, (long, short): &(i128, i128)| long * p.max(0) + short * (-p).max(0);
                positions.iter().zip(rates).map(|(p, rate)| f(*p, rate)).sum::<i128>()
            }
            CaseForm::Ratio(..) => unreachable!(),
        };
        let each = |(metric, definition): (usize, &CaseMetric)| match definition.form {
            CaseForm::Rates(_) => (additive(metric), 1),
            CaseForm::Ratio(of, to) => (additive(of), additive(to)),
        };
        account.metrics.iter().enumerate().map(each).collect()
    };
    case.accounts.iter().enumerate().map(value).collect()
}

fn holds(metric: &CaseMetric, opening: (i128, i128), last: (i128, i128)) -> bool {
    if metric.on_breach == OnBreach::ReportOnly || (metric.min.is_none() && metric.max.is_none()) {
        return true;
    }
    let is_ratio = matches!(metric.form, CaseForm::Ratio(..));
    let keeps = |(n, d): (i128, i128), bound: i128, is_max: bool| {
        let (left, right) = if is_ratio { (n * GRID, bound * d) } else { (n, bound) };
        d > 0 && if is_max { left <= right } else { left >= right }
    };
    [(metric.min, false), (metric.max, true)].into_iter().all(|(bound, is_max)| {
        let Some(bound) = bound else { return true };
        if metric.on_breach == OnBreach::MustNotWorsen && !keeps(opening, bound, is_max) {
            let ((n0, d0), (n, d)) = (opening, last);
            return match (d0 > 0, is_max) {
                (false, _) => d >= d0,
                (true, true) => d > 0 && n * d0 <= n0 * d,
                (true, false) => d > 0 && n * d0 >= n0 * d,
            };
        }
        keeps(last, bound, is_max)
    })
}

/// The objective in hundredths times tenths, or nothing if a limit does not hold.
fn judge(case: &Case, opening: &[Vec<(i128, i128)>], placement: &[usize]) -> Option<i128> {
    let last = values(case, placement);
    let mut total = 0;
    for (account, here) in case.accounts.iter().enumerate() {
        for (metric, definition) in here.metrics.iter().enumerate() {
            if !holds(definition, opening[account][metric], last[account][metric]) {
                return None;
            }
            let limited = definition.min.is_some() || definition.max.is_some();
            if !limited || case.include_limited {
                total += definition.priority * last[account][metric].0;
            }
        }
    }
    Some(total)
}

/// The best objective over every assignment; nothing when none keeps the limits.
fn enumerate(case: &Case) -> Option<i128> {
    let opening = values(case, &vec![usize::MAX; case.trades.len()]);
    let mut placement = vec![0; case.trades.len()];
    let mut best = None;
    loop {
        if case.pins.iter().zip(&placement).all(|(pin, at)| pin.is_none_or(|pin| pin == *at)) {
            best = best.max(judge(case, &opening, &placement));
        }
        let Some(next) = placement.iter().position(|at| at + 1 < case.accounts.len()) else { return best };
        placement[next] += 1;
        placement[..next].fill(0);
    }
}

fn random_case(seed: u64) -> Case {
    let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let accounts = 1 + random.below(4);
    let most_trades = [9, 9, 8, 7][accounts as usize - 1] + u64::from(random.chance(5)) * 2;
    let trades = random.below(most_trades.min(9) + 1);
    // Ties: few distinct sizes on some desks.
    let sizes = if random.chance(30) { 2 } else { 60 };
    let mut case = Case {
        accounts: (0..accounts).map(|_| random_account(&mut random)).collect(),
        trades: (0..trades)
            .map(|_| {
                let value = random.between(1, sizes);
                (if random.chance(50) { value } else { -value }, random.below(SECURITIES as u64) as usize)
            })
            .collect(),
        pins: (0..trades).map(|_| random.chance(8).then(|| random.below(accounts) as usize)).collect(),
        include_limited: random.chance(20),
    };
    limit(&mut case, &mut random);
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

fn hundredths(value: i128) -> String {
    Amount::from_parts(value, 2).to_string()
}

/// The case as the product reads it.
fn product(case: &Case) -> (Desk, Day) {
    let mut day = day();
    let accounts = case.accounts.iter().enumerate().map(|(index, here)| {
        let id = format!("A{index}");
        let metrics = here.metrics.iter().enumerate().map(|(number, metric)| {
            let name = format!("m{number}");
            let mut definition = match &metric.form {
                CaseForm::Rates(rates) => {
                    let types = TYPES.iter().copied().chain(["cash"]);
                    let row = |(label, (long, short)): (&str, &(i128, i128))| {
                        format!("{label} {} {}", hundredths(*long), hundredths(*short))
                    };
                    let rows: Vec<String> = types.zip(rates).map(row).collect();
                    by_type(&name, &rows.iter().map(String::as_str).collect::<Vec<_>>())
                }
                CaseForm::Ratio(of, to) => ratio(&name, &format!("m{of}"), &format!("m{to}")),
            };
            definition =
                definition.on_breach(metric.on_breach).priority(&Amount::from_parts(metric.priority, 1).to_string());
            definition.limit.min = metric.min.map(|min| hundredths(min).parse().unwrap());
            definition.limit.max = metric.max.map(|max| hundredths(max).parse().unwrap());
            definition
        });
        account(&id, metrics.collect())
    });
    let accounts = accounts.collect();
    for (index, here) in case.accounts.iter().enumerate() {
        for (security, value) in here.opening.iter().enumerate().filter(|(_, value)| **value != 0) {
            let (id, label) = if security == SECURITIES { ("USD", "cash") } else { (TYPES[security], TYPES[security]) };
            day = day.position(&format!("A{index} {value} {id} {label}"));
        }
    }
    for (index, (value, security)) in case.trades.iter().enumerate() {
        let side = if *value > 0 { "buy" } else { "sell" };
        let label = TYPES[*security];
        let pin = case.pins[index].map_or(String::new(), |pin| format!(" A{pin}"));
        day = day.trade(&format!("T{index} {side} {} {label} {label}{pin}", value.abs()));
    }
    (desk(accounts), day)
}

/// What went wrong with a case, if anything.
fn mismatch(seed: u64) -> Option<String> {
    let case = random_case(seed);
    let expected = enumerate(&case);
    let (desk, day) = product(&case);
    let book = metric_engine::compile(&desk, &day).unwrap_or_else(|problems| panic!("seed {seed}: {problems:?}"));
    let problem =
        constraint_manager::build(&book, case.include_limited).unwrap_or_else(|p| panic!("seed {seed}: {p:?}"));
    let settings = Settings { timeout: Duration::from_secs(60), gap_rel: Amount::zero(), backend: backends::TABLE[0] };
    let solved = solve(&problem, &settings, &mut |_| ());
    let expected_value = expected.map(|value| Amount::from_parts(value, 3));
    let agrees = match (&solved.outcome, &expected_value) {
        (Outcome::Infeasible { rows, .. }, None) => !rows.is_empty(),
        (Outcome::Proven(plan), Some(best)) => plan.value.as_ref().is_none_or(|value| value == best),
        (Outcome::NoObjective(plan), Some(_)) => problem.broken_rows(&plan.placement).is_empty(),
        _ => false,
    };
    (!agrees).then(|| format!("seed {seed}: enumeration {expected_value:?}, engine {:?}\n{case:?}", solved.outcome))
}

#[test]
fn two_thousand_random_desks_agree_with_full_enumeration() {
    let mismatches: Vec<String> = (0..DESKS).filter_map(mismatch).collect();
    assert!(
        mismatches.is_empty(),
        "{} of {DESKS} disagree:\n{}",
        mismatches.len(),
        mismatches[..mismatches.len().min(3)].join("\n")
    );
}

#[test]
fn the_random_desks_cover_what_they_are_meant_to() {
    let cases: Vec<Case> = (0..DESKS).map(random_case).collect();
    let infeasible = cases.iter().filter(|case| enumerate(case).is_none()).count();
    assert!(infeasible > 200 && infeasible < 1_500, "{infeasible} infeasible desks of {DESKS}");
    let count = |holds: &dyn Fn(&CaseMetric) -> bool| {
        cases.iter().filter(|case| case.accounts.iter().flat_map(|account| &account.metrics).any(holds)).count()
    };
    assert!(count(&|metric| matches!(metric.form, CaseForm::Ratio(..)) && metric.max.is_some()) > 200);
    assert!(count(&|metric| metric.on_breach == OnBreach::MustNotWorsen) > 200);
    assert!(cases.iter().filter(|case| case.trades.is_empty()).count() > 50);
    assert!(cases.iter().filter(|case| case.trades.len() == 9).count() > 50);
}
