//! Where two ends of a tree meet, and that nothing lies between them.

use std::cell::Cell;

use constraint_manager::AssignmentProblem;
use test_desks::product::product;
use test_desks::random::large_case;

use super::*;
use crate::hint::Hint;
use crate::tree::{Slack, Standing};

fn way(text: &str) -> Vec<Turn> {
    // "3+ 5-": with choice 3, without choice 5.
    let turn = |word: &str| Turn { choice: word[..word.len() - 1].parse().unwrap(), is_without: word.ends_with('-') };
    text.split_whitespace().map(turn).collect()
}

#[test]
fn two_have_met_where_one_is_in_what_the_other_has_closed() {
    for (near, far, expected) in [
        // The near one has closed what is with 3, the far one what is without.
        ("3-", "3+", true),
        ("1+ 2- 3- 4+", "1+ 2- 3+ 9-", true),
        // Both still have all between them.
        ("3+", "3-", false),
        ("1+ 3+ 5-", "1+ 3- 5+", false),
        // One is above the other, or they forked otherwise.
        ("1+ 3-", "1+", false),
        ("1+", "1+ 3+", false),
        ("1+ 3-", "1+ 4+", false),
        ("", "", false),
    ] {
        assert_eq!(have_met(&way(near), &way(far)), expected, "{near} and {far}");
    }
}

#[test]
fn progress_halves_at_each_fork() {
    for (near, expected) in [("", 0.0), ("1+ 2+", 0.0), ("1-", 0.5), ("1+ 2- 3-", 0.375), ("1- 2-", 0.75)] {
        assert_eq!(progress(&way(near)), expected, "{near}");
    }
}

/// Somebody who writes down the way to every pricing with the best so far, and asks to take part at one of the forks.
struct Watch {
    seen: Vec<(Vec<Turn>, Option<f64>)>,
    forks_before: Cell<usize>,
    seed: Option<Seed>,
}

impl Watch {
    fn asking(after: usize) -> Self {
        Self { seen: Vec::new(), forks_before: Cell::new(after), seed: None }
    }
}

impl Partner for Watch {
    fn meet(&mut self, at: Standing<'_>, best: Option<&Best>) -> Option<Option<Best>> {
        self.seen.push((turns(at.forks), best.map(|best| best.cost)));
        Some(None)
    }

    fn suggest(&mut self, _hint: Hint) {}

    fn is_asked(&self) -> bool {
        self.forks_before.set(self.forks_before.get().wrapping_sub(1));
        self.forks_before.get() == usize::MAX
    }

    fn share(&mut self, seed: Seed) {
        self.seed = Some(seed);
    }
}

/// What is closed before the first fork.
fn at_root(steps: &[Step]) -> Vec<Vec<usize>> {
    let closed = |step: &Step| if let Step::Close { choices, .. } = step { Some(choices.clone()) } else { None };
    steps.iter().map_while(closed).collect()
}

fn problem(seed: u64) -> AssignmentProblem {
    let case = large_case(seed, 3, 14);
    let (desk, day) = product(&case);
    let book = metric_engine::compile(&desk, &day).unwrap();
    constraint_manager::build(&book, case.include_limited).unwrap()
}

/// Neither knows a plan to begin with, nor hears of the other's: the best of all has to come from one of them.
#[test]
fn wherever_two_meet_the_best_is_known() {
    let aim = Aim { slack: Slack { gap_rel: 0.0, constant: 0.0, grid: 1e-6 }, nodes: u64::MAX };
    let (mut shared, mut met, mut with_closes) = (0, 0, 0);
    for seed in 0..14 {
        let problem = problem(seed);
        let kernel = Arc::new(Kernel::new(&problem));
        for forks_before in [0, 1, 2, 4, 8, 16, 40] {
            let mut near = Watch::asking(forks_before);
            let (tree, best) = Prover::new(Arc::clone(&kernel), aim, &mut near, None).run(None);
            assert!(tree.is_finished);
            let (Some(given), Some(best)) = (near.seed, best) else { continue };
            let mut far = Watch::asking(usize::MAX);
            let end = Prover::from_far(&kernel, aim, (given, None), &mut far);
            assert!(end.is_done, "nobody told it to stop");
            shared += 1;
            // What the near one had closed by then stands in both halves; if it started anew, it has closed more.
            let (ours, theirs) = (at_root(&tree.steps), at_root(&end.half.steps));
            assert!(ours.starts_with(&theirs), "seed {seed}: {theirs:?} in {ours:?}");
            with_closes += usize::from(!theirs.is_empty());
            far.seen.push((end.turns, end.best.map(|best| best.cost)));
            for (there, theirs) in &far.seen {
                // The first place where the near one is when they have met.
                let Some((_, ours)) = near.seen.iter().find(|(here, _)| have_met(here, there)) else { continue };
                met += 1;
                let known = [*ours, *theirs].into_iter().flatten().fold(f64::INFINITY, f64::min);
                assert!((known - best.cost).abs() < 1e-6, "seed {seed}: {known} of {}", best.cost);
            }
        }
    }
    println!("{shared} shared, {met} met, {with_closes} with what the root closed");
    assert!(shared > 30 && met > 3_000 && with_closes > 20, "{shared} shared, {met} met, {with_closes} with closes");
}
