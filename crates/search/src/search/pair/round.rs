//! How much is done between two meetings.

/// The work of a round: choices priced, moves tried. Rounds grow, so that an easy problem is not kept waiting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    pub(super) priced: u64,
    pub(super) moves: u64,
}

const FIRST_ROUND: Round = Round { priced: 65_536, moves: 8_192 };
pub(super) const LARGEST_ROUND: Round = Round { priced: 4_194_304, moves: 786_432 };
/// Moves of a round at least, where it has grown, for each mover.
const MOVES_OF_EACH: u64 = 2;
/// With so many movers a move takes twice as long as with a few.
const SLOW_MOVERS: u64 = 2_000;

impl Round {
    pub(super) fn number(round: u64, movers: usize) -> Self {
        let grow = |first: u64, largest: u64| (first << (round / 2).min(10)).min(largest);
        // The more movers, the longer a move waits for memory; and the longer a pricing takes, which a round has one of.
        let moves = LARGEST_ROUND.moves / (1 + movers as u64 / SLOW_MOVERS);
        let moves = moves.max(MOVES_OF_EACH * movers as u64);
        Self { priced: grow(FIRST_ROUND.priced, LARGEST_ROUND.priced), moves: grow(FIRST_ROUND.moves, moves) }
    }
}
