//! The search with knapsacks by itself, from its first node on, against full enumeration.

use std::sync::Arc;

use constraint_manager::{
    AssignmentProblem, Expression, LimitOrigin, Objective, ObjectiveTerm, Origin, Part, Relation, Row, TradeChoice, Why,
};
use domain::{AccountId, Amount, Bound, Decimal, MetricName, Place, TradeId};
use test_desks::case::enumerate;
use test_desks::product::product;
use test_desks::random::random_case;

use super::take_over;
use crate::hint::Hint;
use crate::kernel::Kernel;
use crate::random::Random;
use crate::tree::{Aim, Best, Partner, Prover, Slack, Standing, Tree, most};

/// Nobody else.
struct Alone;

impl Partner for Alone {
    fn meet(&mut self, _: Standing<'_>, _: Option<&Best>) -> Option<Option<Best>> {
        Some(None)
    }

    fn suggest(&mut self, _: Hint) {}
}

/// Nobody else, who stops the search after so many pricings.
struct Brief(u64);

impl Partner for Brief {
    fn meet(&mut self, _: Standing<'_>, _: Option<&Best>) -> Option<Option<Best>> {
        self.0 = self.0.saturating_sub(1);
        (self.0 > 0).then_some(None)
    }

    fn suggest(&mut self, _: Hint) {}
}

/// How the search went from a root that the other relaxation did not close.
struct Searched<'p> {
    tree: Tree<'p>,
    best: Option<Best>,
    is_finished: bool,
    /// Whether the root had cuts before.
    had_cuts: bool,
}

/// From a root with so many pricings. Nothing where that closes everything, or knapsacks do not pay.
fn searched<'p>(kernel: &Arc<Kernel<'p>>, grid: f64, pricings: u64) -> Option<Searched<'p>> {
    let slack = Slack { gap_rel: 0.0, constant: 0.0, grid: grid / kernel.cost_scale };
    let (mut tree, _) = Prover::new(Arc::clone(kernel), Aim { slack, nodes: 1 }, &mut Brief(pricings), None).run(None);
    if tree.is_finished || kernel.movers.is_empty() {
        return None;
    }
    let (mut best, beyond) = (None, 1.0 + most(kernel));
    let aim = Aim { slack, nodes: u64::MAX };
    let grown = Arc::clone(&tree.kernel);
    let is_finished = take_over((&grown, aim, beyond), &mut Alone, &mut best, &mut tree)?;
    Some(Searched { tree, best, is_finished, had_cuts: !grown.cuts.is_empty() })
}

/// Whole costs and weights by job and agent, and what each agent takes at most, or has to take at least.
struct Jobs {
    costs: Vec<Vec<i64>>,
    weights: Vec<Vec<i64>>,
    ends: Vec<(Relation, i64)>,
    /// What the last digit of a weight is worth.
    decimals: i64,
}

impl Jobs {
    fn random(random: &mut Random, jobs: usize, agents: usize, decimals: i64) -> Self {
        let most = 10_usize.pow(u32::try_from(decimals).unwrap()) * 20;
        let mut table = |least: i64, below: usize| -> Vec<Vec<i64>> {
            let mut row = || (0..agents).map(|_| least + random.below(below) as i64).collect();
            (0..jobs).map(|_| row()).collect()
        };
        let costs = table(10, 40);
        let mut weights = table(1, most);
        let least = random.below(4);
        let share = 30 + random.below(12) as i64;
        let end = |agent: usize| {
            let all: i64 = weights.iter().map(|row| row[agent]).sum();
            if agent < least { (Relation::AtLeast, all / 4) } else { (Relation::AtMost, all * share / 100) }
        };
        let ends = (0..agents).map(end).collect();
        // Some jobs give back what others take.
        weights.iter_mut().flatten().filter(|weight| **weight % 7 == 0).for_each(|weight| *weight = -*weight / 2);
        Self { costs, weights, ends, decimals }
    }

    fn problem(&self) -> AssignmentProblem {
        let (jobs, agents) = (self.costs.len(), self.ends.len());
        let expression = |agent: usize, table: &[Vec<i64>], decimals: i64| {
            let amount = |job: usize| Amount::from_parts(i128::from(table[job][agent]), decimals);
            let bookings = (0..jobs).map(|job| (job, amount(job))).filter(|(_, amount)| !amount.is_zero()).collect();
            Arc::new(Expression { constant: Amount::zero(), bookings, shorts: Vec::new() })
        };
        let id = |agent: usize| AccountId::new(format!("A{agent}"));
        let row = |(agent, (relation, end)): (usize, &(Relation, i64))| Row {
            origin: self.origin(agent, *relation),
            parts: vec![Part { account: agent, expression: expression(agent, &self.weights, self.decimals) }],
            relation: *relation,
            bound: Amount::from_parts(i128::from(*end), self.decimals),
        };
        let term = |agent: usize| ObjectiveTerm {
            account: id(agent),
            account_index: agent,
            metric: None,
            worth: Amount::from(-1),
            level: 0,
            expression: expression(agent, &self.costs, 0),
        };
        AssignmentProblem {
            accounts: (0..agents).map(id).collect(),
            trades: (0..jobs)
                .map(|job| TradeChoice { id: TradeId::new(format!("T{job}")), accounts: (0..agents).collect() })
                .collect(),
            positions: Vec::new(),
            rows: self.ends.iter().enumerate().map(row).collect(),
            objective: Some(Objective { terms: (0..agents).map(term).collect() }),
            levels: Vec::new(),
            kept: None,
            notes: Vec::new(),
        }
    }

