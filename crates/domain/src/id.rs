//! Names of things, one type for each, so that an account is never passed where a metric is meant.
//! Cheap to clone; ordered by their text, byte by byte, which is the order of every published list
//! that has no order of its own.

use std::fmt;
use std::sync::Arc;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text as it is; readers trim it before.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

names! {
    /// A prime brokerage account, `PB1`.
    AccountId
    /// A currency by its ISO 4217 code, `USD`.
    Currency
    /// A metric of an account, `leverage`.
    MetricName
    /// A security by the desk's own identifier: CUSIP, ISIN, ticker.
    SecurityId
    /// The label that coefficients are stated for when not by security: `government`, `cash`.
    SecurityTypeName
    /// A trade by the desk's own identifier.
    TradeId
}
