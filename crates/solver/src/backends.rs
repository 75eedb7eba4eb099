//! The solvers to choose from. One file a backend, one line in [`TABLE`].

pub mod highs;
pub mod microlp;

use crate::Backend;

/// Every backend, the default first.
pub const TABLE: &[&dyn Backend] = &[&highs::Highs, &microlp::MicroLp];

/// The backend with this name.
pub fn named(name: &str) -> Option<&'static dyn Backend> {
    TABLE.iter().copied().find(|backend| backend.name() == name)
}
