//! Two halves of a proof as one: a tree that two went through, one from the near end and one from the far end.
//!
//! A branch stands for its decisions. What either closed in it on the way holds for both, so that the joined tree closes
//! both: prices show no less where less is open. Where one has a branch as a whole, that is taken; where neither has, both
//! have forked there alike.

use constraint_manager::AssignmentProblem;

use crate::proof::{Node, PriceList, Proof};

/// A branch as somebody has written it, by places in their tree.
struct Branch {
    closes: std::ops::Range<usize>,
    end: End,
    /// Whether nothing in it is open.
    is_whole: bool,
}

enum End {
    /// It was not gone through.
    Open,
    Leaf(usize),
    Fork(Box<Fork>),
}

struct Fork {
    /// A trade and an account.
    choice: (usize, usize),
    with: Branch,
    without: Branch,
}

/// One of the two, with the numbers that its lists have in the joined proof.
struct Half {
    proof: Proof,
    numbers: Vec<Option<usize>>,
    first_cut: usize,
}

/// Which of the two.
#[derive(Clone, Copy)]
enum Side {
    Near,
    Far,
}

struct Joined {
    near: Half,
    far: Half,
    /// The accounts that each trade may still go to.
    open: Vec<Vec<usize>>,
    lists: Vec<PriceList>,
    tree: Vec<Node>,
}

/// Both as one proof; nothing where something is open in both. `far` has the second child of each branch before the first.
pub(super) fn join(problem: &AssignmentProblem, near: Proof, far: Proof) -> Option<Proof> {
    join_open(problem.trades.iter().map(|trade| trade.accounts.clone()).collect(), near, far)
}

/// The same of trades that may go to the accounts that are `open` to them.
fn join_open(open: Vec<Vec<usize>>, near: Proof, far: Proof) -> Option<Proof> {
    let of_near = read(&near.tree, &mut 0, false);
    let of_far = read(&far.tree, &mut 0, true);
    let mut cuts = near.cuts.clone();
    let first_cut = if near.cuts == far.cuts { 0 } else { cuts.len() };
    if first_cut > 0 {
        cuts.extend(far.cuts.iter().cloned());
    }
    let half = |proof: Proof, first_cut| Half { numbers: vec![None; proof.price_lists.len()], proof, first_cut };
    let (near, far) = (half(near, 0), half(far, first_cut));
    let mut joined = Joined { near, far, open, lists: Vec::new(), tree: Vec::new() };
    joined.both(&of_near, &of_far)?;
    Some(Proof { cuts, price_lists: joined.lists, tree: joined.tree })
}

/// The branch that begins at `next`, which is moved behind it.
fn read(tree: &[Node], next: &mut usize, is_far: bool) -> Branch {
    let from = *next;
    while matches!(tree.get(*next), Some(Node::Close { .. })) {
        *next += 1;
    }
    let (closes, here) = (from..*next, *next);
    *next += 1;
    let (end, is_whole) = match tree.get(here) {
        None | Some(Node::Close { .. }) => (End::Open, false),
        Some(Node::Leaf { .. }) => (End::Leaf(here), true),
        Some(Node::Branch { trade, account }) => {
            let [first, second] = [(); 2].map(|()| read(tree, next, is_far));
            let is_whole = first.is_whole && second.is_whole;
            let (with, without) = if is_far { (second, first) } else { (first, second) };
            (End::Fork(Box::new(Fork { choice: (*trade, *account), with, without })), is_whole)
        }
    };
    Branch { closes, end, is_whole }
}

impl Joined {
    /// A branch of both.
    fn both(&mut self, near: &Branch, far: &Branch) -> Option<()> {
        if near.is_whole {
            self.one(Side::Near, near);
            return Some(());
        }
        if far.is_whole {
            self.one(Side::Far, far);
            return Some(());
        }
        let (End::Fork(one), End::Fork(other)) = (&near.end, &far.end) else { return None };
        if one.choice != other.choice {
            return None;
        }
        let mut before = Vec::new();
        let is_ended =
            self.close(Side::Near, &near.closes, &mut before) || self.close(Side::Far, &far.closes, &mut before);
        let done = if is_ended {
            Some(())
        } else {
            self.fork(one.choice, &mut |joined, is_with| {
                if is_with { joined.both(&one.with, &other.with) } else { joined.both(&one.without, &other.without) }
            })
        };
        self.open_again(before);
        done
    }

