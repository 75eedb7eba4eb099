//! Whether what a result calls certified follows from its certificate.

use domain::{Certificate, Day, Desk};
use metric_engine::Book;

use crate::{Certified, Claim, Discrepancy, certified_bound};

/// Everything that `claim` calls certified and `certificate` does not show, and what it shows and the claim leaves out.
/// A claim without a certificate has nothing certified.
pub fn verify_certificate(
    desk: &Desk,
    day: &Day,
    book: &Book,
    claim: &Claim,
    certificate: Option<&Certificate>,
) -> Vec<Discrepancy> {
    let mut found = Vec::new();
    let shown = certificate.and_then(|certificate| match certified_bound(desk, day, book, certificate) {
        Ok(certified) => Some(certified),
        Err(reason) => {
            found.push(Discrepancy::CertificateShowsNothing { reason });
            None
        }
    });
    let (recomputed, is_infeasible) = match shown {
        // A bound is a bound on what an assignment is worth, and only published beside that.
        Some(Certified::Bound(bound)) => (claim.objective.is_some().then_some(bound), false),
        Some(Certified::Infeasible) => (None, true),
        None => (None, false),
    };
    if claim.certified_bound != recomputed {
        found.push(Discrepancy::CertifiedBoundDiffers { published: claim.certified_bound.clone(), recomputed });
    }
    if claim.certified_infeasible != is_infeasible {
        found.push(Discrepancy::InfeasibilityDiffers { published: claim.certified_infeasible });
    }
    found
}
