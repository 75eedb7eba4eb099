//! What a proof is for: how close to the best is close enough.

/// The distance below the best that is not worth looking at, in scaled units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Slack {
    /// A gap relative to the whole objective.
    pub(crate) gap_rel: f64,
    /// The objective before any decision.
    pub(crate) constant: f64,
    /// The step between values that the objective can have.
    pub(crate) grid: f64,
}

impl Slack {
    /// For a best that costs `cost`; a little less than the gap or the step, so that rounding cannot pass them.
    pub(crate) fn of(self, cost: f64) -> f64 {
        (0.999 * self.gap_rel * (self.constant - cost).abs()).max(0.99 * self.grid)
    }

    /// How much better a plan may still be when everything is closed: nothing within a step.
    pub(crate) fn left(self, cost: f64) -> f64 {
        let slack = self.of(cost);
        if slack < self.grid { 0.0 } else { slack }
    }

    /// Without the gap.
    pub(crate) fn sharp(self) -> Self {
        Self { gap_rel: 0.0, ..self }
    }
}

/// What to prove: no placement costs less than the best by more than the slack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aim {
    pub(crate) slack: Slack,
    /// Branches after which to give up.
    pub(crate) nodes: u64,
}