    /// A branch that one of them has as a whole.
    fn one(&mut self, side: Side, branch: &Branch) {
        let mut before = Vec::new();
        if !self.close(side, &branch.closes, &mut before) {
            match &branch.end {
                End::Open => unreachable!("the branch is whole"),
                End::Leaf(at) => self.leaf(side, *at),
                End::Fork(fork) => {
                    let _ = self.fork(fork.choice, &mut |joined, is_with| {
                        joined.one(side, if is_with { &fork.with } else { &fork.without });
                        Some(())
                    });
                }
            }
        }
        self.open_again(before);
    }

    /// Both children of a fork, or the only one that what was closed has left.
    fn fork(&mut self, choice: (usize, usize), child: &mut dyn FnMut(&mut Self, bool) -> Option<()>) -> Option<()> {
        let (trade, account) = choice;
        let open = &self.open[trade];
        if !open.contains(&account) {
            return child(self, false);
        }
        if open.len() == 1 {
            return child(self, true);
        }
        self.tree.push(Node::Branch { trade, account });
        let before = std::mem::replace(&mut self.open[trade], vec![account]);
        child(self, true)?;
        self.open[trade] = before.iter().copied().filter(|other| *other != account).collect();
        child(self, false)?;
        self.open[trade] = before;
        Some(())
    }

    /// Closes what is open of some closings; whether they leave nothing open of a trade, which ends the branch. `before`
    /// takes what to open again.
    fn close(&mut self, side: Side, closes: &std::ops::Range<usize>, before: &mut Vec<(usize, Vec<usize>)>) -> bool {
        for at in closes.clone() {
            let Node::Close { choices, prices, aim } = self.half(side).proof.tree[at].clone() else { continue };
            let (mut closed, mut is_ended) = (Vec::new(), false);
            for (trade, account) in choices {
                let open = &self.open[trade];
                if !open.contains(&account) {
                    continue;
                }
                if open.len() == 1 {
                    // The same prices show as much of what is left as they showed of this choice.
                    is_ended = true;
                    continue;
                }
                before.push((trade, open.clone()));
                self.open[trade].retain(|other| *other != account);
                closed.push((trade, account));
            }
            let prices = self.list(side, prices);
            if !closed.is_empty() {
                self.tree.push(Node::Close { choices: closed, prices, aim });
            }
            if is_ended {
                self.tree.push(Node::Leaf { prices, aim });
                return true;
            }
        }
        false
    }

    fn leaf(&mut self, side: Side, at: usize) {
        let Node::Leaf { prices, aim } = self.half(side).proof.tree[at] else { unreachable!("a leaf is there") };
        let prices = self.list(side, prices);
        self.tree.push(Node::Leaf { prices, aim });
    }

    fn open_again(&mut self, before: Vec<(usize, Vec<usize>)>) {
        before.into_iter().rev().for_each(|(trade, open)| self.open[trade] = open);
    }

    fn half(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Near => &mut self.near,
            Side::Far => &mut self.far,
        }
    }

    /// The number of a list here; lists that nobody needs have none.
    fn list(&mut self, side: Side, list: usize) -> usize {
        let next = self.lists.len();
        let half = self.half(side);
        if let Some(number) = half.numbers[list] {
            return number;
        }
        half.numbers[list] = Some(next);
        let mut stated = std::mem::take(&mut half.proof.price_lists[list]);
        let first_cut = half.first_cut;
        stated.cuts.iter_mut().for_each(|(cut, _)| *cut += first_cut);
        self.lists.push(stated);
        next
    }
}

#[cfg(test)]
mod tests;
