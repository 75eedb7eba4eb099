//! Text on a terminal: what users wrote, made harmless, and lines of a width.

/// The text without control characters, so that nothing in a file can steer the terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The words of a text in lines of at most `width` columns where they fit, the first behind `label`, the others
/// below it.
pub(super) fn wrapped(label: &str, text: &str, width: usize) -> String {
    let indent = label.chars().count();
    let (mut lines, mut line, mut used) = (String::new(), String::from(label), indent);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > indent && used + 1 + length > width {
            lines.push_str(&line);
            lines.push('\n');
            (line, used) = (" ".repeat(indent), indent);
        } else if used > indent {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines.push_str(&line);
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_below_their_label() {
        assert_eq!(wrapped("note: ", "one two three", 13), "note: one two\n      three\n");
    }

    #[test]
    fn files_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\n"), "a\u{fffd}[31mb\u{fffd}");
    }
}
