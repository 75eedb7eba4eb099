//! Who moves trades beside the prover, round by round.

use std::sync::mpsc::{Receiver, Sender};

use super::meeting::{Order, Report};
use super::round::{LARGEST_ROUND, Round};
use super::{STEPS_OF_HUNT, annealer};
use crate::anneal::Annealer;
use crate::anneal::hunt::Hunter;
use crate::hint::Hint;
use crate::kernel::Kernel;
use crate::tree::{Aim, Best, Half, Partner, Prover, Seed, Standing, turns};

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
    /// Its rounds, from the first order on; what it has closed of the proof that goes on beside, where it took part in it.
    pub(super) fn go<'p>(
        self,
        kernel: &'a Kernel<'a>,
        first_round: u64,
        line: &Line<'_>,
        proof: (&Kernel<'p>, Aim),
    ) -> (Self, Option<Half<'p>>) {
        match self {
            Self::Annealer(known) => {
                let (annealer, part) = anneal((kernel, *known), first_round, line);
                let moves = annealer.as_ref().map_or(0, |annealer| annealer.moves);
                let half = part.map(|part| take_part(proof, part, line, moves));
                (Self::Annealer(Box::new(annealer)), half)
            }
            Self::Hunter(hunter) => (Self::Hunter(Box::new(hunt(*hunter, line))), None),
        }
    }
}

impl Line<'_> {
    /// Tells what a round came to and hears what is next; nothing at the end, or where the round was broken off: what it
    /// found then depends on the clock.
    fn meet(&self, best: Option<&Best>, moves: u64) -> Option<Order> {
        if (self.is_over)() {
            return None;
        }
        self.out.send(Report { best: best.cloned(), moves, ..Report::default() }).ok()?;
        self.inbox.recv().ok()
    }
}

/// What somebody needs who takes part in a proof.
type Part = (Box<Seed>, Option<Best>);

fn anneal<'a>(
    (kernel, known): (&'a Kernel<'a>, Option<Annealer<'a>>),
    first_round: u64,
    line: &Line<'_>,
) -> (Option<Annealer<'a>>, Option<Part>) {
    let mut heard: (Option<Best>, Option<Hint>) = match line.inbox.recv() {
        Ok(Order::GoOn(best, hint)) => (best, hint),
        Ok(Order::TakePart(best, seed)) => return (known, Some((seed, best))),
        Err(_) => return (known, None),
    };
    let mut annealer = known.unwrap_or_else(|| annealer(kernel, heard.0.as_ref()));
    for round in first_round.. {
        heard.0.iter().for_each(|best| annealer.take(best));
        heard.1.into_iter().for_each(|hint| annealer.take_hint(hint));
        annealer.run(Round::number(round, annealer.movers()).moves, line.is_over);
        match line.meet(annealer.best.as_ref(), annealer.moves) {
            Some(Order::GoOn(best, hint)) => heard = (best, hint),
            Some(Order::TakePart(best, seed)) => return (Some(annealer), Some((seed, best))),
            None => break,
        }
    }
    (Some(annealer), None)
}

/// Takes part in a proof from its far end.
fn take_part<'p>((kernel, aim): (&Kernel<'p>, Aim), (seed, best): Part, line: &Line<'_>, moves: u64) -> Half<'p> {
    let mut table = FarTable { line, work: 0, moves };
    let far = Prover::from_far(kernel, aim, (*seed, best), &mut table);
    if far.is_done {
        table.tell(Report { best: far.best, nodes: far.nodes, turns: far.turns, ..Report::default() });
    }
    far.half
}

/// The table at the far end of a proof.
struct FarTable<'l> {
    line: &'l Line<'l>,
    work: u64,
    /// What was moved before.
    moves: u64,
}

impl FarTable<'_> {
    fn tell(&self, report: Report) -> Option<()> {
        self.line.out.send(Report { moves: self.moves, ..report }).ok()
    }
}

impl Partner for FarTable<'_> {
    fn meet(&mut self, at: Standing<'_>, best: Option<&Best>) -> Option<Option<Best>> {
        self.work += at.work;
        if self.work < LARGEST_ROUND.priced {
            return Some(None);
        }
        self.work = 0;
        self.tell(Report { best: best.cloned(), nodes: at.nodes, turns: turns(at.forks), ..Report::default() })?;
        match self.line.inbox.recv().ok()? {
            Order::GoOn(best, _) | Order::TakePart(best, _) => Some(best),
        }
    }

    fn suggest(&mut self, _hint: Hint) {}
}

fn hunt<'a>(mut hunter: Hunter<'a>, line: &Line<'_>) -> Hunter<'a> {
    let mut is_wanted = line.inbox.recv().is_ok();
    while is_wanted {
        hunter.run(STEPS_OF_HUNT, line.is_over);
        is_wanted = line.meet(hunter.best.as_ref(), hunter.moves).is_some();
    }
    hunter
}
