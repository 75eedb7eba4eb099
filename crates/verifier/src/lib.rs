//! A second opinion on an answer: every published number computed anew from the inputs, every limit, pin
//! and acceptance checked, all in exact decimals.
//!
//! It starts from the definitions and not from the code that made the answer: positions are added up,
//! values, coefficients and metrics follow from their formulas as this crate states them, and the
//! [`Book`] that the other crates compute with is itself compared with desk and day. This crate never sees how an
//! answer was found, and takes nobody's word for a number: it asks the metric engine for data, never for
//! an evaluation.
//!
//! Start with [`verify`]; [`claim`] is what it is given, [`discrepancy`] what it can find. [`mod@bound`] recomputes what
//! no assignment can exceed.
#![deny(clippy::float_arithmetic)]

pub mod bound;
pub mod certified;
pub mod claim;
pub mod discrepancy;

mod bookings;
mod coefficients;
mod goals;
mod inputs;
mod limits;
mod numbers;
mod published;
mod value;

use domain::{Day, Desk};
use metric_engine::Book;

use goals::Goals;

pub use bound::{Certified, NoProof, certified_bound, certified_level};
pub use certified::verify_certificates;
pub use claim::{Claim, ClaimedChanges, ClaimedLevel, ClaimedMetric};
pub use discrepancy::{Discrepancy, Number};

/// Everything in `claim` that does not follow from `desk` and `day`; nothing when the claim holds. `book` is the
/// two made ready for arithmetic, and where it differs from them that is found too.
pub fn verify(desk: &Desk, day: &Day, book: &Book, claim: &Claim) -> Vec<Discrepancy> {
    let mut found = inputs::structure(desk, day, book);
    if !found.is_empty() {
        // Accounts, metrics and securities are compared by their indices from here on.
        return found;
    }
    found.extend(inputs::values(desk, day, book));
    found.extend(coefficients::rates(desk, day, book));

    let opening = numbers::opening(desk, day, book, &mut found);
    let placement = bookings::placement(desk, day, book, claim, &mut found);
    let after = placement.as_ref().map(|placement| numbers::after(book, &opening, placement, &mut found));
    if let Some(after) = &after {
        limits::check(desk, &opening, after, &mut found);
    }
    if after.is_some() || !claim.has_plan {
        let reached = placement.as_ref().zip(after.as_ref());
        let goals = reached.map(|(placement, after)| Goals::of(desk, day, book, placement, after));
        published::check(desk, &opening, after.as_ref(), claim, &mut found);
        let objective = goals.as_ref().and_then(Goals::objective);
        published::check_objective(objective.as_ref(), goals.is_some(), claim, &mut found);
        goals::check(goals.as_ref(), claim, &mut found);
    }
    found
}
