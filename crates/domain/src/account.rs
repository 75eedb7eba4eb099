//! A prime brokerage account.

use std::collections::BTreeSet;

use crate::{AccountId, MetricDefinition, Place, SecurityTypeName};

/// An account that trades can be booked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Where it is configured.
    pub place: Place,
    /// Its identifier, unique within the desk.
    pub id: AccountId,
    /// Its metrics, in the order of the configuration.
    pub metrics: Vec<MetricDefinition>,
    /// What may be booked here.
    pub accepts: Acceptance,
}

/// What an account takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acceptance {
    /// The security types it takes; `None` takes all, an empty set takes nothing.
    pub security_types: Option<BTreeSet<SecurityTypeName>>,
}

impl Acceptance {
    /// Whether a trade in a security of this type may be booked here.
    pub fn takes(&self, security_type: &SecurityTypeName) -> bool {
        self.security_types.as_ref().is_none_or(|types| types.contains(security_type))
    }
}
