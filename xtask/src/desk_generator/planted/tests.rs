use super::super::write_desk;
use super::*;

/// A small desk around a planted plan.
pub(super) fn plan(metrics: usize, class: Class) -> DeskPlan {
    let solver = "{ timeout: 2s }".to_owned();
    DeskPlan { trades: 60, accounts: 3, metrics, class, seed: 5, solver, pinned: false }
}

#[test]
fn a_limit_is_rounded_away_from_the_planted_value() {
    let check = |class: Class, kept: Kept, want: &str| {
        // 1,234.5678 with a deviation of 1,000: whole numbers, since a thousandth of it is 1.
        let value = Value::Sum(1_234_567_800_000_000);
        assert_eq!(limit(class, kept, &value, 1_000.0).yaml(), want);
    };
    check(Class::Tight, Kept::AtMost, "{ max: 1385 }"); // 1,235 + 150
    check(Class::Tight, Kept::AtLeast, "{ min: 1084 }"); // 1,234 - 150
    check(Class::Mid, Kept::AtMost, "{ max: 1985 }"); // 1,235 + 750
    check(Class::Band, Kept::AtLeast, "{ min: 1134, max: 1335 }"); // 1,234 - 100, 1,235 + 100
    check(Class::Band, Kept::Low, "{}");
}

#[test]
fn every_metric_but_the_cost_is_limited_at_every_account() {
    for (seed, class) in [(3, Class::Mid), (4, Class::Tight), (5, Class::Band)] {
        for metrics in [6, 9, 20, 60] {
            let desk = Planted::make(&DeskPlan { seed, ..plan(metrics, class) }).unwrap();
            assert_eq!(desk.metrics.len(), metrics);
            let names: std::collections::BTreeSet<_> = desk.metrics.iter().map(|metric| &metric.name).collect();
            assert_eq!(names.len(), metrics, "{names:?}");
            let limited = desk.limits.iter().flatten().filter(|limit| limit.yaml() != "{}").count();
            assert_eq!(limited, 3 * (metrics - 1));
        }
    }
}

/// How many limits a plan breaks, compared exactly.
fn broken(desk: &Planted, plan: &[usize]) -> usize {
    let values = values::all(&desk.metrics, &Held::after(&desk.book, plan));
    let breaks = |value: &Value, limit: &Limit| {
        let is_low = limit.min.is_some_and(|min| value.floor(limit.places) < min);
        is_low || limit.max.is_some_and(|max| value.ceil(limit.places) > max)
    };
    let pairs = values.iter().flatten().zip(desk.limits.iter().flatten());
    pairs.filter(|(value, limit)| !value.is_defined() || breaks(value, limit)).count()
}

#[test]
fn the_planted_plan_keeps_every_limit_and_random_plans_break_many() {
    for (class, seed) in [(Class::Mid, 1), (Class::Tight, 2), (Class::Band, 3), (Class::Band, 4)] {
        let desk = Planted::make(&DeskPlan { seed, ..plan(12, class) }).unwrap();
        assert_eq!(broken(&desk, &desk.plan), 0);
        let mut random = Random::new(99);
        let fewest = (0..100).map(|_| broken(&desk, &draw(&desk.book, &mut random))).min();
        assert!(fewest.is_some_and(|fewest| fewest > 0), "{class:?}");
    }
}

#[test]
fn the_planted_plan_is_written_and_pinned_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| files::read(&folder.path().join(name)).unwrap();
    write_desk(&plan(8, Class::Tight), folder.path()).unwrap();
    let (free, planted) = (read("trades.csv"), read("planted.csv"));
    assert!(free.starts_with("trade_id,side,security,security_type,quantity,price,accrued_interest\nT00001,"));
    write_desk(&DeskPlan { pinned: true, ..plan(8, Class::Tight) }, folder.path()).unwrap();
    let pinned = read("trades.csv");
    for ((planted, pinned), free) in planted.lines().zip(pinned.lines()).zip(free.lines()) {
        let (trade, account) = planted.split_once(',').unwrap();
        assert!(pinned.starts_with(&format!("{trade},")));
        assert_eq!(pinned, format!("{free},{account}"));
    }
    assert_eq!(planted.lines().count(), 1 + 60);
}

#[test]
fn the_seed_decides_whether_trades_net() {
    let nets = |seed: u64| {
        let desk = Planted::make(&DeskPlan { seed, ..plan(12, Class::Tight) }).unwrap();
        let is_netted = |metric: &Metric| match &metric.form {
            Form::Additive(rates) => rates.table.iter().flatten().any(|rate| rate.short != -rate.long),
            Form::Quotient { .. } => true,
        };
        let of_cost = is_netted(&desk.metrics[0]);
        (of_cost, desk.metrics[1..].iter().filter(|metric| is_netted(metric)).count())
    };
    assert_eq!(nets(3), (false, 0));
    assert!(nets(4).1 >= 6 && !nets(4).0);
    assert!(nets(5).1 >= 6 && nets(5).0);
}
