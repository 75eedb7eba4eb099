//! The codes of problems with a configuration. `C001` to `C003` are a shape's, in [`domain::shape::CODES`].

use domain::Code;

/// Every code this module raises, in order; numbers are never reused.
pub const CODES: &[Code] = &[
    UNREADABLE,
    NOT_TEXT,
    SYNTAX,
    DUPLICATE_KEY,
    OUT_OF_RANGE,
    DUPLICATE_ACCOUNT,
    NO_ACCOUNTS,
    UNDEFINED_METRIC,
    UNKNOWN_METRIC,
    DATE_NEEDED,
    PLACEHOLDER,
    BLANK,
    ORDER_UNKNOWN,
    ORDER_TWICE,
    GIVE_UP_TWICE,
    KEEPS_NOTHING,
    PLAN_REPLACED,
    EFFORT_OF_NOBODY,
    CHANNEL,
    SECRET,
];

pub(super) const UNREADABLE: Code = Code { id: "C004", title: "a configuration that cannot be read" };
pub(super) const NOT_TEXT: Code = Code { id: "C005", title: "a configuration that is not UTF-8 text" };
pub(super) const SYNTAX: Code = Code { id: "C006", title: "not valid YAML or JSON" };
pub(super) const DUPLICATE_KEY: Code = Code { id: "C007", title: "a key stated twice" };
pub(super) const OUT_OF_RANGE: Code = Code { id: "C008", title: "a value outside its range" };
pub(super) const DUPLICATE_ACCOUNT: Code = Code { id: "C009", title: "an account stated twice" };
pub(super) const NO_ACCOUNTS: Code = Code { id: "C010", title: "no accounts" };
pub(super) const UNDEFINED_METRIC: Code = Code { id: "C011", title: "a metric without a definition" };
pub(super) const UNKNOWN_METRIC: Code = Code { id: "C012", title: "a weight for a metric that does not exist" };
pub(super) const DATE_NEEDED: Code = Code { id: "C013", title: "a path that needs a date" };
pub(super) const PLACEHOLDER: Code = Code { id: "C014", title: "an unknown placeholder" };
pub(super) const BLANK: Code = Code { id: "C015", title: "a key without a value" };
pub(super) const ORDER_UNKNOWN: Code = Code { id: "C016", title: "an order of a metric that does not exist" };
pub(super) const ORDER_TWICE: Code = Code { id: "C017", title: "a metric twice in the order" };
pub(super) const GIVE_UP_TWICE: Code = Code { id: "C018", title: "an amount and a fraction to give up" };
pub(super) const KEEPS_NOTHING: Code = Code { id: "C019", title: "a last plan without a cost or a limit of changes" };
pub(super) const PLAN_REPLACED: Code = Code { id: "C020", title: "a last plan in the folder that the run replaces" };
pub(super) const EFFORT_OF_NOBODY: Code = Code { id: "C021", title: "an effort for a search that is not asked" };
pub(super) const CHANNEL: Code = Code { id: "C022", title: "a channel for alerts that cannot be used as it is" };
pub(super) const SECRET: Code = Code { id: "C023", title: "a secret that is not in the environment or a file" };
