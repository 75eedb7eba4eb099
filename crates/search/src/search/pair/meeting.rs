//! What those who search tell each other between rounds, and the table at which a prover does.

use std::sync::mpsc::{Receiver, Sender};

use super::Round;
use crate::hint::Hint;
use crate::tree::{Best, Partner, Seed, Standing, Turn, turns};

/// What a searcher tells at the end of a round.
#[derive(Default)]
pub(super) struct Report {
    pub(super) best: Option<Best>,
    /// Moves tried, for those who move trades.
    pub(super) moves: u64,
    /// The rest is for provers: the bound at the root, where that was looked at.
    pub(super) root_bound: Option<f64>,
    pub(super) nodes: u64,
    pub(super) hint: Option<Hint>,
    /// The way to where it is.
    pub(super) turns: Vec<Turn>,
    /// The same for another one to take part, where it was asked for.
    pub(super) seed: Option<Seed>,
}

/// What a prover hears.
pub(super) struct Answer {
    /// The best of both.
    pub(super) best: Option<Best>,
    /// Whether somebody wants to take part.
    pub(super) is_asked: bool,
}

/// The same, or that it is to stop.
pub(super) type Reply = Option<Answer>;

/// What somebody hears who moves trades.
pub(super) enum Order {
    GoOn(Option<Best>, Option<Hint>),
    /// Takes part in the proof instead.
    TakePart(Option<Best>, Box<Seed>),
}

/// The prover's side of the table.
pub(super) struct Meeting {
    out: Sender<Report>,
    inbox: Receiver<Reply>,
    work: u64,
    round: u64,
    hint: Option<Hint>,
    /// Whether the annealer does nothing before it has a hint.
    is_awaited: bool,
    /// Whether somebody wants to take part and knows not where yet.
    is_asked: bool,
    was_shared: bool,
    seed: Option<Seed>,
}

impl Meeting {
    pub(super) fn new(out: Sender<Report>, inbox: Receiver<Reply>, round: u64, is_awaited: bool) -> Self {
        let (hint, seed) = (None, None);
        Self { out, inbox, work: 0, round, hint, is_awaited, is_asked: false, was_shared: false, seed }
    }
}

impl Partner for Meeting {
    fn meet(&mut self, at: Standing<'_>, best: Option<&Best>) -> Option<Option<Best>> {
        self.work += at.work;
        let is_urgent = self.is_awaited && self.hint.is_some();
        if self.work < Round::number(self.round, 0).priced && !is_urgent {
            return Some(None);
        }
        self.work = 0;
        self.round += 1;
        let (hint, seed) = (self.hint.take(), self.seed.take());
        let (best, root_bound, turns) = (best.cloned(), Some(at.root_bound), turns(at.forks));
        self.out.send(Report { best, moves: 0, root_bound, nodes: at.nodes, hint, turns, seed }).ok()?;
        let answer = self.inbox.recv().ok()??;
        self.is_asked = answer.is_asked && !self.was_shared;
        Some(answer.best)
    }

    fn suggest(&mut self, hint: Hint) {
        self.hint = Some(hint);
    }

    fn is_asked(&self) -> bool {
        self.is_asked
    }

    fn share(&mut self, seed: Seed) {
        (self.is_asked, self.was_shared, self.seed) = (false, true, Some(seed));
    }
}
