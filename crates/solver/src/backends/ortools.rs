//! CP-SAT of Google OR-Tools, through an adapter in Python that speaks the protocol of a child
//! (`docs/solver-protocol.md`). It needs `pip install ortools`. How floats become the whole numbers that CP-SAT takes
//! stands in the adapter.

use super::{Kind, Runs};

/// The entry of the table.
pub const KIND: Kind = Kind { name: "ortools", runs: Runs::Python(include_str!("ortools_adapter.py")) };
