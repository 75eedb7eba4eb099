//! Which choices are still open in a branch of the search, with a trail to take steps back.

use crate::kernel::Kernel;

/// The open choices of every mover.
#[derive(Debug, Clone)]
pub(crate) struct Remaining {
    is_open: Vec<bool>,
    left: Vec<usize>,
    trail: Vec<usize>,
}

impl Remaining {
    /// Everything is open.
    pub(crate) fn all(kernel: &Kernel<'_>) -> Self {
        let left = (0..kernel.movers.len()).map(|mover| kernel.choices(mover).len()).collect();
        Self { is_open: vec![true; kernel.account.len()], left, trail: Vec::new() }
    }

    pub(crate) fn has(&self, choice: usize) -> bool {
        self.is_open[choice]
    }

    /// How many choices a mover has left.
    pub(crate) fn left(&self, mover: usize) -> usize {
        self.left[mover]
    }

    /// Closes an open choice.
    pub(crate) fn close(&mut self, kernel: &Kernel<'_>, choice: usize) {
        self.is_open[choice] = false;
        self.left[kernel.mover[choice]] -= 1;
        self.trail.push(choice);
    }

    /// Where the trail is now, to come back to.
    pub(crate) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Opens again everything that was closed since `mark`.
    pub(crate) fn undo(&mut self, kernel: &Kernel<'_>, mark: usize) {
        while self.trail.len() > mark {
            let Some(choice) = self.trail.pop() else { return };
            self.is_open[choice] = true;
            self.left[kernel.mover[choice]] += 1;
        }
    }
}
