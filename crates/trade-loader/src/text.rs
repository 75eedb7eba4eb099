//! Text as programs export it: its encoding, what surrounds it, and how it is quoted in a message.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::Reason;

/// Characters of a quoted text; what is longer is cut.
const QUOTED_CHARS: usize = 60;

/// The text of a file: by its byte order mark, else UTF-8 where it is that, else Windows-1252.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Reason> {
    if bytes.starts_with(&[0xFF, 0xFE, 0, 0]) || bytes.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(Reason::Encoding("it is UTF-32"));
    }
    let (encoding, bom_bytes) = match Encoding::for_bom(bytes) {
        Some(marked) => marked,
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, 0),
        None => (WINDOWS_1252, 0),
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(&bytes[bom_bytes..]);
    if had_errors {
        return Err(Reason::Encoding("some bytes are not of the encoding that its first bytes announce"));
    }
    if text.contains('\0') {
        return Err(Reason::Encoding(if encoding == UTF_16LE || encoding == UTF_16BE {
            "it has empty characters"
        } else {
            "it has empty characters, as UTF-16 without its byte order mark has"
        }));
    }
    // Windows-1252 leaves five bytes undefined, which come out as control characters: another encoding.
    if encoding == WINDOWS_1252 && text.chars().any(|c| ('\u{80}'..='\u{9F}').contains(&c)) {
        return Err(Reason::Encoding("it is neither UTF-8 nor Windows-1252"));
    }
    Ok(text)
}

/// Whether a character shows as nothing: blanks of every width, controls, marks of direction and joining.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Whether a character shows as nothing and is not a blank either.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}')
}

/// The text without what shows as nothing at its ends.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// The text inside `="…"`, which programs write to keep a spreadsheet from taking it for a number.
pub(crate) fn unwrapped(text: &str) -> &str {
    match text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.contains('"') => trimmed(inner),
        _ => text,
    }
}

/// The text in quotes for a message: controls escaped, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(4 * QUOTED_CHARS) + 2);
    shown.push('"');
    for (count, c) in text.chars().enumerate() {
        if count == QUOTED_CHARS {
            shown.push('…');
            break;
        }
        if is_invisible(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown.push('"');
    shown
}

/// A header as it is compared: case, blanks, `_`, `-` and what shows as nothing do not count.
pub(crate) fn header_key(header: &str) -> String {
    let kept = unwrapped(header).chars().filter(|c| !is_blank(*c) && !matches!(c, '_' | '-'));
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes_of).collect()
    }

    #[test]
    fn the_encodings_of_real_exports_give_the_same_text() {
        let text = "price;€ 1\u{A0}234";
        let windows = b"price;\x80 1\xA0234";
        let with_bom = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
        let all = [
            text.as_bytes().to_vec(),
            with_bom,
            windows.to_vec(),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ];
        for bytes in all {
            assert_eq!(decode(&bytes).unwrap(), text, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [b"a\0b\0".as_slice(), b"\xFF\xFEa", b"\xFF\xFE\0\0a\0\0\0", b"caf\x81", b"\xEF\xBB\xBFcaf\xE9"] {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn headers_are_compared_by_their_letters() {
        for header in ["Trade ID", "trade-id", " TRADE_ID ", "\u{FEFF}tradeid", "Trade\u{A0}Id", "Trade\nID"] {
            assert_eq!(header_key(header), "tradeid", "{header:?}");
        }
    }

    #[test]
    fn long_and_invisible_text_is_shown_safely() {
        assert_eq!(quoted("a\u{200B}b\u{1B}[0m"), "\"a\\u{200b}b\\u{1b}[0m\"");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), QUOTED_CHARS + 3);
    }
}
