//! What a position can come to.

/// Base, lowest and highest value of a position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) base: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Open movers that may move it.
    pub(crate) movers: usize,
}

impl Span {
    /// Whether the short size is not a line in the position: it has both sides, and more than two values.
    pub(crate) fn is_loose(&self) -> bool {
        self.low < 0.0 && self.high > 0.0 && self.movers > 1
    }

    /// At 0 and by unit: the line through the short sizes at both ends, which is the short size itself where it is not loose.
    pub(crate) fn chord(&self) -> (f64, f64) {
        match () {
            () if self.low >= 0.0 => (0.0, 0.0),
            () if self.high <= 0.0 => (0.0, -1.0),
            () => (-self.low * self.high / (self.high - self.low), self.low / (self.high - self.low)),
        }
    }
}
