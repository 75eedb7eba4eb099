//! Contradictions that show without solving, and notes on what was left out.

use domain::Code;

/// Every code of this crate that stops a run.
pub const CODES: &[Code] = &[MIN_ABOVE_MAX, PIN_REFUSED, NOBODY_ACCEPTS, PRIORITY_ON_RATIO];

/// Every code of this crate that only tells.
pub const NOTES: &[Code] = &[LIMITED_PRIORITY];

pub(crate) const MIN_ABOVE_MAX: Code = Code { id: "P001", title: "a limit whose min is above its max" };
pub(crate) const PIN_REFUSED: Code = Code { id: "P002", title: "a pin to an account that does not accept the trade" };
pub(crate) const NOBODY_ACCEPTS: Code = Code { id: "P003", title: "a trade that no account accepts" };
pub(crate) const PRIORITY_ON_RATIO: Code = Code { id: "P004", title: "a priority on a ratio" };
pub(crate) const LIMITED_PRIORITY: Code =
    Code { id: "P101", title: "a priority on a limited metric, left out of the objective" };
