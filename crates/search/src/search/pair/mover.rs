//! Who moves trades beside the prover, round by round.

use std::sync::mpsc::{Receiver, Sender};

use super::{Order, Report, Round, STEPS_OF_HUNT, annealer};
use crate::anneal::Annealer;
use crate::anneal::hunt::Hunter;
use crate::kernel::Kernel;
use crate::tree::Best;

/// Somebody who looks for plans.
pub(super) enum Mover<'a> {
    /// Where cost counts; made when it is told to begin where it is not known.
    Annealer(Box<Option<Annealer<'a>>>),
    /// Where any plan will do.
    Hunter(Box<Hunter<'a>>),
}

/// How a mover and whoever leads it meet.
pub(super) struct Line<'l> {
    pub(super) out: &'l Sender<Report>,
    pub(super) inbox: &'l Receiver<Order>,
    /// Whether the round that it is in is to be broken off.
    pub(super) is_over: &'l dyn Fn() -> bool,
}

impl<'a> Mover<'a> {
    /// Its rounds, from the first order on.
    pub(super) fn go(self, kernel: &'a Kernel<'a>, first_round: u64, line: &Line<'_>) -> Self {
        match self {
            Self::Annealer(known) => Self::Annealer(Box::new(anneal((kernel, *known), first_round, line))),
            Self::Hunter(hunter) => Self::Hunter(Box::new(hunt(*hunter, line))),
        }
    }
}

impl Line<'_> {
    /// Tells what a round came to and hears what is next; nothing at the end, or where the round was broken off: what it
    /// found then depends on the clock.
    fn meet(&self, best: Option<&Best>, moves: u64) -> Order {
        if (self.is_over)() {
            return None;
        }
        let report = Report { best: best.cloned(), moves, root_bound: f64::NEG_INFINITY, nodes: 0, hint: None };
        self.out.send(report).ok()?;
        self.inbox.recv().ok()?
    }
}

fn anneal<'a>(
    (kernel, known): (&'a Kernel<'a>, Option<Annealer<'a>>),
    first_round: u64,
    line: &Line<'_>,
) -> Option<Annealer<'a>> {
    let Ok(Some((best, hint))) = line.inbox.recv() else { return known };
    let mut annealer = known.unwrap_or_else(|| annealer(kernel, best.as_ref()));
    let mut heard = (best, hint);
    for round in first_round.. {
        heard.0.iter().for_each(|best| annealer.take(best));
        heard.1.into_iter().for_each(|hint| annealer.take_hint(hint));
        annealer.run(Round::number(round, annealer.movers()).moves, line.is_over);
        match line.meet(annealer.best.as_ref(), annealer.moves) {
            Some(order) => heard = order,
            None => break,
        }
    }
    Some(annealer)
}

fn hunt<'a>(mut hunter: Hunter<'a>, line: &Line<'_>) -> Hunter<'a> {
    let mut is_wanted = matches!(line.inbox.recv(), Ok(Some(_)));
    while is_wanted {
        hunter.run(STEPS_OF_HUNT, line.is_over);
        is_wanted = line.meet(hunter.best.as_ref(), hunter.moves).is_some();
    }
    hunter
}
