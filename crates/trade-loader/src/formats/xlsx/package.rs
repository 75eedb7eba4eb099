//! The archive that a workbook is, checked before anything believes what it says about itself: how many
//! entries, how large unpacked (as counted, not as stated), how tightly packed.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::Reason;
use crate::limits;

/// Refuses an archive that costs more to unpack than a workbook does, and one that is no workbook.
pub(super) fn check(bytes: &[u8]) -> Result<(), Reason> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > limits::ENTRIES {
        return Err(Reason::TooLarge { what: "the workbook has more parts than", limit: limits::ENTRIES as u64 });
    }
    let mut unpacked_bytes = 0;
    let mut has_relations = false;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.to_ascii_lowercase().replace('\\', "/");
        has_relations |= name == "_rels/.rels";
        let packed_bytes = entry.compressed_size().max(1);
        let left_bytes = limits::UNPACKED_BYTES.saturating_sub(unpacked_bytes);
        let most_bytes = bound(&name).min(left_bytes);
        if entry.size() > most_bytes {
            return Err(too_large(most_bytes));
        }
        let ratio_bytes = limits::RATIO_FROM_BYTES.max(packed_bytes.saturating_mul(limits::RATIO));
        let mut counted = (&mut entry).take(most_bytes.min(ratio_bytes) + 1);
        let size = if name.ends_with("sharedstrings.xml") {
            let mut content = Vec::new();
            let size = counted.read_to_end(&mut content).map_err(|error| unreadable(&error))? as u64;
            check_shared_texts(&content)?;
            size
        } else {
            io::copy(&mut counted, &mut io::sink()).map_err(|error| unreadable(&error))?
        };
        if size > most_bytes {
            return Err(too_large(most_bytes));
        }
        if size > ratio_bytes {
            return Err(Reason::TooLarge {
                what: "a part of the workbook unpacks to more bytes than",
                limit: ratio_bytes,
            });
        }
        unpacked_bytes += size;
    }
    if has_relations { Ok(()) } else { Err(Reason::Damaged("this is an archive, but not a workbook".into())) }
}

fn bound(name: &str) -> u64 {
    let is_markup = name.ends_with(".xml") || name.ends_with(".rels");
    match name {
        _ if name.ends_with("sharedstrings.xml") => limits::SHARED_TEXT_BYTES,
        _ if is_markup && !name.contains("worksheets/") => limits::PART_BYTES,
        _ => limits::UNPACKED_BYTES,
    }
}

/// The library reserves memory for as many texts as the table says it has, before it reads one.
fn check_shared_texts(content: &[u8]) -> Result<(), Reason> {
    if content.starts_with(&[0xFF, 0xFE])
        || content.starts_with(&[0xFE, 0xFF])
        || content.iter().take(4).any(|b| *b == 0)
    {
        return Err(Reason::Encoding("a part of the workbook is in UTF-16"));
    }
    const COUNT: &[u8] = b"uniqueCount";
    let mut rest = content;
    while let Some(at) = rest.windows(COUNT.len()).position(|window| window == COUNT) {
        rest = &rest[at + COUNT.len()..];
        let value = rest.iter().skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\''));
        let stated = value
            .take_while(|b| b.is_ascii_digit())
            .fold(0_u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        // No text takes fewer bytes than `<si/>`; one that is stated and absent costs memory for nothing.
        if stated > content.len() as u64 {
            return Err(Reason::Damaged(format!("the workbook states {stated} texts and holds fewer")));
        }
    }
    Ok(())
}

fn too_large(limit: u64) -> Reason {
    Reason::TooLarge { what: "a part of the workbook unpacks to more bytes than", limit }
}

fn damaged(error: ZipError) -> Reason {
    Reason::Damaged(match error {
        ZipError::UnsupportedArchive(message) if message.contains("assword") => {
            "the workbook has a password".to_owned()
        }
        other => format!("the archive of the workbook cannot be read: {other}"),
    })
}

fn unreadable(error: &io::Error) -> Reason {
    Reason::Damaged(format!("a part of the workbook cannot be unpacked: {error}"))
}