    /// A limit, since those have cuts.
    fn origin(&self, agent: usize, relation: Relation) -> Origin {
        Origin::Limit(LimitOrigin {
            place: Place::nowhere(),
            account: AccountId::new(format!("A{agent}")),
            metric: MetricName::new("weight"),
            bound: if relation == Relation::AtMost { Bound::Max } else { Bound::Min },
            limit: Decimal::ZERO,
            source: None,
            owner: None,
            why: Why::Limit,
        })
    }

    /// The least that all jobs cost, each at an agent and every end kept.
    fn least(&self) -> Option<i64> {
        let (jobs, agents) = (self.costs.len(), self.ends.len());
        let cost = |mut code: usize| {
            let (mut sums, mut cost) = (vec![0; agents], 0);
            for job in 0..jobs {
                let agent = code % agents;
                code /= agents;
                sums[agent] += self.weights[job][agent];
                cost += self.costs[job][agent];
            }
            let keeps = |(sum, (relation, end)): (&i64, &(Relation, i64))| match relation {
                Relation::AtMost => sum <= end,
                Relation::AtLeast => sum >= end,
            };
            sums.iter().zip(&self.ends).all(keeps).then_some(cost)
        };
        (0..agents.pow(u32::try_from(jobs).unwrap())).filter_map(cost).min()
    }
}

#[test]
fn small_assignments_agree_with_full_enumeration() {
    let mut random = Random::new(3);
    let (mut handled, mut rounded, mut had_cuts) = (0, 0, 0);
    for case in 0..500 {
        // Six decimals are more than a table has places for.
        let jobs = Jobs::random(&mut random, 7, 3, if case % 3 == 0 { 6 } else { 0 });
        let (problem, least) = (jobs.problem(), jobs.least());
        let kernel = Arc::new(Kernel::new(&problem));
        let Some(searched) = searched(&kernel, 1.0, 10 << (case % 10)) else { continue };
        handled += 1;
        had_cuts += usize::from(searched.had_cuts);
        let kept = searched.tree.root.kept.as_ref().expect("the root has knapsacks");
        rounded += usize::from(kept.rows.iter().flatten().any(|row| row.step > 1));
        assert!(searched.is_finished);
        let worth = |best: &Option<Best>| {
            best.as_ref().map(|best| problem.objective_value(&kernel.plan(&best.choices)).unwrap())
        };
        assert_eq!(worth(&searched.best), least.map(|least| Amount::from(-least)), "case {case}");
        // Once more from the root's prices, as the last of a gap is closed.
        let slack = Slack { gap_rel: 0.0, constant: 0.0, grid: 1.0 / kernel.cost_scale };
        let aim = Aim { slack, nodes: u64::MAX };
        let root = Some(searched.tree.root.clone());
        let (tree, best) =
            Prover::new(Arc::clone(&searched.tree.kernel), aim, &mut Alone, searched.best.clone()).run(root);
        assert!(tree.is_finished && tree.root.kept.is_some() && tree.root_bound.is_finite(), "case {case}");
        assert_eq!(worth(&best), worth(&searched.best), "case {case}");
    }
    let counted = format!("{handled} with knapsacks, {rounded} rounded, {had_cuts} after cuts");
    assert!(handled > 150 && rounded > 20 && had_cuts > 3, "{counted}");
}

#[test]
fn random_desks_agree_with_full_enumeration() {
    let mut handled = 0;
    for seed in 0..2_500 {
        let case = random_case(seed);
        let (desk, day) = product(&case);
        let book = metric_engine::compile(&desk, &day).unwrap();
        let problem = constraint_manager::build(&book, case.include_limited).unwrap();
        if problem.objective.is_none() {
            continue;
        }
        let kernel = Arc::new(Kernel::new(&problem));
        let Some(searched) = searched(&kernel, 1e-3, 10 << (seed % 8)) else { continue };
        handled += 1;
        let found = searched.best.map(|best| problem.objective_value(&kernel.plan(&best.choices)).unwrap());
        assert!(searched.is_finished, "seed {seed}");
        assert_eq!(found, enumerate(&case).map(|value| Amount::from_parts(value, 3)), "seed {seed}");
    }
    assert!(handled > 60, "{handled} desks with knapsacks");
}
