//! What a desk wants besides keeping its limits, made up for a case: strict priorities and a last plan to stay close to;
//! and what every assignment of the case is worth by it.

use domain::{
    AccountId, Decimal, GiveUp, Keep, MetricName, ObjectiveSettings, OrderedMetric, Place, PlannedBooking, TradeId,
};

use crate::case::{Case, CaseForm, holds, values};
use crate::random::Random;

/// What the desk wants of a case. Sums are in thousandths: hundredths of a metric times tenths of a priority.
#[derive(Debug, Clone)]
pub struct Goals {
    /// Metrics by number, with what may be given up.
    pub order: Vec<(usize, Tolerance)>,
    /// The account of each trade in the last plan; an index beyond the last account is one that is gone.
    pub planned: Vec<Option<usize>>,
    /// Thousandths for each change.
    pub cost: i128,
    /// The most changes that there may be.
    pub max_changes: Option<u32>,
}

/// How far a level may end below its best value.
#[derive(Debug, Clone, Copy)]
pub enum Tolerance {
    /// So much of it.
    Thousandths(i128),
    /// So many tenths of its size.
    Tenths(i128),
}

/// What the desk of a case wants, by its seed.
pub fn random_goals(case: &Case, seed: u64) -> Goals {
    let mut random = Random::new(seed ^ 0x60a1);
    let mut counting: Vec<usize> = (0..5).filter(|metric| counts(case, *metric)).collect();
    let mut order = Vec::new();
    for _ in 0..random.below(4) {
        if counting.is_empty() {
            break;
        }
        let metric = counting.remove(random.below(counting.len() as u64) as usize);
        let tolerance = match random.below(4) {
            0 | 1 => Tolerance::Thousandths(0),
            2 => Tolerance::Thousandths(random.between(1, 40_000)),
            _ => Tolerance::Tenths(random.between(1, 5)),
        };
        order.push((metric, tolerance));
    }
    let accounts = case.accounts.len() as u64;
    let home = |random: &mut Random| random.chance(75).then(|| random.below(accounts + 1) as usize);
    let planned = case.trades.iter().map(|_| home(&mut random)).collect();
    let cost = if random.chance(60) { random.between(0, 60_000) } else { 0 };
    Goals { order, planned, cost, max_changes: random.chance(50).then(|| random.below(5) as u32) }
}

/// Whether a metric counts in the objective at some account.
fn counts(case: &Case, metric: usize) -> bool {
    case.accounts.iter().any(|account| {
        let here = &account.metrics[metric];
        let limited = here.min.is_some() || here.max.is_some();
        here.priority != 0 && !matches!(here.form, CaseForm::Ratio(..)) && (!limited || case.include_limited)
    })
}

impl Goals {
    /// How many trades a placement has elsewhere than the last plan.
    pub fn changes(&self, placement: &[usize]) -> i128 {
        let moved = self.planned.iter().zip(placement).filter(|(planned, at)| planned.is_some_and(|home| home != **at));
        moved.count() as i128
    }

    /// What a plan is worth level by level, the rest last; nothing where it breaks a limit or makes too many changes.
    fn judge(&self, case: &Case, opening: &[Vec<(i128, i128)>], placement: &[usize]) -> Option<Vec<i128>> {
        let changes = self.changes(placement);
        if self.max_changes.is_some_and(|most| changes > i128::from(most)) {
            return None;
        }
        let last = values(case, placement);
        let mut levels = vec![0; self.order.len() + 1];
        levels[self.order.len()] = -self.cost * changes;
        for (account, here) in case.accounts.iter().enumerate() {
            for (metric, definition) in here.metrics.iter().enumerate() {
                if !holds(definition, opening[account][metric], last[account][metric]) {
                    return None;
                }
                let limited = definition.min.is_some() || definition.max.is_some();
                if !limited || case.include_limited {
                    let level =
                        self.order.iter().position(|(ordered, _)| *ordered == metric).unwrap_or(self.order.len());
                    levels[level] += definition.priority * last[account][metric].0;
                }
            }
        }
        Some(levels)
    }

    /// The best value of each level, one after the other; nothing when no plan keeps the limits.
    pub fn enumerate(&self, case: &Case) -> Option<Vec<i128>> {
        let opening = values(case, &vec![usize::MAX; case.trades.len()]);
        let mut plans = Vec::new();
        let mut placement = vec![0; case.trades.len()];
        loop {
            if case.pins.iter().zip(&placement).all(|(pin, at)| pin.is_none_or(|pin| pin == *at)) {
                plans.extend(self.judge(case, &opening, &placement));
            }
            let Some(next) = placement.iter().position(|at| at + 1 < case.accounts.len()) else { break };
            placement[next] += 1;
            placement[..next].fill(0);
        }
        let mut bests = Vec::new();
        for level in 0..=self.order.len() {
            let best = plans.iter().map(|plan| plan[level]).max()?;
            bests.push(best);
            if let Some((_, tolerance)) = self.order.get(level) {
                plans.retain(|plan| keeps(*tolerance, best, plan[level]));
            }
        }
        Some(bests)
    }

    /// The wishes as the product reads them.
    pub fn settings(&self, case: &Case) -> ObjectiveSettings {
        let place = || Place::file("desk.yaml").with_field("objective");
        let ordered = |(metric, tolerance): &(usize, Tolerance)| OrderedMetric {
            place: place(),
            metric: MetricName::new(format!("m{metric}")),
            give_up: match *tolerance {
                Tolerance::Thousandths(amount) => GiveUp::Amount(Decimal::from_i128_with_scale(amount, 3)),
                Tolerance::Tenths(fraction) => GiveUp::Fraction(Decimal::from_i128_with_scale(fraction, 1)),
            },
        };
        let cost_per_change = Decimal::from_i128_with_scale(self.cost, 3);
        ObjectiveSettings {
            include_limited: case.include_limited,
            order: self.order.iter().map(ordered).collect(),
            keep: Some(Keep { place: place(), cost_per_change, max_changes: self.max_changes }),
            ..ObjectiveSettings::default()
        }
    }

    /// The last plan as the product reads it.
    pub fn last_plan(&self) -> Vec<PlannedBooking> {
        let booking = |(trade, home): (usize, &Option<usize>)| {
            let (trade, account) = (TradeId::new(format!("T{trade}")), AccountId::new(format!("A{}", (*home)?)));
            Some(PlannedBooking { place: Place::file("plan.csv"), trade, account })
        };
        self.planned.iter().enumerate().filter_map(booking).collect()
    }
}

fn keeps(tolerance: Tolerance, best: i128, value: i128) -> bool {
    match tolerance {
        Tolerance::Thousandths(amount) => value >= best - amount,
        Tolerance::Tenths(fraction) => 10 * value >= 10 * best - fraction * best.abs(),
    }
}
