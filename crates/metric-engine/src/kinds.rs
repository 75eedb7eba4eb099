//! The kinds of metric. One file a kind, one line in [`TABLE`].
//!
//! A kind owns some keys of a metric's configuration and turns them into a [`Form`], the only thing that
//! anything downstream sees. A metric belongs to the kind whose [`Kind::key`] it has.

pub mod coefficients;
pub mod ratio;

use domain::{Key, MetricDefinition, Problem};

use crate::Form;
use crate::coefficients::Coefficients;

/// A kind of metric.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The key that a metric of this kind must have, and that no other kind has.
    pub key: &'static str,
    /// The keys it owns, `key` among them.
    pub keys: fn() -> Vec<Key>,
    /// Its formula, from a definition whose settings fit `keys`.
    pub compile: fn(&MetricDefinition, &Surroundings<'_>) -> Result<Form, Vec<Problem>>,
}

/// The kinds. The first is also that of a metric without any kind's key: it has all its coefficients from
/// the coefficients file.
pub const TABLE: &[Kind] = &[coefficients::KIND, ratio::KIND];

/// What a kind may look at besides its definition.
pub struct Surroundings<'a> {
    /// The definitions of the same account; a ratio names two of them.
    pub siblings: &'a [MetricDefinition],
    /// Where coefficients are looked up, for the same account.
    pub(crate) coefficients: &'a Coefficients<'a>,
}

/// The keys of every kind: what a metric's configuration may have besides the common ones.
pub fn keys() -> Vec<Key> {
    TABLE.iter().flat_map(|kind| (kind.keys)()).collect()
}

/// The kinds whose own key the definition has: exactly one in a sound definition.
pub(crate) fn kinds_of(definition: &MetricDefinition) -> Vec<&'static Kind> {
    let has = |key: &str| definition.settings.iter().any(|(name, _)| name == key);
    TABLE.iter().filter(|kind| has(kind.key)).collect()
}
