//! Random halves of random trees, joined wherever that is possible: every step is allowed where it stands, and stands for
//! no more than it did where it was written.

use domain::Amount;
use domain::certificate::Aim;

use super::*;
use crate::random::Random;

/// Where trades may still go.
type Open = Vec<Vec<usize>>;

/// Writes a tree. What it forks on follows from the decisions alone, so that others fork there too unless they have closed
/// that.
struct Writer<'r> {
    random: &'r mut Random,
    is_far: bool,
    tree: Vec<Node>,
    /// What was open where each list was used.
    lists: Vec<Open>,
}

impl Writer<'_> {
    fn step(&mut self, open: &Open) -> usize {
        self.lists.push(open.clone());
        self.lists.len() - 1
    }

    fn branch(&mut self, mut open: Open, decisions: u64) {
        while self.random.below(3) == 0 {
            let prices = self.step(&open);
            let mut choices = Vec::new();
            for (trade, accounts) in open.iter_mut().enumerate() {
                if accounts.len() > 1 && self.random.below(4) == 0 {
                    choices.push((trade, accounts.remove(self.random.below(accounts.len()))));
                }
            }
            if choices.is_empty() {
                self.lists.pop();
            } else {
                self.tree.push(Node::Close { choices, prices, aim: Aim::Best });
            }
        }
        let wanted = Random::new(decisions).below(64);
        let torn: Vec<usize> = (0..open.len()).filter(|trade| open[*trade].len() > 1).collect();
        if torn.is_empty() || self.random.below(8) == 0 {
            let prices = self.step(&open);
            self.tree.push(Node::Leaf { prices, aim: Aim::Best });
            return;
        }
        let trade = torn[wanted % torn.len()];
        let account = open[trade][wanted / 8 % open[trade].len()];
        self.tree.push(Node::Branch { trade, account });
        for is_with in [!self.is_far, self.is_far] {
            let mut left = open.clone();
            left[trade].retain(|other| (*other == account) == is_with);
            self.branch(left, decisions * 31 + (trade * 8 + account * 2 + usize::from(is_with)) as u64 + 1);
        }
    }
}

/// A tree from one of the ends, broken off somewhere or whole, with what was open at each list.
fn half(random: &mut Random, is_far: bool, open: &Open) -> (Proof, Vec<Open>) {
    let mut writer = Writer { random, is_far, tree: Vec::new(), lists: Vec::new() };
    writer.branch(open.clone(), 1);
    let (mut tree, lists) = (writer.tree, writer.lists);
    tree.truncate(random.below(tree.len() + 1));
    // A list says by its price which one it was.
    let number = |list: usize| PriceList { rows: vec![(list, Amount::from(1))], ..PriceList::default() };
    (Proof { cuts: Vec::new(), price_lists: (0..lists.len()).map(number).collect(), tree }, lists)
}

/// Walks a tree as its reader does. `was_open` says what was open where a list was written down.
fn check(proof: &Proof, open: Open, was_open: &dyn Fn(usize) -> Open, next: &mut usize) {
    let shows = |list: usize, open: &Open| {
        let was = was_open(proof.price_lists[list].rows[0].0);
        let is_less = |(here, there): (&Vec<usize>, &Vec<usize>)| here.iter().all(|account| there.contains(account));
        assert!(open.iter().zip(&was).all(is_less), "{open:?} where {was:?} was open");
    };
    let node = proof.tree[*next].clone();
    *next += 1;
    match node {
        Node::Leaf { prices, .. } => shows(prices, &open),
        Node::Close { choices, prices, .. } => {
            shows(prices, &open);
            let mut left = open;
            for (trade, account) in choices {
                assert!(left[trade].len() > 1 && left[trade].contains(&account));
                left[trade].retain(|other| *other != account);
            }
            check(proof, left, was_open, next);
        }
        Node::Branch { trade, account } => {
            assert!(open[trade].len() > 1 && open[trade].contains(&account));
            for is_with in [true, false] {
                let mut left = open.clone();
                left[trade].retain(|other| (*other == account) == is_with);
                check(proof, left, was_open, next);
            }
        }
    }
}

#[test]
fn two_halves_make_a_whole_of_steps_that_hold_where_they_stand() {
    let (mut joined, mut of_both) = (0, 0);
    for seed in 0..20_000 {
        let mut random = Random::new(seed);
        let open: Open = (0..5).map(|_| (0..=random.below(3)).collect()).collect();
        let (near, of_near) = half(&mut random, false, &open);
        let (far, of_far) = half(&mut random, true, &open);
        let first_of_far = of_near.len();
        let mut far = far;
        far.price_lists.iter_mut().for_each(|list| list.rows[0].0 += first_of_far);
        let was_open = |list: usize| of_near.get(list).cloned().unwrap_or_else(|| of_far[list - first_of_far].clone());
        let Some(proof) = join_open(open.clone(), near, far) else { continue };
        let mut next = 0;
        check(&proof, open, &was_open, &mut next);
        assert_eq!(next, proof.tree.len(), "seed {seed}: nothing comes after the end");
        joined += 1;
        let is_of_far = |list: &PriceList| list.rows[0].0 >= first_of_far;
        of_both += usize::from(proof.price_lists.iter().any(is_of_far) && !proof.price_lists.iter().all(is_of_far));
    }
    assert!(joined > 2_000 && of_both > 300, "{joined} joined, {of_both} of both");
}
