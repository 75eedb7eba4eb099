//! The problems that show only when files and configuration are put together.

use domain::Code;

/// Every code of this crate.
pub const CODES: &[Code] = &[
    UNKNOWN_ACCOUNT,
    UNKNOWN_METRIC,
    MISSING_COEFFICIENT,
    MISSING_RATE,
    KIND,
    RATIO,
    CURRENT_RATIO,
    CASH,
    SECURITY_CONFLICT,
    COEFFICIENT_OF_RATIO,
    LINEAR_ROW,
    GONE_ACCOUNT,
    OTHER_PLAN,
    UNMATCHED_ROW,
    PRICES_APART,
    ACCRUED_ABOVE_VALUE,
    PRICE_LEVEL,
    NO_POSITIONS,
];

pub(crate) const UNKNOWN_ACCOUNT: Code = Code { id: "M001", title: "an account that the configuration does not have" };
pub(crate) const UNKNOWN_METRIC: Code = Code { id: "M002", title: "a metric that the account does not have" };
pub(crate) const MISSING_COEFFICIENT: Code = Code { id: "M003", title: "no coefficient for a security" };
pub(crate) const MISSING_RATE: Code = Code { id: "M004", title: "no rate for a currency" };
pub(crate) const KIND: Code = Code { id: "M005", title: "a metric of no kind, or of two" };
pub(crate) const RATIO: Code = Code { id: "M006", title: "a ratio of something that is not an amount" };
pub(crate) const CURRENT_RATIO: Code = Code { id: "M007", title: "a current value for a ratio" };
pub(crate) const CASH: Code = Code { id: "M008", title: "cash that could settle in two ways" };
pub(crate) const SECURITY_CONFLICT: Code = Code { id: "M009", title: "one security with two types" };
pub(crate) const COEFFICIENT_OF_RATIO: Code =
    Code { id: "M010", title: "a coefficient for a metric without coefficients" };
pub(crate) const LINEAR_ROW: Code =
    Code { id: "M101", title: "one coefficient for a security whose type has one for each side" };
pub(crate) const GONE_ACCOUNT: Code =
    Code { id: "M102", title: "an account of the last plan that the configuration does not have" };
pub(crate) const OTHER_PLAN: Code = Code { id: "M103", title: "a last plan without any trade of the day" };
pub(crate) const UNMATCHED_ROW: Code =
    Code { id: "M104", title: "a coefficient for a security that may be a misspelt one of the day" };
pub(crate) const PRICES_APART: Code =
    Code { id: "M105", title: "a security whose highest price of the day is above 10 times its lowest" };
pub(crate) const ACCRUED_ABOVE_VALUE: Code = Code { id: "M106", title: "accrued interest above the clean value" };
pub(crate) const PRICE_LEVEL: Code = Code {
    id: "M107",
    title: "prices that contradict the quotation: per_100 below 2 with accrued interest or above 1000, per_unit with hardly any",
};
pub(crate) const NO_POSITIONS: Code = Code { id: "M108", title: "an account without positions" };
