//! Desks, days and what a right result says of them.

use domain::{Account, Amount, Day, Desk, MetricDefinition, OnBreach};
use metric_engine::{Book, MetricValue, compile};
use test_desks::{Add, With, accepting, account, by_type, day, desk, ratio};
use verifier::{Claim, ClaimedChanges, ClaimedMetric, Discrepancy, verify};

pub(crate) struct Scene {
    pub(crate) desk: Desk,
    pub(crate) day: Day,
    pub(crate) book: Book,
}

impl Scene {
    pub(crate) fn new(desk: Desk, day: Day) -> Self {
        let book = compile(&desk, &day).unwrap_or_else(|problems| panic!("{problems:?}"));
        Self { desk, day, book }
    }

    pub(crate) fn verify(&self, claim: &Claim) -> Vec<Discrepancy> {
        verify(&self.desk, &self.day, &self.book, claim)
    }

    pub(crate) fn texts(&self, claim: &Claim) -> Vec<String> {
        self.verify(claim).iter().map(ToString::to_string).collect()
    }

    /// What the metric engine would have published: an independent code, so that the two check each other.
    pub(crate) fn claim(&self, placement: Option<&[usize]>) -> Claim {
        let metric = |standing: &metric_engine::Standing| {
            let account = &self.book.accounts[standing.account];
            let metric = &account.metrics[standing.metric];
            ClaimedMetric {
                account: account.id.clone(),
                metric: metric.name.clone(),
                initial: standing.initial.published(),
                last: standing.last.as_ref().and_then(MetricValue::published),
                min: metric.limit.min.map(Amount::from),
                max: metric.limit.max.map(Amount::from),
                headroom: standing.headroom.clone(),
                breach: standing.breach,
            }
        };
        let assignment = placement.map(|placement| self.book.assignment(placement));
        let changes = placement.and_then(|placement| self.changes(placement));
        Claim {
            has_plan: placement.is_some(),
            assignments: assignment.into_iter().flat_map(|assignment| assignment.account_of).collect(),
            metrics: self.book.standings(placement).iter().map(metric).collect(),
            objective: placement.and_then(|placement| self.objective(placement)),
            changes,
            ..Claim::default()
        }
    }

    fn objective(&self, placement: &[usize]) -> Option<Amount> {
        let mut parts = Vec::new();
        for (account, values) in self.book.accounts.iter().zip(self.book.values(placement)) {
            for (metric, value) in account.metrics.iter().zip(values) {
                let counts = metric.limit.is_empty() || self.desk.objective.include_limited;
                if let (MetricValue::Amount(value), true, true) = (value, counts, !metric.worth.is_zero()) {
                    parts.push(&metric.worth * &value);
                }
            }
        }
        let cost = self.changes(placement).map_or_else(Amount::zero, |changes| changes.cost);
        (!parts.is_empty() || !cost.is_zero()).then(|| parts.iter().sum::<Amount>() - cost)
    }

    /// The changes from the last plan, where the desk wants to stay close to it.
    pub(crate) fn changes(&self, placement: &[usize]) -> Option<ClaimedChanges> {
        let keep = self.desk.objective.keep.as_ref()?;
        let now = self.book.assignment(placement).account_of;
        let planned =
            self.day.last_plan.iter().filter_map(|row| Some((&row.trade, &row.account, now.get(&row.trade)?)));
        let mut trades: Vec<_> = planned
            .clone()
            .filter(|(_, from, to)| from != to)
            .map(|(a, b, c)| (a.clone(), b.clone(), c.clone()))
            .collect();
        trades.sort();
        let number = i64::try_from(trades.len()).expect("a few");
        Some(ClaimedChanges {
            planned: planned.count() as u64,
            changed: trades.len() as u64,
            cost: &Amount::from(keep.cost_per_change) * &Amount::from(number),
            max_changes: keep.max_changes,
            trades,
        })
    }
}

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().expect("a decimal number")
}

/// The metrics of the leverage check, and what a rate card charges.
pub(crate) fn metrics(scale: &str) -> Vec<MetricDefinition> {
    vec![
        by_type("equity", &["government 1", "corporate 1", "cash 1"]).min("-1000"),
        by_type("gross", &["government 1 1", "corporate 1 1"]).max("1000"),
        ratio("leverage", "gross", "equity").max("60").on_breach(OnBreach::ReportOnly),
        by_type("cost", &[&format!("government {scale}"), "corporate 0.0021 0.0034", "cash -0.0001 0.0002"])
            .priority("-1"),
    ]
}

/// Two accounts with two trades each way, a pin, a security type that only one account takes, a coefficient row, a
/// given opening value, and metrics of every form.
pub(crate) fn rich() -> Scene {
    let governments: Account = accepting(account("PB2", metrics("0.0013")), &["government"]);
    let mut desk = desk(vec![account("PB1", metrics("0.0012")), governments]);
    desk.objective.weights.insert(domain::MetricName::new("cost"), test_desks::number("3"));
    let opening = day().position("PB1 100 A government").position("PB1 -80 USD cash").position("PB2 70 A government");
    let rows = opening.coefficient("* cost A 0.0007").coefficient("PB2 gross A 1 1.5").current("PB2 equity 90");
    let trades = rows.trade("T1 buy 10 A government").trade("T2 sell 150 A government").trade("T3 buy 5 B corporate");
    Scene::new(desk, trades.trade("T4 buy 20 A government PB1"))
}

pub(crate) const RICH_PLACEMENT: [usize; 4] = [0, 1, 0, 0];
