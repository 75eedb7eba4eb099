//! SHA-256 in lower-case hexadecimal digits, as every digest of the product is written.

use sha2::{Digest, Sha256};

/// The digest of these parts, one after the other.
pub fn sha256<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    parts.into_iter().for_each(|part| hash.update(part));
    domain::hex(&hash.finalize())
}
