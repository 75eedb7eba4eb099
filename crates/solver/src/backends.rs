//! The solvers to choose from. One file a backend, one line in [`TABLE`].

pub mod highs;
pub mod microlp;
pub mod ortools;

use crate::Backend;

/// A word of `solver.backends`.
#[derive(Clone, Copy)]
pub struct Kind {
    /// The word.
    pub name: &'static str,
    /// What it stands for.
    pub runs: Runs,
}

/// What a word stands for.
#[derive(Clone, Copy)]
pub enum Runs {
    /// Our own search, in this process.
    Search,
    /// A library that is linked into this program, and solves in a child process that runs this program again.
    Library(&'static dyn Backend),
    /// An adapter in Python, in a child process.
    Python(&'static str),
}

/// Our own search.
const SEARCH: Kind = Kind { name: "search", runs: Runs::Search };

/// Every word, the preferred ones first.
pub const TABLE: &[Kind] = &[SEARCH, highs::KIND, ortools::KIND, microlp::KIND];

/// The words that hold where none are stated.
pub const DEFAULT: &[Kind] = &[SEARCH, highs::KIND];

/// What a word stands for.
pub fn named(name: &str) -> Option<Kind> {
    TABLE.iter().copied().find(|kind| kind.name == name)
}

/// The linked library with this name.
pub fn library(name: &str) -> Option<&'static dyn Backend> {
    libraries().find(|library| library.name() == name)
}

/// Every linked library.
pub fn libraries() -> impl Iterator<Item = &'static dyn Backend> {
    TABLE.iter().filter_map(|kind| match kind.runs {
        Runs::Library(library) => Some(library),
        Runs::Search | Runs::Python(_) => None,
    })
}
