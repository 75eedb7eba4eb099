//! Contradictions that show without solving, and notes on what was left out.

use domain::Code;

/// Every code of this crate that stops a run.
pub const CODES: &[Code] = &[
    MIN_ABOVE_MAX,
    PIN_REFUSED,
    NOBODY_ACCEPTS,
    PRIORITY_ON_RATIO,
    ORDER_OF_RATIO,
    ORDER_WITHOUT_PRIORITY,
    ORDER_OF_LIMITED,
];

/// Every code of this crate that only tells.
pub const NOTES: &[Code] = &[LIMITED_PRIORITY, NOT_OF_THE_DAY, CANNOT_STAY, GIVEN_UP_FOR_NOTHING];

pub(crate) const MIN_ABOVE_MAX: Code = Code { id: "P001", title: "a limit whose min is above its max" };
pub(crate) const PIN_REFUSED: Code = Code { id: "P002", title: "a pin to an account that does not accept the trade" };
pub(crate) const NOBODY_ACCEPTS: Code = Code { id: "P003", title: "a trade that no account accepts" };
pub(crate) const PRIORITY_ON_RATIO: Code = Code { id: "P004", title: "a priority on a ratio" };
pub(crate) const ORDER_OF_RATIO: Code = Code { id: "P005", title: "a ratio in the order of the objective" };
pub(crate) const ORDER_WITHOUT_PRIORITY: Code =
    Code { id: "P006", title: "a metric without a priority in the order of the objective" };
pub(crate) const ORDER_OF_LIMITED: Code =
    Code { id: "P007", title: "a metric in the order of the objective that its limits keep out of it" };
pub(crate) const LIMITED_PRIORITY: Code =
    Code { id: "P101", title: "a priority on a limited metric, left out of the objective" };
pub(crate) const NOT_OF_THE_DAY: Code =
    Code { id: "P102", title: "trades of the last plan that the day does not have" };
pub(crate) const CANNOT_STAY: Code = Code { id: "P103", title: "trades that cannot stay where the last plan has them" };
pub(crate) const GIVEN_UP_FOR_NOTHING: Code =
    Code { id: "P104", title: "something to give up, and nothing to give it up for" };
