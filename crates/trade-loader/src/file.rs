//! The bytes of a file, and what they are when they are not what the name says.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::Reason;
use crate::limits;

/// Everything in the file, within the limit on its size.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Reason> {
    // Asked before opening: to open a pipe is to wait for its writer.
    let kind = std::fs::metadata(path).map_err(reason)?;
    if kind.is_dir() {
        return Err(Reason::Folder);
    }
    if !kind.is_file() {
        return Err(Reason::NotRegular);
    }
    let mut bytes = Vec::new();
    // One byte more than allowed: the size that a file system states is not always the size that is read.
    let mut file = File::open(path).map_err(reason)?.take(limits::FILE_BYTES + 1);
    file.read_to_end(&mut bytes).map_err(reason)?;
    if bytes.len() as u64 > limits::FILE_BYTES {
        return Err(Reason::TooLarge { what: "the file has more bytes than", limit: limits::FILE_BYTES });
    }
    if bytes.is_empty() { Err(Reason::Empty) } else { Ok(bytes) }
}

fn reason(error: std::io::Error) -> Reason {
    match error.kind() {
        ErrorKind::NotFound => Reason::Missing,
        _ => Reason::Unopened(error),
    }
}

/// What the bytes are, where their beginning tells, with what to do about it.
pub(crate) fn sniffed(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const SAVE: &str = "open it in a spreadsheet and save it as .xlsx or .csv";
    let start = bytes.get(..512).unwrap_or(bytes).trim_ascii_start();
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    Some(match start {
        [b'P', b'K', 3 | 5, ..] => ("a workbook or an archive", "name a workbook .xlsx; unpack an archive"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            ("an old .xls or a workbook with a password", "save it as .xlsx without a password")
        }
        [b'%', b'P', b'D', b'F', ..] => ("a PDF", "ask for the table as .csv or .xlsx"),
        [0x1F, 0x8B, ..] | [b'B', b'Z', b'h', ..] | [b'7', b'z', 0xBC, ..] => ("a packed file", "unpack it first"),
        [b'<', ..] => ("a web page or XML", SAVE),
        _ => return None,
    })
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn sha256(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_ref());
    }
    domain::hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_sha256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(["a", "bc"]), expected);
    }

    #[test]
    fn the_beginning_tells_what_a_file_is() {
        assert_eq!(sniffed(b"PK\x03\x04rest").unwrap().0, "a workbook or an archive");
        assert_eq!(sniffed(b"\xEF\xBB\xBF \n<table>").unwrap().0, "a web page or XML");
        assert_eq!(sniffed(b"trade_id,side"), None);
    }
}
