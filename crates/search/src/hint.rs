//! What the prover tells the annealer.

/// What the prover knows about the problem as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hint {
    /// `λ` by row.
    pub(crate) prices: Vec<f64>,
    /// One choice for each mover; it may break rows a little.
    pub(crate) choices: Vec<usize>,
    /// The choices of each mover that are still open, cheapest at these prices first.
    pub(crate) ranked: Vec<Vec<u32>>,
}
