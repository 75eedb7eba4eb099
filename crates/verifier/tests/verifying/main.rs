//! Right answers hold, and nothing about them can be changed without being found.

mod book_changes;
mod bound;
mod bound_random;
mod claim_changes;
mod goals;
mod hand_worked;
mod knapsacks;
mod levels;
mod limits;
mod random;
mod scene;
