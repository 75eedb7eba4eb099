//! One solve in one child process, so that a crash, a hang, a lie or a flood of a library costs quality at most.
//!
//! ```text
//! parent: Child (a Backend) ── task ──► stdin    child: serve (a linked library) or any program that speaks
//!         listen, process  ◄─ messages ─ stdout         the protocol, confined before it starts
//! ```
//!
//! What the two say to each other is in [`protocol`], for people in `docs/solver-protocol.md`.

pub mod protocol;

mod asking;
mod listening;
mod process;

pub mod confine;
mod serving;

pub use asking::{Child, Launch};
pub use process::end_all;
pub use serving::serve;
