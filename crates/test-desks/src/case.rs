//! A desk in whole numbers, and what every assignment of it is worth: full enumeration from the definitions,
//! sharing nothing with the product.

use domain::OnBreach;

/// Rates, limits and metric values are whole hundredths.
pub const GRID: i128 = 100;

/// A desk in whole numbers.
#[derive(Debug, Clone)]
pub struct Case {
    /// The accounts; a placement has an index of them for each trade.
    pub accounts: Vec<CaseAccount>,
    /// Value and security of each trade.
    pub trades: Vec<(i128, usize)>,
    /// The account of each trade that has to be there.
    pub pins: Vec<Option<usize>>,
    /// Whether metrics with a limit count in the objective too.
    pub include_limited: bool,
}

/// An account of a case.
#[derive(Debug, Clone)]
pub struct CaseAccount {
    /// Opening values: securities first, cash last.
    pub opening: Vec<i128>,
    /// Every account has metrics of its own.
    pub metrics: Vec<CaseMetric>,
}

/// A metric of an account, with its limits in hundredths.
#[derive(Debug, Clone)]
pub struct CaseMetric {
    /// How its value is made.
    pub form: CaseForm,
    /// The least that the limit allows.
    pub min: Option<i128>,
    /// The most that the limit allows.
    pub max: Option<i128>,
    /// What holds when the opening positions break the limit.
    pub on_breach: OnBreach,
    /// In tenths.
    pub priority: i128,
}

/// How the value of a metric is made.
#[derive(Debug, Clone)]
pub enum CaseForm {
    /// Long and short hundredths for each security, cash last.
    Rates(Vec<(i128, i128)>),
    /// The first metric over the second, by their indices.
    Ratio(usize, usize),
}

/// How many securities there are besides cash.
pub const SECURITIES: usize = 3;
/// Their names, and those of their types.
pub const TYPES: [&str; SECURITIES] = ["government", "corporate", "municipal"];

/// Metric values `[account][metric]` under a placement: `Ok(hundredths)` or the two parts of a ratio.
pub fn values(case: &Case, placement: &[usize]) -> Vec<Vec<(i128, i128)>> {
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

/// Whether the limit of a metric holds, from its opening value and its last one.
pub fn holds(metric: &CaseMetric, opening: (i128, i128), last: (i128, i128)) -> bool {
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
pub fn judge(case: &Case, opening: &[Vec<(i128, i128)>], placement: &[usize]) -> Option<i128> {
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
pub fn enumerate(case: &Case) -> Option<i128> {
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
